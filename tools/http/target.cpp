#include "target.hpp"

namespace wrtd::http {

std::optional<Target> parse_target(std::string_view text)
{
    if (text == "*") return Target{{}, text};
    if (text.starts_with('/')) return Target{{}, text};
    // absolute-form, as it is sent to proxies; servers take it too.
    const size_t scheme = text.find("://");
    if (scheme == std::string_view::npos || scheme == 0) return std::nullopt;
    const std::string_view rest = text.substr(scheme + 3);
    const size_t path = rest.find_first_of("/?");
    if (path == 0) return std::nullopt;
    if (path == std::string_view::npos) return Target{rest, "/"};
    return Target{rest.substr(0, path), rest.substr(path)};
}

}  // namespace wrtd::http
