// wrtd run: what the guest gets, what it gives back, and the words when it goes wrong.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.hpp"

namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::string_literals;

TEST(wrtd_run, hands_on_arguments_and_the_exit_status)
{
    const Ended ended = wrtd({"run", "echo.wasm", "one", "two"});
    EXPECT_EQ(ended.status, 2);
    EXPECT_EQ(ended.out, "echo.wasm\0one\0two\0"s);
    EXPECT_EQ(ended.err, "");
}

TEST(wrtd_run, is_what_a_file_alone_means)
{
    const Ended ended = wrtd({"./echo.wasm"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.out, "./echo.wasm\0"s);
}

TEST(wrtd_run, leaves_everything_after_the_file_to_the_guest)
{
    const Ended ended =
        wrtd({"run", "--fuel", "1M", "echo.wasm", "--fuel", "x", "--", "-h", "run", ""});
    EXPECT_EQ(ended.status, 6);
    EXPECT_EQ(ended.out, "echo.wasm\0--fuel\0x\0--\0-h\0run\0\0"s);
    EXPECT_EQ(ended.err, "");
}

TEST(wrtd_run, takes_options_without_the_command_too)
{
    const Ended ended = wrtd({"--argv0", "me", "echo.wasm", "x"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(ended.out, "me\0x\0"s);
}

TEST(wrtd_run, gives_no_variables_but_those_named)
{
    const std::vector<std::string> env{"SECRET=1", "SHARED=2"};
    EXPECT_EQ(wrtd(Start{.arguments = {"echo.wasm"}, .input = {}, .env = env}).out, "echo.wasm\0"s);
    EXPECT_EQ(wrtd(Start{.arguments = {"run", "--env", "SHARED", "--env", "OWN=a=b", "--env",
                                       "UNSET", "echo.wasm"},
                         .input = {},
                         .env = env})
                  .out,
              "echo.wasm\0SHARED=2\0OWN=a=b\0"s);
    EXPECT_EQ(wrtd(Start{.arguments = {"run", "--env-all", "--env", "SHARED=3", "echo.wasm"},
                         .input = {},
                         .env = env})
                  .out,
              "echo.wasm\0SECRET=1\0SHARED=3\0"s);
}

TEST(wrtd_run, connects_the_standard_streams_where_told)
{
    EXPECT_EQ(wrtd(Start{.arguments = {"echo.wasm"}, .input = "typed", .env = {}}).out,
              "echo.wasm\0typed"s);
    EXPECT_EQ(wrtd(Start{.arguments = {"run", "--stdin", "null", "echo.wasm"},
                         .input = "typed",
                         .env = {}})
                  .out,
              "echo.wasm\0"s);
    EXPECT_EQ(wrtd({"run", "--stdout", "null", "echo.wasm"}).out, "");
    EXPECT_EQ(wrtd({"run", "--stdout", "stdout.tmp", "echo.wasm"}).out, "");
    EXPECT_EQ(wrtd({"run", "--stdin", "stdout.tmp", "echo.wasm"}).out, "echo.wasm\0echo.wasm\0"s);
    const Ended missing = wrtd({"run", "--stdin", "no such file", "echo.wasm"});
    EXPECT_EQ(missing.status, 125);
    EXPECT_EQ(missing.err, "error: cannot open no such file: No such file or directory\n");
}

TEST(wrtd_run, says_which_directory_cannot_be_had)
{
    const Ended ended = wrtd({"run", "--dir", ".", "--dir", "nowhere::/data", "echo.wasm"});
    EXPECT_EQ(ended.status, 125);
    EXPECT_EQ(ended.err, "error: --dir nowhere: No such file or directory\n");
}

TEST(wrtd_run, runs_a_start_function_where_there_is_no_start_export)
{
    const Ended ended = wrtd({"run", "started.wasm"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.err, "");
}

TEST(wrtd_run, says_that_there_is_nothing_to_run)
{
    const Ended ended = wrtd({"run", "calc.wasm"});
    EXPECT_EQ(ended.status, 127);
    EXPECT_EQ(
        ended.err,
        "error: calc.wasm has no _start to run\n"
        "hint: `wrtd call calc.wasm NAME` calls an export; `wrtd inspect calc.wasm` lists them\n");
}

TEST(wrtd_run, says_that_a_file_is_missing)
{
    const Ended ended = wrtd({"run", "no_such.wasm"});
    EXPECT_EQ(ended.status, 127);
    EXPECT_EQ(ended.err, "error: cannot read no_such.wasm: No such file or directory\n");
}

TEST(wrtd_run, says_where_a_file_is_malformed_and_where_invalid)
{
    const Ended malformed = wrtd({"run", "malformed.wasm"});
    EXPECT_EQ(malformed.status, 126);
    EXPECT_EQ(malformed.err, "error: malformed.wasm: malformed at 0x9: integer too large\n");
    const Ended invalid = wrtd({"run", "invalid.wasm"});
    EXPECT_EQ(invalid.status, 126);
    EXPECT_EQ(invalid.err,
              "error: invalid.wasm: invalid at 0x1a: type mismatch, expected i32, got i64\n"
              "note: in the code section, function 0\n");
}

TEST(wrtd_run, runs_text_as_it_runs_binaries)
{
    const Ended text = wrtd({"run", "text.wat"});
    EXPECT_EQ(text.status, 127);
    EXPECT_EQ(text.err, "error: text.wat has no _start to run\n"
                        "hint: `wrtd call text.wat NAME` calls an export; `wrtd inspect text.wat` "
                        "lists them\n");
    const Ended wrong = wrtd({"run", "wrong.wat"});
    EXPECT_EQ(wrong.status, 126);
    EXPECT_EQ(wrong.err, "error: wrong.wat:2:9: malformed at 0x10: unknown operator\n");
}

TEST(wrtd_run, refuses_other_files_and_components_without_run_with_a_hint)
{
    const Ended other = wrtd({"run", "other.txt"});
    EXPECT_EQ(other.status, 126);
    EXPECT_EQ(other.err, "error: other.txt: malformed at 0x0: magic header not detected\n"
                         "hint: this is no WebAssembly, neither binary nor text\n");
    const Ended component = wrtd({"run", "component.wasm"});
    EXPECT_EQ(component.status, 127);
    EXPECT_EQ(component.err, "error: component.wasm exports no wasi:cli/run to run\n"
                             "hint: `wrtd call component.wasm NAME` calls an export; "
                             "`wrtd inspect component.wasm` lists them\n");
}

TEST(wrtd_run, names_the_import_that_nothing_provides)
{
    const Ended ended = wrtd({"run", "wants.wasm"});
    EXPECT_EQ(ended.status, 126);
    EXPECT_EQ(ended.err,
              "error: wants.wasm imports env.now (func (result i64)), which nothing provides\n"
              "hint: `wrtd inspect wants.wasm` lists all imports\n");
    const Ended without = wrtd({"run", "--no-wasi", "echo.wasm"});
    EXPECT_EQ(without.status, 126);
    EXPECT_EQ(without.err, "error: echo.wasm imports wasi_snapshot_preview1.args_sizes_get (func "
                           "(param i32 i32) (result i32)), "
                           "which nothing provides\n"
                           "hint: --no-wasi takes it away\n");
}

TEST(wrtd_run, shows_the_way_to_a_trap_with_escaped_names)
{
    const Ended ended = wrtd({"run", "traps.wasm"});
    EXPECT_EQ(ended.status, 134);
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(ended.err, "error: traps.wasm: trap at 0x3e: unreachable\n"
                         "  at  0  traps.wasm!inner  (function 0 at 0x3e)\n"
                         "      1  traps.wasm!_start  (function 2 at 0x47)\n");
    const Ended red = wrtd({"call", "traps.wasm", "\x1b[31mred"});
    EXPECT_EQ(red.status, 134);
    EXPECT_THAT(red.err, HasSubstr("      1  traps.wasm!\\x1b[31mred  (function 1 at "));
    EXPECT_THAT(red.err, testing::Not(HasSubstr("\x1b")));
}

TEST(wrtd_run, ends_when_the_fuel_is_used_up)
{
    const Ended ended = wrtd({"run", "--fuel", "some", "forever.wasm"});
    EXPECT_EQ(ended.status, 125);
    EXPECT_EQ(ended.err, "error: --fuel: 'some' is not a count such as 1000000 or 1M\n"
                         "hint: `wrtd help run` lists the options\n");
    const Ended starved = wrtd({"run", "--fuel", "50K", "forever.wasm"});
    EXPECT_EQ(starved.status, 124);
    EXPECT_EQ(starved.err, "error: forever.wasm: exhaustion at 0x31: out of fuel\n"
                           "  at  0  forever.wasm!main  (function 0 at 0x31)\n"
                           "hint: 50,000 fuel was allowed\n")
        << "fuel is charged where the loop begins";
}

TEST(wrtd_run, ends_when_the_time_is_up)
{
    const Ended ended = wrtd({"run", "--timeout", "50ms", "forever.wasm"});
    EXPECT_EQ(ended.status, 124);
    EXPECT_EQ(ended.err, "error: forever.wasm: out of time\n"
                         "  at  0  forever.wasm!main  (function 0 at 0x33)\n"
                         "hint: --timeout allowed 0.05 s\n");
}

TEST(wrtd_run, ends_when_it_is_interrupted)
{
    const Ended killed = wrtd(Start{
        .arguments = {"run", "forever.wasm"}, .input = {}, .env = {}, .signal_after_ms = 300});
    EXPECT_EQ(killed.status, -SIGINT) << "which a shell calls 130";
    const Ended stopped = wrtd(Start{.arguments = {"run", "--timeout", "1h", "forever.wasm"},
                                     .input = {},
                                     .env = {},
                                     .signal_after_ms = 300});
    EXPECT_EQ(stopped.status, 130);
    EXPECT_EQ(stopped.err, "error: forever.wasm: interrupted\n"
                           "  at  0  forever.wasm!main  (function 0 at 0x33)\n");
}

TEST(wrtd_run, keeps_to_its_budget)
{
    const Ended ended = wrtd({"run", "--budget", "1MiB", "large.wasm"});
    EXPECT_EQ(ended.status, 137);
    EXPECT_THAT(ended.err, StartsWith("error: large.wasm: exhaustion: "));
    EXPECT_EQ(wrtd({"run", "--budget", "8MiB", "large.wasm"}).status, 0);
    EXPECT_EQ(
        wrtd(Start{.arguments = {"run", "large.wasm"}, .input = {}, .env = {"WRTD_BUDGET=1MiB"}})
            .status,
        137);
}

TEST(wrtd_run, bounds_linear_memory)
{
    EXPECT_EQ(wrtd({"call", "--max-memory", "128KiB", "calc.wasm", "grow", "1"}).out, "i32:1\n");
    EXPECT_EQ(wrtd({"call", "--max-memory", "128KiB", "calc.wasm", "grow", "2"}).out, "i32:-1\n");
    EXPECT_EQ(wrtd({"call", "calc.wasm", "grow", "3"}).out, "i32:1\n");
}

TEST(wrtd_run, says_what_was_thrown_and_not_caught)
{
    const Ended ended = wrtd({"call", "throws.wasm", "raise", "7"});
    EXPECT_EQ(ended.status, 134);
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err,
                testing::MatchesRegex("error: throws.wasm: trap at 0x[0-9a-f]+: uncaught exception "
                                      "'too much' .tag 0. with i32:7 f64:1.5\n"
                                      "  at  0  throws.wasm!raise  .function 0 at 0x[0-9a-f]+.\n"
                                      "      1  throws.wasm!raise  .function 1 at 0x[0-9a-f]+.\n"));
    EXPECT_THAT(wrtd({"call", "throws.wasm", "plain"}).err,
                HasSubstr(": uncaught exception (tag 1)\n"));
}

TEST(wrtd_run, traps_when_the_stack_is_exhausted)
{
    const Ended ended = wrtd({"call", "--stack", "64KiB", "calc.wasm", "down", "1"});
    EXPECT_EQ(ended.status, 134);
    EXPECT_THAT(ended.err,
                HasSubstr(": call stack exhausted\n  at  0  calc.wasm!down  (function 5 at "));
    EXPECT_THAT(ended.err, HasSubstr("     19  calc.wasm!down"));
    EXPECT_THAT(ended.err, testing::ContainsRegex("        and [0-9,]+ more\n$"));
}

TEST(wrtd_run, reports_what_was_used_when_asked)
{
    const Ended ended = wrtd({"run", "--stats", "--fuel", "1M", "echo.wasm"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.out, "echo.wasm\0"s);
    EXPECT_THAT(ended.err, StartsWith("note: "));
    EXPECT_THAT(ended.err, HasSubstr(" of memory at most in use: "));
    EXPECT_THAT(ended.err, HasSubstr("\n  code "));
    EXPECT_THAT(ended.err, testing::ContainsRegex("note: [0-9]+ of 1,000,000 fuel used\n"));
}

}  // namespace
