// Deadline: interrupts a store when its time is up. Starts a thread, so it is not part of the core.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <wrt/store.hpp>

namespace wrt {

/// While it lives, the store is interrupted once `limit` has passed. The call then ends with
/// Errc::interrupted, and expired() tells why. It covers everything that runs in the store
/// meanwhile, start functions included.
class Deadline {
public:
    Deadline(Store& store, std::chrono::nanoseconds limit)
        : thread_{[this, &store, until = std::chrono::steady_clock::now() + limit] {
              std::unique_lock lock{mutex_};
              if (changed_.wait_until(lock, until, [this] { return over_; })) return;
              expired_ = true;
              store.interrupt();
          }}
    {
    }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    ~Deadline()
    {
        {
            const std::lock_guard lock{mutex_};
            over_ = true;
        }
        changed_.notify_one();
        thread_.join();
    }

    [[nodiscard]] bool expired() const noexcept { return expired_; }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool over_ = false;
    std::atomic<bool> expired_ = false;
    std::thread thread_;  // last: it uses the others from its first moment
};

}  // namespace wrt
