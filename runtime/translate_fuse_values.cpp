// Fusion of values with what uses them at once. fused_values.hpp says which.
#include "fuse_operands.hpp"
#include "fused_values.hpp"

namespace wrt::runtime {

namespace {

/// Where the value lies that an operation has just written.
Class found_in(const Operation& first)
{
    return first.d_class == Class::slot ? Class::t0 : first.d_class;
}

}  // namespace

bool fuse_load_binary(const Operation& load, Operation& binary)
{
    Other c;
    if (load.d_class != Class::t0 || !reads_once(binary, Class::t0, c)) return false;
    if (c.reversed && is_commutative(binary.instr)) c.reversed = false;
    if (load_binary_handler(load.instr, binary.instr, c.reversed, load.a_class, c.cls,
                            binary.d_class) == nullptr)
        return false;
    const Operation tail = binary;
    binary = load;
    binary.family = Family::load_binary;
    binary.bank = tail.bank;
    binary.instr2 = tail.instr;
    put_other(binary, c);
    binary.d_class = tail.d_class;
    binary.d = tail.d;
    return true;
}

bool fuse_load_scaled(const Operation& shift, Operation& load)
{
    Other base;
    if (shift.instr != Instr::i32_shl || shift.d_class != Class::t0 ||
        shift.b_class != Class::constant || !reads_once(load, Class::t0, base) ||
        load_scaled_handler(load.instr, shift.a_class, base.cls, load.d_class) == nullptr)
        return false;
    load.family = Family::load_scaled;
    load.a_class = shift.a_class;
    load.a = shift.a;
    load.b_class = base.cls;
    load.b = base.slot;
    load.constant = base.constant;
    load.constant2 = static_cast<uint32_t>(shift.constant);
    return true;
}

bool fuse_load_test(const Operation& load, Operation& branch)
{
    if (load.bank != Bank::integer || is_temp(load.d_class)) return false;
    const Operation test = as_comparison(branch);
    Other c;
    // A trap of the load and an interrupt of the branch would have to say different places.
    if (test.family != Family::compare_branch || test.flag || test.polls ||
        !reads_once(test, found_in(load), c))
        return false;
    if (c.reversed && is_symmetric_compare(test.instr)) c.reversed = false;
    if (load_test_handler(load.instr, test.instr, c.reversed, load.a_class, c.cls, load.d_class) ==
        nullptr)
        return false;
    branch = load;
    branch.family = Family::load_test;
    branch.instr2 = test.instr;
    put_other(branch, c);
    branch.label = test.label;
    return true;
}

/// `index`: a load, or a sum with a constant.
bool fuse_table(const Operation& index, Operation& table)
{
    const bool sum = index.family == Family::binary;
    if (index.d_class != Class::t0 || table.a_class != Class::t0 ||
        (sum && index.b_class != Class::constant) ||
        indexed_table_handler(index.instr, index.a_class) == nullptr)
        return false;
    table.family = Family::indexed_table;
    table.instr = index.instr;
    table.a_class = index.a_class;
    table.a = index.a;
    table.constant2 = sum ? static_cast<uint32_t>(index.constant) : index.index;
    table.source = index.source;
    return true;
}

bool fuse_move_test(const Operation& move, Operation& branch)
{
    const bool constant = move.family == Family::constant;
    if (move.bank != Bank::integer || is_temp(move.d_class) || (constant && move.wide))
        return false;
    const Operation test = as_comparison(branch);
    if (test.family != Family::compare_branch || test.flag || test.polls) return false;
    const Class from = constant ? Class::constant : move.a_class;
    if (move_test_handler(test.instr, from, move.d_class, test.a_class, test.b_class) == nullptr)
        return false;
    branch = test;
    branch.family = Family::move_test;
    branch.x_class = from;
    branch.x = move.a;
    branch.constant2 = static_cast<uint32_t>(move.constant);
    branch.d_class = move.d_class;
    branch.d = move.d;
    return true;
}

bool fuse_binary_wide(const Operation& constant, Operation& binary)
{
    Other a;
    if (constant.d_class != Class::t0 || constant.bank != binary.bank ||
        !reads_once(binary, Class::t0, a) || a.cls == Class::constant)
        return false;
    const bool reversed = !a.reversed && !is_commutative(binary.instr);
    if ((a.reversed && !is_commutative(binary.instr)) ||
        binary_wide_handler(binary.instr, reversed, a.cls, binary.d_class) == nullptr)
        return false;
    binary.family = Family::binary_wide;
    binary.flag = reversed;
    binary.a_class = a.cls;
    binary.a = a.slot;
    binary.b_class = Class::slot;
    binary.constant = constant.constant;
    return true;
}

bool fuse_select_constant(const Operation& constant, Operation& select)
{
    Other a;
    if (constant.d_class != Class::t0 || constant.bank != select.bank ||
        !reads_once(select, Class::t0, a) ||
        select_constant_handler(select.bank, !a.reversed, a.cls, select.x_class, select.d_class) ==
            nullptr)
        return false;
    select.family = Family::select_constant;
    select.flag = !a.reversed;
    select.a_class = a.cls;
    select.a = a.slot;
    select.constant = constant.wide
                          ? constant.constant
                          : static_cast<uint64_t>(int64_t{static_cast<int32_t>(constant.constant)});
    return true;
}

bool fuse_sum_branch(const Operation& sum, Operation& branch)
{
    if (sum.instr != Instr::i32_add || branch.plain != Plain::branch ||
        sum_branch_handler(sum.a_class, sum.b_class, sum.d_class) == nullptr)
        return false;
    const Operation tail = branch;
    branch = sum;
    branch.family = Family::sum_branch;
    branch.label = tail.label;
    branch.source = tail.source;
    return true;
}

bool fuse_sum_move(const Operation& sum, Operation& move)
{
    if (sum.instr != Instr::i32_add || sum.b_class != Class::constant ||
        sum.d_class != Class::slot || move.bank != Bank::integer || move.a_class != Class::t0 ||
        sum_move_handler(sum.a_class, move.d_class) == nullptr)
        return false;
    const Operation tail = move;
    move = sum;
    move.family = Family::sum_move;
    move.x_class = tail.d_class;
    move.x = tail.d;
    move.source = tail.source;
    return true;
}

bool fuse_spilled_call(const Operation& spill, Operation& call)
{
    if (spill.plain != Plain::spill_floats || call.plain != Plain::call) return false;
    call.family = Family::call_spilled;
    call.x = spill.a;
    call.d = spill.d;
    return true;
}

}  // namespace wrt::runtime
