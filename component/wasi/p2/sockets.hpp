// What the interfaces of wasi:sockets share: the guest's sockets, addresses, and error codes.
// https://github.com/WebAssembly/WASI/tree/v0.2.12/proposals/sockets/wit
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "wasi/p2/poll.hpp"
#include "wasi/p2/state.hpp"

namespace wrt::wasi::p2 {

/// error-code of wasi:sockets/network.
enum class NetworkError : uint8_t {
    unknown,
    access_denied,
    not_supported,
    invalid_argument,
    out_of_memory,
    timeout,
    concurrency_conflict,
    not_in_progress,
    would_block,
    invalid_state,
    new_socket_limit,
    address_not_bindable,
    address_in_use,
    remote_unreachable,
    connection_refused,
    connection_reset,
    connection_aborted,
    datagram_too_large,
    name_unresolvable,
    temporary_resolver_failure,
    permanent_resolver_failure,
};
enum class ShutdownType : uint8_t { receive, send, both };

// Tags for Own and Borrow.
struct TcpSocket;
struct UdpSocket;
struct IncomingDatagramStream;
struct OutgoingDatagramStream;
struct ResolveAddressStream;

// Addresses as WIT has them.
using Ipv4Address = std::tuple<uint8_t, uint8_t, uint8_t, uint8_t>;
using Ipv6Address =
    std::tuple<uint16_t, uint16_t, uint16_t, uint16_t, uint16_t, uint16_t, uint16_t, uint16_t>;
using IpAddress = std::variant<Ipv4Address, Ipv6Address>;
struct Ipv4SocketAddress {
    uint16_t port = 0;
    Ipv4Address address;
};
struct Ipv6SocketAddress {
    uint16_t port = 0;
    uint32_t flow_info = 0;
    Ipv6Address address;
    uint32_t scope_id = 0;
};
using IpSocketAddress = std::variant<Ipv4SocketAddress, Ipv6SocketAddress>;

}  // namespace wrt::wasi::p2

template <>
inline constexpr uint32_t wrt::component::enum_cases<wrt::wasi::p2::NetworkError> = 21;
template <>
inline constexpr uint32_t wrt::component::enum_cases<wrt::wasi::p2::AddressFamily> = 2;
template <>
inline constexpr uint32_t wrt::component::enum_cases<wrt::wasi::p2::ShutdownType> = 3;

namespace wrt::wasi::p2 {

template <class T = void>
using SocketOutcome = Outcome<T, NetworkError>;

/// The code for a value of errno; of what nobody foresaw, `unknown`.
NetworkError network_error(int host) noexcept;
inline Failure<NetworkError> refused(NetworkError error) noexcept
{
    return Failure{error};
}

/// An address as the system takes it.
class SocketAddress {
public:
    SocketAddress() noexcept = default;
    explicit SocketAddress(const IpSocketAddress& address) noexcept;
    /// The local or the remote address of a socket.
    static OrErrno<SocketAddress> local(int host) noexcept;
    static OrErrno<SocketAddress> remote(int host) noexcept;

    IpSocketAddress to_wit() const noexcept;
    NetAddress address() const noexcept;
    uint16_t port() const noexcept;
    AddressFamily family() const noexcept
    {
        return raw_.any.sa_family == AF_INET6 ? AddressFamily::ipv6 : AddressFamily::ipv4;
    }

    /// 0.0.0.0 or "::".
    bool is_unspecified() const noexcept;
    bool is_multicast() const noexcept;
    /// One of IPv4 in the clothes of IPv6, which sockets of a guest do not take.
    bool is_ipv4_in_ipv6() const noexcept;

    const sockaddr* data() const noexcept { return &raw_.any; }
    sockaddr* data() noexcept { return &raw_.any; }
    socklen_t size() const noexcept
    {
        return family() == AddressFamily::ipv6 ? sizeof raw_.v6 : sizeof raw_.v4;
    }
    static constexpr socklen_t max_size = sizeof(sockaddr_in6);

    bool operator==(const SocketAddress& other) const noexcept
    {
        return family() == other.family() && port() == other.port() && address() == other.address();
    }

private:
    union Raw {
        sockaddr any;
        sockaddr_in v4;
        sockaddr_in6 v6;
    };
    Raw raw_{.v6 = {}};
};
IpAddress to_wit(const NetAddress& address) noexcept;

/// A socket that nobody uses yet. Of `type` SOCK_STREAM or SOCK_DGRAM.
OrErrno<uint32_t> open_socket(State& state, AddressFamily family, int type) noexcept;
/// The same of one that the system accepted; owns `host`.
OrErrno<uint32_t> adopt_socket(State& state, AddressFamily family, int type, int host) noexcept;
/// A resource that uses the socket.
template <class Tag>
Result<Own<Tag>> make_user(State& state, Resource::Kind kind, uint32_t socket) noexcept
{
    Socket& used = state.sockets[socket];
    ++used.users;
    return state.make<Tag>({.kind = kind, .fd = used.fd, .place = socket});
}

/// The socket that a resource uses, and its descriptor.
Socket& socket_of(State& state, uint32_t rep) noexcept;
int host_of(State& state, const Socket& socket) noexcept;

/// Binds, if the guest may be there; what else there is to say about it says finish_bind().
SocketOutcome<> start_bind(State& state, Socket& socket, const SocketAddress& local) noexcept;
SocketOutcome<> finish_bind(Socket& socket) noexcept;

// Options of both kinds of sockets.

SocketOutcome<uint8_t> hop_limit(State& state, const Socket& socket) noexcept;
SocketOutcome<> set_hop_limit(State& state, const Socket& socket, uint8_t value) noexcept;
/// `option` is SO_RCVBUF or SO_SNDBUF.
SocketOutcome<uint64_t> buffer_size(State& state, const Socket& socket, int option) noexcept;
SocketOutcome<> set_buffer_size(State& state, const Socket& socket, int option,
                                uint64_t value) noexcept;
OrErrno<int> get_option(int host, int level, int option) noexcept;
Errno set_option(int host, int level, int option, int value) noexcept;
inline NetworkError network_error_of(Errno error) noexcept
{
    return network_error(host_from_errno(error));
}

Status add_tcp(component::Imports& imports, State& state) noexcept;
Status add_udp(component::Imports& imports, State& state) noexcept;
Status add_name_lookup(component::Imports& imports, State& state) noexcept;

}  // namespace wrt::wasi::p2
