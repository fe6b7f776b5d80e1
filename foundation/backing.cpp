// The three sources of an arena's bytes. Besides them only linear and shared memories and images of
// arenas are mapped; nothing calls malloc.
#include <wrt/foundation/backing.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <utility>

#include <wrt/foundation/assert.hpp>

namespace wrt {

namespace {

alignas(Backing::alignment) std::byte static_heap_bytes[limits::total_heap_bytes];
std::atomic<bool> static_heap_taken{false};

// Advice: whether it was taken makes no difference but in time.

void populate([[maybe_unused]] std::byte* bytes, [[maybe_unused]] size_t count) noexcept
{
#ifdef MADV_POPULATE_WRITE
    ::madvise(bytes, count, MADV_POPULATE_WRITE);
#endif
}

void prefer_huge_pages([[maybe_unused]] std::byte* bytes, [[maybe_unused]] size_t count) noexcept
{
#ifdef MADV_HUGEPAGE
    ::madvise(bytes, count, MADV_HUGEPAGE);
#endif
}

/// Address space without memory behind it, null where there is none. What is large begins where a
/// huge page may.
std::byte* map(size_t bytes) noexcept
{
    const auto mapped = [](size_t count) {
        void* const base =
            ::mmap(nullptr, count, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        return base == MAP_FAILED ? nullptr : static_cast<std::byte*>(base);
    };
    constexpr size_t align = Backing::huge_granule;
    if (bytes <= Backing::huge_from || bytes > SIZE_MAX - align) return mapped(bytes);
    std::byte* const base = mapped(bytes + align);
    if (base == nullptr) return mapped(bytes);
    const size_t before = (align - reinterpret_cast<uintptr_t>(base) % align) % align;
    if (before != 0) ::munmap(base, before);
    ::munmap(base + before + bytes, align - before);
    return base + before;
}

}  // namespace

Backing::Backing(Backing&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)),
      capacity_(std::exchange(other.capacity_, 0)),
      kind_(std::exchange(other.kind_, Kind::none)),
      owner_(std::exchange(other.owner_, Owner::nobody))
{
}

Backing& Backing::operator=(Backing&& other) noexcept
{
    if (this != &other) {
        release();
        base_ = std::exchange(other.base_, nullptr);
        capacity_ = std::exchange(other.capacity_, 0);
        kind_ = std::exchange(other.kind_, Kind::none);
        owner_ = std::exchange(other.owner_, Owner::nobody);
    }
    return *this;
}

Backing::~Backing()
{
    release();
}

void Backing::release() noexcept
{
    switch (owner_) {
    case Owner::nobody: break;
    case Owner::static_heap: static_heap_taken.store(false, std::memory_order_release); break;
    case Owner::mapping:
        ::munmap(base_, capacity_);  // whole pages, as they were mapped
        break;
    }
    owner_ = Owner::nobody;
}

Backing Backing::over(std::span<std::byte> bytes) noexcept
{
    void* base = bytes.data();
    size_t capacity = bytes.size();
    if (std::align(alignment, 0, base, capacity) == nullptr) return {};
    capacity = capacity / alignment * alignment;
    return {static_cast<std::byte*>(base), capacity, Kind::fixed, Owner::nobody};
}

Result<Backing> Backing::static_heap() noexcept
{
    if (static_heap_taken.exchange(true, std::memory_order_acquire)) {
        return Error{.code = Errc::in_use};
    }
    return Backing(static_heap_bytes, sizeof static_heap_bytes, Kind::fixed, Owner::static_heap);
}

Result<Backing> Backing::reserve(size_t bytes) noexcept
{
    const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    if (bytes == 0 || bytes > SIZE_MAX - page) return Error{.code = Errc::invalid_argument};
    const size_t capacity = (bytes + page - 1) / page * page;
    std::byte* const base = map(capacity);
    if (base == nullptr) return Error{.code = Errc::reserve_failed, .detail = Detail::none};
    return Backing(base, capacity, Kind::reserved, Owner::mapping);
}

Result<Backing> Backing::fixed(size_t bytes) noexcept
{
    WRT_TRY(Backing whole, reserve(bytes));
    WRT_CHECK(whole.commit(0, whole.capacity_));
    whole.capacity_ = bytes / alignment * alignment;
    whole.kind_ = Kind::fixed;
    return whole;
}

Result<Backing> Backing::rehearse(size_t bytes) noexcept
{
    WRT_TRY(Backing whole, reserve(bytes));
    whole.capacity_ = bytes / alignment * alignment;
    whole.kind_ = Kind::rehearsal;
    return whole;
}

Status Backing::commit(size_t from, size_t to) noexcept
{
    WRT_ASSERT(from <= to && to <= capacity_);
    if (kind_ == Kind::fixed || from == to) return ok();
    if (::mprotect(base_ + from, to - from, PROT_READ | PROT_WRITE) != 0) {
        return Error{.code = Errc::commit_failed};
    }
    // Who has filled the first granule of an end and asks for one more will fill that too: the
    // system hands its pages out at once, for a fraction of what touching one after the other
    // costs. Systems that cannot do it do as before.
    if (kind_ != Kind::reserved || from == 0 || to == capacity_) return ok();
    const size_t more = to - from;
    if (more >= huge_granule) prefer_huge_pages(base_ + from, more);
    if (more == commit_granule || more == huge_granule) populate(base_ + from, more);
    return ok();
}

void Backing::decommit(size_t from, size_t to) noexcept
{
    WRT_ASSERT(from <= to && to <= capacity_);
    if (kind_ != Kind::reserved || from == to) return;
    // Without the advice the pages would only become unreachable; without the protection, reachable
    // and uncounted.
    ::madvise(base_ + from, to - from, MADV_DONTNEED);
    ::mprotect(base_ + from, to - from, PROT_NONE);
}

}  // namespace wrt
