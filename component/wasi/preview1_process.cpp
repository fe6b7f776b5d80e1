// args_*, environ_*, clock_*, proc_*, sched_yield, random_get.
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <iterator>

#include "wasi/preview1.hpp"

namespace wrt::wasi::preview1 {

namespace {

Errno put_strings(const StringBlock& block, GuestMemory memory, Ptr pointers, Ptr buffer) noexcept
{
    const uint64_t pointer_bytes = uint64_t{block.offsets.size()} * sizeof(uint32_t);
    if (!memory.holds(pointers, pointer_bytes) || !memory.holds(buffer, block.bytes.size()))
        return Errno::fault;
    uint32_t at = 0;
    for (const uint32_t offset : block.offsets) {
        if (!memory.store(pointers + at, buffer.address + offset)) return Errno::fault;
        at += uint32_t{sizeof(uint32_t)};
    }
    const std::span<uint8_t> bytes = memory.bytes(buffer, block.bytes.size());
    std::copy(block.bytes.begin(), block.bytes.end(), bytes.begin());
    return Errno::success;
}

Errno put_sizes(const StringBlock& block, GuestMemory memory, Ptr count, Ptr buffer_size) noexcept
{
    if (!memory.holds(count, sizeof(Size)) ||
        !memory.store(buffer_size, static_cast<Size>(block.bytes.size()))) {
        return Errno::fault;
    }
    return memory.store(count, static_cast<Size>(block.offsets.size())) ? Errno::success
                                                                        : Errno::fault;
}

/// What a signal does to a guest that cannot handle any: its default action.
enum class Action : uint8_t { nothing, terminate, stop };
struct SignalRow {
    int host;
    Action action;
};
/// $signal of the specification, by number.
constexpr SignalRow signals[] = {
    {0, Action::nothing},         {SIGHUP, Action::terminate},    {SIGINT, Action::terminate},
    {SIGQUIT, Action::terminate}, {SIGILL, Action::terminate},    {SIGTRAP, Action::terminate},
    {SIGABRT, Action::terminate}, {SIGBUS, Action::terminate},    {SIGFPE, Action::terminate},
    {SIGKILL, Action::terminate}, {SIGUSR1, Action::terminate},   {SIGSEGV, Action::terminate},
    {SIGUSR2, Action::terminate}, {SIGPIPE, Action::nothing},     {SIGALRM, Action::terminate},
    {SIGTERM, Action::terminate}, {SIGCHLD, Action::nothing},     {SIGCONT, Action::nothing},
    {SIGSTOP, Action::stop},      {SIGTSTP, Action::stop},        {SIGTTIN, Action::stop},
    {SIGTTOU, Action::stop},      {SIGURG, Action::nothing},      {SIGXCPU, Action::terminate},
    {SIGXFSZ, Action::terminate}, {SIGVTALRM, Action::terminate}, {SIGPROF, Action::terminate},
    {SIGWINCH, Action::nothing},  {SIGPOLL, Action::terminate},   {SIGPWR, Action::terminate},
    {SIGSYS, Action::terminate},
};
static_assert(std::size(signals) == 31);

/// The status a shell shows for a process that a signal ended.
constexpr uint32_t signal_status = 128;

}  // namespace

Errno args_get(Context& context, GuestMemory memory, Ptr argv, Ptr argv_buf) noexcept
{
    return put_strings(context.args, memory, argv, argv_buf);
}

Errno args_sizes_get(Context& context, GuestMemory memory, Ptr count, Ptr buffer_size) noexcept
{
    return put_sizes(context.args, memory, count, buffer_size);
}

Errno environ_get(Context& context, GuestMemory memory, Ptr environ_, Ptr environ_buf) noexcept
{
    return put_strings(context.env, memory, environ_, environ_buf);
}

Errno environ_sizes_get(Context& context, GuestMemory memory, Ptr count, Ptr buffer_size) noexcept
{
    return put_sizes(context.env, memory, count, buffer_size);
}

Errno clock_res_get(Context& context, GuestMemory memory, ClockId id, Ptr resolution) noexcept
{
    const OrErrno<uint64_t> ns = context.clocks.resolution_ns(id);
    if (!ns) return ns.error;
    return memory.store(resolution, ns.value) ? Errno::success : Errno::fault;
}

Errno clock_time_get(Context& context, GuestMemory memory, ClockId id, Timestamp, Ptr time) noexcept
{
    const OrErrno<uint64_t> ns = context.clocks.now_ns(id);
    if (!ns) return ns.error;
    return memory.store(time, ns.value) ? Errno::success : Errno::fault;
}

Outcome proc_exit(Context&, GuestMemory, uint32_t status) noexcept
{
    return Outcome::exit(status);
}

Outcome proc_raise(Context&, GuestMemory, Signal signal) noexcept
{
    const auto number = static_cast<uint32_t>(signal);
    if (number >= std::size(signals)) return Errno::inval;
    switch (signals[number].action) {
    case Action::nothing: return Errno::success;
    case Action::terminate:
        return Outcome::exit(signal_status + static_cast<uint32_t>(signals[number].host));
    case Action::stop: break;  // nobody could continue it
    }
    return Errno::notsup;
}

Errno sched_yield(Context&, GuestMemory) noexcept
{
    ::sched_yield();
    return Errno::success;
}

Errno random_get(Context& context, GuestMemory memory, Ptr buf, Size buf_len) noexcept
{
    if (!memory.holds(buf, buf_len)) return Errno::fault;
    return context.random.fill(memory.bytes(buf, buf_len), context.pace);
}

}  // namespace wrt::wasi::preview1
