// Components in the text format: what the Component Model's scripts (component_suite.cpp) do not
// look at, what is wrong with text, and text that somebody made to do harm.
#include "mutate.hpp"
#include "support.hpp"

#include <wrt/decoder/component.hpp>

#include <gtest/gtest.h>

#include <random>

namespace wrt::text {
namespace {

using test::binary_of;
using test::text_of;
using test::verdict;

std::string hex_of(std::string_view source)
{
    std::string text;
    const std::vector<uint8_t> bytes = binary_of(source);
    for (size_t i = 8; i < bytes.size(); ++i) {  // without the preamble
        char two[4];
        std::snprintf(two, sizeof two, "%02x ", bytes[i]);
        text += two;
    }
    return text;
}

Status decode(std::span<const uint8_t> binary)
{
    Arena arena{Backing::reserve(size_t{256} << 20).value()};
    return decoder::decode_component_streaming(binary, arena, {},
                                               [](const decoder::Component&) { return ok(); });
}

/// "valid", or what the decoder says of a component that assembles.
std::string judgement(std::string_view source)
{
    const Status status = decode(binary_of(source, true));
    return status ? "valid" : text_of(status.error());
}

constexpr std::string_view rich = R"(
(component $C
  (import "host" (instance $host
    (export "r" (type $r (sub resource)))
    (export "f" (func (param "self" (borrow $r)) (result (list (option string)))))))
  (alias export $host "r" (type $res))
  (type $point (export "point") (record (field "x" s32) (field "y" (tuple u8 f64))))
  (type $shape (variant (case "none") (case "some" (result $point (error string)))))
  (core module $libc (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $libc (instantiate $libc))
  (core func $lowered (canon lower (func $host "f") (memory $libc "mem")
    (realloc (core func $libc "realloc"))))
  (core module $m (import "" "f" (func (param i32 i32)))
    (func (export "go") (param i32) (result i32) unreachable))
  (core instance $i (instantiate $m (with "" (instance (export "f" (func $lowered))))))
  (func (export "go") (param "who" u32) (result bool) (canon lift (core func $i "go")))
  (core type $ft (func (param i32)))
  (core type $mt (module
    (alias outer $C $ft (type $mine)) (import "a" "b" (func (type $mine)))
    (export "c" (func (type $ft))) (export "m" (memory 1 2)) (export "g" (global (mut i64)))))
  (component $inner
    (import "m" (core module $given (type $mt)))
    (type $t (list u8)) (export "t" (type $t))
    (instance $bag (export "t" (type $t))) (export "bag" (instance $bag)))
  (core module $given (import "a" "b" (func (param i32)))
    (memory (export "m") 1 2) (global (export "g") (mut i64) (i64.const 0))
    (func (export "c") (param i32)))
  (instance $made (instantiate $inner (with "m" (core module $given))))
  (export $again "list" (type $made "bag" "t"))
  (type $own (resource (rep i32)))
  (canon resource.new $own (core func $new))
  (core func (canon task.return (result (list u8)) (memory $libc "mem")))
  (canon waitable-set.wait cancellable (memory $libc "mem") (core func))
)
)";

TEST(component_text, a_component_of_many_forms_is_valid)
{
    EXPECT_EQ(judgement(rich), "valid");
}

TEST(component_text, types_in_types_are_definitions_in_front)
{
    EXPECT_EQ(hex_of("(component (type (list (option u8))))"), "07 05 02 6b 7d 70 00 ");
    EXPECT_EQ(
        hex_of("(component (import \"f\" (func (param \"a\" (list u8)) (result (tuple 0 bool)))))"),
        "07 0e 03 70 7d 6f 02 00 7f 40 01 01 61 00 00 01 "
        "0a 06 01 00 01 66 01 02 ");
}

TEST(component_text, a_list_may_have_a_length_and_a_map_a_key)
{
    EXPECT_EQ(hex_of("(component (type (list u8 4)) (type (map string u32)))"),
              "07 07 02 67 7d 04 63 73 79 ");
    EXPECT_EQ(verdict("(component (type (list)))"), "malformed at 0x16: unexpected token");
    EXPECT_EQ(verdict("(component (type (list u8 4 5)))"), "malformed at 0x1a: unexpected token");
    EXPECT_EQ(verdict("(component (type (map u8)))"), "malformed at 0x18: unexpected token");
}

TEST(component_text, what_an_instance_exports_may_stand_for_an_index)
{
    EXPECT_EQ(
        hex_of("(component (import \"i\" (instance $i)) (export \"t\" (type $i \"a\" \"b\")))"),
        "07 03 01 42 00 "                          // the instance's type
        "0a 06 01 00 01 69 05 00 "                 // the import
        "06 0b 02 05 00 00 01 61 03 00 01 01 62 "  // $i "a", and its "b"
        "0b 07 01 00 01 74 03 01 00 ");
}

TEST(component_text, a_name_of_a_component_around_is_an_outer_alias)
{
    EXPECT_EQ(judgement("(component (type $t u8) (component (component (type (list $t)))))"),
              "valid");
    EXPECT_EQ(verdict("(component (core func $f (canon task.cancel)) (component"
                      " (core instance (export \"f\" (func $f)))))"),
              "malformed at 0x5a: outer item is not a module, type, or component");
    // Nobody but module types has core functions' types by an alias of their own kind.
    EXPECT_EQ(hex_of("(component (core type $f (func)) (core type (module (export \"e\" (func "
                     "(type $f))))))"),
              "03 10 02 60 00 00 50 02 02 10 01 01 00 03 01 65 00 00 ");
}

TEST(component_text, a_module_type_takes_types_of_around_and_says_them_again)
{
    EXPECT_EQ(judgement("(component (core type $f (func (param i32))) (core type (module"
                        " (import \"a\" \"b\" (func $x (type $f) (param i32))) (type $g (func))"
                        " (alias outer 1 $f (type $h)) (import \"a\" \"c\" (func (type $h)))"
                        " (export \"d\" (func (type $g))) (export \"e\" (tag)))))"),
              "valid");
}

TEST(component_text, recursive_core_types_are_one_definition)
{
    EXPECT_EQ(hex_of("(component (core rec (type $a (struct (field (ref null $b))))"
                     " (type $b (sub (array (mut (ref $a)))))))"),
              "03 0e 01 4e 02 5f 01 63 01 00 50 00 5e 64 00 01 ");
}

TEST(component_text, exports_in_place_come_last)
{
    EXPECT_EQ(hex_of("(component (type (export \"a\") (export \"b\") u8) (instance))"),
              "07 02 01 7d 05 03 01 01 00 "
              "0b 0d 02 00 01 61 03 00 00 00 01 62 03 00 00 ");
}

TEST(component_text, built_ins_that_no_script_has)
{
    EXPECT_EQ(hex_of("(component (canon thread.available-parallelism (core func)))"),
              "08 02 01 42 ");
    EXPECT_EQ(hex_of("(component (core func (canon context.get i32 1)))"), "08 04 01 0a 7f 01 ");
    EXPECT_EQ(hex_of("(component (core func (canon thread.suspend-then-promote cancellable)))"),
              "08 03 01 2c 01 ");
    EXPECT_EQ(hex_of("(component (core func (canon error-context.drop)))"), "08 02 01 1e ");
}

TEST(component_text, values_are_written_where_the_format_has_them)
{
    EXPECT_EQ(judgement("(component (import \"v\" (value $v u8)))"),
              "unsupported at 0xe: values of components are not supported yet");
    EXPECT_EQ(verdict("(component (value u8 1))"),
              "unsupported at 0xb: values of components are not supported yet");
}

TEST(component_text, quotes_fields_and_holds_binaries)
{
    EXPECT_EQ(hex_of("(component quote \"(type u8)\" \"(type s8)\")"), "07 03 02 7d 7e ");
    EXPECT_EQ(hex_of("(component $c binary \"\\00asm\" \"\\0d\\00\\01\\00\" \"\\07\\02\\01\\7d\")"),
              "07 02 01 7d ");
    EXPECT_EQ(judgement("(component definition $c)"), "valid");
}

TEST(component_text, names_are_kept)
{
    const std::vector<uint8_t> binary = binary_of("(component $c (type $t u8))", true);
    const std::string text{binary.begin(), binary.end()};
    EXPECT_NE(text.find("component-name"), std::string::npos);
    EXPECT_NE(text.find(std::string{"\x01\x05\x03\x01\x00\x01t", 7}), std::string::npos);
}

struct Wrong {
    std::string_view source;
    std::string_view verdict;
};

constexpr Wrong wrong[] = {
    {"(component (type $t u8) (type $t u8))", "malformed at 0x1e: duplicate type"},
    {"(component (import \"f\" (func $f)) (import \"g\" (func $f)))",
     "malformed at 0x34: duplicate func"},
    {"(component (component $c) (component $c))", "malformed at 0x25: duplicate component"},
    {"(component (instance $i) (instance $i))", "malformed at 0x23: duplicate instance"},
    {"(component (core module $m) (core module $m))", "malformed at 0x29: duplicate core module"},
    {"(component (type (list $t)))", "malformed at 0x17: unknown type"},
    {"(component (export \"f\" (func $f)))", "malformed at 0x1d: unknown function"},
    {"(component (core instance (instantiate $m)))", "malformed at 0x27: unknown core module"},
    {"(component (instance (instantiate $c)))", "malformed at 0x22: unknown component"},
    {"(component (alias export $i \"x\" (func)))", "malformed at 0x19: unknown instance"},
    {"(component (alias core export $i \"x\" (core func)))",
     "malformed at 0x1e: unknown core instance"},
    {"(component (alias outer $X 0 (type)))", "malformed at 0x18: unknown component"},
    {"(component (export \"v\" (value $v)))", "malformed at 0x1e: unknown value"},
    // A definition sees those before it.
    {"(component (type (list $t)) (type $t u8))", "malformed at 0x17: unknown type"},
    {"(component (frob))", "malformed at 0xc: unexpected token"},
    {"(component (core frob))", "malformed at 0x11: unexpected token"},
    {"(component (type (frob)))", "malformed at 0x12: unexpected token"},
    {"(component (type frob))", "malformed at 0x11: unexpected token"},
    {"(component (type (func (result u8) (param \"x\" u8))))",
     "malformed at 0x23: unexpected token"},
    {"(component (type (resource (rep f32))))", "malformed at 0x20: unexpected token"},
    {"(component (type (instance (import \"x\" (func)))))", "malformed at 0x1c: unexpected token"},
    {"(component (canon lift (core func 0)))", "malformed at 0x24: unexpected token"},
    {"(component (canon lower (func 0) (core func) 1))", "malformed at 0x2d: unexpected token"},
    {"(component (core func (canon frob)))", "malformed at 0x1d: unexpected token"},
    {"(component (import \"\\ff\" (func)))", "malformed at 0x13: malformed UTF-8 encoding"},
    {"(component (type u8)", "malformed at 0x14: unexpected token"},
    {"(component) x", "malformed at 0xc: unknown operator"},
    {"(component (core module (func (frob))))", "malformed at 0x1f: unknown operator"},
    {"(component (core module (func $f) (func $f)))", "malformed at 0x28: duplicate func"},
    {"(component (import (@custom \"c\" \"x\") \"f\" (func)))",
     "malformed at 0x13: misplaced @custom annotation"},
    {"(component (@custom))", "malformed at 0xb: @custom annotation: missing section name"},
    {"(component (@custom \"c\" (before first)))",
     "malformed at 0xb: @custom annotation: unexpected token"},
    {"(component (type $t (@name 1) u8))", "malformed at 0x14: @name annotation: unexpected token"},
    {"(component (core module (@custom \"c\" \"x\")) (@name \"n\"))",
     "malformed at 0x2b: misplaced @name annotation"},
    {"(component (type (own 99999999999)))", "malformed at 0x16: i32 constant out of range"},
};

TEST(component_text, says_what_is_wrong_and_where)
{
    for (const Wrong& one : wrong)
        EXPECT_EQ(verdict(one.source), one.verdict) << one.source;
}

TEST(component_text, custom_sections_stand_between_fields)
{
    EXPECT_EQ(hex_of("(component (@custom \"a\" \"x\") (type u8) (@custom \"b\") (type s8))"),
              "00 03 01 61 78 07 02 01 7d 00 02 01 62 07 02 01 7e ");
}

TEST(component_text, a_name_annotation_overrules_an_identifier)
{
    const std::vector<uint8_t> binary = binary_of(
        "(component $c (@name \"C\") (type $t (@name \"a b\") u8) (type (@name \"only\") s8))",
        true);
    const std::string text{binary.begin(), binary.end()};
    EXPECT_NE(text.find(std::string{"\x00\x02\x01"
                                    "C",
                                    4}),
              std::string::npos);
    EXPECT_NE(text.find(std::string{"\x03\x02\x00\x03"
                                    "a b\x01\x04only",
                                    13}),
              std::string::npos);
    EXPECT_EQ(verdict("(component (type $t (@name \"x\") u8) (export \"e\" (type $x)))"),
              "malformed at 0x36: unknown type");
}

TEST(component_text, annotations_of_modules_are_theirs)
{
    EXPECT_EQ(
        verdict(
            "(component (core module (@custom \"c\" \"x\")) (core module (@custom \"d\" \"y\")))"),
        "ok");
}

std::string repeated(std::string_view opening, std::string_view inside, std::string_view closing,
                     size_t times)
{
    std::string text;
    for (size_t i = 0; i < times; ++i)
        text += opening;
    text += inside;
    for (size_t i = 0; i < times; ++i)
        text += closing;
    return text;
}

TEST(component_text, nesting_is_bounded_by_a_limit_or_by_memory)
{
    constexpr size_t deep = 200'000;
    // Types in types are definitions one behind the other.
    EXPECT_EQ(verdict("(component (type " + repeated("(list ", "u8", ")", deep) + "))"), "ok");
    EXPECT_EQ(verdict("(component (type " + repeated("(list ", "", "", deep) + "))").substr(0, 12),
              "malformed at");
    // Scopes have a limit, that of the decoder.
    EXPECT_EQ(verdict("(component " + repeated("(component ", "", ")", 99) + ")"), "ok");
    EXPECT_EQ(judgement("(component " + repeated("(component ", "", ")", 99) + ")"), "valid");
    const std::string too_deep = "too many nested components, at most 100, got 101";
    for (const std::string_view opening :
         {"(component ", "(type (component ", "(type (instance ", "(import \"a\" (component "}) {
        const std::string message = verdict("(component " + repeated(opening, "", "", deep));
        EXPECT_NE(message.find(too_deep), std::string::npos) << opening << message;
    }
}

TEST(component_text, memory_comes_from_the_arena_alone)
{
    Arena arena{Backing::reserve(size_t{1} << 20).value()};
    const std::string source = "(component (type " + repeated("(list ", "u8", ")", 100'000) + "))";
    const size_t used = arena.used();
    const auto binary = assemble(source, arena);
    ASSERT_FALSE(binary);
    EXPECT_EQ(kind_of(binary.error().code), ErrorKind::exhaustion);
    EXPECT_EQ(arena.used(), used);
}

TEST(component_text, every_prefix_comes_to_an_end)
{
    for (size_t size = 12; size + 3 < rich.size(); ++size) {
        EXPECT_EQ(verdict(rich.substr(0, size)).substr(0, 9), "malformed") << size;
    }
}

TEST(component_text, damaged_text_comes_to_an_end)
{
    std::mt19937 random{20261126};
    size_t assembled = 0;
    Arena arena{Backing::reserve(size_t{256} << 20).value()};
    for (int i = 0; i < 2'000; ++i) {
        const std::string source = test::mutated(rich, random);
        const ScopeGuard scope =
            arena.enter(LibraryId::verification_tool, "damage", arena.available(), End::retained)
                .value();
        const auto binary = assemble(source, arena);
        if (!binary) {
            EXPECT_LE(binary.error().offset, source.size()) << source;
            continue;
        }
        ++assembled;
        // It may be invalid, and it has the form of a component.
        const Status decoded = decoder::decode_component_streaming(
            *binary, arena, {}, [](const decoder::Component&) { return ok(); });
        EXPECT_TRUE(decoded || kind_of(decoded.error().code) != ErrorKind::malformed)
            << text_of(decoded.error()) << source;
    }
    EXPECT_GT(assembled, 20u);
}

}  // namespace
}  // namespace wrt::text
