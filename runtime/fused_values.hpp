// Fused operations around values that are made or moved and used at once: what was loaded goes into
// an operation, a test or a branch table; constants too wide or on the wrong side for an operand
// class. As in fused.hpp, the rows are what occurs in many programs.
//
// Returns stay apart from what makes their value: where a return has many handlers, processors
// guess wrong more often where it leads (calls through tables took a tenth longer).
#pragma once

#include <wrt/decoder/instruction.hpp>

#include "handler_tables.hpp"
#include "variants.hpp"

namespace wrt::runtime {

/// Handler of d = op(memory[a + offset], c) or, reversed, d = op(c, memory[a + offset]).
Handler load_binary_handler(Instr load, Instr op, bool reversed, Class a, Class c, Class d);
/// Handler of d = memory[(a << shift) + b + offset].
Handler load_scaled_handler(Instr load, Class a, Class b, Class d);
/// Handler of d = memory[a + offset], then a branch on test(d, c) or, reversed, on test(c, d).
Handler load_test_handler(Instr load, Instr test, bool reversed, Class a, Class c, Class d);
/// Handler of a branch table whose index is memory[a + offset], or (i32.add) a + constant.
Handler indexed_table_handler(Instr index, Class a);
/// Handler of d = from, then a branch on test(a, b).
Handler move_test_handler(Instr test, Class from, Class d, Class a, Class b);
/// Handler of d = op(a, constant) or, reversed, d = op(constant, a), with the constant in a word.
Handler binary_wide_handler(Instr op, bool reversed, Class a, Class d);
/// Handler of d = condition ? a : constant or, reversed, d = condition ? constant : a.
Handler select_constant_handler(Bank bank, bool reversed, Class a, Class condition, Class d);
/// Handler of d = a + b, then to a label.
Handler sum_branch_handler(Class a, Class b, Class d);
/// Handler of slot = a + constant, then d = slot.
Handler sum_move_handler(Class a, Class d);
/// Handler of a call after the float pins went to their slots.
Handler call_spilled_handler();

// Loads whose value the next operation reads and nobody else.
#define WRT_LOAD_BINARIES(row)                                                                     \
    row(i32_load, i32_add) row(i32_load, i32_sub) row(i32_load, i32_and) row(i32_load, i32_mul)    \
        row(i32_load, i32_shl) row(i32_load8_u, i32_add) row(i32_load8_u, i32_and)                 \
            row(i32_load8_u, i32_shl) row(i64_load, i64_add) row(f64_load, f64_add)                \
                row(f64_load, f64_sub) row(f64_load, f64_mul)
#define WRT_LOAD_BINARIES_REVERSED(row) row(i32_load, i32_sub) row(f64_load, f64_sub)

constexpr bool has_load_binary(Instr op, bool floats, Class a, Class c, Class d)
{
    if (a == Class::constant || a == Class::t1 || c == Class::t0 || !is_place(d)) return false;
    if (op == Instr::i32_shl) return c == Class::constant;
    if (c == Class::constant) return !floats && op != Instr::i32_sub;
    return c != Class::t1 || floats;
}

#define WRT_SCALED_LOADS(row)                                                                      \
    row(i32_load) row(i64_load) row(f32_load) row(f64_load) row(i32_load16_u)

constexpr bool has_load_scaled(Class a, Class b, Class d)
{
    return is_common_place(a) && b != Class::t0 && b != Class::t1 && is_common_place(d);
}

#define WRT_VALUE_TESTS(row)                                                                       \
    row(i32_eq) row(i32_ne) row(i32_lt_s) row(i32_lt_u) row(i32_ge_s) row(i32_ge_u)
#define WRT_TESTED_LOADS(row) row(i32_load) row(i32_load8_u)

constexpr bool has_load_test(Instr test, bool reversed, Class a, Class c, Class d)
{
    if (!is_common_place(a) || is_temp(c) || is_temp(d) || d == Class::constant) return false;
    if (c == d && c != Class::slot) return false;
    return !reversed || (c != Class::constant && !is_symmetric_compare(test));
}

#define WRT_INDEX_LOADS(row) row(i32_load) row(i32_load8_u) row(i32_load16_u)

/// What LLVM makes of variables that change where a loop goes round or control merges.
constexpr bool has_move_test(Class from, Class d, Class a, Class b)
{
    if (from == Class::t1 || (from == d && d != Class::slot)) return false;
    if (is_temp(d) || d == Class::constant || !is_common_place(a)) return false;
    return b == Class::constant || b == Class::slot;
}

#define WRT_WIDE_BINARIES(row) row(i64_add) row(i64_mul) row(i64_and) row(i64_or) row(i64_xor)
/// With the constant on the left, where no other instruction says the same with it on the right.
#define WRT_WIDE_BINARIES_REVERSED(row) row(i32_sub) row(i32_shl) row(f64_sub) row(f64_div)

constexpr bool has_binary_wide(Class a, Class d)
{
    return is_place(a) && a != Class::t0 && is_place(d);
}

constexpr bool has_select_constant(bool integers, Class a, Class condition, Class d)
{
    if (a != Class::slot && a != Class::l0 && a != Class::l1) return false;
    if (!is_place(condition) || (integers && condition == Class::t0)) return false;
    return is_common_place(d);
}

constexpr bool has_sum_branch(Class a, Class b, Class d)
{
    return has_binary(Instr::i32_add, a, b, d) && !is_temp(d);
}
constexpr bool has_sum_move(Class a, Class d)
{
    return is_common_place(a) && !is_temp(d) && d != Class::constant;
}

}  // namespace wrt::runtime
