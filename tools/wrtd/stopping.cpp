#include "stopping.hpp"

#include <atomic>
#include <csignal>

#include <sys/time.h>

namespace wrtd {
namespace {

std::atomic<wrt::Store*> running{nullptr};
std::atomic<bool> out_of_time{false};
static_assert(std::atomic<wrt::Store*>::is_always_lock_free, "used in a signal handler");

void on_signal(int signal)
{
    if (signal == SIGALRM) out_of_time = true;
    if (wrt::Store* const store = running) store->interrupt();
}

void handle(int signal, int flags)
{
    struct sigaction action{};
    action.sa_handler = on_signal;
    // Without SA_RESTART: a host call that waits must come back to see the interrupt.
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
}

}  // namespace

Stopping::Stopping(wrt::Store& store, uint64_t timeout_ns)
{
    running = &store;
    out_of_time = false;
    // The handler is gone after the first one, so that the second one kills.
    handle(SIGINT, static_cast<int>(SA_RESETHAND));
    handle(SIGTERM, static_cast<int>(SA_RESETHAND));
    handle(SIGALRM, 0);
    itimerval timer{};
    timer.it_value.tv_sec = static_cast<time_t>(timeout_ns / 1'000'000'000);
    timer.it_value.tv_usec = static_cast<suseconds_t>(timeout_ns % 1'000'000'000 / 1000);
    // Zero would mean never. Again every 50 ms: the first may come just before a host call waits.
    if (timer.it_value.tv_sec == 0 && timer.it_value.tv_usec == 0) timer.it_value.tv_usec = 1;
    timer.it_interval.tv_usec = 50'000;
    setitimer(ITIMER_REAL, &timer, nullptr);
}

Stopping::~Stopping()
{
    const itimerval none{};
    setitimer(ITIMER_REAL, &none, nullptr);
    running = nullptr;
}

bool Stopping::timed_out()
{
    return out_of_time;
}

}  // namespace wrtd
