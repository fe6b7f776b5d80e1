// request-target, in its four forms. https://www.rfc-editor.org/rfc/rfc9112#name-request-target
#pragma once

#include <optional>
#include <string_view>

namespace wrtd::http {

struct Target {
    std::string_view authority;  ///< Empty: that is in the field Host.
    std::string_view path_with_query;
};

/// Nothing where it is in none of the forms, or in that of CONNECT, which is not served.
[[nodiscard]] std::optional<Target> parse_target(std::string_view text);

}  // namespace wrtd::http
