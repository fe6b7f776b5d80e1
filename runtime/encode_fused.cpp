// Fused operations to cells: handler, length, fields.
#include "encode_fused.hpp"

#include <wrt/foundation/assert.hpp>

#include "put_field.hpp"

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

void write_fused(const Operation& o, Cell* at)
{
    switch (raw(o.family)) {  // fused ones
    case raw(Family::call_moved):
        at[3].bits = 0;
        put32(at, 24, static_cast<uint32_t>(o.constant));
        put32(at, 28, o.constant2);
        if (o.flag) at[4].bits = o.index;
        break;
    case raw(Family::move_branch):
        if (o.a_class == Class::constant) put32(at, 12, static_cast<uint32_t>(o.constant));
        break;
    case raw(Family::global_sum):
    case raw(Family::sum_to_global):
        put32(at, 12, o.index);
        at[2].bits = static_cast<uint32_t>(o.constant);
        break;
    case raw(Family::load_load):
    case raw(Family::load_store):
        put32(at, 12, o.index);
        at[2].bits = o.constant2;
        break;
    case raw(Family::binary_store):
        if (o.b_class == Class::constant)
            put32(at, 12, static_cast<uint32_t>(o.constant));
        else
            put16(at, 12, o.b);
        at[2].bits = o.index;
        break;
    case raw(Family::load_binary):
        put32(at, 12, o.index);
        at[2].bits = o.x | uint64_t{o.constant2} << 32;
        break;
    case raw(Family::load_scaled):
        if (o.b_class == Class::constant) put32(at, 12, static_cast<uint32_t>(o.constant));
        at[2].bits = o.index | uint64_t{o.constant2} << 32;
        break;
    case raw(Family::load_test):
        put16(at, 10, o.x);
        put32(at, 12, o.index);
        at[3].bits = o.constant2 | uint64_t{o.d} << 32;
        break;
    case raw(Family::indexed_table):
        put32(at, 12, o.index);
        at[2].bits = o.constant2;
        break;
    case raw(Family::move_test):
        if (o.b_class == Class::constant) put32(at, 12, static_cast<uint32_t>(o.constant));
        at[3].bits = o.x_class == Class::constant ? o.constant2 : o.x;
        break;
    case raw(Family::binary_wide):
    case raw(Family::select_constant): at[2].bits = o.constant; break;
    case raw(Family::sum_branch):
        if (o.b_class == Class::constant) put32(at, 12, static_cast<uint32_t>(o.constant));
        break;
    case raw(Family::sum_move):
        put32(at, 12, static_cast<uint32_t>(o.constant));
        at[2].bits = o.x;
        break;
    case raw(Family::call_spilled): break;
    default: WRT_UNREACHABLE();
    }
}

}  // namespace wrt::runtime
