#include "authority.hpp"

#include <algorithm>
#include <charconv>

namespace wrtd::http {

std::optional<Authority> parse_authority(std::string_view text, uint16_t default_port)
{
    Authority authority;
    authority.port = default_port;
    const bool is_bracketed = text.starts_with('[');
    const size_t end = is_bracketed ? text.find(']') : text.find(':');
    if (is_bracketed && end == std::string_view::npos) return std::nullopt;
    authority.host = is_bracketed ? text.substr(1, end - 1) : text.substr(0, end);
    std::string_view port;
    if (end != std::string_view::npos) port = text.substr(end + (is_bracketed ? 1 : 0));
    if (!port.empty()) {
        if (port.front() != ':') return std::nullopt;
        port.remove_prefix(1);
    }
    if (!port.empty()) {
        const char* const last = port.data() + port.size();
        const auto [stopped, error] = std::from_chars(port.data(), last, authority.port);
        if (error != std::errc{} || stopped != last || authority.port == 0) return std::nullopt;
    }
    authority.address = wrt::wasi::parse_address(authority.host);
    const bool is_v6 = authority.address && authority.address->is_v6;
    if (is_bracketed != is_v6) return std::nullopt;
    if (authority.address) return authority;
    const bool is_name = std::ranges::all_of(authority.host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '_';
    });
    if (authority.host.empty() || authority.host.size() > 253 || !is_name) return std::nullopt;
    return authority;
}

}  // namespace wrtd::http
