// Memory instances: size, growth and the bulk operations. All bounds are checked in 64 bits without
// sums that could wrap; false means out of bounds, and then nothing was written.
// https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions
#pragma once

#include <cstdint>

#include <wrt/foundation/limits.hpp>
#include <wrt/runtime/instance.hpp>

namespace wrt::runtime {

/// What memory.grow and table.grow give when they cannot.
inline constexpr uint64_t grow_failed = ~uint64_t{0};

/// Whether [offset, offset + count) lies within [0, size).
constexpr bool in_bounds(uint64_t offset, uint64_t count, uint64_t size) noexcept
{
    return offset <= size && count <= size - offset;
}

inline uint64_t memory_pages(const MemoryInstance& memory) noexcept
{
    return memory.size / limits::page_bytes;
}

/// Grows by `delta` pages of zeros. Returns the old size in pages, or grow_failed and nothing
/// changed. The base stays.
uint64_t memory_grow(MemoryInstance& memory, uint64_t delta) noexcept;

[[nodiscard]] bool memory_fill(MemoryInstance& memory, uint64_t offset, uint8_t value,
                               uint64_t count) noexcept;

/// The ranges may overlap when both are of one memory.
[[nodiscard]] bool memory_copy(MemoryInstance& to, uint64_t to_offset, const MemoryInstance& from,
                               uint64_t from_offset, uint64_t count) noexcept;

[[nodiscard]] bool memory_init(MemoryInstance& memory, uint64_t offset, const DataInstance& data,
                               uint64_t data_offset, uint64_t count) noexcept;

inline void data_drop(DataInstance& data) noexcept
{
    data = {};
}

}  // namespace wrt::runtime
