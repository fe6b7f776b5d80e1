#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <wrt/decoder/component.hpp>
#include <wrt/foundation/arena.hpp>

#include "promises/modules.hpp"

namespace wrt::test {

namespace fs = std::filesystem;

namespace {

std::vector<NamedModule> binaries_below(const std::string& directory)
{
    std::vector<fs::path> paths;
    std::error_code problem;
    for (const auto& entry : fs::recursive_directory_iterator{directory, problem}) {
        if (entry.path().extension() == ".wasm") paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<NamedModule> binaries;
    for (const fs::path& path : paths) {
        std::ifstream file{path, std::ios::binary};
        binaries.push_back({path.filename().string(),
                            std::vector<uint8_t>{std::istreambuf_iterator<char>{file}, {}}});
    }
    return binaries;
}

}  // namespace

std::vector<NamedModule> compiled_components(const std::string& directory)
{
    return binaries_below(directory);
}

std::vector<NamedModule> suite_components(const std::string& directory)
{
    Arena arena{Backing::reserve(size_t{1} << 30).value()};
    std::vector<NamedModule> components = binaries_below(directory);
    std::erase_if(components, [&arena](const NamedModule& each) {
        const auto kind = decoder::detect_kind(each.binary);
        return !kind || *kind != decoder::BinaryKind::component ||
               !decoder::decode_component_streaming(each.binary, arena, {},
                                                    [](const decoder::Component&) { return ok(); });
    });
    return components;
}

}  // namespace wrt::test
