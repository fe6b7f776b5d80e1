// LinearRegion: the bytes of one linear memory, or of a garbage-collected heap. They never move:
// all that it may grow to is reserved when it is made, and growing makes more of it usable.
#pragma once

#include <cstddef>
#include <cstdint>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt {

/// In an arena over reserved address space a region is a reservation of its own, committed as it
/// grows, charged to its account, never zeroed by hand (fresh pages are zero), and unmapped
/// when the arena gives up the bytes that were allocated when it was reserved. In a fixed arena its
/// bytes lie on the retained end. Movable and trivially destructible: the arena owns what is behind
/// it.
class LinearRegion {
public:
    LinearRegion() noexcept = default;
    LinearRegion(LinearRegion&& other) noexcept = default;
    LinearRegion& operator=(LinearRegion&& other) noexcept = default;
    LinearRegion(const LinearRegion&) = delete;
    LinearRegion& operator=(const LinearRegion&) = delete;

    /// `min_bytes` usable at once, all zero, at a multiple of eight, and room to grow up to
    /// `max_bytes` or the arena's linear_memory_cap, whichever is less. On failure the region is as
    /// before and what it took from the arena is left to the enclosing scope. Errors:
    /// memory_too_large (the cap is below the minimum), arena_exhausted, reserve_failed...
    Status reserve(Arena& arena, uint64_t min_bytes, uint64_t max_bytes,
                   Account account = Account::memory) noexcept;

    uint8_t* base() const noexcept { return base_; }
    /// Bytes that may be accessed.
    uint64_t size() const noexcept { return size_; }
    /// Bytes that it can grow to.
    uint64_t capacity() const noexcept { return capacity_; }

    /// Makes the size `new_size`; the new bytes are zero. False, and nothing changed, when that is
    /// less than the size, more than the capacity, more than the account may hold or more than
    /// the system has. Allowed in a sealed arena: the address space was reserved before.
    bool grow(uint64_t new_size) noexcept;

private:
    friend class ArenaImage;

    struct Mapping;
    Status make(Arena& arena, uint64_t min_bytes, uint64_t max_bytes) noexcept;
    Status extend(uint64_t new_size) noexcept;
    static void unmap(void* mapping) noexcept;

    Arena* arena_ = nullptr;
    Account account_ = Account::memory;
    Mapping* mapping_ = nullptr;  ///< In the arena; null in a fixed one.
    uint8_t* base_ = nullptr;
    uint64_t size_ = 0;
    uint64_t capacity_ = 0;
};

}  // namespace wrt
