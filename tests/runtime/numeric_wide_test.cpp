// Wide arithmetic: carries, borrows and signs, against arithmetic by halves.
#include "numeric_wide.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace wrt::numeric {
namespace {

constexpr int64_t min64 = std::numeric_limits<int64_t>::min();
constexpr int64_t max64 = std::numeric_limits<int64_t>::max();

static_assert(i64_add128(1, 0, -1, 0) == Wide{0, 1}, "the carry");
static_assert(i64_add128(-1, -1, 1, 0) == Wide{0, 0}, "wraps");
static_assert(i64_add128(0, max64, 0, 1) == Wide{0, min64});
static_assert(i64_sub128(0, 0, 1, 0) == Wide{-1, -1}, "the borrow");
static_assert(i64_sub128(0, min64, 1, 0) == Wide{-1, max64});
static_assert(i64_mul_wide_s(-1, -1) == Wide{1, 0});
static_assert(i64_mul_wide_s(-1, 1) == Wide{-1, -1});
static_assert(i64_mul_wide_s(min64, min64) == Wide{0, int64_t{1} << 62});
static_assert(i64_mul_wide_u(-1, -1) == Wide{1, -2});
static_assert(i64_mul_wide_u(-1, 1) == Wide{-1, 0});

TEST(wide_arithmetic, agrees_with_schoolbook_multiplication)
{
    std::mt19937_64 random{1};
    for (int i = 0; i < 1000; ++i) {
        const uint64_t a = random();
        const uint64_t b = random();
        const uint64_t low_low = (a & 0xffffffff) * (b & 0xffffffff);
        const uint64_t high_low = (a >> 32) * (b & 0xffffffff);
        const uint64_t low_high = (a & 0xffffffff) * (b >> 32);
        const uint64_t middle = (low_low >> 32) + (high_low & 0xffffffff) + (low_high & 0xffffffff);
        const uint64_t high =
            (a >> 32) * (b >> 32) + (high_low >> 32) + (low_high >> 32) + (middle >> 32);
        const Wide product = i64_mul_wide_u(static_cast<int64_t>(a), static_cast<int64_t>(b));
        EXPECT_EQ(static_cast<uint64_t>(product.low), a * b);
        EXPECT_EQ(static_cast<uint64_t>(product.high), high);
    }
}

TEST(wide_arithmetic, takes_away_what_it_added)
{
    std::mt19937_64 random{2};
    for (int i = 0; i < 1000; ++i) {
        int64_t halves[4];
        for (int64_t& half : halves)
            half = static_cast<int64_t>(random());
        const Wide sum = i64_add128(halves[0], halves[1], halves[2], halves[3]);
        EXPECT_EQ(i64_sub128(sum.low, sum.high, halves[2], halves[3]),
                  (Wide{halves[0], halves[1]}));
    }
}

}  // namespace
}  // namespace wrt::numeric
