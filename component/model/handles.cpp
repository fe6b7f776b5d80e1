#include "model/handles.hpp"

#include <bit>

#include <wrt/foundation/limits.hpp>

namespace wrt::component {

namespace {

Error full()
{
    return {.code = Errc::handle_table_full};
}

}  // namespace

Handle* HandleTable::at(uint32_t index) noexcept
{
    // Entries 0 to 15 in chunk 0, 16 to 47 in chunk 1, 48 to 111 in chunk 2, and so on.
    const uint32_t shifted = index + (1u << first_chunk_bits);
    const auto chunk = static_cast<uint32_t>(std::bit_width(shifted)) - 1 - first_chunk_bits;
    return chunks_[chunk] + (shifted - (1u << (chunk + first_chunk_bits)));
}

Result<uint32_t> HandleTable::add(HandlePool& pool, const Handle& handle) noexcept
{
    if (free_ != 0) {
        const uint32_t index = free_;
        Handle& entry = *at(index);
        free_ = entry.rep;
        entry = handle;
        return index;
    }
    const uint32_t shifted = size_ + (1u << first_chunk_bits);
    const auto chunk = static_cast<uint32_t>(std::bit_width(shifted)) - 1 - first_chunk_bits;
    if (chunk >= chunk_count) return full();
    if (chunks_[chunk] == nullptr) {
        const size_t wanted = size_t{1} << (chunk + first_chunk_bits);
        if (wanted > pool.entries.size() - pool.used) return full();
        chunks_[chunk] = pool.entries.data() + pool.used;
        pool.used += wanted;
    }
    *at(size_) = handle;
    return size_++;
}

Result<Handle*> HandleTable::get(uint32_t index) noexcept
{
    if (index == 0 || index >= size_ || at(index)->kind == Handle::Kind::free) {
        return Error{.code = Errc::unknown_handle, .detail = Detail::index, .actual = index};
    }
    return at(index);
}

void HandleTable::remove(uint32_t index) noexcept
{
    *at(index) = Handle{.kind = Handle::Kind::free, .rep = free_};
    free_ = index;
}

void HandleTable::remove_scope(const Task& task) noexcept
{
    for (uint32_t index = 1; index < size_; ++index) {
        const Handle& handle = *at(index);
        if (handle.kind == Handle::Kind::borrow && handle.scope == &task) remove(index);
    }
}

Status Lends::add(LendPool& pool, Handle& handle) noexcept
{
    Lend* lend = pool.free;
    if (lend != nullptr) {
        pool.free = lend->next;
    } else {
        if (pool.used == pool.entries.size()) return full();
        lend = &pool.entries[pool.used++];
    }
    ++handle.lends;
    *lend = {.handle = &handle, .next = first};
    first = lend;
    return ok();
}

void Lends::release(LendPool& pool) noexcept
{
    while (first != nullptr) {
        Lend* const lend = first;
        first = lend->next;
        --lend->handle->lends;
        lend->next = pool.free;
        pool.free = lend;
    }
}

}  // namespace wrt::component
