// static_vector: both forms through the same questions, then what is particular to each.
#include <wrt/foundation/static_vector.hpp>

#include <memory>
#include <numeric>

#include <gtest/gtest.h>

#include "support/malloc_counter.hpp"

namespace wrt {
namespace {

// The sizes that frames and instances rely on.
static_assert(sizeof(static_vector<int>) == 16);
static_assert(std::is_trivially_copyable_v<static_vector<int>>);
static_assert(std::is_trivially_copyable_v<static_vector<uint64_t, 8>>);
static_assert(sizeof(static_vector<uint64_t, 1024>) == 1024 * 8 + 8);
static_assert(!std::is_copy_constructible_v<static_vector<std::unique_ptr<int>, 4>>);

constexpr int sum_of_squares()
{
    static_vector<int, 8> squares;
    for (int i = 1; i <= 4; ++i)
        squares.push_back_unchecked(i * i);
    squares.pop_back();
    int sum = 0;
    for (const int square : squares)
        sum += square;
    return squares.full() ? -1 : sum;
}
static_assert(sum_of_squares() == 14);

template <class Vector>
void fills_empties_and_refuses(Vector& items)
{
    EXPECT_TRUE(items.empty());
    EXPECT_FALSE(items.full());
    EXPECT_EQ(items.capacity(), 4U);
    for (int i = 0; i < 4; ++i) {
        int* const place = items.try_push_back(i * 10);
        ASSERT_NE(place, nullptr);
        EXPECT_EQ(*place, i * 10);
    }
    EXPECT_TRUE(items.full());
    EXPECT_EQ(items.try_push_back(99), nullptr);
    EXPECT_EQ(items.size(), 4U);
    EXPECT_EQ(items.front(), 0);
    EXPECT_EQ(items.back(), 30);
    EXPECT_EQ(items[2], 20);
    EXPECT_EQ(std::accumulate(items.begin(), items.end(), 0), 60);
    EXPECT_EQ(items.as_span().size(), 4U);
    EXPECT_EQ(items.as_span().data(), items.data());

    items.pop_back();
    EXPECT_EQ(items.back(), 20);
    EXPECT_FALSE(items.try_resize(5));
    EXPECT_EQ(items.size(), 3U);
    EXPECT_TRUE(items.try_resize(4));
    EXPECT_EQ(items.back(), 0);  // value-initialised, not the 30 of before
    EXPECT_TRUE(items.try_resize(1));
    EXPECT_EQ(items.size(), 1U);
    items.clear();
    EXPECT_TRUE(items.empty());
}

TEST(static_vector_inline, fills_empties_and_refuses)
{
    static_vector<int, 4> items;
    fills_empties_and_refuses(items);
}

TEST(static_vector_of_an_arena, fills_empties_and_refuses)
{
    StaticArena<1024> arena;
    auto items = static_vector<int>::make(*arena, End::retained, Account::types, 4);
    ASSERT_TRUE(items);
    EXPECT_EQ(arena->usage(Account::types).used, 16U);
    fills_empties_and_refuses(*items);
    EXPECT_EQ(arena->used(), 16U);
}

TEST(static_vector_of_an_arena, refuses_what_does_not_fit)
{
    StaticArena<1024> arena;
    EXPECT_EQ(
        (static_vector<uint64_t>::make(*arena, End::retained, Account::code, 129).error().code),
        Errc::arena_exhausted);
    EXPECT_EQ((static_vector<uint8_t>::make(*arena, End::retained, Account::code, size_t{1} << 32)
                   .error()
                   .code),
              Errc::invalid_argument);
    EXPECT_FALSE((static_vector<uint64_t>::make(*arena, End::retained, Account::code, SIZE_MAX)));
    const auto none = static_vector<uint64_t>::make(*arena, End::retained, Account::code, 0);
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->full() && none->empty());
    EXPECT_EQ(arena->used(), 0U);
}

TEST(static_vector_of_an_arena, copies_share_the_elements)
{
    StaticArena<1024> arena;
    auto items = static_vector<int>::make(*arena, End::retained, Account::types, 4);
    ASSERT_TRUE(items);
    items->push_back_unchecked(1);
    static_vector<int> copy = *items;
    copy[0] = 7;
    EXPECT_EQ((*items)[0], 7);
    copy.push_back_unchecked(8);
    EXPECT_EQ(items->size(), 1U);
}

TEST(static_vector_of_an_arena, can_be_laid_over_what_exists)
{
    int numbers[] = {1, 2, 3};
    auto whole = static_vector<int>::of(numbers);
    EXPECT_TRUE(whole.full());
    EXPECT_EQ(whole.back(), 3);
    static_vector<int> empty(numbers, 3);
    EXPECT_TRUE(empty.empty());
    EXPECT_EQ(empty.capacity(), 3U);
}

TEST(static_vector_inline, constructs_aggregates_in_place)
{
    struct Frame {
        int function;
        int base;
    };
    static_vector<Frame, 2> frames;
    frames.push_back_unchecked(3, 100);
    ASSERT_NE(frames.try_push_back(Frame{4, 200}), nullptr);
    EXPECT_EQ(frames[0].base, 100);
    EXPECT_EQ(frames[1].function, 4);
}

TEST(static_vector_inline, runs_constructors_and_destructors_once)
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
        static_vector<Counted, 5> items;
        EXPECT_EQ(alive, 0);
        ASSERT_TRUE(items.try_resize(3));
        EXPECT_EQ(alive, 3);
        static_vector<Counted, 5> copy = items;
        EXPECT_EQ(alive, 6);
        static_vector<Counted, 5> moved = std::move(copy);
        EXPECT_EQ(moved.size(), 3U);
        EXPECT_EQ(alive, 6);
        items.pop_back();
        items = moved;
        EXPECT_EQ(alive, 6);
        moved = std::move(items);
        EXPECT_EQ(alive, 3);
    }
    EXPECT_EQ(alive, 0);
}

TEST(static_vector_inline, an_execution_state_of_the_seed_profile_needs_no_heap)  // S-37
{
    const test::HeapWatch watch;
    struct State {
        static_vector<uint64_t, 1024> stack;
        static_vector<uint64_t, 256> locals;
        static_vector<uint64_t, 32> frames;
    };
    State state;
    while (state.stack.try_push_back(1U) != nullptr) {
    }
    EXPECT_EQ(state.stack.size(), 1024U);
    EXPECT_TRUE(state.locals.empty() && state.frames.empty());
    EXPECT_LT(sizeof(State), 11'600U);
    EXPECT_EQ(watch.allocations(), 0U);
}

#if WRT_ASSERTS_ENABLED
TEST(static_vector_death_test, asserts_what_validation_established)
{
    static_vector<int, 2> items;
    EXPECT_DEATH(items.pop_back(), "assertion failed: !empty");
    EXPECT_DEATH(static_cast<void>(items[0]), "assertion failed: index < ");
    items.push_back_unchecked(1);
    items.push_back_unchecked(2);
    EXPECT_DEATH(items.push_back_unchecked(3), "assertion failed: !full");
}
#endif

}  // namespace
}  // namespace wrt
