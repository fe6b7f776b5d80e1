// What vector instructions compute: saturation, wrapping, signs, NaN, and the lanes at either end.
// Built twice, with the host's vector instructions and without.
#include "vector.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <initializer_list>
#include <limits>

namespace wrt::numeric {
namespace {

template <class T>
using Array = std::array<T, 16 / sizeof(T)>;

/// Lanes from 0 on; the last one named fills the rest.
template <class T>
v128 of(std::initializer_list<T> values)
{
    Array<T> all;
    all.fill(*(values.end() - 1));
    std::copy(values.begin(), values.end(), all.begin());
    return std::bit_cast<v128>(all);
}

template <class T>
Array<T> lanes_of(v128 a)
{
    return std::bit_cast<Array<T>>(a);
}

// Of the result, with as many lanes as are named; the last one stands for the rest.
#define EXPECT_LANES(type, a, ...)                                                                 \
    EXPECT_EQ(lanes_of<type>(a), lanes_of<type>(of<type>({__VA_ARGS__})))

constexpr float inf32 = std::numeric_limits<float>::infinity();
constexpr double inf64 = std::numeric_limits<double>::infinity();
constexpr uint32_t nan32 = 0x7fc00000;  // canonical; either sign is
constexpr uint64_t nan64 = 0x7ff8000000000000;

float f32_of(uint32_t bits)
{
    return std::bit_cast<float>(bits);
}
double f64_of(uint64_t bits)
{
    return std::bit_cast<double>(bits);
}

// --- integers ---

TEST(vector_integer, wraps)
{
    EXPECT_LANES(int8_t, i8x16_add(of<int8_t>({127, -128}), of<int8_t>({1, -1})), -128, 127);
    EXPECT_LANES(int16_t, i16x8_sub(of<int16_t>({-32768, 0}), of<int16_t>({1})), 32767, -1);
    EXPECT_LANES(int16_t, i16x8_mul(of<int16_t>({300, -1}), of<int16_t>({300, -32768})), 24464,
                 -32768);
    EXPECT_LANES(int32_t, i32x4_mul(of<int32_t>({0x10001, -1}), of<int32_t>({0x10001, 7})), 0x20001,
                 -7);
    EXPECT_LANES(int64_t, i64x2_mul(of<int64_t>({INT64_MIN, 0x100000001}), of<int64_t>({-1, 5})),
                 INT64_MIN, 0x500000005);
    EXPECT_LANES(int64_t, i64x2_sub(of<int64_t>({INT64_MIN, 0}), of<int64_t>({1})), INT64_MAX, -1);
}

TEST(vector_integer, abs_and_neg_leave_the_most_negative_number)
{
    EXPECT_LANES(int8_t, i8x16_abs(of<int8_t>({-128, -1, 127})), -128, 1, 127);
    EXPECT_LANES(int8_t, i8x16_neg(of<int8_t>({-128, -1, 127})), -128, 1, -127);
    EXPECT_LANES(int16_t, i16x8_abs(of<int16_t>({-32768, -1, 5})), -32768, 1, 5);
    EXPECT_LANES(int32_t, i32x4_abs(of<int32_t>({INT32_MIN, -1, 5})), INT32_MIN, 1, 5);
    EXPECT_LANES(int32_t, i32x4_neg(of<int32_t>({INT32_MIN, -1, 5})), INT32_MIN, 1, -5);
    EXPECT_LANES(int64_t, i64x2_abs(of<int64_t>({INT64_MIN, -9})), INT64_MIN, 9);
    EXPECT_LANES(int64_t, i64x2_neg(of<int64_t>({INT64_MIN, -9})), INT64_MIN, 9);
}

TEST(vector_integer, saturates)
{
    EXPECT_LANES(int8_t, i8x16_add_sat_s(of<int8_t>({127, -128, 1}), of<int8_t>({1, -1, 1})), 127,
                 -128, 2);
    EXPECT_LANES(uint8_t, i8x16_add_sat_u(of<uint8_t>({255, 200, 1}), of<uint8_t>({1, 100, 1})),
                 255, 255, 2);
    EXPECT_LANES(int8_t, i8x16_sub_sat_s(of<int8_t>({-128, 127, 1}), of<int8_t>({1, -1, 1})), -128,
                 127, 0);
    EXPECT_LANES(uint8_t, i8x16_sub_sat_u(of<uint8_t>({0, 3, 9}), of<uint8_t>({1, 4, 1})), 0, 0, 8);
    EXPECT_LANES(int16_t, i16x8_add_sat_s(of<int16_t>({32767, -32768, 1}), of<int16_t>({1, -1, 1})),
                 32767, -32768, 2);
    EXPECT_LANES(uint16_t, i16x8_sub_sat_u(of<uint16_t>({0, 9}), of<uint16_t>({1})), 0, 8);
}

TEST(vector_integer, narrows_signed_lanes_with_saturation)
{
    const v128 a = of<int16_t>({-129, 128, 255, 256, -1, -32768, 32767, 5});
    EXPECT_LANES(int8_t, i8x16_narrow_i16x8_s(a, a), -128, 127, 127, 127, -1, -128, 127, 5, -128,
                 127, 127, 127, -1, -128, 127, 5);
    EXPECT_LANES(uint8_t, i8x16_narrow_i16x8_u(a, of<int16_t>({7})), 0, 128, 255, 255, 0, 0, 255, 5,
                 7);
    const v128 b = of<int32_t>({INT32_MIN, 65536, 32768, -1});
    EXPECT_LANES(int16_t, i16x8_narrow_i32x4_s(b, b), -32768, 32767, 32767, -1, -32768, 32767,
                 32767, -1);
    EXPECT_LANES(uint16_t, i16x8_narrow_i32x4_u(b, of<int32_t>({3})), 0, 65535, 32768, 0, 3);
}

TEST(vector_integer, extends_either_half)
{
    const v128 a = of<int8_t>({-1, 127, -128, 1, 2, 3, 4, 5, -2, 9});
    EXPECT_LANES(int16_t, i16x8_extend_low_i8x16_s(a), -1, 127, -128, 1, 2, 3, 4, 5);
    EXPECT_LANES(uint16_t, i16x8_extend_low_i8x16_u(a), 255, 127, 128, 1, 2, 3, 4, 5);
    EXPECT_LANES(int16_t, i16x8_extend_high_i8x16_s(a), -2, 9);
    EXPECT_LANES(uint16_t, i16x8_extend_high_i8x16_u(a), 254, 9);
    EXPECT_LANES(int64_t, i64x2_extend_high_i32x4_s(of<int32_t>({0, 0, INT32_MIN, -7})),
                 int64_t{INT32_MIN}, -7);
    EXPECT_LANES(uint64_t, i64x2_extend_low_i32x4_u(of<int32_t>({-1, 6})), 0xffffffff, 6);
}

TEST(vector_integer, multiplies_into_twice_the_size)
{
    const v128 a = of<int8_t>({-128, -1, 2, 3, 4, 5, 6, 7, -128, 100});
    EXPECT_LANES(int16_t, i16x8_extmul_low_i8x16_s(a, a), 16384, 1, 4, 9, 16, 25, 36, 49);
    EXPECT_LANES(uint16_t, i16x8_extmul_high_i8x16_u(a, a), 16384, 10000);
    const v128 b = of<int16_t>({-32768, -1, 2, 3, -32768, -1, 9});
    EXPECT_LANES(int32_t, i32x4_extmul_low_i16x8_s(b, b), 1 << 30, 1, 4, 9);
    EXPECT_LANES(uint32_t, i32x4_extmul_high_i16x8_u(b, b), 1u << 30, 0xfffe0001, 81);
    const v128 c = of<int32_t>({INT32_MIN, -1, INT32_MIN, -1});
    EXPECT_LANES(int64_t, i64x2_extmul_low_i32x4_s(c, c), int64_t{1} << 62, 1);
    EXPECT_LANES(uint64_t, i64x2_extmul_high_i32x4_u(c, c), uint64_t{1} << 62, 0xfffffffe00000001);
}

TEST(vector_integer, adds_neighbours)
{
    EXPECT_LANES(int16_t, i16x8_extadd_pairwise_i8x16_s(of<int8_t>({-128, -128, 127, 127, 1})),
                 -256, 254, 2);
    EXPECT_LANES(uint16_t, i16x8_extadd_pairwise_i8x16_u(of<uint8_t>({255, 255, 1, 2, 0})), 510, 3,
                 0);
    EXPECT_LANES(int32_t, i32x4_extadd_pairwise_i16x8_s(of<int16_t>({-32768, -32768, 5})), -65536,
                 10);
    EXPECT_LANES(uint32_t, i32x4_extadd_pairwise_i16x8_u(of<uint16_t>({65535, 65535, 5})), 131070,
                 10);
}

TEST(vector_integer, dot_of_the_most_negative_wraps)
{
    EXPECT_LANES(
        int32_t,
        i32x4_dot_i16x8_s(of<int16_t>({-32768, -32768, 2, 3, 1}), of<int16_t>({-32768, -32768, 5})),
        INT32_MIN, 25, 10);
}

TEST(vector_integer, q15_rounds_and_saturates_only_minus_one_squared)
{
    EXPECT_LANES(int16_t,
                 i16x8_q15mulr_sat_s(of<int16_t>({-32768, 32767, -32768, 1, 1}),
                                     of<int16_t>({-32768, 32767, 32767, 16384, 16383})),
                 32767, 32766, -32767, 1, 0);
}

TEST(vector_integer, shifts_modulo_the_width)
{
    const v128 bytes = of<int8_t>({-128, 127, -1, 1});
    EXPECT_LANES(int8_t, i8x16_shl(bytes, 9), 0, -2, -2, 2);
    EXPECT_LANES(int8_t, i8x16_shr_s(bytes, 8 + 3), -16, 15, -1, 0);
    EXPECT_LANES(uint8_t, i8x16_shr_u(bytes, -1), 1, 0, 1, 0);
    EXPECT_LANES(int8_t, i8x16_shr_s(bytes, 8), -128, 127, -1, 1);
    EXPECT_LANES(int16_t, i16x8_shr_s(of<int16_t>({-32768, 8}), 17), -16384, 4);
    EXPECT_LANES(int32_t, i32x4_shl(of<int32_t>({-1, 3}), 63), INT32_MIN, INT32_MIN);
    EXPECT_LANES(uint32_t, i32x4_shr_u(of<int32_t>({-1, 3}), 33), 0x7fffffff, 1);
    EXPECT_LANES(int64_t, i64x2_shr_s(of<int64_t>({INT64_MIN, 100}), 65), INT64_MIN / 2, 50);
    EXPECT_LANES(int64_t, i64x2_shr_s(of<int64_t>({-1, INT64_MAX}), 63), -1, 0);
    EXPECT_LANES(int64_t, i64x2_shl(of<int64_t>({-1, 1}), 64), -1, 1);
}

TEST(vector_integer, compares_signed_and_unsigned)
{
    const v128 a = of<int8_t>({-1, 1, 5});
    const v128 b = of<int8_t>({1, -1, 5});
    EXPECT_LANES(int8_t, i8x16_lt_s(a, b), -1, 0, 0);
    EXPECT_LANES(int8_t, i8x16_lt_u(a, b), 0, -1, 0);
    EXPECT_LANES(int8_t, i8x16_ge_s(a, b), 0, -1, -1);
    EXPECT_LANES(int8_t, i8x16_le_u(a, b), 0, -1, -1);
    EXPECT_LANES(int64_t, i64x2_gt_s(of<int64_t>({INT64_MAX, -1}), of<int64_t>({INT64_MIN, 0})), -1,
                 0);
    EXPECT_LANES(uint16_t, i16x8_max_u(of<uint16_t>({65535, 1}), of<uint16_t>({0, 2})), 65535, 2);
    EXPECT_LANES(int16_t, i16x8_max_s(of<int16_t>({-1, 1}), of<int16_t>({0, 2})), 0, 2);
    EXPECT_LANES(uint32_t, i32x4_min_u(of<uint32_t>({0x80000000, 1}), of<uint32_t>({1, 2})), 1, 1);
    EXPECT_LANES(int32_t, i32x4_min_s(of<int32_t>({INT32_MIN, 1}), of<int32_t>({1, 2})), INT32_MIN,
                 1);
}

TEST(vector_integer, average_rounds_up_and_does_not_overflow)
{
    EXPECT_LANES(uint8_t, i8x16_avgr_u(of<uint8_t>({255, 0, 1}), of<uint8_t>({255, 1, 1})), 255, 1,
                 1);
    EXPECT_LANES(uint16_t, i16x8_avgr_u(of<uint16_t>({65535, 0}), of<uint16_t>({65534, 1})), 65535,
                 1);
}

TEST(vector_integer, counts_bits)
{
    EXPECT_LANES(uint8_t, i8x16_popcnt(of<uint8_t>({0, 255, 0x80, 0x11, 0xfe})), 0, 8, 1, 2, 7);
}

TEST(vector_integer, masks_take_the_sign_of_each_lane)
{
    EXPECT_EQ(i8x16_bitmask(of<int8_t>({-1, 0, -128, 127})), 5);
    EXPECT_EQ(i8x16_bitmask(of<int8_t>({-1})), 0xffff);
    EXPECT_EQ(i16x8_bitmask(of<int16_t>({-1, 0, 0x80, -32768, 0})), 9);
    EXPECT_EQ(i32x4_bitmask(of<int32_t>({0, 0, 0, -1})), 8);
    EXPECT_EQ(i64x2_bitmask(of<int64_t>({0, INT64_MIN})), 2);
}

TEST(vector_integer, all_true_asks_every_lane_and_any_true_every_bit)
{
    EXPECT_EQ(i8x16_all_true(of<int8_t>({1})), 1);
    EXPECT_EQ(i8x16_all_true(of<int8_t>({1, 0, 1})), 0);
    EXPECT_EQ(i16x8_all_true(of<int8_t>({1, 0, 1, 0, 1})), 1);
    EXPECT_EQ(i32x4_all_true(of<int32_t>({1, 1, 1, 0})), 0);
    EXPECT_EQ(i64x2_all_true(of<int32_t>({1, 0, 0, 1})), 1);
    EXPECT_EQ(i64x2_all_true(of<int64_t>({1, 0})), 0);
    EXPECT_EQ(v128_any_true(of<int64_t>({0})), 0);
    EXPECT_EQ(v128_any_true(of<int64_t>({0, INT64_MIN})), 1);
}

TEST(vector_integer, swizzle_gives_zero_beyond_the_last_lane)
{
    const v128 a = of<uint8_t>({10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25});
    EXPECT_LANES(uint8_t, i8x16_swizzle(a, of<uint8_t>({15, 0, 16, 127, 128, 143, 144, 255, 1})),
                 25, 10, 0, 0, 0, 0, 0, 0, 11);
}

TEST(vector_integer, bitselect_takes_the_first_where_the_mask_has_ones)
{
    EXPECT_LANES(uint32_t,
                 v128_bitselect(of<uint32_t>({0xffff0000}), of<uint32_t>({0x12345678}),
                                of<uint32_t>({0xff00ff00, 0, 0xffffffff})),
                 0xff340078, 0x12345678, 0xffff0000, 0xffff0000);
    EXPECT_LANES(uint32_t, v128_andnot(of<uint32_t>({0xff}), of<uint32_t>({0x0f})), 0xf0);
}

TEST(vector_integer, lanes_are_counted_from_the_lowest_byte)
{
    const v128 a = of<int8_t>({-1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, -16});
    EXPECT_EQ(i8x16_extract_lane_s<0>(a), -1);
    EXPECT_EQ(i8x16_extract_lane_u<15>(a), 240);
    EXPECT_EQ(i16x8_extract_lane_s<7>(a), -4081);
    EXPECT_EQ(i16x8_extract_lane_u<0>(a), 0x02ff);
    EXPECT_EQ(i32x4_extract_lane<1>(a), 0x08070605);
    EXPECT_EQ(i64x2_extract_lane<1>(a), int64_t(0xf00f0e0d0c0b0a09));
    EXPECT_LANES(int8_t, i8x16_replace_lane<15>(i8x16_splat(7), 0x1ff), 7, 7, 7, 7, 7, 7, 7, 7, 7,
                 7, 7, 7, 7, 7, 7, -1);
    EXPECT_LANES(int64_t, i64x2_replace_lane<0>(i64x2_splat(7), -1), -1, 7);
    EXPECT_LANES(float, f32x4_replace_lane<2>(f32x4_splat(1), -0.5f), 1, 1, -0.5f, 1);
}

// --- floats ---

TEST(vector_float, min_and_max_tell_zeros_apart)
{
    const v128 a = of<float>({0.0f, -0.0f, -0.0f, 1.0f});
    const v128 b = of<float>({-0.0f, 0.0f, -0.0f, 2.0f});
    EXPECT_LANES(uint32_t, f32x4_min(a, b), 0x80000000, 0x80000000, 0x80000000, 0x3f800000);
    EXPECT_LANES(uint32_t, f32x4_max(a, b), 0, 0, 0x80000000, 0x40000000);
    EXPECT_LANES(uint64_t, f64x2_min(of<double>({0.0, -0.0}), of<double>({-0.0, 0.0})),
                 uint64_t{1} << 63);
    EXPECT_LANES(uint64_t, f64x2_max(of<double>({0.0, -0.0}), of<double>({-0.0, 0.0})), 0);
}

TEST(vector_float, min_and_max_of_any_nan_are_a_canonical_nan)
{
    const auto canonical = [](v128 a) {
        for (const uint32_t lane : lanes_of<uint32_t>(a))
            EXPECT_EQ(lane & 0x7fffffff, nan32);
    };
    const auto canonical64 = [](v128 a) {
        for (const uint64_t lane : lanes_of<uint64_t>(a))
            EXPECT_EQ(lane & ~(uint64_t{1} << 63), nan64);
    };
    const v128 nans = of<uint32_t>({nan32, 0xffc00000, 0x7f800001, 0x7fc12345});
    const v128 numbers = of<float>({1.1f, -inf32, -0.0f, 3.0f});
    const v128 nans64 = of<uint64_t>({nan64, 0x7ff0000000000001});
    const v128 numbers64 = of<double>({-1.1, inf64});
    canonical(f32x4_min(nans, numbers));
    canonical(f32x4_min(numbers, nans));
    canonical(f32x4_max(nans, numbers));
    canonical(f32x4_max(numbers, nans));
    canonical(f32x4_max(nans, nans));
    canonical64(f64x2_min(nans64, numbers64));
    canonical64(f64x2_max(numbers64, nans64));
}

TEST(vector_float, pmin_and_pmax_give_the_first_where_nothing_is_smaller)
{
    const v128 a = of<uint32_t>({0x80000000, 0x7fc12345, 0x3f800000, 0x3f800000});
    const v128 b = of<uint32_t>({0, 0x3f800000, 0x7fc54321, 0x40000000});
    EXPECT_LANES(uint32_t, f32x4_pmin(a, b), 0x80000000, 0x7fc12345, 0x3f800000, 0x3f800000);
    EXPECT_LANES(uint32_t, f32x4_pmax(a, b), 0x80000000, 0x7fc12345, 0x3f800000, 0x40000000);
}

TEST(vector_float, neg_and_abs_keep_the_payload_of_a_nan)
{
    const v128 a = of<uint32_t>({0x7f812345, 0xffc54321, 0, 0xbf800000});
    EXPECT_LANES(uint32_t, f32x4_neg(a), 0xff812345, 0x7fc54321, 0x80000000, 0x3f800000);
    EXPECT_LANES(uint32_t, f32x4_abs(a), 0x7f812345, 0x7fc54321, 0, 0x3f800000);
    EXPECT_LANES(uint64_t, f64x2_neg(of<uint64_t>({0x7ff0000000000001})), 0xfff0000000000001);
}

TEST(vector_float, comparisons_with_nan_are_false_but_for_ne)
{
    const v128 a = of<float>({1, f32_of(nan32), -0.0f, 2});
    const v128 b = of<float>({f32_of(nan32), f32_of(nan32), 0.0f, 1});
    EXPECT_LANES(int32_t, f32x4_eq(a, b), 0, 0, -1, 0);
    EXPECT_LANES(int32_t, f32x4_ne(a, b), -1, -1, 0, -1);
    EXPECT_LANES(int32_t, f32x4_lt(a, b), 0, 0, 0, 0);
    EXPECT_LANES(int32_t, f32x4_gt(a, b), 0, 0, 0, -1);
    EXPECT_LANES(int32_t, f32x4_le(a, b), 0, 0, -1, 0);
    EXPECT_LANES(int64_t, f64x2_ge(of<double>({f64_of(nan64), 3}), of<double>({1, 3})), 0, -1);
}

TEST(vector_float, rounds_halves_to_even_and_keeps_the_sign_of_zero)
{
    const v128 a = of<float>({0.5f, 1.5f, -0.5f, -2.5f});
    EXPECT_LANES(uint32_t, f32x4_nearest(a), 0, 0x40000000, 0x80000000, 0xc0000000);
    EXPECT_LANES(uint32_t, f32x4_ceil(a), 0x3f800000, 0x40000000, 0x80000000, 0xc0000000);
    EXPECT_LANES(float, f32x4_floor(a), 0, 1, -1, -3);
    EXPECT_LANES(uint32_t, f32x4_trunc(a), 0, 0x3f800000, 0x80000000, 0xc0000000);
    EXPECT_LANES(double, f64x2_nearest(of<double>({4503599627370497.5, 2.5})), 4503599627370498.0,
                 2);
}

TEST(vector_float, splats_keep_minus_zero_and_nan)
{
    EXPECT_LANES(uint32_t, f32x4_splat(-0.0f), 0x80000000);
    EXPECT_LANES(uint64_t, f64x2_splat(f64_of(0x7ff0000000000001)), 0x7ff0000000000001);
}

// --- conversions ---

TEST(vector_convert, truncation_saturates_and_makes_nan_zero)
{
    EXPECT_LANES(
        int32_t,
        i32x4_trunc_sat_f32x4_s(of<float>({2147483648.0f, -2147483904.0f, -1.9f, f32_of(nan32)})),
        INT32_MAX, INT32_MIN, -1, 0);
    EXPECT_LANES(int32_t, i32x4_trunc_sat_f32x4_s(of<float>({inf32, -inf32, 2147483520.0f, -0.0f})),
                 INT32_MAX, INT32_MIN, 2147483520, 0);
    EXPECT_LANES(uint32_t,
                 i32x4_trunc_sat_f32x4_u(of<float>({4294967296.0f, -1.0f, 2147483648.0f, inf32})),
                 0xffffffff, 0, 0x80000000, 0xffffffff);
    EXPECT_LANES(uint32_t,
                 i32x4_trunc_sat_f32x4_u(
                     of<float>({4294967040.0f, 2147483520.0f, 0.9f, f32_of(0xffc00000)})),
                 4294967040, 2147483520, 0, 0);
    EXPECT_LANES(int32_t, i32x4_trunc_sat_f64x2_s_zero(of<double>({2147483647.9, -2147483648.9})),
                 INT32_MAX, INT32_MIN, 0, 0);
    EXPECT_LANES(int32_t, i32x4_trunc_sat_f64x2_s_zero(of<double>({f64_of(nan64), 1e300})), 0,
                 INT32_MAX, 0, 0);
    EXPECT_LANES(uint32_t, i32x4_trunc_sat_f64x2_u_zero(of<double>({4294967295.9, -0.9})),
                 0xffffffff, 0, 0, 0);
    EXPECT_LANES(uint32_t, i32x4_trunc_sat_f64x2_u_zero(of<double>({f64_of(nan64), 3000000000.7})),
                 0, 3000000000, 0, 0);
}

TEST(vector_convert, unsigned_integers_round_once)
{
    EXPECT_LANES(float, f32x4_convert_i32x4_u(of<uint32_t>({0xffffffff, 0x80000081, 16777217, 5})),
                 4294967296.0f, 2147483904.0f, 16777216.0f, 5.0f);
    EXPECT_LANES(float, f32x4_convert_i32x4_s(of<int32_t>({INT32_MIN, -16777217, INT32_MAX, 0})),
                 -2147483648.0f, -16777216.0f, 2147483648.0f, 0.0f);
    EXPECT_LANES(double, f64x2_convert_low_i32x4_u(of<uint32_t>({0xffffffff, 7, 9})), 4294967295.0,
                 7.0);
    EXPECT_LANES(double, f64x2_convert_low_i32x4_s(of<int32_t>({INT32_MIN, -7, 9})), -2147483648.0,
                 -7.0);
}

TEST(vector_convert, demotes_and_promotes)
{
    EXPECT_LANES(uint32_t, f32x4_demote_f64x2_zero(of<double>({1e300, -1e-300})), 0x7f800000,
                 0x80000000, 0, 0);
    EXPECT_LANES(double, f64x2_promote_low_f32x4(of<float>({0.5f, -inf32, 7.0f})), 0.5, -inf64);
}

// --- relaxed ---

TEST(vector_relaxed, gives_what_the_deterministic_profile_says)
{
    EXPECT_LANES(uint8_t, i8x16_relaxed_swizzle(i8x16_splat(9), of<uint8_t>({15, 16, 0x8f, 0})), 9,
                 0, 0, 9);
    EXPECT_LANES(int32_t, i32x4_relaxed_trunc_f32x4_s(of<float>({f32_of(nan32), 1e20f, -1e20f})), 0,
                 INT32_MAX, INT32_MIN);
    EXPECT_LANES(uint32_t, i32x4_relaxed_trunc_f64x2_u_zero(of<double>({-5.0, 1e20})), 0,
                 0xffffffff, 0, 0);
    EXPECT_LANES(uint8_t,
                 i8x16_relaxed_laneselect(i8x16_splat(0xff), i8x16_splat(0), i8x16_splat(0x80)),
                 0x80);
    EXPECT_LANES(int16_t, i16x8_relaxed_q15mulr_s(i16x8_splat(-32768), i16x8_splat(-32768)), 32767);
    EXPECT_LANES(uint32_t, f32x4_relaxed_min(of<float>({-0.0f}), of<float>({0.0f})), 0x80000000);
}

TEST(vector_relaxed, multiply_and_add_round_twice)
{
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24, whose last bit a product of floats loses.
    const v128 a = f32x4_splat(1.0f + 0x1p-12f);
    EXPECT_LANES(float, f32x4_relaxed_madd(a, a, f32x4_splat(-1.0f)), 0x1p-11f);
    EXPECT_LANES(float, f32x4_relaxed_nmadd(a, a, f32x4_splat(1.0f)), -0x1p-11f);
    const v128 b = f64x2_splat(1.0 + 0x1p-27);
    EXPECT_LANES(double, f64x2_relaxed_madd(b, b, f64x2_splat(-1.0)), 0x1p-26);
}

TEST(vector_relaxed, dot_reads_both_operands_signed_and_saturates)
{
    EXPECT_LANES(int16_t,
                 i16x8_relaxed_dot_i8x16_i7x16_s(of<int8_t>({-128, -128, 127, 127, 1}),
                                                 of<int8_t>({-128, -128, 127, 127, -1})),
                 32767, 32258, -2);
    EXPECT_LANES(int32_t,
                 i32x4_relaxed_dot_i8x16_i7x16_add_s(of<int8_t>({127, 127, 127, 127, 1}),
                                                     of<int8_t>({127, 127, 127, 127, -1}),
                                                     of<int32_t>({INT32_MAX, 5})),
                 INT32_MIN + 64515, 1);
}

}  // namespace
}  // namespace wrt::numeric
