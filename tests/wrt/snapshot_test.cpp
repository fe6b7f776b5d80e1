// Snapshots through the facade: a call that stops half way goes on elsewhere.
#include <wrt/snapshot.hpp>

#include "fixture.hpp"

namespace {

using namespace wrt;

constexpr uint64_t plenty = uint64_t{1} << 40;

std::vector<uint8_t> snapshot_of(Store& store)
{
    std::vector<uint8_t> bytes;
    const auto append = [](void* to, std::span<const uint8_t> more) -> Status {
        auto& all = *static_cast<std::vector<uint8_t>*>(to);
        all.insert(all.end(), more.begin(), more.end());
        return ok();
    };
    const Status written = write_snapshot(store, {append, &bytes});
    EXPECT_TRUE(written) << text_of(written.error());
    return bytes;
}

/// `work` of endless.wat, which counts down, stopped after `fuel`.
struct Stopped {
    World world;
    Status ended = ok();

    Stopped(int32_t count, uint64_t fuel)
    {
        const Instance instance = world.instantiate("endless", {.fuel = true});
        world.store.set_fuel(fuel);
        set_reserve(world.store, plenty);
        const Value argument{count};
        Value result;
        ended = instance.func("work")->call({&argument, 1}, {&result, 1});
    }
};

/// Loads and restores in a world of its own.
struct Restored {
    World world;
    std::vector<uint8_t> binary;
    Status restored = ok();

    explicit Restored(std::span<const uint8_t> bytes)
    {
        const Result<Snapshot> snapshot = Snapshot::open(bytes);
        if (!snapshot) {
            restored = snapshot.error();
            return;
        }
        binary.assign(snapshot->module(0).begin(), snapshot->module(0).end());
        const Result<Module> module = world.engine.load_module(binary, {.fuel = true});
        if (!module) {
            restored = module.error();
            return;
        }
        EXPECT_TRUE(world.linker.instantiate_for_snapshot(*module));
        restored = snapshot->restore(world.store);
    }
};

TEST(snapshot, goes_on_in_another_store_with_the_fuel_that_was_left)
{
    Stopped first{1000, 500};
    ASSERT_FALSE(first.ended);
    EXPECT_EQ(first.ended.error().code, Errc::paused);
    Restored second{snapshot_of(first.world.store)};
    ASSERT_TRUE(second.restored) << text_of(second.restored.error());
    EXPECT_EQ(stopped_type(second.world.store).results.size(), 1U);
    const uint64_t had = second.world.store.fuel();
    Value result;
    ASSERT_TRUE(resume(second.world.store, {&result, 1}));
    EXPECT_EQ(result.as<int32_t>(), 0);

    // Together they take what the whole takes, whatever is charged twice or not at all would show.
    Stopped whole{1000, plenty};
    ASSERT_TRUE(whole.ended);
    const uint64_t first_part = 500 + plenty - had;
    const uint64_t second_part = had - second.world.store.fuel();
    EXPECT_EQ(first_part + second_part, plenty - whole.world.store.fuel());
}

TEST(snapshot, leaves_the_store_able_to_go_on_itself)
{
    Stopped stopped{1000, 500};
    const std::vector<uint8_t> once = snapshot_of(stopped.world.store);
    EXPECT_EQ(snapshot_of(stopped.world.store), once);
    stopped.world.store.set_fuel(plenty);
    set_reserve(stopped.world.store, 0);
    Value result;
    ASSERT_TRUE(resume(stopped.world.store, {&result, 1}));
    EXPECT_EQ(result.as<int32_t>(), 0);
    EXPECT_FALSE(is_stopped(stopped.world.store));
}

TEST(snapshot, is_the_same_from_every_process_and_arena)
{
    Stopped one{1000, 500};
    World between;
    Stopped other{1000, 500};
    EXPECT_EQ(snapshot_of(one.world.store), snapshot_of(other.world.store));
}

TEST(snapshot, needs_a_call_that_is_stopped_at_a_check_point)
{
    World world;
    const Instance instance = world.instantiate("endless", {.fuel = true});
    EXPECT_EQ(write_snapshot(world.store, {}).error().code, Errc::snapshot_not_stopped);
    // A bulk operation that the fuel does not reach for, and no reserve to take it from.
    world.store.set_fuel(100);
    const Value bytes{1 << 20};
    EXPECT_EQ(instance.func("fill")->call({&bytes, 1}, {}).error().code, Errc::out_of_fuel);
    EXPECT_EQ(write_snapshot(world.store, {}).error().code, Errc::snapshot_not_stopped);
    // With a reserve it is done first.
    world.store.set_fuel(100);
    set_reserve(world.store, plenty);
    EXPECT_TRUE(instance.func("fill")->call({&bytes, 1}, {}));
}

TEST(snapshot, is_refused_when_a_byte_of_it_is_not_what_it_was)
{
    Stopped stopped{1000, 500};
    const std::vector<uint8_t> bytes = snapshot_of(stopped.world.store);
    for (size_t i = 8; i < bytes.size(); ++i) {
        std::vector<uint8_t> damaged = bytes;
        damaged[i] ^= 1;
        ASSERT_EQ(Snapshot::open(damaged).error().code, Errc::checksum_mismatch) << i;
    }
}

TEST(snapshot, is_refused_by_a_store_with_another_module)
{
    Stopped stopped{1000, 500};
    const std::vector<uint8_t> bytes = snapshot_of(stopped.world.store);
    World world;
    const Module other = world.engine.load_module(fixture("counter"), {.fuel = true}).value();
    ASSERT_TRUE(world.linker.instantiate_for_snapshot(other));
    EXPECT_EQ(Snapshot::open(bytes)->restore(world.store).error().code, Errc::snapshot_of_another);
}

}  // namespace
