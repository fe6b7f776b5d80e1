// What lies behind a linear region in a reserved arena.
#pragma once

#include <wrt/foundation/linear_region.hpp>

namespace wrt {

/// Lies in the arena and outlives the region, which may be moved about.
struct LinearRegion::Mapping {
    Arena* arena;
    void* base;
    size_t reserved;
    size_t committed;
    Account account;
};

}  // namespace wrt
