#include <wrt/module_pool.hpp>

#include <memory>

namespace wrt {

PooledModule::~PooledModule()
{
    if (arena_ != nullptr) std::destroy_at(arena_);
}

Result<PooledModule> ModulePool::load(std::span<const uint8_t> binary, size_t bytes,
                                      const LoadOptions& options) noexcept
{
    WRT_TRY(Region region, regions_.lease(bytes + overhead));
    constexpr size_t head =
        (sizeof(Arena) + Backing::alignment - 1) / Backing::alignment * Backing::alignment;
    const std::span<std::byte> place = region.bytes();
    static_assert(alignof(Arena) <= Backing::alignment);
    Arena* const arena = std::construct_at(reinterpret_cast<Arena*>(place.data()),
                                           Backing::over(place.subspan(head)));
    const Result<Module> module = load_module(*arena, binary, options);
    if (!module) {
        std::destroy_at(arena);
        return module.error();
    }
    return PooledModule{std::move(region), arena, &module->image()};
}

}  // namespace wrt
