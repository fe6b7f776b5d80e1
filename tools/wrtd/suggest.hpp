// "did you mean": the nearest of a few names to one that was mistyped.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace wrtd {

/// Number of single-character insertions, deletions, replacements and swaps of neighbours that turn
/// `a` into `b`.
[[nodiscard]] size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `name`, or an empty string when none is near enough to be what was
/// meant: at most a third of its letters may differ, and at least one letter may.
[[nodiscard]] std::string nearest(std::string_view name, std::span<const std::string> candidates);

}  // namespace wrtd
