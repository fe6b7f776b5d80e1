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

std::vector<fs::path> scripts_of(const Options& options)
{
    std::vector<fs::path> scripts;
    const auto consider = [&](const fs::path& path) {
        if (path.extension() != ".json" || path.filename() == "manifest.json") return;
        if (path.filename().string().find(options.filter) != std::string::npos)
            scripts.push_back(path);
    };
    for (const fs::path path : options.paths) {
        std::error_code none;
        if (fs::is_directory(path, none)) {
            for (const auto& entry : fs::recursive_directory_iterator{path, none})
                consider(entry.path());
        } else if (fs::exists(path, none)) {
            consider(path);
        }
    }
    std::ranges::sort(scripts);
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
    for (const fs::path& path : scripts) {
        const auto script = read_script(path.string(), problem);
        if (!script) return not_run(out, problem);
        reports.push_back(run(*script, fs::absolute(path).parent_path().string(), options.mode));
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
