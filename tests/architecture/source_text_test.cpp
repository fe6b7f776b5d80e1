// The architecture tests can only fail if what they read is read right.
#include "source_text.hpp"

#include <gtest/gtest.h>

namespace wrt::architecture {
namespace {

TEST(blank_non_code, blanks_comments_and_keeps_lines)
{
    EXPECT_EQ(blank_non_code("a; // new int\nb; /* new\n int */ c;"),
              "a;           \nb;       \n        c;");
}

TEST(blank_non_code, blanks_strings_with_escaped_quotes)
{
    EXPECT_EQ(blank_non_code(R"cpp(f("malloc(\"x\")"); g('"'); h();)cpp"),
              R"cpp(f(               ); g(   ); h();)cpp");
}

TEST(blank_non_code, does_not_take_a_digit_separator_for_a_literal)
{
    EXPECT_EQ(blank_non_code("n = 1'000; malloc(n); m = 'x';"), "n = 1'000; malloc(n); m =    ;");
}

TEST(blank_non_code, blanks_raw_strings)
{
    EXPECT_EQ(blank_non_code("s = R\"(a \" b)\"; new_code();"), "s =           ; new_code();");
}

TEST(includes_of, tells_quotes_from_brackets)
{
    const SourceFile file{"x.cpp", "#include <wrt/foundation/error.hpp>\n\n#  include \"op.hpp\"\n",
                          ""};
    const auto includes = includes_of(file);
    ASSERT_EQ(includes.size(), 2u);
    EXPECT_EQ(includes[0].target, "wrt/foundation/error.hpp");
    EXPECT_TRUE(includes[0].angled);
    EXPECT_EQ(includes[1].target, "op.hpp");
    EXPECT_FALSE(includes[1].angled);
    EXPECT_EQ(includes[1].line, 3u);
}

}  // namespace
}  // namespace wrt::architecture
