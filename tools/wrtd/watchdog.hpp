// Time limits of guests that run at the same time, each on a thread of its own: one more thread
// interrupts those whose time is up.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

#include <wrt/store.hpp>
#include <wrt/wasi.hpp>

namespace wrtd {

class Watchdog {
    using Clock = std::chrono::steady_clock;
    struct Slot;

public:
    /// Guests 0 to `guests` - 1.
    explicit Watchdog(uint32_t guests);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// How the waits of a guest learn that they are to end.
    [[nodiscard]] wrt::wasi::Interrupt interrupt_of(uint32_t guest) const;

    /// While it lives, that guest runs in `store`, and not longer than `limit`.
    class Watch {
    public:
        Watch(Watchdog& dog, uint32_t guest, wrt::Store& store, std::chrono::nanoseconds limit);
        ~Watch();
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;

        /// Whether it was interrupted because of its limit.
        [[nodiscard]] bool expired() const;

    private:
        Watchdog& dog_;
        Slot& slot_;
    };

    /// Interrupts all that run, and all that begin to from here on.
    void interrupt_all();

private:
    struct Slot {
        std::atomic<bool> is_requested = false;
        std::atomic<bool> is_expired = false;
        int wake_fd = -1;
        wrt::Store* store = nullptr;  ///< Null: nothing runs.
        Clock::time_point deadline;
    };

    void run();
    static void interrupt(Slot& slot);

    std::deque<Slot> slots_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Clock::time_point next_ = Clock::time_point::max();  ///< What run() waits for.
    bool is_over_ = false;
    bool interrupts_all_ = false;
    std::thread thread_;  // last: it uses the others from its first moment
};

}  // namespace wrtd
