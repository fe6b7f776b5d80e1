// What wrtd says to people: one `error:` line, then `note:` and `hint:` lines, all on stderr.
// Stdout carries only what the guest writes or what was asked for.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "options.hpp"

namespace wrtd {

/// Decides about colours: for `automatic`, by NO_COLOR, CLICOLOR_FORCE and whether stderr is a
/// terminal.
void set_color(Color color);

/// "<label>: <text>\n" on stderr. `label` is error, warning, note or hint.
void say(std::string_view label, std::string_view text);

template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args)
{
    say("error", fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void note(fmt::format_string<Args...> format, Args&&... args)
{
    say("note", fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void hint(fmt::format_string<Args...> format, Args&&... args)
{
    say("hint", fmt::format(format, std::forward<Args>(args)...));
}

/// Text that a guest or a file chose, safe to show: control characters and the like are escaped,
/// and it is cut after 256 bytes.
[[nodiscard]] std::string escaped(std::string_view text);

/// "dir/calc.wasm" -> "calc.wasm".
[[nodiscard]] std::string_view base_name(std::string_view path);

}  // namespace wrtd
