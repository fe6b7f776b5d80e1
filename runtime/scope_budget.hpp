// The budget of a Runtime scope that nobody bounded: what the arena's table grants the library. The
// arena and the scopes around bound it further, and it is they that then refuse.
#pragma once

#include <wrt/foundation/arena.hpp>

namespace wrt::runtime {

inline size_t scope_budget(const Arena& arena) noexcept
{
    return budget_of(*arena.options().budgets, LibraryId::runtime);
}

}  // namespace wrt::runtime
