// What the array instructions over whole ranges do, apart from where their operands lie. False
// means out of bounds, and then nothing was written.
#pragma once

#include <cstring>
#include <type_traits>

#include <wrt/runtime/instance.hpp>
#include <wrt/runtime/memory.hpp>
#include <wrt/runtime/object.hpp>

namespace wrt::runtime {

/// Writes the value that lies at `value`, in two slots where it has sixteen bytes, to `count`
/// elements of `bytes` bytes from `at` on.
inline void fill_elements(uint8_t* at, uint32_t count, uint32_t bytes, const Slot* value) noexcept
{
    const auto fill = [&](auto size) {
        for (uint32_t i = 0; i < count; ++i)
            std::memcpy(at + uint64_t{i} * size, value, size);
    };
    switch (bytes) {
    case 1: std::memset(at, value->as<uint8_t>(), count); return;
    case 2: fill(std::integral_constant<size_t, 2>{}); return;
    case 4: fill(std::integral_constant<size_t, 4>{}); return;
    case 8: fill(std::integral_constant<size_t, 8>{}); return;
    default: fill(std::integral_constant<size_t, 16>{});
    }
}

[[nodiscard]] inline bool array_fill(Object& array, uint32_t index, uint32_t count, uint32_t bytes,
                                     const Slot* value) noexcept
{
    if (!in_bounds(index, count, array.length())) return false;
    fill_elements(array.elements() + uint64_t{index} * bytes, count, bytes, value);
    return true;
}

/// The ranges may overlap.
[[nodiscard]] inline bool array_copy(Object& to, uint32_t to_index, Object& from,
                                     uint32_t from_index, uint32_t count, uint32_t bytes) noexcept
{
    if (!in_bounds(to_index, count, to.length()) || !in_bounds(from_index, count, from.length()))
        return false;
    std::memmove(to.elements() + uint64_t{to_index} * bytes,
                 from.elements() + uint64_t{from_index} * bytes, uint64_t{count} * bytes);
    return true;
}

/// Makes the last word of an array of so many bytes zero, before its elements are written: behind
/// the last one there are zeros then.
inline void clear_last_word(Object& array, uint64_t unrounded) noexcept
{
    if (unrounded <= Object::header_bytes) return;
    *reinterpret_cast<uint64_t*>(array.at(round_to_word(unrounded) - sizeof(uint64_t))) = 0;
}

}  // namespace wrt::runtime
