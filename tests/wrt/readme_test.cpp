// The example that the READMEs show is the one that is compiled and run.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace {

std::string read(const std::string& path)
{
    std::ifstream file{path};
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

/// The first block of C++ in a text of Markdown.
std::string first_block(const std::string& text)
{
    const std::string opening = "```cpp\n";
    const size_t start = text.find(opening);
    if (start == std::string::npos) return {};
    const size_t first = start + opening.size();
    return text.substr(first, text.find("```", first) - first);
}

TEST(readme, shows_the_example_that_is_tested)
{
    const std::string example = read(WRT_SOURCE_DIR "/wrt/examples/01_run_export.cpp");
    EXPECT_EQ(first_block(read(WRT_SOURCE_DIR "/wrt/README.md")), example);
    EXPECT_EQ(first_block(read(WRT_SOURCE_DIR "/README.md")), example);
}

TEST(examples, are_short)
{
    for (const char* name : {"01_run_export", "02_host_function", "03_memory",
                             "04_scopes_and_budget", "05_fuel_and_interrupt", "06_wasi"}) {
        const std::string text = read(std::string{WRT_SOURCE_DIR "/wrt/examples/"} + name + ".cpp");
        EXPECT_LT(std::ranges::count(text, '\n'), 40) << name;
    }
}

}  // namespace
