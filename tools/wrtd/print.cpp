// wrtd print: a module as text, which assembles to the same module.
#include <cstdio>

#include <wrt/foundation/arena.hpp>
#include <wrt/text/print.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "explain.hpp"
#include "file.hpp"
#include "messages.hpp"
#include "text.hpp"

namespace wrtd {

int print(const Options& options)
{
    const std::string& path = options.files.front();
    std::variant<File, int> opened = open_or_complain(path);
    if (std::holds_alternative<int>(opened)) return exit_uncheckable;
    File& file = std::get<File>(opened);
    if (const auto wrong = assemble_text(file)) {
        error("{}:{}", escaped(path), *wrong);
        return exit_bad;
    }
    wrt::Result<wrt::Backing> backing = wrt::Backing::reserve(size_t{16} << 30);
    if (!backing) {
        error("{}", error_text(backing.error()));
        return exit_uncheckable;
    }
    wrt::Arena arena{std::move(*backing)};
    const auto text = wrt::text::print(file.bytes(), arena);
    if (!text) {
        error("{}: {}", escaped(path), error_text(text.error()));
        const std::string place = place_of(file.bytes(), text.error().offset);
        if (!place.empty()) note("in the {}", place);
        return wrt::kind_of(text.error().code) == wrt::ErrorKind::malformed ? exit_bad
                                                                            : exit_uncheckable;
    }
    std::fwrite(text->data(), 1, text->size(), stdout);
    return exit_success;
}

}  // namespace wrtd
