// wrtd validate: decodes and validates, runs nothing.
#include <algorithm>

#include <fmt/format.h>

#include "commands.hpp"
#include "component_file.hpp"
#include "decoded.hpp"
#include "exit_code.hpp"
#include "explain.hpp"
#include "file.hpp"
#include "messages.hpp"
#include "text.hpp"

namespace wrtd {
namespace {

int validate_file(const std::string& path, wrt::FeatureSet features, bool quiet)
{
    std::variant<File, int> opened = File::open(path);
    if (const int* failure = std::get_if<int>(&opened)) {
        error("cannot read {}: {}", escaped(path), std::strerror(*failure));
        return exit_uncheckable;
    }
    if (const auto wrong = assemble_text(std::get<File>(opened))) {
        if (!quiet) error("{}:{}", escaped(path), *wrong);
        return exit_bad;
    }
    const std::span<const uint8_t> binary = std::get<File>(opened).bytes();
    const bool component = is_component(binary);
    const wrt::Status valid =
        component ? validate_component(binary, features)
                  : with_decoded(binary, features, [](const wrt::decoder::Module&) {}, true);
    if (valid) {
        if (!quiet) fmt::print("{}: valid\n", escaped(path));
        return exit_success;
    }
    if (!quiet) {
        error("{}: {}", escaped(path), error_text(valid.error()));
        const std::string place =
            component ? std::string{} : place_of(binary, valid.error().offset);
        if (!place.empty()) note("in the {}", place);
    }
    switch (wrt::kind_of(valid.error().code)) {
    case wrt::ErrorKind::malformed:
    case wrt::ErrorKind::invalid: return exit_bad;
    case wrt::ErrorKind::unlinkable:
    case wrt::ErrorKind::trap:
    case wrt::ErrorKind::exhaustion:
    case wrt::ErrorKind::unsupported:
    case wrt::ErrorKind::host:
    case wrt::ErrorKind::usage: return exit_uncheckable;
    }
    return exit_uncheckable;
}

}  // namespace

int validate(const Options& options)
{
    int worst = exit_success;
    for (const std::string& path : options.files) {
        worst = std::max(worst, validate_file(path, options.features, options.quiet));
    }
    return worst;
}

}  // namespace wrtd
