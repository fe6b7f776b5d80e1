// Guest programs that make objects and drop them: what they compute depends neither on when the
// heap is collected nor on how they were translated.
#include <array>

#include <wrt/runtime/host.hpp>

#include "gc_world.hpp"
#include "support/malloc_counter.hpp"

namespace wrt::test {
namespace {

using runtime::Ref;
using runtime::Rooted;
using runtime::Value;

class gc_programs : public testing::TestWithParam<HeapMode> {};

INSTANTIATE_TEST_SUITE_P(modes, gc_programs,
                         testing::Values(HeapMode{}, HeapMode{.collect_always = true},
                                         HeapMode{.slots_only = true},
                                         HeapMode{.collect_always = true, .slots_only = true},
                                         HeapMode{.heap_bytes = 64 << 10}));

TEST_P(gc_programs, make_and_drop_trees)
{
    GcWorld world{GetParam()};
    auto& trees = world.program("trees");
    const bool slow = GetParam().collect_always;
    const int32_t depth = slow ? 5 : 8;
    const int32_t nodes = (2 << depth) - 1;
    const int32_t rounds = slow ? 5 : 200;
    const auto sum = world.call(trees, "run", {depth, rounds});
    ASSERT_EQ(text_of(sum), "ok");
    EXPECT_EQ(sum.value(), nodes * (rounds + 1));
    EXPECT_EQ(world.heap().stats().allocated, uint64_t(nodes) * (uint64_t(rounds) + 1) * 24);
}

TEST_P(gc_programs, make_and_drop_cyclic_graphs)
{
    GcWorld world{GetParam()};
    auto& graphs = world.program("graphs");
    const int32_t n = 100;
    const int32_t rounds = GetParam().collect_always ? 3 : 300;
    const auto sum = world.call(graphs, "run", {n, rounds});
    ASSERT_EQ(text_of(sum), "ok");
    EXPECT_EQ(sum.value(), (rounds + 1) * (n * (n - 1)));
    if (world.heap().stats().collections == 0) return;
    world.store().collect();
    EXPECT_EQ(world.heap().used(), 0u);
}

TEST_P(gc_programs, keep_references_wherever_they_lie)
{
    GcWorld world{GetParam()};
    ASSERT_TRUE(world.store().names().define(
        "host", "visit",
        world.store()
            .make_function(std::array{ValType::anyref}, std::array{ValType::anyref},
                           [](runtime::Caller&, void*, runtime::Slot*) { return ok(); })
            .value()));
    auto& places = world.program("places");
    const auto expect = [&](std::string_view name, int64_t expected,
                            std::initializer_list<Value> args = {}) {
        const auto result = world.call(places, name, args);
        ASSERT_EQ(text_of(result), "ok") << name;
        EXPECT_EQ(result.value(), expected) << name;
    };
    for (int i = 0; i < 3; ++i) {
        expect("globals", 1 + 7 + 8);
        expect("tables", 100 + 200 + 30 + 5 + 6);
        expect("operands", 7 + 2 + 1 + 50 + 1000, {int32_t{9}});
        expect("tail", 3);
        expect("indirect", 30);
        expect("branches", 55 + 10, {int32_t{10}});
        expect("casts", 30);
        expect("host", 43);
    }
}

TEST_P(gc_programs, hold_vectors_beside_references)
{
    GcWorld world{GetParam()};
    auto& vectors = world.program("vectors");
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(world.call(vectors, "constants").value(), 15 + 30);
        EXPECT_EQ(world.call(vectors, "structs", {int64_t{40}}).value(),
                  300 + 7 + 2 * 41 + 10 + 50);
        EXPECT_EQ(world.call(vectors, "arrays").value(), 134 + 123 + 3);
        EXPECT_EQ(world.call(vectors, "outside").error().code, Errc::out_of_bounds_array_access);
    }
}

TEST_P(gc_programs, hold_what_other_modules_made_without_knowing_its_type)
{
    GcWorld world{GetParam()};
    auto& maker = world.program("maker");
    ASSERT_TRUE(world.store().names().define_instance("gc", maker));
    auto& strangers = world.program("strangers");
    const auto sum = world.call(strangers, "run");
    ASSERT_EQ(text_of(sum), "ok");
    EXPECT_EQ(sum.value(), 1 + 2 + 3 + 4);
}

/// Keeps its argument, makes the guest collect, and gives the argument back.
Status churn_and_return(runtime::Caller& caller, void* context, runtime::Slot* slots)
{
    const Rooted kept{caller.store, Ref{slots[0].bits}};
    runtime::ModuleInstance& places = **static_cast<runtime::ModuleInstance**>(context);
    WRT_CHECK(runtime::call(caller.execution, func(places, "churn"), {}, {}));
    caller.store.collect();
    slots[0].bits = kept.get().bits;
    return ok();
}

TEST_P(gc_programs, survive_collections_inside_host_functions)
{
    GcWorld world{GetParam()};
    runtime::ModuleInstance* places = nullptr;
    ASSERT_TRUE(world.store().names().define("host", "visit",
                                             world.store()
                                                 .make_function(std::array{ValType::anyref},
                                                                std::array{ValType::anyref},
                                                                churn_and_return, &places)
                                                 .value()));
    places = &world.program("places");
    for (int i = 0; i < 10; ++i) {
        const auto result = world.call(*places, "host");
        ASSERT_EQ(text_of(result), "ok");
        EXPECT_EQ(result.value(), 43);
    }
}

TEST_P(gc_programs, give_the_host_references_that_it_can_keep)
{
    GcWorld world{GetParam()};
    ASSERT_TRUE(world.store().names().define(
        "host", "visit",
        world.store()
            .make_function(std::array{ValType::anyref}, std::array{ValType::anyref},
                           [](runtime::Caller&, void*, runtime::Slot*) { return ok(); })
            .value()));
    auto& places = world.program("places");
    Value made;
    ASSERT_TRUE(runtime::call(world.store(), func(places, "make"), {}, {&made, 1}));
    const Rooted kept{world.store(), made.ref};
    const Rooted copy = kept;
    ASSERT_EQ(text_of(world.call(places, "churn")), "ok");
    world.store().collect();
    EXPECT_EQ(copy.get(), kept.get());
    const auto value = world.call(places, "look", {Value{ValType::anyref, kept.get()}});
    ASSERT_EQ(text_of(value), "ok");
    EXPECT_EQ(value.value(), 77);
}

TEST(gc_program, allocates_nothing_outside_its_heap)
{
    GcWorld world;
    auto& trees = world.program("trees");
    ASSERT_EQ(text_of(world.call(trees, "run", {int32_t{4}, int32_t{1}})), "ok");
    const size_t used = world.arena().used();
    const runtime::FuncInstance& run = func(trees, "run");
    runtime::Slot window[2] = {runtime::Slot::of(8), runtime::Slot::of(2'000)};
    const HeapWatch watch;
    world.arena().seal();
    const Status status = runtime::execute(world.store().execution(),
                                           const_cast<runtime::FuncInstance&>(run), window);
    world.arena().unseal();
    EXPECT_EQ(watch.allocations(), 0u);
    EXPECT_EQ(text_of(status), "ok");
    EXPECT_GT(world.heap().stats().collections, 1u);
    EXPECT_EQ(world.arena().used(), used);
}

}  // namespace
}  // namespace wrt::test
