// What the vector instructions on integer lanes compute; see vector.hpp.
#pragma once

#include "lanes.hpp"

namespace wrt::numeric {
#if WRT_SSE41
inline namespace sse41 {
#else
inline namespace portable {
#endif

namespace lanes {

template <class T>
constexpr v128 neg(v128 a) noexcept
{
    return sub<T>(v128{}, a);
}

/// The most negative number stays what it is.
template <class T>
constexpr v128 abs(v128 a) noexcept
{
    const v128 sign = bits(as<T>(a) < 0);
    return sub<UnsignedLane<T>>(a ^ sign, sign);
}

template <class T>
constexpr v128 min(v128 a, v128 b) noexcept
{
    return bits(as<T>(a) < as<T>(b) ? as<T>(a) : as<T>(b));
}
template <class T>
constexpr v128 max(v128 a, v128 b) noexcept
{
    return bits(as<T>(a) > as<T>(b) ? as<T>(a) : as<T>(b));
}

/// Sums of neighbours, in lanes of twice the size. To is as signed as From.
template <class From, class To>
constexpr v128 extadd_pairwise(v128 a) noexcept
{
    constexpr int half = sizeof(From) * 8;
    using Up = UnsignedLane<To>;
    const auto low = std::bit_cast<Lanes<To>>(as<Up>(a) << half) >> half;
    return add<Up>(bits(low), bits(as<To>(a) >> half));
}

}  // namespace lanes

// Rows, to be read like the table they mirror.
// clang-format off

// --- bits ---

constexpr v128 v128_not(v128 a) noexcept { return ~a; }
constexpr v128 v128_and(v128 a, v128 b) noexcept { return a & b; }
constexpr v128 v128_andnot(v128 a, v128 b) noexcept { return a & ~b; }
constexpr v128 v128_or(v128 a, v128 b) noexcept { return a | b; }
constexpr v128 v128_xor(v128 a, v128 b) noexcept { return a ^ b; }
constexpr v128 v128_bitselect(v128 a, v128 b, v128 mask) noexcept { return lanes::choose(mask, a, b); }
inline int32_t v128_any_true(v128 a) noexcept { return lanes::any(a); }

// --- i8x16 ---

constexpr v128 i8x16_splat(int32_t a) noexcept { return lanes::splat_bits(static_cast<uint8_t>(a)); }
constexpr v128 i8x16_eq(v128 a, v128 b) noexcept { return lanes::eq<int8_t>(a, b); }
constexpr v128 i8x16_ne(v128 a, v128 b) noexcept { return lanes::ne<int8_t>(a, b); }
constexpr v128 i8x16_lt_s(v128 a, v128 b) noexcept { return lanes::lt<int8_t>(a, b); }
constexpr v128 i8x16_lt_u(v128 a, v128 b) noexcept { return lanes::lt<uint8_t>(a, b); }
constexpr v128 i8x16_gt_s(v128 a, v128 b) noexcept { return lanes::lt<int8_t>(b, a); }
constexpr v128 i8x16_gt_u(v128 a, v128 b) noexcept { return lanes::lt<uint8_t>(b, a); }
constexpr v128 i8x16_le_s(v128 a, v128 b) noexcept { return lanes::le<int8_t>(a, b); }
constexpr v128 i8x16_le_u(v128 a, v128 b) noexcept { return lanes::le<uint8_t>(a, b); }
constexpr v128 i8x16_ge_s(v128 a, v128 b) noexcept { return lanes::le<int8_t>(b, a); }
constexpr v128 i8x16_ge_u(v128 a, v128 b) noexcept { return lanes::le<uint8_t>(b, a); }

constexpr v128 i8x16_abs(v128 a) noexcept { return lanes::abs<int8_t>(a); }
constexpr v128 i8x16_neg(v128 a) noexcept { return lanes::neg<uint8_t>(a); }
inline int32_t i8x16_all_true(v128 a) noexcept { return lanes::all_true<int8_t>(a); }
constexpr v128 i8x16_add(v128 a, v128 b) noexcept { return lanes::add<uint8_t>(a, b); }
constexpr v128 i8x16_sub(v128 a, v128 b) noexcept { return lanes::sub<uint8_t>(a, b); }
constexpr v128 i8x16_min_s(v128 a, v128 b) noexcept { return lanes::min<int8_t>(a, b); }
constexpr v128 i8x16_min_u(v128 a, v128 b) noexcept { return lanes::min<uint8_t>(a, b); }
constexpr v128 i8x16_max_s(v128 a, v128 b) noexcept { return lanes::max<int8_t>(a, b); }
constexpr v128 i8x16_max_u(v128 a, v128 b) noexcept { return lanes::max<uint8_t>(a, b); }

// --- i16x8 ---

constexpr v128 i16x8_splat(int32_t a) noexcept { return lanes::splat_bits(static_cast<uint16_t>(a)); }
constexpr v128 i16x8_eq(v128 a, v128 b) noexcept { return lanes::eq<int16_t>(a, b); }
constexpr v128 i16x8_ne(v128 a, v128 b) noexcept { return lanes::ne<int16_t>(a, b); }
constexpr v128 i16x8_lt_s(v128 a, v128 b) noexcept { return lanes::lt<int16_t>(a, b); }
constexpr v128 i16x8_lt_u(v128 a, v128 b) noexcept { return lanes::lt<uint16_t>(a, b); }
constexpr v128 i16x8_gt_s(v128 a, v128 b) noexcept { return lanes::lt<int16_t>(b, a); }
constexpr v128 i16x8_gt_u(v128 a, v128 b) noexcept { return lanes::lt<uint16_t>(b, a); }
constexpr v128 i16x8_le_s(v128 a, v128 b) noexcept { return lanes::le<int16_t>(a, b); }
constexpr v128 i16x8_le_u(v128 a, v128 b) noexcept { return lanes::le<uint16_t>(a, b); }
constexpr v128 i16x8_ge_s(v128 a, v128 b) noexcept { return lanes::le<int16_t>(b, a); }
constexpr v128 i16x8_ge_u(v128 a, v128 b) noexcept { return lanes::le<uint16_t>(b, a); }

constexpr v128 i16x8_extadd_pairwise_i8x16_s(v128 a) noexcept { return lanes::extadd_pairwise<int8_t, int16_t>(a); }
constexpr v128 i16x8_extadd_pairwise_i8x16_u(v128 a) noexcept { return lanes::extadd_pairwise<uint8_t, uint16_t>(a); }
constexpr v128 i16x8_abs(v128 a) noexcept { return lanes::abs<int16_t>(a); }
constexpr v128 i16x8_neg(v128 a) noexcept { return lanes::neg<uint16_t>(a); }
inline int32_t i16x8_all_true(v128 a) noexcept { return lanes::all_true<int16_t>(a); }
constexpr v128 i16x8_add(v128 a, v128 b) noexcept { return lanes::add<uint16_t>(a, b); }
constexpr v128 i16x8_sub(v128 a, v128 b) noexcept { return lanes::sub<uint16_t>(a, b); }
constexpr v128 i16x8_mul(v128 a, v128 b) noexcept { return lanes::mul<uint16_t>(a, b); }
constexpr v128 i16x8_min_s(v128 a, v128 b) noexcept { return lanes::min<int16_t>(a, b); }
constexpr v128 i16x8_min_u(v128 a, v128 b) noexcept { return lanes::min<uint16_t>(a, b); }
constexpr v128 i16x8_max_s(v128 a, v128 b) noexcept { return lanes::max<int16_t>(a, b); }
constexpr v128 i16x8_max_u(v128 a, v128 b) noexcept { return lanes::max<uint16_t>(a, b); }

// --- i32x4 ---

constexpr v128 i32x4_splat(int32_t a) noexcept { return lanes::splat_bits(a); }
constexpr v128 i32x4_eq(v128 a, v128 b) noexcept { return lanes::eq<int32_t>(a, b); }
constexpr v128 i32x4_ne(v128 a, v128 b) noexcept { return lanes::ne<int32_t>(a, b); }
constexpr v128 i32x4_lt_s(v128 a, v128 b) noexcept { return lanes::lt<int32_t>(a, b); }
constexpr v128 i32x4_lt_u(v128 a, v128 b) noexcept { return lanes::lt<uint32_t>(a, b); }
constexpr v128 i32x4_gt_s(v128 a, v128 b) noexcept { return lanes::lt<int32_t>(b, a); }
constexpr v128 i32x4_gt_u(v128 a, v128 b) noexcept { return lanes::lt<uint32_t>(b, a); }
constexpr v128 i32x4_le_s(v128 a, v128 b) noexcept { return lanes::le<int32_t>(a, b); }
constexpr v128 i32x4_le_u(v128 a, v128 b) noexcept { return lanes::le<uint32_t>(a, b); }
constexpr v128 i32x4_ge_s(v128 a, v128 b) noexcept { return lanes::le<int32_t>(b, a); }
constexpr v128 i32x4_ge_u(v128 a, v128 b) noexcept { return lanes::le<uint32_t>(b, a); }

constexpr v128 i32x4_extadd_pairwise_i16x8_s(v128 a) noexcept { return lanes::extadd_pairwise<int16_t, int32_t>(a); }
constexpr v128 i32x4_extadd_pairwise_i16x8_u(v128 a) noexcept { return lanes::extadd_pairwise<uint16_t, uint32_t>(a); }
constexpr v128 i32x4_abs(v128 a) noexcept { return lanes::abs<int32_t>(a); }
constexpr v128 i32x4_neg(v128 a) noexcept { return lanes::neg<uint32_t>(a); }
inline int32_t i32x4_all_true(v128 a) noexcept { return lanes::all_true<int32_t>(a); }
constexpr v128 i32x4_add(v128 a, v128 b) noexcept { return lanes::add<uint32_t>(a, b); }
constexpr v128 i32x4_sub(v128 a, v128 b) noexcept { return lanes::sub<uint32_t>(a, b); }
constexpr v128 i32x4_mul(v128 a, v128 b) noexcept { return lanes::mul<uint32_t>(a, b); }
constexpr v128 i32x4_min_s(v128 a, v128 b) noexcept { return lanes::min<int32_t>(a, b); }
constexpr v128 i32x4_min_u(v128 a, v128 b) noexcept { return lanes::min<uint32_t>(a, b); }
constexpr v128 i32x4_max_s(v128 a, v128 b) noexcept { return lanes::max<int32_t>(a, b); }
constexpr v128 i32x4_max_u(v128 a, v128 b) noexcept { return lanes::max<uint32_t>(a, b); }

// --- i64x2 ---

constexpr v128 i64x2_splat(int64_t a) noexcept { return lanes::splat_bits(a); }
constexpr v128 i64x2_eq(v128 a, v128 b) noexcept { return lanes::eq<int64_t>(a, b); }
constexpr v128 i64x2_ne(v128 a, v128 b) noexcept { return lanes::ne<int64_t>(a, b); }
constexpr v128 i64x2_lt_s(v128 a, v128 b) noexcept { return lanes::lt<int64_t>(a, b); }
constexpr v128 i64x2_gt_s(v128 a, v128 b) noexcept { return lanes::lt<int64_t>(b, a); }
constexpr v128 i64x2_le_s(v128 a, v128 b) noexcept { return lanes::le<int64_t>(a, b); }
constexpr v128 i64x2_ge_s(v128 a, v128 b) noexcept { return lanes::le<int64_t>(b, a); }

constexpr v128 i64x2_abs(v128 a) noexcept { return lanes::abs<int64_t>(a); }
constexpr v128 i64x2_neg(v128 a) noexcept { return lanes::neg<uint64_t>(a); }
inline int32_t i64x2_all_true(v128 a) noexcept { return lanes::all_true<int64_t>(a); }
constexpr v128 i64x2_add(v128 a, v128 b) noexcept { return lanes::add<uint64_t>(a, b); }
constexpr v128 i64x2_sub(v128 a, v128 b) noexcept { return lanes::sub<uint64_t>(a, b); }
constexpr v128 i64x2_mul(v128 a, v128 b) noexcept { return lanes::mul<uint64_t>(a, b); }

// clang-format on

}  // inline namespace
}  // namespace wrt::numeric
