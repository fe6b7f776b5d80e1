// Binaries to text. That the text assembles to the same module is for suite_round_trip.cpp to see.
#include "support.hpp"

#include <gtest/gtest.h>

namespace wrt::text {
namespace {

using test::printed;

TEST(print, writes_what_is_there_one_field_a_line)
{
    EXPECT_EQ(
        printed("(module $m (import \"a\" \"b\" (func $i (param i32))) (table $t 1 2 funcref)"
                "(memory i64 1) (global $g (mut f32) (f32.const -1.5)) (export \"x\" (func $i))"
                "(elem $e (table $t) (i32.const 0) func $i) (data (memory 0) (i64.const 1) "
                "\"a\\00\\\"\") (start $s) (func $s))"),
        "(module $m\n"
        "  (type (;0;) (func (param i32)))\n"
        "  (type (;1;) (func))\n"
        "  (import \"a\" \"b\" (func $i (type 0) (param i32)))\n"
        "  (table $t 1 2 funcref)\n"
        "  (memory (;0;) i64 1)\n"
        "  (global $g (mut f32) (f32.const -1.5))\n"
        "  (export \"x\" (func $i))\n"
        "  (start $s)\n"
        "  (elem $e (table $t) (offset (i32.const 0)) func $i)\n"
        "  (func $s (type 1))\n"
        "  (data (;0;) (offset (i64.const 1)) \"a\\00\\22\"))\n");
}

TEST(print, indents_blocks_and_names_their_labels)
{
    EXPECT_EQ(
        printed("(func (param $x i32) (block $out (loop (br_if $out (local.get $x)) (br 0))))"),
        "(module\n"
        "  (type (;0;) (func (param i32)))\n"
        "  (func (;0;) (type 0) (param $x i32)\n"
        "    block $out\n"
        "      loop\n"
        "        local.get $x\n"
        "        br_if $out\n"
        "        br 0\n"
        "      end\n"
        "    end))\n");
}

TEST(print, names_a_label_only_where_the_name_means_it)
{
    EXPECT_NE(printed("(func (block $l (block $l (br 0) (br 1))))").find("br $l\n        br 1\n"),
              std::string::npos);
}

TEST(print, quotes_names_that_are_no_identifiers)
{
    EXPECT_NE(printed("(func $\"a b\") (func call $\"a b\")").find("call $\"a b\""),
              std::string::npos);
    EXPECT_NE(printed("(func (@name \"\\u{3b1}\"))").find("(func $\"\\ce\\b1\" "),
              std::string::npos);
}

TEST(print, leaves_out_a_name_that_is_said_twice)
{
    const std::string text =
        printed("(func $f (@name \"same\")) (func $g (@name \"same\")) (func call $g)");
    EXPECT_NE(text.find("(func $same "), std::string::npos) << text;
    EXPECT_NE(text.find("(func (;1;) "), std::string::npos) << text;
    EXPECT_NE(text.find("call 1"), std::string::npos) << text;
}

TEST(print, writes_floats_so_that_they_come_back)
{
    EXPECT_NE(printed("(func f32.const 0.1 f64.const 1e300 f32.const nan:0x1 f64.const -nan "
                      "f32.const -inf f64.const 5e-324 drop)")
                  .find("f32.const 0.1\n    f64.const 1e+300\n    f32.const nan:0x1\n    f64.const "
                        "-nan\n    f32.const -inf\n    f64.const 5e-324\n"),
              std::string::npos);
}

TEST(print, keeps_custom_sections_in_their_places)
{
    EXPECT_NE(printed("(func) (@custom \"c\" (after func) \"x\")")
                  .find("(@custom \"c\" (after func) "
                        "\"x\")"),
              std::string::npos);
}

TEST(print, takes_invalid_modules_and_refuses_malformed_ones)
{
    EXPECT_NE(printed("(func call 7 local.get 3)").find("call 7\n    local.get 3"),
              std::string::npos);
    Arena arena{Backing::reserve(size_t{1} << 24).value()};
    const uint8_t cut[] = {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60};
    EXPECT_EQ(test::text_of(print(cut, arena).error()),
              "malformed at 0xa: length out of bounds, expected 2, got 4");
}

TEST(print, does_not_name_what_is_not_there)
{
    // A name section that names function 9 of one.
    const uint8_t binary[] = {0, 'a', 's', 'm', 1,   0,   0,   0, 1, 4, 1,    0x60, 0,
                              0, 3,   2,   1,   0,   10,  6,   1, 4, 0, 0x10, 9,    0x0b,  // call 9
                              0, 11,  4,   'n', 'a', 'm', 'e', 1, 4, 1, 9,    1,    'x'};
    Arena arena{Backing::reserve(size_t{1} << 24).value()};
    const auto text = print(binary, arena);
    ASSERT_TRUE(text) << test::text_of(text.error());
    EXPECT_NE(text->find("call 9"), std::string_view::npos) << *text;
}

}  // namespace
}  // namespace wrt::text
