// Heap: the garbage-collected objects of a store, in one bounded region. Allocation moves a
// pointer; when the region is full the live objects slide to its start (runtime/collect.cpp), so
// whatever is live fits as long as its bytes do, and nothing else is allocated for it, ever.
//
// Objects move, in a collection and only there. A collection happens only inside an allocation in
// the heap or Store::collect(), so between two of them a bare Object* or Ref may be held; across
// one, hold a Rooted (rooted.hpp), or keep the reference where roots are looked for: globals,
// tables, element segments, and the slots of frames that the function's root map names.
#pragma once

#include <cstdint>

#include <wrt/foundation/linear_region.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/heap_stats.hpp>
#include <wrt/runtime/object.hpp>

namespace wrt::runtime {

struct Cell;
struct Execution;
struct ModuleInstance;
class Store;

/// Where an activation stands while a collection may run: which frame is the innermost and which
/// operation it executes. Host functions that are under way have left theirs in Store::waiting().
struct Safepoint {
    const Cell* cell = nullptr;  ///< The last cell of the operation.
    Slot* frame = nullptr;
    const ModuleInstance* instance = nullptr;
    const Safepoint* outer = nullptr;  ///< The call of the host that this activation runs within.
};

class Heap {
public:
    Heap() noexcept = default;
    Heap(const Heap&) = delete;
    Heap& operator=(const Heap&) = delete;

    /// Reserves room for `capacity` bytes of objects, and a 32nd of that for the collector. In a
    /// reserved arena nothing is committed yet.
    Status open(Arena& arena, uint64_t capacity, bool stress) noexcept;

    /// `bytes` for an object (a multiple of eight), uninitialised; null where a collection has to
    /// make room first. The caller writes header and fields before the next allocation.
    [[nodiscard]] Object* bump(uint64_t bytes) noexcept
    {
        if (bytes > static_cast<uint64_t>(limit_ - top_)) [[unlikely]]
            return nullptr;
        auto* const object = reinterpret_cast<Object*>(top_);
        top_ += bytes;
        return object;
    }

    /// Whether `ref` is of an object of this heap, and not null, a function, an i31 or the host's.
    [[nodiscard]] bool contains(Ref ref) const noexcept
    {
        return (ref.bits & 7) == 0 &&
               ref.bits - reinterpret_cast<uint64_t>(base_) < static_cast<uint64_t>(top_ - base_);
    }

    /// Bytes that objects and the collector's tables may come to take.
    [[nodiscard]] uint64_t reserved_bytes() const noexcept
    {
        return capacity_ + capacity_ / block_bytes * sizeof(Block);
    }
    [[nodiscard]] uint64_t used() const noexcept { return static_cast<uint64_t>(top_ - base_); }
    [[nodiscard]] HeapStats stats() const noexcept;

private:
    friend class Collector;
    friend class Store;

    /// What the collector knows of 64 words: which are live, and how many live ones lie below.
    struct Block {
        uint64_t live = 0;
        uint64_t before = 0;
    };
    static constexpr uint64_t block_bytes = 64 * 8;
    /// Below this the heap grows without a collection.
    static constexpr uint64_t first_threshold = uint64_t{1} << 20;

    /// Room for objects up to `bytes` from the base; false where the region or the system has not.
    [[nodiscard]] bool make_room(uint64_t bytes) noexcept;
    [[nodiscard]] bool make_room_for(uint64_t bytes, bool collected) noexcept;
    /// No more than `bytes` until somebody makes room again.
    void grant_only(uint64_t bytes) noexcept { limit_ = top_ + bytes; }
    /// After a collection that left `live` bytes.
    void note_collection(uint64_t live, uint64_t pause_ns) noexcept;
    [[nodiscard]] Block* blocks() const noexcept
    {
        return reinterpret_cast<Block*>(tables_.base());
    }

    uint8_t* top_ = nullptr;
    uint8_t* limit_ = nullptr;  ///< A collection or growth comes first where `top_` would pass it.
    uint8_t* base_ = nullptr;
    uint64_t threshold_ = 0;  ///< Bytes up to which the heap grows before it is collected again.
    uint64_t capacity_ = 0;
    uint64_t allocated_before_ = 0;  ///< Bytes made up to the last collection ...
    uint64_t live_ = 0;              ///< ... and how many it left.
    uint64_t collections_ = 0;
    uint64_t max_pause_ns_ = 0;
    uint64_t total_pause_ns_ = 0;
    bool stress_ = false;
    LinearRegion objects_;
    LinearRegion tables_;
};

/// Makes room for an object of `bytes` bytes (a multiple of eight): bump() has it then. False where
/// the heap is full even after a collection (Errc::gc_heap_exhausted). `cell` is the last cell of
/// the operation that allocates in frame `fp`: what the frames hold by their root maps survives and
/// is up to date afterwards, whatever registers or the host's variables hold does not.
[[nodiscard]] bool make_room(Execution& execution, const Cell* cell, Slot* fp,
                             uint64_t bytes) noexcept;

/// make_room() and the object, uninitialised but for its header; null where there is no room.
[[nodiscard]] Object* allocate_slow(Execution& execution, const Cell* cell, Slot* fp,
                                    uint64_t header, uint64_t bytes) noexcept;

}  // namespace wrt::runtime
