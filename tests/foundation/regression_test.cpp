// One test for each defect of the allocator this one descends from (P-01 to P-20), written to fail
// on its behaviour.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory_resource>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/arena_resource.hpp>
#include <wrt/foundation/linear_region.hpp>
#include <wrt/foundation/memory_factory.hpp>
#include <wrt/foundation/region_pool.hpp>
#include <wrt/foundation/shared_bump.hpp>
#include <wrt/foundation/static_vector.hpp>

#include "support/allocation_failure.hpp"

namespace wrt {
namespace {

uintptr_t address(const void* pointer)
{
    return reinterpret_cast<uintptr_t>(pointer);
}

TEST(regression_p01, two_libraries_never_get_the_same_bytes)
{
    StaticArena<> arena;
    auto runtime = MemoryFactory::enter_scope(*arena, LibraryId::runtime, 4096);
    const auto first = arena->try_allocate(End::retained, 64, 8);
    auto decoder = MemoryFactory::enter_scope(*arena, LibraryId::decoder, 2048);
    const auto second = arena->try_allocate(End::retained, 64, 8);
    ASSERT_TRUE(runtime && first && decoder && second);
    EXPECT_GE(address(second.pointer), address(first.pointer) + 64);
}

TEST(regression_p01, the_static_buffer_has_one_holder)
{
    auto first = Backing::static_heap();
    ASSERT_TRUE(first);
    EXPECT_EQ(Backing::static_heap().error().code, Errc::in_use);
    *first = Backing{};
    EXPECT_TRUE(Backing::static_heap());
}

TEST(regression_p02, each_library_finds_its_own_row)
{
    static_assert(library_count == 16);
    constexpr std::array<size_t, 16> expected = {
        1_MiB,   1_MiB,   4_MiB,   2_MiB,   2_MiB,   512_KiB, 1_MiB,   512_KiB,
        512_KiB, 512_KiB, 256_KiB, 256_KiB, 256_KiB, 128_KiB, 256_KiB, 256_KiB};
    constexpr std::array<std::string_view, 16> names = {
        "foundation", "decoder",      "runtime",       "component",        "host", "debug",
        "platform",   "instructions", "format",        "intercept",        "sync", "math",
        "logging",    "panic",        "test_registry", "verification_tool"};
    for (size_t i = 0; i < library_count; ++i) {
        EXPECT_EQ(budget_of(seed_budgets, static_cast<LibraryId>(i)), expected[i]) << names[i];
        EXPECT_EQ(name_of(static_cast<LibraryId>(i)), names[i]);
    }
}

TEST(regression_p03, one_threads_scope_exit_never_reissues_anothers_blocks)
{
    alignas(64) static std::byte storage[256 * 1024];
    RegionPool pool{Backing::over(storage)};
    std::vector<std::thread> threads;
    std::atomic<int> overwritten{0};
    for (uint32_t id = 1; id <= 4; ++id) {
        threads.emplace_back([&, id] {
            auto region = pool.lease(32 * 1024);
            if (!region) return;
            Arena arena{region->backing()};
            const auto kept = arena.make_array<uint32_t>(End::retained, Account::data, 1000);
            for (uint32_t& word : *kept)
                word = id;
            for (int round = 0; round < 200; ++round) {
                auto scope = arena.enter(LibraryId::runtime, "round", 8192, End::retained);
                const auto block = arena.make_array<uint32_t>(End::retained, Account::data, 500);
                for (uint32_t& word : *block)
                    word = ~id;
            }
            for (const uint32_t word : *kept)
                overwritten += word != id ? 1 : 0;
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(overwritten, 0);
}

TEST(regression_p03, a_shared_area_is_emptied_only_by_who_is_alone_with_it)
{
    alignas(64) std::byte storage[1024];
    SharedBump area{Backing::over(storage)};
    auto mine = area.lease();
    ASSERT_TRUE(mine);
    {
        auto theirs = area.lease();
        ASSERT_TRUE(theirs && theirs->try_allocate(100, 8));
        EXPECT_EQ(mine->make_exclusive().error().code, Errc::in_use);
    }
    auto alone = mine->make_exclusive();
    ASSERT_TRUE(alone);
    EXPECT_EQ(area.lease().error().code, Errc::in_use);
    alone->reset();
    EXPECT_EQ(area.used(), 0U);
}

TEST(regression_p04, leaving_the_outer_scope_first_is_refused_and_changes_nothing)
{
    StaticArena<> arena;
    auto outer = MemoryFactory::enter_scope(*arena, LibraryId::runtime, 4096);
    ASSERT_TRUE(outer && arena->try_allocate(End::retained, 100, 1));
    auto inner = MemoryFactory::enter_scope(*arena, LibraryId::decoder, 2048);
    ASSERT_TRUE(inner && arena->try_allocate(End::retained, 50, 1));
    const auto before = test::state_of(*arena);
    EXPECT_EQ(outer->exit().error().code, Errc::scope_not_top);
    EXPECT_EQ(test::state_of(*arena), before);
    EXPECT_TRUE(outer->active());
    EXPECT_TRUE(inner->exit());
    EXPECT_EQ(arena->used(), 100U);
    EXPECT_TRUE(outer->exit());
    EXPECT_EQ(arena->used(), 0U);
}

TEST(regression_p05, an_inner_scope_cannot_take_what_the_outer_may_not)
{
    StaticArena<> arena;
    auto outer = MemoryFactory::enter_scope(*arena, LibraryId::runtime, 1024);
    auto inner = MemoryFactory::enter_scope(*arena, LibraryId::decoder, 65'536);
    ASSERT_TRUE(outer && inner);
    const auto refused = arena->try_allocate(End::retained, 60'000, 1);
    EXPECT_EQ(refused.error.code, Errc::budget_exceeded);
    EXPECT_EQ(arena->last_refusal().library, LibraryId::runtime);
    EXPECT_TRUE(arena->try_allocate(End::retained, 1024, 1));
    EXPECT_EQ(outer->info().allocated, 1024U);
}

TEST(regression_p06, a_refused_allocation_is_not_charged)
{
    alignas(64) std::byte storage[512];
    Arena arena{Backing::over(storage)};
    auto scope = arena.enter(LibraryId::runtime, "budget", 1024, End::retained);
    ASSERT_TRUE(scope);
    EXPECT_EQ(arena.try_allocate(End::retained, 600, 1, Account::data).error.code,
              Errc::arena_exhausted);
    EXPECT_EQ(scope->info().allocated, 0U);
    EXPECT_EQ(arena.usage(Account::data).used, 0U);
    EXPECT_TRUE(arena.try_allocate(End::retained, 450, 1, Account::data));
}

TEST(regression_p07, padding_is_charged)
{
    StaticArena<> arena;
    auto scope = arena->enter(LibraryId::runtime, "aligned", 64, End::retained);
    ASSERT_TRUE(scope);
    size_t blocks = 0;
    while (blocks < 100 && arena->try_allocate(End::retained, 1, 32))
        ++blocks;
    EXPECT_EQ(blocks, 2U);  // at 0 and 32
    EXPECT_LE(arena->used(), 64U);
}

TEST(regression_p08, a_misaligned_buffer_still_gives_aligned_blocks)
{
    alignas(64) static std::byte storage[16'384];
    for (size_t shift = 1; shift < 64; shift += 7) {
        Arena arena{Backing::over(std::span(storage).subspan(shift))};
        for (size_t align = 1; align <= 4096; align *= 2) {
            const auto block = arena.try_allocate(End::retained, 1, align);
            ASSERT_TRUE(block) << align;
            EXPECT_EQ(address(block.pointer) % align, 0U);
            EXPECT_GE(address(block.pointer), address(storage) + shift);
        }
    }
}

TEST(regression_p09, nobody_is_told_that_there_is_more_than_there_is)
{
    StaticArena<> arena{{.budgets = &seed_budgets}};
    auto scope = MemoryFactory::enter_scope(*arena, LibraryId::decoder, 1_MiB);
    ASSERT_TRUE(scope);
    EXPECT_EQ(arena->available(), 262'144U);
    // A budget caps; only a reserve promises, and promises are checked when they are made.
    EXPECT_TRUE(arena->set_reserve(Account::stack, 200'000));
    EXPECT_EQ(arena->set_reserve(Account::gc, 100'000).error().code, Errc::arena_exhausted);
}

TEST(regression_p10, freeing_an_older_block_does_not_move_the_frontier)
{
    StaticArena<> arena;
    const auto first = arena->try_allocate(End::retained, 64, 8);
    const auto second = arena->try_allocate(End::retained, 64, 8);
    EXPECT_FALSE(arena->give_back(End::retained, first.pointer, 64));
    EXPECT_FALSE(arena->give_back(End::retained, second.pointer, 32));  // not its size
    const auto third = arena->try_allocate(End::retained, 64, 8);
    EXPECT_GE(address(third.pointer), address(second.pointer) + 64);
}

TEST(regression_p11, what_was_decoded_outlives_the_decoders_scope)
{
    StaticArena<> arena;
    auto runtime = MemoryFactory::enter_module_scope(*arena, LibraryId::runtime);
    ASSERT_TRUE(runtime);
    std::string_view name;
    {
        auto decoder =
            MemoryFactory::enter_scope(*arena, LibraryId::decoder, 8192, "decode", End::scratch);
        ASSERT_TRUE(decoder && arena->try_allocate(End::scratch, 4096, 8));
        name = *arena->copy_text(End::retained, Account::names, "exported");
    }
    // Whatever comes next lies elsewhere.
    const auto next = arena->make_array<char>(End::retained, Account::data, 4096);
    ASSERT_TRUE(next);
    std::fill(next->begin(), next->end(), 'x');
    EXPECT_EQ(name, "exported");
}

TEST(regression_p12, the_module_scope_says_how_many_bytes_it_would_take)
{
    StaticArena<> arena;
    {
        auto scope = MemoryFactory::enter_module_scope(*arena, LibraryId::decoder);
        ASSERT_TRUE(scope);
        const auto refused = arena->try_allocate(End::retained, 152'000, 8, Account::code);
        EXPECT_EQ(describe(refused.error),
                  "exhaustion: scope budget exceeded, asked 152000 bytes for code, 65536 left");
    }
    auto measured =
        MemoryFactory::enter_module_scope(*arena, LibraryId::decoder, "load_module", 152'000);
    ASSERT_TRUE(measured);
    EXPECT_TRUE(arena->try_allocate(End::retained, 152'000, 8, Account::code));
}

TEST(regression_p13, a_growing_sequence_on_top_wastes_nothing)
{
    StaticArena<> arena;
    auto block = arena->try_allocate(End::retained, 16, 8, Account::code);
    ASSERT_TRUE(block);
    size_t size = 16;
    while (size < 16'384) {
        ASSERT_TRUE(arena->try_extend(End::retained, block.pointer, size, size * 2, Account::code));
        size *= 2;
    }
    EXPECT_EQ(arena->used(), 16'384U);
    EXPECT_TRUE(arena->give_back(End::retained, block.pointer, size, Account::code));
    EXPECT_EQ(arena->used(), 0U);
}

TEST(regression_p14, exhaustion_is_a_value)
{
    StaticArena<1024> arena;
    ArenaResource resource{*arena, End::retained, Account::data};
    std::pmr::vector<uint64_t> items{&resource};
    Status status = ok();
    while (status)
        status = try_push(items, 7U);
    EXPECT_EQ(status.error().code, Errc::arena_exhausted);
    EXPECT_EQ(arena->backstop_hits(), 0U);
    EXPECT_FALSE(arena->make_array<uint64_t>(End::retained, Account::data, 1000));
    EXPECT_FALSE((static_vector<uint64_t>::make(*arena, End::retained, Account::data, 1000)));
}

TEST(regression_p15, allocating_takes_no_lock)
{
    alignas(64) static std::byte storage[64 * 1024];
    RegionPool pool{Backing::over(storage)};
    auto region = pool.lease(60 * 1024);
    ASSERT_TRUE(region);
    {
        Arena arena{region->backing()};
        const uint64_t before = pool.locks();
        for (int i = 0; i < 1000; ++i) {
            auto scope = arena.enter(LibraryId::runtime, "scope", 1024, End::retained);
            ASSERT_TRUE(scope && arena.try_allocate(End::retained, 16, 8));
        }
        EXPECT_EQ(pool.locks(), before);
    }
}

TEST(regression_p16, the_checkpoint_is_the_frontier_at_entry)
{
    StaticArena<> arena;
    for (size_t i = 1; i < 10; ++i) {
        ASSERT_TRUE(arena->try_allocate(End::retained, i * 10, 1));
        auto scope = arena->enter(LibraryId::runtime, "checkpoint", 1024, End::retained);
        ASSERT_TRUE(scope);
        EXPECT_EQ(scope->info().checkpoint, arena->used());
    }
}

TEST(regression_p17, containers_use_the_arena_and_nothing_else)
{
    StaticArena<> arena;
    ArenaResource resource{*arena, End::retained, Account::data};
    std::pmr::vector<uint32_t> items{&resource};
    ASSERT_TRUE(try_reserve(items, 100));
    EXPECT_TRUE(arena->contains(items.data()));
    // The default resource is the null one in every test of ours: forgetting to say which does not
    // go unnoticed.
    std::pmr::vector<uint32_t> forgotten;
    EXPECT_THROW(forgotten.push_back(1), std::bad_alloc);
    EXPECT_EQ(try_reserve(forgotten, 1).error().code, Errc::invalid_argument);
}

TEST(regression_p18, linear_memory_is_charged_before_it_is_touched)
{
    auto backing = Backing::reserve(1_GiB);
    ASSERT_TRUE(backing);
    Arena arena{std::move(*backing)};
    ASSERT_TRUE(arena.set_limit(Account::memory, 256 * 1024));
    LinearRegion small;
    ASSERT_TRUE(small.reserve(arena, 65'536, 4_GiB));
    EXPECT_EQ(arena.usage(Account::memory).external, 65'536U);
    EXPECT_FALSE(small.grow(uint64_t{5} << 30));
    EXPECT_FALSE(small.grow(4_GiB));
    EXPECT_EQ(small.size(), 65'536U);
    LinearRegion large;
    EXPECT_EQ(large.reserve(arena, 4_GiB, 4_GiB).error().code, Errc::account_limit_exceeded);
    EXPECT_EQ(arena.external(), 65'536U);
}

TEST(regression_p19, budgets_have_one_source)
{
    EXPECT_EQ(find_preset("seed")->arena_bytes, limits::total_heap_bytes);
    EXPECT_EQ(find_preset("seed")->module_scope_bytes, limits::module_scope_bytes);
    EXPECT_EQ(find_preset("seed")->budgets, &seed_budgets);
    EXPECT_EQ(find_preset("tiny")->budgets, &tiny_budgets);
    EXPECT_TRUE(find_preset("desktop")->reserved);
    EXPECT_EQ(find_preset("none such"), nullptr);
    for (const Preset* preset : presets)
        EXPECT_TRUE(in_order(*preset->budgets)) << preset->name;
}

TEST(regression_p20, modules_unload_in_any_order)
{
    alignas(64) static std::byte storage[64 * 1024];
    constexpr size_t sizes[] = {100, 9000, 64, 3000, 777, 20'000};
    std::array<size_t, 6> order = {0, 1, 2, 3, 4, 5};
    RegionPool pool{Backing::over(storage)};
    std::array<const void*, 6> places{};
    do {
        std::array<Region, 6> modules;
        for (size_t i = 0; i < modules.size(); ++i) {
            auto region = pool.lease(sizes[i]);
            ASSERT_TRUE(region);
            modules[i] = std::move(*region);
            if (places[i] == nullptr) places[i] = modules[i].bytes().data();
            EXPECT_EQ(modules[i].bytes().data(), places[i]);  // as the first time
        }
        for (const size_t i : order)
            modules[i] = Region{};
        EXPECT_EQ(pool.used(), 0U);
    } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace wrt
