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
};

/// "127.0.0.1" or "::1"; nothing for what is no address.
std::optional<NetAddress> parse_address(std::string_view text) noexcept;

/// Names compare without regard to case and to one dot at the end.
bool same_name(std::string_view left, std::string_view right) noexcept;

struct NetworkRule {
    enum class Host : uint8_t {
        any,        ///< Every address and name.
        network,    ///< The addresses that have the first `prefix_bits` bits of `address`.
        name,       ///< `name`. "localhost" is also every loopback address.
        subdomain,  ///< Every name that ends in a dot and `name`.
    };
    Host host = Host::any;
    uint8_t prefix_bits = 0;
    NetAddress address;
    std::string_view name;
    uint16_t first_port = 0;
    uint16_t last_port = 65535;

    bool has_port(uint16_t port) const noexcept { return port >= first_port && port <= last_port; }
    bool has_address(const NetAddress& of) const noexcept;
    bool has_name(std::string_view of) const noexcept;
};

/// Everything.
inline constexpr NetworkRule any_host{};

/// HOST or HOST:PORT. HOST is a name, *.NAME, an address, ADDRESS/BITS or *; an IPv6 address before
/// a port stands in brackets. PORT is a number, FIRST-LAST or *, which is also what its absence
/// means. `name` of the result is a part of `text`.
std::optional<NetworkRule> parse_network_rule(std::string_view text) noexcept;

}  // namespace wrt::wasi
