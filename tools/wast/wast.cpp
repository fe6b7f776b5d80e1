#include "wast.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <wrt/foundation/assert.hpp>

#include "component_runner.hpp"
#include "summary.hpp"

namespace wrt::wast {
namespace {

namespace fs = std::filesystem;

/// A script's file, and what the script is called: by its folder and its name, "core/i32.wast",
/// "proposals/threads/atomic.wast".
struct File {
    fs::path path;
    std::string source;
};

bool is_script(const fs::path& path)
{
    const bool is_json = path.extension() == ".json" && path.filename() != "manifest.json";
    return is_json || path.extension() == ".wast";
}

std::vector<File> scripts_of(const Options& options)
{
    std::vector<File> scripts;
    const auto consider = [&](const fs::path& path, const fs::path& root) {
        if (!is_script(path)) return;
        if (path.filename().string().find(options.filter) == std::string::npos) return;
        fs::path folder = fs::absolute(root).lexically_normal();
        if (!folder.has_filename()) folder = folder.parent_path();
        const fs::path name = fs::relative(path, root);
        fs::path source = folder.filename() / name;
        if (folder.parent_path().filename() == "proposals") source = "proposals" / source;
        scripts.push_back({path, source.string()});
    };
    for (const fs::path path : options.paths) {
        std::error_code none;
        if (fs::is_directory(path, none)) {
            for (const auto& entry : fs::recursive_directory_iterator{path, none})
                consider(entry.path(), path);
        } else if (fs::exists(path, none)) {
            consider(path, fs::absolute(path).parent_path());
        }
    }
    std::ranges::sort(scripts, {}, &File::path);
    return scripts;
}

/// What a .wast file says that has components for commands; empty for all others.
std::string text_of_components(const fs::path& path)
{
    if (path.extension() != ".wast") return {};
    std::ifstream file{path, std::ios::binary};
    std::string content{std::istreambuf_iterator<char>{file}, {}};
    return is_component_script(content) ? content : std::string{};
}

/// A component is to a script what a module is.
Command::Kind kind_of(ComponentCommand::Kind kind)
{
    switch (kind) {
    case ComponentCommand::Kind::component: return Command::Kind::module;
    case ComponentCommand::Kind::component_definition: return Command::Kind::module_definition;
    case ComponentCommand::Kind::component_instance: return Command::Kind::module_instance;
    case ComponentCommand::Kind::action: return Command::Kind::action;
    case ComponentCommand::Kind::assert_return: return Command::Kind::assert_return;
    case ComponentCommand::Kind::assert_trap: return Command::Kind::assert_trap;
    case ComponentCommand::Kind::assert_malformed: return Command::Kind::assert_malformed;
    case ComponentCommand::Kind::assert_invalid: return Command::Kind::assert_invalid;
    case ComponentCommand::Kind::assert_uninstantiable: return Command::Kind::assert_uninstantiable;
    }
    WRT_UNREACHABLE();
}

FileReport run_components(const ComponentScript& script, Mode mode)
{
    const auto start = std::chrono::steady_clock::now();
    const ComponentFileReport ran = run_component_script(script, {}, mode == Mode::validate);
    FileReport report{.source = ran.source, .commands = {}};
    for (const ComponentFileReport::Line& line : ran.lines) {
        const bool failed = line.outcome.kind == ComponentOutcome::Kind::failed;
        const bool skipped = line.outcome.kind == ComponentOutcome::Kind::skipped;
        Outcome outcome{.kind = failed    ? Outcome::Kind::failed
                                : skipped ? Outcome::Kind::skipped
                                          : Outcome::Kind::passed,
                        .note = failed || skipped ? line.outcome.note : std::string{},
                        .other_words = line.outcome.other_words};
        report.commands.push_back({.command = kind_of(line.command),
                                   .line = line.line,
                                   .outcome = std::move(outcome),
                                   .word = name_of(line.command)});
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    report.seconds = took.count();
    return report;
}

Verdict not_run(std::ostream& out, const std::string& why)
{
    fmt::print(out, "wast: {}\n", why);
    return Verdict::not_run;
}

bool write_file(const std::string& path, const std::string& text)
{
    std::ofstream file{path};
    file << text;
    file.close();
    return !file.fail();
}

}  // namespace

Verdict run_files(const Options& options, std::ostream& out)
{
    std::string problem;
    KnownFailures known;
    if (!options.known_failures.empty()) {
        auto read = KnownFailures::read(options.known_failures, problem);
        if (!read) return not_run(out, problem);
        known = std::move(*read);
    }
    const auto scripts = scripts_of(options);
    if (scripts.empty())
        return not_run(out, fmt::format("no scripts in {}", fmt::join(options.paths, ", ")));

    Summary summary{std::move(known), options.verbose, out};
    std::vector<FileReport> reports;
    for (const auto& [path, source] : scripts) {
        const std::string content = text_of_components(path);
        if (!content.empty()) {
            const auto script = read_component_wast(content, source, problem);
            if (!script) return not_run(out, problem);
            reports.push_back(run_components(*script, options.mode));
            summary.add(reports.back());
            out.flush();
            continue;
        }
        const auto script = path.extension() == ".wast" ? read_wast(path.string(), source, problem)
                                                        : read_script(path.string(), problem);
        if (!script) return not_run(out, problem);
        reports.push_back(run(*script, fs::absolute(path).parent_path().string(), options.mode,
                              {.features = options.features}));
        summary.add(reports.back());
        out.flush();
    }
    std::ostringstream totals;
    const bool good = summary.finish(!options.filter.empty(), totals);
    out << totals.str();
    if (!options.summary.empty() && !write_file(options.summary, totals.str())) {
        return not_run(out, "cannot write " + options.summary);
    }
    std::ostringstream junit;
    write_junit(reports, junit);
    if (!options.junit.empty() && !write_file(options.junit, junit.str())) {
        return not_run(out, "cannot write " + options.junit);
    }
    return good ? Verdict::passed : Verdict::failed;
}

}  // namespace wrt::wast
