// What wrtd says about itself: topics of `wrtd help`, and its version.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wrtd {

[[nodiscard]] std::span<const std::string_view> help_topics();

/// "exit-codes, features, limits, wasi".
[[nodiscard]] std::string help_topic_names();

[[nodiscard]] std::optional<std::string_view> help_topic(std::string_view name);

[[nodiscard]] std::string version_text();

}  // namespace wrtd
