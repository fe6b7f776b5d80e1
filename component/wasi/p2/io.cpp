// wasi:io: errors, pollables and streams.
// https://github.com/WebAssembly/WASI/blob/v0.2.12/proposals/io/wit/streams.wit
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "wasi/p2/state.hpp"

namespace wrt::wasi::p2 {

namespace {

constexpr uint64_t forever = std::numeric_limits<uint64_t>::max();
constexpr uint64_t ns_per_second = 1'000'000'000;
/// How often a wait looks at Interrupt::requested when there is no descriptor that would wake it.
constexpr uint64_t interrupt_period_ns = 10'000'000;
/// What one read gives at most, and what a write may bring where the descriptor is ready.
constexpr uint64_t most_bytes = 64 * 1024;

using Bytes = std::span<const uint8_t>;

bool waits_for_host(const Descriptor& descriptor) noexcept
{
    return descriptor.kind == DescriptorKind::stream || descriptor.kind == DescriptorKind::socket;
}

std::string_view error_to_debug_string(State& state, Borrow<IoError> self) noexcept
{
    return name_of(state.at(self.rep).error);
}

// Pollables.

/// Waits for one of `pollables` at least; what is ready then is said by `is_ready`. False: the
/// guest is to be interrupted.
class Poll {
public:
    Poll(State& state, std::span<const Borrow<Pollable>> pollables, std::span<pollfd> host) noexcept
        : state_{state}, pollables_{pollables}, host_{host}
    {
        for (const Borrow<Pollable> pollable : pollables_) {
            pollfd& waited = host_[count_++];
            const Resource& resource = state_.at(pollable.rep);
            const Descriptor* const descriptor =
                resource.events != 0 ? state_.context.descriptors.find(resource.waited) : nullptr;
            // poll(2) ignores what is negative; files and closed descriptors are always ready.
            waited = {.fd = -1, .events = resource.events, .revents = 0};
            if (descriptor != nullptr && waits_for_host(*descriptor)) waited.fd = descriptor->host;
        }
    }

    bool is_ready(size_t i) const noexcept
    {
        const Resource& resource = state_.at(pollables_[i].rep);
        if (resource.has_time) return now() >= resource.at;
        return host_[i].fd < 0 || host_[i].revents != 0;
    }

    bool any_ready() const noexcept
    {
        for (size_t i = 0; i < pollables_.size(); ++i) {
            if (is_ready(i)) return true;
        }
        return false;
    }

    /// One look at the host, that lasts `limit_ns` at most.
    bool look(uint64_t limit_ns) noexcept
    {
        const Interrupt& interrupt = state_.context.pace.interrupt;
        size_t count = count_;
        if (interrupt.wake_fd >= 0) {
            host_[count++] = {.fd = interrupt.wake_fd, .events = POLLIN, .revents = 0};
        }
        if (interrupt.requested != nullptr && interrupt.wake_fd < 0) {
            limit_ns = std::min(limit_ns, interrupt_period_ns);
        }
        timespec timeout{};
        timeout.tv_sec = static_cast<time_t>(limit_ns / ns_per_second);
        timeout.tv_nsec = static_cast<long>(limit_ns % ns_per_second);
        const int ready =
            ::ppoll(host_.data(), count, limit_ns == forever ? nullptr : &timeout, nullptr);
        if (ready < 0) {
            for (pollfd& host : host_.first(count))
                host.revents = 0;
        }
        const bool woken = count > count_ && host_[count_].revents != 0;
        return !woken && !(limit_ns > 0 && interrupt.is_requested());
    }

    bool wait() noexcept
    {
        if (!look(0)) return false;
        while (!any_ready()) {
            uint64_t left = forever;
            for (const Borrow<Pollable> pollable : pollables_) {
                const Resource& resource = state_.at(pollable.rep);
                if (resource.has_time) left = std::min(left, resource.at - now());
            }
            // A fixed clock does not run while the host waits: time jumps to the deadline.
            Clocks& clocks = state_.context.clocks;
            if (clocks.is_fixed() && left != forever) {
                clocks.advance(left);
            } else if (!look(left)) {
                return false;
            }
        }
        return true;
    }

private:
    uint64_t now() const noexcept { return state_.context.clocks.now_ns(ClockId::monotonic).value; }

    State& state_;
    std::span<const Borrow<Pollable>> pollables_;
    std::span<pollfd> host_;
    size_t count_ = 0;
};

/// One for each pollable, and one for the interrupt.
Result<std::span<pollfd>> take_pollfds(HostCall& call, size_t pollables) noexcept
{
    const size_t count = pollables + 1;
    WRT_TRY(const uint32_t at, call.memory.allocate(alignof(pollfd), count * sizeof(pollfd)));
    auto* const first = reinterpret_cast<pollfd*>(call.memory.bytes().data() + at);
    std::uninitialized_value_construct_n(first, count);
    return std::span<pollfd>{first, count};
}

Result<bool> pollable_ready(State& state, HostCall& call, Borrow<Pollable> self) noexcept
{
    WRT_TRY(const std::span<pollfd> host, take_pollfds(call, 1));
    Poll poll{state, {&self, 1}, host};
    if (!poll.look(0)) return interrupted();
    return poll.is_ready(0);
}

Status pollable_block(State& state, HostCall& call, Borrow<Pollable> self) noexcept
{
    WRT_TRY(const std::span<pollfd> host, take_pollfds(call, 1));
    Poll poll{state, {&self, 1}, host};
    if (!poll.wait()) return interrupted();
    return ok();
}

Result<std::span<const uint32_t>> poll(State& state, HostCall& call,
                                       std::span<const Borrow<Pollable>> in) noexcept
{
    if (in.empty()) return Error{.code = Errc::host_failure};  // "this function traps"
    WRT_TRY(const std::span<pollfd> host, take_pollfds(call, in.size()));
    Poll poll{state, in, host};
    if (!poll.wait()) return interrupted();
    WRT_TRY(const uint32_t at, call.memory.allocate(4, in.size() * sizeof(uint32_t)));
    auto* const ready = reinterpret_cast<uint32_t*>(call.memory.bytes().data() + at);
    size_t count = 0;
    for (size_t i = 0; i < in.size(); ++i) {
        if (poll.is_ready(i)) ready[count++] = static_cast<uint32_t>(i);
    }
    return std::span<const uint32_t>{ready, count};
}

// Streams.

template <class T = void>
Result<StreamOutcome<T>> failed(State& state, Errno error) noexcept
{
    if (error == Errno::intr) return interrupted();
    WRT_TRY(const StreamError reason, stream_error(state, error));
    return StreamOutcome<T>{Failure<StreamError>{reason}};
}

template <class T = void>
StreamOutcome<T> closed() noexcept
{
    return Failure<StreamError>{StreamError{std::monostate{}}};
}

/// Bytes of the stream put in `buffer`, 0 where there are none yet; pipe at its end.
OrErrno<uint32_t> read_into(State& state, Resource& stream, std::span<uint8_t> buffer,
                            bool may_block) noexcept
{
    const bool positioned = stream.position == Resource::Position::offset;
    const OrErrno<Descriptor*> found = state.context.descriptors.find(
        stream.fd, positioned ? Operation::fd_pread : Operation::fd_read);
    if (!found) return found.error;
    Descriptor& from = *found.value;
    if (waits_for_host(from)) {
        const Errno ready =
            io::wait_for(from.host, POLLIN, may_block, state.context.pace.interrupt);
        if (ready == Errno::again) return uint32_t{0};
        if (ready != Errno::success) return ready;
    }
    iovec piece{.iov_base = buffer.data(), .iov_len = buffer.size()};
    const bool at_offset = positioned && from.kind == DescriptorKind::file;
    const OrErrno<uint32_t> size =
        at_offset ? io::read_at(from, {&piece, 1}, stream.at, state.context.pace)
                  : io::read(from, {&piece, 1}, state.context.pace);
    if (!size) return size.error == Errno::again ? OrErrno<uint32_t>{uint32_t{0}} : size;
    if (size.value == 0) return Errno::pipe;
    stream.at += size.value;
    return size;
}

Result<StreamOutcome<Bytes>> read_some(State& state, HostCall& call, uint32_t rep, uint64_t len,
                                       bool may_block) noexcept
{
    if (len == 0) return StreamOutcome<Bytes>{Bytes{}};
    const uint64_t most = std::min(len, most_bytes);
    WRT_TRY(const uint32_t at, call.memory.allocate(1, most));
    const std::span<uint8_t> buffer = call.memory.bytes().subspan(at, static_cast<size_t>(most));
    const OrErrno<uint32_t> size = read_into(state, state.at(rep), buffer, may_block);
    if (!size) return failed<Bytes>(state, size.error);
    return StreamOutcome<Bytes>{Bytes{buffer.first(size.value)}};
}

Result<StreamOutcome<uint64_t>> skip_some(State& state, HostCall& call, uint32_t rep, uint64_t len,
                                          bool may_block) noexcept
{
    WRT_TRY(const StreamOutcome<Bytes> bytes, read_some(state, call, rep, len, may_block));
    if (!bytes) return StreamOutcome<uint64_t>{Failure<StreamError>{bytes.error()}};
    return StreamOutcome<uint64_t>{bytes.value().size()};
}

Result<StreamOutcome<Bytes>> input_read(State& state, HostCall& call, Borrow<InputStream> self,
                                        uint64_t len) noexcept
{
    return read_some(state, call, self.rep, len, false);
}

Result<StreamOutcome<Bytes>> input_blocking_read(State& state, HostCall& call,
                                                 Borrow<InputStream> self, uint64_t len) noexcept
{
    return read_some(state, call, self.rep, len, true);
}

Result<StreamOutcome<uint64_t>> input_skip(State& state, HostCall& call, Borrow<InputStream> self,
                                           uint64_t len) noexcept
{
    return skip_some(state, call, self.rep, len, false);
}

Result<StreamOutcome<uint64_t>> input_blocking_skip(State& state, HostCall& call,
                                                    Borrow<InputStream> self, uint64_t len) noexcept
{
    return skip_some(state, call, self.rep, len, true);
}

Result<Own<Pollable>> input_subscribe(State& state, Borrow<InputStream> self) noexcept
{
    return subscribe(state, state.at(self.rep).fd, POLLIN);
}

OrErrno<Descriptor*> target_of(State& state, const Resource& stream) noexcept
{
    return state.context.descriptors.find(stream.fd, stream.position == Resource::Position::none
                                                         ? Operation::fd_write
                                                         : Operation::fd_pwrite);
}

Result<StreamOutcome<uint64_t>> output_check_write(State& state, Borrow<OutputStream> self) noexcept
{
    const OrErrno<Descriptor*> found = target_of(state, state.at(self.rep));
    if (!found) return failed<uint64_t>(state, found.error);
    if (waits_for_host(*found.value)) {
        const Errno ready =
            io::wait_for(found.value->host, POLLOUT, false, state.context.pace.interrupt);
        if (ready == Errno::again) return StreamOutcome<uint64_t>{uint64_t{0}};
        if (ready != Errno::success) return failed<uint64_t>(state, ready);
    }
    return StreamOutcome<uint64_t>{most_bytes};
}

/// Writes all of `bytes`.
Errno write_all(State& state, Resource& stream, Bytes bytes) noexcept
{
    const OrErrno<Descriptor*> found = target_of(state, stream);
    if (!found) return found.error;
    Descriptor& to = *found.value;
    while (!bytes.empty()) {
        iovec piece{.iov_base = const_cast<uint8_t*>(bytes.data()), .iov_len = bytes.size()};
        uint64_t at = stream.at;
        const bool positioned =
            stream.position != Resource::Position::none && to.kind == DescriptorKind::file;
        if (positioned && stream.position == Resource::Position::end) {
            struct stat status{};
            if (::fstat(to.host, &status) != 0) return errno_from_host(errno);
            at = static_cast<uint64_t>(status.st_size);
        }
        const OrErrno<uint32_t> size = positioned
                                           ? io::write_at(to, {&piece, 1}, at, state.context.pace)
                                           : io::write(to, {&piece, 1}, state.context.pace);
        if (!size && size.error == Errno::again) {
            WRT_ERRNO_CHECK(io::wait_for(to.host, POLLOUT, true, state.context.pace.interrupt));
            continue;
        }
        if (!size) return size.error;
        if (size.value == 0) return Errno::io;
        stream.at += size.value;
        bytes = bytes.subspan(size.value);
    }
    return Errno::success;
}

Result<StreamOutcome<>> write_bytes(State& state, uint32_t rep, Bytes bytes) noexcept
{
    const Errno error = write_all(state, state.at(rep), bytes);
    if (error != Errno::success) return failed(state, error);
    return StreamOutcome<>{};
}

Result<StreamOutcome<>> output_write(State& state, Borrow<OutputStream> self,
                                     LentBytes contents) noexcept
{
    return write_bytes(state, self.rep, contents.view);
}

Result<StreamOutcome<>> write_zeroes(State& state, uint32_t rep, uint64_t len) noexcept
{
    static constexpr std::array<uint8_t, 4096> zeroes{};
    while (len != 0) {
        const auto piece = static_cast<size_t>(std::min<uint64_t>(len, zeroes.size()));
        WRT_TRY(const StreamOutcome<> written, write_bytes(state, rep, Bytes{zeroes}.first(piece)));
        if (!written) return written;
        len -= piece;
        if (state.context.pace.interrupt.is_requested()) return interrupted();
    }
    return StreamOutcome<>{};
}

Result<StreamOutcome<>> output_write_zeroes(State& state, Borrow<OutputStream> self,
                                            uint64_t len) noexcept
{
    return write_zeroes(state, self.rep, len);
}

/// Nothing is held back, so that there is nothing to flush.
StreamOutcome<> output_flush(State&, Borrow<OutputStream>) noexcept
{
    return {};
}

Result<Own<Pollable>> output_subscribe(State& state, Borrow<OutputStream> self) noexcept
{
    return subscribe(state, state.at(self.rep).fd, POLLOUT);
}

Result<StreamOutcome<uint64_t>> splice(State& state, HostCall& call, uint32_t to, uint32_t from,
                                       uint64_t len, bool may_block) noexcept
{
    WRT_TRY(const StreamOutcome<Bytes> bytes, read_some(state, call, from, len, may_block));
    if (!bytes) return StreamOutcome<uint64_t>{Failure<StreamError>{bytes.error()}};
    WRT_TRY(const StreamOutcome<> written, write_bytes(state, to, bytes.value()));
    if (!written) return StreamOutcome<uint64_t>{Failure<StreamError>{written.error()}};
    return StreamOutcome<uint64_t>{bytes.value().size()};
}

Result<StreamOutcome<uint64_t>> output_splice(State& state, HostCall& call,
                                              Borrow<OutputStream> self, Borrow<InputStream> src,
                                              uint64_t len) noexcept
{
    WRT_TRY(const StreamOutcome<uint64_t> ready, output_check_write(state, self));
    if (!ready || *ready == 0) return ready;
    return splice(state, call, self.rep, src.rep, len, false);
}

Result<StreamOutcome<uint64_t>> output_blocking_splice(State& state, HostCall& call,
                                                       Borrow<OutputStream> self,
                                                       Borrow<InputStream> src,
                                                       uint64_t len) noexcept
{
    return splice(state, call, self.rep, src.rep, len, true);
}

constexpr HostFunctionRow error_functions[] = {
    row<&error_to_debug_string>("[method]error.to-debug-string"),
};
constexpr HostResourceRow error_resources[] = {resource_row<IoError>("error")};

constexpr HostFunctionRow poll_functions[] = {
    row<&pollable_ready>("[method]pollable.ready"),
    row<&pollable_block>("[method]pollable.block"),
    row<&poll>("poll"),
};
constexpr HostResourceRow poll_resources[] = {resource_row<Pollable>("pollable")};

constexpr HostFunctionRow stream_functions[] = {
    row<&input_read>("[method]input-stream.read"),
    row<&input_blocking_read>("[method]input-stream.blocking-read"),
    row<&input_skip>("[method]input-stream.skip"),
    row<&input_blocking_skip>("[method]input-stream.blocking-skip"),
    row<&input_subscribe>("[method]input-stream.subscribe"),
    row<&output_check_write>("[method]output-stream.check-write"),
    row<&output_write>("[method]output-stream.write"),
    row<&output_write>("[method]output-stream.blocking-write-and-flush"),
    row<&output_flush>("[method]output-stream.flush"),
    row<&output_flush>("[method]output-stream.blocking-flush"),
    row<&output_subscribe>("[method]output-stream.subscribe"),
    row<&output_write_zeroes>("[method]output-stream.write-zeroes"),
    row<&output_write_zeroes>("[method]output-stream.blocking-write-zeroes-and-flush"),
    row<&output_splice>("[method]output-stream.splice"),
    row<&output_blocking_splice>("[method]output-stream.blocking-splice"),
};
constexpr HostResourceRow stream_resources[] = {
    resource_row<InputStream>("input-stream"),
    resource_row<OutputStream>("output-stream"),
};

}  // namespace

Result<StreamError> stream_error(State& state, Errno error) noexcept
{
    if (error == Errno::pipe) return StreamError{std::monostate{}};
    WRT_TRY(const Own<IoError> made,
            state.make<IoError>({.kind = Resource::Kind::error, .error = error}));
    return StreamError{made};
}

Result<Own<Pollable>> subscribe(State& state, Fd fd, short events) noexcept
{
    Resource pollable{.kind = Resource::Kind::pollable, .events = events};
    const OrErrno<DescriptorTable::Handle> handle = state.context.descriptors.handle_of(fd);
    if (handle) {
        pollable.waited = handle.value;
    } else {
        pollable.events = 0;  // ready: whatever is done will say why not
    }
    return state.make<Pollable>(pollable);
}

Result<Own<Pollable>> subscribe_time(State& state, uint64_t when) noexcept
{
    return state.make<Pollable>({.kind = Resource::Kind::pollable, .has_time = true, .at = when});
}

Status add_io(component::Imports& imports, State& state) noexcept
{
    WRT_CHECK(imports.define("wasi:io/error@0.2.12", error_functions, error_resources, &state));
    WRT_CHECK(imports.define("wasi:io/poll@0.2.12", poll_functions, poll_resources, &state));
    return imports.define("wasi:io/streams@0.2.12", stream_functions, stream_resources, &state);
}

}  // namespace wrt::wasi::p2
