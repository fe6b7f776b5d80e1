// Conversions between integer and float lanes; see vector.hpp.
#pragma once

#include "lanes.hpp"
#include "numeric.hpp"

namespace wrt::numeric {
#if WRT_SSE41
inline namespace sse41 {

// cvttps2dq gives the most negative number for whatever does not fit, NaN too. NaN becomes zero
// before, and what is too large (above all positive) is turned over after it.
inline v128 i32x4_trunc_sat_f32x4_s(v128 a) noexcept
{
    const v128 number = a & lanes::eq<float>(a, a);
    const v128 above = lanes::bits(lanes::as<float>(a) >= lanes::splat(0x1p31f));
    return lanes::bits(_mm_cvttps_epi32(lanes::f(number))) ^ above;
}

// In two halves: what lies below 2^31, and the excess over it. Where there is excess the first
// conversion gives 2^31 exactly; the excess saturates at 2^31 - 1, so the sum does at 2^32 - 1.
inline v128 i32x4_trunc_sat_f32x4_u(v128 a) noexcept
{
    const __m128 number = _mm_max_ps(lanes::f(a), _mm_setzero_ps());  // NaN and below: zero
    const __m128 limit = _mm_set1_ps(0x1p31f);
    const __m128 over = _mm_sub_ps(number, limit);
    const __m128i saturated = _mm_castps_si128(_mm_cmple_ps(limit, over));
    const __m128i excess =
        _mm_max_epi32(_mm_xor_si128(_mm_cvttps_epi32(over), saturated), _mm_setzero_si128());
    return lanes::bits(_mm_add_epi32(_mm_cvttps_epi32(number), excess));
}

inline v128 i32x4_trunc_sat_f64x2_s_zero(v128 a) noexcept
{
    const v128 number = a & lanes::eq<double>(a, a);
    const __m128d most = _mm_set1_pd(2147483647.0);
    return lanes::bits(_mm_cvttpd_epi32(_mm_min_pd(lanes::d(number), most)));
}

// Added to 2^52, an integer stands in the low bits of the fraction.
inline v128 i32x4_trunc_sat_f64x2_u_zero(v128 a) noexcept
{
    const __m128d number = _mm_max_pd(lanes::d(a), _mm_setzero_pd());  // NaN and below: zero
    const __m128d whole = _mm_round_pd(_mm_min_pd(number, _mm_set1_pd(4294967295.0)),
                                       _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
    const __m128d shifted = _mm_add_pd(whole, _mm_set1_pd(0x1p52));
    return lanes::bits(
        _mm_shuffle_ps(_mm_castpd_ps(shifted), _mm_setzero_ps(), _MM_SHUFFLE(0, 0, 2, 0)));
}

inline v128 f32x4_convert_i32x4_s(v128 a) noexcept
{
    return lanes::bits(_mm_cvtepi32_ps(lanes::i(a)));
}

// Both halves of sixteen bits are floats exactly, so only their sum rounds.
inline v128 f32x4_convert_i32x4_u(v128 a) noexcept
{
    const __m128i low = _mm_and_si128(lanes::i(a), _mm_set1_epi32(0xffff));
    const __m128 high =
        _mm_mul_ps(_mm_cvtepi32_ps(_mm_srli_epi32(lanes::i(a), 16)), _mm_set1_ps(0x1p16f));
    return lanes::bits(_mm_add_ps(high, _mm_cvtepi32_ps(low)));
}

inline v128 f64x2_convert_low_i32x4_s(v128 a) noexcept
{
    return lanes::bits(_mm_cvtepi32_pd(lanes::i(a)));
}

// The number as the low bits of the fraction of 2^52, less 2^52.
inline v128 f64x2_convert_low_i32x4_u(v128 a) noexcept
{
    const __m128i above = _mm_set1_epi32(0x43300000);
    const __m128d shifted = _mm_castsi128_pd(_mm_unpacklo_epi32(lanes::i(a), above));
    return lanes::bits(_mm_sub_pd(shifted, _mm_set1_pd(0x1p52)));
}

inline v128 f32x4_demote_f64x2_zero(v128 a) noexcept
{
    return lanes::bits(_mm_cvtpd_ps(lanes::d(a)));
}

inline v128 f64x2_promote_low_f32x4(v128 a) noexcept
{
    return lanes::bits(_mm_cvtps_pd(lanes::f(a)));
}

}  // namespace sse41
#else
inline namespace portable {

namespace lanes {

/// The two low lanes, in twice the size.
template <class From, class F>
constexpr v128 convert_low(v128 a, F function) noexcept
{
    return bits(Lanes<double>{function(as<From>(a)[0]), function(as<From>(a)[1])});
}

/// Both lanes, in half the size; zeros above.
template <class To, class F>
constexpr v128 convert_zero(v128 a, F function) noexcept
{
    return bits(Lanes<To>{function(as<double>(a)[0]), function(as<double>(a)[1]), To{}, To{}});
}

}  // namespace lanes

// clang-format off
inline v128 i32x4_trunc_sat_f32x4_s(v128 a) noexcept { return lanes::map<float>(a, &i32_trunc_sat_f32_s); }
inline v128 i32x4_trunc_sat_f32x4_u(v128 a) noexcept { return lanes::map<float>(a, &i32_trunc_sat_f32_u); }
inline v128 i32x4_trunc_sat_f64x2_s_zero(v128 a) noexcept { return lanes::convert_zero<int32_t>(a, &i32_trunc_sat_f64_s); }
inline v128 i32x4_trunc_sat_f64x2_u_zero(v128 a) noexcept { return lanes::convert_zero<int32_t>(a, &i32_trunc_sat_f64_u); }
inline v128 f32x4_convert_i32x4_s(v128 a) noexcept { return lanes::map<int32_t>(a, &f32_convert_i32_s); }
inline v128 f32x4_convert_i32x4_u(v128 a) noexcept { return lanes::map<int32_t>(a, &f32_convert_i32_u); }
inline v128 f64x2_convert_low_i32x4_s(v128 a) noexcept { return lanes::convert_low<int32_t>(a, &f64_convert_i32_s); }
inline v128 f64x2_convert_low_i32x4_u(v128 a) noexcept { return lanes::convert_low<int32_t>(a, &f64_convert_i32_u); }
inline v128 f32x4_demote_f64x2_zero(v128 a) noexcept { return lanes::convert_zero<float>(a, &f32_demote_f64); }
inline v128 f64x2_promote_low_f32x4(v128 a) noexcept { return lanes::convert_low<float>(a, &f64_promote_f32); }
// clang-format on

}  // namespace portable
#endif
}  // namespace wrt::numeric
