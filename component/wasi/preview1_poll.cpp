// poll_oneoff: waits for clocks and descriptors at once. The subscriptions are read completely
// before the first event is written, so the guest's two arrays may overlap; the waiting itself is
// one ppoll(2), never a loop that spins.
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "wasi/preview1.hpp"
#include "wasi/preview1_types.hpp"

namespace wrt::wasi {

namespace {

using namespace preview1;

constexpr uint64_t forever = std::numeric_limits<uint64_t>::max();
constexpr uint64_t ns_per_second = 1'000'000'000;
/// How often a wait looks at Interrupt::requested when there is no descriptor that would wake it.
constexpr uint64_t interrupt_period_ns = 10'000'000;

/// One subscription, read from the guest and understood, and what became of it.
struct Wanted {
    UserData userdata = 0;
    EventType type = EventType::clock;
    bool happened = false;
    bool hangup = false;
    Errno error = Errno::success;
    bool waits_for_host = false;
    uint32_t polled = 0;  ///< Which pollfd is its, if it waits for the host.
    Fd fd{};
    ClockId clock = ClockId::realtime;
    uint64_t when = 0;  ///< The deadline on `clock`, or the bytes ready for a descriptor.

    void settle(Errno result) noexcept
    {
        happened = true;
        error = result;
    }
};

/// More would not fit the scratch memory; the last pollfd is the interrupt's.
constexpr uint32_t max_subscriptions = 512;
static_assert(max_subscriptions * sizeof(Wanted) + (max_subscriptions + 1) * sizeof(pollfd) +
                  alignof(pollfd) <=
              scratch_bytes);

/// Everything one call waits for.
struct Poll {
    Context& context;
    std::span<Wanted> wanted;
    std::span<pollfd> host;
    uint32_t host_count = 0;
};

/// Bytes that can be read at once; 0 where nobody knows.
uint64_t readable_bytes(const Descriptor& descriptor) noexcept
{
    if (descriptor.kind == DescriptorKind::file) {
        struct stat status{};
        const off_t at = ::lseek(descriptor.host, 0, SEEK_CUR);
        if (::fstat(descriptor.host, &status) != 0 || at < 0 || at >= status.st_size) return 0;
        return static_cast<uint64_t>(status.st_size - at);
    }
    int ready = 0;
    if (descriptor.kind == DescriptorKind::listener ||
        ::ioctl(descriptor.host, FIONREAD, &ready) != 0)
        return 0;
    return ready > 0 ? static_cast<uint64_t>(ready) : 0;
}

void subscribe_clock(Poll& poll, Wanted& wanted, ClockId clock, Timestamp timeout,
                     uint16_t flags) noexcept
{
    wanted.clock = clock;
    const OrErrno<uint64_t> now = poll.context.clocks.now_ns(clock);
    if (!now || (flags & ~subclockflag::abstime) != 0) return wanted.settle(Errno::inval);
    // Processor time does not pass while one waits for it.
    if (clock != ClockId::realtime && clock != ClockId::monotonic)
        return wanted.settle(Errno::notsup);
    const bool absolute = (flags & subclockflag::abstime) != 0;
    wanted.when = absolute                        ? timeout
                  : timeout < forever - now.value ? now.value + timeout
                                                  : forever;
}

void subscribe_descriptor(Poll& poll, Wanted& wanted, Fd fd) noexcept
{
    wanted.fd = fd;
    const bool reads = wanted.type == EventType::fd_read;
    const OrErrno<Descriptor*> found = poll.context.descriptors.find(
        fd, reads ? Operation::poll_fd_read : Operation::poll_fd_write);
    if (!found) return wanted.settle(found.error);
    const Descriptor& descriptor = *found.value;
    if (descriptor.kind == DescriptorKind::null || descriptor.kind == DescriptorKind::file) {
        wanted.settle(Errno::success);
        if (reads && descriptor.kind == DescriptorKind::file)
            wanted.when = readable_bytes(descriptor);
        return;
    }
    wanted.waits_for_host = true;
    wanted.polled = poll.host_count;
    poll.host[poll.host_count++] = {.fd = descriptor.host,
                                    .events = static_cast<short>(reads ? POLLIN : POLLOUT),
                                    .revents = 0};
}

template <class Layout>
Errno subscribe(Poll& poll, GuestMemory memory, Ptr at, Wanted& wanted) noexcept
{
    Record<Layout::size> record;
    if (!memory.load(at, record)) return Errno::fault;
    wanted = {};
    wanted.userdata = record.template get<UserData>(Layout::userdata);
    const auto tag = record.template get<uint8_t>(Layout::tag);
    if (tag > static_cast<uint8_t>(EventType::fd_write)) return Errno::inval;
    wanted.type = EventType{tag};
    if (wanted.type == EventType::clock) {
        subscribe_clock(poll, wanted, ClockId{record.template get<uint32_t>(Layout::clock_id)},
                        record.template get<Timestamp>(Layout::timeout),
                        record.template get<uint16_t>(Layout::flags));
    } else {
        subscribe_descriptor(poll, wanted, Fd{record.template get<uint32_t>(Layout::fd)});
    }
    return Errno::success;
}

/// Nanoseconds until the first clock, 0 if something has happened already, forever if nothing
/// limits the wait.
uint64_t time_left(const Poll& poll) noexcept
{
    uint64_t left = forever;
    for (const Wanted& wanted : poll.wanted) {
        if (wanted.happened) return 0;
        if (wanted.type != EventType::clock) continue;
        const uint64_t now = poll.context.clocks.now_ns(wanted.clock).value;
        left = std::min(left, wanted.when > now ? wanted.when - now : 0);
    }
    return left;
}

/// Settles what the host reported and what the clocks have reached. True if anything happened.
bool collect(Poll& poll) noexcept
{
    bool any = false;
    for (Wanted& wanted : poll.wanted) {
        if (wanted.waits_for_host) {
            const short events = poll.host[wanted.polled].revents;
            if (events != 0) wanted.settle(Errno::success);
            wanted.hangup = (events & POLLHUP) != 0;
        } else if (wanted.type == EventType::clock && !wanted.happened) {
            wanted.happened = poll.context.clocks.now_ns(wanted.clock).value >= wanted.when;
        }
        any = any || wanted.happened;
    }
    return any;
}

/// One ppoll; intr when an interrupt is requested.
Errno wait_once(Poll& poll, uint64_t left) noexcept
{
    const Interrupt& interrupt = poll.context.pace.interrupt;
    uint32_t count = poll.host_count;
    if (interrupt.wake_fd >= 0)
        poll.host[count++] = {.fd = interrupt.wake_fd, .events = POLLIN, .revents = 0};
    if (interrupt.requested != nullptr && interrupt.wake_fd < 0)
        left = std::min(left, interrupt_period_ns);
    timespec timeout{};
    timeout.tv_sec = static_cast<time_t>(left / ns_per_second);
    timeout.tv_nsec = static_cast<long>(left % ns_per_second);
    const int ready =
        ::ppoll(poll.host.data(), count, left == forever ? nullptr : &timeout, nullptr);
    if (ready < 0 && errno != EINTR) return errno_from_host(errno);
    if (ready < 0) {
        for (pollfd& host : poll.host.first(poll.host_count)) {
            host.revents = 0;
        }
    }
    const bool woken =
        interrupt.wake_fd >= 0 && ready > 0 && poll.host[poll.host_count].revents != 0;
    return woken || (left > 0 && interrupt.is_requested()) ? Errno::intr : Errno::success;
}

/// Waits until at least one subscription is settled.
Errno wait(Poll& poll) noexcept
{
    while (true) {
        const uint64_t left = time_left(poll);
        // Fixed clocks do not run while the host waits: what is ready now wins, otherwise time
        // jumps to the deadline.
        const bool jumps = poll.context.clocks.is_fixed() && left != forever;
        if (poll.host_count > 0 || !jumps) WRT_ERRNO_CHECK(wait_once(poll, jumps ? 0 : left));
        if (collect(poll)) return Errno::success;
        if (jumps) poll.context.clocks.advance(left);
    }
}

/// What the host has to say about a descriptor that is in error.
Errno host_fault(const Descriptor& descriptor, short events) noexcept
{
    if ((events & POLLNVAL) != 0) return Errno::badf;
    if ((events & POLLERR) == 0) return Errno::success;
    if (descriptor.kind != DescriptorKind::socket)
        return Errno::pipe;  // nobody reads the other end
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(descriptor.host, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return Errno::io;
    return errno_from_host(error);
}

Record<EventLayout::size> event_from(const Wanted& wanted) noexcept
{
    Record<EventLayout::size> event;
    event.put(EventLayout::userdata, wanted.userdata);
    event.put(EventLayout::error, wanted.error);
    event.put(EventLayout::type, wanted.type);
    if (wanted.type != EventType::clock) {
        event.put(EventLayout::nbytes, wanted.when);
        event.put(EventLayout::flags,
                  wanted.hangup ? eventrwflag::fd_readwrite_hangup : uint16_t{0});
    }
    return event;
}

template <class Layout>
Errno poll_with(Context& context, GuestMemory memory, Ptr in, Ptr out, Size nsubscriptions,
                Ptr nevents) noexcept
{
    if (nsubscriptions == 0 || nsubscriptions > max_subscriptions) return Errno::inval;
    if (!memory.holds(in, uint64_t{nsubscriptions} * Layout::size) ||
        !memory.holds(out, uint64_t{nsubscriptions} * EventLayout::size) ||
        !memory.holds(nevents, sizeof(Size))) {
        return Errno::fault;
    }
    context.pace.count(uint64_t{nsubscriptions} * Layout::size);
    const Scratch::Frame frame{context.scratch};
    Poll poll{.context = context,
              .wanted = context.scratch.take<Wanted>(nsubscriptions),
              .host = context.scratch.take<pollfd>(nsubscriptions + size_t{1})};
    for (uint32_t i = 0; i < nsubscriptions; ++i) {
        WRT_ERRNO_CHECK(
            subscribe<Layout>(poll, memory, in + i * uint32_t{Layout::size}, poll.wanted[i]));
    }
    WRT_ERRNO_CHECK(wait(poll));

    Size count = 0;
    for (Wanted& wanted : poll.wanted) {
        if (!wanted.happened) continue;
        if (wanted.waits_for_host) {
            const Descriptor& descriptor = *context.descriptors.find(wanted.fd);
            wanted.error = host_fault(descriptor, poll.host[wanted.polled].revents);
            if (wanted.type == EventType::fd_read) wanted.when = readable_bytes(descriptor);
        }
        if (!memory.store(out + count * uint32_t{EventLayout::size}, event_from(wanted)))
            return Errno::fault;
        ++count;
    }
    return memory.store(nevents, count) ? Errno::success : Errno::fault;
}

}  // namespace

Errno preview1::poll_oneoff(Context& context, GuestMemory memory, Ptr in, Ptr out,
                            Size nsubscriptions, Ptr nevents) noexcept
{
    return poll_with<preview1::SubscriptionLayout>(context, memory, in, out, nsubscriptions,
                                                   nevents);
}

Errno unstable::poll_oneoff(Context& context, GuestMemory memory, Ptr in, Ptr out,
                            Size nsubscriptions, Ptr nevents) noexcept
{
    return poll_with<unstable::SubscriptionLayout>(context, memory, in, out, nsubscriptions,
                                                   nevents);
}

}  // namespace wrt::wasi
