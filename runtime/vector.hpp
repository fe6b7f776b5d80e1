// What each vector instruction computes: one pure function per WRT_VECTOR row of instructions.def,
// named like its enumerator, as numeric.hpp has them for scalars; and for the instructions on
// single lanes a template of the lane. numeric_check.hpp proves that these and the table agree.
//
//   lanes.hpp           v128 as lanes of any type
//   vector_integer.hpp  bits; integer lanes as the compiler's vector types compute them
//   vector_packed.hpp   integer lanes where the host has instructions that those types lack
//   vector_float.hpp    float lanes
//   vector_convert.hpp  integers to floats and back
//   vector_relaxed.hpp  the relaxed instructions, and what we chose for them
#pragma once

#include "vector_convert.hpp"
#include "vector_float.hpp"
#include "vector_integer.hpp"
#include "vector_packed.hpp"
#include "vector_relaxed.hpp"

namespace wrt::numeric {
#if WRT_SSE41
inline namespace sse41 {
#else
inline namespace portable {
#endif

namespace lanes {

template <class T, class Value, int Lane>
constexpr v128 replace(v128 a, Value value) noexcept
{
    auto result = as<T>(a);
    result[Lane] = static_cast<T>(value);
    return bits(result);
}

}  // namespace lanes

// clang-format off
template <int Lane> constexpr int32_t i8x16_extract_lane_s(v128 a) noexcept { return lanes::as<int8_t>(a)[Lane]; }
template <int Lane> constexpr int32_t i8x16_extract_lane_u(v128 a) noexcept { return lanes::as<uint8_t>(a)[Lane]; }
template <int Lane> constexpr int32_t i16x8_extract_lane_s(v128 a) noexcept { return lanes::as<int16_t>(a)[Lane]; }
template <int Lane> constexpr int32_t i16x8_extract_lane_u(v128 a) noexcept { return lanes::as<uint16_t>(a)[Lane]; }
template <int Lane> constexpr int32_t i32x4_extract_lane(v128 a) noexcept { return lanes::as<int32_t>(a)[Lane]; }
template <int Lane> constexpr int64_t i64x2_extract_lane(v128 a) noexcept { return lanes::as<int64_t>(a)[Lane]; }
template <int Lane> constexpr float f32x4_extract_lane(v128 a) noexcept { return lanes::as<float>(a)[Lane]; }
template <int Lane> constexpr double f64x2_extract_lane(v128 a) noexcept { return lanes::as<double>(a)[Lane]; }

template <int Lane> constexpr v128 i8x16_replace_lane(v128 a, int32_t b) noexcept { return lanes::replace<int8_t, int32_t, Lane>(a, b); }
template <int Lane> constexpr v128 i16x8_replace_lane(v128 a, int32_t b) noexcept { return lanes::replace<int16_t, int32_t, Lane>(a, b); }
template <int Lane> constexpr v128 i32x4_replace_lane(v128 a, int32_t b) noexcept { return lanes::replace<int32_t, int32_t, Lane>(a, b); }
template <int Lane> constexpr v128 i64x2_replace_lane(v128 a, int64_t b) noexcept { return lanes::replace<int64_t, int64_t, Lane>(a, b); }
template <int Lane> constexpr v128 f32x4_replace_lane(v128 a, float b) noexcept { return lanes::replace<float, float, Lane>(a, b); }
template <int Lane> constexpr v128 f64x2_replace_lane(v128 a, double b) noexcept { return lanes::replace<double, double, Lane>(a, b); }
// clang-format on

/// Bytes of `a` and `b`, chosen by the masks that shuffle_masks() makes of an instruction's lanes.
inline v128 i8x16_shuffle(v128 a, v128 b, v128 a_mask, v128 b_mask) noexcept
{
    return pick_bytes(a, a_mask) | pick_bytes(b, b_mask);
}

}  // inline namespace
}  // namespace wrt::numeric
