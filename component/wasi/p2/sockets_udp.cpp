// wasi:sockets/udp and udp-create-socket.
// https://github.com/WebAssembly/WASI/blob/v0.2.12/proposals/sockets/wit/udp.wit
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "wasi/p2/sockets.hpp"

namespace wrt::wasi::p2 {

namespace {

using Phase = Socket::Phase;

struct IncomingDatagram {
    std::span<const uint8_t> data;
    IpSocketAddress remote_address;
};
struct OutgoingDatagram {
    std::span<const uint8_t> data;
    std::optional<IpSocketAddress> remote_address;
};
using DatagramStreams = std::tuple<Own<IncomingDatagramStream>, Own<OutgoingDatagramStream>>;

/// The most datagrams of one receive() and one send().
constexpr uint16_t most_datagrams = 16;
/// How many datagrams of others, that the guest may not have, one receive() throws away.
constexpr uint32_t most_dropped = 64;

Result<SocketOutcome<Own<UdpSocket>>> create_udp_socket(State& state, AddressFamily family) noexcept
{
    const OrErrno<uint32_t> socket = open_socket(state, family, SOCK_DGRAM);
    if (!socket) {
        return SocketOutcome<Own<UdpSocket>>{refused(network_error_of(socket.error))};
    }
    WRT_TRY(const Own<UdpSocket> made,
            make_user<UdpSocket>(state, Resource::Kind::udp_socket, socket.value));
    return SocketOutcome<Own<UdpSocket>>{made};
}

SocketOutcome<> udp_start_bind(State& state, Borrow<UdpSocket> self, Borrow<Network>,
                               IpSocketAddress local_address) noexcept
{
    return start_bind(state, socket_of(state, self.rep), SocketAddress{local_address});
}

SocketOutcome<> udp_finish_bind(State& state, Borrow<UdpSocket> self) noexcept
{
    return finish_bind(socket_of(state, self.rep));
}

/// Why nothing can be sent there, if so.
std::optional<NetworkError> refusal(State& state, const Socket& socket,
                                    const SocketAddress& remote) noexcept
{
    if (remote.family() != socket.family || remote.is_ipv4_in_ipv6() || remote.is_unspecified() ||
        remote.port() == 0) {
        return NetworkError::invalid_argument;
    }
    if (!state.context.network.allows_connecting(remote.address(), remote.port())) {
        return NetworkError::access_denied;
    }
    return std::nullopt;
}

/// Takes the remote address away. Linux forgets a port that it chose itself with it, so it is bound
/// to that again. 0 or an errno.
int disconnect(int host) noexcept
{
    const OrErrno<SocketAddress> local = SocketAddress::local(host);
    sockaddr none{};
    none.sa_family = AF_UNSPEC;
    if (::connect(host, &none, sizeof none) != 0 && errno != EAFNOSUPPORT) return errno;
    const OrErrno<SocketAddress> left = SocketAddress::local(host);
    if (!local || !left || left.value.port() != 0) return 0;
    return ::bind(host, local.value.data(), local.value.size()) == 0 ? 0 : errno;
}

Result<SocketOutcome<DatagramStreams>>
udp_stream(State& state, Borrow<UdpSocket> self,
           std::optional<IpSocketAddress> remote_address) noexcept
{
    using Made = SocketOutcome<DatagramStreams>;
    Socket& socket = socket_of(state, self.rep);
    if (socket.phase != Phase::bound) return Made{refused(NetworkError::invalid_state)};
    const int host = host_of(state, socket);
    if (remote_address) {
        const SocketAddress remote{*remote_address};
        if (const auto error = refusal(state, socket, remote)) return Made{refused(*error)};
        // Linux lets go of the address that was before.
        if (::connect(host, remote.data(), remote.size()) != 0) {
            return Made{refused(errno == EADDRNOTAVAIL ? NetworkError::address_in_use
                                                       : network_error(errno))};
        }
    } else if (socket.has_remote) {
        if (const int failure = disconnect(host)) return Made{refused(network_error(failure))};
    }
    socket.has_remote = remote_address.has_value();
    socket.permits = 0;
    ++socket.association;
    const uint32_t index = state.at(self.rep).place;
    WRT_TRY(
        const Own<IncomingDatagramStream> incoming,
        make_user<IncomingDatagramStream>(state, Resource::Kind::incoming_datagram_stream, index));
    WRT_TRY(
        const Own<OutgoingDatagramStream> outgoing,
        make_user<OutgoingDatagramStream>(state, Resource::Kind::outgoing_datagram_stream, index));
    state.at(incoming.rep).at = socket.association;
    state.at(outgoing.rep).at = socket.association;
    return Made{DatagramStreams{incoming, outgoing}};
}

SocketOutcome<IpSocketAddress> udp_local_address(State& state, Borrow<UdpSocket> self) noexcept
{
    const Socket& socket = socket_of(state, self.rep);
    if (socket.phase != Phase::bound) return refused(NetworkError::invalid_state);
    const OrErrno<SocketAddress> address = SocketAddress::local(host_of(state, socket));
    if (!address) return refused(network_error_of(address.error));
    return address.value.to_wit();
}

SocketOutcome<IpSocketAddress> udp_remote_address(State& state, Borrow<UdpSocket> self) noexcept
{
    const Socket& socket = socket_of(state, self.rep);
    if (!socket.has_remote) return refused(NetworkError::invalid_state);
    const OrErrno<SocketAddress> address = SocketAddress::remote(host_of(state, socket));
    if (!address) return refused(network_error_of(address.error));
    return address.value.to_wit();
}

AddressFamily udp_address_family(State& state, Borrow<UdpSocket> self) noexcept
{
    return socket_of(state, self.rep).family;
}

SocketOutcome<uint8_t> udp_hop_limit(State& state, Borrow<UdpSocket> self) noexcept
{
    return hop_limit(state, socket_of(state, self.rep));
}

SocketOutcome<> udp_set_hop_limit(State& state, Borrow<UdpSocket> self, uint8_t value) noexcept
{
    return set_hop_limit(state, socket_of(state, self.rep), value);
}

template <int Option>
SocketOutcome<uint64_t> udp_buffer_size(State& state, Borrow<UdpSocket> self) noexcept
{
    return buffer_size(state, socket_of(state, self.rep), Option);
}

template <int Option>
SocketOutcome<> udp_set_buffer_size(State& state, Borrow<UdpSocket> self, uint64_t value) noexcept
{
    return set_buffer_size(state, socket_of(state, self.rep), Option, value);
}

/// Nothing that a UDP socket does takes time; its streams are waited for by themselves.
Result<Own<Pollable>> udp_subscribe(State& state, Borrow<UdpSocket>) noexcept
{
    return state.make<Pollable>({.kind = Resource::Kind::pollable});
}

// Streams.

/// Whether a later call of stream() has taken the socket away.
bool is_outdated(State& state, uint32_t stream) noexcept
{
    return state.at(stream).at != socket_of(state, stream).association;
}

/// The next datagram that the guest may have, in the call's memory. EAGAIN where there is none.
OrErrno<IncomingDatagram> receive_one(State& state, HostCall& call, const Socket& socket) noexcept
{
    const int host = host_of(state, socket);
    for (uint32_t dropped = 0; dropped < most_dropped;) {
        const uint32_t mark = call.memory.mark();
        const ssize_t size = ::recv(host, nullptr, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return errno_from_host(errno);
        const Result<uint32_t> at = call.memory.allocate(1, static_cast<uint64_t>(size));
        if (!at) return Errno::nomem;
        uint8_t* const data = call.memory.bytes().data() + *at;
        SocketAddress remote;
        socklen_t address_size = SocketAddress::max_size;
        const ssize_t received = ::recvfrom(host, data, static_cast<size_t>(size), MSG_DONTWAIT,
                                            remote.data(), &address_size);
        if (received < 0) return errno_from_host(errno);
        if (!socket.only_sends ||
            state.context.network.allows_connecting(remote.address(), remote.port())) {
            return IncomingDatagram{{data, static_cast<size_t>(received)}, remote.to_wit()};
        }
        call.memory.release(mark);
        ++dropped;
    }
    return Errno::again;
}

Result<SocketOutcome<std::span<const IncomingDatagram>>>
receive(State& state, HostCall& call, Borrow<IncomingDatagramStream> self,
        uint64_t max_results) noexcept
{
    using Received = SocketOutcome<std::span<const IncomingDatagram>>;
    if (is_outdated(state, self.rep)) return Received{refused(NetworkError::invalid_state)};
    const auto most = static_cast<size_t>(std::min<uint64_t>(max_results, most_datagrams));
    WRT_TRY(const uint32_t at,
            call.memory.allocate(alignof(IncomingDatagram), most * sizeof(IncomingDatagram)));
    auto* const first = reinterpret_cast<IncomingDatagram*>(call.memory.bytes().data() + at);
    size_t count = 0;
    for (; count < most; ++count) {
        const OrErrno<IncomingDatagram> datagram =
            receive_one(state, call, socket_of(state, self.rep));
        if (datagram) {
            std::construct_at(first + count, datagram.value);
            continue;
        }
        if (count == 0 && datagram.error != Errno::again) {
            return Received{refused(network_error_of(datagram.error))};
        }
        break;
    }
    return Received{std::span<const IncomingDatagram>{first, count}};
}

Result<Own<Pollable>> incoming_subscribe(State& state, Borrow<IncomingDatagramStream> self) noexcept
{
    return subscribe(state, state.at(self.rep).fd, POLLIN);
}

SocketOutcome<uint64_t> check_send(State& state, Borrow<OutgoingDatagramStream> self) noexcept
{
    if (is_outdated(state, self.rep)) return refused(NetworkError::invalid_state);
    Socket& socket = socket_of(state, self.rep);
    pollfd waited{.fd = host_of(state, socket), .events = POLLOUT, .revents = 0};
    socket.permits = ::poll(&waited, 1, 0) > 0 ? most_datagrams : 0;
    return socket.permits;
}

/// What is wrong with one datagram, or 0: the errno comes as the interface's code.
SocketOutcome<> send_one(State& state, const Socket& socket,
                         const OutgoingDatagram& datagram) noexcept
{
    const int host = host_of(state, socket);
    SocketAddress remote;
    if (datagram.remote_address) {
        remote = SocketAddress{*datagram.remote_address};
        if (const auto error = refusal(state, socket, remote)) return refused(*error);
        if (socket.has_remote) {
            const OrErrno<SocketAddress> associated = SocketAddress::remote(host);
            if (!associated || !(associated.value == remote)) {
                return refused(NetworkError::invalid_argument);
            }
        }
    } else if (!socket.has_remote) {
        return refused(NetworkError::invalid_argument);
    }
    const bool to_remote = !socket.has_remote;
    ssize_t sent = -1;
    do {
        sent =
            ::sendto(host, datagram.data.data(), datagram.data.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                     to_remote ? remote.data() : nullptr, to_remote ? remote.size() : 0);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) return refused(network_error(errno));
    return {};
}

Result<SocketOutcome<uint64_t>> send(State& state, Borrow<OutgoingDatagramStream> self,
                                     std::span<const OutgoingDatagram> datagrams) noexcept
{
    if (datagrams.empty()) return SocketOutcome<uint64_t>{uint64_t{0}};
    if (is_outdated(state, self.rep)) {
        return SocketOutcome<uint64_t>{refused(NetworkError::invalid_state)};
    }
    Socket& socket = socket_of(state, self.rep);
    // "Implementations must trap": more than check-send allowed.
    if (datagrams.size() > socket.permits) return Error{.code = Errc::host_failure};
    uint64_t count = 0;
    for (const OutgoingDatagram& datagram : datagrams) {
        const SocketOutcome<> sent = send_one(state, socket, datagram);
        if (!sent && count == 0 && sent.error() != NetworkError::would_block) {
            return SocketOutcome<uint64_t>{refused(sent.error())};
        }
        if (!sent) break;
        ++count;
        --socket.permits;
    }
    return SocketOutcome<uint64_t>{count};
}

Result<Own<Pollable>> outgoing_subscribe(State& state, Borrow<OutgoingDatagramStream> self) noexcept
{
    return subscribe(state, state.at(self.rep).fd, POLLOUT);
}

constexpr HostFunctionRow udp_functions[] = {
    row<&udp_start_bind>("[method]udp-socket.start-bind"),
    row<&udp_finish_bind>("[method]udp-socket.finish-bind"),
    row<&udp_stream>("[method]udp-socket.stream"),
    row<&udp_local_address>("[method]udp-socket.local-address"),
    row<&udp_remote_address>("[method]udp-socket.remote-address"),
    row<&udp_address_family>("[method]udp-socket.address-family"),
    row<&udp_hop_limit>("[method]udp-socket.unicast-hop-limit"),
    row<&udp_set_hop_limit>("[method]udp-socket.set-unicast-hop-limit"),
    row<&udp_buffer_size<SO_RCVBUF>>("[method]udp-socket.receive-buffer-size"),
    row<&udp_set_buffer_size<SO_RCVBUF>>("[method]udp-socket.set-receive-buffer-size"),
    row<&udp_buffer_size<SO_SNDBUF>>("[method]udp-socket.send-buffer-size"),
    row<&udp_set_buffer_size<SO_SNDBUF>>("[method]udp-socket.set-send-buffer-size"),
    row<&udp_subscribe>("[method]udp-socket.subscribe"),
    row<&receive>("[method]incoming-datagram-stream.receive"),
    row<&incoming_subscribe>("[method]incoming-datagram-stream.subscribe"),
    row<&check_send>("[method]outgoing-datagram-stream.check-send"),
    row<&send>("[method]outgoing-datagram-stream.send"),
    row<&outgoing_subscribe>("[method]outgoing-datagram-stream.subscribe"),
};
constexpr HostResourceRow udp_resources[] = {
    resource_row<UdpSocket>("udp-socket"),
    resource_row<IncomingDatagramStream>("incoming-datagram-stream"),
    resource_row<OutgoingDatagramStream>("outgoing-datagram-stream"),
};
constexpr HostFunctionRow create_functions[] = {row<&create_udp_socket>("create-udp-socket")};

}  // namespace

Status add_udp(component::Imports& imports, State& state) noexcept
{
    WRT_CHECK(imports.define("wasi:sockets/udp@0.2.12", udp_functions, udp_resources, &state));
    return imports.define("wasi:sockets/udp-create-socket@0.2.12", create_functions, {}, &state);
}

}  // namespace wrt::wasi::p2
