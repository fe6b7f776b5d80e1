// The budget of a Runtime scope that nobody bounded: all that the arena and its table of budgets grant.
#pragma once

#include <algorithm>

#include <wrt/foundation/arena.hpp>

namespace wrt::runtime {

inline size_t scope_budget(const Arena& arena) noexcept
{
    const size_t granted = budget_of(*arena.options().budgets, LibraryId::runtime);
    // A full arena refuses the first allocation, not the scope.
    return std::max<size_t>(std::min(arena.available(), granted), 1);
}

}  // namespace wrt::runtime
