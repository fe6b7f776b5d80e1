// The authority of a request: host and port. https://www.rfc-editor.org/rfc/rfc3986#section-3.2
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <wrt/component/wasi/network_rule.hpp>

namespace wrtd::http {

struct Authority {
    std::string host;                              ///< Without brackets.
    std::optional<wrt::wasi::NetAddress> address;  ///< Where the host is one.
    uint16_t port = 0;
};

/// Nothing for what is none, or what has a user in it.
[[nodiscard]] std::optional<Authority> parse_authority(std::string_view text,
                                                       uint16_t default_port);

}  // namespace wrtd::http
