#include "wast.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ostream.h>

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
