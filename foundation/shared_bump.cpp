// SharedBump: one word says how much is taken, another who is there. A block belongs to whoever
// moved the first word past it, so relaxed order suffices there; leaving and being alone meet in
// the second word.
#include <wrt/foundation/shared_bump.hpp>

namespace wrt {

SharedBump::SharedBump(Backing backing) noexcept : backing_(std::move(backing))
{
    if (backing_.commit(0, backing_.capacity())) capacity_ = backing_.capacity();
}

AllocResult SharedBump::try_allocate(size_t bytes, size_t align) noexcept
{
    if (align == 0 || (align & (align - 1)) != 0) {
        return {nullptr, Error{.code = Errc::invalid_argument}};
    }
    const auto base = reinterpret_cast<uintptr_t>(backing_.base());
    size_t used = used_.load(std::memory_order_relaxed);
    while (true) {
        const size_t padding = (0 - (base + used)) & (align - 1);
        const size_t left = capacity_ - used;
        if (bytes > left || padding > left - bytes) {
            return {nullptr, Error{.code = Errc::arena_exhausted,
                                   .detail = Detail::bytes,
                                   .expected = saturate_u32(left),
                                   .actual = saturate_u32(bytes)}};
        }
        if (used_.compare_exchange_weak(used, used + padding + bytes, std::memory_order_relaxed)) {
            return {backing_.base() + used + padding, Error{}};
        }
    }
}

Result<SharedBump::Lease> SharedBump::lease() noexcept
{
    uint32_t leases = leases_.load(std::memory_order_relaxed);
    do {
        if (leases == exclusive) return Error{.code = Errc::in_use};
    } while (!leases_.compare_exchange_weak(leases, leases + 1, std::memory_order_acquire,
                                            std::memory_order_relaxed));
    return Lease(this);
}

SharedBump::Lease::~Lease()
{
    if (area_ != nullptr) area_->leases_.fetch_sub(1, std::memory_order_release);
}

Result<SharedBump::Exclusive> SharedBump::Lease::make_exclusive() noexcept
{
    if (area_ == nullptr) return Error{.code = Errc::invalid_argument};
    uint32_t alone = 1;
    if (!area_->leases_.compare_exchange_strong(alone, exclusive, std::memory_order_acq_rel,
                                                std::memory_order_relaxed)) {
        return Error{.code = Errc::in_use};
    }
    return Exclusive(std::exchange(area_, nullptr));
}

SharedBump::Exclusive::~Exclusive()
{
    if (area_ != nullptr) area_->leases_.store(0, std::memory_order_release);
}

}  // namespace wrt
