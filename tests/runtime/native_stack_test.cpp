// The interpreter's native stack: one frame for a run, however many operations it dispatches and
// however deep the guest calls. Where a handler called the next one instead of jumping to it, a few
// thousand dispatches would fill the little stack that this gives it.
#include <pthread.h>

#include <algorithm>
#include <climits>

#include "dispatch.hpp"
#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::FuncInstance;
using runtime::Slot;

constexpr size_t native_stack_bytes = 64 * 1024;

/// Sanitizers take stack of their own, and run a loop where there is nothing to show.
constexpr bool small_stack = WRT_DISPATCH != WRT_DISPATCH_LOOP_FORM;
constexpr uint32_t rounds = small_stack ? 5'000'000 : 200'000;

/// Function 0 adds its arguments. Function 1 goes round `n` times with a call, a call through the
/// table, a load, a store, a select and a branch table in each round: some twenty dispatches.
/// Function 2 calls itself `n` deep.
Bytes busy_module()
{
    const Bytes add = {0, 0x20, 0, 0x20, 1, 0x6a, 0x0b};
    const Bytes loop = cat({
        {1, 1, i32, 0x03, 0x40},                                       // a sum; loop
        {0x20, 2, 0x20, 0, 0x10, 0, 0x21, 2},                          // sum = add(sum, n)
        {0x20, 2, 0x41, 3, 0x41, 0, 0x11, 0, 0, 0x21, 2},              // sum = table[0](sum, 3)
        {0x41, 8, 0x20, 2, 0x36, 2, 0, 0x41, 8, 0x28, 2, 0, 0x21, 2},  // through memory
        {0x20, 2, 0x20, 0, 0x20, 0, 0x41, 1, 0x71, 0x1b, 0x21, 1},     // select by n's lowest bit
        {0x02, 0x40, 0x02, 0x40, 0x20, 1, 0x41, 1, 0x71, 0x0e, 1, 0, 1, 0x0b},  // br_table
        {0x20, 2, 0x41, 1, 0x73, 0x21, 2, 0x0b},           // sum ^= 1 where it went so
        {0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b},  // while --n
        {0x20, 2, 0x0b},
    });
    const Bytes deep = {0,    0x20, 0, 0x45, 0x04, i32,  0x20, 1, 0x05, 0x20, 0,    0x41, 1,
                        0x6b, 0x20, 1, 0x41, 2,    0x6a, 0x10, 2, 0x41, 1,    0x6a, 0x0b, 0x0b};
    return wasm({types({func_type({{i32}, {i32}}, {{i32}})}), functions({{0}, {0}, {0}}),
                 tables({cat({{funcref}, at_least(1)})}), memories({at_least(1)}),
                 exports({export_func("loop", 1), export_func("deep", 2)}),
                 elements({{0, 0x41, 0, 0x0b, 1, 0}}), code({add, loop, deep})});
}

struct Job {
    World* world;
    FuncInstance* func;
    Slot window[2];
    std::string outcome;
};

void* run_job(void* argument)
{
    Job& job = *static_cast<Job*>(argument);
    const Status status = runtime::execute(job.world->store().execution(), *job.func, job.window);
    job.outcome = status ? "ok" : std::string{phrase(status.error().code)};
    return nullptr;
}

/// Runs `func(a, b)` on a thread with a stack of that size.
uint32_t on_small_stack(World& world, FuncInstance& func, uint32_t a, uint32_t b)
{
    Job job{&world, &func, {Slot::of(a), Slot::of(b)}, ""};
    pthread_attr_t attributes;
    EXPECT_EQ(pthread_attr_init(&attributes), 0);
    if (small_stack) {
        const size_t bytes = std::max(native_stack_bytes, static_cast<size_t>(PTHREAD_STACK_MIN));
        EXPECT_EQ(pthread_attr_setstacksize(&attributes, bytes), 0);
    }
    pthread_t thread;
    EXPECT_EQ(pthread_create(&thread, &attributes, &run_job, &job), 0);
    EXPECT_EQ(pthread_join(thread, nullptr), 0);
    pthread_attr_destroy(&attributes);
    EXPECT_EQ(job.outcome, "ok");
    return job.window[0].as<uint32_t>();
}

/// What function 1 computes.
uint32_t expected_sum(uint32_t n)
{
    uint32_t sum = 0;
    for (; n != 0; --n) {
        sum += n + 3;
        const uint32_t chosen = (n & 1) != 0 ? sum : n;
        if ((chosen & 1) == 0) sum ^= 1;
    }
    return sum;
}

TEST(native_stack, does_not_grow_with_the_operations_that_run)
{
    World world;
    const runtime::ModuleInstance& instance = world.instance(busy_module());
    EXPECT_EQ(on_small_stack(world, func(instance, "loop"), rounds, 0), expected_sum(rounds));
}

TEST(native_stack, does_not_grow_with_the_depth_of_guest_calls)
{
    World world{runtime::StoreOptions{.limits = {.stack_slots = 1u << 20}}};
    const runtime::ModuleInstance& instance = world.instance(busy_module());
    constexpr uint32_t depth = 50'000;
    EXPECT_EQ(on_small_stack(world, func(instance, "deep"), depth, 5), 3 * depth + 5);
}

}  // namespace
}  // namespace wrt::test
