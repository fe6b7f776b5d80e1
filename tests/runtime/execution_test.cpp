// Programs that run: what they compute, how they fail, and what calls cross on the way. Every test
// runs in both modes of translation, which must agree.
#include <wrt/runtime/execution.hpp>

#include <cstring>
#include <functional>

#include <wrt/runtime/host.hpp>
#include <wrt/runtime/memory.hpp>

#include "fixtures.hpp"
#include "support/malloc_counter.hpp"
#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::Execution;
using runtime::FuncInstance;
using runtime::ModuleInstance;
using runtime::Ref;
using runtime::Slot;
using runtime::Value;

Status ignore(runtime::Caller&, void*, Slot*)
{
    return ok();
}

/// What a test makes of the host's "visit".
struct Visitor {
    std::function<Result<int32_t>(runtime::Caller&, int32_t)> visit;

    static Status call(runtime::Caller& caller, void* context, Slot* slots)
    {
        WRT_TRY(const int32_t result,
                static_cast<Visitor*>(context)->visit(caller, slots[0].as<int32_t>()));
        slots[0] = Slot::of(result);
        return ok();
    }
};

class execution : public ::testing::TestWithParam<bool> {
protected:
    ModuleInstance& make(const std::string& title, bool fuel = false)
    {
        const auto module = world_.load(
            fixture(title),
            {.translate = {.fuel = fuel, .interruptible = true, .slots_only = GetParam()}});
        EXPECT_EQ(text_of(module), "ok");
        const auto instance = runtime::instantiate(world_.store(), *module.value());
        EXPECT_EQ(text_of(instance), "ok");
        return *instance.value();
    }
    ModuleInstance& calculator()
    {
        const ValType params[] = {ValType::i32};
        EXPECT_TRUE(world_.store().names().define_function("env", "log", params, {}, ignore));
        return make("calculator");
    }
    ModuleInstance& neighbours(bool fuel = false)
    {
        const ValType i32_type[] = {ValType::i32};
        EXPECT_TRUE(world_.store().names().define_function("host", "visit", i32_type, i32_type,
                                                           Visitor::call, &visitor_));
        other_ = &make("other");
        EXPECT_TRUE(world_.store().names().define_instance("other", *other_));
        return make("neighbours", fuel);
    }
    Result<Value> call(ModuleInstance& instance, std::string_view name,
                       std::initializer_list<Value> args)
    {
        Value result[1];
        WRT_CHECK(runtime::call(world_.store(), func(instance, name), {args.begin(), args.size()},
                                result));
        return result[0];
    }
    int32_t call_i32(ModuleInstance& instance, std::string_view name,
                     std::initializer_list<Value> args)
    {
        const auto result = call(instance, name, args);
        EXPECT_EQ(text_of(result), "ok") << name;
        return result ? result->i32 : -999'999;
    }
    /// The sentence without the place, which is a number only a compiler could love.
    std::string failure(ModuleInstance& instance, std::string_view name,
                        std::initializer_list<Value> args)
    {
        const auto result = call(instance, name, args);
        return result ? "ok" : std::string{phrase(result.error().code)};
    }

    World world_;
    Visitor visitor_;
    ModuleInstance* other_ = nullptr;
};

INSTANTIATE_TEST_SUITE_P(folded_and_in_slots, execution, ::testing::Bool(),
                         [](const auto& mode) { return mode.param ? "slots_only" : "folded"; });

TEST_P(execution, counts_primes)
{
    ModuleInstance& sieve = make("sieve");
    EXPECT_EQ(call_i32(sieve, "count", {int32_t{100}}), 25);
    EXPECT_EQ(call_i32(sieve, "count", {int32_t{1'000}}), 168);
    EXPECT_EQ(call_i32(sieve, "count", {int32_t{60'000}}), 6'057);
    EXPECT_EQ(failure(sieve, "count", {int32_t{65'537}}), "out of bounds memory access");
}

TEST_P(execution, copies_a_passive_segment_once)
{
    ModuleInstance& sieve = make("sieve");
    EXPECT_EQ(call_i32(sieve, "spare", {}), 'e');
    EXPECT_EQ(failure(sieve, "spare", {}), "out of bounds memory access");
}

TEST_P(execution, calls_through_a_table_that_the_start_function_completed)
{
    ModuleInstance& calculator = execution::calculator();
    EXPECT_EQ(call_i32(calculator, "apply", {int32_t{0}, int32_t{30}, int32_t{12}}), 42);
    EXPECT_EQ(call_i32(calculator, "apply", {int32_t{1}, int32_t{30}, int32_t{12}}), 18);
    EXPECT_EQ(call_i32(calculator, "apply", {int32_t{2}, int32_t{30}, int32_t{12}}), 360);
    EXPECT_EQ(call_i32(calculator, "apply", {int32_t{3}, int32_t{-30}, int32_t{12}}), -2);
    EXPECT_EQ(failure(calculator, "apply", {int32_t{3}, int32_t{1}, int32_t{0}}),
              "integer divide by zero");
    EXPECT_EQ(failure(calculator, "apply",
                      {int32_t{3}, std::numeric_limits<int32_t>::min(), int32_t{-1}}),
              "integer overflow");
    EXPECT_EQ(failure(calculator, "apply", {int32_t{4}, int32_t{1}, int32_t{0}}),
              "undefined element");
    EXPECT_EQ(call_i32(calculator, "calls", {}), 7);
    EXPECT_EQ(global_of(calculator, "last").value->as<int32_t>(), -2);
}

TEST_P(execution, recurses_until_the_stack_ends_and_works_afterwards)
{
    ModuleInstance& calculator = execution::calculator();
    EXPECT_EQ(call(calculator, "factorial", {int64_t{20}})->i64, 2'432'902'008'176'640'000);
    EXPECT_EQ(failure(calculator, "factorial", {int64_t{1'000'000}}), "call stack exhausted");
    EXPECT_EQ(call(calculator, "factorial", {int64_t{10}})->i64, 3'628'800);
}

TEST_P(execution, covers_the_tour)
{
    ModuleInstance& tour = make("tour");
    Value swapped[2];
    const Value pair[] = {int64_t{-5}, 2.5};
    ASSERT_EQ(text_of(runtime::call(world_.store(), func(tour, "swap"), pair, swapped)), "ok");
    EXPECT_EQ(swapped[0].f64, 2.5);
    EXPECT_EQ(swapped[1].i64, -5);
    EXPECT_EQ(call_i32(tour, "choose", {int32_t{0}}), 10);
    EXPECT_EQ(call_i32(tour, "choose", {int32_t{1}}), 20);
    EXPECT_EQ(call_i32(tour, "choose", {int32_t{2}}), 30);
    EXPECT_EQ(call_i32(tour, "choose", {int32_t{-1}}), 30);
    EXPECT_EQ(call(tour, "keep", {Value{ValType::externref, Ref::host(99)}})->ref, Ref::host(99));
    EXPECT_EQ(call(tour, "keep", {Value::default_of(ValType::externref)})->ref, Ref{});
    EXPECT_EQ(call(tour, "mean", {1.0f, 4.0f})->f32, 2.5f);
    EXPECT_EQ(call(tour, "load", {int32_t{0}})->i64, 0x0807060504030201);
    EXPECT_EQ(failure(tour, "load", {int32_t{-17}}), "out of bounds memory access");
    EXPECT_EQ(call_i32(tour, "null", {}), 1);
    EXPECT_EQ(call_i32(tour, "blocks", {int32_t{100}}), 5050);
}

TEST_P(execution, makes_a_million_tail_calls_in_one_frame)
{
    ModuleInstance& tour = make("tour");
    EXPECT_EQ(call_i32(tour, "even", {int32_t{1'000'000}}), 1);
    EXPECT_EQ(call_i32(tour, "even", {int32_t{999'999}}), 0);
}

TEST_P(execution, says_where_it_trapped_and_through_which_calls)
{
    ModuleInstance& neighbours = execution::neighbours();
    const auto result = call(neighbours, "fail_deeper", {int32_t{0}});
    ASSERT_FALSE(result);
    runtime::BacktraceFrame frames[4];
    ASSERT_EQ(runtime::backtrace(world_.store().execution(), frames), 2u);
    EXPECT_EQ(frames[0].instance, &neighbours);
    EXPECT_EQ(runtime::function_name(*neighbours.module, frames[0].function), "fail");
    EXPECT_EQ(frames[0].offset, result.error().offset);
    EXPECT_EQ(frames[1].function, func(neighbours, "fail_deeper").index);
    const Bytes binary = fixture("neighbours");
    EXPECT_EQ(binary[frames[0].offset], 0x6e);  // i32.div_u
    EXPECT_EQ(binary[frames[1].offset], 0x10);  // call
}

TEST_P(execution, counts_more_frames_than_there_is_room_for)
{
    ModuleInstance& calculator = execution::calculator();
    EXPECT_EQ(failure(calculator, "factorial", {int64_t{1'000'000}}), "call stack exhausted");
    runtime::BacktraceFrame frames[2];
    EXPECT_GT(runtime::backtrace(world_.store().execution(), frames), 100u);
}

TEST_P(execution, returns_to_its_own_memory_and_globals_after_a_call_into_another_instance)
{
    ModuleInstance& neighbours = execution::neighbours();
    EXPECT_EQ(call_i32(neighbours, "poke_and_read", {int32_t{99}}), 18);
    uint32_t poked;
    std::memcpy(&poked, other_->memories[0]->base + limits::page_bytes + 64, sizeof poked);
    EXPECT_EQ(poked, 99u);
    EXPECT_EQ(call_i32(neighbours, "poke_last", {int32_t{1}}), 1'001);
    EXPECT_EQ(call_i32(neighbours, "poke_and_read", {int32_t{5}}), 18);
}

TEST_P(execution, calls_functions_of_two_instances_through_one_table)
{
    ModuleInstance& neighbours = execution::neighbours();
    EXPECT_EQ(call_i32(neighbours, "shared", {int32_t{0}, int32_t{5}}), 15);
    EXPECT_EQ(call_i32(neighbours, "shared", {int32_t{2}, int32_t{5}}), 10);
    EXPECT_EQ(failure(neighbours, "shared", {int32_t{1}, int32_t{5}}),
              "indirect call type mismatch");
    EXPECT_EQ(failure(neighbours, "shared", {int32_t{3}, int32_t{5}}), "uninitialized element");
    EXPECT_EQ(failure(neighbours, "shared", {int32_t{4}, int32_t{5}}), "undefined element");
}

TEST_P(execution, visits_the_host)
{
    ModuleInstance& neighbours = execution::neighbours();
    visitor_.visit = [&](runtime::Caller& caller, int32_t value) -> Result<int32_t> {
        EXPECT_EQ(caller.instance, &neighbours);
        EXPECT_EQ(&caller.store, &world_.store());
        EXPECT_EQ(caller.memory(), neighbours.memories[0]);
        return value * 10;
    };
    EXPECT_EQ(call_i32(neighbours, "visit", {int32_t{4}}), 41);
    EXPECT_EQ(call_i32(neighbours, "visit_last", {int32_t{4}}), 40);
}

TEST_P(execution, lets_the_host_call_back)
{
    ModuleInstance& neighbours = execution::neighbours();
    visitor_.visit = [&](runtime::Caller& caller, int32_t value) -> Result<int32_t> {
        if (value == 0) return 0;
        const Value args[] = {value - 1};
        Value result[1];
        WRT_CHECK(runtime::call(caller.execution, func(neighbours, "visit"), args, result));
        return result[0].i32;
    };
    EXPECT_EQ(call_i32(neighbours, "visit", {int32_t{20}}), 21);
    EXPECT_EQ(failure(neighbours, "visit", {int32_t{10'000}}), "call stack exhausted");
    EXPECT_EQ(call_i32(neighbours, "visit", {int32_t{20}}), 21);
}

TEST_P(execution, goes_on_when_the_host_forgives_a_trap)
{
    ModuleInstance& neighbours = execution::neighbours();
    visitor_.visit = [&](runtime::Caller& caller, int32_t value) -> Result<int32_t> {
        const Value args[] = {value};
        Value result[1];
        const Status status =
            runtime::call(caller.execution, func(neighbours, "fail_deeper"), args, result);
        return status ? result[0].i32 : -1;
    };
    EXPECT_EQ(call_i32(neighbours, "visit", {int32_t{0}}), 0);
    EXPECT_EQ(call_i32(neighbours, "visit", {int32_t{1}}), 3);
}

TEST_P(execution, hands_on_what_the_host_refuses)
{
    ModuleInstance& neighbours = execution::neighbours();
    visitor_.visit = [](runtime::Caller&, int32_t value) -> Result<int32_t> {
        return Error{.code = Errc::host_exit, .actual = static_cast<uint32_t>(value)};
    };
    for (const char* const how : {"visit", "visit_last"}) {
        const auto result = call(neighbours, how, {int32_t{3}});
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, Errc::host_exit);
        EXPECT_EQ(result.error().actual, 3u);
    }
}

TEST_P(execution, sees_its_memory_grow)
{
    ModuleInstance& neighbours = execution::neighbours();
    EXPECT_EQ(call_i32(neighbours, "grow_and_touch", {int32_t{0}}), 1);
    EXPECT_EQ(call_i32(neighbours, "grow_and_touch", {int32_t{2}}), 3);
    EXPECT_EQ(call_i32(neighbours, "grow_and_touch", {int32_t{2}}), 3);
    EXPECT_EQ(call_i32(neighbours, "grow_and_touch", {int32_t{1}}), 4);
}

TEST_P(execution, sees_its_memory_grow_under_a_host_call)
{
    ModuleInstance& neighbours = execution::neighbours();
    visitor_.visit = [](runtime::Caller& caller, int32_t) -> Result<int32_t> {
        EXPECT_EQ(runtime::memory_grow(*caller.memory(), 1), 1u);
        caller.memory()->base[limits::page_bytes] = 77;
        return 0;
    };
    EXPECT_EQ(failure(neighbours, "visit_and_touch", {int32_t{131'072}}),
              "out of bounds memory access");
    visitor_.visit = [](runtime::Caller&, int32_t) -> Result<int32_t> { return 0; };
    EXPECT_EQ(call_i32(neighbours, "visit_and_touch", {int32_t{65'536}}), 77);
}

TEST_P(execution, stops_when_its_fuel_is_used_up)
{
    ModuleInstance& neighbours = execution::neighbours(true);
    Execution& activation = world_.store().execution();
    activation.fuel = 1'000'000;
    EXPECT_EQ(call_i32(neighbours, "count_down", {int32_t{100}}), 0);
    const int64_t used = 1'000'000 - activation.fuel;
    EXPECT_GE(used, 100);
    activation.fuel = used - 1;
    EXPECT_EQ(failure(neighbours, "count_down", {int32_t{100}}), "out of fuel");
    activation.fuel = used;
    EXPECT_EQ(call_i32(neighbours, "count_down", {int32_t{100}}), 0);
    activation.fuel = 100'000;
    Value none;
    EXPECT_EQ(text_of(runtime::call(world_.store(), func(neighbours, "spin"), {}, {&none, 0}))
                  .substr(0, 11),
              "exhaustion ");
}

TEST_P(execution, stops_when_interrupted)
{
    ModuleInstance& neighbours = execution::neighbours();
    visitor_.visit = [](runtime::Caller& caller, int32_t) -> Result<int32_t> {
        runtime::interrupt(caller.execution);
        return 0;
    };
    // Either the call or what follows notices; what matters is that the next run is not touched.
    (void)call(neighbours, "visit", {int32_t{1}});
    runtime::interrupt(world_.store().execution());
    const Status spin = runtime::call(world_.store(), func(neighbours, "spin"), {}, {});
    ASSERT_FALSE(spin);
    EXPECT_EQ(spin.error().code, Errc::interrupted);
    EXPECT_EQ(call_i32(neighbours, "count_down", {int32_t{10}}), 0);
}

TEST_P(execution, takes_nothing_from_heap_or_arena_while_running)
{
    ModuleInstance& neighbours = execution::neighbours();
    visitor_.visit = [](runtime::Caller&, int32_t value) -> Result<int32_t> { return value; };
    Arena& arena = world_.arena();
    FuncInstance* const funcs[] = {&func(neighbours, "visit"), &func(neighbours, "grow_and_touch"),
                                   &func(neighbours, "count_down"),
                                   &func(neighbours, "fail_deeper")};
    const size_t used = arena.used();
    arena.seal();
    const HeapWatch heap;
    uint32_t passed = 0;
    for (FuncInstance* const each : funcs) {
        const Value args[] = {int32_t{1}};
        Value result[1];
        if (runtime::call(world_.store(), *each, args, result)) ++passed;
    }
    EXPECT_EQ(heap.allocations(), 0u);
    EXPECT_EQ(arena.used(), used);
    arena.unseal();
    EXPECT_EQ(passed, 4u);
}

}  // namespace
}  // namespace wrt::test
