// What the vector instructions on float lanes compute; see vector.hpp. NaN as in numeric.hpp, and
// more: neg and abs are operations on bits, min and max give the canonical NaN, all others
// some quiet one.
#pragma once

#include "lanes.hpp"
#include "numeric.hpp"

namespace wrt::numeric {
#if WRT_SSE41
inline namespace sse41 {
#else
inline namespace portable {
#endif

namespace lanes {

template <class F>
constexpr v128 sign_bits = splat_bits(numeric::detail::FloatBits<F>::sign);

// The smaller one if `b < a`, otherwise a; -0 and +0 are equal and NaN is smaller than nothing.
template <class F>
v128 pmin(v128 a, v128 b) noexcept
{
#if WRT_SSE41
    if constexpr (sizeof(F) == 4)
        return bits(_mm_min_ps(f(b), f(a)));
    else
        return bits(_mm_min_pd(d(b), d(a)));
#else
    return bits(as<F>(b) < as<F>(a) ? as<F>(b) : as<F>(a));
#endif
}
template <class F>
v128 pmax(v128 a, v128 b) noexcept
{
#if WRT_SSE41
    if constexpr (sizeof(F) == 4)
        return bits(_mm_max_ps(f(b), f(a)));
    else
        return bits(_mm_max_pd(d(b), d(a)));
#else
    return bits(as<F>(a) < as<F>(b) ? as<F>(b) : as<F>(a));
#endif
}

/// Ones where either is NaN.
template <class F>
v128 unordered(v128 a, v128 b) noexcept
{
#if WRT_SSE41
    if constexpr (sizeof(F) == 4)
        return bits(_mm_cmpunord_ps(f(a), f(b)));
    else
        return bits(_mm_cmpunord_pd(d(a), d(b)));
#else
    return ne<F>(a, a) | ne<F>(b, b);
#endif
}

/// `a`, and the canonical NaN where `nan` has ones: sign, exponent and the first bit of the
/// fraction.
template <class F>
v128 with_nan(v128 a, v128 nan) noexcept
{
    constexpr int kept = sizeof(F) == 4 ? 10 : 13;
    return (a | nan) & ~bits(as<UnsignedLane<F>>(nan) >> kept);
}

// Both orders of operands differ only where the host would give either: zeros, and NaN.
template <class F>
v128 fmin(v128 a, v128 b) noexcept
{
    return with_nan<F>(pmin<F>(a, b) | pmin<F>(b, a), unordered<F>(a, b));
}
template <class F>
v128 fmax(v128 a, v128 b) noexcept
{
    return with_nan<F>(pmax<F>(a, b) & pmax<F>(b, a), unordered<F>(a, b));
}

// clang-format off
#if WRT_SSE41
template <class F, int Mode>
v128 round(v128 a) noexcept
{
    if constexpr (sizeof(F) == 4) return bits(_mm_round_ps(f(a), Mode | _MM_FROUND_NO_EXC));
    else return bits(_mm_round_pd(d(a), Mode | _MM_FROUND_NO_EXC));
}
template <class F> v128 ceil(v128 a) noexcept { return round<F, _MM_FROUND_TO_POS_INF>(a); }
template <class F> v128 floor(v128 a) noexcept { return round<F, _MM_FROUND_TO_NEG_INF>(a); }
template <class F> v128 trunc(v128 a) noexcept { return round<F, _MM_FROUND_TO_ZERO>(a); }
template <class F> v128 nearest(v128 a) noexcept { return round<F, _MM_FROUND_TO_NEAREST_INT>(a); }
template <class F>
v128 sqrt(v128 a) noexcept
{
    if constexpr (sizeof(F) == 4) return bits(_mm_sqrt_ps(f(a)));
    else return bits(_mm_sqrt_pd(d(a)));
}
#else
inline float ceil(float a) noexcept { return f32_ceil(a); }
inline double ceil(double a) noexcept { return f64_ceil(a); }
inline float floor(float a) noexcept { return f32_floor(a); }
inline double floor(double a) noexcept { return f64_floor(a); }
inline float trunc(float a) noexcept { return f32_trunc(a); }
inline double trunc(double a) noexcept { return f64_trunc(a); }
inline float nearest(float a) noexcept { return f32_nearest(a); }
inline double nearest(double a) noexcept { return f64_nearest(a); }
template <class F> v128 ceil(v128 a) noexcept { return map<F>(a, [](F x) { return lanes::ceil(x); }); }
template <class F> v128 floor(v128 a) noexcept { return map<F>(a, [](F x) { return lanes::floor(x); }); }
template <class F> v128 trunc(v128 a) noexcept { return map<F>(a, [](F x) { return lanes::trunc(x); }); }
template <class F> v128 nearest(v128 a) noexcept { return map<F>(a, [](F x) { return lanes::nearest(x); }); }
template <class F> v128 sqrt(v128 a) noexcept { return map<F>(a, [](F x) { return numeric::detail::sqrt(x); }); }
#endif
// clang-format on

}  // namespace lanes

// Rows, to be read like the table they mirror.
// clang-format off

// --- f32x4 ---

constexpr v128 f32x4_splat(float a) noexcept { return lanes::splat_bits(a); }
constexpr v128 f32x4_eq(v128 a, v128 b) noexcept { return lanes::eq<float>(a, b); }
constexpr v128 f32x4_ne(v128 a, v128 b) noexcept { return lanes::ne<float>(a, b); }
constexpr v128 f32x4_lt(v128 a, v128 b) noexcept { return lanes::lt<float>(a, b); }
constexpr v128 f32x4_gt(v128 a, v128 b) noexcept { return lanes::lt<float>(b, a); }
constexpr v128 f32x4_le(v128 a, v128 b) noexcept { return lanes::le<float>(a, b); }
constexpr v128 f32x4_ge(v128 a, v128 b) noexcept { return lanes::le<float>(b, a); }

constexpr v128 f32x4_abs(v128 a) noexcept { return a & ~lanes::sign_bits<float>; }
constexpr v128 f32x4_neg(v128 a) noexcept { return a ^ lanes::sign_bits<float>; }
inline v128 f32x4_ceil(v128 a) noexcept { return lanes::ceil<float>(a); }
inline v128 f32x4_floor(v128 a) noexcept { return lanes::floor<float>(a); }
inline v128 f32x4_trunc(v128 a) noexcept { return lanes::trunc<float>(a); }
inline v128 f32x4_nearest(v128 a) noexcept { return lanes::nearest<float>(a); }
inline v128 f32x4_sqrt(v128 a) noexcept { return lanes::sqrt<float>(a); }
constexpr v128 f32x4_add(v128 a, v128 b) noexcept { return lanes::add<float>(a, b); }
constexpr v128 f32x4_sub(v128 a, v128 b) noexcept { return lanes::sub<float>(a, b); }
constexpr v128 f32x4_mul(v128 a, v128 b) noexcept { return lanes::mul<float>(a, b); }
constexpr v128 f32x4_div(v128 a, v128 b) noexcept { return lanes::div<float>(a, b); }
inline v128 f32x4_min(v128 a, v128 b) noexcept { return lanes::fmin<float>(a, b); }
inline v128 f32x4_max(v128 a, v128 b) noexcept { return lanes::fmax<float>(a, b); }
inline v128 f32x4_pmin(v128 a, v128 b) noexcept { return lanes::pmin<float>(a, b); }
inline v128 f32x4_pmax(v128 a, v128 b) noexcept { return lanes::pmax<float>(a, b); }

// --- f64x2 ---

constexpr v128 f64x2_splat(double a) noexcept { return lanes::splat_bits(a); }
constexpr v128 f64x2_eq(v128 a, v128 b) noexcept { return lanes::eq<double>(a, b); }
constexpr v128 f64x2_ne(v128 a, v128 b) noexcept { return lanes::ne<double>(a, b); }
constexpr v128 f64x2_lt(v128 a, v128 b) noexcept { return lanes::lt<double>(a, b); }
constexpr v128 f64x2_gt(v128 a, v128 b) noexcept { return lanes::lt<double>(b, a); }
constexpr v128 f64x2_le(v128 a, v128 b) noexcept { return lanes::le<double>(a, b); }
constexpr v128 f64x2_ge(v128 a, v128 b) noexcept { return lanes::le<double>(b, a); }

constexpr v128 f64x2_abs(v128 a) noexcept { return a & ~lanes::sign_bits<double>; }
constexpr v128 f64x2_neg(v128 a) noexcept { return a ^ lanes::sign_bits<double>; }
inline v128 f64x2_ceil(v128 a) noexcept { return lanes::ceil<double>(a); }
inline v128 f64x2_floor(v128 a) noexcept { return lanes::floor<double>(a); }
inline v128 f64x2_trunc(v128 a) noexcept { return lanes::trunc<double>(a); }
inline v128 f64x2_nearest(v128 a) noexcept { return lanes::nearest<double>(a); }
inline v128 f64x2_sqrt(v128 a) noexcept { return lanes::sqrt<double>(a); }
constexpr v128 f64x2_add(v128 a, v128 b) noexcept { return lanes::add<double>(a, b); }
constexpr v128 f64x2_sub(v128 a, v128 b) noexcept { return lanes::sub<double>(a, b); }
constexpr v128 f64x2_mul(v128 a, v128 b) noexcept { return lanes::mul<double>(a, b); }
constexpr v128 f64x2_div(v128 a, v128 b) noexcept { return lanes::div<double>(a, b); }
inline v128 f64x2_min(v128 a, v128 b) noexcept { return lanes::fmin<double>(a, b); }
inline v128 f64x2_max(v128 a, v128 b) noexcept { return lanes::fmax<double>(a, b); }
inline v128 f64x2_pmin(v128 a, v128 b) noexcept { return lanes::pmin<double>(a, b); }
inline v128 f64x2_pmax(v128 a, v128 b) noexcept { return lanes::pmax<double>(a, b); }

// clang-format on

}  // inline namespace
}  // namespace wrt::numeric
