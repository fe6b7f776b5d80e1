// Runs the suite of the Component Model for ctest, as it is or converted, and prints what passed of
// each folder and what every file that is not whole lacks. Exit codes: 0 as expected, 1 not so, 77
// the suite is not there (an error when CI=true).
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include <wast/component_runner.hpp>

namespace {

namespace fs = std::filesystem;
using wrt::wast::ComponentFileReport;
using wrt::wast::ComponentOutcome;

struct Totals {
    size_t files = 0;
    size_t whole = 0;
    size_t commands = 0;
    size_t passed = 0;
    size_t skipped = 0;

    void add(const ComponentFileReport& report)
    {
        ++files;
        commands += report.lines.size();
        passed += report.count(ComponentOutcome::Kind::passed);
        skipped += report.count(ComponentOutcome::Kind::skipped);
        if (report.count(ComponentOutcome::Kind::passed) == report.lines.size()) ++whole;
    }
};

std::ostream& operator<<(std::ostream& out, const Totals& totals)
{
    return out << "files " << totals.whole << " of " << totals.files << "  commands "
               << totals.passed << " of " << totals.commands << "  skipped " << totals.skipped
               << "  failed " << totals.commands - totals.passed - totals.skipped;
}

std::vector<fs::path> scripts_in(const fs::path& root)
{
    std::vector<fs::path> found;
    if (fs::is_regular_file(root)) return {root};
    if (!fs::exists(root)) return found;
    for (const auto& entry : fs::recursive_directory_iterator{root}) {
        const bool is_json = entry.path().extension() == ".json";
        if (entry.path().extension() == ".wast" ||
            (is_json && entry.path().filename() != "manifest.json")) {
            found.push_back(entry.path());
        }
    }
    std::ranges::sort(found);
    return found;
}

std::optional<wrt::wast::ComponentScript> read_script(const fs::path& path, const fs::path& root,
                                                      std::string& problem)
{
    if (path.extension() == ".json") {
        return wrt::wast::read_component_script(path.string(), problem);
    }
    std::ifstream file{path, std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    return wrt::wast::read_component_wast(content, fs::relative(path, root).string(), problem);
}

bool in_ci()
{
    const char* const value = std::getenv("CI");
    return value != nullptr && std::string_view{value} == "true";
}

}  // namespace

int main(int argc, char** argv)
{
    std::string root;
    std::string filter;
    bool validate_only = false;
    bool verbose = false;
    size_t expected = 0;
    wrt::wast::ComponentEngineOptions options;
    CLI::App app{"Runs the Component Model's scripts, or the JSON of convert_components.mjs"};
    app.add_option("path", root, "a script, or a directory of them")->required();
    app.add_option("--filter", filter, "only scripts whose path contains this");
    app.add_flag("--validate-only", validate_only, "decode and validate, execute nothing");
    app.add_flag("-v,--verbose", verbose, "say what came of each command");
    app.add_flag("--collect-always", options.collect_always, "collect before every allocation");
    app.add_option("--expect", expected, "how many commands have to pass");
    CLI11_PARSE(app, argc, argv);

    const char* const elsewhere = std::getenv("WRT_COMPONENT_SPEC_DIR");
    if (!fs::exists(root) && elsewhere != nullptr) root = elsewhere;
    Totals all;
    std::map<std::string, Totals> folders;
    for (const fs::path& path : scripts_in(root)) {
        if (path.string().find(filter) == std::string::npos) continue;
        std::string problem;
        const auto script = read_script(path, root, problem);
        if (!script) {
            std::cout << problem << '\n';
            return 1;
        }
        const ComponentFileReport report = wrt::wast::run_component_script(
            *script, path.parent_path().string(), validate_only, options);
        all.add(report);
        folders[path.parent_path().filename().string()].add(report);
        const size_t passed = report.count(ComponentOutcome::Kind::passed);
        if (passed != report.lines.size() || verbose) {
            std::cout << report.source << ": " << passed << " of " << report.lines.size() << '\n';
        }
        for (const auto& line : report.lines) {
            const bool good = line.outcome.kind == ComponentOutcome::Kind::passed;
            if (good && !verbose) continue;
            std::cout << "  " << report.source << ':' << line.line << ": " << name_of(line.command)
                      << (good                                                   ? " passed "
                          : line.outcome.kind == ComponentOutcome::Kind::skipped ? " skipped: "
                                                                                 : " failed: ")
                      << line.outcome.note << '\n';
        }
    }
    if (all.files == 0) {
        std::cout << "\n*** THE COMPONENT MODEL'S SUITE WAS NOT RUN ***\n";
        return in_ci() ? 1 : 77;
    }
    for (const auto& [folder, totals] : folders)
        std::cout << folder << ": " << totals << '\n';
    std::cout << "all: " << all << '\n';
    return all.passed >= expected && (expected != 0 || all.passed + all.skipped == all.commands)
               ? 0
               : 1;
}
