// Calls into the guest: typed, dynamic, and what happens when the types do not agree.
#include <array>
#include <limits>

#include "fixture.hpp"

namespace {

TEST(typed_call, passes_and_returns_numbers_of_every_type)
{
    World world;
    const wrt::Instance instance = world.instantiate("arith");
    EXPECT_EQ(instance.func<int32_t(int32_t, int32_t)>("add").value()(20, 22).value(), 42);
    EXPECT_EQ(instance.func<uint32_t(uint32_t, uint32_t)>("add").value()(UINT32_MAX, 2).value(),
              1U);
    EXPECT_EQ(instance.func<int64_t(int64_t)>("i64").value()(INT64_MAX).value(), INT64_MIN);
    EXPECT_EQ(instance.func<float(float)>("f32").value()(1.25F).value(), 2.5F);
    EXPECT_EQ(instance.func<double(double)>("f64").value()(-0.5).value(), 0.5);
}

TEST(typed_call, returns_a_tuple_for_several_results)
{
    World world;
    const auto swap =
        world.instantiate("arith").func<std::tuple<double, int32_t>(int32_t, double)>("swap");
    EXPECT_EQ(swap.value()(3, 4.5).value(), std::tuple(4.5, 3));
}

TEST(typed_call, returns_a_status_for_no_result)
{
    World world;
    const auto nothing = world.instantiate("arith").func<void()>("nothing");
    EXPECT_TRUE(nothing.value()());
}

TEST(typed_call, passes_references_of_the_host_unchanged)
{
    World world;
    const auto same =
        world.instantiate("arith").func<wrt::ExternRef(wrt::ExternRef)>("same").value();
    EXPECT_EQ(same(wrt::ExternRef{12345}).value().value(), 12345U);
    EXPECT_TRUE(same(wrt::ExternRef{}).value().is_null());
}

TEST(typed_call, returns_functions_that_can_be_called)
{
    World world;
    const wrt::Instance instance = world.instantiate("arith");
    const wrt::Func divide = instance.func<wrt::Func()>("itself").value()().value();
    EXPECT_EQ(divide.typed<int32_t(int32_t, int32_t)>().value()(9, 3).value(), 3);
    const auto is_null = instance.func<int32_t(wrt::Func)>("is_null").value();
    EXPECT_EQ(is_null(divide).value(), 0);
    EXPECT_EQ(is_null(wrt::Func{}).value(), 1);
}

TEST(typed_call, refuses_another_type_than_the_functions)
{
    World world;
    const wrt::Instance instance = world.instantiate("arith");
    const auto wrong_param = instance.func<int32_t(int32_t, int64_t)>("add");
    ASSERT_FALSE(wrong_param);
    EXPECT_EQ(text_of(wrong_param.error()), "usage: signature mismatch, expected i64, got i32");
    const auto wrong_result = instance.func<float(int32_t, int32_t)>("add");
    ASSERT_FALSE(wrong_result);
    EXPECT_EQ(text_of(wrong_result.error()), "usage: signature mismatch, expected f32, got i32");
    const auto wrong_count = instance.func<int32_t(int32_t)>("add");
    ASSERT_FALSE(wrong_count);
    EXPECT_EQ(wrong_count.error().code, wrt::Errc::signature_mismatch);
}

TEST(instance, tells_a_missing_export_from_one_of_another_kind)
{
    World world;
    const wrt::Instance instance = world.instantiate("arith");
    EXPECT_EQ(instance.func("no such").error().code, wrt::Errc::not_found);
    EXPECT_EQ(instance.func("counter").error().code, wrt::Errc::wrong_kind);
    EXPECT_EQ(instance.memory().error().code, wrt::Errc::not_found);
    EXPECT_EQ(instance.global("add").error().code, wrt::Errc::wrong_kind);
}

TEST(dynamic_call, passes_and_returns_values)
{
    World world;
    const wrt::Func swap = world.instantiate("arith").func("swap").value();
    const std::array<wrt::Value, 2> arguments{int32_t{3}, 4.5};
    std::array<wrt::Value, 2> results;
    ASSERT_TRUE(swap.call(arguments, results));
    EXPECT_EQ(results[0], wrt::Value{4.5});
    EXPECT_EQ(results[1], wrt::Value{int32_t{3}});
}

TEST(dynamic_call, refuses_wrong_counts_and_types_before_it_runs)
{
    World world;
    const wrt::Func add = world.instantiate("arith").func("add").value();
    std::array<wrt::Value, 1> results;
    const std::array<wrt::Value, 1> one{int32_t{1}};
    EXPECT_EQ(text_of(add.call(one, results).error()),
              "usage: wrong number of arguments, expected 2, got 1");
    const std::array<wrt::Value, 2> other{int32_t{1}, 2.0F};
    EXPECT_EQ(text_of(add.call(other, results).error()),
              "usage: signature mismatch, expected i32, got f32");
    const std::array<wrt::Value, 2> good{int32_t{1}, int32_t{2}};
    EXPECT_EQ(add.call(good, {}).error().code, wrt::Errc::invalid_argument);
}

TEST(dynamic_call, shows_the_type_of_a_function)
{
    World world;
    const wrt::FuncType type = world.instantiate("arith").func("swap").value().type();
    ASSERT_EQ(type.params.size(), 2U);
    EXPECT_EQ(type.params[0], wrt::ValType::i32);
    EXPECT_EQ(type.params[1], wrt::ValType::f64);
    ASSERT_EQ(type.results.size(), 2U);
    EXPECT_EQ(type.results[0], wrt::ValType::f64);
}

TEST(dynamic_call, takes_nothing_from_the_arena)
{
    World world;
    const wrt::Func add = world.instantiate("arith").func("add").value();
    const std::array<wrt::Value, 2> arguments{int32_t{1}, int32_t{2}};
    std::array<wrt::Value, 1> results;
    world.engine.arena().seal();
    const size_t used = world.engine.arena().used();
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(add.call(arguments, results));
    EXPECT_EQ(world.engine.arena().used(), used);
    world.engine.arena().unseal();
}

TEST(func, refuses_to_call_null)
{
    const wrt::Func null;
    EXPECT_TRUE(null.is_null());
    EXPECT_EQ(null.call({}, {}).error().code, wrt::Errc::null_function_reference);
    EXPECT_EQ(null.typed<void()>().error().code, wrt::Errc::null_function_reference);
}

TEST(global, reads_and_writes_what_is_mutable)
{
    World world;
    const wrt::Instance instance = world.instantiate("arith");
    const wrt::Global counter = instance.global("counter").value();
    EXPECT_EQ(counter.get(), wrt::Value{int32_t{7}});
    ASSERT_TRUE(counter.set(int32_t{8}));
    EXPECT_EQ(counter.get(), wrt::Value{int32_t{8}});
    EXPECT_EQ(text_of(counter.set(int64_t{9}).error()),
              "usage: signature mismatch, expected i32, got i64");

    const wrt::Global limit = instance.global("limit").value();
    EXPECT_EQ(limit.get(), wrt::Value{int64_t{99}});
    EXPECT_EQ(limit.set(int64_t{1}).error().code, wrt::Errc::immutable_global);
}

TEST(table, reads_and_writes_elements)
{
    World world;
    const wrt::Instance instance = world.instantiate("arith");
    const wrt::Table table = instance.table("table").value();
    EXPECT_EQ(table.size(), 2U);
    EXPECT_FALSE(table.get(0).value().ref().is_null());
    EXPECT_TRUE(table.get(1).value().ref().is_null());
    ASSERT_TRUE(table.set(1, instance.func("add").value()));
    EXPECT_EQ(table.get(1).value().ref(), instance.func("add").value().ref());
    ASSERT_TRUE(table.set(1, wrt::Value::null(wrt::ValType::funcref)));
    EXPECT_TRUE(table.get(1).value().ref().is_null());
    EXPECT_EQ(table.get(2).error().code, wrt::Errc::out_of_bounds_table_access);
    EXPECT_EQ(table.set(2, wrt::Func{}).error().code, wrt::Errc::out_of_bounds_table_access);
    EXPECT_EQ(table.set(0, wrt::ExternRef{1}).error().code, wrt::Errc::signature_mismatch);
}

}  // namespace
