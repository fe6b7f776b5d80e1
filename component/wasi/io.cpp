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

/// A transfer looks at its pace between slices. Of a file: about a millisecond of copying. Of a
/// stream: what a pipe takes, since writing more would block with no regard to interrupts.
constexpr size_t file_slice_bytes = 4 * 1024 * 1024;
constexpr size_t stream_slice_bytes = 64 * 1024;

/// The count must fit the guest's u32, and the kernel itself moves no more than this at once.
constexpr size_t most_bytes = std::numeric_limits<int32_t>::max() & ~size_t{4095};

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

/// The first buffers with at most `limit` bytes in all. The last of them may be cut until
/// take_back().
class Window {
public:
    Window(std::span<iovec> buffers, size_t limit) noexcept
    {
        size_t count = 0;
        while (count < buffers.size() && bytes_ < limit) {
            bytes_ += buffers[count++].iov_len;
        }
        buffers_ = buffers.first(count);
        if (bytes_ > limit) {
            cut_ = bytes_ - limit;
            bytes_ = limit;
            buffers_.back().iov_len -= cut_;
        }
    }

    const iovec* data() const noexcept { return buffers_.data(); }
    int count() const noexcept { return static_cast<int>(buffers_.size()); }
    size_t bytes() const noexcept { return bytes_; }
    void take_back() noexcept
    {
        if (cut_ > 0) buffers_.back().iov_len += cut_;
    }

private:
    std::span<iovec> buffers_;
    size_t bytes_ = 0;
    size_t cut_ = 0;
};

/// The buffers without their first `bytes` bytes.
std::span<iovec> without_first(std::span<iovec> buffers, size_t bytes) noexcept
{
    while (!buffers.empty() && bytes >= buffers.front().iov_len) {
        bytes -= buffers.front().iov_len;
        buffers = buffers.subspan(1);
    }
    if (bytes > 0) {
        iovec& first = buffers.front();
        first.iov_base = static_cast<char*>(first.iov_base) + bytes;
        first.iov_len -= bytes;
    }
    return buffers;
}

/// Moves a file's bytes in slices. `move` is readv or a sibling, given the buffers and the bytes
/// already moved.
template <class Move>
OrErrno<uint32_t> move_in_slices(std::span<iovec> buffers, Pace& pace, Move move) noexcept
{
    size_t moved = 0;
    while (true) {
        Window window{buffers, std::min(file_slice_bytes, most_bytes - moved)};
        const ssize_t result = move(window, moved);
        window.take_back();
        if (result < 0) {
            if (errno == EINTR && !pace.interrupt.is_requested()) continue;
            if (moved > 0) break;
            return host_error();
        }
        const auto size = static_cast<size_t>(result);
        moved += size;
        // A short count is the end of the file, or a full disk.
        if (!pace.go_on(size) || size < window.bytes() || moved == most_bytes) break;
        buffers = without_first(buffers, size);
        if (buffers.empty()) break;
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

/// A terminal's writes one filtered piece at a time. Returns the guest's bytes that went into them.
OrErrno<uint32_t> write_filtered(Descriptor& to, std::span<const iovec> buffers,
                                 Pace& pace) noexcept
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
            } else if (const Errno waited = wait_for(to.host, POLLOUT, true, pace.interrupt);
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
            if (pace.interrupt.is_requested()) return taken;
        }
    }
    WRT_ERRNO_CHECK(flush());
    pace.count(taken);
    return taken;
}

/// Does something with a stream once it is ready, again as long as it turns out not to be. `act`
/// returns what a system call does.
template <class Act>
OrErrno<uint32_t> act_when_ready(const Descriptor& descriptor, short events,
                                 const Interrupt& interrupt, Act act) noexcept
{
    while (true) {
        WRT_ERRNO_CHECK(wait_for(descriptor.host, events, blocks(descriptor), interrupt));
        const ssize_t result = act();
        if (result >= 0) return static_cast<uint32_t>(result);
        if (!would_block() && errno != EINTR) return host_error();
        if (would_block() && !blocks(descriptor)) return Errno::again;
    }
}

/// Writes to a pipe or socket: all of it if the guest may be blocked, else what is taken at once.
/// `move` is writev or a sibling.
template <class Move>
OrErrno<uint32_t> write_stream(const Descriptor& to, std::span<iovec> buffers, Pace& pace,
                               Move move) noexcept
{
    // A pipe that is ready takes PIPE_BUF bytes without blocking, whether or not its host end
    // blocks.
    const size_t slice =
        blocks(to) || to.kind == DescriptorKind::socket ? stream_slice_bytes : PIPE_BUF;
    size_t moved = 0;
    while (true) {
        Window window{buffers, std::min(slice, most_bytes - moved)};
        const OrErrno<uint32_t> size =
            act_when_ready(to, POLLOUT, pace.interrupt, [&]() noexcept { return move(window); });
        window.take_back();
        if (!size) {
            if (moved > 0) return static_cast<uint32_t>(moved);
            return size.error;
        }
        moved += size.value;
        buffers = without_first(buffers, size.value);
        if (!pace.go_on(size.value) || !blocks(to) || buffers.empty() || moved == most_bytes) {
            return static_cast<uint32_t>(moved);
        }
    }
}

ssize_t send(const Descriptor& to, std::span<const iovec> buffers) noexcept
{
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(buffers.data());  // the field is not const in any msghdr
    message.msg_iovlen = buffers.size();
    return ::sendmsg(to.host, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// A datagram goes in one piece or not at all.
OrErrno<uint32_t> send_datagram(const Descriptor& to, std::span<iovec> buffers, Pace& pace) noexcept
{
    const OrErrno<uint32_t> size =
        act_when_ready(to, POLLOUT, pace.interrupt, [&]() noexcept { return send(to, buffers); });
    pace.count(size.value);
    return size;
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

OrErrno<uint32_t> read(Descriptor& from, std::span<iovec> buffers, Pace& pace) noexcept
{
    if (total_bytes(buffers) == 0) return uint32_t{0};
    switch (from.kind) {
    case DescriptorKind::null: return uint32_t{0};
    case DescriptorKind::file:
        return move_in_slices(buffers, pace, [&](const Window& window, size_t) noexcept {
            return ::readv(from.host, window.data(), window.count());
        });
    case DescriptorKind::stream: {
        const Window window{buffers, most_bytes};
        const OrErrno<uint32_t> size = act_when_ready(from, POLLIN, pace.interrupt, [&]() noexcept {
            return ::readv(from.host, window.data(), window.count());
        });
        pace.count(size.value);
        return size;
    }
    case DescriptorKind::socket: {
        const OrErrno<Received> received = receive(from, buffers, false, false, pace);
        if (!received) return received.error;
        return received.value.size;
    }
    case DescriptorKind::directory: return Errno::isdir;
    case DescriptorKind::listener: return Errno::notconn;
    case DescriptorKind::closed: break;
    }
    return Errno::badf;
}

OrErrno<uint32_t> write(Descriptor& to, std::span<iovec> buffers, Pace& pace) noexcept
{
    const size_t total = total_bytes(buffers);
    if (total == 0 && to.type != FileType::socket_dgram) return uint32_t{0};
    switch (to.kind) {
    case DescriptorKind::null: return static_cast<uint32_t>(std::min(total, most_bytes));
    case DescriptorKind::file:
        return move_in_slices(buffers, pace, [&](const Window& window, size_t) noexcept {
            if (!to.size_limited) return ::writev(to.host, window.data(), window.count());
            return write_quietly([&] { return ::writev(to.host, window.data(), window.count()); });
        });
    case DescriptorKind::stream:
        if (to.escapes_output) return write_filtered(to, buffers, pace);
        return write_stream(to, buffers, pace, [&](const Window& window) noexcept {
            return write_quietly([&] { return ::writev(to.host, window.data(), window.count()); });
        });
    case DescriptorKind::socket:
        if (to.type == FileType::socket_dgram) return send_datagram(to, buffers, pace);
        return write_stream(to, buffers, pace, [&](const Window& window) noexcept {
            return send(to, {window.data(), static_cast<size_t>(window.count())});
        });
    case DescriptorKind::directory: return Errno::isdir;
    case DescriptorKind::listener: return Errno::notconn;
    case DescriptorKind::closed: break;
    }
    return Errno::badf;
}

OrErrno<uint32_t> read_at(Descriptor& from, std::span<iovec> buffers, uint64_t offset,
                          Pace& pace) noexcept
{
    if (from.kind != DescriptorKind::file) return Errno::spipe;
    if (offset > max_offset) return Errno::inval;
    return move_in_slices(buffers, pace, [&](const Window& window, size_t moved) noexcept {
        const auto at = static_cast<off_t>(offset + moved);
        return ::preadv(from.host, window.data(), window.count(), at);
    });
}

OrErrno<uint32_t> write_at(Descriptor& to, std::span<iovec> buffers, uint64_t offset,
                           Pace& pace) noexcept
{
    if (to.kind != DescriptorKind::file) return Errno::spipe;
    if (offset > max_offset) return Errno::inval;
    return move_in_slices(buffers, pace, [&](const Window& window, size_t moved) noexcept {
        const auto at = static_cast<off_t>(offset + moved);
        if (!to.size_limited) return ::pwritev(to.host, window.data(), window.count(), at);
        return write_quietly([&] { return ::pwritev(to.host, window.data(), window.count(), at); });
    });
}

OrErrno<Received> receive(Descriptor& from, std::span<iovec> buffers, bool peek, bool wait_for_all,
                          Pace& pace) noexcept
{
    Received received;
    // Peeking sees the same bytes again, so what is there now is all it can promise.
    const bool repeats =
        wait_for_all && !peek && blocks(from) && from.type != FileType::socket_dgram;
    while (true) {
        Window window{buffers, most_bytes - received.size};
        msghdr message{};
        message.msg_iov =
            const_cast<iovec*>(window.data());  // the field is not const in any msghdr
        message.msg_iovlen = static_cast<size_t>(window.count());
        const int flags = MSG_DONTWAIT | (peek ? MSG_PEEK : 0);
        const OrErrno<uint32_t> size = act_when_ready(from, POLLIN, pace.interrupt, [&]() noexcept {
            return ::recvmsg(from.host, &message, flags);
        });
        window.take_back();
        if (!size) {
            if (received.size > 0) return received;
            return size.error;
        }
        received.size += size.value;
        received.truncated = (message.msg_flags & MSG_TRUNC) != 0;
        buffers = without_first(buffers, size.value);
        if (!pace.go_on(size.value) || !repeats || size.value == 0 || buffers.empty() ||
            received.size == most_bytes) {
            return received;
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
    const OrErrno<uint32_t> fd = act_when_ready(listener, POLLIN, interrupt, [&]() noexcept {
        return ssize_t{::accept4(listener.host, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    });
    if (!fd) return fd.error;
    return static_cast<int>(fd.value);
}

}  // namespace wrt::wasi::io
