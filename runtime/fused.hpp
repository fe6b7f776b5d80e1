// Fused operations: two operations where the second reads what the first made, as one. The value
// between them stays in the handler, and one dispatch is saved. translate_fuse.cpp finds them, the
// rows here say which exist.
//
// The rows are what compilers write for many languages: index and address arithmetic, fields of
// bits, hashes, loops that count. They were chosen by how often they run in programs that are no
// benchmarks (an SQL engine, a Python interpreter, C and C++ programs with containers, strings and
// numbers), and so were the classes of their operands.
#pragma once

#include <wrt/decoder/instruction.hpp>

#include "handler_tables.hpp"
#include "variants.hpp"

namespace wrt::runtime {

/// What op_out_of_bounds() is to the first access of an operation, this is to its second one.
WRT_HANDLER op_second_out_of_bounds(WRT_REGISTERS);

/// Handler of d = second(first(a, b), c) or, reversed, d = second(c, first(a, b)); null where there
/// is none.
Handler binary_pair_handler(Instr first, Instr second, bool reversed, Class a, Class b, Class c,
                            Class d);
/// Handler of a branch on test(first(a, b), c), or reversed on test(c, first(a, b)). With `updates`
/// the sum goes where `a` came from.
Handler binary_branch_handler(Instr first, Instr test, bool reversed, bool updates, bool polls,
                              Class a, Class b, Class c);
/// Handler of a branch on test(memory[a + offset], c), or reversed.
Handler load_branch_handler(Instr load, Instr test, bool reversed, Class a, Class c);
/// Handler of two moves to slots, from places or 32-bit constants.
Handler move_pair_handler(Class first, Class second);

/// Handler of a call after a move to a slot, or after two (`second` then; else Class::slot and
/// `two` false).
Handler call_moved_handler(bool two, Class first, Class second);
/// Handler of a branch after d = a.
Handler move_branch_handler(Class a, Class d);
/// Handler of d = global + constant, where `updates` with the global = d.
Handler global_sum_handler(bool updates, Class d);
/// Handler of global = a + constant.
Handler sum_to_global_handler(Class a);
/// Handler of d = second(memory[first(a)]).
Handler load_load_handler(Instr first, Instr second, Class a, Class d);
/// Handler of memory[address] = memory[a], as wide as `store`.
Handler load_store_handler(Instr load, Instr store, Class a, Class address);
/// Handler of memory[address] = op(a, b).
Handler binary_store_handler(Instr op, Instr store, Class a, Class b, Class address);

namespace tables {
Handler pair_i32(Instr first, Instr second, bool reversed, size_t at);
Handler pair_i64(Instr first, Instr second, bool reversed, size_t at);
Handler pair_float(Instr first, Instr second, bool reversed, size_t at);
}  // namespace tables

/// Pairs of instructions; the second takes the first one's result on its left side or, with `r`
/// rows, on its right side.
#define WRT_PAIRS_I32(row)                                                                         \
    row(i32_add, i32_add) row(i32_add, i32_and) row(i32_add, i32_shl) row(i32_add, i32_shr_u)      \
        row(i32_sub, i32_and) row(i32_sub, i32_shr_s) row(i32_sub, i32_shl) row(i32_sub, i32_add)  \
            row(i32_mul, i32_add) row(i32_mul, i32_sub) row(i32_mul, i32_xor)                      \
                row(i32_mul, i32_shr_u) row(i32_and, i32_add) row(i32_and, i32_or)                 \
                    row(i32_and, i32_xor) row(i32_and, i32_mul) row(i32_and, i32_shl)              \
                        row(i32_and, i32_shr_u) row(i32_or, i32_or) row(i32_xor, i32_and)          \
                            row(i32_xor, i32_mul) row(i32_xor, i32_xor) row(i32_xor, i32_rotl)     \
                                row(i32_shl, i32_add) row(i32_shl, i32_or) row(i32_shl, i32_xor)   \
                                    row(i32_shl, i32_shr_s) row(i32_shr_u, i32_add)                \
                                        row(i32_shr_u, i32_and) row(i32_shr_u, i32_or)             \
                                            row(i32_shr_u, i32_xor) row(i32_rotl, i32_xor)         \
                                                row(i32_rotl, i32_add) row(i32_add, i32_rotl)      \
                                                    row(i32_add, i32_xor) row(i32_or, i32_and)
#define WRT_PAIRS_I32_REVERSED(row) row(i32_mul, i32_sub) row(i32_shl, i32_sub)
#define WRT_PAIRS_I64(row)                                                                         \
    row(i64_add, i64_add) row(i64_add, i64_and) row(i64_mul, i64_add) row(i64_mul, i64_shr_u)      \
        row(i64_mul, i64_xor) row(i64_and, i64_add) row(i64_and, i64_shl) row(i64_xor, i64_and)    \
            row(i64_xor, i64_mul) row(i64_xor, i64_rotl) row(i64_shl, i64_add)                     \
                row(i64_shl, i64_or) row(i64_shl, i64_xor) row(i64_shr_u, i64_add)                 \
                    row(i64_shr_u, i64_and) row(i64_shr_u, i64_or) row(i64_shr_u, i64_xor)         \
                        row(i64_rotl, i64_xor) row(i64_add, i64_rotl) row(i64_mul, i64_rotl)       \
                            row(i64_and, i64_or)
#define WRT_PAIRS_FLOAT(row)                                                                       \
    row(f64_mul, f64_add) row(f64_mul, f64_sub) row(f64_mul, f64_mul) row(f64_add, f64_add)        \
        row(f64_add, f64_mul) row(f64_sub, f64_mul) row(f64_sub, f64_sub) row(f32_mul, f32_add)    \
            row(f32_mul, f32_sub) row(f32_mul, f32_mul) row(f32_add, f32_add)                      \
                row(f32_sub, f32_mul)
#define WRT_PAIRS_FLOAT_REVERSED(row) row(f64_mul, f64_sub) row(f32_mul, f32_sub)

/// Shifts and rotations, whose right operand is a constant in pairs.
constexpr bool is_shift(Instr op)
{
    switch (raw(op)) {  // no other is one
    case raw(Instr::i32_shl):
    case raw(Instr::i32_shr_s):
    case raw(Instr::i32_shr_u):
    case raw(Instr::i32_rotl):
    case raw(Instr::i64_shl):
    case raw(Instr::i64_shr_s):
    case raw(Instr::i64_shr_u):
    case raw(Instr::i64_rotl): return true;
    default: return false;
    }
}

// The classes of a pair's operands. `b` and `c` come together: one of them is nearly always a
// constant.
inline constexpr Class pair_a[] = {Class::slot, Class::t0, Class::l0, Class::l1};
struct PairRight {
    Class b, c;
};
inline constexpr PairRight pair_right[] = {
    {Class::constant, Class::constant}, {Class::constant, Class::slot},
    {Class::constant, Class::t1},       {Class::constant, Class::l0},
    {Class::slot, Class::constant},     {Class::l0, Class::constant},
    {Class::slot, Class::slot},         {Class::slot, Class::t1},
    {Class::slot, Class::l0},           {Class::l0, Class::slot},
};
inline constexpr Class pair_d[] = {Class::slot, Class::t0, Class::t1, Class::l0};

inline constexpr size_t pair_size = std::size(pair_a) * std::size(pair_right) * std::size(pair_d);

constexpr bool has_binary_pair(Instr first, Instr second, bool reversed, bool floats, Class b,
                               Class c)
{
    if (floats) return b != Class::constant && c != Class::constant;
    if (b == Class::l0 && c == Class::slot) return false;
    if (is_shift(first) && b != Class::constant) return false;
    if (is_shift(second) && c != Class::constant) return false;
    return !reversed || c != Class::constant;
}

/// Where a combination of classes stands in a pair's table; pair_size if it has no place.
constexpr size_t pair_index(Class a, Class b, Class c, Class d)
{
    size_t at_a = 0;
    while (at_a < std::size(pair_a) && pair_a[at_a] != a)
        ++at_a;
    size_t at_right = 0;
    while (at_right < std::size(pair_right) &&
           (pair_right[at_right].b != b || pair_right[at_right].c != c))
        ++at_right;
    size_t at_d = 0;
    while (at_d < std::size(pair_d) && pair_d[at_d] != d)
        ++at_d;
    if (at_a == std::size(pair_a) || at_right == std::size(pair_right) || at_d == std::size(pair_d))
        return pair_size;
    return (at_a * std::size(pair_right) + at_right) * std::size(pair_d) + at_d;
}

// Branches on what an operation made.
#define WRT_BRANCH_TESTS(row)                                                                      \
    row(i32_eq) row(i32_ne) row(i32_lt_s) row(i32_lt_u) row(i32_ge_s) row(i32_ge_u)
#define WRT_BRANCH_FIRSTS(row) row(i32_add) row(i32_sub) row(i32_and)
#define WRT_BRANCH_LOADS(row) row(i32_load) row(i32_load8_u)

/// Loops go round on what an update left: only there does a branch look for interrupts.
constexpr bool has_binary_branch(Instr first, Instr test, bool reversed, bool updates, bool polls,
                                 Class a, Class b, Class c)
{
    if (polls && !updates) return false;
    if (a != Class::slot && a != Class::l0 && a != Class::l1 && (a != Class::t0 || updates))
        return false;
    if (b != Class::constant && (b != Class::slot || updates)) return false;
    if (c != Class::constant && c != Class::slot && c != Class::l0) return false;
    if (updates && (first != Instr::i32_add || (a == Class::l0 && c == Class::l0))) return false;
    return !reversed || (c != Class::constant && !is_symmetric_compare(test));
}

constexpr bool has_load_branch(Instr test, bool reversed, Class a, Class c)
{
    if (a == Class::constant || a == Class::t1) return false;
    if (c != Class::constant && c != Class::slot && c != Class::l0) return false;
    return !reversed || (c != Class::constant && !is_symmetric_compare(test));
}

/// Sources and destinations of moves before a call or a branch.
constexpr bool has_call_moved(Class first, Class second)
{
    return first != Class::t1 && second != Class::t1;
}
constexpr bool has_move_branch(Class a, Class d)
{
    return a != Class::t1 && !is_temp(d) && d != Class::constant;
}
/// `global + constant` makes a frame in the guest's own stack and takes it away.
constexpr bool has_global_sum(Class d)
{
    return is_place(d);
}
constexpr bool has_sum_to_global(Class a)
{
    return is_common_place(a);
}

/// Loads whose address was loaded just before.
#define WRT_LOADS_AFTER_LOAD(row)                                                                  \
    row(i32_load) row(i64_load) row(i32_load8_u) row(i32_load16_u) row(f64_load)
constexpr bool has_load_load(Class a, Class d)
{
    return (is_common_place(a) || a == Class::constant) && is_place(d);
}

/// Memory to memory.
#define WRT_COPIES(row)                                                                            \
    row(i32_load, i32_store) row(i64_load, i64_store) row(i32_load8_u, i32_store8)
constexpr bool has_load_store(Class a, Class address)
{
    return (is_common_place(a) || a == Class::constant) && is_place(address) &&
           address != Class::t0;
}

/// Stores of what was just computed.
#define WRT_STORES_AFTER_BINARY(row)                                                               \
    row(i32_add, i32_store) row(i32_or, i32_store) row(i32_and, i32_store) row(i64_add, i64_store) \
        row(f64_add, f64_store) row(f64_sub, f64_store) row(f64_mul, f64_store)
constexpr bool has_binary_store(bool floats, Class a, Class b, Class address)
{
    if (!is_common_place(a) || !is_place(address)) return false;
    if (address == Class::t0 && !floats) return false;
    return b == Class::slot || (b == Class::constant && !floats) || (b == Class::l0 && floats);
}

/// Sources of moves in pairs.
constexpr bool has_move_pair(Class first, Class second)
{
    return first != Class::t1 && second != Class::t1;
}

}  // namespace wrt::runtime
