// The only way from WASI to the guest's memory: an address is checked with its length, in 64 bits,
// at each access.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include <wrt/foundation/assert.hpp>

namespace wrt::wasi {

static_assert(std::endian::native == std::endian::little,
              "records are copied as the guest lays them out");

/// An address in the guest's memory. WASI preview 1 knows 32-bit memories only.
struct Ptr {
    uint32_t address = 0;

    /// The address `offset` bytes further; the caller has checked a range that includes it.
    constexpr Ptr operator+(uint32_t offset) const noexcept { return {address + offset}; }
};

/// The bytes of one of the guest's records, before or after they are copied. Padding is zero.
template <size_t Size>
struct Record {
    std::array<uint8_t, Size> bytes{};

    template <class T>
    void put(size_t offset, T value) noexcept
    {
        static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
        WRT_ASSERT(offset + sizeof(T) <= Size);
        std::memcpy(bytes.data() + offset, &value, sizeof(T));
    }

    template <class T>
    T get(size_t offset) const noexcept
    {
        static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
        WRT_ASSERT(offset + sizeof(T) <= Size);
        T value;
        std::memcpy(&value, bytes.data() + offset, sizeof(T));
        return value;
    }
};

/// The memory that a guest exports, for the time of one call: base and size may change between
/// calls, so nothing derived from them is kept. A guest without a memory has size 0.
struct GuestMemory {
    uint8_t* base = nullptr;
    uint64_t size = 0;

    /// Whether all of [at, at + count) lies inside. Cannot wrap: `count` is compared with what is
    /// left.
    [[nodiscard]] bool holds(Ptr at, uint64_t count) const noexcept
    {
        return count <= size && at.address <= size - count;
    }

    /// The bytes [at, at + count); only after holds(at, count).
    [[nodiscard]] std::span<uint8_t> bytes(Ptr at, uint64_t count) const noexcept
    {
        WRT_ASSERT(holds(at, count));
        return {base + at.address, static_cast<size_t>(count)};
    }

    template <class T>
    [[nodiscard]] bool load(Ptr at, T& value) const noexcept
    {
        static_assert(std::is_integral_v<T>);
        if (!holds(at, sizeof(T))) return false;
        std::memcpy(&value, base + at.address, sizeof(T));
        return true;
    }

    template <class T>
    [[nodiscard]] bool store(Ptr at, T value) const noexcept
    {
        static_assert(std::is_integral_v<T>);
        if (!holds(at, sizeof(T))) return false;
        std::memcpy(base + at.address, &value, sizeof(T));
        return true;
    }

    template <size_t Size>
    [[nodiscard]] bool load(Ptr at, Record<Size>& record) const noexcept
    {
        if (!holds(at, Size)) return false;
        std::memcpy(record.bytes.data(), base + at.address, Size);
        return true;
    }

    template <size_t Size>
    [[nodiscard]] bool store(Ptr at, const Record<Size>& record) const noexcept
    {
        if (!holds(at, Size)) return false;
        std::memcpy(base + at.address, record.bytes.data(), Size);
        return true;
    }
};

}  // namespace wrt::wasi
