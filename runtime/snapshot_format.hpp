// What writing and reading a snapshot have in common.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <wrt/runtime/object.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::runtime {

/// Memories are looked through in pieces of so many bytes.
inline constexpr uint64_t snapshot_page = 4096;
inline constexpr uint64_t end_of_runs = ~uint64_t{0};

inline constexpr uint64_t object_flag = 4;

constexpr uint64_t reference_to_function(uint32_t number) noexcept
{
    return (uint64_t{number} + 1) << 3;
}
/// Of the object `offset` bytes from the heap's start.
constexpr uint64_t reference_to_object(uint64_t offset) noexcept
{
    return offset / 8 << 3 | object_flag;
}

inline bool is_zero(const uint8_t* bytes, uint64_t size) noexcept
{
    return size == 0 ||
           (bytes[0] == 0 && std::memcmp(bytes, bytes + 1, static_cast<size_t>(size) - 1) == 0);
}

/// Bytes of an object with header, rounded up.
inline uint64_t object_bytes(const RegisteredType& type, ObjectKind kind, uint32_t length) noexcept
{
    switch (kind) {
    case ObjectKind::struct_: return (uint64_t{type.words} + 1) * 8;
    case ObjectKind::array: return round_to_word(array_bytes(length, type.words));
    case ObjectKind::exception: return exception_bytes(length);
    }
    return 0;
}

/// Where the heap's first object lies.
inline uint64_t heap_base_of(Store& store) noexcept
{
    return reinterpret_cast<uint64_t>(store.heap().bump(0)) - store.heap().used();
}

}  // namespace wrt::runtime
