// wrtd call, validate, inspect, print, wast, help and version, from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

#include "decoder/feature_modules.hpp"
#include "process.hpp"

namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(wrtd_call, prints_results_one_a_line)
{
    const Ended ended = wrtd({"call", "calc.wasm", "add", "20", "22"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.out, "i32:42\n");
    EXPECT_EQ(ended.err, "");
    EXPECT_EQ(wrtd({"call", "calc.wasm", "add(20, -22)"}).out, "i32:-2\n");
    EXPECT_EQ(wrtd({"call", "calc.wasm", "all", "-1", "nan:0x200000", "-0.1", "7"}).out,
              "externref:7\nf64:-0.1\nf32:nan:0x200000\ni64:-1\n");
    EXPECT_EQ(wrtd({"call", "calc.wasm", "all", "0x10", "inf", "nan", "null"}).out,
              "externref:null\nf64:nan\nf32:inf\ni64:16\n");
}

TEST(wrtd_call, reads_back_what_it_prints)
{
    EXPECT_EQ(wrtd({"call", "calc.wasm", "all(i64:5, f32:1.5, f64:-inf, externref:9)"}).out,
              "externref:9\nf64:-inf\nf32:1.5\ni64:5\n");
}

TEST(wrtd_call, reads_and_prints_vectors)
{
    EXPECT_EQ(wrtd({"call", "vectors.wasm", "sum", "i32x4 1 2 -3 4", "7", "v128:0x0a0000000b"}).out,
              "v128:0x00000004fffffffd0000000c0000000c\ni32:7\n");
    EXPECT_EQ(wrtd({"call", "vectors.wasm", "sum(f32x4 1 0 0 0, 7, 0x0)"}).out,
              "v128:0x0000000000000000000000003f800000\ni32:7\n");
}

TEST(wrtd_call, prints_json)
{
    const Ended ended = wrtd({"call", "--json", "calc.wasm", "all", "1", "2", "3", "null"});
    const auto results = nlohmann::json::parse(ended.out);
    ASSERT_EQ(results.size(), 4U);
    EXPECT_EQ(results[0]["type"], "externref");
    EXPECT_EQ(results[0]["value"], "null");
    EXPECT_EQ(results[3]["value"], "1");
}

TEST(wrtd_call, suggests_the_export_that_was_meant)
{
    const Ended ended = wrtd({"call", "calc.wasm", "addd", "1", "2"});
    EXPECT_EQ(ended.status, 127);
    EXPECT_EQ(ended.err, "error: calc.wasm has no export 'addd'; did you mean 'add'?\n"
                         "hint: 'add' is (func (param i32 i32) (result i32))\n");
    const Ended other = wrtd({"call", "calc.wasm", "subtract", "1", "2"});
    EXPECT_EQ(other.status, 127);
    EXPECT_EQ(other.err, "error: calc.wasm has no export 'subtract'\n"
                         "hint: `wrtd inspect calc.wasm` lists its exports\n");
    const Ended memory = wrtd({"call", "calc.wasm", "memory"});
    EXPECT_EQ(memory.status, 127);
    EXPECT_EQ(memory.err, "error: calc.wasm: export 'memory' is no function but (memory 1 4)\n");
}

TEST(wrtd_call, says_what_is_wrong_with_the_arguments)
{
    const Ended count = wrtd({"call", "calc.wasm", "add", "1"});
    EXPECT_EQ(count.status, 125);
    EXPECT_EQ(count.err, "error: 'add' takes 2 arguments, not 1\n"
                         "hint: 'add' is (func (param i32 i32) (result i32))\n");
    const Ended range = wrtd({"call", "calc.wasm", "add", "1", "4294967296"});
    EXPECT_EQ(range.status, 125);
    EXPECT_EQ(range.err, "error: argument 2 of 'add': '4294967296' is no i32\n"
                         "hint: 'add' is (func (param i32 i32) (result i32))\n");
    const Ended open = wrtd({"call", "calc.wasm", "add(1, 2"});
    EXPECT_EQ(open.status, 125);
    EXPECT_EQ(open.err, "error: 'add(1, 2' has no closing parenthesis\n");
}

TEST(wrtd_call, shows_the_way_to_a_trap)
{
    const Ended ended = wrtd({"call", "calc.wasm", "mean", "1", "2"});
    EXPECT_EQ(ended.status, 134);
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(ended.err, "error: calc.wasm: trap at 0x96: integer divide by zero\n"
                         "  at  0  calc.wasm!divide  (function 1 at 0x96)\n"
                         "      1  calc.wasm!mean  (function 2 at 0xa2)\n");
}

TEST(wrtd_validate, checks_several_files_and_gives_the_worst)
{
    const Ended good = wrtd({"validate", "calc.wasm", "echo.wasm"});
    EXPECT_EQ(good.status, 0);
    EXPECT_EQ(good.out, "calc.wasm: valid\necho.wasm: valid\n");
    const Ended bad = wrtd({"validate", "calc.wasm", "invalid.wasm", "echo.wasm"});
    EXPECT_EQ(bad.status, 1);
    EXPECT_EQ(bad.out, "calc.wasm: valid\necho.wasm: valid\n");
    EXPECT_EQ(bad.err,
              "error: invalid.wasm: invalid at 0x1a: type mismatch, expected i32, got i64\n"
              "note: in the code section, function 0\n");
    EXPECT_EQ(wrtd({"validate", "invalid.wasm", "no_such.wasm"}).status, 2);
    const Ended component = wrtd({"validate", "component.wasm"});
    EXPECT_EQ(component.status, 0);
    EXPECT_EQ(component.out, "component.wasm: valid\n");
}

/// What a message ends with: "..., needs feature gc\nnote: ..." is "gc".
std::string needed_feature(const std::string& message)
{
    const std::string_view lead = ", needs feature ";
    const size_t at = message.find(lead);
    if (at == std::string::npos) return "";
    const size_t begin = at + lead.size();
    return message.substr(begin, message.find('\n', begin) - begin);
}
wrt::Feature feature_of(std::string_view name)
{
    uint32_t index = 1;
    while (index < wrt::feature_count && wrt::name_of(static_cast<wrt::Feature>(index)) != name)
        ++index;
    EXPECT_LT(index, wrt::feature_count) << name;
    return static_cast<wrt::Feature>(index % wrt::feature_count);
}

TEST(wrtd_validate, of_the_first_version_names_the_feature_that_a_module_needs)
{
    for (const wrt::test::FeatureModule& item : wrt::test::feature_modules()) {
        const std::string path = testing::TempDir() + "wrtd_feature_" + item.name + ".wasm";
        std::ofstream{path, std::ios::binary}.write(
            reinterpret_cast<const char*>(item.binary.data()),
            static_cast<std::streamsize>(item.binary.size()));
        const std::string feature{wrt::name_of(item.feature)};

        const Ended refused = wrtd({"validate", "--features", "mvp", path});
        EXPECT_EQ(refused.status, 1) << item.name;
        EXPECT_THAT(refused.err, StartsWith("error: " + path + ": ")) << item.name;
        // The first of those that it needs: a splat before a relaxed swizzle.
        const std::string named = needed_feature(refused.err);
        EXPECT_TRUE(wrt::FeatureSet::mvp().with(item.feature).has(feature_of(named)))
            << item.name << ": " << refused.err;
        const Ended allowed = wrtd({"validate", "--features", "mvp,+" + feature, path});
        EXPECT_EQ(allowed.status, 0) << item.name << ": " << allowed.err;
    }
}

TEST(wrtd_features, that_are_none_are_refused_with_those_that_are)
{
    const Ended unknown = wrtd({"validate", "--features", "3.0,+gcc", "calc.wasm"});
    EXPECT_EQ(unknown.status, 125);
    EXPECT_THAT(unknown.err, StartsWith("error: --features: no feature 'gcc', only "
                                        "sign-extension, saturating-float-to-int, "));
    const Ended level = wrtd({"validate", "--features=1.0", "calc.wasm"});
    EXPECT_EQ(level.status, 125);
    EXPECT_THAT(level.err,
                StartsWith("error: --features: '1.0' is none of mvp, 2.0, 3.0, +name, -name\n"));
}

TEST(wrtd_features, hold_for_every_command_that_reads_modules)
{
    const std::vector<std::vector<std::string>> commands{
        {"run", "--features", "mvp", "features.wasm"},
        {"call", "--features", "mvp", "features.wasm", "tail", "1"},
        {"inspect", "--features", "mvp", "features.wasm"},
    };
    for (const std::vector<std::string>& command : commands) {
        const Ended refused = wrtd(command);
        EXPECT_NE(refused.status, 0) << command.front();
        EXPECT_THAT(refused.err, HasSubstr("needs feature multi-value")) << command.front();
    }
    const Ended script = wrtd({"wast", "--features", "mvp", "script_good.json"});
    EXPECT_EQ(script.status, 1) << script.out;
    EXPECT_THAT(script.out, HasSubstr("needs feature "));
}

TEST(wrtd_validate, can_be_quiet)
{
    const Ended ended = wrtd({"validate", "-q", "calc.wasm", "invalid.wasm"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(ended.out + ended.err, "");
}

TEST(wrtd_inspect, shows_what_is_in_a_module)
{
    const Ended ended = wrtd({"inspect", "features.wasm"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_THAT(ended.out, StartsWith("features.wasm: module, 1"));
    EXPECT_THAT(ended.out, HasSubstr("\nimports\n"
                                     "  (import \"env\" \"table\" (table 1 10 externref))\n"
                                     "  (import \"env\" \"base\" (global i32))\n"
                                     "\nexports\n"
                                     "  (export \"tail\" (func (param i32)))\n"
                                     "  (export \"fill\" (func))\n"
                                     "\ncode\n"
                                     "  3 functions, 13 instructions\n"
                                     "\nfeatures\n"
                                     "  sign-extension, saturating-float-to-int, multi-value, "
                                     "reference-types, bulk-memory, tail-call\n"
                                     "\nloaded\n"
                                     "  keeps "));
    EXPECT_THAT(ended.out, HasSubstr("  type                     at 0x00000a         "));
    EXPECT_THAT(ended.out, HasSubstr("  custom \"name\" "));
}

TEST(wrtd_inspect, prints_json)
{
    const Ended ended = wrtd({"inspect", "--json", "calc.wasm"});
    EXPECT_EQ(ended.status, 0);
    const auto module = nlohmann::json::parse(ended.out);
    EXPECT_EQ(module["kind"], "module");
    EXPECT_EQ(module["name"], "calc");
    EXPECT_EQ(module["functions"], 7);
    EXPECT_EQ(module["exports"][0]["name"], "memory");
    EXPECT_EQ(module["exports"][0]["type"], "(memory 1 4)");
    EXPECT_EQ(module["exports"][1]["type"], "(global i32)");
    EXPECT_EQ(module["sections"][0]["name"], "type");
    EXPECT_GT(module["load"]["retained"], 0);
    EXPECT_GE(module["load"]["peak"], module["load"]["retained"]);
}

TEST(wrtd_inspect, says_why_it_cannot)
{
    const Ended invalid = wrtd({"inspect", "invalid.wasm"});
    EXPECT_EQ(invalid.status, 1);
    EXPECT_THAT(invalid.err, StartsWith("error: invalid.wasm: invalid at 0x1a: "));
    EXPECT_EQ(wrtd({"inspect", "no_such.wasm"}).status, 2);
    const Ended second = wrtd({"inspect", "calc.wasm", "echo.wasm"});
    EXPECT_EQ(second.status, 125);
    EXPECT_EQ(second.err, "error: wrtd inspect takes one file, and 'echo.wasm' is a second\n");
}

TEST(wrtd_call, takes_text)
{
    EXPECT_EQ(wrtd({"call", "text.wat", "twice", "21"}).out, "i32:42\n");
}

TEST(wrtd_validate, takes_text_and_says_line_and_column)
{
    EXPECT_EQ(wrtd({"validate", "text.wat"}).out, "text.wat: valid\n");
    const Ended wrong = wrtd({"validate", "wrong.wat"});
    EXPECT_EQ(wrong.status, 1);
    EXPECT_EQ(wrong.err, "error: wrong.wat:2:9: malformed at 0x10: unknown operator\n");
}

TEST(wrtd_print, shows_a_binary_as_text_under_its_names)
{
    const Ended ended = wrtd({"print", "text.wat"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(ended.out, "(module\n"
                         "  (type (;0;) (func (param i32) (result i32)))\n"
                         "  (export \"twice\" (func $twice))\n"
                         "  (func $twice (type 0) (param $x i32) (result i32)\n"
                         "    local.get $x\n"
                         "    i32.const 2\n"
                         "    i32.mul))\n");
    EXPECT_EQ(wrtd({"print", "calc.wasm"}).status, 0);
    const Ended malformed = wrtd({"print", "malformed.wasm"});
    EXPECT_EQ(malformed.status, 1);
    EXPECT_EQ(malformed.err, "error: malformed.wasm: malformed at 0x9: integer too large\n");
    EXPECT_EQ(wrtd({"print", "no_such.wasm"}).status, 2);
}

TEST(wrtd_wast, runs_a_script)
{
    const Ended good = wrtd({"wast", "script.wast"});
    EXPECT_EQ(good.status, 0) << good.out << good.err;
    EXPECT_THAT(good.out, HasSubstr("assertions  2 of 2 pass\n"));
    const Ended none = wrtd({"wast", "no_script.wast"});
    EXPECT_EQ(none.status, 2);
    EXPECT_THAT(none.out, HasSubstr("no_script.wast:1:11: no command: assert_fun"));
}

TEST(wrtd_wast, runs_a_converted_script)
{
    const Ended good = wrtd({"wast", "script_good.json"});
    EXPECT_EQ(good.status, 0) << good.out << good.err;
    const Ended bad = wrtd({"wast", "script_bad.json"});
    EXPECT_EQ(bad.status, 1) << bad.out << bad.err;
    EXPECT_EQ(wrtd({"wast", "no_such.json"}).status, 2);
}

TEST(wrtd, says_what_it_is)
{
    EXPECT_EQ(wrtd({"version"}).out, "wrtd " WRT_VERSION "\n");
    EXPECT_EQ(wrtd({"--version"}).out, "wrtd " WRT_VERSION "\n");
    const Ended help = wrtd({"help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.out, StartsWith("wrtd runs WebAssembly.\n\nusage: wrtd "));
    EXPECT_EQ(wrtd({"--help"}).out, help.out);
    EXPECT_THAT(wrtd({"help", "run"}).out, HasSubstr("  -m,--budget SIZE "));
    EXPECT_EQ(wrtd({"run", "--help"}).out, wrtd({"help", "run"}).out);
    EXPECT_THAT(wrtd({"help", "exit-codes"}).out, HasSubstr("  137      memory budget exceeded"));
}

TEST(wrtd, suggests_the_option_command_or_topic_that_was_meant)
{
    const Ended option = wrtd({"run", "--bugdet", "1MiB", "echo.wasm"});
    EXPECT_EQ(option.status, 125);
    EXPECT_EQ(option.err, "error: unknown option '--bugdet'; did you mean '--budget'?\n"
                          "hint: `wrtd help run` lists the options\n");
    const Ended command = wrtd({"inspct", "echo.wasm"});
    EXPECT_EQ(command.status, 125);
    EXPECT_EQ(command.err, "error: no command 'inspct'; did you mean 'inspect'?\n"
                           "hint: `wrtd help` lists the commands\n");
    const Ended topic = wrtd({"help", "wsai"});
    EXPECT_EQ(topic.status, 125);
    EXPECT_EQ(topic.err, "error: no help about 'wsai'; did you mean 'wasi'?\n"
                         "hint: `wrtd help` lists commands and topics\n");
}

TEST(wrtd, says_what_is_wrong_with_its_arguments)
{
    EXPECT_EQ(wrtd(std::vector<std::string>{}).err,
              "error: no command and no file\nhint: `wrtd help` shows how wrtd is used\n");
    EXPECT_EQ(wrtd({"run"}).err, "error: wrtd run needs a file\n"
                                 "hint: usage: wrtd run [options] FILE [guest arguments...]\n");
    EXPECT_EQ(wrtd({"run", "--budget", "lots", "echo.wasm"}).err,
              "error: --budget: 'lots' is not a size such as 65536, 64KiB or 1.5MiB\n"
              "hint: `wrtd help run` lists the options\n");
    EXPECT_EQ(wrtd({"run", "--fuel"}).err, "error: --fuel needs a value\n"
                                           "hint: `wrtd help run` lists the options\n");
    EXPECT_EQ(wrtd({"--color", "sometimes", "echo.wasm"}).err,
              "error: --color: 'sometimes' is none of auto, always, never\n"
              "hint: `wrtd help` shows how wrtd is used\n");
    EXPECT_EQ(wrtd({"run", "--fuel"}).status, 125);
}

TEST(wrtd, colours_its_messages_only_when_told_to)
{
    EXPECT_THAT(wrtd({"--color", "always", "no_such.wasm"}).err,
                StartsWith("\x1b[1;31merror:\x1b[0m cannot read"));
    EXPECT_THAT(wrtd({"no_such.wasm"}).err, StartsWith("error: cannot read"));
    EXPECT_THAT(
        wrtd(Start{.arguments = {"no_such.wasm"}, .input = {}, .env = {"CLICOLOR_FORCE=1"}}).err,
        StartsWith("\x1b[1;31merror:"));
}

}  // namespace
