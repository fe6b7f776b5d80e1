#include "wasi/io.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <limits>

#include <wrt/foundation/assert.hpp>

namespace wrt::wasi::io {

namespace {

/// A transfer of a regular file looks at the interrupt between slices of this size (about a
/// millisecond of copying).
constexpr size_t slice_bytes = 4 * 1024 * 1024;

/// How often a wait looks at Interrupt::requested when there is no descriptor that would wake it.
constexpr int interrupt_period_ms = 10;

constexpr uint64_t max_offset = std::numeric_limits<off_t>::max();

Errno host_error() noexcept
{
    return errno_from_host(errno);
}
bool would_block() noexcept
{
    return errno == EAGAIN || errno == EWOULDBLOCK;
}

size_t total_bytes(std::span<const iovec> buffers) noexcept
{
    size_t total = 0;
    for (const iovec& buffer : buffers) {
        total += buffer.iov_len;
    }
    return total;
}

/// The first buffers with at most `limit` bytes in all; the last of them may be cut, which
/// `remainder` remembers.
struct Window {
    std::span<iovec> buffers;
    size_t bytes = 0;
    size_t remainder = 0;
};
Window first_bytes(std::span<iovec> buffers, size_t limit) noexcept
{
    Window window;
    size_t count = 0;
    while (count < buffers.size() && window.bytes < limit) {
        window.bytes += buffers[count++].iov_len;
    }
    if (window.bytes > limit) {
        window.remainder = window.bytes - limit;
        window.bytes = limit;
        buffers[count - 1].iov_len -= window.remainder;
    }
    window.buffers = buffers.first(count);
    return window;
}

/// Moves a file's bytes in slices. `move` is readv or a sibling, given the buffers and the bytes
/// already moved.
template <class Move>
OrErrno<uint32_t> move_in_slices(std::span<iovec> buffers, const Interrupt& interrupt,
                                 Move move) noexcept
{
    // The count must fit the guest's u32, and the kernel itself moves no more than this at once.
    constexpr size_t most_bytes = std::numeric_limits<int32_t>::max() & ~size_t{4095};
    size_t moved = 0;
    while (true) {
        const Window window = first_bytes(buffers, std::min(slice_bytes, most_bytes - moved));
        const ssize_t result = move(window.buffers, moved);
        if (result < 0) {
            if (errno == EINTR && !interrupt.is_requested()) continue;
            if (moved > 0) break;
            return host_error();
        }
        moved += static_cast<size_t>(result);
        if (static_cast<size_t>(result) < window.bytes)
            break;  // the end of the file, or the disk is full
        buffers = buffers.subspan(window.buffers.size());
        if (window.remainder > 0) {
            iovec& cut = window.buffers.back();
            cut.iov_base = static_cast<char*>(cut.iov_base) + cut.iov_len;
            cut.iov_len = window.remainder;
            buffers = {&cut, buffers.size() + 1};
        }
        if (buffers.empty() || moved == most_bytes || interrupt.is_requested()) break;
    }
    return static_cast<uint32_t>(moved);
}

/// Keeps SIGPIPE and SIGXFSZ from the process for the time of one write. A guest must not be able
/// to end its host by writing to a closed pipe or past RLIMIT_FSIZE; it gets pipe or fbig instead.
class WriteSignals {
public:
    WriteSignals() noexcept
    {
        ::sigemptyset(&signals_);
        ::sigaddset(&signals_, SIGPIPE);
        ::sigaddset(&signals_, SIGXFSZ);
        ::pthread_sigmask(SIG_BLOCK, &signals_, &mask_before_);
    }
    WriteSignals(const WriteSignals&) = delete;
    WriteSignals& operator=(const WriteSignals&) = delete;

    /// Takes back the signal that a failed write sent to this thread, unless the embedder keeps it
    /// blocked anyway.
    void consume(int error) noexcept
    {
        if (error != EPIPE && error != EFBIG) return;
        const int signal = error == EPIPE ? SIGPIPE : SIGXFSZ;
        if (::sigismember(&mask_before_, signal) == 1) return;
        sigset_t one;
        ::sigemptyset(&one);
        ::sigaddset(&one, signal);
        const timespec at_once{};
        while (::sigtimedwait(&one, nullptr, &at_once) < 0 && errno == EINTR) {
        }
    }
    ~WriteSignals() { ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr); }

private:
    sigset_t signals_;
    sigset_t mask_before_;
};

/// Runs a write of any form with the signals kept away.
template <class Write>
auto write_quietly(Write write) noexcept
{
    WriteSignals signals;
    const auto result = write();
    if (result < 0) {
        const int error = errno;
        signals.consume(error);
        errno = error;
    }
    return result;
}

bool blocks(const Descriptor& descriptor) noexcept
{
    return (descriptor.flags & fdflag::nonblock) == 0;
}

int count_of(std::span<const iovec> buffers) noexcept
{
    return static_cast<int>(buffers.size());
}

/// A terminal's writes one filtered piece at a time. Returns the guest's bytes that went into them.
OrErrno<uint32_t> write_filtered(Descriptor& to, std::span<const iovec> buffers,
                                 const Interrupt& interrupt) noexcept
{
    std::array<char, 1024> shown;
    uint32_t taken = 0;
    size_t filled = 0;
    // A piece that has been filtered is written to its end: the guest's count has no place for a
    // part of "\x1b".
    const auto flush = [&]() noexcept {
        size_t done = 0;
        while (done < filled) {
            const ssize_t result =
                write_quietly([&] { return ::write(to.host, shown.data() + done, filled - done); });
            if (result < 0 && errno != EINTR && !would_block()) return host_error();
            if (result >= 0) {
                done += static_cast<size_t>(result);
            } else if (const Errno waited = wait_for(to.host, POLLOUT, true, interrupt);
                       waited != Errno::success) {
                return waited;
            }
        }
        filled = 0;
        return Errno::success;
    };
    for (const iovec& buffer : buffers) {
        const std::span<const uint8_t> bytes{static_cast<const uint8_t*>(buffer.iov_base),
                                             buffer.iov_len};
        for (const uint8_t byte : bytes) {
            filled += to.filter.push(byte, std::span<char, TerminalFilter::max_growth>{
                                               shown.data() + filled, TerminalFilter::max_growth});
            ++taken;
            if (filled + TerminalFilter::max_growth <= shown.size()) continue;
            WRT_ERRNO_CHECK(flush());
            if (interrupt.is_requested()) return taken;
        }
    }
    WRT_ERRNO_CHECK(flush());
    return taken;
}

/// Reads or writes a stream once it is ready, again as long as it turns out not to be.
template <class Move>
OrErrno<uint32_t> move_when_ready(const Descriptor& descriptor, short events,
                                  const Interrupt& interrupt, Move move) noexcept
{
    while (true) {
        WRT_ERRNO_CHECK(wait_for(descriptor.host, events, blocks(descriptor), interrupt));
        const ssize_t result = move();
        if (result >= 0) return static_cast<uint32_t>(result);
        if (!would_block() && errno != EINTR) return host_error();
        if (would_block() && !blocks(descriptor)) return Errno::again;
    }
}

}  // namespace

Errno wait_for(int host, short events, bool may_block, const Interrupt& interrupt) noexcept
{
    pollfd waited[] = {{.fd = host, .events = events, .revents = 0},
                       {.fd = interrupt.wake_fd, .events = POLLIN, .revents = 0}};
    const nfds_t count = interrupt.wake_fd >= 0 ? 2 : 1;
    const bool looks = interrupt.requested != nullptr && interrupt.wake_fd < 0;
    while (true) {
        const int ready = ::poll(waited, count, !may_block ? 0 : looks ? interrupt_period_ms : -1);
        if (ready < 0 && errno != EINTR) return host_error();
        if (ready > 0 && waited[0].revents != 0) return Errno::success;
        if (!may_block) return Errno::again;
        if (interrupt.is_requested() || waited[1].revents != 0) return Errno::intr;
    }
}

OrErrno<uint32_t> read(Descriptor& from, std::span<iovec> buffers,
                       const Interrupt& interrupt) noexcept
{
    if (total_bytes(buffers) == 0) return uint32_t{0};
    switch (from.kind) {
    case DescriptorKind::null: return uint32_t{0};
    case DescriptorKind::file:
        return move_in_slices(buffers, interrupt, [&](std::span<iovec> window, size_t) noexcept {
            return ::readv(from.host, window.data(), count_of(window));
        });
    case DescriptorKind::stream:
        return move_when_ready(from, POLLIN, interrupt, [&]() noexcept {
            return ::readv(from.host, buffers.data(), count_of(buffers));
        });
    case DescriptorKind::socket: {
        const OrErrno<Received> received = receive(from, buffers, false, false, interrupt);
        if (!received) return received.error;
        return received.value.size;
    }
    case DescriptorKind::directory: return Errno::isdir;
    case DescriptorKind::listener: return Errno::notconn;
    case DescriptorKind::closed: break;
    }
    return Errno::badf;
}

OrErrno<uint32_t> write(Descriptor& to, std::span<iovec> buffers,
                        const Interrupt& interrupt) noexcept
{
    const size_t total = total_bytes(buffers);
    if (total == 0 && to.kind != DescriptorKind::socket) return uint32_t{0};
    switch (to.kind) {
    case DescriptorKind::null:
        return static_cast<uint32_t>(std::min<size_t>(total, std::numeric_limits<int32_t>::max()));
    case DescriptorKind::file:
        return move_in_slices(buffers, interrupt, [&](std::span<iovec> window, size_t) noexcept {
            if (!to.size_limited) return ::writev(to.host, window.data(), count_of(window));
            return write_quietly(
                [&] { return ::writev(to.host, window.data(), count_of(window)); });
        });
    case DescriptorKind::stream:
        if (to.escapes_output) return write_filtered(to, buffers, interrupt);
        // A pipe that is ready takes PIPE_BUF bytes without blocking; more only if the host's end
        // does not block.
        if (!blocks(to)) buffers = first_bytes(buffers, PIPE_BUF).buffers;
        return move_when_ready(to, POLLOUT, interrupt, [&]() noexcept {
            return write_quietly(
                [&] { return ::writev(to.host, buffers.data(), count_of(buffers)); });
        });
    case DescriptorKind::socket:
        return move_when_ready(to, POLLOUT, interrupt, [&]() noexcept {
            msghdr message{};
            message.msg_iov = buffers.data();
            message.msg_iovlen = buffers.size();
            return ::sendmsg(to.host, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        });
    case DescriptorKind::directory: return Errno::isdir;
    case DescriptorKind::listener: return Errno::notconn;
    case DescriptorKind::closed: break;
    }
    return Errno::badf;
}

OrErrno<uint32_t> read_at(Descriptor& from, std::span<iovec> buffers, uint64_t offset,
                          const Interrupt& interrupt) noexcept
{
    if (from.kind != DescriptorKind::file) return Errno::spipe;
    if (offset > max_offset) return Errno::inval;
    return move_in_slices(buffers, interrupt, [&](std::span<iovec> window, size_t moved) noexcept {
        return ::preadv(from.host, window.data(), count_of(window),
                        static_cast<off_t>(offset + moved));
    });
}

OrErrno<uint32_t> write_at(Descriptor& to, std::span<iovec> buffers, uint64_t offset,
                           const Interrupt& interrupt) noexcept
{
    if (to.kind != DescriptorKind::file) return Errno::spipe;
    if (offset > max_offset) return Errno::inval;
    return move_in_slices(buffers, interrupt, [&](std::span<iovec> window, size_t moved) noexcept {
        const auto at = static_cast<off_t>(offset + moved);
        if (!to.size_limited) return ::pwritev(to.host, window.data(), count_of(window), at);
        return write_quietly(
            [&] { return ::pwritev(to.host, window.data(), count_of(window), at); });
    });
}

OrErrno<Received> receive(Descriptor& from, std::span<iovec> buffers, bool peek, bool wait_for_all,
                          const Interrupt& interrupt) noexcept
{
    Received received;
    const size_t wanted =
        std::min<size_t>(total_bytes(buffers), std::numeric_limits<int32_t>::max());
    const bool datagrams = from.type == FileType::socket_dgram;
    while (true) {
        msghdr message{};
        message.msg_iov = buffers.data();
        message.msg_iovlen = buffers.size();
        const int flags = MSG_DONTWAIT | (peek ? MSG_PEEK : 0);
        const OrErrno<uint32_t> size = move_when_ready(from, POLLIN, interrupt, [&]() noexcept {
            return ::recvmsg(from.host, &message, flags);
        });
        if (!size) {
            if (received.size > 0) return received;
            return size.error;
        }
        received.truncated = (message.msg_flags & MSG_TRUNC) != 0;
        // Peeking sees the same bytes again, so what is there now is all it can promise.
        if (datagrams || !wait_for_all || peek) {
            received.size = size.value;
            return received;
        }
        received.size += size.value;
        if (size.value == 0 || received.size >= wanted || !blocks(from)) return received;
        const Window done = first_bytes(buffers, size.value);
        buffers = buffers.subspan(done.buffers.size());
        if (done.remainder > 0) {
            iovec& cut = done.buffers.back();
            cut.iov_base = static_cast<char*>(cut.iov_base) + cut.iov_len;
            cut.iov_len = done.remainder;
            buffers = {&cut, buffers.size() + 1};
        }
    }
}

Errno set_size(Descriptor& file, uint64_t size) noexcept
{
    if (file.kind != DescriptorKind::file || size > max_offset) return Errno::inval;
    const int result =
        write_quietly([&] { return ::ftruncate(file.host, static_cast<off_t>(size)); });
    return result == 0 ? Errno::success : host_error();
}

Errno allocate(Descriptor& file, uint64_t offset, uint64_t size) noexcept
{
    if (file.kind != DescriptorKind::file || size == 0) return Errno::inval;
    if (offset > max_offset || size > max_offset - offset) return Errno::fbig;
    const int result = write_quietly([&] {
        return ::fallocate(file.host, 0, static_cast<off_t>(offset), static_cast<off_t>(size));
    });
    return result == 0 ? Errno::success : host_error();
}

OrErrno<int> accept(Descriptor& listener, const Interrupt& interrupt) noexcept
{
    const OrErrno<uint32_t> fd = move_when_ready(listener, POLLIN, interrupt, [&]() noexcept {
        return ssize_t{::accept4(listener.host, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    });
    if (!fd) return fd.error;
    return static_cast<int>(fd.value);
}

}  // namespace wrt::wasi::io
