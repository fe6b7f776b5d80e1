// Which vector handlers exist; see variants.hpp. Vectors lie in slots, in t0 and t1 of the floats'
// registers, and as constants; never in pins.
#pragma once

#include "variants.hpp"

namespace wrt::runtime {

/// Places of a v128 without the second temp: for operations that are not worth the product.
constexpr bool is_plain_vector_place(Class c)
{
    return c == Class::slot || c == Class::t0;
}

/// Whether the operand at `index` of a vector instruction is a v128.
constexpr bool takes_vector(Instr op, int index)
{
    return info(op).signature.params[index] == ValType::v128;
}
constexpr bool gives_vector(Instr op)
{
    return info(op).signature.result == ValType::v128;
}

/// What dense loops are made of: gets every place. Others get one temp.
constexpr Heat heat_of_vector(Instr op)
{
    switch (raw(op)) {  // the rest is rare
    case raw(Instr::i8x16_add):
    case raw(Instr::i16x8_add):
    case raw(Instr::i16x8_mul):
    case raw(Instr::i32x4_add):
    case raw(Instr::i32x4_mul):
    case raw(Instr::i32x4_dot_i16x8_s):
    case raw(Instr::i64x2_add):
    case raw(Instr::f32x4_add):
    case raw(Instr::f32x4_mul):
    case raw(Instr::f64x2_add):
    case raw(Instr::f64x2_mul):
    case raw(Instr::v128_and):
    case raw(Instr::v128_or):
    case raw(Instr::v128_xor): return Heat::commutative;
    case raw(Instr::i8x16_sub):
    case raw(Instr::i16x8_sub):
    case raw(Instr::i32x4_sub):
    case raw(Instr::i64x2_sub):
    case raw(Instr::f32x4_sub):
    case raw(Instr::f32x4_div):
    case raw(Instr::f32x4_lt):
    case raw(Instr::f32x4_le):
    case raw(Instr::f64x2_sub):
    case raw(Instr::f64x2_div): return Heat::hot;
    default: return Heat::rare;
    }
}

/// d = op(a, b) where both are vectors, or (shifts) b is an i32.
constexpr bool has_vector_binary(Instr op, Class a, Class b, Class d)
{
    if (!takes_vector(op, 1)) return is_plain_vector_place(a) && is_plain_vector_place(d);
    const Heat heat = heat_of_vector(op);
    if (heat == Heat::rare) {
        if (!is_plain_vector_place(a) || !is_plain_vector_place(d)) return false;
        return b == Class::constant || b == Class::slot || (b == Class::t0 && a == Class::slot);
    }
    if (!is_vector_place(a) || !is_vector_place(d)) return false;
    if (b == Class::constant) return true;
    if (!is_vector_place(b)) return false;
    if (a == b && is_temp(a)) return a == Class::t0;  // a local that t0 repeats, with itself
    return heat == Heat::hot || a <= b;
}

/// d = op(a): of vectors, from a scalar to one (splats), or from one to an i32.
constexpr bool has_vector_unary(Instr op, Class a, Class d)
{
    if (!takes_vector(op, 0)) return is_place(a) && is_vector_place(d);
    return is_plain_vector_place(a) &&
           (gives_vector(op) ? is_vector_place(d) : is_plain_destination(d));
}

/// d = op(a, b, c)
constexpr bool has_vector_ternary(Class a, Class b, Class c, Class d)
{
    const int temps = is_temp(a) + is_temp(b) + is_temp(c);
    return is_plain_vector_place(a) && is_plain_vector_place(b) && is_plain_vector_place(c) &&
           is_vector_place(d) && temps <= 1;
}

constexpr bool has_extract_lane(Class a, Class d)
{
    return is_plain_vector_place(a) && is_plain_destination(d);
}

/// d = a with the scalar b in one lane; floats share their registers with vectors.
constexpr bool has_replace_lane(Instr op, Class a, Class b, Class d)
{
    const ValType scalar = info(op).signature.params[1];
    const bool shared = scalar == ValType::f32 || scalar == ValType::f64;
    return is_plain_vector_place(a) && is_common_place(b) && is_plain_vector_place(d) &&
           !(shared && a == Class::t0 && b == Class::t0);
}

constexpr bool has_shuffle(Class a, Class b, Class d)
{
    return is_plain_vector_place(a) && is_plain_vector_place(b) && is_vector_place(d) &&
           (a == Class::slot || b == Class::slot);
}

/// Bytes of one vector in another order.
constexpr bool has_permute(Class a, Class d)
{
    return is_plain_vector_place(a) && is_vector_place(d);
}

constexpr bool has_vector_move(Class a, Class d)
{
    return is_vector_place(a) && is_vector_place(d);
}

}  // namespace wrt::runtime
