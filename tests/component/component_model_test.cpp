// Components: loaded, instantiated, called; and what a failure leaves behind.
#include <array>
#include <cstring>

#include <wrt/component/component.hpp>

#include "decoder/component_support.hpp"
#include "model/handles.hpp"
#include "support/allocation_failure.hpp"

using namespace wrt;
using namespace wrt::component;
using namespace wrt::test;

namespace {

/// A store and a world in a scope of their own.
struct Fixture {
    Fixture()
        : arena{Backing::reserve(size_t{256} << 20).value()},
          store{runtime::Store::make(arena, {.limits = {.stack_slots = 4096}}).value()},
          world{make_world(*store, {.handles = 64, .lends = 4}).value()}
    {
    }

    Arena arena;
    runtime::Store* store;
    World* world;
};

Result<uint32_t> call_add(World& world, const Func& func, uint32_t a, uint32_t b)
{
    std::array<uint8_t, 64> room{};
    HostMemory memory{room};
    WRT_TRY(const uint32_t args, memory.allocate(4, 8));
    WRT_TRY(const uint32_t result, memory.allocate(4, 4));
    std::memcpy(room.data() + args, &a, 4);
    std::memcpy(room.data() + args + 4, &b, 4);
    WRT_CHECK(call(world, func, memory, args, result));
    uint32_t sum = 0;
    std::memcpy(&sum, room.data() + result, 4);
    return sum;
}

}  // namespace

TEST(component_model, calls_what_an_instance_exports)
{
    Fixture fixture;
    const Bytes binary = adder_component();
    const Result<Instance*> instance = load_and_instantiate(*fixture.world, binary);
    ASSERT_TRUE(instance) << sentence(instance.error());
    const Func* const add = find_function(**instance, "add");
    ASSERT_NE(add, nullptr);
    EXPECT_EQ(type_of(*add).params().size(), 2u);
    EXPECT_EQ(*call_add(*fixture.world, *add, 40, 2), 42u);
    EXPECT_NE(find_function(**instance, "both.add"), nullptr) << "of an exported instance";
    EXPECT_EQ(find_function(**instance, "none"), nullptr);
    EXPECT_EQ(find_function(**instance, "both"), nullptr) << "no function";
}

TEST(component_model, never_enters_an_instance_again_that_trapped)
{
    Fixture fixture;
    const Bytes binary = adder_component();
    Instance* const instance = load_and_instantiate(*fixture.world, binary).value();
    const Func* const fail = find_function(*instance, "fail");
    std::array<uint8_t, 16> room{};
    HostMemory memory{room};
    const Status first = call(*fixture.world, *fail, memory, 8, 8);
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().code, Errc::unreachable);
    const Status second = call(*fixture.world, *fail, memory, 8, 8);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::cannot_enter_component);
    // The outermost instance was entered with it.
    const Result<uint32_t> sum = call_add(*fixture.world, *find_function(*instance, "add"), 1, 2);
    ASSERT_FALSE(sum);
    EXPECT_EQ(sum.error().code, Errc::cannot_enter_component);
}

TEST(component_model, refuses_places_outside_of_the_hosts_memory)
{
    Fixture fixture;
    const Bytes binary = adder_component();
    Instance* const instance = load_and_instantiate(*fixture.world, binary).value();
    const Func* const add = find_function(*instance, "add");
    std::array<uint8_t, 16> room{};
    HostMemory memory{room};
    for (const uint32_t place : {2u, 12u, 16u, 0xfffffff8u}) {
        const Status status = call(*fixture.world, *add, memory, place, 8);
        ASSERT_FALSE(status) << place;
        EXPECT_EQ(status.error().code, Errc::invalid_argument);
    }
    EXPECT_EQ(memory.allocate(8, 9).error().code, Errc::arena_exhausted);
}

TEST(component_model, does_not_instantiate_what_has_imports)
{
    Fixture fixture;
    const Bytes binary =
        wrt::test::component({section(import_section, vec({bytes(0, name("t"), 3, 1)}))});
    const Result<Instance*> instance = load_and_instantiate(*fixture.world, binary);
    ASSERT_FALSE(instance);
    EXPECT_EQ(instance.error().code, Errc::unknown_import);
}

TEST(component_model, leaves_no_trace_of_loading_and_instantiating_that_failed)
{
    const Bytes binary = adder_component();
    Arena& arena = test_arena();
    auto scope = arena.enter(LibraryId::test_registry, "store", unlimited, End::retained);
    ASSERT_TRUE(scope);
    runtime::Store* const store =
        runtime::Store::make(arena, {.limits = {.stack_slots = 1024}}).value();
    World* const world = make_world(*store, {.handles = 64, .lends = 4, .threads = 0}).value();
    const FailureSweep sweep = for_each_allocation_failure(
        arena, [&](Arena&) { return load_and_instantiate(*world, binary); });
    EXPECT_GT(sweep.points, 50u);
    // What is left works.
    EXPECT_TRUE(load_and_instantiate(*world, binary));
}

TEST(handle_table, gives_indices_from_1_and_takes_the_last_freed_first)
{
    std::array<Handle, 128> entries{};
    HandlePool pool{entries};
    HandleTable table;
    const Handle own{.kind = Handle::Kind::own, .rep = 7};
    EXPECT_EQ(*table.add(pool, own), 1u);
    EXPECT_EQ(*table.add(pool, own), 2u);
    EXPECT_EQ(*table.add(pool, own), 3u);
    table.remove(1);
    table.remove(3);
    EXPECT_EQ(*table.add(pool, own), 3u);
    EXPECT_EQ(*table.add(pool, own), 1u);
    EXPECT_EQ((*table.get(1))->rep, 7u);
    EXPECT_EQ(sentence(table.get(0).error()), "trap: unknown handle index 0");
    EXPECT_EQ(sentence(table.get(4).error()), "trap: unknown handle index 4");
}

TEST(handle_table, keeps_its_entries_in_place_and_says_when_it_is_full)
{
    std::array<Handle, 48> entries{};
    HandlePool pool{entries};
    HandleTable table;
    Handle* first = nullptr;
    for (uint32_t i = 1; i < 48; ++i) {
        ASSERT_EQ(*table.add(pool, {.kind = Handle::Kind::own, .rep = i}), i);
        if (i == 1) first = *table.get(1);
    }
    EXPECT_EQ(*table.get(1), first);
    for (uint32_t i = 1; i < 48; ++i)
        EXPECT_EQ((*table.get(i))->rep, i);
    EXPECT_EQ(table.add(pool, {.kind = Handle::Kind::own}).error().code, Errc::handle_table_full);
    table.remove(20);
    EXPECT_EQ(*table.add(pool, {.kind = Handle::Kind::own}), 20u);
}

TEST(lends, count_what_is_lent_until_the_call_is_over)
{
    std::array<Lend, 2> entries{};
    LendPool pool{entries};
    Handle handle{.kind = Handle::Kind::own};
    Lends call;
    EXPECT_TRUE(call.add(pool, handle));
    EXPECT_TRUE(call.add(pool, handle));
    EXPECT_EQ(handle.lends, 2u);
    EXPECT_EQ(call.add(pool, handle).error().code, Errc::handle_table_full);
    call.release(pool);
    EXPECT_EQ(handle.lends, 0u);
    EXPECT_TRUE(call.add(pool, handle)) << "room is used again";
    call.release(pool);
}
