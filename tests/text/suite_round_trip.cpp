// Prints every module of the specification's scripts and assembles what was printed. What comes has
// to be the same module (same_module.hpp), or be refused for the same reason where the module is
// invalid; and printing that gives the same text, and assembling it the same bytes.
// With --damage, the same of texts that were damaged, which may be refused, but not crash or hang.
//   text_round_trip [--damage TIMES] DIRECTORY   Exit codes: 0 all is well, 1 not so, 77 nothing
//   was found.
#include "mutate.hpp"
#include "same_module.hpp"

#include <wrt/decoder/decode.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/text/assemble.hpp>
#include <wrt/text/print.hpp>

#include <wast/script.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace wrt::test {
namespace {

namespace fs = std::filesystem;

std::string text_of(const Error& error)
{
    return std::string{std::string_view{describe(error)}};
}

/// Proposals too.
constexpr decoder::DecodeOptions everything{.features = FeatureSet::all()};

struct Counts {
    size_t valid = 0;
    size_t invalid = 0;
    size_t refused = 0;    ///< Texts that are no module.
    size_t malformed = 0;  ///< Binaries that are none.
    size_t failed = 0;
};

class RoundTrip {
public:
    RoundTrip() : arena_{Backing::reserve(size_t{16} << 30).value()} {}

    /// What is wrong, or nothing.
    std::string module(std::string_view source, Counts& counts)
    {
        const ScopeGuard scope = arena_
                                     .enter(LibraryId::verification_tool, "round trip",
                                            arena_.available(), End::retained)
                                     .value();
        const auto binary = text::assemble(source, arena_);
        if (!binary) {
            ++counts.refused;
            return {};
        }
        const Result<decoder::Module> first =
            decoder::decode_module(*binary, arena_, End::retained, everything);
        const Status first_bodies =
            first ? decoder::validate_module_bodies(*first, arena_) : Status{first.error()};
        if (!first_bodies && kind_of(first_bodies.error().code) == ErrorKind::malformed) {
            ++counts.malformed;
            return {};
        }
        ++(first_bodies ? counts.valid : counts.invalid);

        const auto printed = text::print(*binary, arena_);
        if (!printed) return "does not print: " + text_of(printed.error());
        const auto again = text::assemble(*printed, arena_);
        if (!again) return "what is printed does not assemble: " + text_of(again.error());
        const auto printed_again = text::print(*again, arena_);
        if (!printed_again) return "does not print again: " + text_of(printed_again.error());
        if (*printed != *printed_again) return "prints otherwise the second time";
        const auto third = text::assemble(*printed_again, arena_);
        if (!third || !std::ranges::equal(*again, *third)) {
            return "assembles otherwise the second time";
        }
        const Result<decoder::Module> second =
            decoder::decode_module(*again, arena_, End::retained, everything);
        const Status second_bodies =
            second ? decoder::validate_module_bodies(*second, arena_) : Status{second.error()};
        if (first_bodies.has_value() != second_bodies.has_value()) return "is valid only once";
        if (!first_bodies && first_bodies.error().code != second_bodies.error().code) {
            return text_of(first_bodies.error()) + " becomes " + text_of(second_bodies.error());
        }
        if (!first || !second) return {};
        return difference(*first, *second);
    }

private:
    Arena arena_;
};

void script(const fs::path& path, Counts& counts)
{
    std::string problem;
    const auto read = wast::read_wast(path.string(), path.filename().string(), problem);
    if (!read) {
        std::printf("%s\n", problem.c_str());
        ++counts.failed;
        return;
    }
    RoundTrip trip;
    for (const wast::Command& command : read->commands) {
        if (command.wat.empty() || command.kind == wast::Command::Kind::thread) continue;
        const std::string wrong = trip.module(command.wat, counts);
        if (wrong.empty()) continue;
        ++counts.failed;
        std::printf("%s:%u: %s\n", path.filename().c_str(), command.line, wrong.c_str());
    }
}

std::vector<fs::path> scripts_in(const std::string& directory)
{
    std::vector<fs::path> scripts;
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator{directory, none}) {
        if (entry.path().extension() == ".wast") scripts.push_back(entry.path());
    }
    std::ranges::sort(scripts);
    return scripts;
}

int round_trips(const std::vector<fs::path>& scripts)
{
    Counts counts;
    for (const fs::path& path : scripts)
        script(path, counts);
    std::printf(
        "%zu scripts: %zu valid modules and %zu invalid ones printed and assembled again, %zu "
        "of them came back otherwise\n"
        "no modules: %zu texts that are refused, %zu binaries that are malformed\n",
        scripts.size(), counts.valid, counts.invalid, counts.failed, counts.refused,
        counts.malformed);
    return counts.failed == 0 ? 0 : 1;
}

/// Damages each module's text so many times; the same damage in every run.
int damages(const std::vector<fs::path>& scripts, int times)
{
    Arena arena{Backing::reserve(size_t{16} << 30).value()};
    std::mt19937 random{42};
    size_t texts = 0;
    size_t failed = 0;
    for (const fs::path& path : scripts) {
        std::string problem;
        const auto read = wast::read_wast(path.string(), path.filename().string(), problem);
        if (!read) continue;
        for (const wast::Command& command : read->commands) {
            if (command.wat.empty()) continue;
            for (int i = 0; i < times; ++i) {
                ++texts;
                const std::string damaged = mutated(command.wat, random);
                const std::string wrong = trouble_with(damaged, arena);
                if (wrong.empty()) continue;
                ++failed;
                std::printf("%s:%u: %s\n%s\n", path.filename().c_str(), command.line, wrong.c_str(),
                            damaged.size() < 2000 ? damaged.c_str() : "(long)");
            }
        }
    }
    std::printf("%zu damaged texts, %zu of them made trouble\n", texts, failed);
    return failed == 0 ? 0 : 1;
}

int run(std::vector<std::string> arguments)
{
    int times = 0;
    if (arguments.size() > 2 && arguments[0] == "--damage") {
        times = std::atoi(arguments[1].c_str());
        arguments.erase(arguments.begin(), arguments.begin() + 2);
    }
    const char* const wanted = std::getenv("WRT_SPEC_DIR");
    const auto scripts = scripts_in(wanted != nullptr   ? wanted
                                    : arguments.empty() ? "."
                                                        : arguments.front());
    if (scripts.empty()) {
        std::printf("*** THE SPECIFICATION'S SUITE WAS NOT THERE ***\n");
        return 77;
    }
    return times == 0 ? round_trips(scripts) : damages(scripts, times);
}

}  // namespace
}  // namespace wrt::test

int main(int argc, char** argv)
{
    return wrt::test::run({argv + 1, argv + argc});
}
