// Backings, and what lives on reserved address space: committing arenas and linear memories.
#include <wrt/foundation/backing.hpp>

#include <cstring>

#include <gtest/gtest.h>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/linear_region.hpp>

#include "support/allocation_failure.hpp"

namespace wrt {
namespace {

constexpr size_t granule = Backing::commit_granule;

TEST(backing, over_nothing_is_an_arena_without_bytes)
{
    Arena arena{Backing::over({})};
    EXPECT_EQ(arena.capacity(), 0U);
    EXPECT_EQ(arena.try_allocate(End::retained, 1, 1).error.code, Errc::arena_exhausted);
    std::byte few[8];
    Arena tiny{Backing::over(few)};
    EXPECT_LE(tiny.capacity(), 8U);
}

TEST(backing, reserving_nothing_or_everything_is_refused)
{
    EXPECT_EQ(Backing::reserve(0).error().code, Errc::invalid_argument);
    EXPECT_EQ(Backing::reserve(SIZE_MAX).error().code, Errc::invalid_argument);
    EXPECT_EQ(Backing::reserve(SIZE_MAX / 2).error().code, Errc::reserve_failed);
}

TEST(backing, moves_with_what_it_owns)
{
    auto first = Backing::reserve(granule);
    ASSERT_TRUE(first);
    Backing second = std::move(*first);
    EXPECT_EQ(first->kind(), Backing::Kind::none);
    EXPECT_TRUE(second.commit(0, granule));
    std::memset(second.base(), 1, granule);
    second = Backing{};
    EXPECT_EQ(second.capacity(), 0U);
}

TEST(reserved_arena, commits_what_it_needs_from_both_ends)
{
    auto backing = Backing::reserve(size_t{1} << 32);
    ASSERT_TRUE(backing);
    Arena arena{std::move(*backing)};
    EXPECT_EQ(arena.capacity(), size_t{1} << 32);
    EXPECT_EQ(arena.committed(), 0U);
    const auto low = arena.make_array<uint8_t>(End::retained, Account::data, 10);
    ASSERT_TRUE(low);
    EXPECT_EQ(arena.committed(), granule);
    const auto high = arena.make_array<uint8_t>(End::scratch, Account::scratch, granule + 1);
    ASSERT_TRUE(high);
    EXPECT_EQ(arena.committed(), 3 * granule);
    std::memset(high->data(), 0xff, high->size());
}

TEST(reserved_arena, commits_more_at_a_time_where_it_is_large)
{
    auto backing = Backing::reserve(size_t{1} << 32);
    ASSERT_TRUE(backing);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(backing->base()) % Backing::huge_granule, 0U);
    Arena arena{std::move(*backing)};
    ASSERT_TRUE(arena.make_array<uint8_t>(End::retained, Account::data, Backing::huge_from));
    EXPECT_EQ(arena.committed(), Backing::huge_from);
    const auto more = arena.make_array<uint8_t>(End::retained, Account::data, 1);
    ASSERT_TRUE(more);
    EXPECT_EQ(arena.committed(), Backing::huge_from + Backing::huge_granule);
    EXPECT_EQ((*more)[0], 0U);
    ASSERT_TRUE(arena.make_array<uint8_t>(End::scratch, Account::data, 1));
    EXPECT_EQ(arena.committed(), Backing::huge_from + Backing::huge_granule + granule);
}

TEST(reserved_arena, lends_what_lies_behind_its_newest_block)
{
    auto backing = Backing::reserve(64 * granule);
    ASSERT_TRUE(backing);
    Arena arena{std::move(*backing)};
    const auto block = arena.make_array<uint8_t>(End::retained, Account::code, 64);
    ASSERT_TRUE(block);
    uint8_t* const end = block->data() + block->size();
    EXPECT_FALSE(arena.lend(end, 64 * granule));
    EXPECT_FALSE(arena.lend(end - 1, 1));
    const size_t used = arena.used();
    ASSERT_TRUE(arena.lend(end, 3 * granule));
    end[0] = 1;
    end[3 * granule - 1] = 2;
    arena.take_back(end, 3 * granule);
    EXPECT_EQ(arena.used(), used);
    ASSERT_TRUE(arena.try_extend(End::retained, block->data(), 64, 128, Account::code));
    EXPECT_EQ(end[0], 1);
    arena.seal();
    EXPECT_FALSE(arena.lend(end + 64, 1));
}

TEST(reserved_arena, trims_what_a_scope_left_behind)
{
    auto backing = Backing::reserve(64 * granule);
    ASSERT_TRUE(backing);
    Arena arena{std::move(*backing)};
    ASSERT_TRUE(arena.make_array<uint8_t>(End::retained, Account::data, 100));
    {
        auto scope = arena.enter(LibraryId::decoder, "decode", unlimited, End::retained);
        ASSERT_TRUE(scope);
        ASSERT_TRUE(arena.make_array<uint8_t>(End::retained, Account::data, 10 * granule));
        ASSERT_TRUE(arena.make_array<uint8_t>(End::scratch, Account::data, 10 * granule));
    }
    EXPECT_EQ(arena.committed(), 21 * granule);
    arena.trim();
    EXPECT_EQ(arena.committed(), granule);
    const auto again = arena.make_array<uint8_t>(End::scratch, Account::data, 3 * granule);
    ASSERT_TRUE(again);
    EXPECT_EQ(arena.committed(), 4 * granule);
    const auto more = arena.make_array<uint8_t>(End::retained, Account::data, 3 * granule);
    ASSERT_TRUE(more);
}

TEST(reserved_arena, can_be_filled_to_the_last_byte_where_the_ends_meet)
{
    for (const size_t low :
         {size_t{1}, granule - 1, granule, granule + 1, 3 * granule, 5 * granule - 1}) {
        auto backing = Backing::reserve(5 * granule);
        ASSERT_TRUE(backing);
        Arena arena{std::move(*backing)};
        const size_t high = arena.capacity() - low;
        const auto first = arena.make_array<uint8_t>(End::retained, Account::data, low);
        const auto second = arena.make_array<uint8_t>(End::scratch, Account::data, high);
        ASSERT_TRUE(first && second) << low;
        EXPECT_EQ(arena.committed(), arena.capacity());
        EXPECT_FALSE(arena.try_allocate(End::retained, 1, 1));
        EXPECT_TRUE(arena.reset());
        arena.trim();
        EXPECT_EQ(arena.committed(), 0U);
        EXPECT_TRUE(arena.make_array<uint8_t>(End::scratch, Account::data, arena.capacity()));
    }
}

TEST(linear_region, in_a_fixed_arena_lies_inside_it)
{
    StaticArena<> arena;
    LinearRegion region;
    ASSERT_TRUE(region.reserve(*arena, 65'536, 4_GiB));
    EXPECT_EQ(region.size(), 65'536U);
    EXPECT_EQ(region.capacity(), limits::fixed_memory_bytes);
    EXPECT_TRUE(arena->contains(region.base()));
    EXPECT_EQ(arena->usage(Account::memory).used, limits::fixed_memory_bytes);
    EXPECT_TRUE(region.grow(131'072));
    EXPECT_FALSE(region.grow(131'073));
    EXPECT_FALSE(region.grow(65'536));
    EXPECT_EQ(region.size(), 131'072U);
}

TEST(linear_region, reserves_no_more_than_the_memory_may_have)
{
    StaticArena<> arena;
    LinearRegion region;
    ASSERT_TRUE(region.reserve(*arena, 10, 100));
    EXPECT_EQ(region.capacity(), 100U);
    EXPECT_EQ(arena->usage(Account::memory).used, 100U);
    LinearRegion empty;
    ASSERT_TRUE(empty.reserve(*arena, 0, 0));
    EXPECT_EQ(empty.size(), 0U);
    EXPECT_NE(empty.base(), nullptr);
    EXPECT_TRUE(empty.grow(0));
    EXPECT_FALSE(empty.grow(1));
}

TEST(linear_region, of_reused_bytes_reads_as_zero)
{
    StaticArena<> arena;
    for (int round = 0; round < 2; ++round) {
        auto scope = arena->enter(LibraryId::runtime, "instance", unlimited, End::retained);
        ASSERT_TRUE(scope);
        LinearRegion region;
        ASSERT_TRUE(region.reserve(*arena, 1000, 2000));
        ASSERT_TRUE(region.grow(2000));
        for (size_t i = 0; i < 2000; ++i)
            ASSERT_EQ(region.base()[i], 0) << i;
        std::memset(region.base(), 0xee, 2000);
    }
}

TEST(linear_region, a_minimum_beyond_the_cap_is_refused)
{
    StaticArena<> arena{{.linear_memory_cap = 131'072}};
    LinearRegion region;
    const Status refused = region.reserve(*arena, 196'608, 4_GiB);
    ASSERT_FALSE(refused);
    EXPECT_EQ(describe(refused.error()),
              "unsupported: memory too large, at most 131072 bytes, got 196608");
    EXPECT_EQ(region.base(), nullptr);
    EXPECT_EQ(arena->used(), 0U);
}

TEST(linear_region, has_its_minimum_in_a_fixed_arena_where_nobody_set_a_cap)
{
    StaticArena<> arena;
    LinearRegion region;
    ASSERT_TRUE(region.reserve(*arena, 196'608, 4_GiB));
    EXPECT_EQ(region.capacity(), 196'608U);
    EXPECT_FALSE(region.grow(196'609));
}

TEST(backing, of_the_callers_bytes_is_as_large_wherever_they_begin)
{
    alignas(64) static std::byte bytes[1024];
    EXPECT_EQ(Backing::over(std::span{bytes}.first(1023)).capacity(), 960U);
    EXPECT_EQ(Backing::over(std::span{bytes}.subspan(1, 1022)).capacity(), 896U);
    EXPECT_EQ(Backing::over(std::span{bytes}).capacity(), 1024U);
}

TEST(backing, rehearses_an_arena_of_that_many_bytes)
{
    Arena arena{Backing::rehearse(size_t{1} << 36).value()};
    EXPECT_FALSE(arena.is_reserved());
    EXPECT_EQ(arena.capacity(), size_t{1} << 36);
    LinearRegion region;  // of which nothing is written
    ASSERT_TRUE(region.reserve(arena, 4_GiB, 4_GiB));
    EXPECT_EQ(arena.used(), 4_GiB);
    EXPECT_TRUE(arena.contains(region.base()));
    EXPECT_EQ(Arena{Backing::rehearse(1000).value()}.capacity(), 960U);
}

TEST(linear_region, in_a_reserved_arena_grows_without_moving)
{
    auto backing = Backing::reserve(granule);
    ASSERT_TRUE(backing);
    Arena arena{std::move(*backing)};
    auto scope = arena.enter(LibraryId::runtime, "instance", unlimited, End::retained);
    ASSERT_TRUE(scope);
    LinearRegion region;
    ASSERT_TRUE(region.reserve(arena, 65'536, 4_GiB));
    uint8_t* const base = region.base();
    EXPECT_FALSE(arena.contains(base));
    EXPECT_EQ(region.capacity(), 4_GiB);
    base[65'535] = 1;
    ASSERT_TRUE(region.grow(3 * 65'536));
    EXPECT_EQ(region.base(), base);
    EXPECT_EQ(base[65'535], 1);
    EXPECT_EQ(base[3 * 65'536 - 1], 0);
    EXPECT_EQ(arena.external(), 3U * 65'536);
    EXPECT_EQ(arena.usage(Account::memory).peak, 3U * 65'536 + arena.usage(Account::memory).used);
    EXPECT_TRUE(scope->exit());
    EXPECT_EQ(arena.external(), 0U);
    EXPECT_EQ(arena.used(), 0U);
}

TEST(linear_region, four_gibibytes_cost_nothing_until_they_are_touched)
{
    auto backing = Backing::reserve(granule);
    ASSERT_TRUE(backing);
    Arena arena{std::move(*backing)};
    LinearRegion region;
    ASSERT_TRUE(region.reserve(arena, 4_GiB, 4_GiB));
    region.base()[0] = 1;
    region.base()[4_GiB - 1] = 1;
    EXPECT_EQ(region.size(), 4_GiB);
}

TEST(linear_region, grows_in_a_sealed_arena)
{
    auto backing = Backing::reserve(granule);
    ASSERT_TRUE(backing);
    Arena arena{std::move(*backing)};
    LinearRegion region;
    ASSERT_TRUE(region.reserve(arena, 0, 1_GiB));
    arena.seal();
    EXPECT_TRUE(region.grow(65'536));
    LinearRegion other;
    EXPECT_EQ(other.reserve(arena, 0, 1_GiB).error().code, Errc::sealed);
    arena.unseal();
}

TEST(linear_region, holds_pages_of_any_size)
{
    auto backing = Backing::reserve(granule);
    ASSERT_TRUE(backing);
    Arena arena{std::move(*backing)};
    LinearRegion region;
    ASSERT_TRUE(region.reserve(arena, 1, 100'000));
    for (uint64_t size = 1; size <= 100'000; size += 997) {
        ASSERT_TRUE(region.grow(size));
        region.base()[size - 1] = 0xff;
    }
    EXPECT_FALSE(region.grow(100'001));
}

TEST(linear_region, fails_cleanly_at_every_allocation)
{
    auto backing = Backing::reserve(granule);
    ASSERT_TRUE(backing);
    Arena arena{std::move(*backing)};
    const auto sweep = test::for_each_allocation_failure(arena, [](Arena& within) -> Status {
        auto scope = within.enter(LibraryId::runtime, "instantiate", unlimited, End::retained);
        if (!scope) return scope.error();
        LinearRegion region;
        WRT_CHECK(region.reserve(within, 65'536, 1_GiB));
        if (!region.grow(131'072)) return Error{.code = Errc::out_of_bounds_memory_access};
        scope->commit();
        return ok();
    });
    EXPECT_EQ(sweep.points, 5U);  // the scope, the record, its release, the minimum, the growth
}

}  // namespace
}  // namespace wrt
