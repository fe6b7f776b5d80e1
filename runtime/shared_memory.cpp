// SharedMemory: making and growing it, and the list of those who wait.
#include <wrt/runtime/shared_memory.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <new>
#include <type_traits>

#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/memory.hpp>

namespace wrt::runtime {

// The arena runs no destructors.
static_assert(std::is_trivially_destructible_v<SharedMemory>);

/// Lies on the stack of the thread that waits; in the list while nobody has woken it.
struct SharedMemory::Waiter {
    uint64_t address = 0;
    bool woken = false;
    Waiter* before = nullptr;
    Waiter* after = nullptr;
    std::condition_variable wake;
};

namespace {

using Clock = std::chrono::steady_clock;

/// An interrupt can come from a signal handler, which may wake nobody: so it is looked for.
constexpr std::chrono::milliseconds longest_sleep{5};

uint64_t load_bits(const uint8_t* at, uint32_t bytes) noexcept
{
    if (bytes == sizeof(uint32_t)) {
        return __atomic_load_n(reinterpret_cast<const uint32_t*>(at), __ATOMIC_SEQ_CST);
    }
    return __atomic_load_n(reinterpret_cast<const uint64_t*>(at), __ATOMIC_SEQ_CST);
}

/// The end of a wait; later than any clock reads where there is none.
Clock::time_point deadline_after(int64_t timeout_ns) noexcept
{
    const Clock::time_point now = Clock::now();
    if (timeout_ns < 0) return Clock::time_point::max();
    const std::chrono::nanoseconds timeout{timeout_ns};
    return timeout < Clock::time_point::max() - now ? now + timeout : Clock::time_point::max();
}

}  // namespace

Result<SharedMemory*> SharedMemory::make(Arena& owner, const MemoryType& type) noexcept
{
    const Limits& limits = type.limits;
    if (!limits.shared || !limits.has_max || limits.min > limits.max) {
        return Error{.code = Errc::invalid_argument};
    }
    const AllocResult place = owner.try_allocate(End::retained, sizeof(SharedMemory),
                                                 alignof(SharedMemory), Account::memory);
    if (!place) return place.error;
    auto* const memory = new (place.pointer) SharedMemory(type);
    const uint64_t most = std::min(limits.max, addressable_bytes(type) >> type.page_shift)
                          << type.page_shift;
    if (limits.min > most >> type.page_shift) {
        return Error{.code = Errc::memory_too_large,
                     .detail = Detail::count,
                     .account = Account::memory,
                     .expected = saturate_u32(most >> type.page_shift),
                     .actual = saturate_u32(limits.min)};
    }
    WRT_CHECK(memory->region_.reserve(owner, limits.min << type.page_shift, most));
    memory->limit_ = std::min(most, memory->region_.capacity()) >> type.page_shift
                                                                       << type.page_shift;
    return memory;
}

uint64_t SharedMemory::grow(uint64_t delta) noexcept
{
    if (delta > limit_ >> type_.page_shift) return grow_failed;
    uint64_t old_size = 0;
    if (!region_.grow(delta << type_.page_shift, limit_, old_size)) return grow_failed;
    return old_size >> type_.page_shift;
}

void SharedMemory::link(Waiter& waiter) noexcept
{
    waiter.before = last_;
    (last_ != nullptr ? last_->after : first_) = &waiter;
    last_ = &waiter;
}

void SharedMemory::unlink(Waiter& waiter) noexcept
{
    (waiter.before != nullptr ? waiter.before->after : first_) = waiter.after;
    (waiter.after != nullptr ? waiter.after->before : last_) = waiter.before;
}

Waited SharedMemory::wait(uint64_t address, uint32_t bytes, uint64_t expected, int64_t timeout_ns,
                          StopAsked stop_asked, void* context) noexcept
{
    const Clock::time_point deadline = deadline_after(timeout_ns);
    Waiter waiter;
    waiter.address = address;
    std::unique_lock lock{waiting_};
    // Compared under the lock that notify() takes: who changes the value and then notifies cannot
    // do both in between.
    if (load_bits(base() + address, bytes) != expected) return Waited::not_equal;
    link(waiter);
    Waited outcome = Waited::woken;
    while (!waiter.woken) {
        const Clock::time_point now = Clock::now();
        if (now >= deadline) outcome = Waited::timed_out;
        if (stop_asked(context)) outcome = Waited::stopped;
        if (outcome != Waited::woken) {
            unlink(waiter);
            break;
        }
        const auto left = deadline - now;
        waiter.wake.wait_until(lock, left < longest_sleep ? deadline : now + longest_sleep);
    }
    return outcome;
}

uint32_t SharedMemory::notify(uint64_t address, uint32_t count) noexcept
{
    const std::scoped_lock lock{waiting_};
    uint32_t woken = 0;
    for (Waiter* waiter = first_; waiter != nullptr && woken < count;) {
        Waiter& candidate = *waiter;
        waiter = waiter->after;
        if (candidate.address != address) continue;
        unlink(candidate);
        candidate.woken = true;
        // While the lock is held: as soon as it is not, the waiter may be gone.
        candidate.wake.notify_one();
        ++woken;
    }
    return woken;
}

}  // namespace wrt::runtime
