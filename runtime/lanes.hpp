// v128 as lanes: how the files vector_*.hpp look at 128 bits, and the operations that are the same
// for lanes of any type. Nearly everything is written with the compiler's vector types, which gives
// one to three host instructions; where it does not, those files have intrinsics beside it.
// WRT_SSE41 says whether they may be used; a test builds everything without them too.
// https://webassembly.github.io/spec/core/exec/numerics.html#vector-operations
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "v128.hpp"

#if defined(__SSE4_1__) && defined(__SSSE3__) && !defined(WRT_PORTABLE_LANES)
#define WRT_SSE41 1
#include <immintrin.h>
#else
#define WRT_SSE41 0
#endif

namespace wrt::numeric {

template <class T>
using Lanes [[gnu::vector_size(16)]] = T;

// Two builds of the same functions may meet in one test.
#if WRT_SSE41
inline namespace sse41 {
#else
inline namespace portable {
#endif

namespace lanes {

template <class T>
constexpr int count = static_cast<int>(16 / sizeof(T));

template <class T>
constexpr Lanes<T> as(v128 a) noexcept
{
    return std::bit_cast<Lanes<T>>(a);
}

/// Any vector type of 16 bytes, as bits.
template <class V>
constexpr v128 bits(V a) noexcept
{
    static_assert(sizeof(V) == 16);
    return std::bit_cast<v128>(a);
}

template <class T>
constexpr Lanes<T> splat(T value) noexcept
{
    return Lanes<T>{} + value;  // zeros first, because +0 + -0 is +0: see splat_bits() for floats
}

/// The lane type that has all bits of T and no sign.
template <class T>
using UnsignedLane =
    std::conditional_t<sizeof(T) == 1, uint8_t,
                       std::conditional_t<sizeof(T) == 2, uint16_t,
                                          std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>>;

/// The bits of `value` in every lane.
template <class T>
constexpr v128 splat_bits(T value) noexcept
{
    return bits(splat(std::bit_cast<UnsignedLane<T>>(value)));
}

/// function(lane of a) for every lane; for what no vector type expresses.
template <class T, class F>
constexpr auto map(v128 a, F function) noexcept
{
    const auto x = as<T>(a);
    using Result = decltype(function(x[0]));
    static_assert(sizeof(Result) == sizeof(T));
    Lanes<Result> result{};
    for (int i = 0; i < count<T>; ++i)
        result[i] = function(x[i]);
    return bits(result);
}

template <class T, class F>
constexpr auto map(v128 a, v128 b, F function) noexcept
{
    const auto x = as<T>(a);
    const auto y = as<T>(b);
    using Result = decltype(function(x[0], y[0]));
    static_assert(sizeof(Result) == sizeof(T));
    Lanes<Result> result{};
    for (int i = 0; i < count<T>; ++i)
        result[i] = function(x[i], y[i]);
    return bits(result);
}

// Arithmetic. T is unsigned where signed numbers would overflow.
template <class T>
constexpr v128 add(v128 a, v128 b) noexcept
{
    return bits(as<T>(a) + as<T>(b));
}
template <class T>
constexpr v128 sub(v128 a, v128 b) noexcept
{
    return bits(as<T>(a) - as<T>(b));
}
template <class T>
constexpr v128 mul(v128 a, v128 b) noexcept
{
    return bits(as<T>(a) * as<T>(b));
}
template <class T>
constexpr v128 div(v128 a, v128 b) noexcept
{
    return bits(as<T>(a) / as<T>(b));
}

// Comparisons: all ones where it holds.
template <class T>
constexpr v128 eq(v128 a, v128 b) noexcept
{
    return bits(as<T>(a) == as<T>(b));
}
template <class T>
constexpr v128 ne(v128 a, v128 b) noexcept
{
    return bits(as<T>(a) != as<T>(b));
}
template <class T>
constexpr v128 lt(v128 a, v128 b) noexcept
{
    return bits(as<T>(a) < as<T>(b));
}
template <class T>
constexpr v128 le(v128 a, v128 b) noexcept
{
    return bits(as<T>(a) <= as<T>(b));
}

/// Bits of `a` where `mask` has ones, of `b` elsewhere.
constexpr v128 choose(v128 mask, v128 a, v128 b) noexcept
{
    return (a & mask) | (b & ~mask);
}

/// One bit for each lane: its most significant one.
template <class T>
constexpr int32_t bitmask(v128 a) noexcept
{
    uint32_t result = 0;
    for (int i = 0; i < count<T>; ++i)
        result |= static_cast<uint32_t>(as<T>(a)[i] < 0) << i;
    return static_cast<int32_t>(result);
}

/// Whether any bit is set.
inline bool any(v128 a) noexcept
{
#if WRT_SSE41
    const __m128i bits_of_a = std::bit_cast<__m128i>(a);
    return _mm_testz_si128(bits_of_a, bits_of_a) == 0;
#else
    return (a[0] | a[1]) != 0;
#endif
}

/// Whether no lane is zero.
template <class T>
bool all_true(v128 a) noexcept
{
    return !any(eq<T>(a, v128{}));
}

// clang-format off
#if WRT_SSE41
inline __m128i i(v128 a) noexcept { return std::bit_cast<__m128i>(a); }
inline __m128 f(v128 a) noexcept { return std::bit_cast<__m128>(a); }
inline __m128d d(v128 a) noexcept { return std::bit_cast<__m128d>(a); }
#endif
// clang-format on

}  // namespace lanes

}  // inline namespace

}  // namespace wrt::numeric
