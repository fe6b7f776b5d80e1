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

Handle* HandlePool::take(uint32_t k) noexcept
{
    if (Handle* const chunk = free_[k]) {
        free_[k] = static_cast<Handle*>(chunk->object);
        return chunk;
    }
    const size_t wanted = size_t{1} << (k + first_chunk_bits);
    if (wanted > entries_.size() - used_) return nullptr;
    Handle* const chunk = entries_.data() + used_;
    used_ += wanted;
    return chunk;
}

void HandlePool::give(uint32_t k, Handle* chunk) noexcept
{
    // The last one handed out makes room for any; so instances that close in the reverse order of
    // their making leave nothing in pieces.
    const size_t size = size_t{1} << (k + first_chunk_bits);
    if (chunk + size == entries_.data() + used_) {
        used_ -= size;
        return;
    }
    chunk->object = free_[k];
    free_[k] = chunk;
}

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
        chunks_[chunk] = pool.take(chunk);
        if (chunks_[chunk] == nullptr) return full();
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

void HandleTable::release(HandlePool& pool) noexcept
{
    for (uint32_t k = chunk_count; k-- != 0;) {
        if (chunks_[k] != nullptr) pool.give(k, chunks_[k]);
    }
    *this = HandleTable{};
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
