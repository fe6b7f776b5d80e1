// SharedMemory: a linear memory that instances of several stores, each on its own thread, have in
// common. Its bytes never move, growing publishes a new size, and threads wait for each other at
// its addresses. Plain loads and stores of guests race where the guests do, as the proposal has it;
// what synchronises guests is atomic for the host too.
// https://webassembly.github.io/threads/core/exec/runtime.html#memory-instances
#pragma once

#include <cstdint>
#include <mutex>

#include <wrt/decoder/types.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/foundation/shared_region.hpp>

namespace wrt::runtime {

/// What memory.atomic.wait gives; `stopped` is for the host.
enum class Waited : uint8_t { woken, not_equal, timed_out, stopped };

/// Lies in an arena that has to outlive every store that uses it. All member functions may be
/// called by any thread.
class SharedMemory {
public:
    /// On the retained end of `owner`, which pays for the maximum at once. `type` is shared and has
    /// a maximum. Errors: invalid_argument, and those of SharedRegion.
    static Result<SharedMemory*> make(Arena& owner, const MemoryType& type) noexcept;

    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;

    const MemoryType& type() const noexcept { return type_; }
    uint8_t* base() const noexcept { return region_.base(); }
    /// In bytes; it only ever grows.
    uint64_t size() const noexcept { return region_.size(); }
    /// Bytes that it can grow to.
    uint64_t limit() const noexcept { return limit_; }

    /// By `delta` pages of zeros. The old size in pages, or grow_failed.
    uint64_t grow(uint64_t delta) noexcept;

    /// Asked now and then while a thread waits: true ends the wait.
    using StopAsked = bool (*)(void* context);

    /// Sleeps while the 32 (`bytes` 4) or 64 (`bytes` 8) bits at `address` are as `expected`, until
    /// notify(), for at most `timeout_ns` where that is not negative. `address` is in bounds and
    /// aligned.
    Waited wait(uint64_t address, uint32_t bytes, uint64_t expected, int64_t timeout_ns,
                StopAsked stop_asked, void* context) noexcept;

    /// Wakes at most `count` of those who wait at `address`, the longest waiting first. How many.
    uint32_t notify(uint64_t address, uint32_t count) noexcept;

private:
    struct Waiter;

    explicit SharedMemory(const MemoryType& type) noexcept : type_{type} {}
    void link(Waiter& waiter) noexcept;
    void unlink(Waiter& waiter) noexcept;

    MemoryType type_;
    SharedRegion region_;
    uint64_t limit_ = 0;
    std::mutex waiting_;       // guards the list
    Waiter* first_ = nullptr;  // the longest waiting
    Waiter* last_ = nullptr;
};

}  // namespace wrt::runtime
