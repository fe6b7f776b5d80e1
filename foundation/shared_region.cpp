// SharedRegion: a mapping of its own in a reserved arena, a block of the retained end in a fixed
// one.
#include <wrt/foundation/shared_region.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace wrt {

// The arena runs no destructors.
static_assert(std::is_trivially_destructible_v<SharedRegion>);

namespace {

constexpr size_t fixed_alignment = 64;  // atomics must not cross what they are atomic in

uint64_t in_pages(uint64_t bytes) noexcept
{
    static const auto page = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
    return std::max((bytes + page - 1) / page, uint64_t{1}) * page;
}

}  // namespace

Status SharedRegion::reserve(Arena& arena, uint64_t min_bytes, uint64_t max_bytes) noexcept
{
    constexpr uint64_t addressable = uint64_t{1} << 46;  // what a process can map
    const uint64_t cap = std::min({max_bytes, arena.linear_memory_cap(min_bytes), addressable});
    if (min_bytes > cap) {
        return Error{.code = Errc::memory_too_large,
                     .detail = Detail::bytes,
                     .account = Account::memory,
                     .expected = saturate_u32(cap),
                     .actual = saturate_u32(min_bytes)};
    }
    if (!arena.is_reserved()) {
        const AllocResult block = arena.try_allocate(End::retained, static_cast<size_t>(cap),
                                                     fixed_alignment, Account::memory);
        if (!block) return block.error;
        base_ = static_cast<uint8_t*>(block.pointer);
        if (!arena.is_rehearsal()) std::memset(base_, 0, static_cast<size_t>(cap));
        committed_ = capacity_ = cap;
        size_.store(min_bytes);
        return ok();
    }
    WRT_TRY(mapping_,
            arena.make<Mapping>(End::retained, Account::memory, &arena, nullptr, size_t{0}));
    WRT_CHECK(arena.on_release(&SharedRegion::unmap, mapping_));
    const uint64_t least = in_pages(min_bytes);
    uint64_t wanted = in_pages(cap);
    while (true) {
        const Status charged = arena.charge_external(Account::memory, static_cast<size_t>(wanted));
        if (charged) {
            void* const base = ::mmap(nullptr, wanted, PROT_NONE,
                                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            if (base != MAP_FAILED) {
                mapping_->base = base;
                mapping_->reserved = static_cast<size_t>(wanted);
                break;
            }
            arena.discharge_external(Account::memory, static_cast<size_t>(wanted));
        }
        if (wanted == least) {
            return charged ? Error{.code = Errc::reserve_failed, .account = Account::memory}
                           : charged.error();
        }
        wanted = std::max(least, in_pages(wanted / 2));
    }
    base_ = static_cast<uint8_t*>(mapping_->base);
    capacity_ = std::min(cap, wanted);
    if (!commit(min_bytes)) return Error{.code = Errc::commit_failed, .account = Account::memory};
    size_.store(min_bytes);
    return ok();
}

bool SharedRegion::grow(uint64_t more, uint64_t limit, uint64_t& old_size) noexcept
{
    const std::scoped_lock lock{growing_};
    old_size = size_.load(std::memory_order_relaxed);
    const uint64_t most = std::min(limit, capacity_);
    if (old_size > most || more > most - old_size) return false;
    if (!commit(old_size + more)) return false;
    size_.store(old_size + more, std::memory_order_seq_cst);
    return true;
}

/// Makes bytes below `new_size` accessible.
bool SharedRegion::commit(uint64_t new_size) noexcept
{
    if (new_size <= committed_) return true;
    const uint64_t end = in_pages(new_size);
    if (::mprotect(base_ + committed_, static_cast<size_t>(end - committed_),
                   PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    committed_ = end;
    return true;
}

void SharedRegion::unmap(void* mapping) noexcept
{
    const auto& self = *static_cast<Mapping*>(mapping);
    if (self.base == nullptr) return;  // the reservation had failed
    ::munmap(self.base, self.reserved);
    self.arena->discharge_external(Account::memory, self.reserved);
}

}  // namespace wrt
