// What numbers and strings stand for.
#include <wrt/text/literals.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace wrt::text {
namespace {

uint32_t f32(std::string_view text)
{
    uint32_t bits = 0;
    return parse_f32(text, bits) ? bits : 0xdeadbeef;
}

uint64_t f64(std::string_view text)
{
    uint64_t bits = 0;
    return parse_f64(text, bits) ? bits : 0xdeadbeefdeadbeef;
}

constexpr uint32_t out_of_range32 = 0xdeadbeef;
constexpr uint64_t out_of_range64 = 0xdeadbeefdeadbeef;

TEST(parse_integer, takes_both_signs_of_a_width)
{
    uint64_t value = 0;
    EXPECT_TRUE(parse_integer("0xffff_ffff", 32, value));
    EXPECT_EQ(value, 0xffffffffu);
    EXPECT_TRUE(parse_integer("-0x8000_0000", 32, value));
    EXPECT_EQ(value, 0x80000000u);
    EXPECT_FALSE(parse_integer("4294967296", 32, value));
    EXPECT_FALSE(parse_integer("-2147483649", 32, value));
    EXPECT_TRUE(parse_integer("18446744073709551615", 64, value));
    EXPECT_EQ(value, ~uint64_t{0});
    EXPECT_FALSE(parse_integer("18446744073709551616", 64, value));
    EXPECT_TRUE(parse_integer("-128", 8, value));
    EXPECT_EQ(value, 0x80u);
    EXPECT_FALSE(parse_integer("256", 8, value));
    EXPECT_FALSE(parse_integer("-129", 8, value));
}

TEST(parse_natural, holds_to_its_bound)
{
    uint64_t value = 0;
    EXPECT_TRUE(parse_natural("255", 255, value));
    EXPECT_FALSE(parse_natural("256", 255, value));
    EXPECT_FALSE(parse_natural("9", 5, value));
    EXPECT_FALSE(parse_natural("0x1_0000_0000_0000_0000", ~uint64_t{0}, value));
    EXPECT_TRUE(parse_natural("0xffff_ffff_ffff_ffff", ~uint64_t{0}, value));
}

TEST(parse_float, gives_the_bits_of_what_is_no_number)
{
    EXPECT_EQ(f32("nan"), 0x7fc00000u);
    EXPECT_EQ(f32("-nan:0x200000"), 0xffa00000u);
    EXPECT_EQ(f32("-inf"), 0xff800000u);
    EXPECT_EQ(f64("nan:0xfffffffffffff"), 0x7fffffffffffffffu);
    EXPECT_EQ(f32("nan:0x0"), out_of_range32);
    EXPECT_EQ(f32("nan:0x800000"), out_of_range32);
    EXPECT_EQ(f64("nan:0x10000000000000"), out_of_range64);
    EXPECT_EQ(f32("-0"), 0x80000000u);
    EXPECT_EQ(f64("-0x0.0p99999999999999999999"), 0x8000000000000000u);
}

TEST(parse_float, rounds_halfway_to_even)
{
    // Between 1 and the next f32, 1 + 2^-23.
    EXPECT_EQ(f32("0x1.000001p0"), 0x3f800000u);
    EXPECT_EQ(f32("0x1.000003p0"), 0x3f800002u);
    EXPECT_EQ(f32("0x1.0000010000000000000000000001p0"), 0x3f800001u) << "just above the middle";
    EXPECT_EQ(f32("1.00000005960464477539062"), 0x3f800000u);
    EXPECT_EQ(f32("1.000000059604644775390625"), 0x3f800000u) << "the middle";
    EXPECT_EQ(f32("1.0000000596046447753906251"), 0x3f800001u);
    EXPECT_EQ(f64("9007199254740993"), std::bit_cast<uint64_t>(9007199254740992.0));
    EXPECT_EQ(f64("9007199254740995"), std::bit_cast<uint64_t>(9007199254740996.0));
    EXPECT_EQ(f64("0x20000000000001"), std::bit_cast<uint64_t>(9007199254740992.0));
}

TEST(parse_float, rounds_once)
{
    // As f64 these are the middle of two f32, which would go to the even one below.
    EXPECT_EQ(f32("0x1.00000100000000001p0"), 0x3f800001u);
    EXPECT_EQ(f32("1.00000017881393432617187499"), 0x3f800001u);
}

TEST(parse_float, rounds_subnormals)
{
    EXPECT_EQ(f32("0x1p-149"), 1u);
    EXPECT_EQ(f32("0x1p-150"), 0u) << "the middle between 0 and the smallest";
    EXPECT_EQ(f32("0x1.000002p-150"), 1u);
    EXPECT_EQ(f32("0x1.8p-149"), 2u);
    EXPECT_EQ(f32("0x1p-151"), 0u);
    EXPECT_EQ(f32("-1e-50"), 0x80000000u);
    EXPECT_EQ(f64("0x0.0000000000001p-1022"), 1u);
    EXPECT_EQ(f64("2.4703282292062327208e-324"), 0u);
    EXPECT_EQ(f64("2.4703282292062327209e-324"), 1u);
    EXPECT_EQ(f64("4.9406564584124654e-324"), 1u);
    EXPECT_EQ(f64("1e-400"), 0u);
    EXPECT_EQ(f64("1e-99999999999999999999"), 0u);
    EXPECT_EQ(f64("2.2250738585072011e-308"), 0x000fffffffffffffu);
}

TEST(parse_float, carries_into_the_exponent)
{
    EXPECT_EQ(f64("0x1.fffffffffffffp-1023"), 0x0010000000000000u) << "subnormal to normal";
    EXPECT_EQ(f32("0x1.ffffffp0"), 0x40000000u);
}

TEST(parse_float, refuses_what_rounds_to_infinity)
{
    EXPECT_EQ(f32("0x1.fffffep127"), 0x7f7fffffu);
    EXPECT_EQ(f32("0x1.fffffefffffffp127"), 0x7f7fffffu);
    EXPECT_EQ(f32("0x1.ffffffp127"), out_of_range32);
    EXPECT_EQ(f32("340282356779733623858607532500980858880"), 0x7f7fffffu);
    EXPECT_EQ(f32("340282356779733661637539395458142568448"), out_of_range32);
    EXPECT_EQ(f64("1.7976931348623158e308"), 0x7fefffffffffffffu);
    EXPECT_EQ(f64("1.7976931348623159e308"), out_of_range64);
    EXPECT_EQ(f64("-1e309"), out_of_range64);
    EXPECT_EQ(f64("0x1p1024"), out_of_range64);
    EXPECT_EQ(f64("0x1p99999999999999999999"), out_of_range64);
}

TEST(parse_float, takes_literals_of_any_length)
{
    const std::string zeros(5000, '0');
    EXPECT_EQ(f64("1" + zeros + "e-5000"), std::bit_cast<uint64_t>(1.0));
    EXPECT_EQ(f64("0." + zeros + "1e5001"), std::bit_cast<uint64_t>(1.0));
    EXPECT_EQ(f64("9007199254740993." + zeros), std::bit_cast<uint64_t>(9007199254740992.0));
    EXPECT_EQ(f64("9007199254740993." + zeros + "1"), std::bit_cast<uint64_t>(9007199254740994.0));
    EXPECT_EQ(f64("0x1" + zeros + "p-20000"), std::bit_cast<uint64_t>(1.0));
    EXPECT_EQ(f64("0x0." + zeros + "1p20004"), std::bit_cast<uint64_t>(1.0));
    EXPECT_EQ(f64("0x20000000000001." + zeros + "1"), std::bit_cast<uint64_t>(9007199254740994.0));
}

/// The C library is another implementation, which rounds exactly too.
TEST(parse_float, agrees_with_the_c_library_on_numbers_of_every_size)
{
    std::mt19937_64 random{7};
    for (int i = 0; i < 20'000; ++i) {
        const auto wanted = std::bit_cast<double>(random() & 0x7fefffffffffffffu);
        char text[64];
        std::snprintf(text, sizeof text, i % 2 == 0 ? "%.17g" : "%a", wanted);
        ASSERT_EQ(f64(text), std::bit_cast<uint64_t>(wanted)) << text;
        std::snprintf(text, sizeof text, "%.*e", static_cast<int>(random() % 12), wanted);
        if (std::strtod(text, nullptr) <= 1.7976931348623157e308) {
            ASSERT_EQ(f64(text), std::bit_cast<uint64_t>(std::strtod(text, nullptr))) << text;
        }
        const float narrow = std::strtof(text, nullptr);
        if (narrow <= 3.402823466e38f) {
            ASSERT_EQ(f32(text), std::bit_cast<uint32_t>(narrow)) << text;
        }
    }
}

TEST(unescape, gives_the_bytes)
{
    const std::string_view literal = R"("a\00\n\t\\\"\'\u{3b1}\u{1F600}\fF")";
    std::string bytes(string_bound(literal), '\0');
    bytes.resize(unescape(literal, bytes.data()));
    EXPECT_EQ(bytes, std::string("a\0\n\t\\\"'\xce\xb1\xf0\x9f\x98\x80\xff", 14));
    EXPECT_FALSE(is_name_literal(literal));
    EXPECT_TRUE(is_name_literal(R"("\ce\b1\u{3b1}x")"));
    EXPECT_FALSE(is_name_literal(R"("\ce")"));
    EXPECT_FALSE(is_name_literal(R"("\ed\a0\80")")) << "a surrogate";
}

}  // namespace
}  // namespace wrt::text
