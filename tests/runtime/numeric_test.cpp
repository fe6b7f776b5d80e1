// What numeric instructions compute: the corners where C++, the processor and WebAssembly differ.
#include "numeric.hpp"
#include "numeric_check.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace wrt::numeric {
namespace {

constexpr int32_t min32 = std::numeric_limits<int32_t>::min();
constexpr int32_t max32 = std::numeric_limits<int32_t>::max();
constexpr int64_t min64 = std::numeric_limits<int64_t>::min();
constexpr int64_t max64 = std::numeric_limits<int64_t>::max();
constexpr float inf32 = std::numeric_limits<float>::infinity();
constexpr double inf64 = std::numeric_limits<double>::infinity();

constexpr float f32_bits(uint32_t bits)
{
    return std::bit_cast<float>(bits);
}
constexpr double f64_bits(uint64_t bits)
{
    return std::bit_cast<double>(bits);
}
constexpr uint32_t bits(float value)
{
    return std::bit_cast<uint32_t>(value);
}
constexpr uint64_t bits(double value)
{
    return std::bit_cast<uint64_t>(value);
}

// Integers wrap; shift counts are modulo the width.
static_assert(i32_add(max32, 1) == min32);
static_assert(i32_sub(min32, 1) == max32);
static_assert(i32_mul(0x10001, 0x10001) == 0x20001);
static_assert(i64_mul(min64, -1) == min64);
static_assert(i32_shl(1, 33) == 2);
static_assert(i32_shr_s(-8, 33) == -4);
static_assert(i32_shr_u(-8, 1) == 0x7ffffffc);
static_assert(i64_shl(1, 64) == 1);
static_assert(i64_shr_s(min64, 63) == -1);
static_assert(i32_rotl(min32, 1) == 1);
static_assert(i32_rotr(1, 1) == min32);
static_assert(i32_rotl(0x12345678, 32) == 0x12345678);
static_assert(i64_rotr(1, 65) == min64);
static_assert(i32_clz(0) == 32 && i32_ctz(0) == 32 && i64_clz(0) == 64 && i64_ctz(0) == 64);
static_assert(i32_clz(-1) == 0 && i32_popcnt(-1) == 32 && i64_popcnt(-1) == 64);

// Division.
static_assert(i32_div_s(-7, 2).value == -3);
static_assert(i32_rem_s(-7, 2).value == -1);
static_assert(i32_div_u(-1, 2).value == max32);
static_assert(i32_rem_u(-1, 10).value == 5);
static_assert(i32_div_s(1, 0).trap == Errc::integer_divide_by_zero);
static_assert(i32_div_u(1, 0).trap == Errc::integer_divide_by_zero);
static_assert(i32_rem_s(1, 0).trap == Errc::integer_divide_by_zero);
static_assert(i32_rem_u(1, 0).trap == Errc::integer_divide_by_zero);
static_assert(i32_div_s(min32, -1).trap == Errc::integer_overflow);
static_assert(i32_rem_s(min32, -1).trap == Errc::none && i32_rem_s(min32, -1).value == 0);
static_assert(i32_div_s(5, -1).value == -5);
static_assert(i64_div_s(min64, -1).trap == Errc::integer_overflow);
static_assert(i64_rem_s(min64, -1).value == 0);
static_assert(i64_div_u(-1, 0).trap == Errc::integer_divide_by_zero);
static_assert(i64_div_u(min64, -1).value == 0);

// Comparisons, signed and not.
static_assert(i32_lt_s(-1, 0) == 1 && i32_lt_u(-1, 0) == 0);
static_assert(i32_gt_s(-1, 0) == 0 && i32_gt_u(-1, 0) == 1);
static_assert(i64_le_s(min64, 0) == 1 && i64_le_u(min64, 0) == 0);
static_assert(i64_ge_s(-1, -1) == 1 && i64_ge_u(0, -1) == 0);
static_assert(i32_eqz(0) == 1 && i64_eqz(int64_t{1} << 32) == 0);

// Width.
static_assert(i32_wrap_i64(0x1'8000'0000) == min32);
static_assert(i64_extend_i32_s(-1) == -1);
static_assert(i64_extend_i32_u(-1) == 0xffff'ffff);
static_assert(i32_extend8_s(0x180) == -128 && i32_extend16_s(0x1'7fff) == 32767);
static_assert(i64_extend8_s(0x7f) == 127 && i64_extend16_s(0x8000) == -32768 &&
              i64_extend32_s(0x8000'0000) == min32);

// Float to integer: the last value that fits and the first that does not, on both sides.
static_assert(i32_trunc_f32_s(2147483520.0f).value == 2147483520);
static_assert(i32_trunc_f32_s(2147483648.0f).trap == Errc::integer_overflow);
static_assert(i32_trunc_f32_s(-2147483648.0f).value == min32);
static_assert(i32_trunc_f32_s(-2147483904.0f).trap == Errc::integer_overflow);
static_assert(i32_trunc_f32_u(-0.99999994f).value == 0);
static_assert(i32_trunc_f32_u(-1.0f).trap == Errc::integer_overflow);
static_assert(i32_trunc_f32_u(4294967040.0f).value == -256);
static_assert(i32_trunc_f32_u(4294967296.0f).trap == Errc::integer_overflow);
static_assert(i32_trunc_f64_s(2147483647.9999998).value == max32);
static_assert(i32_trunc_f64_s(2147483648.0).trap == Errc::integer_overflow);
static_assert(i32_trunc_f64_s(-2147483648.9999995).value == min32);
static_assert(i32_trunc_f64_s(-2147483649.0).trap == Errc::integer_overflow);
static_assert(i32_trunc_f64_u(4294967295.9999995).value == -1);
static_assert(i32_trunc_f64_u(4294967296.0).trap == Errc::integer_overflow);
static_assert(i32_trunc_f64_u(-0.9999999999999999).value == 0);
static_assert(i64_trunc_f32_s(9223371487098961920.0f).value == 9223371487098961920);
static_assert(i64_trunc_f32_s(9223372036854775808.0f).trap == Errc::integer_overflow);
static_assert(i64_trunc_f32_s(-9223372036854775808.0f).value == min64);
static_assert(i64_trunc_f32_s(-9223373136366403584.0f).trap == Errc::integer_overflow);
static_assert(i64_trunc_f64_s(9223372036854774784.0).value == 9223372036854774784);
static_assert(i64_trunc_f64_s(9223372036854775808.0).trap == Errc::integer_overflow);
static_assert(i64_trunc_f64_s(-9223372036854775808.0).value == min64);
static_assert(i64_trunc_f64_s(-9223372036854777856.0).trap == Errc::integer_overflow);
static_assert(i64_trunc_f64_u(18446744073709549568.0).value == -2048);
static_assert(i64_trunc_f64_u(18446744073709551616.0).trap == Errc::integer_overflow);
static_assert(i64_trunc_f32_u(18446744073709551616.0f).trap == Errc::integer_overflow);
static_assert(i32_trunc_f32_s(f32_bits(0x7fc00000)).trap == Errc::invalid_conversion_to_integer);
static_assert(i64_trunc_f64_u(f64_bits(0xfff0'0000'0000'0001)).trap ==
              Errc::invalid_conversion_to_integer);
static_assert(i64_trunc_f64_s(inf64).trap == Errc::integer_overflow);

static_assert(i32_trunc_sat_f32_s(inf32) == max32 && i32_trunc_sat_f32_s(-inf32) == min32);
static_assert(i32_trunc_sat_f32_u(-inf32) == 0 && i32_trunc_sat_f32_u(inf32) == -1);
static_assert(i32_trunc_sat_f64_s(f64_bits(0x7ff8'0000'0000'0000)) == 0);
static_assert(i64_trunc_sat_f64_s(1e300) == max64 && i64_trunc_sat_f64_u(1e300) == -1);
static_assert(i64_trunc_sat_f32_s(-1e30f) == min64 && i64_trunc_sat_f32_u(-5.0f) == 0);
static_assert(i32_trunc_sat_f64_u(-0.5) == 0 && i32_trunc_sat_f64_u(3.99) == 3);

// Integer to float, where one rounding is right and two are not.
static_assert(f32_convert_i64_s(0x7fffff4000000001) == 0x1.fffffep+62f);
static_assert(f32_convert_i64_u(-1) == 0x1p+64f);
static_assert(f32_convert_i32_u(-1) == 0x1p+32f);
static_assert(f32_convert_i32_s(16777217) == 16777216.0f);
static_assert(f64_convert_i64_u(min64 + 0x401) == 0x1.0000000000001p+63);
static_assert(f64_convert_i32_u(-1) == 4294967295.0);

// Bits: signs and payloads survive, of signalling NaNs too.
static_assert(bits(f32_neg(f32_bits(0x7fa00001))) == 0xffa00001);
static_assert(bits(f32_abs(f32_bits(0xffa00001))) == 0x7fa00001);
static_assert(bits(f64_copysign(f64_bits(0x7ff4'0000'0000'0001), -0.0)) == 0xfff4'0000'0000'0001);
static_assert(bits(f32_copysign(1.0f, f32_bits(0xffc00000))) == bits(-1.0f));
static_assert(i32_reinterpret_f32(f32_bits(0x7fa00001)) == 0x7fa00001);
static_assert(i64_reinterpret_f64(f64_reinterpret_i64(0x7ff4'0000'0000'0001)) ==
              0x7ff4'0000'0000'0001);

// min and max order the zeros and give a quiet NaN for any NaN.
static_assert(bits(f32_min(0.0f, -0.0f)) == bits(-0.0f) &&
              bits(f32_min(-0.0f, 0.0f)) == bits(-0.0f));
static_assert(bits(f64_max(0.0, -0.0)) == 0 && bits(f64_max(-0.0, 0.0)) == 0);
static_assert(f32_min(1.0f, -inf32) == -inf32 && f64_max(1.0, inf64) == inf64);
static_assert(bits(f32_min(f32_bits(0x7fa00001), 1.0f)) == 0x7fe00001);
static_assert(bits(f32_max(1.0f, f32_bits(0x7fc00000))) == 0x7fc00000);
static_assert(bits(f64_max(f64_bits(0xfff8'0000'0000'0000), inf64)) == 0xfff8'0000'0000'0000);
static_assert(f64_eq(f64_bits(0x7ff8'0000'0000'0000), f64_bits(0x7ff8'0000'0000'0000)) == 0);
static_assert(f64_ne(f64_bits(0x7ff8'0000'0000'0000), 0.0) == 1);
static_assert(f32_le(-0.0f, 0.0f) == 1 && f32_lt(-0.0f, 0.0f) == 0);

// The check itself can fail.
static_assert(!check::has_signature(&i32_clz, "i32 i32 -> i32"));
static_assert(!check::has_signature(&i32_add, "i32 -> i32"));
static_assert(!check::has_signature(&i64_eqz, "i64 -> i64"));
static_assert(check::has_signature(&i32_div_s, "i32 i32 -> i32"));

template <class F>
F opaque(F value)  // keeps the compiler from computing at compile time
{
    asm volatile("" : "+m"(value));
    return value;
}

TEST(numeric, nearest_rounds_halves_to_even)
{
    EXPECT_EQ(f32_nearest(opaque(0.5f)), 0.0f);
    EXPECT_EQ(f32_nearest(opaque(1.5f)), 2.0f);
    EXPECT_EQ(f32_nearest(opaque(2.5f)), 2.0f);
    EXPECT_EQ(f64_nearest(opaque(-3.5)), -4.0);
    EXPECT_EQ(bits(f64_nearest(opaque(-0.4))), bits(-0.0));
    EXPECT_EQ(f64_nearest(opaque(4503599627370497.5)), 4503599627370498.0);
}

TEST(numeric, rounding_keeps_the_sign_of_zero)
{
    EXPECT_EQ(bits(f32_ceil(opaque(-0.5f))), bits(-0.0f));
    EXPECT_EQ(bits(f32_floor(opaque(-0.0f))), bits(-0.0f));
    EXPECT_EQ(bits(f64_trunc(opaque(-0.9))), bits(-0.0));
    EXPECT_EQ(f64_ceil(opaque(-1.5)), -1.0);
    EXPECT_EQ(f64_floor(opaque(-1.5)), -2.0);
    EXPECT_EQ(f32_trunc(opaque(-1.9f)), -1.0f);
}

TEST(numeric, rounding_and_square_root_quiet_a_signalling_nan)
{
    const float signalling = opaque(f32_bits(0x7fa00001));
    for (const float result : {f32_ceil(signalling), f32_floor(signalling), f32_trunc(signalling),
                               f32_nearest(signalling), f32_sqrt(signalling)}) {
        EXPECT_EQ(bits(result) & 0x7fc00000, 0x7fc00000u);
    }
    const double wide = opaque(f64_bits(0x7ff4'0000'0000'0001));
    for (const double result :
         {f64_ceil(wide), f64_floor(wide), f64_trunc(wide), f64_nearest(wide), f64_sqrt(wide)}) {
        EXPECT_EQ(bits(result) >> 51, 0xfffu);
    }
}

TEST(numeric, square_root_of_a_negative_number_is_a_nan_and_of_minus_zero_minus_zero)
{
    EXPECT_TRUE(std::isnan(f64_sqrt(opaque(-1.0))));
    EXPECT_EQ(bits(f64_sqrt(opaque(-0.0))), bits(-0.0));
    EXPECT_EQ(f32_sqrt(opaque(2.0f)), 0x1.6a09e6p+0f);
}

TEST(numeric, arithmetic_gives_a_quiet_nan)
{
    const float signalling = opaque(f32_bits(0xffa00001));
    for (const float result :
         {f32_add(signalling, 1), f32_sub(1, signalling), f32_mul(signalling, signalling),
          f32_div(signalling, 2), f32_demote_f64(opaque(f64_bits(0x7ff4'0000'0000'0000)))}) {
        EXPECT_EQ(bits(result) & 0x7fc00000, 0x7fc00000u);
    }
    EXPECT_EQ(bits(f64_promote_f32(signalling)) >> 51 & 0xfff, 0xfffu);
    EXPECT_EQ(f32_demote_f64(opaque(1e300)), inf32);
}

TEST(numeric, min_and_max_agree_with_their_definition_on_random_bits)
{
    std::mt19937_64 random{1};
    for (int i = 0; i < 200'000; ++i) {
        // One in eight pairs is equal up to the sign, so that the zero and equal branches are met.
        const uint64_t a = random();
        const uint64_t b = (a & 7) == 0 ? a ^ (random() & 0x8000'0000'8000'0000) : random();
        const float x = f32_bits(static_cast<uint32_t>(a)), y = f32_bits(static_cast<uint32_t>(b));
        if (x != x || y != y) {
            EXPECT_TRUE(std::isnan(f32_min(x, y)) && std::isnan(f32_max(x, y)));
        } else {
            const bool x_first = x < y || (x == y && std::signbit(x));
            EXPECT_EQ(bits(f32_min(x, y)), bits(x_first ? x : y));
            EXPECT_EQ(bits(f32_max(x, y)), bits(x_first ? y : x));
        }
    }
}

}  // namespace
}  // namespace wrt::numeric
