// Threads of guests: how many there may be, what ends those that do not end, what is left of those
// that nobody goes on with.
#include <array>
#include <chrono>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>

#include <wrt/component/component.hpp>
#include <wrt/foundation/arena_image.hpp>

#include "component/host_components.hpp"
#include "decoder/component_support.hpp"
#include "model/async.hpp"
#include "support/allocation_failure.hpp"

using namespace wrt;
using namespace wrt::component;
using namespace wrt::test;

namespace {

struct Fixture {
    explicit Fixture(const WorldOptions& options = {.threads = 4}, bool fuel = false)
        : arena{Backing::reserve(size_t{256} << 20).value()},
          store{runtime::Store::make(arena, {.limits = {.stack_slots = 4096}}).value()},
          world{make_world(*store, options).value()}
    {
        load.translate.fuel = fuel;
    }

    Instance& instantiate()
    {
        return *load_and_instantiate(*world, threads_component, load).value();
    }

    Result<uint32_t> call(Instance& instance, std::string_view name, uint32_t threads)
    {
        std::array<uint8_t, 16> room{};
        HostMemory memory{room};
        std::memcpy(room.data() + 4, &threads, 4);
        WRT_CHECK(component::call(*world, *find_function(instance, name), memory, 4, 8));
        uint32_t result = 0;
        std::memcpy(&result, room.data() + 8, 4);
        return result;
    }

    size_t free_stacks() const
    {
        size_t count = 0;
        for (const Stack* at = world->scheduler->free_stack; at != nullptr; at = at->next_free)
            ++count;
        return count;
    }
    size_t open_threads() const
    {
        size_t count = 0;
        for (const Thread& thread : world->scheduler->threads.touched())
            count += thread.task != nullptr ? 1 : 0;
        return count;
    }

    Arena arena;
    runtime::Store* store;
    World* world;
    ComponentLoadOptions load;
};

class threads : public ::testing::Test {
    void SetUp() override
    {
        if (!Fiber::available) GTEST_SKIP() << "no fibers on this system";
    }
};

}  // namespace

TEST_F(threads, wait_for_a_stack_where_there_are_more_of_them)
{
    Fixture fixture;
    Instance& instance = fixture.instantiate();
    fixture.arena.seal();
    for (const uint32_t count : {0u, 1u, 3u, 4u, 100u, 200u})
        EXPECT_EQ(fixture.call(instance, "count", count).value(), count);
    fixture.arena.unseal();
    EXPECT_EQ(fixture.free_stacks(), 4u);
    EXPECT_EQ(fixture.open_threads(), 0u);
}

TEST_F(threads, are_no_more_than_the_world_has_room_for)
{
    Fixture fixture{{.tasks = 16, .threads = 4}};
    Instance& instance = fixture.instantiate();
    EXPECT_EQ(fixture.call(instance, "count", 16).value(), 16u);
    EXPECT_EQ(fixture.call(instance, "count", 17).error().code, Errc::handle_table_full);
    EXPECT_EQ(fixture.call(instance, "count", 1).error().code, Errc::cannot_enter_component);
}

TEST_F(threads, that_lie_still_are_no_more_than_there_are_stacks)
{
    Fixture fixture;
    Instance& instance = fixture.instantiate();
    // One is the caller's.
    EXPECT_EQ(fixture.call(instance, "leave", 3).value(), 3u);
    EXPECT_EQ(fixture.free_stacks(), 1u);
    EXPECT_EQ(fixture.call(instance, "leave", 1).error().code, Errc::thread_stacks_exhausted);
}

TEST_F(threads, are_refused_in_a_world_without_stacks)
{
    Fixture fixture{{.threads = 0}};
    EXPECT_EQ(fixture.call(fixture.instantiate(), "count", 1).error().code,
              Errc::component_async_unsupported);
    EXPECT_EQ(fixture.call(fixture.instantiate(), "count", 0).value(), 0u);
}

TEST_F(threads, are_gone_with_their_instance)
{
    Fixture fixture;
    for (int round = 0; round < 20; ++round) {
        {
            auto scope = fixture.arena.enter(LibraryId::host, "instance", unlimited, End::retained);
            ASSERT_TRUE(scope);
            Instance& instance = fixture.instantiate();
            ASSERT_EQ(fixture.call(instance, "leave", 3).value(), 3u);
            ASSERT_EQ(fixture.free_stacks(), 1u);
            ASSERT_EQ(fixture.open_threads(), 3u);
            ASSERT_NE(fixture.store->activations(), nullptr);
        }
        ASSERT_EQ(fixture.free_stacks(), 4u);
        ASSERT_EQ(fixture.open_threads(), 0u);
        ASSERT_EQ(fixture.store->activations(), nullptr) << "the collector would look there";
    }
}

TEST_F(threads, that_trapped_are_gone_with_their_instance)
{
    Fixture fixture;
    for (int round = 0; round < 20; ++round) {
        {
            auto scope = fixture.arena.enter(LibraryId::host, "instance", unlimited, End::retained);
            ASSERT_TRUE(scope);
            Instance& instance = fixture.instantiate();
            ASSERT_EQ(fixture.call(instance, "leave", 2).value(), 2u);
            ASSERT_EQ(fixture.call(instance, "recurse", 0).error().code,
                      Errc::call_stack_exhausted);
        }
        ASSERT_EQ(fixture.free_stacks(), 4u);
        ASSERT_EQ(fixture.open_threads(), 0u);
        ASSERT_EQ(fixture.store->activations(), nullptr);
    }
}

TEST_F(threads, are_gone_when_their_arena_goes_back_to_an_image)
{
    Fixture fixture;
    Instance& instance = fixture.instantiate();
    PageFilePool pool;
    for (int image = 0; image < 2; ++image) {
        release_stacks(*fixture.world);
        auto taken = ArenaImage::take(fixture.arena, pool);
        ASSERT_TRUE(taken);
        for (int round = 0; round < 3; ++round) {
            ASSERT_EQ(fixture.call(instance, "leave", 3).value(), 3u);
            release_stacks(*fixture.world);
            taken->rewind();
            ASSERT_EQ(fixture.free_stacks(), 4u);
            ASSERT_EQ(fixture.open_threads(), 0u);
            ASSERT_EQ(fixture.store->activations(), nullptr);
        }
        // What lies below a stack is the arena's again.
        for (const Stack& stack : fixture.world->scheduler->stacks)
            stack.native.bytes().data()[-1] = std::byte{1};
    }
}

TEST_F(threads, that_yield_for_ever_are_interrupted)
{
    for (const std::string_view name : {"hang", "hang-synchronously"}) {
        Fixture fixture;
        Instance& instance = fixture.instantiate();
        runtime::Execution& execution = fixture.store->execution();
        std::thread other{[&execution] {
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
            runtime::interrupt(execution);
        }};
        EXPECT_EQ(fixture.call(instance, name, 0).error().code, Errc::interrupted) << name;
        other.join();
    }
}

TEST_F(threads, that_yield_for_ever_run_out_of_fuel)
{
    for (const std::string_view name : {"hang", "hang-synchronously"}) {
        Fixture fixture{{.threads = 4}, true};
        Instance& instance = fixture.instantiate();
        fixture.store->execution().fuel = 10'000;
        EXPECT_EQ(fixture.call(instance, name, 0).error().code, Errc::out_of_fuel) << name;
    }
}

TEST_F(threads, leave_no_trace_of_a_world_whose_stacks_had_no_room)
{
    Arena arena{Backing::reserve(size_t{32} << 20).value()};
    auto scope = arena.enter(LibraryId::test_registry, "store", unlimited, End::retained);
    ASSERT_TRUE(scope);
    runtime::Store* const store =
        runtime::Store::make(arena, {.limits = {.stack_slots = 1024}}).value();
    const WorldOptions options{
        .handles = 64, .lends = 4, .tasks = 8, .streams = 8, .threads = 2, .host_bytes = 1024};
    const FailureSweep sweep =
        for_each_allocation_failure(arena, [&](Arena&) { return make_world(*store, options); });
    EXPECT_GT(sweep.points, 12u);
    EXPECT_EQ(sweep.tolerated, 0u);
}
