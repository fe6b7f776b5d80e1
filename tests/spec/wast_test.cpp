// Tests of the runner's own judgement: one that lets everything pass would be worse than none.
#include <cstdio>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <wast/known_failures.hpp>
#include <wast/script.hpp>
#include <wast/summary.hpp>
#include <wast/value.hpp>

namespace wrt::wast {
namespace {

Pattern number(Value::Kind kind, uint8_t lane_bits, std::vector<Lane> lanes)
{
    Pattern pattern;
    pattern.number = kind;
    pattern.lane_bits = lane_bits;
    pattern.lanes = std::move(lanes);
    return pattern;
}

std::string write_file(const std::string& name, const std::string& text)
{
    std::string path = testing::TempDir() + name;
    std::ofstream{path} << text;
    return path;
}

constexpr Lane canonical{Lane::Kind::canonical_nan, 0};
constexpr Lane arithmetic{Lane::Kind::arithmetic_nan, 0};

TEST(matches, tells_types_with_the_same_bits_apart)
{
    const Pattern one = number(Value::Kind::i32, 32, {{Lane::Kind::bits, 1}});
    EXPECT_TRUE(matches(one, {Value::Kind::i32, 1, 0}));
    EXPECT_FALSE(matches(one, {Value::Kind::i32, 2, 0}));
    EXPECT_FALSE(matches(one, {Value::Kind::i64, 1, 0}));
    EXPECT_FALSE(matches(one, {Value::Kind::f32, 1, 0}));
}

TEST(matches, tells_zero_from_minus_zero)
{
    const Pattern zero = number(Value::Kind::f32, 32, {{Lane::Kind::bits, 0}});
    EXPECT_TRUE(matches(zero, {Value::Kind::f32, 0, 0}));
    EXPECT_FALSE(matches(zero, {Value::Kind::f32, 0x80000000, 0}));
}

TEST(matches, takes_a_canonical_nan_of_either_sign_and_no_other_payload)
{
    const Pattern nan = number(Value::Kind::f32, 32, {canonical});
    EXPECT_TRUE(matches(nan, {Value::Kind::f32, 0x7fc00000, 0}));
    EXPECT_TRUE(matches(nan, {Value::Kind::f32, 0xffc00000, 0}));
    EXPECT_FALSE(matches(nan, {Value::Kind::f32, 0x7fc00001, 0}));
    EXPECT_FALSE(matches(nan, {Value::Kind::f32, 0x7f800001, 0}));
    EXPECT_FALSE(matches(nan, {Value::Kind::f32, 0x7f800000, 0}));
}

TEST(matches, takes_any_quiet_payload_as_arithmetic_nan)
{
    const Pattern nan = number(Value::Kind::f64, 64, {arithmetic});
    EXPECT_TRUE(matches(nan, {Value::Kind::f64, 0x7ff8000000000000, 0}));
    EXPECT_TRUE(matches(nan, {Value::Kind::f64, 0xfffc000000000001, 0}));
    EXPECT_FALSE(matches(nan, {Value::Kind::f64, 0x7ff0000000000001, 0}));
    EXPECT_FALSE(matches(nan, {Value::Kind::f64, 0x7ff0000000000000, 0}));
}

TEST(matches, looks_at_every_lane_of_a_vector)
{
    const Pattern pattern =
        number(Value::Kind::v128, 32,
               {{Lane::Kind::bits, 1}, canonical, {Lane::Kind::bits, 3}, arithmetic});
    EXPECT_TRUE(matches(pattern, {Value::Kind::v128, 0x7fc0000000000001, 0x7fc0002000000003}));
    EXPECT_FALSE(matches(pattern, {Value::Kind::v128, 0x7fc0000100000001, 0x7fc0002000000003}));
    EXPECT_FALSE(matches(pattern, {Value::Kind::v128, 0x7fc0000000000001, 0x7f80002000000003}));
    EXPECT_FALSE(matches(pattern, {Value::Kind::v128, 0x7fc0000000000001, 0x7fc0002000000002}));
}

TEST(matches, tells_references_apart)
{
    Pattern any_function;
    any_function.kind = Pattern::Kind::reference;
    any_function.type_name = "funcref";
    EXPECT_TRUE(matches(any_function, {Value::Kind::func_ref, 0, 0}));
    EXPECT_FALSE(matches(any_function, {Value::Kind::null_ref, 0, 0}));
    EXPECT_FALSE(matches(any_function, {Value::Kind::host_ref, 0, 0}));

    Pattern host;
    host.kind = Pattern::Kind::host_ref;
    host.host = 7;
    EXPECT_TRUE(matches(host, {Value::Kind::host_ref, 7, 0}));
    EXPECT_FALSE(matches(host, {Value::Kind::host_ref, 8, 0}));

    Pattern null;
    null.kind = Pattern::Kind::null_ref;
    EXPECT_TRUE(matches(null, {Value::Kind::null_ref, 0, 0}));
    EXPECT_FALSE(matches(null, {Value::Kind::func_ref, 0, 0}));
}

TEST(matches_any, takes_one_of_the_alternatives)
{
    const Expectation expectation{number(Value::Kind::i32, 32, {{Lane::Kind::bits, 1}}),
                                  number(Value::Kind::i32, 32, {{Lane::Kind::bits, 2}})};
    EXPECT_TRUE(matches_any(expectation, {Value::Kind::i32, 2, 0}));
    EXPECT_FALSE(matches_any(expectation, {Value::Kind::i32, 3, 0}));
}

TEST(read_script, gives_commands_with_their_values)
{
    const auto path = write_file("script.json", R"({"source_filename": "core/x.wast", "commands": [
        {"type": "assert_return", "line": 7,
         "action": {"type": "invoke", "module": "$M", "field": "a\u0000b", "args": [
            {"type": "v128", "lane_type": "i32", "value": ["1", "2", "3", "4294967295"]},
            {"type": "externref", "value": "5"}, {"type": "funcref", "value": "null"}]},
         "expected": [{"type": "f32", "value": "nan:canonical"}, {"type": "either", "values": [
            {"type": "refnull"}, {"type": "i32", "value": "1"}]}]}]})");
    std::string problem;
    const auto script = read_script(path, problem);
    ASSERT_TRUE(script) << problem;
    ASSERT_EQ(script->commands.size(), 1u);
    const Command& command = script->commands[0];
    EXPECT_EQ(command.kind, Command::Kind::assert_return);
    EXPECT_EQ(command.line, 7u);
    EXPECT_EQ(command.action.field, (std::string{"a\0b", 3}));
    ASSERT_EQ(command.action.args.size(), 3u);
    EXPECT_EQ(command.action.args[0].low, 0x0000000200000001u);
    EXPECT_EQ(command.action.args[0].high, 0xffffffff00000003u);
    EXPECT_EQ(to_string(command.action.args[1]), "ref.host 5");
    EXPECT_EQ(to_string(command.action.args[2]), "ref.null");
    ASSERT_EQ(command.expected.size(), 2u);
    EXPECT_EQ(to_string(command.expected[0]), "f32 nan:canonical");
    EXPECT_EQ(to_string(command.expected[1]), "ref.null or i32 0x1");
}

TEST(read_script, says_what_is_wrong_with_a_file)
{
    std::string problem;
    const auto path =
        write_file("no_script.json",
                   R"({"source_filename": "x", "commands": [{"type": "assert_fun", "line": 1}]})");
    EXPECT_FALSE(read_script(path, problem));
    EXPECT_NE(problem.find("no command 'assert_fun'"), std::string::npos) << problem;
}

FileReport report_of(std::vector<CommandReport> commands)
{
    FileReport report;
    report.source = "core/x.wast";
    report.commands = std::move(commands);
    return report;
}

CommandReport command(uint32_t line, Outcome::Kind kind, std::string note = "")
{
    return {Command::Kind::assert_return, line, {kind, std::move(note), false}};
}

KnownFailures known(const std::string& text)
{
    std::string problem;
    auto read = KnownFailures::read(write_file("known.txt", text), problem);
    EXPECT_TRUE(read) << problem;
    return read.value_or(KnownFailures{});
}

TEST(summary, counts_and_fails_on_an_unknown_failure)
{
    std::ostringstream out;
    Summary summary{{}, false, out};
    summary.add(
        report_of({command(1, Outcome::Kind::passed), command(2, Outcome::Kind::failed, "got 8"),
                   command(3, Outcome::Kind::skipped, "v128")}));
    EXPECT_FALSE(summary.finish(false));
    const std::string text = out.str();
    EXPECT_NE(text.find("core/x.wast:2: assert_return: got 8\n"), std::string::npos) << text;
    EXPECT_NE(text.find("1 of 3 pass, 1 FAIL, 1 skipped\n"), std::string::npos) << text;
    EXPECT_NE(text.find("     1  v128\n"), std::string::npos) << text;
}

TEST(summary, is_good_when_exactly_the_known_fails)
{
    std::ostringstream out;
    Summary summary{known("# why\ncore/x.wast:2 for a reason\n"), false, out};
    summary.add(report_of({command(1, Outcome::Kind::passed), command(2, Outcome::Kind::failed)}));
    EXPECT_TRUE(summary.finish(false)) << out.str();
}

TEST(summary, fails_on_a_known_failure_that_passes)
{
    std::ostringstream out;
    Summary summary{known("core/x.wast:1 for a reason\n"), false, out};
    summary.add(report_of({command(1, Outcome::Kind::passed)}));
    EXPECT_FALSE(summary.finish(false));
    EXPECT_NE(out.str().find("core/x.wast:1: a known failure that passes"), std::string::npos)
        << out.str();
}

TEST(summary, fails_on_a_known_failure_that_was_not_run_unless_the_run_is_partial)
{
    std::ostringstream out;
    Summary whole{known("core/y.wast:1 for a reason\n"), false, out};
    EXPECT_FALSE(whole.finish(false));
    Summary part{known("core/y.wast:1 for a reason\n"), false, out};
    EXPECT_TRUE(part.finish(true));
}

TEST(known_failures, want_a_reason)
{
    std::string problem;
    EXPECT_FALSE(KnownFailures::read(write_file("known.txt", "core/x.wast:2\n"), problem));
    EXPECT_NE(problem.find("known.txt:1: expected 'core/x.wast:12 why'"), std::string::npos)
        << problem;
}

}  // namespace
}  // namespace wrt::wast
