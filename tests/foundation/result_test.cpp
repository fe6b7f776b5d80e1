// Result and Status: what they hold, what they cost, and the two macros.
#include <wrt/foundation/result.hpp>

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace wrt {
namespace {

// Small results travel in two registers.
static_assert(sizeof(Result<uint8_t>) == 16 && sizeof(Result<uint64_t>) == 16 &&
              sizeof(Result<void*>) == 16);
static_assert(sizeof(Status) == 16);
static_assert(sizeof(Result<std::string_view>) == 24);
static_assert(std::is_trivially_copyable_v<Result<uint32_t>> &&
              std::is_trivially_copyable_v<Status>);
static_assert(std::is_trivially_copyable_v<Result<std::span<const uint8_t>>>);
static_assert(!std::is_copy_constructible_v<Result<std::unique_ptr<int>>>);
static_assert(std::is_nothrow_move_constructible_v<Result<std::unique_ptr<int>>>);

constexpr Error trap{.code = Errc::unreachable, .offset = 7};

TEST(result, holds_a_value_or_an_error)
{
    const Result<uint32_t> good = 42U;
    EXPECT_TRUE(good);
    EXPECT_TRUE(good.has_value());
    EXPECT_EQ(*good, 42U);
    EXPECT_EQ(good.value(), 42U);
    EXPECT_EQ(good.value_or(1U), 42U);

    const Result<uint32_t> bad = trap;
    EXPECT_FALSE(bad);
    EXPECT_EQ(bad.error(), trap);
    EXPECT_EQ(bad.value_or(1U), 1U);
}

TEST(result, any_value_is_good_even_all_bits)
{
    for (const uint64_t bits : {uint64_t{0}, ~uint64_t{0}, uint64_t{0x0001000100010001}}) {
        const Result<uint64_t> good = bits;
        EXPECT_TRUE(good);
        EXPECT_EQ(*good, bits);
    }
    struct Wide {
        uint64_t words[4];
    };
    const Result<Wide> wide = Wide{{1, 2, 3, ~uint64_t{0}}};
    EXPECT_TRUE(wide);
    EXPECT_EQ(wide->words[3], ~uint64_t{0});
}

TEST(result, owns_what_it_holds)
{
    static int alive = 0;
    struct Counted {
        Counted() noexcept { ++alive; }
        Counted(const Counted&) noexcept { ++alive; }
        Counted(Counted&&) noexcept { ++alive; }
        Counted& operator=(const Counted&) noexcept = default;
        Counted& operator=(Counted&&) noexcept = default;
        ~Counted() { --alive; }
    };
    {
        Result<Counted> a = Counted{};
        EXPECT_EQ(alive, 1);
        Result<Counted> b = a;
        EXPECT_EQ(alive, 2);
        b = trap;
        EXPECT_EQ(alive, 1);
        b = std::move(a);
        EXPECT_EQ(alive, 2);
        a = b;
        Result<Counted>& self = a;
        a = self;
        EXPECT_EQ(alive, 2);
    }
    EXPECT_EQ(alive, 0);

    Result<std::unique_ptr<int>> owner = std::make_unique<int>(5);
    Result<std::unique_ptr<int>> other = std::move(owner);
    EXPECT_EQ(**other, 5);
    const std::unique_ptr<int> taken = *std::move(other);
    EXPECT_EQ(*taken, 5);
}

TEST(result, converts_to_what_it_holds)
{
    std::vector<uint8_t> bytes{1, 2, 3};
    const Result<std::span<const uint8_t>> view = std::span<uint8_t>(bytes);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->size(), 3U);
    const Result<std::string_view> text = "literal";
    EXPECT_EQ(*text, "literal");
}

TEST(result, chains)
{
    const Result<int> good = 20;
    const Result<int> bad = trap;
    const auto halve = [](int value) -> Result<int> {
        if (value % 2 != 0) return Error{.code = Errc::invalid_argument};
        return value / 2;
    };
    EXPECT_EQ(*good.and_then(halve), 10);
    EXPECT_EQ(*good.and_then(halve).and_then(halve), 5);
    EXPECT_EQ(good.and_then(halve).and_then(halve).and_then(halve).error().code,
              Errc::invalid_argument);
    EXPECT_EQ(bad.and_then(halve).error(), trap);
    EXPECT_EQ(*good.transform([](int value) { return value + 0.5; }), 20.5);
    EXPECT_EQ(bad.transform([](int value) { return value + 1; }).error(), trap);
    EXPECT_TRUE(ok().and_then([] { return ok(); }));
}

Status check_even(int value)
{
    if (value % 2 != 0)
        return Error{.code = Errc::invalid_argument, .actual = static_cast<uint32_t>(value)};
    return ok();
}

Result<int> sum(Result<int> a, Result<int> b)
{
    WRT_TRY(const int first, a);
    WRT_TRY(const int second, b);
    WRT_CHECK(check_even(first + second));
    return first + second;
}

TEST(result, try_and_check_return_the_error)
{
    EXPECT_EQ(*sum(1, 3), 4);
    EXPECT_EQ(sum(1, 2).error().code, Errc::invalid_argument);
    EXPECT_EQ(sum(1, trap).error(), trap);
    EXPECT_EQ(sum(Error{.code = Errc::cast_failure}, trap).error().code, Errc::cast_failure);
}

TEST(result, try_assigns_and_moves)
{
    const auto take = [](Result<std::unique_ptr<int>> source) -> Result<int> {
        std::unique_ptr<int> target;
        WRT_TRY(target, std::move(source));
        return *target;
    };
    EXPECT_EQ(*take(std::make_unique<int>(9)), 9);
    EXPECT_EQ(take(trap).error(), trap);
}

TEST(status, is_good_or_an_error)
{
    EXPECT_TRUE(ok());
    EXPECT_TRUE(Status{});
    const Status bad = trap;
    EXPECT_FALSE(bad);
    EXPECT_EQ(bad.error().offset, 7U);
    ok().value();
}

TEST(result_death_test, value_of_an_error_says_which)
{
    const Result<int> bad = trap;
    EXPECT_DEATH(static_cast<void>(bad.value()),
                 "value\\(\\) of an error: trap at 0x7: unreachable");
    const Status status = trap;
    EXPECT_DEATH(status.value(), "trap at 0x7: unreachable");
}

#if WRT_ASSERTS_ENABLED
TEST(assert_death_test, names_the_expression_and_the_place)
{
    EXPECT_DEATH(WRT_ASSERT(1 + 1 == 3), "result_test.cpp:[0-9]+: assertion failed: 1 \\+ 1 == 3");
    EXPECT_DEATH(WRT_UNREACHABLE(), "assertion failed: unreachable");
    const Result<int> bad = trap;
    EXPECT_DEATH(static_cast<void>(*bad), "assertion failed: has_value");
}
#else
TEST(assert, costs_nothing_when_off)
{
    int evaluated = 0;
    WRT_ASSERT(++evaluated > 0);
    EXPECT_EQ(evaluated, 0);
}
#endif

}  // namespace
}  // namespace wrt
