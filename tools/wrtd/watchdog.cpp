#include "watchdog.hpp"

#include <algorithm>
#include <stdexcept>

#include <sys/eventfd.h>
#include <unistd.h>

namespace wrtd {

Watchdog::Watchdog(uint32_t guests) : slots_(guests)
{
    for (Slot& slot : slots_) {
        slot.wake_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (slot.wake_fd < 0) throw std::runtime_error{"cannot make an eventfd"};
    }
    thread_ = std::thread{[this] { run(); }};
}

Watchdog::~Watchdog()
{
    {
        const std::lock_guard lock{mutex_};
        is_over_ = true;
    }
    changed_.notify_one();
    thread_.join();
    for (const Slot& slot : slots_)
        ::close(slot.wake_fd);
}

wrt::wasi::Interrupt Watchdog::interrupt_of(uint32_t guest) const
{
    const Slot& slot = slots_[guest];
    return {.requested =
                [](const void* data) {
                    return static_cast<const std::atomic<bool>*>(data)->load(
                        std::memory_order_relaxed);
                },
            .data = &slot.is_requested,
            .wake_fd = slot.wake_fd};
}

void Watchdog::interrupt(Slot& slot)
{
    slot.is_requested = true;
    slot.store->interrupt();
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(slot.wake_fd, &one, sizeof one);
}

void Watchdog::interrupt_all()
{
    const std::lock_guard lock{mutex_};
    interrupts_all_ = true;
    for (Slot& slot : slots_) {
        if (slot.store != nullptr) interrupt(slot);
    }
}

void Watchdog::run()
{
    std::unique_lock lock{mutex_};
    while (!is_over_) {
        next_ = Clock::time_point::max();
        const Clock::time_point now = Clock::now();
        for (Slot& slot : slots_) {
            if (slot.store == nullptr || slot.is_requested) continue;
            if (slot.deadline <= now) {
                slot.is_expired = true;
                interrupt(slot);
            } else {
                next_ = std::min(next_, slot.deadline);
            }
        }
        if (next_ == Clock::time_point::max()) {
            changed_.wait(lock);
        } else {
            changed_.wait_until(lock, next_);
        }
    }
}

Watchdog::Watch::Watch(Watchdog& dog, uint32_t guest, wrt::Store& store,
                       std::chrono::nanoseconds limit)
    : dog_{dog}, slot_{dog.slots_[guest]}
{
    bool is_earlier = false;
    {
        const std::lock_guard lock{dog_.mutex_};
        slot_.is_requested = false;
        slot_.is_expired = false;
        uint64_t count = 0;
        [[maybe_unused]] const ssize_t size = ::read(slot_.wake_fd, &count, sizeof count);
        slot_.store = &store;
        slot_.deadline = Clock::now() + limit;
        if (dog_.interrupts_all_) interrupt(slot_);
        is_earlier = slot_.deadline < dog_.next_;
    }
    if (is_earlier) dog_.changed_.notify_one();
}

Watchdog::Watch::~Watch()
{
    const std::lock_guard lock{dog_.mutex_};
    slot_.store = nullptr;
}

bool Watchdog::Watch::expired() const
{
    return slot_.is_expired;
}

}  // namespace wrtd
