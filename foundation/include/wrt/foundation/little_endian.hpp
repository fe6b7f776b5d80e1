// Unaligned little-endian loads and stores, as binaries and linear memories have them. One
// instruction on little-endian machines.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace wrt {

namespace detail {

template <std::unsigned_integral T>
constexpr T swap_bytes(T value) noexcept
{
    T swapped = 0;
    for (size_t i = 0; i < sizeof(T); ++i) {
        swapped = static_cast<T>((swapped << 8) | ((value >> (8 * i)) & 0xff));
    }
    return swapped;
}

template <size_t Size>
struct UnsignedOf;
template <>
struct UnsignedOf<1> {
    using type = uint8_t;
};
template <>
struct UnsignedOf<2> {
    using type = uint16_t;
};
template <>
struct UnsignedOf<4> {
    using type = uint32_t;
};
template <>
struct UnsignedOf<8> {
    using type = uint64_t;
};

}  // namespace detail

/// The integer or float at `place`, which needs no alignment.
template <class T>
    requires std::is_arithmetic_v<T>
T load_le(const void* place) noexcept
{
    typename detail::UnsignedOf<sizeof(T)>::type bits;
    std::memcpy(&bits, place, sizeof(T));
    if constexpr (std::endian::native == std::endian::big) bits = detail::swap_bytes(bits);
    return std::bit_cast<T>(bits);
}

template <class T>
    requires std::is_arithmetic_v<T>
void store_le(void* place, T value) noexcept
{
    auto bits = std::bit_cast<typename detail::UnsignedOf<sizeof(T)>::type>(value);
    if constexpr (std::endian::native == std::endian::big) bits = detail::swap_bytes(bits);
    std::memcpy(place, &bits, sizeof(T));
}

}  // namespace wrt
