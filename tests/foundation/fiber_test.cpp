#include <wrt/foundation/fiber.hpp>

#include <array>
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

}  // namespace
}  // namespace wrt
