#include "promises/modules.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <wast/assemble.hpp>
#include <wast/script.hpp>
#include <wast/validate.hpp>

namespace wrt::test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_below(const std::string& directory, const std::string& extension)
{
    std::vector<fs::path> paths;
    std::error_code problem;
    for (const auto& entry : fs::recursive_directory_iterator{directory, problem}) {
        if (entry.path().extension() == extension) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

}  // namespace

std::vector<NamedModule> suite_modules(const std::string& suite)
{
    std::vector<NamedModule> modules;
    std::set<std::vector<uint8_t>> seen;
    for (const fs::path& path : files_below(suite + "/core", ".wast")) {
        std::string problem;
        const auto script = wast::read_wast(path.string(), path.filename().string(), problem);
        if (!script) continue;
        for (const wast::Command& command : script->commands) {
            if (command.wat.empty()) continue;
            Result<std::vector<uint8_t>> binary = wast::assemble(command.wat);
            if (!binary || !wast::validate(*binary, {})) continue;
            if (!seen.insert(*binary).second) continue;
            modules.push_back({path.filename().string() + ":" + std::to_string(command.line),
                               std::move(*binary)});
        }
    }
    return modules;
}

std::vector<NamedModule> compiled_modules(const std::string& directory)
{
    std::vector<NamedModule> modules;
    for (const fs::path& path : files_below(directory, ".wasm")) {
        if (path.parent_path() != directory) continue;  // components, made of the same programs
        std::ifstream file{path, std::ios::binary};
        modules.push_back({path.filename().string(),
                           std::vector<uint8_t>{std::istreambuf_iterator<char>{file}, {}}});
    }
    return modules;
}

}  // namespace wrt::test
