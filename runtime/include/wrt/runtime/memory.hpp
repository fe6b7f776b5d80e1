// Memory instances: size, growth and the bulk operations. All bounds are checked in 64 bits without
// sums that could wrap; false means out of bounds, and then nothing was written.
// https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions
#pragma once

#include <cstdint>

#include <wrt/foundation/limits.hpp>
#include <wrt/runtime/instance.hpp>
#include <wrt/runtime/shared_memory.hpp>

namespace wrt::runtime {

/// What memory.grow and table.grow give when they cannot.
inline constexpr uint64_t grow_failed = ~uint64_t{0};

/// Whether [offset, offset + count) lies within [0, size).
constexpr bool in_bounds(uint64_t offset, uint64_t count, uint64_t size) noexcept
{
    return offset <= size && count <= size - offset;
}

/// Bytes that addresses and the implementation allow a memory of that type.
constexpr uint64_t addressable_bytes(const MemoryType& type) noexcept
{
    if (type.limits.is64) return limits::memory64_pages * limits::page_bytes;
    constexpr uint64_t bytes = limits::memory_pages * limits::page_bytes;
    // memory.size has to fit an i32.
    return type.page_shift == 0 ? bytes - 1 : bytes;
}

/// The size in bytes; of a shared memory what it is by now, which other threads make larger.
inline uint64_t memory_size(const MemoryInstance& memory) noexcept
{
    return memory.shared != nullptr ? memory.shared->size() : memory.size;
}

inline uint64_t memory_pages(const MemoryInstance& memory) noexcept
{
    return memory_size(memory) >> memory.type.page_shift;
}

/// Grows by `delta` pages (of the memory's own size) of zeros. Returns the old size in pages, or
/// grow_failed and nothing changed. The base stays.
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
