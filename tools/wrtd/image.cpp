// wrtd image: a module as it is after loading, saved.
#include <fmt/format.h>

#include <wrt/image.hpp>
#include <wrt/limits_section.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "explain.hpp"
#include "file.hpp"
#include "messages.hpp"
#include "output_file.hpp"
#include "text.hpp"

namespace wrtd {

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
    OutputFile to{options.output.empty() ? path + ".wimg" : options.output};
    if (!to.is_open()) return to.complain();
    wrt::Engine engine{wrt::EngineConfig{.budget = UINT64_MAX, .features = options.features}};
    wrt::LoadOptions how;
    how.fuel = options.image_for_fuel;
    how.interruptible = options.image_for_timeout;
    how.features = options.features;
    const wrt::Result<wrt::Digest> digest = wrt::write_image(engine, file.bytes(), how, to.sink());
    if (!digest) {
        error("{}: {}", escaped(path), error_text(digest.error()));
        return exit_code_of(digest.error(), false);
    }
    if (!to.keep()) return to.complain();
    fmt::print("{:016x}{:016x}  {}\n", digest->high, digest->low, escaped(to.path()));
    return exit_success;
}

}  // namespace wrtd
