// The heap: its region, its growth, and when it is collected.
#include <wrt/runtime/heap.hpp>

#include <algorithm>

#include <wrt/runtime/execution.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::runtime {

Status Heap::open(Arena& arena, uint64_t capacity, bool stress) noexcept
{
    capacity_ = capacity / block_bytes * block_bytes;
    stress_ = stress;
    if (capacity_ == 0) return ok();
    WRT_CHECK(objects_.reserve(arena, 0, capacity_, Account::gc));
    // A system that is short of address space may have granted less.
    capacity_ = std::min(capacity_, objects_.capacity() / block_bytes * block_bytes);
    const uint64_t table_bytes = capacity_ / block_bytes * sizeof(Block);
    WRT_CHECK(tables_.reserve(arena, 0, table_bytes, Account::gc));
    capacity_ = std::min(capacity_, tables_.capacity() / sizeof(Block) * block_bytes);
    base_ = top_ = limit_ = objects_.base();
    threshold_ = std::min(first_threshold, capacity_);
    return ok();
}

HeapStats Heap::stats() const noexcept
{
    return {.capacity = capacity_,
            .used = used(),
            .committed = objects_.size() + tables_.size(),
            .allocated = allocated_before_ + (used() - live_),
            .collections = collections_,
            .live = live_,
            .max_pause_ns = max_pause_ns_,
            .total_pause_ns = total_pause_ns_};
}

bool Heap::make_room(uint64_t bytes) noexcept
{
    if (bytes > capacity_) return false;
    const uint64_t blocks = (bytes + block_bytes - 1) / block_bytes;
    const uint64_t table_bytes = blocks * sizeof(Block);
    // The table first: the collector needs it for every byte of an object.
    if (table_bytes > tables_.size() && !tables_.grow(table_bytes)) return false;
    if (bytes > objects_.size() && !objects_.grow(bytes)) return false;
    return true;
}

/// Whether `bytes` more fit below the threshold; after a collection, whether they fit at all.
bool Heap::make_room_for(uint64_t bytes, bool collected) noexcept
{
    if (bytes > capacity_ - used()) return false;
    const uint64_t end = used() + bytes;
    if (end > threshold_ && !collected) return false;
    threshold_ = std::max(threshold_, end);
    // All up to the threshold, or where that cannot be had, what is needed now.
    if (make_room(threshold_)) {
        limit_ = base_ + threshold_;
    } else if (make_room(end)) {
        limit_ = base_ + end;
    } else {
        return false;
    }
    return true;
}

void Heap::note_collection(uint64_t live, uint64_t pause_ns) noexcept
{
    allocated_before_ += used() - live_;
    live_ = live;
    top_ = base_ + live;
    threshold_ = std::min(std::max(2 * live, first_threshold), capacity_);
    limit_ = stress_ ? top_ : base_ + std::max(live, std::min(threshold_, objects_.size()));
    ++collections_;
    total_pause_ns_ += pause_ns;
    max_pause_ns_ = std::max(max_pause_ns_, pause_ns);
}

bool Store::make_room(uint64_t bytes, const Safepoint* at) noexcept
{
    WRT_ASSERT(bytes % 8 == 0 && bytes >= Object::header_bytes);
    const bool always = heap_.stress_;
    if (!always && heap_.make_room_for(bytes, false)) return true;
    collect(at);
    if (!heap_.make_room_for(bytes, true)) return false;
    if (always) heap_.grant_only(bytes);
    return true;
}

Object* Store::allocate(uint64_t header, uint64_t bytes, const Safepoint* at) noexcept
{
    Object* object = heap_.bump(bytes);
    if (object == nullptr) {
        if (!make_room(bytes, at)) return nullptr;
        object = heap_.bump(bytes);
    }
    object->header = header;
    return object;
}

bool make_room(Execution& execution, const Cell* cell, Slot* fp, uint64_t bytes) noexcept
{
    Store& store = *execution.store;
    const Safepoint here{cell, fp, execution.instance, store.waiting()};
    return store.make_room(bytes, &here);
}

Object* allocate_slow(Execution& execution, const Cell* cell, Slot* fp, uint64_t header,
                      uint64_t bytes) noexcept
{
    if (!make_room(execution, cell, fp, bytes)) return nullptr;
    Object* const object = execution.heap->bump(bytes);
    object->header = header;
    return object;
}

}  // namespace wrt::runtime
