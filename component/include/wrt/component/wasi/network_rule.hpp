// One line of what a guest may use of the network: hosts and ports.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wrt::wasi {

/// An address of the Internet, in the order of its bytes on the wire.
struct NetAddress {
    bool is_v6 = false;
    std::array<uint8_t, 16> bytes{};  ///< Of IPv4, the first four.

    bool operator==(const NetAddress&) const noexcept = default;
    bool is_loopback() const noexcept;
    /// Whether it is somebody's on the Internet: not of this machine, a private network, a link or
    /// a group, and not set aside for any other use. Addresses that stand for one of IPv4 are what
    /// that is. https://www.iana.org/assignments/iana-ipv4-special-registry and ...-ipv6-...
    bool is_public() const noexcept;
};

/// "127.0.0.1" or "::1"; nothing for what is no address.
std::optional<NetAddress> parse_address(std::string_view text) noexcept;

/// Names compare without regard to case and to one dot at the end.
bool same_name(std::string_view left, std::string_view right) noexcept;

struct NetworkRule {
    enum class Host : uint8_t {
        any,  ///< Every address and name.
        /// The addresses that have the first `prefix_bits` bits of `address`. One of ::ffff:0:0/96
        /// is the IPv4 address in it, unless the network lies there itself.
        network,
        name,       ///< `name`. "localhost" is also every loopback address.
        subdomain,  ///< Every name that ends in a dot and `name`.
    };
    Host host = Host::any;
    uint8_t prefix_bits = 0;
    NetAddress address;
    std::string_view name;
    uint16_t first_port = 0;
    uint16_t last_port = 65535;
    /// Of names: whether the addresses that they turn out to have may be others than public ones.
    bool may_be_private = false;

    bool has_port(uint16_t port) const noexcept { return port >= first_port && port <= last_port; }
    bool has_address(const NetAddress& of) const noexcept;
    bool has_name(std::string_view of) const noexcept;
    /// Whether `of`, being looked up, may be talked to at that address. A name that is allowed does
    /// not make addresses allowed that are not public, whoever answers for it; a rule of addresses
    /// does.
    bool has_address_of_name(std::string_view of, const NetAddress& found) const noexcept
    {
        return has_address(found) || (has_name(of) && (may_be_private || found.is_public()));
    }
};

/// Everything.
inline constexpr NetworkRule any_host{};

/// HOST, HOST:PORT, and either with =private behind a name (`may_be_private`). HOST is a name,
/// *.NAME, an address, ADDRESS/BITS or *; an IPv6 address before a port stands in brackets. PORT is
/// a number, FIRST-LAST or *, which is also what its absence means. `name` of the result is a part
/// of `text`.
std::optional<NetworkRule> parse_network_rule(std::string_view text) noexcept;

}  // namespace wrt::wasi
