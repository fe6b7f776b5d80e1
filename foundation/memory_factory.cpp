// MemoryFactory and the thread's current arena.
#include <wrt/foundation/memory_factory.hpp>

namespace wrt {

namespace {

thread_local Arena* current_arena = nullptr;

}  // namespace

Result<ScopeGuard> MemoryFactory::enter_module_scope(Arena& arena, LibraryId library,
                                                     std::string_view name, size_t budget) noexcept
{
    return enter_scope(arena, library, budget, name, End::retained);
}

Result<ScopeGuard> MemoryFactory::enter_scope(Arena& arena, LibraryId library, size_t budget,
                                              std::string_view name, End end) noexcept
{
    return arena.enter(library, name.empty() ? name_of(library) : name, budget, end);
}

Result<ScopeGuard> MemoryFactory::enter_module_scope(LibraryId library) noexcept
{
    return enter_scope(library, limits::module_scope_bytes);
}

Result<ScopeGuard> MemoryFactory::enter_scope(LibraryId library, size_t budget) noexcept
{
    if (current_arena == nullptr) return Error{.code = Errc::no_current_arena};
    return enter_scope(*current_arena, library, budget);
}

Arena* MemoryFactory::current() noexcept
{
    return current_arena;
}

CurrentArena::CurrentArena(Arena& arena) noexcept : previous_(current_arena)
{
    current_arena = &arena;
}

CurrentArena::~CurrentArena()
{
    current_arena = previous_;
}

}  // namespace wrt
