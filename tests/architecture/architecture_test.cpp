// What wrt/ARCHITECTURE.md promises about the source itself, checked on the source itself: which
// library may include which, who may ask for memory, and what the core does without.
#include "source_text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>

namespace wrt::architecture {
namespace {

const std::filesystem::path project{WRT_SOURCE_DIR};

/// Lowest first: a library may include itself and what stands before it. The text format lies in a
/// folder of the decoder, which knows nothing of it.
constexpr std::array<std::string_view, 7> layers{"foundation", "decoder", "text", "runtime",
                                                 "component",  "wrt",     "tools"};

size_t layer_of(std::string_view library)
{
    return static_cast<size_t>(std::ranges::find(layers, library) - layers.begin());
}

/// The libraries below tools: what an embedder links.
std::vector<std::string> core()
{
    return {"foundation", "decoder", "runtime", "component", "wrt"};
}

/// The library that `<wrt/...>` belongs to; headers directly in wrt/ are the facade's.
std::string library_of(const std::string& target)
{
    const std::string rest = target.substr(std::string_view{"wrt/"}.size());
    const size_t slash = rest.find('/');
    const std::string folder = rest.substr(0, slash);
    return slash != std::string::npos && layer_of(folder) < layers.size() ? folder : "wrt";
}

/// The library that a file belongs to, by its folder.
std::string library_of(const SourceFile& file)
{
    return file.path.string().starts_with("decoder/text/") ? "text" : file.path.begin()->string();
}

/// Examples show what a user writes; they are no part of the library.
bool is_example(const SourceFile& file)
{
    return file.path.string().starts_with("wrt/examples/");
}

std::vector<SourceFile> core_sources(const std::vector<std::string>& libraries)
{
    std::vector<SourceFile> all;
    for (const std::string& library : libraries) {
        if (!std::filesystem::exists(project / library)) continue;
        for (SourceFile& file : read_sources(project, library)) {
            if (!is_example(file)) all.push_back(std::move(file));
        }
    }
    return all;
}

/// "file:line: text" of every line of code in `files` that `pattern` is found in.
std::string lines_with(const std::vector<SourceFile>& files, const std::string& pattern)
{
    const std::regex wanted{pattern};
    std::ostringstream found;
    for (const SourceFile& file : files) {
        std::istringstream lines{file.code};
        size_t number = 0;
        for (std::string line; std::getline(lines, line);) {
            ++number;
            if (std::regex_search(line, wanted)) {
                found << file.path.string() << ':' << number << ": " << line << '\n';
            }
        }
    }
    return found.str();
}

/// "file:line: <target>" of every include for which `wrong(file, include)`.
template <class Predicate>
std::string includes_where(const std::vector<SourceFile>& files, Predicate wrong)
{
    std::ostringstream found;
    for (const SourceFile& file : files) {
        for (const Include& include : includes_of(file)) {
            if (wrong(file, include)) {
                found << file.path.string() << ':' << include.line << ": " << include.target
                      << '\n';
            }
        }
    }
    return found.str();
}

TEST(architecture, has_sources_to_look_at)
{
    EXPECT_GT(core_sources(core()).size(), 30u) << "the other tests would pass on nothing";
}

TEST(architecture, includes_point_down)
{
    std::vector<SourceFile> files = core_sources(core());
    std::ranges::move(read_sources(project, "tools"), std::back_inserter(files));
    EXPECT_EQ(includes_where(files,
                             [](const SourceFile& file, const Include& include) {
                                 if (!include.target.starts_with("wrt/")) return false;
                                 return layer_of(library_of(include.target)) >
                                        layer_of(library_of(file));
                             }),
              "");
}

TEST(architecture, private_headers_stay_in_their_library)
{
    EXPECT_EQ(includes_where(core_sources(core()),
                             [](const SourceFile& file, const Include& include) {
                                 if (include.angled) return false;
                                 const auto library = project / *file.path.begin();
                                 const auto folder = (project / file.path).parent_path();
                                 return include.target.find("..") != std::string::npos ||
                                        !(std::filesystem::exists(library / include.target) ||
                                          std::filesystem::exists(folder / include.target));
                             }),
              "");
}

TEST(architecture, the_core_needs_no_other_library)
{
    static const std::regex foreign{
        R"(^(fmt|spdlog|CLI|nlohmann|boost|absl|gtest|gmock|benchmark)/)"};
    EXPECT_EQ(includes_where(core_sources(core()),
                             [](const SourceFile&, const Include& include) {
                                 return std::regex_search(include.target, foreign);
                             }),
              "");
}

TEST(architecture, public_headers_are_cheap_to_include)
{
    static const std::array<std::string_view, 6> expensive{"iostream",   "filesystem", "chrono",
                                                           "functional", "regex",      "sstream"};
    // Deadlines in std::chrono's units are a header of their own, for those who include it.
    static const std::string apart = "wrt/include/wrt/deadline.hpp";
    EXPECT_EQ(includes_where(core_sources(core()),
                             [](const SourceFile& file, const Include& include) {
                                 const std::string path = file.path.string();
                                 if (path.find("/include/") == std::string::npos) return false;
                                 if (include.target == "wrt/deadline.hpp") return true;
                                 return path != apart &&
                                        std::ranges::find(expensive, include.target) !=
                                            expensive.end();
                             }),
              "");
}

TEST(architecture, headers_are_included_once)
{
    std::string without;
    for (const SourceFile& file : core_sources(core())) {
        if (file.path.extension() == ".hpp" &&
            file.code.find("#pragma once") == std::string::npos) {
            without += file.path.string() + '\n';
        }
    }
    EXPECT_EQ(without, "");
}

TEST(architecture, only_foundation_asks_the_system_for_memory)
{
    // Placement new, `new (place) T`, asks nobody.
    EXPECT_EQ(
        lines_with(core_sources({"decoder", "runtime", "component", "wrt"}),
                   R"(\b(malloc|calloc|realloc|free|mmap|munmap|aligned_alloc|posix_memalign)\s*\()"
                   R"(|\bnew\s+[A-Za-z_:]|\bdelete\s+[A-Za-z_*]|\bmake_(unique|shared)\b)"),
        "");
}

TEST(architecture, no_container_of_the_core_grows_on_the_heap)
{
    EXPECT_EQ(
        lines_with(core_sources({"decoder", "runtime", "component", "wrt"}),
                   R"(\bstd::(vector|deque|list|map|set|unordered_map|unordered_set|function)\s*<)"
                   R"(|\bstd::string\b)"),
        "");
}

TEST(architecture, growth_of_a_vector_is_asked_for_and_never_thrown)
{
    // try_push, try_push_back, push_back_unchecked and the like answer; these throw when the arena
    // is full.
    EXPECT_EQ(lines_with(core_sources({"decoder", "runtime", "component"}),
                         R"([.>](push_back|emplace_back|push_front)\s*\()"),
              "");
}

TEST(architecture, nothing_above_foundation_throws)
{
    EXPECT_EQ(lines_with(core_sources({"decoder", "runtime", "component", "wrt"}), R"(\bthrow\b)"),
              "");
}

std::string read_text(const std::filesystem::path& path)
{
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// The README shows an example that is built and run; what it shows has to be what is built.
TEST(architecture, the_readme_shows_the_example_as_it_is)
{
    const std::string readme = read_text(project / "README.md");
    const std::regex shown{R"(<!-- example: (\S+) -->\n```cpp\n([^`]*)```)"};
    std::smatch match;
    ASSERT_TRUE(std::regex_search(readme, match, shown));
    EXPECT_EQ(match[2], read_text(project / match[1].str()));
}

TEST(architecture, every_library_says_what_it_promises)
{
    for (const std::string& library : core()) {
        EXPECT_TRUE(std::filesystem::exists(project / library / "README.md")) << library;
    }
    EXPECT_TRUE(std::filesystem::exists(project / "decoder/text/README.md"));
}

}  // namespace
}  // namespace wrt::architecture
