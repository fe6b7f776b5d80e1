// The handlers of fused operations that are more than two numeric instructions, and what of them is
// no operand.
#pragma once

#include "fused.hpp"
#include "fused_values.hpp"
#include "operation.hpp"

namespace wrt::runtime {

/// Moves that a call_moved brings along. The second one's slots share `index`.
constexpr uint32_t moved_slots(uint16_t from, uint16_t to)
{
    return from | uint32_t{to} << 16;
}

[[nodiscard]] Handler fused_handler(const Operation& operation);
/// Whether a second access has a place of its own in the source map: the cell after the first.
[[nodiscard]] constexpr bool has_second_source(const Operation& operation)
{
    return operation.family == Family::load_load || operation.family == Family::load_store;
}

}  // namespace wrt::runtime
