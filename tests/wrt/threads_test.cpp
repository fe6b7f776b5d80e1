// Guests on several threads: a module and a shared memory, a store for each.
#include <thread>

#include <wrt/shared_memory.hpp>

#include "fixture.hpp"

namespace {

wrt::EngineConfig with_threads()
{
    wrt::EngineConfig config;
    config.features = wrt::FeatureSet{}.with(wrt::Feature::threads);
    return config;
}

TEST(engine_features, refuse_a_module_that_needs_another)
{
    wrt::Engine engine;
    const auto refused = engine.load_module(fixture("shared"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(text_of(refused.error()),
              "malformed at 0x22: malformed limits flags, needs feature threads");
    wrt::LoadOptions options;
    options.features = wrt::FeatureSet{}.with(wrt::Feature::threads);
    EXPECT_TRUE(engine.load_module(fixture("shared"), options));
    EXPECT_TRUE(wrt::Engine{with_threads()}.load_module(fixture("shared")));
}

TEST(shared_memory, is_counted_in_by_several_threads)
{
    wrt::Engine owner{with_threads()};
    const wrt::Module module = owner.load_module(fixture("shared")).value();
    const wrt::SharedMemory memory = wrt::SharedMemory::make(owner, 1, 4).value();
    const auto work = [&] {
        wrt::Engine engine{with_threads()};
        wrt::Store store{engine};
        wrt::Linker linker{store};
        linker.define("env", "memory", memory);
        const wrt::Instance instance = linker.instantiate(module).value();
        EXPECT_TRUE(instance.func<void(int32_t)>("count").value()(10'000));
        EXPECT_EQ(&instance.memory().value().shared()->memory(), &memory.memory());
    };
    std::thread other{work};
    work();
    other.join();
    EXPECT_EQ(memory.atomic<uint32_t>(0)->load(), 20'000u);
    EXPECT_EQ(memory.atomic<uint32_t>(2).error().code, wrt::Errc::unaligned_atomic);
    EXPECT_EQ(memory.atomic<uint32_t>(65'536).error().code, wrt::Errc::out_of_bounds_memory_access);
}

TEST(shared_memory, wakes_a_guest_that_waits)
{
    wrt::Engine owner{with_threads()};
    const wrt::Module module = owner.load_module(fixture("shared")).value();
    const wrt::SharedMemory memory = wrt::SharedMemory::make(owner, 1, 4).value();
    std::thread guest{[&] {
        wrt::Engine engine{with_threads()};
        wrt::Store store{engine};
        wrt::Linker linker{store};
        linker.define("env", "memory", memory);
        const wrt::Instance instance = linker.instantiate(module).value();
        EXPECT_EQ(instance.func<int32_t()>("wait").value()().value(), 0);
    }};
    while (memory.notify(8, 1) == 0)
        std::this_thread::yield();
    guest.join();
}

TEST(shared_memory, lets_the_host_wait)
{
    wrt::Engine owner{with_threads()};
    const wrt::SharedMemory memory = wrt::SharedMemory::make(owner, 1, 4).value();
    memory.atomic<uint32_t>(8)->store(1);
    EXPECT_EQ(memory.wait32(8, 2).value(), wrt::Waited::not_equal);
    EXPECT_EQ(memory.wait64(8, 1, 1000).value(), wrt::Waited::timed_out);
    EXPECT_EQ(memory.wait32(9, 0).error().code, wrt::Errc::unaligned_atomic);
    EXPECT_EQ(memory.wait64(65'536, 0).error().code, wrt::Errc::out_of_bounds_memory_access);
    std::thread other{[&] {
        while (memory.notify(8, 1) == 0)
            std::this_thread::yield();
    }};
    EXPECT_EQ(memory.wait32(8, 1).value(), wrt::Waited::woken);
    other.join();
}

TEST(shared_memory, grows_within_its_maximum)
{
    wrt::Engine owner{with_threads()};
    const wrt::SharedMemory memory = wrt::SharedMemory::make(owner, 1, 4).value();
    EXPECT_EQ(memory.grow(3).value(), 1u);
    EXPECT_EQ(memory.bytes().size(), 4u * 65'536);
    EXPECT_FALSE(memory.grow(1));
    EXPECT_FALSE(wrt::SharedMemory::make(owner, 2, 1));
}

TEST(shared_memory, keeps_to_the_engines_budget)
{
    wrt::EngineConfig config = with_threads();
    config.budget = uint64_t{8} << 20;
    wrt::Engine engine{config};
    EXPECT_FALSE(wrt::SharedMemory::make(engine, 200, 200)) << "more than is granted at once";
    const wrt::SharedMemory memory = wrt::SharedMemory::make(engine, 1, 65'536).value();
    EXPECT_LE(memory.memory().limit(), config.budget);
}

TEST(memory, that_is_not_shared_says_so)
{
    World world;
    EXPECT_FALSE(world.instantiate("counter").memory().value().shared());
}

}  // namespace
