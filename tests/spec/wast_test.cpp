// Tests of the runner's own judgement: one that lets everything pass would be worse than none.
#include <cstdio>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <wast/known_failures.hpp>
#include <wast/runner.hpp>
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

std::optional<Script> wast_of(const std::string& text, std::string& problem)
{
    return read_wast(write_file("script.wast", text), "core/script.wast", problem);
}

TEST(read_wast, gives_commands_with_their_values)
{
    std::string problem;
    const auto script = wast_of(R"((module $m (func (export "f")))
        (register "m" $m)  ;; and so on
        (assert_return (invoke $m "a\00b" (v128.const i32x4 1 2 3 -1) (ref.extern 5) (ref.null func))
          (f32.const nan:canonical) (either (ref.null) (i32.const 1)) (ref.struct))
        (assert_trap (module (func)) "unreachable")
        (assert_exhaustion (invoke "f") "call stack exhausted"))",
                                problem);
    ASSERT_TRUE(script) << problem;
    ASSERT_EQ(script->commands.size(), 5u);
    EXPECT_EQ(script->commands[0].wat, R"((module $m (func (export "f"))))");
    EXPECT_EQ(script->commands[0].name, "$m");
    EXPECT_EQ(script->commands[1].kind, Command::Kind::register_instance);
    EXPECT_EQ(script->commands[1].name, "$m");
    EXPECT_EQ(script->commands[1].as, "m");
    const Command& command = script->commands[2];
    EXPECT_EQ(command.kind, Command::Kind::assert_return);
    EXPECT_EQ(command.line, 3u);
    EXPECT_EQ(command.action.module, "$m");
    EXPECT_EQ(command.action.field, (std::string{"a\0b", 3}));
    ASSERT_EQ(command.action.args.size(), 3u);
    EXPECT_EQ(command.action.args[0].low, 0x0000000200000001u);
    EXPECT_EQ(command.action.args[0].high, 0xffffffff00000003u);
    EXPECT_EQ(to_string(command.action.args[1]), "ref.host 5");
    EXPECT_EQ(to_string(command.action.args[2]), "ref.null");
    ASSERT_EQ(command.expected.size(), 3u);
    EXPECT_EQ(to_string(command.expected[0]), "f32 nan:canonical");
    EXPECT_EQ(to_string(command.expected[1]), "ref.null or i32 0x1");
    EXPECT_EQ(to_string(command.expected[2]), "structref");
    EXPECT_EQ(script->commands[3].kind, Command::Kind::assert_uninstantiable);
    EXPECT_EQ(script->commands[4].phrase, "call stack exhausted");
}

TEST(read_wast, knows_every_form_of_a_module)
{
    std::string problem;
    const auto script = wast_of("((@a) module) (module definition $M) (module instance $I $M)"
                                "(module binary \"\\00asm\") (module quote \"(func)\")"
                                "(thread $T (shared (module $M)) (invoke \"f\")) (wait $T)",
                                problem);
    ASSERT_TRUE(script) << problem;
    ASSERT_EQ(script->commands.size(), 7u);
    using enum Command::Kind;
    const Command::Kind kinds[] = {
        module, module_definition, module_instance, module, module, thread, wait};
    for (size_t i = 0; i < std::size(kinds); ++i)
        EXPECT_EQ(script->commands[i].kind, kinds[i]) << i;
    EXPECT_EQ(script->commands[2].name, "$I");
    EXPECT_EQ(script->commands[2].module, "$M");
    EXPECT_EQ(script->commands[5].shared, std::vector<std::string>{"$M"});
    ASSERT_EQ(script->commands[5].body.size(), 1u);
    EXPECT_EQ(script->commands[5].body[0].action.field, "f");
}

TEST(read_wast, takes_a_file_of_fields_for_a_module)
{
    std::string problem;
    const auto script = wast_of("(func) (memory 0)", problem);
    ASSERT_TRUE(script) << problem;
    ASSERT_EQ(script->commands.size(), 1u);
    EXPECT_EQ(script->commands[0].wat, "(func) (memory 0)");
}

TEST(read_wast, says_where_a_file_is_no_script)
{
    std::string problem;
    EXPECT_FALSE(wast_of("(module)\n  (assert_fun)", problem));
    EXPECT_NE(problem.find("script.wast:2:4: no command: assert_fun"), std::string::npos)
        << problem;
    EXPECT_FALSE(wast_of("(module)\n  (invoke \"x\" (i32.const 4294967296))", problem));
    EXPECT_NE(problem.find("script.wast:2:26: no number: 4294967296"), std::string::npos)
        << problem;
    EXPECT_FALSE(wast_of("(module", problem));
    EXPECT_NE(problem.find("a form that does not end"), std::string::npos) << problem;
    EXPECT_FALSE(wast_of("(thread $T (module)", problem));
    EXPECT_NE(problem.find("a thread that does not end"), std::string::npos) << problem;
    EXPECT_FALSE(wast_of("(thread $T (thread $U))", problem));
    EXPECT_NE(problem.find("a thread in a thread"), std::string::npos) << problem;
}

/// (module (func (export "f") (result i32) (i32.const 7)) (func (export "t") (unreachable)))
constexpr unsigned char seven[] = {
    0,  'a', 's', 'm',  1,   0,    0,    0,                       //
    1,  8,   2,   0x60, 0,   1,    0x7f, 0x60, 0,   0,            // types
    3,  3,   2,   0,    1,                                        // functions
    7,  9,   2,   1,    'f', 0,    0,    1,    't', 0, 1,         // exports
    10, 10,  2,   4,    0,   0x41, 7,    0x0b, 3,   0, 0, 0x0b};  // code

/// What comes of one command after `(module)` with the functions above.
Outcome outcome_of(const std::string& command, Mode mode = Mode::execute)
{
    const std::string directory = testing::TempDir();
    std::ofstream{directory + "seven.wasm", std::ios::binary}.write(
        reinterpret_cast<const char*>(seven), sizeof seven);
    const auto path =
        write_file("seven.json", R"({"source_filename": "core/seven.wast", "commands": [
        {"type": "module", "line": 1, "filename": "seven.wasm"},)" +
                                     command + "]}");
    std::string problem;
    const auto script = read_script(path, problem);
    EXPECT_TRUE(script) << problem;
    const FileReport report = run(*script, directory, mode);
    EXPECT_EQ(report.commands.at(0).outcome.kind, Outcome::Kind::passed)
        << report.commands.at(0).outcome.note;
    return report.commands.back().outcome;
}

std::string returns(const std::string& function, const std::string& value)
{
    return R"({"type": "assert_return", "line": 2, "action": {"type": "invoke", "field": ")" +
           function + R"(", "args": []}, "expected": [)" + value + "]}";
}

std::string traps(const std::string& function, const std::string& phrase)
{
    return R"({"type": "assert_trap", "line": 2, "action": {"type": "invoke", "field": ")" +
           function + R"(", "args": []}, "text": ")" + phrase + "\"}";
}

TEST(run, passes_the_right_result_and_no_other)
{
    EXPECT_EQ(outcome_of(returns("f", R"({"type": "i32", "value": "7"})")).kind,
              Outcome::Kind::passed);
    const Outcome wrong = outcome_of(returns("f", R"({"type": "i32", "value": "8"})"));
    EXPECT_EQ(wrong.kind, Outcome::Kind::failed);
    EXPECT_EQ(wrong.note, "expected (i32 0x8), got (i32 0x7)");
    EXPECT_EQ(outcome_of(returns("f", "")).kind, Outcome::Kind::failed);
    EXPECT_EQ(outcome_of(returns("none", "")).note, "expected nothing, got usage: not found");
}

TEST(run, passes_the_right_trap_and_no_other)
{
    EXPECT_EQ(outcome_of(traps("t", "unreachable")).kind, Outcome::Kind::passed);
    EXPECT_EQ(outcome_of(traps("t", "integer overflow")).kind, Outcome::Kind::failed);
    EXPECT_EQ(outcome_of(traps("f", "unreachable")).note, "expected unreachable, got (i32 0x7)");
}

TEST(run, fails_where_a_good_module_should_be_refused)
{
    const std::string refused =
        R"({"type": "assert_invalid", "line": 2, "filename": "seven.wasm", "text": "type mismatch"})";
    EXPECT_EQ(outcome_of(refused).note, "accepted, expected: type mismatch");
    EXPECT_EQ(outcome_of(refused, Mode::validate).note, "accepted, expected: type mismatch");
}

TEST(run, fails_where_a_module_should_not_link_and_does)
{
    EXPECT_EQ(outcome_of(R"({"type": "assert_unlinkable", "line": 2, "filename": "seven.wasm",
                            "text": "unknown import"})")
                  .note,
              "instantiated, expected: unknown import");
}

TEST(run, assembles_what_is_quoted)
{
    std::ofstream{testing::TempDir() + "quoted.wat"} << "(func (i32.const 0x))";
    EXPECT_EQ(outcome_of(R"({"type": "assert_malformed", "line": 2, "filename": "quoted.wat",
                            "module_type": "text", "text": "unknown operator"})")
                  .kind,
              Outcome::Kind::passed);
    std::ofstream{testing::TempDir() + "quoted.wat"} << "(func)";
    EXPECT_EQ(outcome_of(R"({"type": "assert_malformed", "line": 2, "filename": "quoted.wat",
                            "module_type": "text", "text": "unknown operator"})")
                  .note,
              "accepted, expected: unknown operator");
}

TEST(run, fails_on_a_module_that_is_not_there)
{
    EXPECT_EQ(outcome_of(R"({"type": "module", "line": 2, "filename": "none.wasm"})").note,
              "cannot read none.wasm");
}

TEST(run, runs_threads_at_the_same_time)
{
    std::string problem;
    // Neither side comes to an end without the other: each waits for what the other writes.
    const auto script = wast_of(R"(
        (module $Mem (memory (export "shared") 1 1 shared))
        (register "mem" $Mem)
        (thread $T (shared (module $Mem))
          (register "mem" $Mem)
          (module
            (memory (import "mem" "shared") 1 1 shared)
            (func (export "run") (result i32)
              (i32.atomic.store (i32.const 0) (i32.const 41))
              (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
              (memory.atomic.wait32 (i32.const 4) (i32.const 0) (i64.const -1))
              (drop)
              (i32.atomic.load (i32.const 4))))
          (assert_return (invoke "run") (i32.const 42))
          (assert_return (invoke "run") (i32.const 0)))
        (module
          (memory (import "mem" "shared") 1 1 shared)
          (func (export "run") (result i32)
            (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
            (i32.atomic.store (i32.const 4) (i32.add (i32.atomic.load (i32.const 0)) (i32.const 1)))
            (memory.atomic.notify (i32.const 4) (i32.const 1))))
        (invoke "run")
        (wait $T)
        (wait $U))",
                                problem);
    ASSERT_TRUE(script) << problem;
    const FileReport report =
        run(*script, "", Mode::execute, {.features = FeatureSet{}.with(Feature::threads)});
    std::string failures;
    for (const CommandReport& each : report.commands) {
        if (each.outcome.kind == Outcome::Kind::passed) continue;
        failures += std::to_string(each.line) + ": " + each.outcome.note + "\n";
    }
    EXPECT_EQ(report.commands.size(), 11u) << "those of the thread are counted";
    EXPECT_EQ(failures, "15: expected (i32 0x0), got (i32 0x2a)\n24: no thread $U\n");
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
    return {Command::Kind::assert_return, line, {kind, std::move(note), false, false}};
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
    EXPECT_FALSE(summary.finish(false, out));
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
    EXPECT_TRUE(summary.finish(false, out)) << out.str();
}

TEST(summary, fails_on_a_known_failure_that_passes)
{
    std::ostringstream out;
    Summary summary{known("core/x.wast:1 for a reason\n"), false, out};
    summary.add(report_of({command(1, Outcome::Kind::passed)}));
    EXPECT_FALSE(summary.finish(false, out));
    EXPECT_NE(out.str().find("core/x.wast:1: a known failure that passes"), std::string::npos)
        << out.str();
}

TEST(summary, fails_on_a_known_failure_that_was_not_run_unless_the_run_is_partial)
{
    std::ostringstream out;
    Summary whole{known("core/y.wast:1 for a reason\n"), false, out};
    EXPECT_FALSE(whole.finish(false, out));
    Summary part{known("core/y.wast:1 for a reason\n"), false, out};
    EXPECT_TRUE(part.finish(true, out));
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
