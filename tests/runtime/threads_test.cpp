// Threads that have a module and a memory in common: one store for each, on a thread of its own.
#include <wrt/runtime/shared_memory.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include <wrt/runtime/memory.hpp>

#include "fixtures.hpp"
#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::SharedMemory;
using runtime::Value;

constexpr uint32_t thread_count = 4;

MemoryType shared_pages(uint64_t min, uint64_t max)
{
    return {.limits = {.min = min, .max = max, .has_max = true, .shared = true}};
}

runtime::LoadOptions with_threads(bool fuel = false)
{
    runtime::LoadOptions options;
    options.decode.features = FeatureSet{}.with(Feature::threads);
    options.translate.fuel = fuel;
    return options;
}

/// A store of its own, and the module's instance in it.
class Guest {
public:
    Guest(const runtime::Module& module, SharedMemory& memory)
    {
        runtime::Store& store = world_.store();
        const auto own = store.make_memory(memory);
        EXPECT_EQ(text_of(own), "ok");
        EXPECT_TRUE(store.names().define("env", "memory", own.value()));
        const auto instance = runtime::instantiate(store, module);
        EXPECT_EQ(text_of(instance), "ok");
        instance_ = instance.value();
        store.execution().fuel = 100'000;
    }

    std::string run(std::string_view name, std::initializer_list<Value> args)
    {
        const Status done =
            runtime::call(world_.store(), func(*instance_, name), {args.begin(), args.size()}, {});
        return done ? "ok" : std::string{phrase(done.error().code)};
    }
    /// Its result, or the phrase of what went wrong.
    std::string ask(std::string_view name, std::initializer_list<Value> args)
    {
        Value result[1];
        const Status done = runtime::call(world_.store(), func(*instance_, name),
                                          {args.begin(), args.size()}, result);
        return done ? std::to_string(result[0].i32) : std::string{phrase(done.error().code)};
    }
    void interrupt() { runtime::interrupt(world_.store().execution()); }

private:
    World world_;
    runtime::ModuleInstance* instance_ = nullptr;
};

class threads : public ::testing::Test {
protected:
    Guest guest() { return Guest{module_, memory_}; }

    /// Runs `work(guest, number)` on as many threads as there are guests.
    void on_threads(const std::function<void(Guest&, int32_t)>& work)
    {
        std::array<std::thread, thread_count> running;
        for (uint32_t i = 0; i < thread_count; ++i) {
            running[i] = std::thread{[&, i] {
                Guest own{module_, memory_};
                work(own, static_cast<int32_t>(i));
            }};
        }
        for (std::thread& thread : running)
            thread.join();
    }
    /// Until somebody sleeps at `address`: wakes them.
    void wake_sleepers(uint64_t address, uint32_t count)
    {
        for (uint32_t woken = 0; woken < count;) {
            woken += memory_.notify(address, count - woken);
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    }

    World owner_;
    const runtime::Module& module_ = *owner_.load(fixture("threads"), with_threads()).value();
    SharedMemory& memory_ = *SharedMemory::make(owner_.arena(), shared_pages(1, 8)).value();
};

TEST_F(threads, count_under_a_mutex)
{
    on_threads(
        [](Guest& own, int32_t) { EXPECT_EQ(own.run("add_guarded", {int32_t{5'000}}), "ok"); });
    EXPECT_EQ(guest().ask("load", {int32_t{4}}), "20000");
}

TEST_F(threads, count_with_atomics)
{
    on_threads([](Guest& own, int32_t) {
        EXPECT_EQ(own.run("add_atomic", {int32_t{50'000}}), "ok");
        EXPECT_EQ(own.run("fence", {}), "ok");
    });
    EXPECT_EQ(guest().ask("load", {int32_t{8}}), "200000");
}

TEST_F(threads, count_with_a_compare_exchange_of_16_bits)
{
    on_threads(
        [](Guest& own, int32_t) { EXPECT_EQ(own.run("add_compared", {int32_t{20'000}}), "ok"); });
    EXPECT_EQ(guest().ask("load_atomic", {int32_t{12}}), std::to_string(80'000 & 0xffff));
}

TEST_F(threads, take_turns_by_waiting_and_notifying)
{
    constexpr int32_t turns = 200;
    std::thread other{[&] {
        Guest own{module_, memory_};
        EXPECT_EQ(own.run("play", {int32_t{1}, turns}), "ok");
    }};
    EXPECT_EQ(guest().run("play", {int32_t{0}, turns}), "ok");
    other.join();
    EXPECT_EQ(guest().ask("load", {int32_t{24}}), std::to_string(2 * turns));
}

TEST_F(threads, are_woken_no_more_than_asked_for)
{
    std::atomic<uint32_t> awake{0};
    std::thread waker{[&] {
        wake_sleepers(32, 3);
        // The fourth sleeps on, and at this address nobody does.
        EXPECT_EQ(memory_.notify(40, 100), 0u);
        while (awake.load() != 3)
            std::this_thread::yield();
        wake_sleepers(32, 1);
    }};
    on_threads([&](Guest& own, int32_t) {
        EXPECT_EQ(own.ask("wait32", {int32_t{32}, int32_t{0}, int64_t{-1}}), "0");
        ++awake;
    });
    waker.join();
    EXPECT_EQ(awake.load(), 4u);
    EXPECT_EQ(memory_.notify(32, 100), 0u);
}

TEST_F(threads, do_not_wait_for_a_value_that_is_another)
{
    EXPECT_EQ(guest().ask("wait32", {int32_t{32}, int32_t{1}, int64_t{-1}}), "1");
    EXPECT_EQ(guest().ask("wait64", {int32_t{32}, int64_t{1} << 40, int64_t{-1}}), "1");
}

TEST_F(threads, give_up_waiting_when_the_time_is_over)
{
    const auto start = std::chrono::steady_clock::now();
    constexpr int64_t ms = 1'000'000;
    EXPECT_EQ(guest().ask("wait32", {int32_t{32}, int32_t{0}, 20 * ms}), "2");
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds{20});
    EXPECT_EQ(guest().ask("wait64", {int32_t{32}, int64_t{0}, int64_t{0}}), "2");
    EXPECT_EQ(memory_.notify(32, 1), 0u) << "who gave up waits no more";
}

TEST_F(threads, are_interrupted_in_their_sleep)
{
    Guest own = guest();
    std::thread other{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
        own.interrupt();
    }};
    EXPECT_EQ(own.ask("wait32", {int32_t{32}, int32_t{0}, int64_t{-1}}), "interrupted");
    other.join();
    EXPECT_EQ(memory_.notify(32, 1), 0u);
    EXPECT_EQ(own.ask("wait32", {int32_t{32}, int32_t{0}, int64_t{0}}), "2");
}

TEST_F(threads, cannot_sleep_for_ever_on_little_fuel)
{
    const auto module = owner_.load(fixture("threads"), with_threads(true));
    Guest own{*module.value(), memory_};
    EXPECT_EQ(own.ask("wait32", {int32_t{32}, int32_t{0}, int64_t{-1}}), "out of fuel");
}

TEST_F(threads, see_what_others_grew)
{
    Guest early = guest();
    EXPECT_EQ(early.ask("size", {}), "1");
    EXPECT_EQ(guest().ask("grow", {int32_t{2}}), "1");
    // Loads and stores that ask no size before, of both kinds, and a bulk operation.
    EXPECT_EQ(early.ask("load", {int32_t{3 * 65'536 - 4}}), "0");
    EXPECT_EQ(early.ask("size", {}), "3");
    EXPECT_EQ(guest().ask("grow", {int32_t{1}}), "3");
    EXPECT_EQ(early.run("store_atomic", {int32_t{4 * 65'536 - 4}, int32_t{5}}), "ok");
    EXPECT_EQ(guest().ask("grow", {int32_t{1}}), "4");
    EXPECT_EQ(early.run("store", {int32_t{5 * 65'536 - 4}, int32_t{6}}), "ok");
    EXPECT_EQ(guest().ask("grow", {int32_t{1}}), "5");
    EXPECT_EQ(early.run("fill", {int32_t{5 * 65'536}, int32_t{65'536}}), "ok");
    EXPECT_EQ(early.ask("load", {int32_t{6 * 65'536 - 3}}), "out of bounds memory access");
    EXPECT_EQ(early.ask("load_atomic", {int32_t{6 * 65'536}}), "out of bounds memory access");
}

TEST_F(threads, follow_a_memory_that_grows_beside_them)
{
    std::thread grower{[&] {
        Guest own{module_, memory_};
        for (int32_t page = 1; page < 8; ++page)
            EXPECT_EQ(own.ask("grow", {int32_t{1}}), std::to_string(page));
        EXPECT_EQ(own.ask("grow", {int32_t{1}}), "-1");
    }};
    EXPECT_EQ(guest().ask("follow_growth", {int32_t{8}}), "0");
    grower.join();
}

TEST_F(threads, grow_a_memory_one_at_a_time)
{
    std::atomic<uint32_t> grown{0};
    on_threads([&](Guest& own, int32_t) {
        for (int i = 0; i < 4; ++i) {
            if (own.ask("grow", {int32_t{1}}) != "-1") ++grown;
        }
    });
    EXPECT_EQ(grown.load(), 7u);
    EXPECT_EQ(memory_.size(), 8u * 65'536);
}

TEST_F(threads, trap_where_an_atomic_is_not_aligned)
{
    EXPECT_EQ(guest().ask("load_atomic", {int32_t{2}}), "unaligned atomic");
    EXPECT_EQ(guest().ask("load_atomic", {int32_t{65'535}}), "unaligned atomic");
    EXPECT_EQ(guest().ask("load_atomic", {int32_t{65'536}}), "out of bounds memory access");
    EXPECT_EQ(guest().ask("wait64", {int32_t{4}, int64_t{0}, int64_t{0}}), "unaligned atomic");
    EXPECT_EQ(guest().ask("notify", {int32_t{65'536}, int32_t{0}}), "out of bounds memory access");
}

TEST(shared_memory, is_charged_with_its_maximum_and_gives_it_back)
{
    Arena arena{Backing::reserve(size_t{1} << 24).value()};
    auto scope = arena.enter(LibraryId::host, "test", arena.available(), End::retained);
    ASSERT_TRUE(scope);
    const auto memory = SharedMemory::make(arena, shared_pages(1, 4));
    ASSERT_EQ(text_of(memory), "ok");
    EXPECT_EQ(memory.value()->size(), 65'536u);
    EXPECT_EQ(memory.value()->limit(), 4u * 65'536);
    EXPECT_EQ(arena.external(), 4u * 65'536);
    EXPECT_EQ(memory.value()->grow(3), 1u);
    EXPECT_EQ(arena.external(), 4u * 65'536);
    EXPECT_EQ(memory.value()->grow(1), runtime::grow_failed);
    ASSERT_TRUE(scope->exit());
    EXPECT_EQ(arena.external(), 0u);
}

TEST(shared_memory, takes_as_much_of_its_maximum_as_the_arena_grants)
{
    Arena arena{Backing::reserve(size_t{1} << 24).value()};
    ASSERT_TRUE(arena.set_limit(Account::memory, size_t{1} << 20));
    const auto memory = SharedMemory::make(arena, shared_pages(1, 65'536));
    ASSERT_EQ(text_of(memory), "ok");
    EXPECT_LE(memory.value()->limit(), size_t{1} << 20);
    EXPECT_GE(memory.value()->limit(), size_t{1} << 19);
    const auto large = SharedMemory::make(arena, shared_pages(100, 65'536));
    EXPECT_EQ(large.error().code, Errc::account_limit_exceeded);
}

TEST(shared_memory, lies_in_a_fixed_arena_too)
{
    alignas(64) static std::byte bytes[size_t{1} << 18];
    Arena arena{Backing::over(bytes)};
    const auto memory = SharedMemory::make(arena, shared_pages(1, 2));
    ASSERT_EQ(text_of(memory), "ok");
    EXPECT_EQ(memory.value()->grow(1), 1u);
    EXPECT_EQ(memory.value()->base()[2 * 65'536 - 1], 0);
    EXPECT_EQ(memory.value()->grow(1), runtime::grow_failed);
}

TEST(shared_memory, of_an_instance_keeps_to_the_limits_of_its_store)
{
    World world{{.limits = {.memory_bytes = 3 * 65'536, .stack_slots = 1024}}};
    const auto memory = world.store().make_memory(shared_pages(1, 8));
    ASSERT_EQ(text_of(memory), "ok");
    EXPECT_EQ(runtime::memory_grow(*memory.value(), 2), 1u);
    EXPECT_EQ(runtime::memory_grow(*memory.value(), 1), runtime::grow_failed);
    EXPECT_EQ(memory.value()->type.limits.max, 8u);
    EXPECT_FALSE(world.store().make_memory(shared_pages(4, 8)));
}

TEST(shared_memory, has_to_be_shared_and_to_have_a_maximum)
{
    Arena arena{Backing::reserve(size_t{1} << 24).value()};
    MemoryType type = shared_pages(1, 2);
    type.limits.shared = false;
    EXPECT_EQ(SharedMemory::make(arena, type).error().code, Errc::invalid_argument);
    type = shared_pages(1, 2);
    type.limits.has_max = false;
    EXPECT_EQ(SharedMemory::make(arena, type).error().code, Errc::invalid_argument);
}

TEST_F(threads, import_a_memory_only_where_the_types_agree)
{
    const auto import = [&](uint64_t min, uint64_t max) {
        World world;
        const auto memory = SharedMemory::make(world.arena(), shared_pages(min, max));
        const auto own = world.store().make_memory(*memory.value());
        EXPECT_TRUE(world.store().names().define("env", "memory", own.value()));
        return text_of(runtime::instantiate(world.store(), module_));
    };
    EXPECT_EQ(import(1, 8), "ok");
    EXPECT_EQ(import(2, 7), "ok");
    EXPECT_EQ(import(0, 8), "unlinkable: incompatible import type 0");
    EXPECT_EQ(import(1, 9), "unlinkable: incompatible import type 0");

    World world;
    const auto unshared =
        world.store().make_memory({.limits = {.min = 1, .max = 8, .has_max = true}});
    EXPECT_TRUE(world.store().names().define("env", "memory", unshared.value()));
    EXPECT_EQ(text_of(runtime::instantiate(world.store(), module_)),
              "unlinkable: incompatible import type 0");
}

}  // namespace
}  // namespace wrt::test
