// What the relaxed vector instructions compute. The specification lets each give one of a few
// results; ours is always the one of its deterministic profile, on every host:
//
//   i8x16.relaxed_swizzle                    as i8x16.swizzle: zero for every index above 15
//   i32x4.relaxed_trunc_*                    as i32x4.trunc_sat_*: NaN gives 0, the rest saturates
//   *.relaxed_madd, *.relaxed_nmadd          product and sum round each, as mul and add
//   *.relaxed_laneselect                     as v128.bitselect: bit by bit
//   *.relaxed_min, *.relaxed_max             as min and max
//   i16x8.relaxed_q15mulr_s                  as i16x8.q15mulr_sat_s: -1 * -1 saturates
//   i16x8.relaxed_dot_i8x16_i7x16_s          the second operand is signed in all eight bits (sums
//   of
//                                            two products saturate, whatever one chooses)
//   i32x4.relaxed_dot_i8x16_i7x16_add_s      the same; pairs of those sums, and then the addend
//
// https://webassembly.github.io/spec/core/exec/numerics.html#relaxed-operations
#pragma once

#include "vector_convert.hpp"
#include "vector_float.hpp"
#include "vector_packed.hpp"

namespace wrt::numeric {
#if WRT_SSE41
inline namespace sse41 {
#else
inline namespace portable {
#endif

// clang-format off
inline v128 i8x16_relaxed_swizzle(v128 a, v128 b) noexcept { return i8x16_swizzle(a, b); }
inline v128 i32x4_relaxed_trunc_f32x4_s(v128 a) noexcept { return i32x4_trunc_sat_f32x4_s(a); }
inline v128 i32x4_relaxed_trunc_f32x4_u(v128 a) noexcept { return i32x4_trunc_sat_f32x4_u(a); }
inline v128 i32x4_relaxed_trunc_f64x2_s_zero(v128 a) noexcept { return i32x4_trunc_sat_f64x2_s_zero(a); }
inline v128 i32x4_relaxed_trunc_f64x2_u_zero(v128 a) noexcept { return i32x4_trunc_sat_f64x2_u_zero(a); }
inline v128 f32x4_relaxed_madd(v128 a, v128 b, v128 c) noexcept { return f32x4_add(f32x4_mul(a, b), c); }
inline v128 f32x4_relaxed_nmadd(v128 a, v128 b, v128 c) noexcept { return f32x4_add(f32x4_mul(f32x4_neg(a), b), c); }
inline v128 f64x2_relaxed_madd(v128 a, v128 b, v128 c) noexcept { return f64x2_add(f64x2_mul(a, b), c); }
inline v128 f64x2_relaxed_nmadd(v128 a, v128 b, v128 c) noexcept { return f64x2_add(f64x2_mul(f64x2_neg(a), b), c); }
inline v128 i8x16_relaxed_laneselect(v128 a, v128 b, v128 c) noexcept { return v128_bitselect(a, b, c); }
inline v128 i16x8_relaxed_laneselect(v128 a, v128 b, v128 c) noexcept { return v128_bitselect(a, b, c); }
inline v128 i32x4_relaxed_laneselect(v128 a, v128 b, v128 c) noexcept { return v128_bitselect(a, b, c); }
inline v128 i64x2_relaxed_laneselect(v128 a, v128 b, v128 c) noexcept { return v128_bitselect(a, b, c); }
inline v128 f32x4_relaxed_min(v128 a, v128 b) noexcept { return f32x4_min(a, b); }
inline v128 f32x4_relaxed_max(v128 a, v128 b) noexcept { return f32x4_max(a, b); }
inline v128 f64x2_relaxed_min(v128 a, v128 b) noexcept { return f64x2_min(a, b); }
inline v128 f64x2_relaxed_max(v128 a, v128 b) noexcept { return f64x2_max(a, b); }
inline v128 i16x8_relaxed_q15mulr_s(v128 a, v128 b) noexcept { return i16x8_q15mulr_sat_s(a, b); }
// clang-format on

// Products of the even and of the odd bytes, which lie in either half of each word.
inline v128 i16x8_relaxed_dot_i8x16_i7x16_s(v128 a, v128 b) noexcept
{
    const auto even = [](v128 x) { return i16x8_shr_s(i16x8_shl(x, 8), 8); };
    const v128 even_products = i16x8_mul(even(a), even(b));
    return i16x8_add_sat_s(even_products, i16x8_mul(i16x8_shr_s(a, 8), i16x8_shr_s(b, 8)));
}

inline v128 i32x4_relaxed_dot_i8x16_i7x16_add_s(v128 a, v128 b, v128 c) noexcept
{
    return i32x4_add(i32x4_extadd_pairwise_i16x8_s(i16x8_relaxed_dot_i8x16_i7x16_s(a, b)), c);
}

}  // inline namespace
}  // namespace wrt::numeric
