// LinearRegion: a mapping of its own in a reserved arena, a block of the retained end in a fixed
// one.
#include "linear_mapping.hpp"
#include "page_bytes.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include <wrt/foundation/assert.hpp>

namespace wrt {

namespace {

constexpr size_t round_up(size_t value, size_t multiple) noexcept
{
    return (value + multiple - 1) / multiple * multiple;
}

/// As much of `wanted` as the system grants, halving, but no less than `least`; null when not even
/// that.
void* map_reservation(size_t& wanted, size_t least) noexcept
{
    while (true) {
        void* const base =
            ::mmap(nullptr, wanted, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (base != MAP_FAILED) return base;
        if (wanted <= least) return nullptr;
        wanted = std::max(least, round_up(wanted / 2, page_bytes()));
    }
}

}  // namespace

Status LinearRegion::reserve(Arena& arena, uint64_t min_bytes, uint64_t max_bytes,
                             Account account) noexcept
{
    LinearRegion region;
    region.account_ = account;
    WRT_CHECK(region.make(arena, min_bytes, max_bytes));
    *this = std::move(region);
    return ok();
}

Status LinearRegion::make(Arena& arena, uint64_t min_bytes, uint64_t max_bytes) noexcept
{
    // The arena's cap is about memories; a heap has a size of its own.
    const uint64_t cap = account_ == Account::memory
                             ? std::min(max_bytes, arena.linear_memory_cap(min_bytes))
                             : max_bytes;
    constexpr uint64_t addressable = uint64_t{1}
                                     << 46;  // what a process can map; no sum below wraps
    if (min_bytes > cap || min_bytes > addressable) {
        return Error{.code = Errc::memory_too_large,
                     .detail = Detail::bytes,
                     .account = account_,
                     .expected = saturate_u32(cap),
                     .actual = saturate_u32(min_bytes)};
    }
    capacity_ = std::min(cap, addressable);
    arena_ = &arena;
    if (!arena.is_reserved()) {
        const AllocResult bytes =
            arena.try_allocate(End::retained, capacity_, alignof(uint64_t), account_);
        if (!bytes) return bytes.error;
        base_ = static_cast<uint8_t*>(bytes.pointer);
        return extend(min_bytes);
    }
    WRT_TRY(mapping_, arena.make<Mapping>(End::retained, account_, &arena, nullptr, size_t{0},
                                          size_t{0}, account_));
    WRT_CHECK(arena.on_release(&LinearRegion::unmap, mapping_));
    const size_t least = std::max(round_up(min_bytes, page_bytes()), page_bytes());
    size_t reserved = std::max(round_up(capacity_, page_bytes()), page_bytes());
    mapping_->base = map_reservation(reserved, least);
    if (mapping_->base == nullptr) {
        return Error{.code = Errc::reserve_failed, .account = account_};
    }
    mapping_->reserved = reserved;
    capacity_ = std::min<uint64_t>(capacity_, reserved);
    base_ = static_cast<uint8_t*>(mapping_->base);
    return extend(min_bytes);
}

bool LinearRegion::grow(uint64_t new_size) noexcept
{
    if (new_size < size_ || new_size > capacity_) return false;
    return extend(new_size).has_value();
}

/// validated: size_ <= new_size <= capacity_.
Status LinearRegion::extend(uint64_t new_size) noexcept
{
    if (new_size == size_) return ok();
    if (mapping_ == nullptr) {
        // The arena's bytes have been somebody else's.
        if (account_ != Account::memory || !arena_->is_rehearsal())
            std::memset(base_ + size_, 0, new_size - size_);
    } else {
        const size_t committed = round_up(new_size, page_bytes());
        const size_t more = committed - mapping_->committed;
        WRT_CHECK(arena_->charge_external(account_, more));
        if (more != 0 &&
            ::mprotect(base_ + mapping_->committed, more, PROT_READ | PROT_WRITE) != 0) {
            arena_->discharge_external(account_, more);
            return Error{.code = Errc::commit_failed, .account = account_};
        }
        mapping_->committed = committed;
    }
    size_ = new_size;
    return ok();
}

void LinearRegion::unmap(void* mapping) noexcept
{
    auto& self = *static_cast<Mapping*>(mapping);
    if (self.base == nullptr) return;  // the reservation had failed
    ::munmap(self.base, self.reserved);
    self.arena->discharge_external(self.account, self.committed);
}

}  // namespace wrt
