#include <wrt/component/wasi/clocks.hpp>

#include <time.h>

#include <limits>
#include <utility>

namespace wrt::wasi {

namespace {

constexpr uint64_t ns_per_second = 1'000'000'000;

bool exists(ClockId clock) noexcept
{
    return clock <= ClockId::thread_cputime;
}

clockid_t host_clock(ClockId clock) noexcept
{
    switch (clock) {
    case ClockId::realtime: return CLOCK_REALTIME;
    case ClockId::monotonic: return CLOCK_MONOTONIC;
    case ClockId::process_cputime: return CLOCK_PROCESS_CPUTIME_ID;
    case ClockId::thread_cputime: return CLOCK_THREAD_CPUTIME_ID;
    }
    return CLOCK_REALTIME;
}

uint64_t to_ns(const timespec& time) noexcept
{
    return static_cast<uint64_t>(time.tv_sec) * ns_per_second + static_cast<uint64_t>(time.tv_nsec);
}

uint64_t host_now_ns(ClockId clock) noexcept
{
    timespec time{};
    ::clock_gettime(host_clock(clock), &time);
    return to_ns(time);
}

}  // namespace

Clocks::Clocks(ClockMode mode, uint64_t fixed_time_ns) noexcept
    : mode_{mode}, realtime_start_ns_{fixed_time_ns}
{
}

OrErrno<uint64_t> Clocks::resolution_ns(ClockId clock) const noexcept
{
    if (!exists(clock)) return Errno::inval;
    if (is_fixed()) return uint64_t{1};
    timespec time{};
    ::clock_getres(host_clock(clock), &time);
    return to_ns(time);
}

OrErrno<uint64_t> Clocks::now_ns(ClockId clock) const noexcept
{
    if (!exists(clock)) return Errno::inval;
    if (is_fixed())
        return clock == ClockId::realtime ? realtime_start_ns_ + waited_ns_ : waited_ns_;
    const uint64_t now = host_now_ns(clock);
    if (clock != ClockId::monotonic) return now;
    if (!std::exchange(has_started_, true)) monotonic_start_ns_ = now;
    return now - monotonic_start_ns_;
}

void Clocks::advance(uint64_t ns) noexcept
{
    // Stops at the end of time rather than to begin again.
    const uint64_t left = std::numeric_limits<uint64_t>::max() - realtime_start_ns_ - waited_ns_;
    waited_ns_ += ns < left ? ns : left;
}

void Clocks::continue_from(uint64_t ns) noexcept
{
    if (is_fixed()) {
        waited_ns_ = ns;
    } else {
        monotonic_start_ns_ = host_now_ns(ClockId::monotonic) - ns;  // may wrap, and does so again
        has_started_ = true;
    }
}

}  // namespace wrt::wasi
