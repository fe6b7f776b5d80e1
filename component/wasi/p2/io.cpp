// wasi:io: errors and streams.
// https://github.com/WebAssembly/WASI/blob/v0.2.12/proposals/io/wit/streams.wit
#include <linux/sock_diag.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "wasi/p2/http_objects.hpp"
#include "wasi/p2/state.hpp"

namespace wrt::wasi::p2 {

namespace {

/// What one read gives at most, and what a write may bring where the descriptor is ready.
constexpr uint64_t most_bytes = 64 * 1024;

using Bytes = std::span<const uint8_t>;

std::string_view error_to_debug_string(State& state, Borrow<IoError> self) noexcept
{
    const Resource& error = state.at(self.rep);
    if (error.object == nullptr) return name_of(error.error);
    return http::name_of(static_cast<const http::ErrorCode*>(error.object)->which);
}

// Streams.

template <class T = void>
Result<StreamOutcome<T>> failed(State& state, uint32_t rep, Errno error) noexcept
{
    if (error == Errno::intr) return interrupted();
    const Resource& stream = state.at(rep);
    const bool is_body = stream.object != nullptr && error != Errno::pipe;
    WRT_TRY(const StreamError reason,
            is_body ? body_error(state, stream) : stream_error(state, error));
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
    if (stream.object != nullptr) {
        return read_body(state, *static_cast<IncomingBody*>(stream.object), buffer, may_block);
    }
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
    if (!size) return failed<Bytes>(state, rep, size.error);
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
    if (state.at(self.rep).object != nullptr) return subscribe_http(state, self.rep);
    return subscribe(state, state.at(self.rep).fd, POLLIN);
}

OrErrno<Descriptor*> target_of(State& state, const Resource& stream) noexcept
{
    return state.context.descriptors.find(stream.fd, stream.position == Resource::Position::none
                                                         ? Operation::fd_write
                                                         : Operation::fd_pwrite);
}

/// How many bytes a socket that is ready takes at once: a guest that talks to itself would wait
/// forever where more was promised. Half of what the kernel would still queue, because each buffer
/// there is larger than what it carries.
uint64_t room_to_send(int host) noexcept
{
    constexpr uint64_t least = 512;  // poll(2) says ready where a third of the queue is free
    std::array<uint32_t, SK_MEMINFO_VARS> memory{};
    socklen_t size = sizeof memory;
    if (::getsockopt(host, SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0) return least;
    const uint64_t queue = memory[SK_MEMINFO_SNDBUF];
    const uint64_t queued = memory[SK_MEMINFO_WMEM_QUEUED];
    return std::clamp((queue - std::min(queue, queued)) / 2, least, most_bytes);
}

Result<StreamOutcome<uint64_t>> output_check_write(State& state, Borrow<OutputStream> self) noexcept
{
    const Resource& stream = state.at(self.rep);
    if (stream.object != nullptr) {
        const OrErrno<uint64_t> room = body_room(state, *static_cast<OutgoingBody*>(stream.object));
        if (!room) return failed<uint64_t>(state, self.rep, room.error);
        return StreamOutcome<uint64_t>{room.value};
    }
    const OrErrno<Descriptor*> found = target_of(state, stream);
    if (!found) return failed<uint64_t>(state, self.rep, found.error);
    if (waits_for_host(*found.value)) {
        const Errno ready =
            io::wait_for(found.value->host, POLLOUT, false, state.context.pace.interrupt);
        if (ready == Errno::again) return StreamOutcome<uint64_t>{uint64_t{0}};
        if (ready != Errno::success) return failed<uint64_t>(state, self.rep, ready);
    }
    const uint64_t room =
        found.value->kind == DescriptorKind::socket ? room_to_send(found.value->host) : most_bytes;
    return StreamOutcome<uint64_t>{room};
}

/// Writes all of `bytes`.
Errno write_all(State& state, Resource& stream, Bytes bytes) noexcept
{
    if (stream.object != nullptr) {
        return write_body(state, *static_cast<OutgoingBody*>(stream.object), bytes);
    }
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
    if (error != Errno::success) return failed(state, rep, error);
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

/// Descriptors hold nothing back, so that there is nothing to flush.
Result<StreamOutcome<>> flush(State& state, uint32_t rep, bool may_block) noexcept
{
    const Resource& stream = state.at(rep);
    if (stream.object == nullptr) return StreamOutcome<>{};
    const Errno error = flush_body(state, *static_cast<OutgoingBody*>(stream.object), may_block);
    if (error != Errno::success) return failed(state, rep, error);
    return StreamOutcome<>{};
}

Result<StreamOutcome<>> output_flush(State& state, Borrow<OutputStream> self) noexcept
{
    return flush(state, self.rep, false);
}

Result<StreamOutcome<>> output_blocking_flush(State& state, Borrow<OutputStream> self) noexcept
{
    return flush(state, self.rep, true);
}

Result<StreamOutcome<>> output_write_and_flush(State& state, Borrow<OutputStream> self,
                                               LentBytes contents) noexcept
{
    WRT_TRY(const StreamOutcome<> written, write_bytes(state, self.rep, contents.view));
    return written ? flush(state, self.rep, true) : written;
}

Result<Own<Pollable>> output_subscribe(State& state, Borrow<OutputStream> self) noexcept
{
    if (state.at(self.rep).object != nullptr) return subscribe_http(state, self.rep);
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

constexpr HostFunctionRow stream_functions[] = {
    row<&input_read>("[method]input-stream.read"),
    row<&input_blocking_read>("[method]input-stream.blocking-read"),
    row<&input_skip>("[method]input-stream.skip"),
    row<&input_blocking_skip>("[method]input-stream.blocking-skip"),
    row<&input_subscribe>("[method]input-stream.subscribe"),
    row<&output_check_write>("[method]output-stream.check-write"),
    row<&output_write>("[method]output-stream.write"),
    row<&output_write_and_flush>("[method]output-stream.blocking-write-and-flush"),
    row<&output_flush>("[method]output-stream.flush"),
    row<&output_blocking_flush>("[method]output-stream.blocking-flush"),
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

Status add_io(component::Imports& imports, State& state) noexcept
{
    WRT_CHECK(imports.define("wasi:io/error@0.2.12", error_functions, error_resources, &state));
    return imports.define("wasi:io/streams@0.2.12", stream_functions, stream_resources, &state);
}

}  // namespace wrt::wasi::p2
