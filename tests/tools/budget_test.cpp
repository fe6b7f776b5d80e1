// wrtd inspect --budget, --profile and --arena, from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

#include "process.hpp"

namespace {

using testing::HasSubstr;
using testing::StartsWith;

nlohmann::json budget_of(const std::string& file)
{
    return nlohmann::json::parse(wrtd({"inspect", "--budget", "--json", file}).out);
}

TEST(wrtd_budget, prints_bytes_by_account_and_phase)
{
    const Ended ended = wrtd({"inspect", "--budget", "echo.wasm"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("loads, instantiates and runs it"));
    EXPECT_THAT(ended.out, HasSubstr("load, at most"));
    EXPECT_THAT(ended.out, HasSubstr("\nwasi "));
    EXPECT_THAT(ended.out, HasSubstr("\nmemory "));
    EXPECT_THAT(ended.out, HasSubstr("linear memory   65,536 bytes at first"));
}

TEST(wrtd_budget, is_what_wrtd_run_needs_to_the_byte)
{
    const auto budget = budget_of("echo.wasm");
    const uint64_t bytes = budget["budget"];
    const std::string stack = std::to_string(budget["stack"]["bytes"].get<uint64_t>());
    const auto run = [&](uint64_t size) {
        return wrtd({"run", "--arena", std::to_string(size), "--stack", stack, "echo.wasm"});
    };
    EXPECT_EQ(run(bytes).status, 0) << run(bytes).err;
    const Ended less = run(bytes - 1);
    EXPECT_NE(less.status, 0);
    EXPECT_THAT(less.err, HasSubstr("arena exhausted"));
}

TEST(wrtd_budget, names_recursion)
{
    EXPECT_THAT(wrtd({"inspect", "--budget", "calc.wasm"}).out,
                HasSubstr("bound of calls: unbounded: recursion down -> down\n"));
    EXPECT_EQ(budget_of("calc.wasm")["stack"]["recursion"][0], "down");
}

TEST(wrtd_budget, compares_with_a_size)
{
    EXPECT_EQ(wrtd({"inspect", "--budget=1MiB", "calc.wasm"}).status, 0);
    const Ended refused = wrtd({"inspect", "--budget=64KiB", "calc.wasm"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("more than 65,536"));
    EXPECT_THAT(wrtd({"inspect", "--budget=much", "calc.wasm"}).err, HasSubstr("is not a size"));
}

TEST(wrtd_budget, compares_with_an_older_module)
{
    EXPECT_EQ(wrtd({"inspect", "--budget", "--against", "calc.wasm", "calc.wasm"}).status, 0);
    const Ended grown = wrtd({"inspect", "--against", "traps.wasm", "calc.wasm"});
    EXPECT_EQ(grown.status, 1);
    EXPECT_THAT(grown.err, StartsWith("error: calc.wasm needs "));
    EXPECT_THAT(grown.err, HasSubstr("more bytes of memory than traps.wasm"));
}

TEST(wrtd_budget, draws_a_picture)
{
    const Ended ended = wrtd({"inspect", "--budget", "--svg", "calc.wasm"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_THAT(ended.out, StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    EXPECT_THAT(ended.out, testing::EndsWith("</svg>\n"));
    EXPECT_THAT(ended.out, HasSubstr("bytes of code</title>"));
}

TEST(wrtd_profile, named_tiny_runs_what_needs_no_page)
{
    EXPECT_EQ(wrtd({"call", "--profile", "tiny", "text.wat", "twice", "21"}).out, "i32:42\n");
    EXPECT_THAT(wrtd({"call", "--profile", "tiny", "calc.wasm", "add", "1", "2"}).err,
                HasSubstr("profile tiny has 65,536"));
}

TEST(wrtd_profile, runs_what_fits_and_says_what_is_missing)
{
    EXPECT_EQ(wrtd({"call", "--profile", "asil-c", "calc.wasm", "add", "1", "2"}).out, "i32:3\n");
    const Ended refused = wrtd({"run", "--profile", "seed", "large.wasm"});
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.err,
                HasSubstr("hint: it needs 6,5"));  // 100 pages and what it takes itself
    EXPECT_THAT(refused.err, HasSubstr("profile seed has 262,144"));
    EXPECT_THAT(wrtd({"run", "--profile", "none", "large.wasm"}).err,
                HasSubstr("'none' is none of tiny, seed, asil-d"));
}

TEST(wrtd_limits, of_the_module_hold)
{
    std::ifstream file{WRT_FIXTURES "/forever.wasm", std::ios::binary};
    std::string binary{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    const std::string contents = std::string{"\x0awrt.limits\x01\x06\x64", 14};
    std::ofstream{WRT_FIXTURES "/limited.wasm", std::ios::binary}
        << binary << '\0' << static_cast<char>(contents.size()) << contents;
    const Ended ended = wrtd({"run", "limited.wasm"});
    EXPECT_NE(ended.status, 0);
    EXPECT_THAT(ended.err, HasSubstr("out of fuel"));
    EXPECT_THAT(ended.err, HasSubstr("hint: 100 fuel was allowed"));

    std::ofstream{WRT_FIXTURES "/mislimited.wasm", std::ios::binary}
        << binary << '\0' << char{13} << std::string{"\x0awrt.limits\x01\x09", 13};
    EXPECT_THAT(wrtd({"run", "mislimited.wasm"}).err,
                HasSubstr("malformed wrt.limits section, got 0x9"));
}

}  // namespace
