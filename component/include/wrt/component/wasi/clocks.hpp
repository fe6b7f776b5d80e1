// The clocks of a guest: the host's, or a fixed one that moves only when the guest waits.
#pragma once

#include <cstdint>

#include <wrt/component/wasi/config.hpp>
#include <wrt/component/wasi/errno.hpp>

namespace wrt::wasi {

/// $clockid of WASI preview 1. A value from a guest may be none of these.
enum class ClockId : uint32_t { realtime, monotonic, process_cputime, thread_cputime };

class Clocks {
public:
    Clocks() noexcept = default;
    Clocks(ClockMode mode, uint64_t fixed_time_ns) noexcept;

    /// inval for a clock that does not exist.
    OrErrno<uint64_t> resolution_ns(ClockId clock) const noexcept;
    OrErrno<uint64_t> now_ns(ClockId clock) const noexcept;

    bool is_fixed() const noexcept { return mode_ == ClockMode::fixed; }
    /// Moves a fixed clock: the guest has "waited" so long.
    void advance(uint64_t ns) noexcept;

    /// The monotonic clock says `ns` now: the guest goes on in another process.
    void continue_from(uint64_t ns) noexcept;

private:
    ClockMode mode_ = ClockMode::real;
    mutable bool has_started_ = false;
    uint64_t realtime_start_ns_ = 0;
    /// The guest's monotonic clock starts when it is first read, so it does not tell how long the
    /// host is up, nor how long a context waited in an image for its guest.
    mutable uint64_t monotonic_start_ns_ = 0;
    uint64_t waited_ns_ = 0;
};

}  // namespace wrt::wasi
