#include <wrt/component/wasi/network_rule.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace wrt::wasi {

namespace {

template <class T>
std::optional<T> number_from(std::string_view text, T most) noexcept
{
    uint32_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stopped != end || number > most) return std::nullopt;
    return static_cast<T>(number);
}

bool parse_ports(std::string_view text, NetworkRule& rule) noexcept
{
    if (text == "*") return true;
    const size_t dash = text.find('-');
    const auto first = number_from<uint16_t>(text.substr(0, dash), 65535);
    if (!first) return false;
    rule.first_port = *first;
    rule.last_port = *first;
    if (dash == std::string_view::npos) return true;
    const auto last = number_from<uint16_t>(text.substr(dash + 1), 65535);
    if (!last || *last < *first) return false;
    rule.last_port = *last;
    return true;
}

constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view without_dot(std::string_view name) noexcept
{
    if (name.ends_with('.')) name.remove_suffix(1);
    return name;
}

bool is_name(std::string_view text) noexcept
{
    constexpr size_t longest = 253;  // RFC 1035, without the dot at the end
    text = without_dot(text);
    if (text.empty() || text.size() > longest || text.front() == '.') return false;
    if (text.find("..") != std::string_view::npos) return false;
    return std::ranges::all_of(text, [](char c) {
        const char small = lower(c);
        return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    });
}

bool parse_host(std::string_view text, NetworkRule& rule) noexcept
{
    if (text == "*") return true;
    const size_t slash = text.find('/');
    if (const auto address = parse_address(text.substr(0, slash))) {
        const uint8_t most = address->is_v6 ? 128 : 32;
        const auto bits = slash == std::string_view::npos
                              ? std::optional<uint8_t>{most}
                              : number_from<uint8_t>(text.substr(slash + 1), most);
        if (!bits) return false;
        rule.host = NetworkRule::Host::network;
        rule.prefix_bits = *bits;
        rule.address = *address;
        return true;
    }
    rule.host = NetworkRule::Host::name;
    if (text.starts_with("*.")) {
        rule.host = NetworkRule::Host::subdomain;
        text.remove_prefix(2);
    }
    // 127.1 and 300.0.0.1 are no names: no top-level domain begins with a digit.
    const std::string_view plain = without_dot(text);
    const size_t dot = plain.rfind('.');
    const std::string_view last = dot == std::string_view::npos ? plain : plain.substr(dot + 1);
    if (!is_name(text) || (last.front() >= '0' && last.front() <= '9')) return false;
    rule.name = plain;
    return true;
}

}  // namespace

bool NetAddress::is_loopback() const noexcept
{
    if (!is_v6) return bytes[0] == 127;
    return bytes[15] == 1 &&
           std::all_of(bytes.begin(), bytes.end() - 1, [](uint8_t byte) { return byte == 0; });
}

namespace {

struct Block {
    NetAddress address;
    uint8_t bits;
};

constexpr Block v4(uint8_t a, uint8_t b, uint8_t c, uint8_t bits) noexcept
{
    return {{false, {a, b, c}}, bits};
}
constexpr Block v6(uint16_t a, uint16_t b, uint16_t c, uint8_t bits) noexcept
{
    return {{true,
             {static_cast<uint8_t>(a >> 8), static_cast<uint8_t>(a), static_cast<uint8_t>(b >> 8),
              static_cast<uint8_t>(b), static_cast<uint8_t>(c >> 8), static_cast<uint8_t>(c)}},
            bits};
}

constexpr Block not_public[] = {
    v4(0, 0, 0, 8),            // this network
    v4(10, 0, 0, 8),           // private
    v4(100, 64, 0, 10),        // a provider's
    v4(127, 0, 0, 8),          // loopback
    v4(169, 254, 0, 16),       // link, and where clouds have their metadata
    v4(172, 16, 0, 12),        // private
    v4(192, 0, 0, 24),         // protocols
    v4(192, 0, 2, 24),         // documentation
    v4(192, 88, 99, 24),       // relays of 6to4
    v4(192, 168, 0, 16),       // private
    v4(198, 18, 0, 15),        // benchmarks
    v4(198, 51, 100, 24),      // documentation
    v4(203, 0, 113, 24),       // documentation
    v4(224, 0, 0, 4),          // groups
    v4(240, 0, 0, 4),          // reserved, and everybody
    v6(0x2001, 0, 0, 23),      // protocols, Teredo among them
    v6(0x2001, 0xdb8, 0, 32),  // documentation
    v6(0x3fff, 0, 0, 20),      // documentation
};

/// What is given to networks; all else is private, of a link, a group, or nobody's yet.
constexpr Block unicast_v6 = v6(0x2000, 0, 0, 3);

/// Where an address of IPv6 has one of IPv4 in it that it stands for.
struct Embedding {
    Block block;
    size_t offset;
};
constexpr Block mapped{{true, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}}, 96};
constexpr Embedding embeddings[] = {
    {mapped, 12},
    {v6(0x64, 0xff9b, 0, 96), 12},  // translated
    {v6(0x2002, 0, 0, 16), 2},      // 6to4
    {v6(0, 0, 0, 96), 12},          // compatible; unspecified and loopback are as 0.0.0.0/8
};

bool is_in(const NetAddress& of, const NetAddress& network, size_t prefix_bits) noexcept
{
    if (of.is_v6 != network.is_v6) return false;
    for (size_t i = 0; i * 8 < prefix_bits; ++i) {
        const size_t bits = std::min<size_t>(prefix_bits - i * 8, 8);
        const auto mask = static_cast<uint8_t>(0xff00u >> bits);
        if (((of.bytes[i] ^ network.bytes[i]) & mask) != 0) return false;
    }
    return true;
}

bool is_in(const NetAddress& of, const Block& block) noexcept
{
    return is_in(of, block.address, block.bits);
}

/// What it stands for, or it.
NetAddress meant_by(const NetAddress& address) noexcept
{
    for (const Embedding& embedding : embeddings) {
        if (!is_in(address, embedding.block)) continue;
        NetAddress inner;
        std::copy_n(address.bytes.begin() + static_cast<std::ptrdiff_t>(embedding.offset), 4,
                    inner.bytes.begin());
        return inner;
    }
    return address;
}

}  // namespace

bool NetAddress::is_public() const noexcept
{
    const NetAddress meant = meant_by(*this);
    if (meant.is_v6 && !is_in(meant, unicast_v6)) return false;
    return std::ranges::none_of(not_public,
                                [&](const Block& block) { return is_in(meant, block); });
}

std::optional<NetAddress> parse_address(std::string_view text) noexcept
{
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size()) return std::nullopt;
    std::ranges::copy(text, terminated.begin());
    NetAddress address;
    if (::inet_pton(AF_INET, terminated.data(), address.bytes.data()) == 1) return address;
    address.is_v6 = true;
    if (::inet_pton(AF_INET6, terminated.data(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

bool same_name(std::string_view left, std::string_view right) noexcept
{
    return std::ranges::equal(without_dot(left), without_dot(right), {}, lower, lower);
}

bool NetworkRule::has_address(const NetAddress& of) const noexcept
{
    switch (host) {
    case Host::any: return true;
    case Host::name: return of.is_loopback() && same_name(name, "localhost");
    case Host::subdomain: return false;
    case Host::network: break;
    }
    // The system connects to it over IPv4: a network of IPv6 that has it by being large does not
    // mean it.
    if (is_in(of, mapped) && prefix_bits < mapped.bits)
        return is_in(meant_by(of), address, prefix_bits);
    return is_in(of, address, prefix_bits);
}

bool NetworkRule::has_name(std::string_view of) const noexcept
{
    of = without_dot(of);
    switch (host) {
    case Host::any: return true;
    case Host::network: return false;
    case Host::name: return same_name(name, of);
    case Host::subdomain: break;
    }
    return of.size() > name.size() + 1 && of[of.size() - name.size() - 1] == '.' &&
           same_name(of.substr(of.size() - name.size()), name);
}

std::optional<NetworkRule> parse_network_rule(std::string_view text) noexcept
{
    NetworkRule rule;
    constexpr std::string_view private_too = "=private";
    rule.may_be_private = text.ends_with(private_too);
    if (rule.may_be_private) text.remove_suffix(private_too.size());
    std::string_view host = text;
    std::string_view ports = "*";
    if (text.starts_with('[')) {
        const size_t bracket = text.find(']');
        if (bracket == std::string_view::npos) return std::nullopt;
        host = text.substr(1, bracket - 1);
        if (host.find(':') == std::string_view::npos) return std::nullopt;
        const std::string_view rest = text.substr(bracket + 1);
        if (!rest.empty() && !rest.starts_with(':')) return std::nullopt;
        if (!rest.empty()) ports = rest.substr(1);
    } else if (const size_t colon = text.find(':');
               colon != std::string_view::npos && colon == text.rfind(':')) {
        host = text.substr(0, colon);
        ports = text.substr(colon + 1);
    }
    if (!parse_host(host, rule) || !parse_ports(ports, rule)) return std::nullopt;
    const bool is_of_names =
        rule.host == NetworkRule::Host::name || rule.host == NetworkRule::Host::subdomain;
    if (rule.may_be_private && !is_of_names) return std::nullopt;
    return rule;
}

}  // namespace wrt::wasi
