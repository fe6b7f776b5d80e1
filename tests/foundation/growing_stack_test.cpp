// GrowingStack: growth in place and by moving, and its refusals.
#include <wrt/foundation/growing_stack.hpp>

#include <gtest/gtest.h>

#include "support/allocation_failure.hpp"

namespace wrt {
namespace {

TEST(growing_stack, keeps_its_elements_while_it_moves)
{
    StaticArena<> arena;
    GrowingStack<uint32_t> one{*arena};
    GrowingStack<uint64_t> two{*arena};  // between one's blocks, so that neither grows in place
    for (uint32_t i = 0; i < 2000; ++i) {
        ASSERT_TRUE(one.push(i));
        ASSERT_TRUE(two.push(i * uint64_t{3}));
    }
    for (uint32_t i = 2000; i-- > 0;) {
        ASSERT_EQ(one.pop(), i);
        ASSERT_EQ(two.pop(), i * uint64_t{3});
    }
    EXPECT_TRUE(one.empty());
}

TEST(growing_stack, grows_in_place_at_the_top_of_the_retained_end)
{
    StaticArena<> arena;
    GrowingStack<uint32_t> stack{*arena, End::retained, Account::code};
    ASSERT_TRUE(stack.push(1));
    const uint32_t* const place = stack.data();
    for (uint32_t i = 0; i < 1000; ++i)
        ASSERT_TRUE(stack.push(i));
    EXPECT_EQ(stack.data(), place);
    EXPECT_EQ(arena->usage(Account::code).used, stack.capacity() * sizeof(uint32_t));
}

TEST(growing_stack, pushes_an_element_of_its_own)
{
    StaticArena<> arena;
    GrowingStack<uint32_t> stack{*arena};
    ASSERT_TRUE(stack.push(7));
    while (!stack.full())
        stack.push_unchecked(1);
    ASSERT_TRUE(stack.push(stack[0]));
    EXPECT_EQ(stack.back(), 7U);
}

TEST(growing_stack, uses_the_last_bytes_and_then_refuses_unchanged)
{
    StaticArena<1024> arena;
    GrowingStack<uint64_t> stack{*arena};
    Status status = ok();
    while (status)
        status = stack.push(stack.size());
    EXPECT_EQ(status.error().code, Errc::arena_exhausted);
    const uint32_t size = stack.size();
    EXPECT_FALSE(stack.reserve(1000));
    EXPECT_EQ(stack.size(), size);
    for (uint32_t i = 0; i < size; ++i)
        ASSERT_EQ(stack[i], i);
    stack.truncate(3);
    EXPECT_EQ(stack.back(), 2U);
    stack.clear();
    EXPECT_TRUE(stack.empty());
    EXPECT_TRUE(stack.push(5));
}

TEST(growing_stack, fails_cleanly_at_every_allocation)
{
    StaticArena<> arena;
    const auto sweep = test::for_each_allocation_failure(*arena, [](Arena& within) -> Status {
        auto scope = within.enter(LibraryId::decoder, "work", unlimited, End::scratch);
        if (!scope) return scope.error();
        GrowingStack<uint32_t> stack{within};
        for (uint32_t i = 0; i < 100; ++i)
            WRT_CHECK(stack.push(i));
        return ok();
    });
    // The scope and blocks of 16, 32, 64 and 128. A block that cannot double is not tried again,
    // smaller: what fits would depend on what is left.
    EXPECT_EQ(sweep.points, 5U);
    EXPECT_EQ(sweep.tolerated, 0U);
}

}  // namespace
}  // namespace wrt
