// Everything that ends a call early, and what is told afterwards.
#include <array>
#include <thread>

#include <wrt/deadline.hpp>
#include <wrt/report.hpp>

#include "fixture.hpp"

namespace {

TEST(trap, is_told_with_its_place_and_the_way_there)
{
    World world;
    const wrt::Instance instance = world.instantiate("arith");
    const auto failed = instance.func<int32_t(int32_t)>("outer").value()(0);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, wrt::Errc::integer_divide_by_zero);

    std::array<wrt::Frame, 8> frames;
    ASSERT_EQ(world.store.backtrace(frames), 2U);
    EXPECT_EQ(frames[0].function, 6U);
    EXPECT_EQ(frames[0].module().function_name(frames[0].function), "divide");
    EXPECT_EQ(frames[0].offset, failed.error().offset);
    EXPECT_EQ(frames[1].function, 7U);
}

TEST(trap, leaves_the_instance_usable)
{
    World world;
    const wrt::Instance instance = world.instantiate("arith");
    const auto divide = instance.func<int32_t(int32_t, int32_t)>("divide").value();
    EXPECT_FALSE(divide(1, 0));
    EXPECT_EQ(divide(INT32_MIN, -1).error().code, wrt::Errc::integer_overflow);
    EXPECT_EQ(divide(84, 2).value(), 42);
}

TEST(trap, in_a_start_function_ends_the_instantiation)
{
    World world;
    const auto failed =
        world.linker.instantiate(world.engine.load_module(fixture("start_traps")).value());
    ASSERT_FALSE(failed);
    EXPECT_EQ(wrt::report(world.store, failed.error()).view(),
              "trap at 0x1a: unreachable\n  0: go (function 0) at 0x1a");
}

TEST(stack, is_exhausted_by_endless_recursion)
{
    World world;
    const auto deep = world.instantiate("arith").func<int32_t(int32_t)>("deep").value();
    const auto failed = deep(0);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, wrt::Errc::call_stack_exhausted);
    const std::string text{wrt::report(world.store, failed.error()).view()};
    EXPECT_NE(text.find("\n  15: deep (function 8)"), std::string::npos) << text;
    EXPECT_NE(text.find(" more"), std::string::npos) << text;
}

TEST(stack, is_as_large_as_asked_for)
{
    const auto depth = [](size_t stack_bytes) {
        wrt::Engine engine;
        wrt::Store store{engine, {.stack_bytes = stack_bytes}};
        wrt::Linker linker{store};
        const auto module = engine.load_module(fixture("arith")).value();
        const auto instance = linker.instantiate(module).value();
        EXPECT_FALSE(instance.func<int32_t(int32_t)>("deep").value()(0));
        return store.backtrace({});
    };
    const size_t small = depth(16 * 1024);
    const size_t large = depth(160 * 1024);
    EXPECT_GT(small, 50U);
    EXPECT_GT(large, small * 9);
    EXPECT_LT(large, small * 11);
}

TEST(fuel, ends_a_loop_and_is_gone)
{
    World world;
    const auto spin = world.instantiate("endless", {.fuel = true}).func<void()>("spin").value();
    world.store.set_fuel(10'000);
    EXPECT_EQ(world.store.fuel(), 10'000U);
    EXPECT_EQ(spin().error().code, wrt::Errc::out_of_fuel);
    EXPECT_EQ(world.store.fuel(), 0U);
    EXPECT_EQ(spin().error().code, wrt::Errc::out_of_fuel);
}

TEST(fuel, is_spent_in_proportion_to_the_work)
{
    World world;
    const auto work =
        world.instantiate("endless", {.fuel = true}).func<int32_t(int32_t)>("work").value();
    const auto cost = [&](int32_t rounds) {
        world.store.set_fuel(1'000'000);
        EXPECT_TRUE(work(rounds));
        return 1'000'000 - world.store.fuel();
    };
    const uint64_t hundred = cost(100);
    const uint64_t thousand = cost(1'000);
    EXPECT_EQ(cost(100), hundred) << "the same on every run";
    EXPECT_GT(hundred, 100U);
    EXPECT_NEAR(static_cast<double>(thousand) / static_cast<double>(hundred), 10.0, 0.5);
}

TEST(fuel, is_spent_by_the_length_of_a_bulk_instruction)
{
    World world;
    const auto fill =
        world.instantiate("endless", {.fuel = true}).func<void(int32_t)>("fill").value();
    const auto cost = [&](int32_t bytes) {
        world.store.set_fuel(1'000'000);
        EXPECT_TRUE(fill(bytes));
        return 1'000'000 - world.store.fuel();
    };
    EXPECT_EQ(cost(64'000) - cost(0), 1'000U) << "one for 64 bytes";
    world.store.set_fuel(500);
    EXPECT_EQ(fill(64'000).error().code, wrt::Errc::out_of_fuel);
}

TEST(fuel, does_not_bound_a_module_loaded_without_it)
{
    World world;
    const auto work = world.instantiate("endless").func<int32_t(int32_t)>("work").value();
    world.store.set_fuel(1);
    EXPECT_EQ(work(100'000).value(), 0);
    EXPECT_TRUE(world.instantiate("endless").func<void(int32_t)>("fill").value()(64'000));
}

TEST(interrupt, stops_a_loop_from_another_thread)
{
    World world;
    const auto spin = world.instantiate("endless").func<void()>("spin").value();
    std::thread other{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        world.store.interrupt();
    }};
    const wrt::Status stopped = spin();
    other.join();
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, wrt::Errc::interrupted);
}

TEST(interrupt, stops_the_next_call_once_when_none_is_running)
{
    World world;
    const wrt::Instance instance = world.instantiate("endless");
    const auto work = instance.func<int32_t(int32_t)>("work").value();
    world.store.interrupt();
    EXPECT_EQ(work(1'000).error().code, wrt::Errc::interrupted);
    EXPECT_TRUE(work(1'000));
    world.store.interrupt();
    world.store.clear_interrupt();
    EXPECT_TRUE(work(1'000));
}

TEST(deadline, interrupts_when_time_is_up_and_not_before)
{
    World world;
    const wrt::Instance instance = world.instantiate("endless");
    {
        const wrt::Deadline deadline{world.store, std::chrono::milliseconds{20}};
        EXPECT_EQ(instance.func<void()>("spin").value()().error().code, wrt::Errc::interrupted);
        EXPECT_TRUE(deadline.expired());
    }
    const wrt::Deadline deadline{world.store, std::chrono::hours{1}};
    EXPECT_TRUE(instance.func<int32_t(int32_t)>("work").value()(10));
    EXPECT_FALSE(deadline.expired());
}

TEST(report, escapes_what_the_host_quotes_from_a_guest)
{
    World world;
    world.linker.func("env", "add", [](int32_t, int32_t) { return 0; })
        .func("env", "log", [](wrt::GuestString) {})
        .func("env", "sum", [](wrt::GuestSpan<const int32_t>) { return int64_t{0}; })
        .func("env", "divmod", [](int32_t, int32_t) { return std::tuple(0, 0); })
        .func("env", "fail",
              [](wrt::Caller& caller, int32_t) -> wrt::Status {
                  return caller.error("red: \x1b[31m");
              })
        .func("env", "back", [](int32_t n) { return n; });
    const wrt::Instance instance = world.instantiate("hosted");
    const wrt::Status failed = instance.func<void(int32_t)>("fail").value()(1);
    ASSERT_FALSE(failed);
    const std::string text{wrt::report(world.store, failed.error()).view()};
    EXPECT_NE(text.find("red: \\x1b[31m"), std::string::npos) << text;
}

}  // namespace
