// The handlers of fused operations.
#include "fused_handler.hpp"

#include <wrt/foundation/assert.hpp>

namespace wrt::runtime {

Handler fused_handler(const Operation& o)
{
    switch (raw(o.family)) {  // fused ones
    case raw(Family::call_moved): return call_moved_handler(o.flag, o.a_class, o.b_class);
    case raw(Family::move_branch): return move_branch_handler(o.a_class, o.d_class);
    case raw(Family::global_sum): return global_sum_handler(o.flag, o.d_class);
    case raw(Family::sum_to_global): return sum_to_global_handler(o.a_class);
    case raw(Family::load_load): return load_load_handler(o.instr, o.instr2, o.a_class, o.d_class);
    case raw(Family::load_store):
        return load_store_handler(o.instr, o.instr2, o.a_class, o.d_class);
    case raw(Family::binary_store):
        return binary_store_handler(o.instr, o.instr2, o.a_class, o.b_class, o.d_class);
    case raw(Family::load_binary):
        return load_binary_handler(o.instr, o.instr2, o.flag, o.a_class, o.x_class, o.d_class);
    case raw(Family::load_scaled):
        return load_scaled_handler(o.instr, o.a_class, o.b_class, o.d_class);
    case raw(Family::load_test):
        return load_test_handler(o.instr, o.instr2, o.flag, o.a_class, o.x_class, o.d_class);
    case raw(Family::indexed_table): return indexed_table_handler(o.instr, o.a_class);
    case raw(Family::move_test):
        return move_test_handler(o.instr, o.x_class, o.d_class, o.a_class, o.b_class);
    case raw(Family::binary_wide):
        return binary_wide_handler(o.instr, o.flag, o.a_class, o.d_class);
    case raw(Family::select_constant):
        return select_constant_handler(o.bank, o.flag, o.a_class, o.x_class, o.d_class);
    case raw(Family::sum_branch): return sum_branch_handler(o.a_class, o.b_class, o.d_class);
    case raw(Family::sum_move): return sum_move_handler(o.a_class, o.x_class);
    case raw(Family::call_spilled): return call_spilled_handler();
    default: WRT_UNREACHABLE();
    }
}

}  // namespace wrt::runtime
