// Options that sockets of TCP and of UDP have.
#include <cerrno>
#include <limits>

#include "wasi/p2/sockets.hpp"

namespace wrt::wasi::p2 {

namespace {

struct OptionName {
    int level;
    int option;
};

constexpr OptionName hops_of(AddressFamily family) noexcept
{
    if (family == AddressFamily::ipv6) return {IPPROTO_IPV6, IPV6_UNICAST_HOPS};
    return {IPPROTO_IP, IP_TTL};
}

}  // namespace

OrErrno<int> get_option(int host, int level, int option) noexcept
{
    int value = 0;
    socklen_t size = sizeof value;
    if (::getsockopt(host, level, option, &value, &size) != 0) return errno_from_host(errno);
    return value;
}

Errno set_option(int host, int level, int option, int value) noexcept
{
    if (::setsockopt(host, level, option, &value, sizeof value) == 0) return Errno::success;
    return errno_from_host(errno);
}

SocketOutcome<uint8_t> hop_limit(State& state, const Socket& socket) noexcept
{
    const auto [level, option] = hops_of(socket.family);
    const OrErrno<int> value = get_option(host_of(state, socket), level, option);
    if (!value) return refused(network_error_of(value.error));
    return static_cast<uint8_t>(value.value);
}

SocketOutcome<> set_hop_limit(State& state, const Socket& socket, uint8_t value) noexcept
{
    if (value == 0) return refused(NetworkError::invalid_argument);
    const auto [level, option] = hops_of(socket.family);
    const Errno error = set_option(host_of(state, socket), level, option, value);
    if (error != Errno::success) return refused(network_error_of(error));
    return {};
}

SocketOutcome<uint64_t> buffer_size(State& state, const Socket& socket, int option) noexcept
{
    const OrErrno<int> value = get_option(host_of(state, socket), SOL_SOCKET, option);
    if (!value) return refused(network_error_of(value.error));
    // Linux takes as much again for its own use, and tells the sum.
    return static_cast<uint64_t>(value.value) / 2;
}

SocketOutcome<> set_buffer_size(State& state, const Socket& socket, int option,
                                uint64_t value) noexcept
{
    if (value == 0) return refused(NetworkError::invalid_argument);
    constexpr uint64_t most = std::numeric_limits<int>::max() / 2;
    const auto size = static_cast<int>(value < most ? value : most);
    const Errno error = set_option(host_of(state, socket), SOL_SOCKET, option, size);
    if (error != Errno::success) return refused(network_error_of(error));
    return {};
}

}  // namespace wrt::wasi::p2
