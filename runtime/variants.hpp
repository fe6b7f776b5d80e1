// Which handlers exist. An operation is made once for each combination of operand classes that its
// predicate here allows; the translator asks the same predicates before it chooses classes, so the
// two cannot disagree. Keep the products small where code is rarely hot: handlers cost space and
// build time.
#pragma once

#include <wrt/decoder/instruction.hpp>

#include "dispatch.hpp"

namespace wrt::runtime {

constexpr bool is_register(Class c)
{
    return c != Class::slot && c != Class::constant;
}
constexpr bool is_temp(Class c)
{
    return c == Class::t0 || c == Class::t1;
}
/// Classes that a value may be read from or written to where no variant was left out.
constexpr bool is_place(Class c)
{
    return c != Class::constant;
}
/// The same without the second temp: for operations that are not worth the product.
constexpr bool is_common_place(Class c)
{
    return is_place(c) && c != Class::t1;
}
/// Destinations of operations that are not worth the product.
constexpr bool is_plain_destination(Class c)
{
    return c == Class::slot || c == Class::t0;
}

/// Where a v128 may be: it has the registers of floats, but is never pinned.
constexpr bool is_vector_place(Class c)
{
    return c == Class::slot || is_temp(c);
}
constexpr bool is_vector_access(Instr op)
{
    return info(op).prefix == 0xfd;
}

/// How many variants a numeric instruction gets.
enum class Heat : uint8_t {
    none,  ///< Not an operation of its own: the translator writes it another way.
    rare,
    compare,
    hot,
    commutative,  ///< Hot, and only with operands in the order of their classes.
};

constexpr Heat heat_of_binary(Instr op)
{
    switch (raw(op)) {  // the rest is rare
    case raw(Instr::i32_add):
    case raw(Instr::i32_mul):
    case raw(Instr::i32_and):
    case raw(Instr::i32_or):
    case raw(Instr::i32_xor):
    case raw(Instr::i64_add):
    case raw(Instr::i64_mul):
    case raw(Instr::i64_and):
    case raw(Instr::i64_or):
    case raw(Instr::i64_xor):
    case raw(Instr::f32_add):
    case raw(Instr::f32_mul):
    case raw(Instr::f64_add):
    case raw(Instr::f64_mul): return Heat::commutative;
    case raw(Instr::i32_sub):
    case raw(Instr::i32_shl):
    case raw(Instr::i32_shr_s):
    case raw(Instr::i32_shr_u):
    case raw(Instr::i32_rotl):
    case raw(Instr::i64_sub):
    case raw(Instr::i64_shl):
    case raw(Instr::i64_shr_s):
    case raw(Instr::i64_shr_u):
    case raw(Instr::i64_rotl):
    case raw(Instr::f32_sub):
    case raw(Instr::f64_sub):
    case raw(Instr::f64_div): return Heat::hot;
    case raw(Instr::i32_eq):
    case raw(Instr::i32_ne):
    case raw(Instr::i32_lt_s):
    case raw(Instr::i32_lt_u):
    case raw(Instr::i32_ge_s):
    case raw(Instr::i32_ge_u):
    case raw(Instr::i64_eq):
    case raw(Instr::i64_ne):
    case raw(Instr::i64_lt_s):
    case raw(Instr::i64_lt_u):
    case raw(Instr::i64_ge_s):
    case raw(Instr::i64_ge_u):
    case raw(Instr::f32_eq):
    case raw(Instr::f32_ne):
    case raw(Instr::f32_lt):
    case raw(Instr::f32_gt):
    case raw(Instr::f32_le):
    case raw(Instr::f32_ge):
    case raw(Instr::f64_eq):
    case raw(Instr::f64_ne):
    case raw(Instr::f64_lt):
    case raw(Instr::f64_gt):
    case raw(Instr::f64_le):
    case raw(Instr::f64_ge): return Heat::compare;
    // a > b is b < a, and a > constant is a >= constant + 1.
    case raw(Instr::i32_gt_s):
    case raw(Instr::i32_gt_u):
    case raw(Instr::i32_le_s):
    case raw(Instr::i32_le_u):
    case raw(Instr::i64_gt_s):
    case raw(Instr::i64_gt_u):
    case raw(Instr::i64_le_s):
    case raw(Instr::i64_le_u): return Heat::none;
    default: return Heat::rare;
    }
}

constexpr bool is_float_compare(Instr op)
{
    return op >= Instr::f32_eq && op <= Instr::f64_ge;
}
/// Comparisons whose operands may change places without becoming another comparison.
constexpr bool is_symmetric_compare(Instr op)
{
    return op == Instr::i32_eq || op == Instr::i32_ne || op == Instr::i64_eq ||
           op == Instr::i64_ne || op == Instr::f32_eq || op == Instr::f32_ne ||
           op == Instr::f64_eq || op == Instr::f64_ne;
}

/// The comparison that holds exactly where `op` does not, among those that are operations; nop for
/// floats, where NaN makes both false.
constexpr Instr opposite(Instr op)
{
    switch (raw(op)) {  // integer comparisons only
    case raw(Instr::i32_eq): return Instr::i32_ne;
    case raw(Instr::i32_ne): return Instr::i32_eq;
    case raw(Instr::i32_lt_s): return Instr::i32_ge_s;
    case raw(Instr::i32_ge_s): return Instr::i32_lt_s;
    case raw(Instr::i32_lt_u): return Instr::i32_ge_u;
    case raw(Instr::i32_ge_u): return Instr::i32_lt_u;
    case raw(Instr::i64_eq): return Instr::i64_ne;
    case raw(Instr::i64_ne): return Instr::i64_eq;
    case raw(Instr::i64_lt_s): return Instr::i64_ge_s;
    case raw(Instr::i64_ge_s): return Instr::i64_lt_s;
    case raw(Instr::i64_lt_u): return Instr::i64_ge_u;
    case raw(Instr::i64_ge_u): return Instr::i64_lt_u;
    default: return Instr::nop;
    }
}

/// Pairs of operands: never one temp twice, and in order where the order says nothing. What lies in
/// t1 waits there because something else was computed into t0, so the two come together; t1 beside
/// anything else is one operand in two thousand.
constexpr bool operand_pair(Class a, Class b, bool ordered)
{
    if (!is_place(a)) return false;
    if (a == Class::t1) {
        if (b != Class::t0) return false;
    } else if (b == Class::t1 && a != Class::t0) {
        return false;
    }
    if (a == b && is_temp(a)) return false;
    return !ordered || b == Class::constant || a <= b;
}

constexpr bool has_binary(Instr op, Class a, Class b, Class d)
{
    if (!is_place(d)) return false;
    switch (heat_of_binary(op)) {
    case Heat::none: return false;
    case Heat::rare:
        return operand_pair(a, b, false) && a != Class::t1 && b != Class::t1 &&
               is_plain_destination(d);
    case Heat::compare:
        if (!is_common_place(d)) return false;
        if (is_float_compare(op))
            return operand_pair(a, b, is_symmetric_compare(op)) && a != Class::t1 && b != Class::t1;
        return operand_pair(a, b, is_symmetric_compare(op));
    case Heat::hot: return operand_pair(a, b, false);
    case Heat::commutative: return operand_pair(a, b, true);
    }
    return false;
}

constexpr bool is_hot_unary(Instr op)
{
    return op == Instr::i64_extend_i32_u || op == Instr::i64_extend_i32_s ||
           op == Instr::i32_extend8_s || op == Instr::i32_extend16_s ||
           op == Instr::f64_convert_i32_s || op == Instr::f64_convert_i32_u;
}

constexpr bool has_unary(Instr op, Class a, Class d)
{
    if (!is_place(a) || !is_place(d)) return false;
    if (is_hot_unary(op)) return true;
    return a != Class::t1 && is_plain_destination(d);
}

constexpr bool is_hot_load(Instr op)
{
    return op == Instr::i32_load || op == Instr::i64_load || op == Instr::f32_load ||
           op == Instr::f64_load || op == Instr::i32_load8_u || op == Instr::i32_load8_s ||
           op == Instr::i32_load16_u || op == Instr::i32_load16_s;
}

constexpr bool is_hot_store(Instr op);

/// A constant address has the offset in it.
constexpr bool has_load(Instr op, Class a, Class d)
{
    if (a == Class::constant) return is_hot_load(op) && is_place(d);
    if (!is_place(a) || !is_place(d)) return false;
    if (is_vector_access(op)) return is_vector_place(d);
    return is_hot_load(op) || is_plain_destination(d);
}

/// Loads whose address is a sum.
constexpr bool has_load_sum(Instr op, Class a, Class b, Class d)
{
    if (!operand_pair(a, b, true)) return false;
    if (op == Instr::v128_load) return is_vector_place(d);
    return is_hot_load(op) && is_place(d) && d != Class::t1;
}

constexpr bool has_store(Instr op, Class address, Class value)
{
    if (address == Class::constant) return is_hot_store(op);
    if (is_vector_access(op)) return is_place(address) && is_vector_place(value);
    return operand_pair(address, value, false);
}

constexpr bool is_hot_store(Instr op)
{
    return op == Instr::i32_store || op == Instr::i64_store || op == Instr::f64_store ||
           op == Instr::f32_store || op == Instr::i32_store8;
}

/// Stores whose address is a sum. The value never comes from a temp: temps belong to the address.
constexpr bool has_store_sum(Instr op, Class a, Class b, Class value)
{
    if (!operand_pair(a, b, true)) return false;
    if (op == Instr::v128_store) return value == Class::slot;
    return is_hot_store(op) && (value == Class::slot || value == Class::l0 || value == Class::l1);
}

/// Branches on a comparison, or (i32.and) on whether two operands share a bit. `negate`: branch
/// where it does not hold; integer comparisons have their opposite instead.
constexpr bool has_compare_branch(Instr op, bool negate, Class a, Class b)
{
    if (op == Instr::i32_and) return operand_pair(a, b, true);
    if (heat_of_binary(op) != Heat::compare) return false;
    if (is_float_compare(op))
        return operand_pair(a, b, is_symmetric_compare(op)) && a != Class::t1 && b != Class::t1;
    return !negate && operand_pair(a, b, is_symmetric_compare(op));
}

constexpr bool has_move(Class a, Class d)
{
    return is_place(a) && is_place(d);
}

/// The condition is an integer, so it shares t0 with the others only where they are integers too.
constexpr bool has_select(bool integers, Class a, Class b, Class condition, Class d)
{
    if (!is_common_place(a) || !is_common_place(b) || !is_place(condition) || !is_common_place(d))
        return false;
    if (a == Class::t0 && b == Class::t0) return false;
    return !integers || condition != Class::t0 || (a != Class::t0 && b != Class::t0);
}

// Objects of the heap. References never live in pins.

constexpr bool is_reference_place(Class c)
{
    return c == Class::slot || is_temp(c);
}
/// Reads of a field: where the object is, where the value goes.
constexpr bool has_struct_get(Class object, Class d)
{
    return is_reference_place(object) && is_place(d);
}
constexpr bool has_struct_set(Class object, Class value)
{
    return is_reference_place(object) && operand_pair(object, value, false);
}
constexpr bool has_array_get(Class object, Class index, Class d)
{
    return is_reference_place(object) && object != Class::t1 && index != Class::t1 &&
           operand_pair(object, index, false) && is_common_place(d);
}
/// The array lies in its slot: temps belong to index and value.
constexpr bool has_array_set(Class index, Class value)
{
    const auto common = [](Class c) { return c != Class::t1; };
    return common(index) && common(value);
}
/// array.len, i31.get_s, i31.get_u, ref.i31.
constexpr bool has_gc_unary(Instr op, Class a, Class d)
{
    return (op == Instr::ref_i31 ? is_place(a) : is_reference_place(a)) && is_place(d);
}
constexpr bool has_ref_test(Class a, Class d)
{
    return is_reference_place(a) && a != Class::t1 && is_plain_destination(d);
}
/// Casts and branches on them leave the reference where it is.
constexpr bool has_cast(Class a)
{
    return is_reference_place(a) && a != Class::t1;
}

}  // namespace wrt::runtime
