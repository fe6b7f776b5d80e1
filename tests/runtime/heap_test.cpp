// The heap: what objects take, what a collection leaves, and what happens when it is full.
#include <wrt/runtime/heap.hpp>

#include <gmock/gmock.h>

#include <wrt/runtime/field_layout.hpp>

#include "gc_world.hpp"

namespace wrt::test {
namespace {

using runtime::Ref;
using runtime::Rooted;
using runtime::Value;

TEST(field_layout, places_each_field_at_a_multiple_of_its_size)
{
    runtime::FieldPlacer placer;
    EXPECT_EQ(placer.object_bytes(), 8u);  // a header
    EXPECT_EQ(placer.place(ValType::i8), 8u);
    EXPECT_EQ(placer.place(ValType::i64), 16u);
    EXPECT_EQ(placer.place(ValType::i16), 24u);
    EXPECT_EQ(placer.place(ValType::i8), 26u);
    EXPECT_EQ(placer.place(ValType::i32), 28u);
    EXPECT_EQ(placer.place(ValType::i8), 32u);
    EXPECT_EQ(placer.place(ValType::v128), 40u);
    EXPECT_EQ(placer.object_bytes(), 56u);
}

TEST(heap, counts_objects_to_the_byte)
{
    GcWorld world;
    auto& shapes = world.program("shapes");
    const auto bytes_of = [&](std::string_view name, std::initializer_list<Value> args = {}) {
        const uint64_t before = world.heap().used();
        EXPECT_EQ(text_of(world.call(shapes, name, args)), "ok") << name;
        return world.heap().used() - before;
    };
    EXPECT_EQ(bytes_of("none"), 8u);
    EXPECT_EQ(bytes_of("mixed"), 8u + 8 + 8 + (2 + 2 + 4) + (4 + 4) + 8 + 8);
    EXPECT_EQ(bytes_of("bytes", {0}), 8u);
    EXPECT_EQ(bytes_of("bytes", {1}), 16u);
    EXPECT_EQ(bytes_of("bytes", {8}), 16u);
    EXPECT_EQ(bytes_of("bytes", {9}), 24u);
    EXPECT_EQ(bytes_of("halves", {5}), 24u);
    EXPECT_EQ(bytes_of("words"), 8u + 16);
    EXPECT_EQ(bytes_of("refs", {3}), 8u + 24);
    EXPECT_EQ(bytes_of("text"), 8u + 16);
    const runtime::HeapStats stats = world.heap().stats();
    EXPECT_EQ(stats.used, stats.allocated);
    EXPECT_EQ(stats.collections, 0u);

    world.store().collect();
    EXPECT_EQ(world.heap().used(), 24u) << "what the global keeps";
    EXPECT_EQ(world.heap().stats().allocated, stats.allocated);
    EXPECT_EQ(world.heap().stats().live, 24u);
    EXPECT_EQ(world.heap().stats().collections, 1u);
}

TEST(heap, keeps_what_is_reachable_however_long_the_way)
{
    GcWorld world{{.heap_bytes = uint64_t{1} << 26}};
    auto& lists = world.program("lists");
    ASSERT_EQ(text_of(world.call(lists, "keep", {int32_t{500'000}})), "ok");
    world.store().collect();
    EXPECT_EQ(world.heap().used(), 500'000u * 24);
    EXPECT_EQ(world.call(lists, "kept").value(), 500'000);
    ASSERT_EQ(text_of(world.call(lists, "spread", {int32_t{20'000}, int32_t{10}})), "ok");
    world.store().collect();
    EXPECT_EQ(world.heap().used(), 8u + 20'000 * 8 + 200'000 * 24);
    EXPECT_EQ(world.call(lists, "spread_length").value(), 200'000);
    ASSERT_EQ(text_of(world.call(lists, "drop")), "ok");
    world.store().collect();
    EXPECT_EQ(world.heap().used(), 0u);
}

TEST(heap, is_full_only_when_live_objects_fill_it)
{
    constexpr uint64_t cells = 4096;
    GcWorld world{{.heap_bytes = cells * 24}};
    auto& lists = world.program("lists");
    // To the last byte, and with garbage in between.
    for (int round = 0; round < 3; ++round) {
        ASSERT_EQ(text_of(world.call(lists, "keep", {int32_t(cells / 2)})), "ok");
        ASSERT_EQ(text_of(world.call(lists, "drop")), "ok");
        ASSERT_EQ(text_of(world.call(lists, "keep", {int32_t(cells)})), "ok");
        EXPECT_EQ(world.call(lists, "kept").value(), int64_t(cells));
        ASSERT_EQ(text_of(world.call(lists, "drop")), "ok");
    }
    const auto one_more = world.call(lists, "keep", {int32_t(cells + 1)});
    EXPECT_THAT(text_of(one_more), testing::StartsWith("exhaustion at 0x"));
    EXPECT_EQ(one_more.error().code, Errc::gc_heap_exhausted);
}

TEST(heap, serves_on_after_it_was_full)
{
    GcWorld world{{.heap_bytes = 48 << 10}};
    auto& lists = world.program("lists");
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(world.call(lists, "fill").error().code, Errc::gc_heap_exhausted);
        ASSERT_EQ(text_of(world.call(lists, "keep", {int32_t{1000}})), "ok");
        EXPECT_EQ(world.call(lists, "kept").value(), 1000);
    }
}

TEST(heap, refuses_an_array_that_is_larger_than_all_of_it)
{
    GcWorld world{{.heap_bytes = 64 << 10}};
    auto& shapes = world.program("shapes");
    EXPECT_EQ(world.call(shapes, "refs", {int32_t{-1}}).error().code, Errc::gc_heap_exhausted);
    EXPECT_EQ(world.call(shapes, "bytes", {int32_t{70'000}}).error().code, Errc::gc_heap_exhausted);
    EXPECT_EQ(text_of(world.call(shapes, "bytes", {int32_t{60'000}})), "ok");
}

TEST(heap, is_accounted_for_as_it_is_committed)
{
    GcWorld world;
    const size_t before = world.arena().usage(Account::gc).external;
    EXPECT_EQ(before, 0u) << "nothing is committed before there are objects";
    auto& lists = world.program("lists");
    ASSERT_EQ(text_of(world.call(lists, "keep", {int32_t{1}})), "ok");
    const runtime::HeapStats stats = world.heap().stats();
    EXPECT_EQ(stats.capacity, uint64_t{1} << 24);
    EXPECT_GE(world.arena().usage(Account::gc).external, stats.committed);
    EXPECT_LT(stats.committed, uint64_t{2} << 20);
}

TEST(heap, stops_where_the_account_does)
{
    GcWorld world;
    auto& lists = world.program("lists");
    ASSERT_TRUE(
        world.arena().set_limit(Account::gc, world.arena().usage(Account::gc).used + (256 << 10)));
    EXPECT_EQ(world.call(lists, "fill").error().code, Errc::gc_heap_exhausted);
    EXPECT_LE(world.arena().usage(Account::gc).external, 256u << 10);
    ASSERT_EQ(text_of(world.call(lists, "keep", {int32_t{1000}})), "ok");
}

TEST(heap, lies_in_a_fixed_arena_as_well)
{
    alignas(64) static std::byte buffer[1 << 20];
    runtime::StoreOptions options;
    options.limits.stack_slots = 4096;
    options.limits.heap_bytes = 64 << 10;
    const auto world = World::in(buffer, options);
    const size_t gc = world->arena().usage(Account::gc).used;
    EXPECT_EQ(gc, (64u << 10) + (2u << 10)) << "objects, and a 32nd for the collector";
    auto& lists = world->instance(assembled("lists"));
    const Value n[] = {int32_t{1000}};  // the list before is live until this one is there
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(text_of(runtime::call(world->store(), func(lists, "keep"), n, {})), "ok");
    EXPECT_GT(world->store().heap().stats().collections, 0u);
    EXPECT_EQ(world->arena().usage(Account::gc).used, gc);
}

TEST(rooted, follows_its_object_and_lets_go_of_it)
{
    GcWorld world;
    auto& maker = world.program("maker");
    Value first;
    Value second;
    ASSERT_TRUE(runtime::call(world.store(), func(maker, "make"), {}, {&first, 1}));
    ASSERT_TRUE(runtime::call(world.store(), func(maker, "make"), {}, {&second, 1}));
    {
        Rooted kept{world.store(), second.ref};
        world.store().collect();
        EXPECT_NE(kept.get(), second.ref) << "it slid to where the first one was";
        EXPECT_EQ(kept.get(), first.ref);
        EXPECT_EQ(world.call(maker, "look", {Value{ValType::externref, kept.get()}}).value(), 2);
        Rooted other;
        EXPECT_TRUE(other.is_null());
        other = kept;
        kept.set({});
        world.store().collect();
        EXPECT_EQ(world.heap().used(), 16u);
    }
    world.store().collect();
    EXPECT_EQ(world.heap().used(), 0u);
}

TEST(rooted, becomes_null_where_it_outlives_its_store)
{
    Arena arena{Backing::reserve(size_t{1} << 30).value()};
    Rooted kept;
    {
        ScopeGuard scope =
            arena.enter(LibraryId::runtime, "test", size_t{1} << 28, End::retained).value();
        runtime::Store& store = *runtime::Store::make(arena).value();
        kept = Rooted{store, Ref::host(7)};
        EXPECT_EQ(kept.get().host_value(), 7u);
    }
    EXPECT_TRUE(kept.is_null());
}

TEST(heap, forgets_objects_of_types_whose_scope_is_left)
{
    GcWorld world;
    auto& outer = world.program("maker");
    auto& global =
        *world.store()
             .make_global({ValType::externref, true}, Value::default_of(ValType::externref))
             .value();
    Value made;
    ASSERT_TRUE(runtime::call(world.store(), func(outer, "make"), {}, {&made, 1}));
    const Rooted own{world.store(), made.ref};
    {
        ScopeGuard scope =
            world.arena().enter(LibraryId::runtime, "test", size_t{1} << 28, End::retained).value();
        auto& inner = world.program("shapes");
        ASSERT_EQ(text_of(world.call(inner, "none")), "ok");
        *global.value = *global_of(inner, "kept").value;
        EXPECT_TRUE(world.heap().contains(Ref{global.value->bits}));
    }
    EXPECT_EQ(global.value->bits, 0u) << "its type is gone";
    EXPECT_EQ(world.heap().used(), 16u);
    EXPECT_EQ(world.call(outer, "look", {Value{ValType::externref, own.get()}}).value(), 1);
    EXPECT_EQ(text_of(world.call(outer, "churn")), "ok");
}

}  // namespace
}  // namespace wrt::test
