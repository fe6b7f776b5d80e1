// ArenaResource under the standard's containers, the probing helpers, and
// for_each_allocation_failure itself.
#include <wrt/foundation/arena_resource.hpp>

#include <cstdlib>
#include <map>
#include <memory_resource>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <wrt/foundation/static_vector.hpp>

#include "support/allocation_failure.hpp"
#include "support/malloc_counter.hpp"

namespace wrt {
namespace {

TEST(heap_watch, counts_every_way_to_ask)
{
    const test::HeapWatch watch;
    std::string* volatile text = new std::string(1000, 'a');  // volatile: not to be optimised away
    EXPECT_EQ(watch.allocations(), 2U);
    delete static_cast<std::string*>(text);
    void* volatile block = std::malloc(10);
    block = std::realloc(block, 1000);
    std::free(block);
    EXPECT_GE(watch.allocations(), 4U);
}

TEST(arena_resource, serves_ordinary_containers_without_the_heap)  // S-02
{
    StaticArena<> arena;
    ArenaResource resource{*arena, End::retained, Account::data};
    const test::HeapWatch watch;
    {
        std::pmr::vector<std::pmr::string> texts{&resource};
        for (int i = 0; i < 100; ++i)
            texts.emplace_back(static_cast<size_t>(40 + i), 'a');
        std::pmr::map<int, std::pmr::string> map{&resource};
        for (int i = 0; i < 100; ++i)
            map.emplace(i, "a text that does not fit the string itself");
        EXPECT_EQ(map.at(99).size(), 42U);
        EXPECT_EQ(texts[99].size(), 139U);
        EXPECT_TRUE(arena->contains(texts.data()));
    }
    EXPECT_EQ(watch.allocations(), 0U);
    EXPECT_GT(arena->usage(Account::data).used, 0U);
}

TEST(arena_resource, gives_back_the_newest_block)  // S-04
{
    StaticArena<4096> arena;
    ArenaResource resource{*arena, End::retained, Account::data};
    for (int i = 0; i < 100; ++i) {
        std::pmr::vector<uint64_t> items{&resource};
        ASSERT_TRUE(try_reserve(items, 100));
    }
    EXPECT_EQ(arena->used(), 0U);
    EXPECT_EQ(arena->peak(), 800U);
}

TEST(arena_resource, throws_only_when_nobody_probed)
{
    StaticArena<256> arena;
    ArenaResource resource{*arena, End::scratch, Account::names};
    std::pmr::vector<uint64_t> items{&resource};
    try {
        items.reserve(33);
        FAIL() << "33 words do not fit 256 bytes";
    } catch (const ArenaExhausted& exhausted) {
        EXPECT_EQ(describe(exhausted.error()),
                  "exhaustion: arena exhausted, asked 264 bytes for names, 256 left");
    }
    EXPECT_EQ(arena->backstop_hits(), 1U);
    EXPECT_EQ(try_reserve(items, 33).error().code, Errc::arena_exhausted);
    EXPECT_EQ(try_reserve(items, SIZE_MAX).error().code, Errc::arena_exhausted);
    EXPECT_EQ(arena->backstop_hits(), 1U);
    EXPECT_TRUE(try_reserve(items, 32));
}

TEST(arena_resource, a_thousand_refusals_cost_no_allocation)
{
    StaticArena<256> arena;
    ArenaResource resource{*arena, End::retained, Account::data};
    std::pmr::vector<uint64_t> items{&resource};
    const test::HeapWatch watch;
    for (int i = 0; i < 1000; ++i)
        EXPECT_FALSE(try_reserve(items, 1000));
    EXPECT_EQ(watch.allocations(), 0U);
}

TEST(arena_resource, is_equal_to_another_of_the_same_end)
{
    StaticArena<256> arena;
    const ArenaResource one{*arena, End::retained, Account::data};
    const ArenaResource same{*arena, End::retained, Account::data};
    const ArenaResource other{*arena, End::scratch, Account::data};
    EXPECT_TRUE(one.is_equal(same));
    EXPECT_FALSE(one.is_equal(other));
    EXPECT_FALSE(one.is_equal(*std::pmr::new_delete_resource()));
}

/// A small load: two exact arrays, a growing vector in scratch, kept on success.
Status load(Arena& arena)
{
    auto scope = arena.enter(LibraryId::decoder, "load", unlimited, End::retained);
    if (!scope) return scope.error();
    WRT_TRY(const auto types, arena.make_array<uint64_t>(End::retained, Account::types, 10));
    types[0] = 1;
    ArenaResource resource{arena, End::scratch, Account::scratch};
    std::pmr::vector<uint32_t> work{&resource};
    for (uint32_t i = 0; i < 40; ++i)
        WRT_CHECK(try_push(work, i));
    WRT_TRY(auto code,
            static_vector<uint32_t>::make(arena, End::retained, Account::code, work.size()));
    for (const uint32_t word : work)
        code.push_back_unchecked(word);
    scope->commit();
    return ok();
}

TEST(allocation_failure, a_transactional_operation_passes_at_every_point)
{
    for (const auto mode : {Arena::Fail::once, Arena::Fail::from_then_on}) {
        StaticArena<16'384> arena;
        ASSERT_TRUE(arena->copy_text(End::retained, Account::names, "was here before"));
        const auto sweep = test::for_each_allocation_failure(*arena, &load, mode);
        EXPECT_EQ(sweep.points, 8U);  // scope, types, 5 growths of the vector, code
        EXPECT_EQ(sweep.tolerated, 0U);
        EXPECT_EQ(arena->backstop_hits(), 0U);
    }
}

TEST(allocation_failure, every_arena_size_loads_or_refuses_and_larger_ones_load_too)
{
    alignas(64) static std::byte storage[4096];
    bool loaded = false;
    for (size_t size = 0; size <= 4096; size += 16) {
        Arena arena{Backing::over(std::span(storage).first(size))};
        const auto before = test::state_of(arena);
        const Status status = load(arena);
        if (!status) {
            EXPECT_FALSE(loaded) << "loads in less than " << size;
            EXPECT_EQ(test::state_of(arena), before);
        }
        loaded = status.has_value();
    }
    EXPECT_TRUE(loaded);
}

TEST(allocation_failure, fails_once_or_from_then_on)
{
    StaticArena<1024> arena;
    arena->fail_at(2);
    EXPECT_TRUE(arena->try_allocate(End::retained, 1, 1));
    EXPECT_FALSE(arena->injected());
    EXPECT_TRUE(arena->can_allocate(End::retained, 0, 1));
    EXPECT_EQ(arena->try_allocate(End::retained, 1, 1).error.code, Errc::arena_exhausted);
    EXPECT_TRUE(arena->injected());
    EXPECT_TRUE(arena->try_allocate(End::retained, 1, 1));
    arena->fail_at(1, Arena::Fail::from_then_on);
    for (int i = 0; i < 3; ++i)
        EXPECT_FALSE(arena->try_allocate(End::retained, 1, 1));
    arena->fail_at(0);
    EXPECT_TRUE(arena->try_allocate(End::retained, 1, 1));
}

}  // namespace
}  // namespace wrt
