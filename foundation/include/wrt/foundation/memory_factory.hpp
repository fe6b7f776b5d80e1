// MemoryFactory: scopes by library, out of a given arena or out of the one this thread works with.
#pragma once

#include <cstddef>
#include <string_view>

#include <wrt/foundation/arena.hpp>

namespace wrt {

struct MemoryFactory {
    /// A retained scope for one module, with limits::module_scope_bytes unless the caller knows
    /// better (it measured the module).
    static Result<ScopeGuard>
    enter_module_scope(Arena& arena, LibraryId library, std::string_view name = {},
                       size_t budget = limits::module_scope_bytes) noexcept;
    /// A scope with a budget of the caller's. An empty name stands for the library's.
    static Result<ScopeGuard> enter_scope(Arena& arena, LibraryId library, size_t budget,
                                          std::string_view name = {},
                                          End end = End::retained) noexcept;

    /// The same in the thread's current arena: Errc::no_current_arena when there is none. There is
    /// no hidden global one.
    static Result<ScopeGuard> enter_module_scope(LibraryId library) noexcept;
    static Result<ScopeGuard> enter_scope(LibraryId library, size_t budget) noexcept;

    /// The thread's current arena, or null.
    static Arena* current() noexcept;
};

/// Makes an arena the thread's current one for the guard's lifetime.
class [[nodiscard]] CurrentArena {
public:
    explicit CurrentArena(Arena& arena) noexcept;
    ~CurrentArena();
    CurrentArena(const CurrentArena&) = delete;
    CurrentArena& operator=(const CurrentArena&) = delete;

private:
    Arena* previous_;
};

}  // namespace wrt
