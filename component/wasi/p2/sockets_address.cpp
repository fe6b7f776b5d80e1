// Addresses: WIT's, the system's, and those of rules.
#include <arpa/inet.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "wasi/p2/sockets.hpp"

namespace wrt::wasi::p2 {

namespace {

Ipv4Address wit_of(const in_addr& address) noexcept
{
    std::array<uint8_t, 4> b;
    std::memcpy(b.data(), &address, b.size());
    return {b[0], b[1], b[2], b[3]};
}

Ipv6Address wit_of(const in6_addr& address) noexcept
{
    std::array<uint16_t, 8> w;
    std::memcpy(w.data(), &address, 16);
    for (uint16_t& word : w)
        word = ntohs(word);
    return {w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]};
}

using GetName = int (*)(int, sockaddr*, socklen_t*);

OrErrno<SocketAddress> name_of_socket(int host, GetName get) noexcept
{
    SocketAddress address;
    socklen_t size = SocketAddress::max_size;
    if (get(host, address.data(), &size) != 0) return errno_from_host(errno);
    return address;
}

}  // namespace

SocketAddress::SocketAddress(const IpSocketAddress& address) noexcept
{
    if (const auto* const v4 = std::get_if<Ipv4SocketAddress>(&address)) {
        raw_.v4.sin_family = AF_INET;
        raw_.v4.sin_port = htons(v4->port);
        const auto [a, b, c, d] = v4->address;
        const std::array<uint8_t, 4> bytes{a, b, c, d};
        std::memcpy(&raw_.v4.sin_addr, bytes.data(), bytes.size());
        return;
    }
    const Ipv6SocketAddress& v6 = *std::get_if<Ipv6SocketAddress>(&address);
    raw_.v6.sin6_family = AF_INET6;
    raw_.v6.sin6_port = htons(v6.port);
    raw_.v6.sin6_flowinfo = htonl(v6.flow_info);
    raw_.v6.sin6_scope_id = v6.scope_id;
    std::array<uint16_t, 8> words;
    std::apply([&](auto... word) { words = {htons(word)...}; }, v6.address);
    std::memcpy(&raw_.v6.sin6_addr, words.data(), 16);
}

OrErrno<SocketAddress> SocketAddress::local(int host) noexcept
{
    return name_of_socket(host, &::getsockname);
}

OrErrno<SocketAddress> SocketAddress::remote(int host) noexcept
{
    return name_of_socket(host, &::getpeername);
}

IpSocketAddress SocketAddress::to_wit() const noexcept
{
    if (family() == AddressFamily::ipv4) return Ipv4SocketAddress{port(), wit_of(raw_.v4.sin_addr)};
    return Ipv6SocketAddress{port(), ntohl(raw_.v6.sin6_flowinfo), wit_of(raw_.v6.sin6_addr),
                             raw_.v6.sin6_scope_id};
}

NetAddress SocketAddress::address() const noexcept
{
    NetAddress address;
    address.is_v6 = family() == AddressFamily::ipv6;
    if (address.is_v6) {
        std::memcpy(address.bytes.data(), &raw_.v6.sin6_addr, 16);
    } else {
        std::memcpy(address.bytes.data(), &raw_.v4.sin_addr, 4);
    }
    return address;
}

uint16_t SocketAddress::port() const noexcept
{
    return ntohs(family() == AddressFamily::ipv6 ? raw_.v6.sin6_port : raw_.v4.sin_port);
}

bool SocketAddress::is_unspecified() const noexcept
{
    const NetAddress of = address();
    return std::ranges::all_of(of.bytes, [](uint8_t byte) { return byte == 0; });
}

bool SocketAddress::is_multicast() const noexcept
{
    const NetAddress of = address();
    return of.is_v6 ? of.bytes[0] == 0xff : of.bytes[0] >= 224 && of.bytes[0] < 240;
}

bool SocketAddress::is_ipv4_in_ipv6() const noexcept
{
    if (family() == AddressFamily::ipv4) return false;
    const in6_addr& of = raw_.v6.sin6_addr;
    return IN6_IS_ADDR_V4MAPPED(&of) || IN6_IS_ADDR_V4COMPAT(&of);
}

IpAddress to_wit(const NetAddress& address) noexcept
{
    if (address.is_v6) {
        in6_addr v6;
        std::memcpy(&v6, address.bytes.data(), 16);
        return wit_of(v6);
    }
    in_addr v4;
    std::memcpy(&v4, address.bytes.data(), 4);
    return wit_of(v4);
}

}  // namespace wrt::wasi::p2
