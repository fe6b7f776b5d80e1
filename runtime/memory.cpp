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
    const uint64_t addressable = declared.is64 ? limits::memory64_pages : limits::memory_pages;
    const uint64_t pages = declared.has_max ? std::min(declared.max, addressable) : addressable;
    const uint64_t limit = std::min(pages * limits::page_bytes, store.limits().memory_bytes);
    if (declared.min > limit / limits::page_bytes) {
        return Error{.code = Errc::memory_too_large,
                     .detail = Detail::count,
                     .account = Account::memory,
                     .expected = saturate_u32(limit / limits::page_bytes),
                     .actual = saturate_u32(declared.min)};
    }
    const uint64_t size = declared.min * limits::page_bytes;
    if (!store.charge_memory(size)) {
        return Error{.code = Errc::account_limit_exceeded, .account = Account::memory};
    }
    memory.size = size;
    memory.type = type;
    memory.store = &store;
    store.add(memory);
    WRT_CHECK(memory.region.reserve(store.arena(), size, limit));
    memory.base = memory.region.base();
    memory.limit =
        std::min(limit, memory.region.capacity()) / limits::page_bytes * limits::page_bytes;
    return ok();
}

uint64_t memory_grow(MemoryInstance& memory, uint64_t delta) noexcept
{
    const uint64_t old_pages = memory_pages(memory);
    if (delta == 0) return old_pages;
    if (delta > (memory.limit - memory.size) / limits::page_bytes) return grow_failed;
    const uint64_t more = delta * limits::page_bytes;
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
    if (!in_bounds(offset, count, memory.size)) return false;
    if (count != 0) std::memset(memory.base + offset, value, count);
    return true;
}

bool memory_copy(MemoryInstance& to, uint64_t to_offset, const MemoryInstance& from,
                 uint64_t from_offset, uint64_t count) noexcept
{
    if (!in_bounds(to_offset, count, to.size) || !in_bounds(from_offset, count, from.size))
        return false;
    if (count != 0) std::memmove(to.base + to_offset, from.base + from_offset, count);
    return true;
}

bool memory_init(MemoryInstance& memory, uint64_t offset, const DataInstance& data,
                 uint64_t data_offset, uint64_t count) noexcept
{
    if (!in_bounds(offset, count, memory.size) || !in_bounds(data_offset, count, data.size))
        return false;
    if (count != 0) std::memcpy(memory.base + offset, data.bytes + data_offset, count);
    return true;
}

}  // namespace wrt::runtime
