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

}  // namespace wrt
