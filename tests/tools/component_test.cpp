// wrtd run, call and inspect on components, from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <span>

#include "component/host_components.hpp"
#include "process.hpp"

namespace {

using testing::HasSubstr;

std::string file_of(const std::string& name, std::span<const uint8_t> bytes)
{
    std::string path = testing::TempDir() + "wrtd_" + name;
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                static_cast<std::streamsize>(bytes.size()));
    return path;
}

std::string values()
{
    return file_of("values.wasm", wrt::test::values_component);
}

constexpr const char* item =
    R"({color: %none, marks: {bold}, shape: line(-1, 2), letter: 'ä', big: -9007199254740993, )"
    R"(small: 0.5, maybe: some(none), done: err(true), list: [1, 65535]})";
constexpr const char* printed =
    R"([{color: %none, marks: {bold}, shape: line((-1, 2)), letter: 'ä', big: -9007199254740993, )"
    R"(small: 0.5, maybe: some(none), done: err(true), list: [1, 65535]}])";

TEST(wrtd_component, reads_and_prints_values_as_wave)
{
    const std::string written =
        std::string{"["} +
        R"({color: %none, marks: {bold}, shape: line((-1, 2)), letter: '\u{e4}', big: )"
        R"(-9007199254740993, small: 0.5, maybe: some(none), done: err(true), list: [1, 65535,]}])";
    const Ended ended = wrtd({"call", values(), "items", written});
    EXPECT_EQ(ended.out, std::string{printed} + "\n");
    EXPECT_EQ(ended.err, "");
    EXPECT_EQ(wrtd({"call", values(), "items(" + std::string{printed} + ")"}).out, ended.out)
        << "it reads what it prints";
    const Ended json = wrtd({"call", "--json", values(), "items", printed});
    EXPECT_EQ(json.out, R"([[{"big":-9007199254740993,"color":"none","done":{"err":true},)"
                        R"("letter":"ä","list":[1,65535],"marks":["bold"],"maybe":{"some":null},)"
                        R"("shape":{"tag":"line","val":[-1,2]},"small":0.5}]])"
                        "\n");
}

TEST(wrtd_component, is_taken_as_text_too)
{
    EXPECT_EQ(wrtd({"call", "adder.wat", "add(20, 22)"}).out, "42\n");
    EXPECT_EQ(wrtd({"validate", "adder.wat"}).out, "adder.wat: valid\n");
    EXPECT_THAT(wrtd({"inspect", "adder.wat"}).out,
                HasSubstr("export add: func(a: u32, b: u32) -> u32;"));
    EXPECT_THAT(wrtd({"run", "adder.wat"}).err,
                HasSubstr("adder.wat exports no wasi:cli/run to run"));
    EXPECT_THAT(wrtd({"serve", "--addr", "127.0.0.1:0", "adder.wat"}).err,
                HasSubstr("wasi:http/incoming-handler"));
    const std::string wrong = "error: wrong_component.wat:2:15: malformed at 0x19: unknown type\n";
    for (const char* command : {"validate", "run", "inspect", "serve"})
        EXPECT_EQ(wrtd({command, "wrong_component.wat"}).err, wrong) << command;
    EXPECT_EQ(wrtd({"call", "wrong_component.wat", "f"}).err, wrong);
}

TEST(wrtd_wast, runs_scripts_of_components)
{
    const Ended good = wrtd({"wast", "component_script.wast"});
    EXPECT_EQ(good.status, 0) << good.out;
    EXPECT_THAT(good.out, HasSubstr("3 of 3 pass"));
    const Ended bad = wrtd({"wast", "wrong_components.wast"});
    EXPECT_EQ(bad.status, 1);
    EXPECT_THAT(bad.out, HasSubstr("wrong_components.wast:7: assert_return"));
}

TEST(wrtd_component, says_what_is_wrong_with_an_argument)
{
    const Ended ended = wrtd({"call", values(), "items", std::string{"["} + item + "]"});
    EXPECT_EQ(ended.status, 125);
    EXPECT_THAT(ended.err, HasSubstr("argument 'items' of 'items': expected (\n"));
    EXPECT_THAT(ended.err, HasSubstr("hint: 'items' is func(items: list<record { color: enum"));
    EXPECT_THAT(wrtd({"call", values(), "items", "[{colour: red}]"}).err,
                HasSubstr("there is no field 'colour'"));
    EXPECT_THAT(wrtd({"call", values(), "items", "[{}]"}).err,
                HasSubstr("field 'color' is missing"));
    EXPECT_THAT(wrtd({"call", values(), "add", "1"}).err, HasSubstr("'add' takes 2 arguments"));
    EXPECT_THAT(wrtd({"call", values(), "add(1, 4294967296)"}).err,
                HasSubstr("'4294967296' is no u32"));
    EXPECT_THAT(wrtd({"call", values(), "add", "1", "2 3"}).err, HasSubstr("'3' is left over"));
}

TEST(wrtd_component, finds_a_function_in_whichever_interface_exports_it)
{
    EXPECT_EQ(wrtd({"call", values(), "add(20, 22)"}).out, "42\n");
    EXPECT_EQ(wrtd({"call", values(), "acme:values/plain@0.2.0#text", "two \"words\""}).out,
              "\"two \\\"words\\\"\"\n");
    const Ended twice = wrtd({"call", values(), "text", "x"});
    EXPECT_EQ(twice.status, 127);
    EXPECT_THAT(twice.err, HasSubstr("exports 'text' in 2 interfaces\n"));
    EXPECT_THAT(twice.err, HasSubstr("note: acme:values/other@0.2.1#text\n"));
    const Ended none = wrtd({"call", values(), "ad"});
    EXPECT_EQ(none.status, 127);
    EXPECT_THAT(none.err, HasSubstr("did you mean 'add'?"));
}

TEST(wrtd_component, inspect_prints_its_wit)
{
    const Ended ended = wrtd({"inspect", values()});
    EXPECT_EQ(ended.status, 0);
    EXPECT_THAT(ended.out, HasSubstr(R"(package root:component;

world root {
  enum color {
    red,
    green,
    none,
  }
  flags marks {
    bold,
    wide,
  }
  variant shape {
    dot,
    circle(f64),
    line(tuple<s8, s8>),
  }
  record item {
    color: color,
    marks: marks,
    shape: shape,
    letter: char,
    big: s64,
    small: f32,
    maybe: option<option<u8>>,
    done: result<string, bool>,
    %list: list<u16>,
  }
)"));
    const Ended host =
        wrtd({"inspect", file_of("host_calls.wasm", wrt::test::host_calls_component)});
    EXPECT_THAT(host.out, HasSubstr("  import acme:host/draw@1.2.0;\n"));
    EXPECT_THAT(host.out, HasSubstr("package acme:host@1.2.0 {\n  interface draw {\n"));
    EXPECT_THAT(host.out, HasSubstr("    resource canvas {\n"
                                    "      constructor(width: u32);\n"
                                    "      width: func() -> u32;\n"
                                    "    }\n"));
    EXPECT_THAT(
        host.out,
        HasSubstr("    render: func(at: point, bytes: list<u8>, shape: shape, marks: marks, "
                  "limit: option<u64>) -> result<list<string>, color>;\n"));
}

TEST(wrtd_component, names_the_import_that_nothing_provides)
{
    const std::string user = file_of("api_user.wasm", wrt::test::api_user_component);
    const Ended ended = wrtd({"call", user, "twice", "1"});
    EXPECT_EQ(ended.status, 126);
    EXPECT_THAT(ended.err, HasSubstr("imports acme:app/api@0.2.0, which nothing provides\n"));
    const Ended preloaded =
        wrtd({"call", "--preload", "acme:values=" + values(), user, "twice", "1"});
    EXPECT_EQ(preloaded.status, 126);
    EXPECT_THAT(preloaded.err, HasSubstr("imports acme:app/api@0.2.0, which nothing provides\n"));
    const Ended wrong = wrtd({"call", "--preload", "acme:app=" + values(), user, "twice", "1"});
    EXPECT_EQ(wrong.status, 125);
    EXPECT_THAT(wrong.err, HasSubstr("exports no interface of acme:app\n"));
}

TEST(wrtd_component, preload_composes)
{
    const std::string user = file_of("text_user.wasm", wrt::test::text_user_component);
    const Ended ended = wrtd(
        {"call", "--preload", "acme:values=" + values(), user, "pass", "through both \xc3\xa4"});
    EXPECT_EQ(ended.out, "\"through both \xc3\xa4\"\n");
    EXPECT_EQ(ended.status, 0) << ended.err;
}

TEST(wrtd_component, run_wants_a_command)
{
    const Ended ended = wrtd({"run", values()});
    EXPECT_EQ(ended.status, 127);
    EXPECT_THAT(ended.err, HasSubstr("exports no wasi:cli/run to run\n"));
}

}  // namespace
