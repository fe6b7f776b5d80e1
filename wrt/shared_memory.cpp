#include <wrt/shared_memory.hpp>

#include "state.hpp"

namespace wrt {

Result<SharedMemory> SharedMemory::make(Engine& engine, uint64_t min_pages,
                                        uint64_t max_pages) noexcept
{
    WRT_CHECK(engine.status());
    WRT_CHECK(detail::share_budget(engine.arena(), engine.budget()));
    MemoryType type;
    type.limits = {.min = min_pages, .max = max_pages, .has_max = true, .shared = true};
    WRT_TRY(runtime::SharedMemory* const memory, runtime::SharedMemory::make(engine.arena(), type));
    return SharedMemory{*memory};
}

Result<Waited> SharedMemory::wait_for(uint64_t offset, uint32_t bytes, uint64_t expected,
                                      int64_t timeout_ns) const noexcept
{
    if (offset % bytes != 0) return Error{.code = Errc::unaligned_atomic};
    if (!runtime::in_bounds(offset, bytes, memory_->size())) {
        return Error{.code = Errc::out_of_bounds_memory_access};
    }
    return memory_->wait(offset, bytes, expected, timeout_ns, [](void*) { return false; }, nullptr);
}

}  // namespace wrt
