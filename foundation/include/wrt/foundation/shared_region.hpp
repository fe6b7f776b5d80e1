// SharedRegion: the bytes of a linear memory that several threads use. As LinearRegion, but any
// thread may grow it, so nothing of the arena is touched after it was made.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt {

/// All that it may grow to is charged to the arena when it is made, though only what is used is
/// committed: growth happens on threads that may not ask the arena. Lies in the arena or outlives
/// its use there; never moves; needs no destructor.
class SharedRegion {
public:
    SharedRegion() noexcept = default;
    SharedRegion(const SharedRegion&) = delete;
    SharedRegion& operator=(const SharedRegion&) = delete;

    /// `min_bytes` usable at once, all zero, and room to grow up to `max_bytes`, or as much of that
    /// as the arena grants. Once. Errors: as LinearRegion::reserve().
    Status reserve(Arena& arena, uint64_t min_bytes, uint64_t max_bytes) noexcept;

    uint8_t* base() const noexcept { return base_; }
    /// Bytes that may be accessed. It only ever grows. Any thread.
    uint64_t size() const noexcept { return size_.load(std::memory_order_seq_cst); }
    uint64_t capacity() const noexcept { return capacity_; }

    /// Makes the size larger by `more`; the new bytes are zero. `old_size` is what it was before.
    /// False, and nothing changed, past `limit` or when the system has no more. Any thread.
    bool grow(uint64_t more, uint64_t limit, uint64_t& old_size) noexcept;

private:
    friend class ArenaImage;

    struct Mapping {
        Arena* arena;
        void* base;
        size_t reserved;
    };
    bool commit(uint64_t new_size) noexcept;
    static void unmap(void* mapping) noexcept;

    Mapping* mapping_ = nullptr;  ///< In the arena; null in a fixed one.
    uint8_t* base_ = nullptr;
    uint64_t capacity_ = 0;
    uint64_t committed_ = 0;  ///< Guarded by growing_.
    std::atomic<uint64_t> size_{0};
    std::mutex growing_;
};

}  // namespace wrt
