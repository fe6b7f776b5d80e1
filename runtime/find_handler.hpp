// The handler of an operation, from the tables of its family.
#pragma once

#include <wrt/foundation/assert.hpp>

#include "fused_handler.hpp"
#include "operation.hpp"

namespace wrt::runtime {

/// The handler of an operation, or null. The family is an argument of its own so that who knows it
/// asks for nothing at run time.
[[gnu::always_inline]] inline Handler find_handler(Family family, const Operation& o)
{
    switch (family) {
    case Family::enter: return enter_handler(o.d, o.wide, o.flag);
    case Family::binary: return binary_handler(o.instr, o.a_class, o.b_class, o.d_class);
    case Family::unary: return unary_handler(o.instr, o.a_class, o.d_class);
    case Family::load: return load_handler(o.instr, o.a_class, o.d_class);
    case Family::load_sum: return load_sum_handler(o.instr, o.a_class, o.b_class, o.d_class);
    case Family::wide_load: return wide_load_handler(o.instr);
    case Family::store: return store_handler(o.instr, o.a_class, o.b_class);
    case Family::store_sum: return store_sum_handler(o.instr, o.a_class, o.b_class, o.d_class);
    case Family::wide_store: return wide_store_handler(o.instr);
    case Family::atomic: return atomic_handler(o.instr);
    case Family::move: return move_handler(o.bank, o.a_class, o.d_class);
    case Family::constant: return constant_handler(o.bank, o.wide, o.d_class);
    case Family::vector_unary: return vector_unary_handler(o.instr, o.a_class, o.d_class);
    case Family::vector_binary:
        return vector_binary_handler(o.instr, o.a_class, o.b_class, o.d_class);
    case Family::vector_ternary:
        return vector_ternary_handler(o.instr, o.a_class, o.b_class, o.x_class, o.d_class);
    case Family::extract_lane: return extract_lane_handler(o.instr, o.index, o.a_class, o.d_class);
    case Family::replace_lane:
        return replace_lane_handler(o.instr, o.index, o.a_class, o.b_class, o.d_class);
    case Family::shuffle: return shuffle_handler(o.a_class, o.b_class, o.d_class);
    case Family::permute: return permute_handler(o.a_class, o.d_class);
    case Family::select: return select_handler(o.bank, o.a_class, o.b_class, o.x_class, o.d_class);
    case Family::global_get: return global_get_handler(o.bank, o.flag, o.d_class);
    case Family::global_set: return global_set_handler(o.bank, o.flag, o.a_class);
    case Family::compare_branch:
        return compare_branch_handler(o.instr, o.flag, o.polls, o.a_class, o.b_class);
    case Family::branch_if: return branch_if_handler(o.wide, o.flag, o.polls, o.a_class);
    case Family::branch_table: return branch_table_handler(o.a_class);
    case Family::call_indirect: return call_indirect_handler(o.d_class);
    case Family::binary_pair:
        return binary_pair_handler(o.instr, o.instr2, o.flag, o.a_class, o.b_class, o.x_class,
                                   o.d_class);
    case Family::binary_branch:
        return binary_branch_handler(o.instr, o.instr2, o.flag, o.wide, o.polls, o.a_class,
                                     o.b_class, o.x_class);
    case Family::load_branch:
        return load_branch_handler(o.instr, o.instr2, o.flag, o.a_class, o.x_class);
    case Family::move_pair: return move_pair_handler(o.a_class, o.b_class);
    case Family::return_value: return return_value_handler(o.bank, o.a_class, o.d);
    case Family::return_none: return return_none_handler(o.d);
    case Family::struct_get: return struct_get_handler(o.field, o.a_class, o.d_class);
    case Family::struct_set: return struct_set_handler(o.field, o.a_class, o.b_class);
    case Family::array_get: return array_get_handler(o.field, o.a_class, o.b_class, o.d_class);
    case Family::array_set: return array_set_handler(o.field, o.b_class, o.d_class);
    case Family::gc_unary: return gc_unary_handler(o.instr, o.a_class, o.d_class);
    case Family::null_check: return null_check_handler(o.a_class);
    case Family::ref_test: return ref_test_handler(o.wide, o.a_class, o.d_class);
    case Family::ref_cast: return ref_cast_handler(o.wide, o.a_class);
    case Family::cast_branch: return cast_branch_handler(o.wide, o.flag, o.polls, o.a_class);
    case Family::branch:
    case Family::call:
    case Family::call_import:
    case Family::call_wide:
    case Family::tail_call:
    case Family::tail_call_other:
    case Family::return_many:
    case Family::copy_slots:
    case Family::float_pins:
    case Family::window:
    case Family::charge:
    case Family::unreachable: return plain_handler(o.plain);
    case Family::call_moved:
    case Family::move_branch:
    case Family::global_sum:
    case Family::sum_to_global:
    case Family::load_load:
    case Family::load_store:
    case Family::binary_store:
    case Family::load_binary:
    case Family::load_scaled:
    case Family::load_test:
    case Family::indexed_table:
    case Family::move_test:
    case Family::binary_wide:
    case Family::select_constant:
    case Family::sum_branch:
    case Family::sum_move:
    case Family::call_spilled: return fused_handler(o);
    case Family::nothing: return nullptr;
    }
    WRT_UNREACHABLE();
}

}  // namespace wrt::runtime
