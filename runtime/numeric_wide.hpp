// What the instructions of wide arithmetic compute: pure functions, named like the enumerators. A
// number of 128 bits is its halves, the low one first.
// https://github.com/WebAssembly/wide-arithmetic/blob/main/proposals/wide-arithmetic/Overview.md
#pragma once

#include <cstdint>

namespace wrt::numeric {

struct Wide {
    int64_t low = 0;
    int64_t high = 0;

    friend constexpr bool operator==(const Wide&, const Wide&) = default;
};

namespace detail {

// Every compiler that wrt knows has it; ISO C++ does not.
__extension__ using Uint128 = unsigned __int128;
__extension__ using Int128 = __int128;

constexpr Uint128 joined(int64_t low, int64_t high) noexcept
{
    return Uint128{static_cast<uint64_t>(high)} << 64 | static_cast<uint64_t>(low);
}

constexpr Wide halves(Uint128 value) noexcept
{
    return {static_cast<int64_t>(static_cast<uint64_t>(value)),
            static_cast<int64_t>(static_cast<uint64_t>(value >> 64))};
}

}  // namespace detail

constexpr Wide i64_add128(int64_t a_low, int64_t a_high, int64_t b_low, int64_t b_high) noexcept
{
    return detail::halves(detail::joined(a_low, a_high) + detail::joined(b_low, b_high));
}
constexpr Wide i64_sub128(int64_t a_low, int64_t a_high, int64_t b_low, int64_t b_high) noexcept
{
    return detail::halves(detail::joined(a_low, a_high) - detail::joined(b_low, b_high));
}
constexpr Wide i64_mul_wide_s(int64_t a, int64_t b) noexcept
{
    return detail::halves(static_cast<detail::Uint128>(detail::Int128{a} * b));
}
constexpr Wide i64_mul_wide_u(int64_t a, int64_t b) noexcept
{
    return detail::halves(detail::Uint128{static_cast<uint64_t>(a)} * static_cast<uint64_t>(b));
}

}  // namespace wrt::numeric
