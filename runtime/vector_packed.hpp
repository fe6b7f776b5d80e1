// What the vector instructions compute that host instructions know but vector types do not: shifts
// by a scalar, saturation, narrowing and widening, masks, swizzles. Each stands here twice, with
// SSE4.1 and portably; see vector.hpp.
#pragma once

#include "vector_integer.hpp"

namespace wrt::numeric {
#if WRT_SSE41
inline namespace sse41 {

namespace lanes {

template <class T>
__m128i amount(int32_t count) noexcept
{
    return _mm_cvtsi32_si128(static_cast<int>(static_cast<uint32_t>(count) % (sizeof(T) * 8)));
}

inline __m128i high(v128 a) noexcept
{
    return _mm_unpackhi_epi64(i(a), i(a));
}

enum class Half { low, high };

/// Products of 16-bit lanes, given their upper halves.
template <Half H>
v128 products(__m128i a, __m128i b, __m128i upper) noexcept
{
    const __m128i lower = _mm_mullo_epi16(a, b);
    return bits(H == Half::low ? _mm_unpacklo_epi16(lower, upper)
                               : _mm_unpackhi_epi16(lower, upper));
}

/// Two 32-bit lanes, each in the low half of 64 bits.
template <Half H>
__m128i spread(v128 a) noexcept
{
    return H == Half::low ? _mm_shuffle_epi32(i(a), 0x50) : _mm_shuffle_epi32(i(a), 0xfa);
}

}  // namespace lanes

// There are no shifts of bytes: those of words, and what came over from the neighbour masked out.
inline v128 i8x16_shl(v128 a, int32_t b) noexcept
{
    const auto mask = static_cast<uint8_t>(0xffu << (b & 7));
    return lanes::bits(_mm_sll_epi16(lanes::i(a), lanes::amount<uint8_t>(b))) &
           lanes::splat_bits(mask);
}

inline v128 i8x16_shr_u(v128 a, int32_t b) noexcept
{
    const auto mask = static_cast<uint8_t>(0xffu >> (b & 7));
    return lanes::bits(_mm_srl_epi16(lanes::i(a), lanes::amount<uint8_t>(b))) &
           lanes::splat_bits(mask);
}

// Each byte into the upper half of a word, shifted by eight more, and packed again.
inline v128 i8x16_shr_s(v128 a, int32_t b) noexcept
{
    const __m128i by = _mm_cvtsi32_si128((b & 7) + 8);
    const __m128i low = _mm_sra_epi16(_mm_unpacklo_epi8(lanes::i(a), lanes::i(a)), by);
    const __m128i high = _mm_sra_epi16(_mm_unpackhi_epi8(lanes::i(a), lanes::i(a)), by);
    return lanes::bits(_mm_packs_epi16(low, high));
}

// A logical shift, and the sign extended from where it came to lie.
inline v128 i64x2_shr_s(v128 a, int32_t b) noexcept
{
    const __m128i by = lanes::amount<int64_t>(b);
    const __m128i sign = _mm_srl_epi64(_mm_set1_epi64x(std::numeric_limits<int64_t>::min()), by);
    return lanes::bits(_mm_sub_epi64(_mm_xor_si128(_mm_srl_epi64(lanes::i(a), by), sign), sign));
}

// pmulhrsw is the same but for -1 * -1, which it leaves at -1.
inline v128 i16x8_q15mulr_sat_s(v128 a, v128 b) noexcept
{
    const __m128i product = _mm_mulhrs_epi16(lanes::i(a), lanes::i(b));
    const __m128i wrong = _mm_cmpeq_epi16(product, _mm_set1_epi16(-0x8000));
    return lanes::bits(_mm_xor_si128(product, wrong));
}

// A table of sixteen counts, asked for either half of each byte.
inline v128 i8x16_popcnt(v128 a) noexcept
{
    const __m128i counts = _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m128i mask = _mm_set1_epi8(0x0f);
    const __m128i low = _mm_and_si128(lanes::i(a), mask);
    const __m128i high = _mm_and_si128(_mm_srli_epi16(lanes::i(a), 4), mask);
    return lanes::bits(_mm_add_epi8(_mm_shuffle_epi8(counts, low), _mm_shuffle_epi8(counts, high)));
}

// pshufb gives zero where bit 7 of the index is set, which adding 0x70 does to all above 15.
inline v128 i8x16_swizzle(v128 a, v128 indices) noexcept
{
    const __m128i index = _mm_adds_epu8(lanes::i(indices), _mm_set1_epi8(0x70));
    return lanes::bits(_mm_shuffle_epi8(lanes::i(a), index));
}

/// Bytes of `a` where an index is below 16, zero where it is 0xff: half of a shuffle.
inline v128 pick_bytes(v128 a, v128 indices) noexcept
{
    return lanes::bits(_mm_shuffle_epi8(lanes::i(a), lanes::i(indices)));
}

// clang-format off
inline v128 i16x8_shl(v128 a, int32_t b) noexcept { return lanes::bits(_mm_sll_epi16(lanes::i(a), lanes::amount<uint16_t>(b))); }
inline v128 i16x8_shr_s(v128 a, int32_t b) noexcept { return lanes::bits(_mm_sra_epi16(lanes::i(a), lanes::amount<uint16_t>(b))); }
inline v128 i16x8_shr_u(v128 a, int32_t b) noexcept { return lanes::bits(_mm_srl_epi16(lanes::i(a), lanes::amount<uint16_t>(b))); }
inline v128 i32x4_shl(v128 a, int32_t b) noexcept { return lanes::bits(_mm_sll_epi32(lanes::i(a), lanes::amount<uint32_t>(b))); }
inline v128 i32x4_shr_s(v128 a, int32_t b) noexcept { return lanes::bits(_mm_sra_epi32(lanes::i(a), lanes::amount<uint32_t>(b))); }
inline v128 i32x4_shr_u(v128 a, int32_t b) noexcept { return lanes::bits(_mm_srl_epi32(lanes::i(a), lanes::amount<uint32_t>(b))); }
inline v128 i64x2_shl(v128 a, int32_t b) noexcept { return lanes::bits(_mm_sll_epi64(lanes::i(a), lanes::amount<uint64_t>(b))); }
inline v128 i64x2_shr_u(v128 a, int32_t b) noexcept { return lanes::bits(_mm_srl_epi64(lanes::i(a), lanes::amount<uint64_t>(b))); }
inline v128 i8x16_add_sat_s(v128 a, v128 b) noexcept { return lanes::bits(_mm_adds_epi8(lanes::i(a), lanes::i(b))); }
inline v128 i8x16_add_sat_u(v128 a, v128 b) noexcept { return lanes::bits(_mm_adds_epu8(lanes::i(a), lanes::i(b))); }
inline v128 i8x16_sub_sat_s(v128 a, v128 b) noexcept { return lanes::bits(_mm_subs_epi8(lanes::i(a), lanes::i(b))); }
inline v128 i8x16_sub_sat_u(v128 a, v128 b) noexcept { return lanes::bits(_mm_subs_epu8(lanes::i(a), lanes::i(b))); }
inline v128 i8x16_avgr_u(v128 a, v128 b) noexcept { return lanes::bits(_mm_avg_epu8(lanes::i(a), lanes::i(b))); }
inline v128 i16x8_add_sat_s(v128 a, v128 b) noexcept { return lanes::bits(_mm_adds_epi16(lanes::i(a), lanes::i(b))); }
inline v128 i16x8_add_sat_u(v128 a, v128 b) noexcept { return lanes::bits(_mm_adds_epu16(lanes::i(a), lanes::i(b))); }
inline v128 i16x8_sub_sat_s(v128 a, v128 b) noexcept { return lanes::bits(_mm_subs_epi16(lanes::i(a), lanes::i(b))); }
inline v128 i16x8_sub_sat_u(v128 a, v128 b) noexcept { return lanes::bits(_mm_subs_epu16(lanes::i(a), lanes::i(b))); }
inline v128 i16x8_avgr_u(v128 a, v128 b) noexcept { return lanes::bits(_mm_avg_epu16(lanes::i(a), lanes::i(b))); }
inline v128 i8x16_narrow_i16x8_s(v128 a, v128 b) noexcept { return lanes::bits(_mm_packs_epi16(lanes::i(a), lanes::i(b))); }
inline v128 i8x16_narrow_i16x8_u(v128 a, v128 b) noexcept { return lanes::bits(_mm_packus_epi16(lanes::i(a), lanes::i(b))); }
inline v128 i16x8_narrow_i32x4_s(v128 a, v128 b) noexcept { return lanes::bits(_mm_packs_epi32(lanes::i(a), lanes::i(b))); }
inline v128 i16x8_narrow_i32x4_u(v128 a, v128 b) noexcept { return lanes::bits(_mm_packus_epi32(lanes::i(a), lanes::i(b))); }
inline v128 i16x8_extend_low_i8x16_s(v128 a) noexcept { return lanes::bits(_mm_cvtepi8_epi16(lanes::i(a))); }
inline v128 i16x8_extend_low_i8x16_u(v128 a) noexcept { return lanes::bits(_mm_cvtepu8_epi16(lanes::i(a))); }
inline v128 i16x8_extend_high_i8x16_s(v128 a) noexcept { return lanes::bits(_mm_cvtepi8_epi16(lanes::high(a))); }
inline v128 i16x8_extend_high_i8x16_u(v128 a) noexcept { return lanes::bits(_mm_cvtepu8_epi16(lanes::high(a))); }
inline v128 i32x4_extend_low_i16x8_s(v128 a) noexcept { return lanes::bits(_mm_cvtepi16_epi32(lanes::i(a))); }
inline v128 i32x4_extend_low_i16x8_u(v128 a) noexcept { return lanes::bits(_mm_cvtepu16_epi32(lanes::i(a))); }
inline v128 i32x4_extend_high_i16x8_s(v128 a) noexcept { return lanes::bits(_mm_cvtepi16_epi32(lanes::high(a))); }
inline v128 i32x4_extend_high_i16x8_u(v128 a) noexcept { return lanes::bits(_mm_cvtepu16_epi32(lanes::high(a))); }
inline v128 i64x2_extend_low_i32x4_s(v128 a) noexcept { return lanes::bits(_mm_cvtepi32_epi64(lanes::i(a))); }
inline v128 i64x2_extend_low_i32x4_u(v128 a) noexcept { return lanes::bits(_mm_cvtepu32_epi64(lanes::i(a))); }
inline v128 i64x2_extend_high_i32x4_s(v128 a) noexcept { return lanes::bits(_mm_cvtepi32_epi64(lanes::high(a))); }
inline v128 i64x2_extend_high_i32x4_u(v128 a) noexcept { return lanes::bits(_mm_cvtepu32_epi64(lanes::high(a))); }
inline v128 i16x8_extmul_low_i8x16_s(v128 a, v128 b) noexcept { return lanes::mul<uint16_t>(i16x8_extend_low_i8x16_s(a), i16x8_extend_low_i8x16_s(b)); }
inline v128 i16x8_extmul_low_i8x16_u(v128 a, v128 b) noexcept { return lanes::mul<uint16_t>(i16x8_extend_low_i8x16_u(a), i16x8_extend_low_i8x16_u(b)); }
inline v128 i16x8_extmul_high_i8x16_s(v128 a, v128 b) noexcept { return lanes::mul<uint16_t>(i16x8_extend_high_i8x16_s(a), i16x8_extend_high_i8x16_s(b)); }
inline v128 i16x8_extmul_high_i8x16_u(v128 a, v128 b) noexcept { return lanes::mul<uint16_t>(i16x8_extend_high_i8x16_u(a), i16x8_extend_high_i8x16_u(b)); }
inline v128 i32x4_extmul_low_i16x8_s(v128 a, v128 b) noexcept { return lanes::products<lanes::Half::low>(lanes::i(a), lanes::i(b), _mm_mulhi_epi16(lanes::i(a), lanes::i(b))); }
inline v128 i32x4_extmul_low_i16x8_u(v128 a, v128 b) noexcept { return lanes::products<lanes::Half::low>(lanes::i(a), lanes::i(b), _mm_mulhi_epu16(lanes::i(a), lanes::i(b))); }
inline v128 i32x4_extmul_high_i16x8_s(v128 a, v128 b) noexcept { return lanes::products<lanes::Half::high>(lanes::i(a), lanes::i(b), _mm_mulhi_epi16(lanes::i(a), lanes::i(b))); }
inline v128 i32x4_extmul_high_i16x8_u(v128 a, v128 b) noexcept { return lanes::products<lanes::Half::high>(lanes::i(a), lanes::i(b), _mm_mulhi_epu16(lanes::i(a), lanes::i(b))); }
inline v128 i64x2_extmul_low_i32x4_s(v128 a, v128 b) noexcept { return lanes::bits(_mm_mul_epi32(lanes::spread<lanes::Half::low>(a), lanes::spread<lanes::Half::low>(b))); }
inline v128 i64x2_extmul_low_i32x4_u(v128 a, v128 b) noexcept { return lanes::bits(_mm_mul_epu32(lanes::spread<lanes::Half::low>(a), lanes::spread<lanes::Half::low>(b))); }
inline v128 i64x2_extmul_high_i32x4_s(v128 a, v128 b) noexcept { return lanes::bits(_mm_mul_epi32(lanes::spread<lanes::Half::high>(a), lanes::spread<lanes::Half::high>(b))); }
inline v128 i64x2_extmul_high_i32x4_u(v128 a, v128 b) noexcept { return lanes::bits(_mm_mul_epu32(lanes::spread<lanes::Half::high>(a), lanes::spread<lanes::Half::high>(b))); }
inline int32_t i8x16_bitmask(v128 a) noexcept { return _mm_movemask_epi8(lanes::i(a)); }
inline int32_t i16x8_bitmask(v128 a) noexcept { return _mm_movemask_epi8(_mm_packs_epi16(lanes::i(a), _mm_setzero_si128())); }
inline int32_t i32x4_bitmask(v128 a) noexcept { return _mm_movemask_ps(lanes::f(a)); }
inline int32_t i64x2_bitmask(v128 a) noexcept { return _mm_movemask_pd(lanes::d(a)); }
inline v128 i32x4_dot_i16x8_s(v128 a, v128 b) noexcept { return lanes::bits(_mm_madd_epi16(lanes::i(a), lanes::i(b))); }
// clang-format on

}  // namespace sse41
#else
inline namespace portable {

namespace lanes {

/// `value` as a T, the nearest there is.
template <class T>
constexpr T saturate(int32_t value) noexcept
{
    using Limits = std::numeric_limits<T>;
    if (value < Limits::min()) return Limits::min();
    return value > Limits::max() ? Limits::max() : static_cast<T>(value);
}

template <class T>
constexpr v128 add_sat(v128 a, v128 b) noexcept
{
    return map<T>(a, b, [](T x, T y) { return saturate<T>(x + y); });
}
template <class T>
constexpr v128 sub_sat(v128 a, v128 b) noexcept
{
    return map<T>(a, b, [](T x, T y) { return saturate<T>(x - y); });
}
template <class T>
constexpr v128 avgr(v128 a, v128 b) noexcept
{
    return map<T>(a, b, [](T x, T y) { return static_cast<T>((x + y + 1) / 2); });
}

/// Lanes of a, then of b, as numbers of half the size.
template <class From, class To>
constexpr v128 narrow(v128 a, v128 b) noexcept
{
    Lanes<To> result{};
    for (int i = 0; i < count<From>; ++i) {
        result[i] = saturate<To>(as<From>(a)[i]);
        result[i + count<From>] = saturate<To>(as<From>(b)[i]);
    }
    return bits(result);
}

/// Lanes from `First` on, in twice the size.
template <class From, class To, int First>
constexpr v128 extend(v128 a) noexcept
{
    Lanes<To> result{};
    for (int i = 0; i < count<To>; ++i)
        result[i] = as<From>(a)[First + i];
    return bits(result);
}

// Shifts count modulo the width of a lane.
template <class T>
constexpr int shift_count(int32_t count) noexcept
{
    return static_cast<int>(static_cast<uint32_t>(count) % (sizeof(T) * 8));
}
template <class T>
constexpr v128 shl(v128 a, int32_t count) noexcept
{
    return bits(as<T>(a) << splat(static_cast<T>(shift_count<T>(count))));
}
/// Arithmetic where T is signed.
template <class T>
constexpr v128 shr(v128 a, int32_t count) noexcept
{
    return bits(as<T>(a) >> splat(static_cast<T>(shift_count<T>(count))));
}

/// Sums of two neighbouring products.
inline v128 dot(v128 a, v128 b) noexcept
{
    Lanes<int32_t> result{};
    for (int i = 0; i < count<int32_t>; ++i) {
        const auto product = [&](int lane) {
            return static_cast<uint32_t>(as<int16_t>(a)[lane] * as<int16_t>(b)[lane]);
        };
        result[i] = static_cast<int32_t>(product(2 * i) + product(2 * i + 1));
    }
    return bits(result);
}

}  // namespace lanes

// clang-format off
inline v128 i8x16_shl(v128 a, int32_t b) noexcept { return lanes::shl<uint8_t>(a, b); }
inline v128 i8x16_shr_s(v128 a, int32_t b) noexcept { return lanes::shr<int8_t>(a, b); }
inline v128 i8x16_shr_u(v128 a, int32_t b) noexcept { return lanes::shr<uint8_t>(a, b); }
inline v128 i16x8_shl(v128 a, int32_t b) noexcept { return lanes::shl<uint16_t>(a, b); }
inline v128 i16x8_shr_s(v128 a, int32_t b) noexcept { return lanes::shr<int16_t>(a, b); }
inline v128 i16x8_shr_u(v128 a, int32_t b) noexcept { return lanes::shr<uint16_t>(a, b); }
inline v128 i32x4_shl(v128 a, int32_t b) noexcept { return lanes::shl<uint32_t>(a, b); }
inline v128 i32x4_shr_s(v128 a, int32_t b) noexcept { return lanes::shr<int32_t>(a, b); }
inline v128 i32x4_shr_u(v128 a, int32_t b) noexcept { return lanes::shr<uint32_t>(a, b); }
inline v128 i64x2_shl(v128 a, int32_t b) noexcept { return lanes::shl<uint64_t>(a, b); }
inline v128 i64x2_shr_s(v128 a, int32_t b) noexcept { return lanes::shr<int64_t>(a, b); }
inline v128 i64x2_shr_u(v128 a, int32_t b) noexcept { return lanes::shr<uint64_t>(a, b); }
inline v128 i8x16_add_sat_s(v128 a, v128 b) noexcept { return lanes::add_sat<int8_t>(a, b); }
inline v128 i8x16_add_sat_u(v128 a, v128 b) noexcept { return lanes::add_sat<uint8_t>(a, b); }
inline v128 i8x16_sub_sat_s(v128 a, v128 b) noexcept { return lanes::sub_sat<int8_t>(a, b); }
inline v128 i8x16_sub_sat_u(v128 a, v128 b) noexcept { return lanes::sub_sat<uint8_t>(a, b); }
inline v128 i8x16_avgr_u(v128 a, v128 b) noexcept { return lanes::avgr<uint8_t>(a, b); }
inline v128 i16x8_add_sat_s(v128 a, v128 b) noexcept { return lanes::add_sat<int16_t>(a, b); }
inline v128 i16x8_add_sat_u(v128 a, v128 b) noexcept { return lanes::add_sat<uint16_t>(a, b); }
inline v128 i16x8_sub_sat_s(v128 a, v128 b) noexcept { return lanes::sub_sat<int16_t>(a, b); }
inline v128 i16x8_sub_sat_u(v128 a, v128 b) noexcept { return lanes::sub_sat<uint16_t>(a, b); }
inline v128 i16x8_avgr_u(v128 a, v128 b) noexcept { return lanes::avgr<uint16_t>(a, b); }
inline v128 i8x16_narrow_i16x8_s(v128 a, v128 b) noexcept { return lanes::narrow<int16_t, int8_t>(a, b); }
inline v128 i8x16_narrow_i16x8_u(v128 a, v128 b) noexcept { return lanes::narrow<int16_t, uint8_t>(a, b); }
inline v128 i16x8_narrow_i32x4_s(v128 a, v128 b) noexcept { return lanes::narrow<int32_t, int16_t>(a, b); }
inline v128 i16x8_narrow_i32x4_u(v128 a, v128 b) noexcept { return lanes::narrow<int32_t, uint16_t>(a, b); }
inline v128 i16x8_extend_low_i8x16_s(v128 a) noexcept { return lanes::extend<int8_t, int16_t, 0>(a); }
inline v128 i16x8_extend_low_i8x16_u(v128 a) noexcept { return lanes::extend<uint8_t, uint16_t, 0>(a); }
inline v128 i16x8_extend_high_i8x16_s(v128 a) noexcept { return lanes::extend<int8_t, int16_t, 8>(a); }
inline v128 i16x8_extend_high_i8x16_u(v128 a) noexcept { return lanes::extend<uint8_t, uint16_t, 8>(a); }
inline v128 i32x4_extend_low_i16x8_s(v128 a) noexcept { return lanes::extend<int16_t, int32_t, 0>(a); }
inline v128 i32x4_extend_low_i16x8_u(v128 a) noexcept { return lanes::extend<uint16_t, uint32_t, 0>(a); }
inline v128 i32x4_extend_high_i16x8_s(v128 a) noexcept { return lanes::extend<int16_t, int32_t, 4>(a); }
inline v128 i32x4_extend_high_i16x8_u(v128 a) noexcept { return lanes::extend<uint16_t, uint32_t, 4>(a); }
inline v128 i64x2_extend_low_i32x4_s(v128 a) noexcept { return lanes::extend<int32_t, int64_t, 0>(a); }
inline v128 i64x2_extend_low_i32x4_u(v128 a) noexcept { return lanes::extend<uint32_t, uint64_t, 0>(a); }
inline v128 i64x2_extend_high_i32x4_s(v128 a) noexcept { return lanes::extend<int32_t, int64_t, 2>(a); }
inline v128 i64x2_extend_high_i32x4_u(v128 a) noexcept { return lanes::extend<uint32_t, uint64_t, 2>(a); }
inline v128 i16x8_extmul_low_i8x16_s(v128 a, v128 b) noexcept { return lanes::mul<uint16_t>(i16x8_extend_low_i8x16_s(a), i16x8_extend_low_i8x16_s(b)); }
inline v128 i16x8_extmul_low_i8x16_u(v128 a, v128 b) noexcept { return lanes::mul<uint16_t>(i16x8_extend_low_i8x16_u(a), i16x8_extend_low_i8x16_u(b)); }
inline v128 i16x8_extmul_high_i8x16_s(v128 a, v128 b) noexcept { return lanes::mul<uint16_t>(i16x8_extend_high_i8x16_s(a), i16x8_extend_high_i8x16_s(b)); }
inline v128 i16x8_extmul_high_i8x16_u(v128 a, v128 b) noexcept { return lanes::mul<uint16_t>(i16x8_extend_high_i8x16_u(a), i16x8_extend_high_i8x16_u(b)); }
inline v128 i32x4_extmul_low_i16x8_s(v128 a, v128 b) noexcept { return lanes::mul<uint32_t>(i32x4_extend_low_i16x8_s(a), i32x4_extend_low_i16x8_s(b)); }
inline v128 i32x4_extmul_low_i16x8_u(v128 a, v128 b) noexcept { return lanes::mul<uint32_t>(i32x4_extend_low_i16x8_u(a), i32x4_extend_low_i16x8_u(b)); }
inline v128 i32x4_extmul_high_i16x8_s(v128 a, v128 b) noexcept { return lanes::mul<uint32_t>(i32x4_extend_high_i16x8_s(a), i32x4_extend_high_i16x8_s(b)); }
inline v128 i32x4_extmul_high_i16x8_u(v128 a, v128 b) noexcept { return lanes::mul<uint32_t>(i32x4_extend_high_i16x8_u(a), i32x4_extend_high_i16x8_u(b)); }
inline v128 i64x2_extmul_low_i32x4_s(v128 a, v128 b) noexcept { return lanes::mul<uint64_t>(i64x2_extend_low_i32x4_s(a), i64x2_extend_low_i32x4_s(b)); }
inline v128 i64x2_extmul_low_i32x4_u(v128 a, v128 b) noexcept { return lanes::mul<uint64_t>(i64x2_extend_low_i32x4_u(a), i64x2_extend_low_i32x4_u(b)); }
inline v128 i64x2_extmul_high_i32x4_s(v128 a, v128 b) noexcept { return lanes::mul<uint64_t>(i64x2_extend_high_i32x4_s(a), i64x2_extend_high_i32x4_s(b)); }
inline v128 i64x2_extmul_high_i32x4_u(v128 a, v128 b) noexcept { return lanes::mul<uint64_t>(i64x2_extend_high_i32x4_u(a), i64x2_extend_high_i32x4_u(b)); }
inline int32_t i8x16_bitmask(v128 a) noexcept { return lanes::bitmask<int8_t>(a); }
inline int32_t i16x8_bitmask(v128 a) noexcept { return lanes::bitmask<int16_t>(a); }
inline int32_t i32x4_bitmask(v128 a) noexcept { return lanes::bitmask<int32_t>(a); }
inline int32_t i64x2_bitmask(v128 a) noexcept { return lanes::bitmask<int64_t>(a); }
inline v128 i32x4_dot_i16x8_s(v128 a, v128 b) noexcept { return lanes::dot(a, b); }
inline v128 i16x8_q15mulr_sat_s(v128 a, v128 b) noexcept { return lanes::map<int16_t>(a, b, [](int16_t x, int16_t y) { return lanes::saturate<int16_t>((x * y + 0x4000) >> 15); }); }
inline v128 i8x16_popcnt(v128 a) noexcept { return lanes::map<uint8_t>(a, [](uint8_t x) { return static_cast<uint8_t>(std::popcount(x)); }); }
inline v128 i8x16_swizzle(v128 a, v128 indices) noexcept { return lanes::map<uint8_t>(indices, [&](uint8_t i) { return i < 16 ? lanes::as<uint8_t>(a)[i] : uint8_t{0}; }); }
// clang-format on

/// Bytes of `a` where an index is below 16, zero where it is 0xff: half of a shuffle.
inline v128 pick_bytes(v128 a, v128 indices) noexcept
{
    return i8x16_swizzle(a, indices);
}

}  // namespace portable
#endif
}  // namespace wrt::numeric
