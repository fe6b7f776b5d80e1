// wasi:sockets, which refuse: a guest gets no socket, so that there is nothing to call a method of.
// https://github.com/WebAssembly/WASI/tree/v0.2.12/proposals/sockets/wit
#include "wasi/p2/state.hpp"

namespace wrt::wasi::p2 {

/// error-code of wasi:sockets/network; the first two of 21.
enum class NetworkError : uint8_t { unknown, access_denied };
enum class AddressFamily : uint8_t { ipv4, ipv6 };

struct TcpSocket;
struct UdpSocket;
struct IncomingDatagramStream;
struct OutgoingDatagramStream;
struct ResolveAddressStream;

}  // namespace wrt::wasi::p2

template <>
inline constexpr uint32_t wrt::component::enum_cases<wrt::wasi::p2::NetworkError> = 21;
template <>
inline constexpr uint32_t wrt::component::enum_cases<wrt::wasi::p2::AddressFamily> = 2;

namespace wrt::wasi::p2 {

namespace {

template <class Tag>
using SocketOutcome = Outcome<Own<Tag>, NetworkError>;

Result<Own<Network>> instance_network(State& state) noexcept
{
    return state.make<Network>({.kind = Resource::Kind::network});
}

/// Errors of other interfaces are none of the network's.
std::optional<NetworkError> network_error_code(State&, Borrow<IoError>) noexcept
{
    return std::nullopt;
}

template <class Tag>
SocketOutcome<Tag> create_socket(State&, AddressFamily) noexcept
{
    return Failure{NetworkError::access_denied};
}

SocketOutcome<ResolveAddressStream> resolve_addresses(State&, Borrow<Network>,
                                                      std::string_view) noexcept
{
    return Failure{NetworkError::access_denied};
}

/// A method of what does not exist.
Status refuse_call(void*, HostCall&)
{
    return Error{.code = Errc::host_failure};
}

constexpr HostFunctionRow refuse(std::string_view name) noexcept
{
    return {.name = name, .function = &refuse_call};
}

constexpr HostFunctionRow instance_network_functions[] = {
    row<&instance_network>("instance-network")};
constexpr HostFunctionRow network_functions[] = {row<&network_error_code>("network-error-code")};
constexpr HostResourceRow network_resources[] = {resource_row<Network>("network")};
constexpr HostFunctionRow create_tcp_functions[] = {
    row<&create_socket<TcpSocket>>("create-tcp-socket")};
constexpr HostFunctionRow create_udp_functions[] = {
    row<&create_socket<UdpSocket>>("create-udp-socket")};
constexpr HostResourceRow tcp_resources[] = {resource_row<TcpSocket>("tcp-socket")};
constexpr HostResourceRow udp_resources[] = {
    resource_row<UdpSocket>("udp-socket"),
    resource_row<IncomingDatagramStream>("incoming-datagram-stream"),
    resource_row<OutgoingDatagramStream>("outgoing-datagram-stream"),
};
constexpr HostResourceRow lookup_resources[] = {
    resource_row<ResolveAddressStream>("resolve-address-stream")};
constexpr HostFunctionRow lookup_functions[] = {
    row<&resolve_addresses>("resolve-addresses"),
    refuse("[method]resolve-address-stream.resolve-next-address"),
    refuse("[method]resolve-address-stream.subscribe"),
};
constexpr HostFunctionRow tcp_functions[] = {
    refuse("[method]tcp-socket.start-bind"),
    refuse("[method]tcp-socket.finish-bind"),
    refuse("[method]tcp-socket.start-connect"),
    refuse("[method]tcp-socket.finish-connect"),
    refuse("[method]tcp-socket.start-listen"),
    refuse("[method]tcp-socket.finish-listen"),
    refuse("[method]tcp-socket.accept"),
    refuse("[method]tcp-socket.local-address"),
    refuse("[method]tcp-socket.remote-address"),
    refuse("[method]tcp-socket.is-listening"),
    refuse("[method]tcp-socket.address-family"),
    refuse("[method]tcp-socket.set-listen-backlog-size"),
    refuse("[method]tcp-socket.keep-alive-enabled"),
    refuse("[method]tcp-socket.set-keep-alive-enabled"),
    refuse("[method]tcp-socket.keep-alive-idle-time"),
    refuse("[method]tcp-socket.set-keep-alive-idle-time"),
    refuse("[method]tcp-socket.keep-alive-interval"),
    refuse("[method]tcp-socket.set-keep-alive-interval"),
    refuse("[method]tcp-socket.keep-alive-count"),
    refuse("[method]tcp-socket.set-keep-alive-count"),
    refuse("[method]tcp-socket.hop-limit"),
    refuse("[method]tcp-socket.set-hop-limit"),
    refuse("[method]tcp-socket.receive-buffer-size"),
    refuse("[method]tcp-socket.set-receive-buffer-size"),
    refuse("[method]tcp-socket.send-buffer-size"),
    refuse("[method]tcp-socket.set-send-buffer-size"),
    refuse("[method]tcp-socket.subscribe"),
    refuse("[method]tcp-socket.shutdown"),
};
constexpr HostFunctionRow udp_functions[] = {
    refuse("[method]udp-socket.start-bind"),
    refuse("[method]udp-socket.finish-bind"),
    refuse("[method]udp-socket.stream"),
    refuse("[method]udp-socket.local-address"),
    refuse("[method]udp-socket.remote-address"),
    refuse("[method]udp-socket.address-family"),
    refuse("[method]udp-socket.unicast-hop-limit"),
    refuse("[method]udp-socket.set-unicast-hop-limit"),
    refuse("[method]udp-socket.receive-buffer-size"),
    refuse("[method]udp-socket.set-receive-buffer-size"),
    refuse("[method]udp-socket.send-buffer-size"),
    refuse("[method]udp-socket.set-send-buffer-size"),
    refuse("[method]udp-socket.subscribe"),
    refuse("[method]incoming-datagram-stream.receive"),
    refuse("[method]incoming-datagram-stream.subscribe"),
    refuse("[method]outgoing-datagram-stream.check-send"),
    refuse("[method]outgoing-datagram-stream.send"),
    refuse("[method]outgoing-datagram-stream.subscribe"),
};

}  // namespace

Status add_sockets(component::Imports& imports, State& state) noexcept
{
    const auto define = [&](std::string_view interface, std::span<const HostFunctionRow> functions,
                            std::span<const HostResourceRow> resources) {
        return imports.define(interface, functions, resources, &state);
    };
    WRT_CHECK(define("wasi:sockets/network@0.2.12", network_functions, network_resources));
    WRT_CHECK(define("wasi:sockets/instance-network@0.2.12", instance_network_functions, {}));
    WRT_CHECK(define("wasi:sockets/tcp@0.2.12", tcp_functions, tcp_resources));
    WRT_CHECK(define("wasi:sockets/tcp-create-socket@0.2.12", create_tcp_functions, {}));
    WRT_CHECK(define("wasi:sockets/udp@0.2.12", udp_functions, udp_resources));
    WRT_CHECK(define("wasi:sockets/udp-create-socket@0.2.12", create_udp_functions, {}));
    return define("wasi:sockets/ip-name-lookup@0.2.12", lookup_functions, lookup_resources);
}

}  // namespace wrt::wasi::p2
