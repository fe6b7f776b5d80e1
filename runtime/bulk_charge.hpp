// Fuel for work in proportion to an operand.
#pragma once

#include "dispatch.hpp"

namespace wrt::runtime {

/// Bulk operations pay for their length too, where the code was translated with fuel.
WRT_INLINE bool charge_length(Execution& execution, uint64_t units)
{
    if (!execution.metered) return true;
    constexpr uint64_t units_per_fuel = 64;
    return charge(execution, units / units_per_fuel);
}

#define WRT_CHARGE_LENGTH(units)                                                                   \
    WRT_SAVE_FUEL();                                                                               \
    if (!charge_length(*ex, units)) [[unlikely]]                                                   \
        WRT_TRAP(out_of_fuel);                                                                     \
    WRT_LOAD_FUEL()

}  // namespace wrt::runtime
