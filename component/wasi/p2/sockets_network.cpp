// wasi:sockets/network and instance-network, and what every socket has: a place in the guest's
// pool, a descriptor, an address it is bound to.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "wasi/p2/sockets.hpp"

namespace wrt::wasi::p2 {

namespace {

Result<Own<Network>> instance_network(State& state) noexcept
{
    return state.make<Network>({.kind = Resource::Kind::network});
}

/// Errors of other interfaces are none of the network's.
std::optional<NetworkError> network_error_code(State& state, Borrow<IoError> error) noexcept
{
    static constexpr NetworkError own[] = {
        NetworkError::timeout, NetworkError::remote_unreachable, NetworkError::connection_refused,
        NetworkError::connection_reset, NetworkError::connection_aborted};
    const NetworkError code = network_error_of(state.at(error.rep).error);
    return std::ranges::find(own, code) != std::end(own) ? std::optional{code} : std::nullopt;
}

constexpr HostFunctionRow instance_network_functions[] = {
    row<&instance_network>("instance-network")};
constexpr HostFunctionRow network_functions[] = {row<&network_error_code>("network-error-code")};
constexpr HostResourceRow network_resources[] = {resource_row<Network>("network")};

}  // namespace

NetworkError network_error(int host) noexcept
{
    switch (host) {
    case EACCES:
    case EPERM: return NetworkError::access_denied;
    case EOPNOTSUPP:
    case EAFNOSUPPORT:
    case EPFNOSUPPORT:
    case EPROTONOSUPPORT:
    case ENOPROTOOPT: return NetworkError::not_supported;
    case EINVAL:
    case EDESTADDRREQ: return NetworkError::invalid_argument;
    case ENOMEM:
    case ENOBUFS: return NetworkError::out_of_memory;
    case ETIMEDOUT: return NetworkError::timeout;
    case EALREADY: return NetworkError::concurrency_conflict;
    case EAGAIN: return NetworkError::would_block;
    case EISCONN:
    case ENOTCONN: return NetworkError::invalid_state;
    case EMFILE:
    case ENFILE: return NetworkError::new_socket_limit;
    case EADDRNOTAVAIL: return NetworkError::address_not_bindable;
    case EADDRINUSE: return NetworkError::address_in_use;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
    case ENONET: return NetworkError::remote_unreachable;
    case ECONNREFUSED: return NetworkError::connection_refused;
    case EPIPE:
    case ECONNRESET: return NetworkError::connection_reset;
    case ECONNABORTED: return NetworkError::connection_aborted;
    case EMSGSIZE: return NetworkError::datagram_too_large;
    default: return NetworkError::unknown;
    }
}

OrErrno<uint32_t> open_socket(State& state, AddressFamily family, int type) noexcept
{
    if (!state.context.network.allows_any()) return Errno::acces;
    const bool is_v6 = family == AddressFamily::ipv6;
    const int host = ::socket(is_v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (host < 0) return errno_from_host(errno);
    // An address of IPv4 is one of a socket of IPv4.
    const Errno error = is_v6 ? set_option(host, IPPROTO_IPV6, IPV6_V6ONLY, 1) : Errno::success;
    if (error != Errno::success) {
        ::close(host);
        return error;
    }
    return adopt_socket(state, family, type, host);
}

OrErrno<uint32_t> adopt_socket(State& state, AddressFamily family, int type, int host) noexcept
{
    const auto place = std::ranges::find(state.sockets, 0u, &Socket::users);
    if (place == state.sockets.end()) {
        ::close(host);
        return Errno::mfile;
    }
    Descriptor descriptor;
    descriptor.host = host;
    descriptor.kind = DescriptorKind::socket;
    descriptor.type = type == SOCK_DGRAM ? FileType::socket_dgram : FileType::socket_stream;
    descriptor.base = right::of_socket;
    const OrErrno<Fd> fd = state.context.descriptors.insert(descriptor);
    if (!fd) return fd.error;
    *place = Socket{.fd = fd.value, .family = family};
    place->handle = state.context.descriptors.handle_of(fd.value).value;
    return static_cast<uint32_t>(place - state.sockets.begin());
}

void release_socket(State& state, uint32_t socket) noexcept
{
    Socket& used = state.sockets[socket];
    WRT_ASSERT(used.users > 0);
    if (--used.users == 0) state.context.descriptors.close(used.fd);
}

Socket& socket_of(State& state, uint32_t rep) noexcept
{
    return state.sockets[state.at(rep).place];
}

int host_of(State& state, const Socket& socket) noexcept
{
    const Descriptor* const descriptor = state.context.descriptors.find(socket.handle);
    WRT_ASSERT(descriptor != nullptr);  // it closes with its socket
    return descriptor->host;
}

SocketOutcome<> start_bind(State& state, Socket& socket, const SocketAddress& local) noexcept
{
    if (socket.phase == Socket::Phase::bind_started ||
        socket.phase == Socket::Phase::listen_started ||
        socket.phase == Socket::Phase::connect_started) {
        return refused(NetworkError::concurrency_conflict);
    }
    if (socket.phase != Socket::Phase::unbound) return refused(NetworkError::invalid_state);
    if (local.family() != socket.family || local.is_ipv4_in_ipv6()) {
        return refused(NetworkError::invalid_argument);
    }
    const wasi::Network& network = state.context.network;
    const bool listens = network.allows_listening(local.address(), local.port());
    // Who may send has an address to send from.
    if (!listens && (local.port() != 0 || !network.allows_sending())) {
        return refused(NetworkError::access_denied);
    }
    socket.only_sends = !listens;
    const int host = host_of(state, socket);
    socket.failure = ::bind(host, local.data(), local.size()) == 0 ? 0 : errno;
    if (socket.failure == EACCES) return refused(NetworkError::access_denied);
    socket.phase = Socket::Phase::bind_started;
    return {};
}

SocketOutcome<> finish_bind(Socket& socket) noexcept
{
    if (socket.phase != Socket::Phase::bind_started) return refused(NetworkError::not_in_progress);
    socket.phase = socket.failure == 0 ? Socket::Phase::bound : Socket::Phase::unbound;
    if (socket.failure != 0) return refused(network_error(socket.failure));
    return {};
}

Status add_sockets(component::Imports& imports, State& state) noexcept
{
    WRT_CHECK(imports.define("wasi:sockets/network@0.2.12", network_functions, network_resources,
                             &state));
    WRT_CHECK(imports.define("wasi:sockets/instance-network@0.2.12", instance_network_functions, {},
                             &state));
    WRT_CHECK(add_tcp(imports, state));
    WRT_CHECK(add_udp(imports, state));
    return add_name_lookup(imports, state);
}

}  // namespace wrt::wasi::p2
