// Memory instances: opening one, growth, and the bulk operations.
#include <wrt/runtime/memory.hpp>

#include <algorithm>
#include <cstring>

#include "open.hpp"
#include <wrt/runtime/store.hpp>

namespace wrt::runtime {

Status open_memory(MemoryInstance& memory, Store& store, const MemoryType& type) noexcept
{
    // What a memory may ever have: its own maximum, what addresses reach, what the store grants.
    const Limits& declared = type.limits;
    const uint8_t shift = type.page_shift;
    const uint64_t addressable = addressable_bytes(type) >> shift;
    const uint64_t pages = declared.has_max ? std::min(declared.max, addressable) : addressable;
    const uint64_t limit = std::min(pages << shift, store.limits().memory_bytes);
    if (declared.min > limit >> shift) {
        return Error{.code = Errc::memory_too_large,
                     .detail = Detail::count,
                     .account = Account::memory,
                     .expected = saturate_u32(limit >> shift),
                     .actual = saturate_u32(declared.min)};
    }
    const uint64_t size = declared.min << shift;
    if (declared.shared) {
        MemoryType granted = type;
        granted.limits.max = limit >> shift;
        WRT_TRY(SharedMemory* const shared, SharedMemory::make(store.arena(), granted));
        attach_memory(memory, store, *shared);
        memory.type = type;
        return ok();
    }
    if (!store.charge_memory(size)) {
        return Error{.code = Errc::account_limit_exceeded, .account = Account::memory};
    }
    memory.size = size;
    memory.type = type;
    memory.store = &store;
    store.add(memory);
    WRT_CHECK(memory.region.reserve(store.arena(), size, limit));
    memory.base = memory.region.base();
    memory.limit = std::min(limit, memory.region.capacity()) >> shift << shift;
    return ok();
}

void attach_memory(MemoryInstance& memory, Store& store, SharedMemory& shared) noexcept
{
    memory.shared = &shared;
    memory.base = shared.base();
    memory.size = shared.size();
    memory.limit = shared.limit();
    memory.type = shared.type();
    memory.store = &store;
    store.add(memory);
}

namespace {

uint64_t grow_shared(MemoryInstance& memory, uint64_t delta) noexcept
{
    const uint64_t old_pages = memory.shared->grow(delta);
    memory.size = memory.shared->size();
    return old_pages;
}

}  // namespace

uint64_t memory_grow(MemoryInstance& memory, uint64_t delta) noexcept
{
    if (memory.shared != nullptr) return grow_shared(memory, delta);
    const uint64_t old_pages = memory_pages(memory);
    if (delta == 0) return old_pages;
    if (delta > (memory.limit - memory.size) >> memory.type.page_shift) return grow_failed;
    const uint64_t more = delta << memory.type.page_shift;
    if (!memory.store->charge_memory(more)) return grow_failed;
    if (!memory.region.grow(memory.size + more)) {
        memory.store->discharge_memory(more);
        return grow_failed;
    }
    memory.size += more;
    return old_pages;
}

bool memory_fill(MemoryInstance& memory, uint64_t offset, uint8_t value, uint64_t count) noexcept
{
    if (!in_bounds(offset, count, memory_size(memory))) return false;
    if (count != 0) std::memset(memory.base + offset, value, count);
    return true;
}

bool memory_copy(MemoryInstance& to, uint64_t to_offset, const MemoryInstance& from,
                 uint64_t from_offset, uint64_t count) noexcept
{
    if (!in_bounds(to_offset, count, memory_size(to)) ||
        !in_bounds(from_offset, count, memory_size(from))) {
        return false;
    }
    if (count != 0) std::memmove(to.base + to_offset, from.base + from_offset, count);
    return true;
}

bool memory_init(MemoryInstance& memory, uint64_t offset, const DataInstance& data,
                 uint64_t data_offset, uint64_t count) noexcept
{
    if (!in_bounds(offset, count, memory_size(memory)) ||
        !in_bounds(data_offset, count, data.size)) {
        return false;
    }
    if (count != 0) std::memcpy(memory.base + offset, data.bytes + data_offset, count);
    return true;
}

}  // namespace wrt::runtime
