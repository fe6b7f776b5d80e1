// Memory instances without execution: growth, bounds and bulk operations, in both kinds of arena.
#include <wrt/runtime/memory.hpp>

#include <algorithm>

#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::DataInstance;
using runtime::MemoryInstance;

constexpr uint64_t page = limits::page_bytes;

MemoryType bounded(uint64_t min, uint64_t max)
{
    return {.limits = {.min = min, .max = max, .has_max = true}};
}
MemoryType unbounded(uint64_t min)
{
    return {.limits = {.min = min}};
}

/// A buffer for a fixed arena. Static, because tests need half a megabyte of it.
std::span<std::byte> fixed_bytes()
{
    alignas(64) static std::byte bytes[512 * 1024];
    return bytes;
}

TEST(memory, bounds_are_checked_without_wrapping)
{
    static_assert(runtime::in_bounds(0, 0, 0));
    static_assert(runtime::in_bounds(5, 0, 5));
    static_assert(!runtime::in_bounds(6, 0, 5));
    static_assert(runtime::in_bounds(2, 3, 5));
    static_assert(!runtime::in_bounds(2, 4, 5));
    static_assert(!runtime::in_bounds(~uint64_t{0}, 2, 5));
    static_assert(!runtime::in_bounds(2, ~uint64_t{0}, 5));
}

TEST(memory, starts_zeroed_at_its_minimum)
{
    World world;
    MemoryInstance& memory = *world.store().make_memory(bounded(2, 3)).value();
    EXPECT_EQ(memory.size, 2 * page);
    EXPECT_EQ(memory.limit, 3 * page);
    EXPECT_TRUE(std::all_of(memory.base, memory.base + memory.size,
                            [](uint8_t byte) { return byte == 0; }));
}

TEST(memory, grows_in_place_up_to_its_maximum)
{
    World world;
    MemoryInstance& memory = *world.store().make_memory(bounded(1, 3)).value();
    uint8_t* const base = memory.base;
    base[page - 1] = 7;
    EXPECT_EQ(runtime::memory_grow(memory, 2), 1u);
    EXPECT_EQ(memory.size, 3 * page);
    EXPECT_EQ(memory.base, base);
    EXPECT_EQ(base[page - 1], 7);
    EXPECT_EQ(base[3 * page - 1], 0);
    EXPECT_EQ(runtime::memory_grow(memory, 1), runtime::grow_failed);
    EXPECT_EQ(runtime::memory_grow(memory, ~uint64_t{0}), runtime::grow_failed);
    EXPECT_EQ(runtime::memory_grow(memory, 0), 3u);
}

TEST(memory, of_single_bytes_has_exactly_as_many_as_it_says)
{
    World world;
    MemoryType type = bounded(10, 100);
    type.page_shift = 0;
    MemoryInstance& memory = *world.store().make_memory(type).value();
    EXPECT_EQ(memory.size, 10u);
    EXPECT_EQ(runtime::memory_pages(memory), 10u);
    EXPECT_FALSE(runtime::memory_fill(memory, 10, 1, 1));
    EXPECT_EQ(runtime::memory_grow(memory, 90), 10u);
    EXPECT_EQ(memory.size, 100u);
    EXPECT_TRUE(runtime::memory_fill(memory, 99, 1, 1));
    EXPECT_EQ(runtime::memory_grow(memory, 1), runtime::grow_failed);
    EXPECT_EQ(world.store().memory_bytes(), 100u);

    MemoryType open = unbounded(0);
    open.page_shift = 0;
    EXPECT_EQ(world.store().make_memory(open).value()->limit, 0xffffffffu)
        << "memory.size has to fit an i32";
}

TEST(memory, of_single_bytes_takes_no_more_of_a_fixed_arena)
{
    const auto world = World::in(fixed_bytes(), {.limits = {.stack_slots = 256}});
    MemoryType type = bounded(10, 100);
    type.page_shift = 0;
    const size_t before = world->arena().usage(Account::memory).used;
    ASSERT_TRUE(world->store().make_memory(type));
    EXPECT_EQ(world->arena().usage(Account::memory).used, before + 100);
}

TEST(memory, grows_to_what_addresses_reach_and_no_further)
{
    World world;
    MemoryInstance& memory = *world.store().make_memory(unbounded(0)).value();
    EXPECT_EQ(memory.limit, limits::memory_pages * page);
    EXPECT_EQ(runtime::memory_grow(memory, limits::memory_pages + 1), runtime::grow_failed);
    MemoryType wide = unbounded(0);
    wide.limits.is64 = true;
    EXPECT_EQ(world.store().make_memory(wide).value()->limit, limits::memory64_pages * page);
}

TEST(memory, refuses_a_minimum_that_the_store_does_not_grant)
{
    World world{{.limits = {.memory_bytes = 4 * page, .stack_slots = 64}}};
    const auto refused = world.store().make_memory(unbounded(5));
    EXPECT_EQ(text_of(refused), "unsupported: memory too large, at most 4, got 5");
    EXPECT_EQ(world.store().memory_bytes(), 0u);
}

TEST(memory, shares_the_stores_grant_between_memories)
{
    World world{{.limits = {.memory_bytes = 4 * page, .stack_slots = 64}}};
    MemoryInstance& first = *world.store().make_memory(unbounded(1)).value();
    MemoryInstance& second = *world.store().make_memory(unbounded(2)).value();
    EXPECT_EQ(runtime::memory_grow(first, 2), runtime::grow_failed);
    EXPECT_EQ(runtime::memory_grow(first, 1), 1u);
    EXPECT_EQ(runtime::memory_grow(second, 1), runtime::grow_failed);
    EXPECT_EQ(world.store().memory_bytes(), 4 * page);
    EXPECT_EQ(text_of(world.store().make_memory(unbounded(1))),
              "exhaustion: account limit exceeded, for memory");
}

TEST(memory, in_a_fixed_arena_grows_within_what_was_set_aside)
{
    auto world = World::in(fixed_bytes(), {.limits = {.stack_slots = 64}});
    MemoryInstance& memory = *world->store().make_memory(unbounded(1)).value();
    EXPECT_EQ(memory.limit, limits::fixed_memory_bytes);
    EXPECT_EQ(runtime::memory_grow(memory, 1), 1u);
    EXPECT_EQ(runtime::memory_grow(memory, 1), runtime::grow_failed);
    EXPECT_TRUE(std::all_of(memory.base, memory.base + memory.size,
                            [](uint8_t byte) { return byte == 0; }));
}

TEST(memory, in_a_sealed_arena_still_grows)
{
    World world;
    MemoryInstance& memory = *world.store().make_memory(unbounded(1)).value();
    world.arena().seal();
    EXPECT_EQ(runtime::memory_grow(memory, 1), 1u);
    world.arena().unseal();
}

TEST(memory, fill_writes_all_or_nothing)
{
    World world;
    MemoryInstance& memory = *world.store().make_memory(bounded(1, 1)).value();
    EXPECT_TRUE(runtime::memory_fill(memory, page - 2, 9, 2));
    EXPECT_EQ(memory.base[page - 1], 9);
    EXPECT_FALSE(runtime::memory_fill(memory, page - 4, 5, 5));
    EXPECT_EQ(memory.base[page - 4], 0);
    EXPECT_TRUE(runtime::memory_fill(memory, page, 5, 0));
    EXPECT_FALSE(runtime::memory_fill(memory, page + 1, 5, 0));
    EXPECT_FALSE(runtime::memory_fill(memory, ~uint64_t{0}, 5, 1));
}

TEST(memory, copy_moves_overlapping_bytes_in_both_directions)
{
    World world;
    MemoryInstance& memory = *world.store().make_memory(bounded(1, 1)).value();
    for (uint8_t i = 0; i < 8; ++i)
        memory.base[i] = i;
    EXPECT_TRUE(runtime::memory_copy(memory, 2, memory, 0, 6));
    EXPECT_EQ(memory.base[7], 5);
    EXPECT_EQ(memory.base[2], 0);
    EXPECT_TRUE(runtime::memory_copy(memory, 0, memory, 2, 6));
    EXPECT_EQ(memory.base[0], 0);
    EXPECT_EQ(memory.base[5], 5);
    EXPECT_FALSE(runtime::memory_copy(memory, page - 1, memory, 0, 2));
    EXPECT_FALSE(runtime::memory_copy(memory, 0, memory, page - 1, 2));
    EXPECT_TRUE(runtime::memory_copy(memory, page, memory, page, 0));
}

TEST(memory, copy_reaches_another_memory)
{
    World world;
    MemoryInstance& from = *world.store().make_memory(bounded(1, 1)).value();
    MemoryInstance& to = *world.store().make_memory(bounded(2, 2)).value();
    from.base[3] = 42;
    EXPECT_TRUE(runtime::memory_copy(to, page + 3, from, 3, 1));
    EXPECT_EQ(to.base[page + 3], 42);
    EXPECT_FALSE(runtime::memory_copy(to, 0, from, page, 1));
}

TEST(memory, init_takes_from_a_segment_until_it_is_dropped)
{
    World world;
    MemoryInstance& memory = *world.store().make_memory(bounded(1, 1)).value();
    const uint8_t bytes[] = {1, 2, 3, 4};
    DataInstance data{bytes, sizeof bytes};
    EXPECT_TRUE(runtime::memory_init(memory, 10, data, 1, 3));
    EXPECT_EQ(memory.base[12], 4);
    EXPECT_FALSE(runtime::memory_init(memory, 10, data, 2, 3));
    EXPECT_FALSE(runtime::memory_init(memory, page, data, 0, 1));
    runtime::data_drop(data);
    EXPECT_TRUE(runtime::memory_init(memory, 10, data, 0, 0));
    EXPECT_FALSE(runtime::memory_init(memory, 10, data, 0, 1));
    EXPECT_FALSE(runtime::memory_init(memory, 10, data, 1, 0));
}

}  // namespace
}  // namespace wrt::test
