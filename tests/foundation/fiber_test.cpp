#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/fiber.hpp>
#include <wrt/foundation/native_stack.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wrt {
namespace {

struct Writer {
    Fiber fiber;
    std::string text;
    char letter = 'a';

    static void run(void* self)
    {
        Writer& writer = *static_cast<Writer*>(self);
        for (int i = 0; i < 3; ++i) {
            writer.text += writer.letter;
            writer.fiber.suspend();
        }
        writer.text += '.';
    }
};

TEST(fiber, goes_on_where_it_suspended)
{
    if (!Fiber::available) GTEST_SKIP() << "no fibers on this system";
    std::vector<std::byte> stack(size_t{256} << 10);
    Writer writer;
    EXPECT_TRUE(writer.fiber.done());
    writer.fiber.start(stack, &Writer::run, &writer);
    EXPECT_EQ(writer.text, "a");
    while (!writer.fiber.done()) {
        writer.letter = static_cast<char>(writer.letter + 1);
        writer.fiber.resume();
    }
    EXPECT_EQ(writer.text, "abc.");
}

TEST(fiber, may_start_others_and_be_left_in_the_middle)
{
    if (!Fiber::available) GTEST_SKIP() << "no fibers on this system";
    std::array<std::vector<std::byte>, 2> stacks;
    for (auto& stack : stacks)
        stack.resize(size_t{256} << 10);
    struct Outer {
        Writer inner;
        Fiber fiber;
        std::vector<std::byte>& stack;
        static void run(void* self)
        {
            Outer& outer = *static_cast<Outer*>(self);
            outer.inner.fiber.start(outer.stack, &Writer::run, &outer.inner);
            outer.fiber.suspend();
            outer.inner.fiber.resume();
        }
    };
    for (int round = 0; round < 3; ++round) {
        Outer outer{.inner = {}, .fiber = {}, .stack = stacks[1]};
        outer.fiber.start(stacks[0], &Outer::run, &outer);
        EXPECT_EQ(outer.inner.text, "a");
        outer.fiber.resume();
        EXPECT_TRUE(outer.fiber.done());
        EXPECT_FALSE(outer.inner.fiber.done()) << "nobody goes on with it; its stack is used again";
        EXPECT_EQ(outer.inner.text, "aa");
    }
}

TEST(native_stack, has_a_page_below_it_that_nobody_may_touch)
{
    Arena arena{Backing::reserve(size_t{4} << 20).value()};
    std::byte* below = nullptr;
    std::optional<NativeStack> made;  // until the arena is reset
    {
        auto scope = arena.enter(LibraryId::test_registry, "stack", unlimited, End::retained);
        ASSERT_TRUE(scope);
        NativeStack& stack = made.emplace(NativeStack::make(arena, size_t{64} << 10).value());
        ASSERT_GE(stack.bytes().size(), size_t{64} << 10);
        ASSERT_TRUE(arena.on_release([](void* self) { static_cast<NativeStack*>(self)->release(); },
                                     &stack));
        below = stack.bytes().data() - 1;
        stack.protect();
        ASSERT_TRUE(stack.has_guard());
        stack.bytes().front() = std::byte{1};
        EXPECT_TRUE(stack.is_whole());
        // Not a sanitizer's doing: it knows nothing of such a page.
        EXPECT_DEATH(*const_cast<volatile std::byte*>(below) = std::byte{1}, "");
        scope->commit();
    }
    ASSERT_TRUE(arena.reset());
    auto scope = arena.enter(LibraryId::test_registry, "again", unlimited, End::retained);
    ASSERT_TRUE(scope);
    const auto again = arena.make_array<std::byte>(End::retained, Account::stack, size_t{64} << 10);
    ASSERT_TRUE(again) << "its bytes are as any others again";
    EXPECT_LT(again->data(), below);
    EXPECT_GE(again->data() + again->size(), below);
}

TEST(native_stack, has_a_mark_in_an_arena_whose_bytes_are_somebody_elses)
{
    std::vector<std::byte> bytes(size_t{256} << 10);
    Arena arena{Backing::over(bytes)};
    auto scope = arena.enter(LibraryId::test_registry, "stack", unlimited, End::retained);
    ASSERT_TRUE(scope);
    NativeStack stack = NativeStack::make(arena, size_t{64} << 10).value();
    stack.protect();
    EXPECT_FALSE(stack.has_guard());
    EXPECT_EQ(stack.bytes().size(), size_t{64} << 10);
    EXPECT_TRUE(stack.is_whole());
    stack.bytes().front() = std::byte{1};
    EXPECT_FALSE(stack.is_whole());
}

}  // namespace
}  // namespace wrt
