// wrtd image: a module as it is after loading, saved.
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include <wrt/image.hpp>
#include <wrt/limits_section.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "explain.hpp"
#include "file.hpp"
#include "messages.hpp"
#include "text.hpp"

namespace wrtd {
namespace {

wrt::Status write_to_file(void* file, std::span<const uint8_t> bytes)
{
    if (std::fwrite(bytes.data(), 1, bytes.size(), static_cast<std::FILE*>(file)) == bytes.size())
        return wrt::ok();
    return wrt::Error{.code = wrt::Errc::io_failure};
}

}  // namespace

int image(const Options& options)
{
    const std::string& path = options.files.front();
    std::variant<File, int> opened = open_or_complain(path);
    if (const int* code = std::get_if<int>(&opened)) return *code;
    File& file = std::get<File>(opened);
    if (const auto wrong = assemble_text(file)) {
        error("{}:{}", escaped(path), *wrong);
        return exit_not_runnable;
    }
    const wrt::Result<wrt::ModuleLimits> limits = wrt::read_limits(file.bytes());
    if (limits && *limits != wrt::ModuleLimits{}) {
        error("{}: its section wrt.limits would be lost", escaped(path));
        return exit_failed;
    }
    const std::string to = options.output.empty() ? path + ".wimg" : options.output;
    std::FILE* const out = std::fopen(to.c_str(), "wb");
    if (out == nullptr) {
        error("cannot write {}: {}", escaped(to), std::strerror(errno));
        return exit_failed;
    }
    wrt::Engine engine{wrt::EngineConfig{.budget = UINT64_MAX, .features = options.features}};
    wrt::LoadOptions how;
    how.fuel = options.image_for_fuel;
    how.interruptible = options.image_for_timeout;
    how.features = options.features;
    const wrt::Result<wrt::Digest> digest =
        wrt::write_image(engine, file.bytes(), how, {write_to_file, out});
    const bool closed = std::fclose(out) == 0;
    if (!digest || !closed) {
        std::remove(to.c_str());
        if (!digest) {
            error("{}: {}", escaped(path), error_text(digest.error()));
            return exit_code_of(digest.error(), false);
        }
        error("cannot write {}: {}", escaped(to), std::strerror(errno));
        return exit_failed;
    }
    fmt::print("{:016x}{:016x}  {}\n", digest->high, digest->low, escaped(to));
    return exit_success;
}

}  // namespace wrtd
