// Runs the suite for ctest. Exit codes: 0 as expected, 1 not so, 77 the suite is not
// there (an error when CI=true).
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include <wast/wast.hpp>

namespace {

bool in_ci()
{
    const char* const value = std::getenv("CI");
    return value != nullptr && std::string_view{value} == "true";
}

/// Where the suite is: what WRT_SPEC_DIR says, else the first of `directories` that exists.
std::filesystem::path suite_of(const std::vector<std::string>& directories)
{
    if (const char* const wanted = std::getenv("WRT_SPEC_DIR")) return wanted;
    const auto found = std::ranges::find_if(directories, [](const std::string& directory) {
        return std::filesystem::exists(directory);
    });
    return found == directories.end() ? std::filesystem::path{} : std::filesystem::path{*found};
}

}  // namespace

int main(int argc, char** argv)
{
    wrt::wast::Options options;
    bool validate_only = false;
    std::vector<std::string> suites;
    CLI::App app{
        "Runs WebAssembly scripts: .wast files, or the JSON that convert.mjs makes of them"};
    app.add_option("paths", options.paths, "script files, or directories of them")->required();
    app.add_option("--suite", suites,
                   "where the paths are looked for: the first that exists; WRT_SPEC_DIR overrules");
    app.add_option("--filter", options.filter, "only scripts whose file name contains this");
    app.add_option("--known-failures", options.known_failures,
                   "file of commands that are known to fail");
    app.add_option("--junit", options.junit, "write the results there as JUnit XML");
    app.add_option("--summary", options.summary, "write the totals there too");
    app.add_flag("--validate-only", validate_only,
                 "decode and validate every module, execute nothing");
    std::string features;
    app.add_option("--features", features, "what modules may use: \"3.0,+threads\"");
    app.add_flag("-v,--verbose", options.verbose, "say of each file what came of it");
    CLI11_PARSE(app, argc, argv);
    if (!suites.empty()) {
        const std::filesystem::path suite = suite_of(suites);
        for (std::string& path : options.paths)
            path = (suite / path).string();
    }
    std::string_view wrong;
    if (!features.empty() && !wrt::parse_features(features, options.features, wrong)) {
        std::cout << "--features: '" << wrong << "' is no feature\n";
        return 1;
    }
    if (validate_only) options.mode = wrt::wast::Mode::validate;

    switch (wrt::wast::run_files(options, std::cout)) {
    case wrt::wast::Verdict::passed: return 0;
    case wrt::wast::Verdict::failed: return 1;
    case wrt::wast::Verdict::not_run: break;
    }
    std::cout << "\n*** THE SPECIFICATION'S SUITE WAS NOT RUN ***\n";
    return in_ci() ? 1 : 77;
}
