#include "messages.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include <wrt/foundation/text.hpp>

namespace wrtd {
namespace {

bool use_color = false;

std::string_view color_of(std::string_view label)
{
    if (label == "error") return "\x1b[1;31m";
    if (label == "warning") return "\x1b[1;33m";
    if (label == "hint") return "\x1b[1;32m";
    return "\x1b[1m";
}

}  // namespace

void set_color(Color color)
{
    const auto is_set = [](const char* name) {
        const char* const value = std::getenv(name);
        return value != nullptr && *value != '\0';
    };
    switch (color) {
    case Color::always: use_color = true; return;
    case Color::never: use_color = false; return;
    case Color::automatic: break;
    }
    use_color = !is_set("NO_COLOR") && (is_set("CLICOLOR_FORCE") || isatty(STDERR_FILENO) == 1);
}

void say(std::string_view label, std::string_view text)
{
    // The guest's own output may still be in stdio's buffer when it shares the terminal with us.
    std::fflush(stdout);
    if (use_color)
        fmt::print(stderr, "{}{}:\x1b[0m {}\n", color_of(label), label, text);
    else
        fmt::print(stderr, "{}: {}\n", label, text);
}

std::string escaped(std::string_view text)
{
    std::array<char, 1100> buffer;  // each of 256 bytes may become four, and "..." follows
    wrt::TextSink sink{buffer};
    sink.append_escaped(text);
    return std::string{sink.view()};
}

std::string_view base_name(std::string_view path)
{
    const size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace wrtd
