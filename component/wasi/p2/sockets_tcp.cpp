// wasi:sockets/tcp and tcp-create-socket.
// https://github.com/WebAssembly/WASI/blob/v0.2.12/proposals/sockets/wit/tcp.wit
#include <netinet/tcp.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "wasi/io.hpp"
#include "wasi/p2/sockets.hpp"

namespace wrt::wasi::p2 {

namespace {

using Phase = Socket::Phase;
using Streams = std::tuple<Own<InputStream>, Own<OutputStream>>;
using Connection = std::tuple<Own<TcpSocket>, Own<InputStream>, Own<OutputStream>>;

constexpr uint64_t ns_per_second = 1'000'000'000;

bool is_busy(const Socket& socket) noexcept
{
    return socket.phase == Phase::bind_started || socket.phase == Phase::listen_started ||
           socket.phase == Phase::connect_started;
}

Result<Streams> make_streams(State& state, uint32_t socket) noexcept
{
    WRT_TRY(const Own<InputStream> input,
            make_user<InputStream>(state, Resource::Kind::input_stream, socket));
    WRT_TRY(const Own<OutputStream> output,
            make_user<OutputStream>(state, Resource::Kind::output_stream, socket));
    return Streams{input, output};
}

Result<SocketOutcome<Own<TcpSocket>>> create_tcp_socket(State& state, AddressFamily family) noexcept
{
    const OrErrno<uint32_t> socket = open_socket(state, family, SOCK_STREAM);
    if (!socket) {
        return SocketOutcome<Own<TcpSocket>>{refused(network_error_of(socket.error))};
    }
    WRT_TRY(const Own<TcpSocket> made,
            make_user<TcpSocket>(state, Resource::Kind::tcp_socket, socket.value));
    return SocketOutcome<Own<TcpSocket>>{made};
}

SocketOutcome<> tcp_start_bind(State& state, Borrow<TcpSocket> self, Borrow<Network>,
                               IpSocketAddress local_address) noexcept
{
    Socket& socket = socket_of(state, self.rep);
    const SocketAddress local{local_address};
    if (local.is_multicast()) return refused(NetworkError::invalid_argument);
    // A server that starts again finds its port where connections of the last one linger.
    if (socket.phase == Phase::unbound) {
        (void)set_option(host_of(state, socket), SOL_SOCKET, SO_REUSEADDR, 1);
    }
    return start_bind(state, socket, local);
}

SocketOutcome<> tcp_finish_bind(State& state, Borrow<TcpSocket> self) noexcept
{
    return finish_bind(socket_of(state, self.rep));
}

SocketOutcome<> tcp_start_connect(State& state, Borrow<TcpSocket> self, Borrow<Network>,
                                  IpSocketAddress remote_address) noexcept
{
    Socket& socket = socket_of(state, self.rep);
    if (is_busy(socket)) return refused(NetworkError::concurrency_conflict);
    if (socket.phase != Phase::unbound && socket.phase != Phase::bound) {
        return refused(NetworkError::invalid_state);
    }
    const SocketAddress remote{remote_address};
    if (remote.family() != socket.family || remote.is_ipv4_in_ipv6() || remote.is_unspecified() ||
        remote.is_multicast() || remote.port() == 0) {
        return refused(NetworkError::invalid_argument);
    }
    if (!state.context.network.allows_connecting(remote.address(), remote.port())) {
        return refused(NetworkError::access_denied);
    }
    const int result = ::connect(host_of(state, socket), remote.data(), remote.size());
    socket.failure = result == 0 || errno == EINPROGRESS ? 0 : errno;
    socket.phase = Phase::connect_started;
    return {};
}

/// What a connection that was started has come to: an errno, EAGAIN for nothing yet.
int connect_result(State& state, const Socket& socket) noexcept
{
    if (socket.failure != 0) return socket.failure;
    const int host = host_of(state, socket);
    pollfd waited{.fd = host, .events = POLLOUT, .revents = 0};
    if (::poll(&waited, 1, 0) <= 0) return EAGAIN;
    const OrErrno<int> failure = get_option(host, SOL_SOCKET, SO_ERROR);
    return failure ? failure.value : host_from_errno(failure.error);
}

Result<SocketOutcome<Streams>> tcp_finish_connect(State& state, Borrow<TcpSocket> self) noexcept
{
    Socket& socket = socket_of(state, self.rep);
    if (socket.phase != Phase::connect_started) {
        return SocketOutcome<Streams>{refused(NetworkError::not_in_progress)};
    }
    const int failure = connect_result(state, socket);
    if (failure == EAGAIN) return SocketOutcome<Streams>{refused(NetworkError::would_block)};
    if (failure != 0) {
        socket.phase = Phase::closed;
        // The system had no port left to connect from.
        return SocketOutcome<Streams>{refused(
            failure == EADDRNOTAVAIL ? NetworkError::address_in_use : network_error(failure))};
    }
    socket.phase = Phase::connected;
    WRT_TRY(const Streams streams, make_streams(state, state.at(self.rep).place));
    return SocketOutcome<Streams>{streams};
}

SocketOutcome<> tcp_start_listen(State& state, Borrow<TcpSocket> self) noexcept
{
    Socket& socket = socket_of(state, self.rep);
    if (is_busy(socket)) return refused(NetworkError::concurrency_conflict);
    if (socket.phase != Phase::bound) return refused(NetworkError::invalid_state);
    if (socket.only_sends) return refused(NetworkError::access_denied);
    socket.failure = ::listen(host_of(state, socket), socket.backlog) == 0 ? 0 : errno;
    socket.phase = Phase::listen_started;
    return {};
}

SocketOutcome<> tcp_finish_listen(State& state, Borrow<TcpSocket> self) noexcept
{
    Socket& socket = socket_of(state, self.rep);
    if (socket.phase != Phase::listen_started) return refused(NetworkError::not_in_progress);
    if (socket.failure != 0) {
        socket.phase = Phase::closed;
        return refused(network_error(socket.failure));
    }
    socket.phase = Phase::listening;
    state.context.descriptors.find(socket.fd)->kind = DescriptorKind::listener;
    return {};
}

NetworkError accept_error(int failure) noexcept
{
    const NetworkError error = network_error(failure);
    const bool of_listener = error == NetworkError::would_block ||
                             error == NetworkError::new_socket_limit ||
                             error == NetworkError::out_of_memory;
    // Linux tells here what has happened to the new connection already.
    return of_listener ? error : NetworkError::connection_aborted;
}

Result<SocketOutcome<Connection>> tcp_accept(State& state, Borrow<TcpSocket> self) noexcept
{
    using Accepted = SocketOutcome<Connection>;
    const Socket& listener = socket_of(state, self.rep);
    if (listener.phase != Phase::listening) {
        return Accepted{refused(NetworkError::invalid_state)};
    }
    // The connection waits until there is room for it.
    const bool has_room =
        std::ranges::find(state.sockets, 0u, &Socket::users) != state.sockets.end() &&
        !state.context.descriptors.full();
    if (!has_room) return Accepted{refused(NetworkError::new_socket_limit)};
    int host = -1;
    do {
        host = ::accept4(host_of(state, listener), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    } while (host < 0 && errno == EINTR);
    if (host < 0) return Accepted{refused(accept_error(errno))};
    const OrErrno<uint32_t> socket = adopt_socket(state, listener.family, SOCK_STREAM, host);
    if (!socket) return Accepted{refused(network_error_of(socket.error))};
    state.sockets[socket.value].phase = Phase::connected;
    WRT_TRY(const Own<TcpSocket> made,
            make_user<TcpSocket>(state, Resource::Kind::tcp_socket, socket.value));
    WRT_TRY(const Streams streams, make_streams(state, socket.value));
    return Accepted{std::tuple_cat(std::tuple{made}, streams)};
}

SocketOutcome<IpSocketAddress> tcp_local_address(State& state, Borrow<TcpSocket> self) noexcept
{
    const Socket& socket = socket_of(state, self.rep);
    if (socket.phase == Phase::unbound || socket.phase == Phase::bind_started ||
        socket.phase == Phase::closed) {
        return refused(NetworkError::invalid_state);
    }
    const OrErrno<SocketAddress> address = SocketAddress::local(host_of(state, socket));
    if (!address) return refused(network_error_of(address.error));
    return address.value.to_wit();
}

SocketOutcome<IpSocketAddress> tcp_remote_address(State& state, Borrow<TcpSocket> self) noexcept
{
    const Socket& socket = socket_of(state, self.rep);
    if (socket.phase != Phase::connected) return refused(NetworkError::invalid_state);
    const OrErrno<SocketAddress> address = SocketAddress::remote(host_of(state, socket));
    if (!address) return refused(network_error_of(address.error));
    return address.value.to_wit();
}

bool tcp_is_listening(State& state, Borrow<TcpSocket> self) noexcept
{
    return socket_of(state, self.rep).phase == Phase::listening;
}

AddressFamily tcp_address_family(State& state, Borrow<TcpSocket> self) noexcept
{
    return socket_of(state, self.rep).family;
}

SocketOutcome<> tcp_set_backlog(State& state, Borrow<TcpSocket> self, uint64_t value) noexcept
{
    constexpr uint64_t most = 4096;  // the system's own bound, where nobody changed it
    Socket& socket = socket_of(state, self.rep);
    if (value == 0) return refused(NetworkError::invalid_argument);
    if (socket.phase == Phase::connect_started || socket.phase == Phase::connected ||
        socket.phase == Phase::closed) {
        return refused(NetworkError::invalid_state);
    }
    socket.backlog = static_cast<int>(std::min(value, most));
    if (socket.phase == Phase::listening && ::listen(host_of(state, socket), socket.backlog) != 0) {
        return refused(network_error(errno));
    }
    return {};
}

// Options. A number of the system's that WIT has in another unit is `unit` of WIT's.

template <class T, int Level, int Option, uint64_t Unit>
SocketOutcome<T> get(State& state, Borrow<TcpSocket> self) noexcept
{
    const OrErrno<int> value =
        get_option(host_of(state, socket_of(state, self.rep)), Level, Option);
    if (!value) return refused(network_error_of(value.error));
    return static_cast<T>(static_cast<uint64_t>(value.value) * Unit);
}

/// Larger values than the system's `Most` become that.
template <class T, int Level, int Option, uint64_t Unit, uint64_t Most>
SocketOutcome<> set(State& state, Borrow<TcpSocket> self, T value) noexcept
{
    if (value == 0) return refused(NetworkError::invalid_argument);
    const uint64_t units = uint64_t{value} / Unit + (uint64_t{value} % Unit != 0 ? 1 : 0);
    const Errno error = set_option(host_of(state, socket_of(state, self.rep)), Level, Option,
                                   static_cast<int>(std::min(units, Most)));
    if (error != Errno::success) return refused(network_error_of(error));
    return {};
}

SocketOutcome<bool> tcp_keep_alive(State& state, Borrow<TcpSocket> self) noexcept
{
    const OrErrno<int> value =
        get_option(host_of(state, socket_of(state, self.rep)), SOL_SOCKET, SO_KEEPALIVE);
    if (!value) return refused(network_error_of(value.error));
    return value.value != 0;
}

SocketOutcome<> tcp_set_keep_alive(State& state, Borrow<TcpSocket> self, bool value) noexcept
{
    const Errno error = set_option(host_of(state, socket_of(state, self.rep)), SOL_SOCKET,
                                   SO_KEEPALIVE, value ? 1 : 0);
    if (error != Errno::success) return refused(network_error_of(error));
    return {};
}

SocketOutcome<uint8_t> tcp_hop_limit(State& state, Borrow<TcpSocket> self) noexcept
{
    return hop_limit(state, socket_of(state, self.rep));
}

SocketOutcome<> tcp_set_hop_limit(State& state, Borrow<TcpSocket> self, uint8_t value) noexcept
{
    return set_hop_limit(state, socket_of(state, self.rep), value);
}

template <int Option>
SocketOutcome<uint64_t> tcp_buffer_size(State& state, Borrow<TcpSocket> self) noexcept
{
    return buffer_size(state, socket_of(state, self.rep), Option);
}

template <int Option>
SocketOutcome<> tcp_set_buffer_size(State& state, Borrow<TcpSocket> self, uint64_t value) noexcept
{
    return set_buffer_size(state, socket_of(state, self.rep), Option, value);
}

/// What it waits for depends on what the socket does when somebody waits.
Result<Own<Pollable>> tcp_subscribe(State& state, Borrow<TcpSocket> self) noexcept
{
    const uint32_t socket = state.at(self.rep).place;
    return state.make<Pollable>({.kind = Resource::Kind::pollable,
                                 .waited = state.sockets[socket].handle,
                                 .place = socket});
}

SocketOutcome<> tcp_shutdown(State& state, Borrow<TcpSocket> self, ShutdownType type) noexcept
{
    const Socket& socket = socket_of(state, self.rep);
    if (socket.phase != Phase::connected) return refused(NetworkError::invalid_state);
    const int how = type == ShutdownType::receive ? SHUT_RD
                    : type == ShutdownType::send  ? SHUT_WR
                                                  : SHUT_RDWR;
    // The other side may have gone already.
    if (::shutdown(host_of(state, socket), how) != 0 && errno != ENOTCONN) {
        return refused(network_error(errno));
    }
    return {};
}

// The largest values that Linux takes, in seconds.
constexpr uint64_t max_keep_idle = 32767;
constexpr uint64_t max_keep_interval = 32767;
constexpr uint64_t max_keep_count = 127;

constexpr HostFunctionRow tcp_functions[] = {
    row<&tcp_start_bind>("[method]tcp-socket.start-bind"),
    row<&tcp_finish_bind>("[method]tcp-socket.finish-bind"),
    row<&tcp_start_connect>("[method]tcp-socket.start-connect"),
    row<&tcp_finish_connect>("[method]tcp-socket.finish-connect"),
    row<&tcp_start_listen>("[method]tcp-socket.start-listen"),
    row<&tcp_finish_listen>("[method]tcp-socket.finish-listen"),
    row<&tcp_accept>("[method]tcp-socket.accept"),
    row<&tcp_local_address>("[method]tcp-socket.local-address"),
    row<&tcp_remote_address>("[method]tcp-socket.remote-address"),
    row<&tcp_is_listening>("[method]tcp-socket.is-listening"),
    row<&tcp_address_family>("[method]tcp-socket.address-family"),
    row<&tcp_set_backlog>("[method]tcp-socket.set-listen-backlog-size"),
    row<&tcp_keep_alive>("[method]tcp-socket.keep-alive-enabled"),
    row<&tcp_set_keep_alive>("[method]tcp-socket.set-keep-alive-enabled"),
    row<&get<uint64_t, IPPROTO_TCP, TCP_KEEPIDLE, ns_per_second>>(
        "[method]tcp-socket.keep-alive-idle-time"),
    row<&set<uint64_t, IPPROTO_TCP, TCP_KEEPIDLE, ns_per_second, max_keep_idle>>(
        "[method]tcp-socket.set-keep-alive-idle-time"),
    row<&get<uint64_t, IPPROTO_TCP, TCP_KEEPINTVL, ns_per_second>>(
        "[method]tcp-socket.keep-alive-interval"),
    row<&set<uint64_t, IPPROTO_TCP, TCP_KEEPINTVL, ns_per_second, max_keep_interval>>(
        "[method]tcp-socket.set-keep-alive-interval"),
    row<&get<uint32_t, IPPROTO_TCP, TCP_KEEPCNT, 1>>("[method]tcp-socket.keep-alive-count"),
    row<&set<uint32_t, IPPROTO_TCP, TCP_KEEPCNT, 1, max_keep_count>>(
        "[method]tcp-socket.set-keep-alive-count"),
    row<&tcp_hop_limit>("[method]tcp-socket.hop-limit"),
    row<&tcp_set_hop_limit>("[method]tcp-socket.set-hop-limit"),
    row<&tcp_buffer_size<SO_RCVBUF>>("[method]tcp-socket.receive-buffer-size"),
    row<&tcp_set_buffer_size<SO_RCVBUF>>("[method]tcp-socket.set-receive-buffer-size"),
    row<&tcp_buffer_size<SO_SNDBUF>>("[method]tcp-socket.send-buffer-size"),
    row<&tcp_set_buffer_size<SO_SNDBUF>>("[method]tcp-socket.set-send-buffer-size"),
    row<&tcp_subscribe>("[method]tcp-socket.subscribe"),
    row<&tcp_shutdown>("[method]tcp-socket.shutdown"),
};
constexpr HostResourceRow tcp_resources[] = {resource_row<TcpSocket>("tcp-socket")};
constexpr HostFunctionRow create_functions[] = {row<&create_tcp_socket>("create-tcp-socket")};

}  // namespace

Status add_tcp(component::Imports& imports, State& state) noexcept
{
    WRT_CHECK(imports.define("wasi:sockets/tcp@0.2.12", tcp_functions, tcp_resources, &state));
    return imports.define("wasi:sockets/tcp-create-socket@0.2.12", create_functions, {}, &state);
}

}  // namespace wrt::wasi::p2
