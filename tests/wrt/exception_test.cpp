// Exceptions that reach the host, pass through it, or start there.
#include <array>

#include "fixture.hpp"

namespace {

/// throws.wat with its imports.
struct Throwing : World {
    enum class Between { hand_on, forgive, raise } between = Between::hand_on;
    wrt::Tag stop = store.make_tag(std::array{wrt::ValType::i64}).value();
    wrt::Instance instance = link();

    wrt::Instance link()
    {
        linker.define("env", "stop", stop)
            .func("env", "between",
                  [this](wrt::Caller& caller, int32_t value) -> wrt::Result<int32_t> {
                      if (between == Between::raise)
                          return caller.exception(stop, std::array{wrt::Value{int64_t{value}}});
                      WRT_TRY(const auto fail, caller.instance()->func<int32_t(int32_t)>("fail"));
                      const wrt::Result<int32_t> result = fail(value);
                      EXPECT_FALSE(result);
                      EXPECT_EQ(store.exception()->value(0), wrt::Value{value});
                      if (between == Between::forgive) return value;
                      return result.error();
                  });
        return instantiate("throws");
    }
    wrt::Result<int32_t> through_the_host(int32_t value)
    {
        return instance.func<int32_t(int32_t)>("through_the_host").value()(value);
    }
};

TEST(uncaught_exception, tells_its_tag_and_its_values)
{
    Throwing world;
    EXPECT_FALSE(world.store.exception());
    const auto result = world.instance.func<int32_t(int32_t)>("fail").value()(7);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, wrt::Errc::uncaught_exception);
    const std::optional<wrt::Exception> thrown = world.store.exception();
    ASSERT_TRUE(thrown);
    EXPECT_EQ(thrown->tag(), world.instance.tag("failed").value());
    EXPECT_EQ(thrown->tag().name(), "failed");
    EXPECT_EQ(thrown->tag().index(), 1u);
    EXPECT_TRUE(thrown->tag().module());
    ASSERT_EQ(thrown->size(), 2u);
    EXPECT_EQ(thrown->value(0), wrt::Value{int32_t{7}});
    EXPECT_EQ(thrown->value(1), wrt::Value{0.5f});
    std::array<wrt::Frame, 2> frames;
    EXPECT_EQ(world.store.backtrace(frames), 1u);
}

TEST(uncaught_exception, may_have_a_tag_of_the_host)
{
    Throwing world;
    EXPECT_FALSE(world.instance.func<void()>("stop").value()());
    const std::optional<wrt::Exception> thrown = world.store.exception();
    ASSERT_TRUE(thrown);
    EXPECT_EQ(thrown->tag(), world.stop);
    EXPECT_FALSE(thrown->tag().module());
    EXPECT_EQ(thrown->tag().name(), "");
    EXPECT_EQ(thrown->value(0), wrt::Value{int64_t{-1}});
}

TEST(uncaught_exception, passes_a_host_function_that_returns_its_error)
{
    Throwing world;
    EXPECT_FALSE(world.through_the_host(5));
    ASSERT_TRUE(world.store.exception());
    EXPECT_EQ(world.store.exception()->tag().name(), "failed");
    EXPECT_EQ(world.store.exception()->value(0), wrt::Value{int32_t{5}});
}

TEST(uncaught_exception, is_gone_where_the_host_forgives_it)
{
    Throwing world;
    world.between = Throwing::Between::forgive;
    EXPECT_EQ(world.through_the_host(5).value(), 5);
    EXPECT_FALSE(world.store.exception());
}

TEST(uncaught_exception, may_be_thrown_by_a_host_function)
{
    Throwing world;
    world.between = Throwing::Between::raise;
    EXPECT_EQ(world.through_the_host(9).error().code, wrt::Errc::uncaught_exception);
    ASSERT_TRUE(world.store.exception());
    EXPECT_EQ(world.store.exception()->tag(), world.stop);
    EXPECT_EQ(world.store.exception()->value(0), wrt::Value{int64_t{9}});
}

}  // namespace
