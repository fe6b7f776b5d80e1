// What each numeric instruction computes: one pure function per WRT_NUMERIC row of
// instructions.def, named like its enumerator. An i32 is an int32_t and an i64 an int64_t
// throughout; instructions that read their operands unsigned convert inside. How operands get here
// and where control goes next is said elsewhere. numeric_check.hpp proves that this list and the
// table agree. https://webassembly.github.io/spec/core/exec/numerics.html
//
// NaN: reinterpret, neg, abs and copysign are operations on bits and keep every payload. All other
// float instructions give a quiet NaN (a canonical one is not promised, nor does the specification
// ask for it when an operand was some other NaN).
#pragma once

#include <wrt/foundation/error.hpp>

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace wrt::numeric {

/// What a partial instruction gives: a value, or the trap (Errc::none when there is a value).
template <class T>
struct OrTrap {
    T value{};
    Errc trap = Errc::none;

    constexpr OrTrap(T result) noexcept : value(result) {}
    constexpr OrTrap(Errc reason) noexcept : trap(reason) {}
};

namespace detail {

template <class T>
using Unsigned = std::make_unsigned_t<T>;

template <class T>
constexpr Unsigned<T> as_unsigned(T a) noexcept
{
    return static_cast<Unsigned<T>>(a);
}

// Integers wrap, so they are computed unsigned.
template <class T>
constexpr T add(T a, T b) noexcept
{
    return static_cast<T>(as_unsigned(a) + as_unsigned(b));
}

template <class T>
constexpr T sub(T a, T b) noexcept
{
    return static_cast<T>(as_unsigned(a) - as_unsigned(b));
}

template <class T>
constexpr T mul(T a, T b) noexcept
{
    return static_cast<T>(as_unsigned(a) * as_unsigned(b));
}

template <class T>
constexpr bool lt_u(T a, T b) noexcept
{
    return as_unsigned(a) < as_unsigned(b);
}

/// Shift and rotation counts are taken modulo the width.
template <class T>
constexpr int shift_count(T count) noexcept
{
    return static_cast<int>(as_unsigned(count) & (sizeof(T) * 8 - 1));
}

template <class T>
constexpr T shl(T a, T b) noexcept
{
    return static_cast<T>(as_unsigned(a) << shift_count(b));
}

template <class T>
constexpr T shr_s(T a, T b) noexcept
{
    return a >> shift_count(b);
}

template <class T>
constexpr T shr_u(T a, T b) noexcept
{
    return static_cast<T>(as_unsigned(a) >> shift_count(b));
}

template <class T>
constexpr T rotl(T a, T b) noexcept
{
    return static_cast<T>(std::rotl(as_unsigned(a), shift_count(b)));
}

template <class T>
constexpr T rotr(T a, T b) noexcept
{
    return static_cast<T>(std::rotr(as_unsigned(a), shift_count(b)));
}

template <class T>
constexpr OrTrap<T> div_s(T a, T b) noexcept
{
    if (b == 0) [[unlikely]]
        return Errc::integer_divide_by_zero;
    if (b == -1 && a == std::numeric_limits<T>::min()) [[unlikely]]
        return Errc::integer_overflow;
    return static_cast<T>(a / b);
}

template <class T>
constexpr OrTrap<T> div_u(T a, T b) noexcept
{
    if (b == 0) [[unlikely]]
        return Errc::integer_divide_by_zero;
    return static_cast<T>(as_unsigned(a) / as_unsigned(b));
}

template <class T>
constexpr OrTrap<T> rem_s(T a, T b) noexcept
{
    if (b == 0) [[unlikely]]
        return Errc::integer_divide_by_zero;
    if (b == -1) [[unlikely]]
        return T{0};  // min % -1 overflows in C++ and in idiv
    return static_cast<T>(a % b);
}

template <class T>
constexpr OrTrap<T> rem_u(T a, T b) noexcept
{
    if (b == 0) [[unlikely]]
        return Errc::integer_divide_by_zero;
    return static_cast<T>(as_unsigned(a) % as_unsigned(b));
}

/// The unsigned integer of a float's bits, its sign bit and the bit that makes a NaN quiet.
template <class F>
struct FloatBits;
template <>
struct FloatBits<float> {
    using Bits = uint32_t;
    static constexpr Bits sign = 0x8000'0000u;
    static constexpr Bits quiet = 0x0040'0000u;
};
template <>
struct FloatBits<double> {
    using Bits = uint64_t;
    static constexpr Bits sign = 0x8000'0000'0000'0000u;
    static constexpr Bits quiet = 0x0008'0000'0000'0000u;
};

template <class F>
constexpr auto bits_of(F a) noexcept
{
    return std::bit_cast<typename FloatBits<F>::Bits>(a);
}

template <class F>
constexpr F from_bits(typename FloatBits<F>::Bits bits) noexcept
{
    return std::bit_cast<F>(bits);
}

template <class F>
constexpr F neg(F a) noexcept
{
    return from_bits<F>(bits_of(a) ^ FloatBits<F>::sign);
}

template <class F>
constexpr F abs(F a) noexcept
{
    return from_bits<F>(bits_of(a) & ~FloatBits<F>::sign);
}

template <class F>
constexpr F copysign(F a, F b) noexcept
{
    return from_bits<F>((bits_of(a) & ~FloatBits<F>::sign) | (bits_of(b) & FloatBits<F>::sign));
}

template <class F>
constexpr bool unordered(F a, F b) noexcept
{
    if (std::is_constant_evaluated()) return __builtin_isnan(a) || __builtin_isnan(b);
    return __builtin_isunordered(a, b);  // one comparison on gcc too
}

/// The quiet form of whichever operand is a NaN; the first if both are.
template <class F>
[[gnu::cold]] constexpr F propagate_nan(F a, F b) noexcept
{
    return from_bits<F>(bits_of(__builtin_isnan(a) ? a : b) | FloatBits<F>::quiet);
}

// min and max: one comparison decides all three branches (unordered, equal, less), and the last one
// becomes minss or maxss. Equal operands differ at most as -0 and +0.
template <class F>
constexpr F min(F a, F b) noexcept
{
    if (unordered(a, b)) [[unlikely]]
        return propagate_nan(a, b);
    if (a == b) [[unlikely]]
        return from_bits<F>(bits_of(a) | bits_of(b));
    return a < b ? a : b;
}

template <class F>
constexpr F max(F a, F b) noexcept
{
    if (unordered(a, b)) [[unlikely]]
        return propagate_nan(a, b);
    if (a == b) [[unlikely]]
        return from_bits<F>(bits_of(a) & bits_of(b));
    return a > b ? a : b;
}

/// Whether `value` without its fraction is a value of the integer I. False for NaN.
template <class I, class F>
constexpr bool truncates_into(F value) noexcept
{
    // 2^31, 2^32, 2^63 and 2^64 are floats of either size.
    constexpr F above = static_cast<F>((std::numeric_limits<I>::max() >> 1) + 1) * F{2};
    if constexpr (std::is_unsigned_v<I>) {
        return value > F{-1} && value < above;
    } else if constexpr (sizeof(F) > sizeof(I)) {
        return value > -above - F{1} && value < above;  // -2^31 - 1 is a double
    } else {
        return value >= -above && value < above;  // nothing lies between -2^n - 1 and -2^n
    }
}

/// Result is int32_t or int64_t; I says how wide and of which sign the conversion is.
template <class I, class F>
constexpr OrTrap<std::make_signed_t<I>> trunc(F value) noexcept
{
    if (truncates_into<I>(value)) [[likely]]
        return static_cast<std::make_signed_t<I>>(static_cast<I>(value));
    return __builtin_isnan(value) ? Errc::invalid_conversion_to_integer : Errc::integer_overflow;
}

template <class I, class F>
constexpr std::make_signed_t<I> trunc_sat(F value) noexcept
{
    using Limits = std::numeric_limits<I>;
    using Result = std::make_signed_t<I>;
    if (truncates_into<I>(value)) [[likely]]
        return static_cast<Result>(static_cast<I>(value));
    if (__builtin_isnan(value)) return 0;
    return static_cast<Result>(value < F{0} ? Limits::min() : Limits::max());
}

/// An integer read unsigned, as a float.
template <class F, class T>
constexpr F from_u(T a) noexcept
{
    return static_cast<F>(as_unsigned(a));
}

// Square root and rounding are inline rather than constexpr: clang 19 evaluates no such builtin at
// compile time. The intrinsics keep the errno-setting library call away.
inline float sqrt(float a) noexcept
{
#if defined(__SSE2__)
    return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(a)));
#else
    return __builtin_sqrtf(a);
#endif
}

inline double sqrt(double a) noexcept
{
#if defined(__SSE2__)
    const __m128d operand = _mm_set_sd(a);
    return _mm_cvtsd_f64(_mm_sqrt_sd(operand, operand));
#else
    return __builtin_sqrt(a);
#endif
}

}  // namespace detail

// Rows, to be read like the table they mirror.
// clang-format off

// --- i32 ---

constexpr int32_t i32_clz(int32_t a) noexcept { return std::countl_zero(detail::as_unsigned(a)); }
constexpr int32_t i32_ctz(int32_t a) noexcept { return std::countr_zero(detail::as_unsigned(a)); }
constexpr int32_t i32_popcnt(int32_t a) noexcept { return std::popcount(detail::as_unsigned(a)); }

constexpr int32_t i32_add(int32_t a, int32_t b) noexcept { return detail::add(a, b); }
constexpr int32_t i32_sub(int32_t a, int32_t b) noexcept { return detail::sub(a, b); }
constexpr int32_t i32_mul(int32_t a, int32_t b) noexcept { return detail::mul(a, b); }
constexpr OrTrap<int32_t> i32_div_s(int32_t a, int32_t b) noexcept { return detail::div_s(a, b); }
constexpr OrTrap<int32_t> i32_div_u(int32_t a, int32_t b) noexcept { return detail::div_u(a, b); }
constexpr OrTrap<int32_t> i32_rem_s(int32_t a, int32_t b) noexcept { return detail::rem_s(a, b); }
constexpr OrTrap<int32_t> i32_rem_u(int32_t a, int32_t b) noexcept { return detail::rem_u(a, b); }

constexpr int32_t i32_and(int32_t a, int32_t b) noexcept { return a & b; }
constexpr int32_t i32_or(int32_t a, int32_t b) noexcept { return a | b; }
constexpr int32_t i32_xor(int32_t a, int32_t b) noexcept { return a ^ b; }
constexpr int32_t i32_shl(int32_t a, int32_t b) noexcept { return detail::shl(a, b); }
constexpr int32_t i32_shr_s(int32_t a, int32_t b) noexcept { return detail::shr_s(a, b); }
constexpr int32_t i32_shr_u(int32_t a, int32_t b) noexcept { return detail::shr_u(a, b); }
constexpr int32_t i32_rotl(int32_t a, int32_t b) noexcept { return detail::rotl(a, b); }
constexpr int32_t i32_rotr(int32_t a, int32_t b) noexcept { return detail::rotr(a, b); }

constexpr int32_t i32_eqz(int32_t a) noexcept { return a == 0; }
constexpr int32_t i32_eq(int32_t a, int32_t b) noexcept { return a == b; }
constexpr int32_t i32_ne(int32_t a, int32_t b) noexcept { return a != b; }
constexpr int32_t i32_lt_s(int32_t a, int32_t b) noexcept { return a < b; }
constexpr int32_t i32_lt_u(int32_t a, int32_t b) noexcept { return detail::lt_u(a, b); }
constexpr int32_t i32_gt_s(int32_t a, int32_t b) noexcept { return a > b; }
constexpr int32_t i32_gt_u(int32_t a, int32_t b) noexcept { return detail::lt_u(b, a); }
constexpr int32_t i32_le_s(int32_t a, int32_t b) noexcept { return a <= b; }
constexpr int32_t i32_le_u(int32_t a, int32_t b) noexcept { return !detail::lt_u(b, a); }
constexpr int32_t i32_ge_s(int32_t a, int32_t b) noexcept { return a >= b; }
constexpr int32_t i32_ge_u(int32_t a, int32_t b) noexcept { return !detail::lt_u(a, b); }

constexpr int32_t i32_extend8_s(int32_t a) noexcept { return static_cast<int8_t>(a); }
constexpr int32_t i32_extend16_s(int32_t a) noexcept { return static_cast<int16_t>(a); }

// --- i64 ---

constexpr int64_t i64_clz(int64_t a) noexcept { return std::countl_zero(detail::as_unsigned(a)); }
constexpr int64_t i64_ctz(int64_t a) noexcept { return std::countr_zero(detail::as_unsigned(a)); }
constexpr int64_t i64_popcnt(int64_t a) noexcept { return std::popcount(detail::as_unsigned(a)); }

constexpr int64_t i64_add(int64_t a, int64_t b) noexcept { return detail::add(a, b); }
constexpr int64_t i64_sub(int64_t a, int64_t b) noexcept { return detail::sub(a, b); }
constexpr int64_t i64_mul(int64_t a, int64_t b) noexcept { return detail::mul(a, b); }
constexpr OrTrap<int64_t> i64_div_s(int64_t a, int64_t b) noexcept { return detail::div_s(a, b); }
constexpr OrTrap<int64_t> i64_div_u(int64_t a, int64_t b) noexcept { return detail::div_u(a, b); }
constexpr OrTrap<int64_t> i64_rem_s(int64_t a, int64_t b) noexcept { return detail::rem_s(a, b); }
constexpr OrTrap<int64_t> i64_rem_u(int64_t a, int64_t b) noexcept { return detail::rem_u(a, b); }

constexpr int64_t i64_and(int64_t a, int64_t b) noexcept { return a & b; }
constexpr int64_t i64_or(int64_t a, int64_t b) noexcept { return a | b; }
constexpr int64_t i64_xor(int64_t a, int64_t b) noexcept { return a ^ b; }
constexpr int64_t i64_shl(int64_t a, int64_t b) noexcept { return detail::shl(a, b); }
constexpr int64_t i64_shr_s(int64_t a, int64_t b) noexcept { return detail::shr_s(a, b); }
constexpr int64_t i64_shr_u(int64_t a, int64_t b) noexcept { return detail::shr_u(a, b); }
constexpr int64_t i64_rotl(int64_t a, int64_t b) noexcept { return detail::rotl(a, b); }
constexpr int64_t i64_rotr(int64_t a, int64_t b) noexcept { return detail::rotr(a, b); }

constexpr int32_t i64_eqz(int64_t a) noexcept { return a == 0; }
constexpr int32_t i64_eq(int64_t a, int64_t b) noexcept { return a == b; }
constexpr int32_t i64_ne(int64_t a, int64_t b) noexcept { return a != b; }
constexpr int32_t i64_lt_s(int64_t a, int64_t b) noexcept { return a < b; }
constexpr int32_t i64_lt_u(int64_t a, int64_t b) noexcept { return detail::lt_u(a, b); }
constexpr int32_t i64_gt_s(int64_t a, int64_t b) noexcept { return a > b; }
constexpr int32_t i64_gt_u(int64_t a, int64_t b) noexcept { return detail::lt_u(b, a); }
constexpr int32_t i64_le_s(int64_t a, int64_t b) noexcept { return a <= b; }
constexpr int32_t i64_le_u(int64_t a, int64_t b) noexcept { return !detail::lt_u(b, a); }
constexpr int32_t i64_ge_s(int64_t a, int64_t b) noexcept { return a >= b; }
constexpr int32_t i64_ge_u(int64_t a, int64_t b) noexcept { return !detail::lt_u(a, b); }

constexpr int64_t i64_extend8_s(int64_t a) noexcept { return static_cast<int8_t>(a); }
constexpr int64_t i64_extend16_s(int64_t a) noexcept { return static_cast<int16_t>(a); }
constexpr int64_t i64_extend32_s(int64_t a) noexcept { return static_cast<int32_t>(a); }

// --- f32 ---

constexpr float f32_abs(float a) noexcept { return detail::abs(a); }
constexpr float f32_neg(float a) noexcept { return detail::neg(a); }
inline float f32_ceil(float a) noexcept { return __builtin_ceilf(a); }
inline float f32_floor(float a) noexcept { return __builtin_floorf(a); }
inline float f32_trunc(float a) noexcept { return __builtin_truncf(a); }
inline float f32_nearest(float a) noexcept { return __builtin_nearbyintf(a); }
inline float f32_sqrt(float a) noexcept { return detail::sqrt(a); }

constexpr float f32_add(float a, float b) noexcept { return a + b; }
constexpr float f32_sub(float a, float b) noexcept { return a - b; }
constexpr float f32_mul(float a, float b) noexcept { return a * b; }
constexpr float f32_div(float a, float b) noexcept { return a / b; }
constexpr float f32_min(float a, float b) noexcept { return detail::min(a, b); }
constexpr float f32_max(float a, float b) noexcept { return detail::max(a, b); }
constexpr float f32_copysign(float a, float b) noexcept { return detail::copysign(a, b); }

constexpr int32_t f32_eq(float a, float b) noexcept { return a == b; }
constexpr int32_t f32_ne(float a, float b) noexcept { return a != b; }
constexpr int32_t f32_lt(float a, float b) noexcept { return a < b; }
constexpr int32_t f32_gt(float a, float b) noexcept { return a > b; }
constexpr int32_t f32_le(float a, float b) noexcept { return a <= b; }
constexpr int32_t f32_ge(float a, float b) noexcept { return a >= b; }

// --- f64 ---

constexpr double f64_abs(double a) noexcept { return detail::abs(a); }
constexpr double f64_neg(double a) noexcept { return detail::neg(a); }
inline double f64_ceil(double a) noexcept { return __builtin_ceil(a); }
inline double f64_floor(double a) noexcept { return __builtin_floor(a); }
inline double f64_trunc(double a) noexcept { return __builtin_trunc(a); }
inline double f64_nearest(double a) noexcept { return __builtin_nearbyint(a); }
inline double f64_sqrt(double a) noexcept { return detail::sqrt(a); }

constexpr double f64_add(double a, double b) noexcept { return a + b; }
constexpr double f64_sub(double a, double b) noexcept { return a - b; }
constexpr double f64_mul(double a, double b) noexcept { return a * b; }
constexpr double f64_div(double a, double b) noexcept { return a / b; }
constexpr double f64_min(double a, double b) noexcept { return detail::min(a, b); }
constexpr double f64_max(double a, double b) noexcept { return detail::max(a, b); }
constexpr double f64_copysign(double a, double b) noexcept { return detail::copysign(a, b); }

constexpr int32_t f64_eq(double a, double b) noexcept { return a == b; }
constexpr int32_t f64_ne(double a, double b) noexcept { return a != b; }
constexpr int32_t f64_lt(double a, double b) noexcept { return a < b; }
constexpr int32_t f64_gt(double a, double b) noexcept { return a > b; }
constexpr int32_t f64_le(double a, double b) noexcept { return a <= b; }
constexpr int32_t f64_ge(double a, double b) noexcept { return a >= b; }

// --- conversions ---

constexpr int32_t i32_wrap_i64(int64_t a) noexcept { return static_cast<int32_t>(a); }
constexpr int64_t i64_extend_i32_s(int32_t a) noexcept { return a; }
constexpr int64_t i64_extend_i32_u(int32_t a) noexcept { return static_cast<uint32_t>(a); }

constexpr OrTrap<int32_t> i32_trunc_f32_s(float a) noexcept { return detail::trunc<int32_t>(a); }
constexpr OrTrap<int32_t> i32_trunc_f32_u(float a) noexcept { return detail::trunc<uint32_t>(a); }
constexpr OrTrap<int32_t> i32_trunc_f64_s(double a) noexcept { return detail::trunc<int32_t>(a); }
constexpr OrTrap<int32_t> i32_trunc_f64_u(double a) noexcept { return detail::trunc<uint32_t>(a); }
constexpr OrTrap<int64_t> i64_trunc_f32_s(float a) noexcept { return detail::trunc<int64_t>(a); }
constexpr OrTrap<int64_t> i64_trunc_f32_u(float a) noexcept { return detail::trunc<uint64_t>(a); }
constexpr OrTrap<int64_t> i64_trunc_f64_s(double a) noexcept { return detail::trunc<int64_t>(a); }
constexpr OrTrap<int64_t> i64_trunc_f64_u(double a) noexcept { return detail::trunc<uint64_t>(a); }

constexpr int32_t i32_trunc_sat_f32_s(float a) noexcept { return detail::trunc_sat<int32_t>(a); }
constexpr int32_t i32_trunc_sat_f32_u(float a) noexcept { return detail::trunc_sat<uint32_t>(a); }
constexpr int32_t i32_trunc_sat_f64_s(double a) noexcept { return detail::trunc_sat<int32_t>(a); }
constexpr int32_t i32_trunc_sat_f64_u(double a) noexcept { return detail::trunc_sat<uint32_t>(a); }
constexpr int64_t i64_trunc_sat_f32_s(float a) noexcept { return detail::trunc_sat<int64_t>(a); }
constexpr int64_t i64_trunc_sat_f32_u(float a) noexcept { return detail::trunc_sat<uint64_t>(a); }
constexpr int64_t i64_trunc_sat_f64_s(double a) noexcept { return detail::trunc_sat<int64_t>(a); }
constexpr int64_t i64_trunc_sat_f64_u(double a) noexcept { return detail::trunc_sat<uint64_t>(a); }

constexpr float f32_convert_i32_s(int32_t a) noexcept { return static_cast<float>(a); }
constexpr float f32_convert_i32_u(int32_t a) noexcept { return detail::from_u<float>(a); }
constexpr float f32_convert_i64_s(int64_t a) noexcept { return static_cast<float>(a); }
constexpr float f32_convert_i64_u(int64_t a) noexcept { return detail::from_u<float>(a); }
constexpr double f64_convert_i32_s(int32_t a) noexcept { return static_cast<double>(a); }
constexpr double f64_convert_i32_u(int32_t a) noexcept { return detail::from_u<double>(a); }
constexpr double f64_convert_i64_s(int64_t a) noexcept { return static_cast<double>(a); }
constexpr double f64_convert_i64_u(int64_t a) noexcept { return detail::from_u<double>(a); }
constexpr float f32_demote_f64(double a) noexcept { return static_cast<float>(a); }
constexpr double f64_promote_f32(float a) noexcept { return static_cast<double>(a); }

constexpr int32_t i32_reinterpret_f32(float a) noexcept { return std::bit_cast<int32_t>(a); }
constexpr int64_t i64_reinterpret_f64(double a) noexcept { return std::bit_cast<int64_t>(a); }
constexpr float f32_reinterpret_i32(int32_t a) noexcept { return std::bit_cast<float>(a); }
constexpr double f64_reinterpret_i64(int64_t a) noexcept { return std::bit_cast<double>(a); }

// clang-format on

}  // namespace wrt::numeric
