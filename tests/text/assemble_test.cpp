// Text to binary: what the specification's scripts do not look at, or look at only in passing.
#include "support.hpp"

#include <wrt/decoder/names.hpp>

#include <gtest/gtest.h>

namespace wrt::text {
namespace {

using test::binary_of;
using test::judgement;
using test::verdict;

std::string hex_of(const std::vector<uint8_t>& bytes)
{
    std::string text;
    for (size_t i = 8; i < bytes.size(); ++i) {  // without the preamble
        char two[4];
        std::snprintf(two, sizeof two, "%02x ", bytes[i]);
        text += two;
    }
    return text;
}

std::string hex_of(std::string_view source)
{
    return hex_of(binary_of(source));
}

TEST(assemble, writes_a_function_as_the_binary_format_has_it)
{
    EXPECT_EQ(hex_of("(module (func (export \"f\") (param i32) (result i32) (local i64 i64 i32)"
                     " (i32.add (local.get 0) (i32.const -1))))"),
              "01 06 01 60 01 7f 01 7f "  // type
              "03 02 01 00 "              // function
              "07 05 01 01 66 00 00 "     // export
              "0a 0d 01 0b 02 02 7e 01 7f 20 00 41 7f 6a 0b ");
}

TEST(assemble, takes_fields_without_a_module_around_them)
{
    EXPECT_EQ(binary_of("(memory 1) (func)"), binary_of("(module (memory 1) (func))"));
    EXPECT_EQ(binary_of(""), binary_of("(module)"));
    EXPECT_EQ(binary_of("(module definition $m binary \"\\00asm\" \"\\01\\00\\00\\00\")"),
              binary_of("(module)"));
    EXPECT_EQ(binary_of("(module quote \"(module quote \\\"(func)\\\")\")"),
              binary_of("(module (func))"));
}

TEST(assemble, folded_and_flat_are_the_same)
{
    EXPECT_EQ(
        binary_of("(func (if (result i32) (i32.const 1) (then (i32.const 2)) (else (i32.const "
                  "3))) drop)"),
        binary_of("(func i32.const 1 if (result i32) i32.const 2 else i32.const 3 end drop)"));
    EXPECT_EQ(
        binary_of("(func (block $a (loop $b (br $a) (br $b) (br_table $a $b 2 (i32.const 0)))))"),
        binary_of("(func block $a loop $b br 1 br 0 i32.const 0 br_table 1 0 2 end $b end $a)"));
    EXPECT_EQ(binary_of("(func (i32.store offset=4 (i32.const 0) (i32.add (i32.const 1) (i32.const "
                        "2)))) (memory 1)"),
              binary_of("(func i32.const 0 i32.const 1 i32.const 2 i32.add i32.store offset=4) "
                        "(memory 1)"));
}

TEST(assemble, the_condition_of_an_if_stands_outside_of_its_label)
{
    EXPECT_EQ(binary_of("(func (block $l (if $l (block (br $l) unreachable) (then (br $l)))))"),
              binary_of("(func block block br 1 unreachable end if br 0 end end)"));
}

TEST(assemble, gives_type_uses_their_types_in_the_order_of_the_text)
{
    // Explicit ones first; then (param i64) of the import, (param f32) of the block, (param f64).
    EXPECT_EQ(hex_of("(import \"\" \"\" (func (param i64)))"
                     "(func (f32.const 0) (block (param f32) drop))"
                     "(func (param f64))"
                     "(type (func))")
                  .substr(0, 60),
              "01 10 04 60 00 00 60 01 7e 00 60 01 7d 00 60 01 7c 00 02 05 ");
    EXPECT_EQ(verdict("(type $t (func (param i32))) (func (type $t) (param i64))"),
              "malformed at 0x23: inline function type");
    EXPECT_EQ(judgement("(func (type 3))"), "invalid at 0xb: unknown type 3");
}

TEST(assemble, a_type_use_finds_only_final_types_outside_of_groups)
{
    // The first two denote other types than (func) alone.
    EXPECT_EQ(
        hex_of("(type (sub (func))) (rec (type (func)) (type (func))) (func)"),
        "01 11 03 50 00 60 00 00 4e 02 60 00 00 60 00 00 60 00 00 03 02 01 03 0a 04 01 02 00 0b ");
}

TEST(assemble, segments_take_the_shortest_form_they_can_have)
{
    EXPECT_EQ(hex_of("(table 1 funcref) (func) (elem (i32.const 0) func 0)").substr(48),
              "09 07 01 00 41 00 0b 01 00 0a 04 01 02 00 0b ");
    EXPECT_EQ(binary_of("(table funcref (elem 0)) (func)"),
              binary_of("(table 1 1 funcref) (elem (i32.const 0) func 0) (func)"));
    EXPECT_EQ(binary_of("(memory (data \"a\" \"b\"))"),
              binary_of("(memory 1 1) (data (i32.const 0) \"ab\")"));
    EXPECT_EQ(binary_of("(memory i64 (data))"), binary_of("(memory i64 0 0) (data (i64.const 0))"));
}

TEST(assemble, segments_may_name_a_table_or_memory_by_its_number_alone)
{
    EXPECT_EQ(binary_of("(memory 1) (data 0 (i32.const 0) \"x\")"),
              binary_of("(memory 1) (data (memory 0) (i32.const 0) \"x\")"));
    EXPECT_EQ(binary_of("(table 2 funcref) (func $f) (elem 0 (i32.const 1) $f)"),
              binary_of("(table 2 funcref) (func $f) (elem (i32.const 1) $f)"));
    EXPECT_NE(verdict("(memory 1) (data 0 \"x\")"), "ok");
    EXPECT_NE(verdict("(table 2 funcref) (func $f) (elem 0 func $f)"), "ok");
}

TEST(assemble, names_what_identifiers_name)
{
    const std::vector<uint8_t> binary = binary_of(
        "(module $m (type $t (struct (field $x i32))) (func $f (param $p i32) (local $l i64)"
        " block $b end) (func (@name \"a b\")))",
        true);
    Arena arena{Backing::reserve(size_t{1} << 24).value()};
    const decoder::Module module = decoder::decode_module(binary, arena, End::retained).value();
    using decoder::NameReader;
    const auto all = [&](NameReader::Kind kind) {
        std::string names;
        NameReader reader{module, kind};
        for (NameReader::Entry entry; reader.next(entry);) {
            names += std::to_string(entry.outer) + '.' + std::to_string(entry.index) + '=' +
                     std::string{entry.name} + ' ';
        }
        return names;
    };
    EXPECT_EQ(decoder::module_name(module), "m");
    EXPECT_EQ(all(NameReader::Kind::functions), "0.0=f 0.1=a b ");
    EXPECT_EQ(all(NameReader::Kind::locals), "0.0=p 0.1=l ");
    EXPECT_EQ(all(NameReader::Kind::labels), "0.0=b ");
    EXPECT_EQ(all(NameReader::Kind::types), "0.0=t ");
    EXPECT_EQ(all(NameReader::Kind::fields), "0.0=x ");
}

TEST(assemble, puts_custom_sections_where_they_are_asked_for)
{
    EXPECT_EQ(hex_of("(@custom \"b\" (after func) \"x\") (@custom \"a\" (before type) \"\") (func)"
                     "(@custom \"c\")"),
              "00 02 01 61 01 04 01 60 00 00 03 02 01 00 00 03 01 62 78 0a 04 01 02 00 0b "
              "00 02 01 63 ");
}

TEST(assemble, writes_branch_hints)
{
    EXPECT_EQ(hex_of("(func (i32.const 0) (@metadata.code.branch_hint \"\\01\") if end"
                     " (@metadata.code.branch_hint \"\\00\") (br_if 0 (i32.const 1)))")
                  .substr(30),
              // 25 bytes of name; function 0: at 3 likely, at 8 unlikely
              "00 23 19 6d 65 74 61 64 61 74 61 2e 63 6f 64 65 2e 62 72 61 6e 63 68 5f 68 69 6e 74 "
              "01 00 02 03 01 01 08 01 00 0a 0d 01 0b 00 41 00 04 40 0b 41 01 0d 00 0b ");
}

TEST(assemble, tells_what_is_wrong_and_where)
{
    EXPECT_EQ(verdict("(func"), "malformed at 0x5: unexpected token");
    EXPECT_EQ(verdict("(func))"), "malformed at 0x6: unexpected token");
    EXPECT_EQ(verdict("(module) (module)"), "malformed at 0x9: unexpected token");
    EXPECT_EQ(verdict("(func (i32.ad))"), "malformed at 0x7: unknown operator");
    EXPECT_EQ(verdict("(func (param))(funk)"), "malformed at 0xf: unknown operator");
    EXPECT_EQ(verdict("(func local.get $x)"), "malformed at 0x10: unknown local");
    EXPECT_EQ(verdict("(func br $x)"), "malformed at 0x9: unknown label");
    EXPECT_EQ(verdict("(func call $x)"), "malformed at 0xb: unknown function");
    EXPECT_EQ(verdict("(func $f) (func $f)"), "malformed at 0x10: duplicate func");
    EXPECT_EQ(verdict("(func (param $x i32) (local $x i32))"),
              "malformed at 0x1c: duplicate local");
    EXPECT_EQ(verdict("(func) (import \"\" \"\" (func))"),
              "malformed at 0x7: import after function");
    EXPECT_EQ(verdict("(func (i32.load align=3 (i32.const 0)))"),
              "malformed at 0x10: alignment must be a power of two");
    EXPECT_EQ(verdict("(func i32.const 4294967296)"), "malformed at 0x10: constant out of range");
    EXPECT_EQ(verdict("(func local.get 4294967296)"),
              "malformed at 0x10: i32 constant out of range");
    EXPECT_EQ(verdict("(start 0) (start 0)"), "malformed at 0xa: multiple start sections");
    EXPECT_EQ(verdict("(memory 0 (pagesize 3))"), "malformed at 0x14: invalid custom page size");
}

TEST(assemble, blocks_end_as_they_began)
{
    EXPECT_EQ(verdict("(func block $a end $b)"), "malformed at 0x13: mismatching label");
    EXPECT_EQ(verdict("(func end)"), "malformed at 0x6: unexpected token");
    EXPECT_EQ(verdict("(func block)"), "malformed at 0xb: unexpected token");
    EXPECT_EQ(verdict("(func (block end))"), "malformed at 0xd: unexpected token");
    EXPECT_EQ(verdict("(func else)"), "malformed at 0x6: unexpected token");
    EXPECT_EQ(verdict("(func (if (i32.const 0)))"), "malformed at 0x17: unexpected token");
    EXPECT_EQ(verdict("(func (then))"), "malformed at 0x7: unexpected token");
    EXPECT_EQ(verdict("(func (i32.add nop))"), "malformed at 0xf: unexpected token");
    EXPECT_EQ(verdict("(func (end))"), "malformed at 0x7: unexpected token");
}

TEST(assemble, nests_as_deep_as_memory_lasts)
{
    constexpr size_t depth = 200'000;
    std::string source = "(func ";
    for (size_t i = 0; i < depth; ++i)
        source += "(block (drop ";
    source += "(i32.const 0)";
    for (size_t i = 0; i < depth; ++i)
        source += "))";
    source += ')';
    EXPECT_EQ(verdict(source), "ok");
    std::string comments;
    for (size_t i = 0; i < depth; ++i)
        comments += "(;";
    for (size_t i = 0; i < depth; ++i)
        comments += ";)";
    EXPECT_EQ(verdict(comments), "ok");
    std::string identifiers = "(func ";
    for (size_t i = 0; i < depth; ++i)
        identifiers += "$\"a\"";
    EXPECT_EQ(verdict(identifiers + ")"), "malformed at 0x6: unknown operator");
}

TEST(assemble, takes_time_in_proportion_to_the_source)
{
    // Each would take minutes if it were quadratic.
    std::string many;
    for (int i = 0; i < 100'000; ++i)
        many += "(func $f" + std::to_string(i) + " (param i32) call $f0)";
    EXPECT_EQ(verdict(many).substr(0, 2), "ok");
    std::string types;
    for (int i = 0; i < 60'000; ++i)
        types += "(func (param " + std::string(static_cast<size_t>(i % 97), ' ') + "i32 i64))";
    EXPECT_EQ(verdict(types), "ok");
    std::string labels = "(func ";
    for (int i = 0; i < 50'000; ++i)
        labels += "(block $l" + std::to_string(i) + " (br $l0)";
    labels += std::string(50'000, ')') + ")";
    EXPECT_EQ(verdict(labels), "ok");
}

TEST(assemble, says_when_memory_is_not_enough_and_leaves_none_behind)
{
    Arena arena{Backing::reserve(size_t{1} << 24).value()};
    const size_t before = arena.used();
    const auto refused =
        assemble("(func (i32.const 1) drop)", arena, {.names = true, .scope_budget = 256});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::budget_exceeded);
    EXPECT_EQ(arena.used(), before);
    const auto binary = assemble("(func)", arena);
    ASSERT_TRUE(binary);
    EXPECT_EQ(arena.used() - before, binary->size()) << "the binary and nothing else";
}

TEST(is_binary, tells_a_binary_by_its_magic_number)
{
    EXPECT_TRUE(is_binary(binary_of("(module)")));
    const std::string_view text = "(module)";
    EXPECT_FALSE(is_binary({reinterpret_cast<const uint8_t*>(text.data()), text.size()}));
}

}  // namespace
}  // namespace wrt::text
