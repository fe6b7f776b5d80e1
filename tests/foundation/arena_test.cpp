// Arena: allocation at both ends, accounts, seal, probes. The ids in comments are the rows of the
// requirements table.
#include <wrt/foundation/arena.hpp>

#include <chrono>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>

#include <wrt/foundation/arena_resource.hpp>
#include <wrt/foundation/memory_factory.hpp>

#include "support/allocation_failure.hpp"
#include "support/malloc_counter.hpp"

namespace wrt {
namespace {

uintptr_t address(const void* pointer)
{
    return reinterpret_cast<uintptr_t>(pointer);
}

TEST(arena, has_a_static_buffer_of_256_kib_by_default)  // S-01
{
    static_assert(limits::total_heap_bytes == 262'144);
    auto backing = Backing::static_heap();
    ASSERT_TRUE(backing);
    EXPECT_EQ(address(backing->base()) % 64, 0U);
    Arena arena{std::move(*backing)};
    EXPECT_EQ(arena.capacity(), 262'144U);
    EXPECT_EQ(arena.available(), 262'144U);
}

TEST(arena, static_arena_carries_its_buffer)  // S-01
{
    static StaticArena<4096> arena;
    EXPECT_EQ(arena->capacity(), 4096U);
    EXPECT_GE(sizeof(arena), 4096U + sizeof(Arena));
    EXPECT_TRUE(arena->try_allocate(End::retained, 4096, 1));
    EXPECT_FALSE(arena->try_allocate(End::retained, 1, 1));
}

TEST(arena, never_asks_the_heap)  // S-01, S-20
{
    StaticArena<> arena;
    const test::HeapWatch watch;
    {
        auto scope = MemoryFactory::enter_module_scope(*arena, LibraryId::decoder);
        ASSERT_TRUE(scope);
        for (int i = 0; i < 1000; ++i) {
            ASSERT_TRUE(arena->try_allocate(End::retained, 16, 8, Account::types));
        }
        while (arena->try_allocate(End::scratch, 64, 8, Account::scratch)) {
        }
        for (int i = 0; i < 1000; ++i) {
            ASSERT_FALSE(arena->try_allocate(End::scratch, 64, 8, Account::scratch));
        }
    }
    EXPECT_EQ(watch.allocations(), 0U);
}

TEST(arena, retained_blocks_ascend_and_scratch_blocks_descend)
{
    StaticArena<1024> arena;
    const auto low1 = arena->try_allocate(End::retained, 100, 1);
    const auto low2 = arena->try_allocate(End::retained, 100, 1);
    const auto high1 = arena->try_allocate(End::scratch, 100, 1);
    const auto high2 = arena->try_allocate(End::scratch, 100, 1);
    ASSERT_TRUE(low1 && low2 && high1 && high2);
    EXPECT_EQ(address(low2.pointer), address(low1.pointer) + 100);
    EXPECT_EQ(address(high2.pointer), address(high1.pointer) - 100);
    EXPECT_EQ(arena->used(), 400U);
    EXPECT_EQ(arena->available(), 624U);
    EXPECT_EQ(arena->bytes(End::retained).size(), 200U);
    EXPECT_EQ(arena->bytes(End::scratch).size(), 200U);
}

TEST(arena, aligns_by_address_at_every_alignment)  // I3
{
    StaticArena<64 * 1024> arena;
    for (size_t align = 1; align <= 4096; align *= 2) {
        for (const End end : {End::retained, End::scratch}) {
            const auto block = arena->try_allocate(end, 3, align);
            ASSERT_TRUE(block) << align;
            EXPECT_EQ(address(block.pointer) % align, 0U) << align;
            std::memset(block.pointer, 0xaa, 3);
        }
    }
}

TEST(arena, every_size_up_to_the_capacity_fits_exactly_once)  // S-14
{
    for (size_t size = 1; size <= 512; ++size) {
        for (const End end : {End::retained, End::scratch}) {
            StaticArena<512> arena;
            size_t blocks = 0;
            while (arena->try_allocate(end, size, 1))
                ++blocks;
            EXPECT_EQ(blocks, 512 / size);
            EXPECT_EQ(arena->used(), blocks * size);
            const auto refused = arena->try_allocate(end, size, 1);
            EXPECT_EQ(refused.error.code, Errc::arena_exhausted);
            EXPECT_EQ(refused.error.expected, 512 % size);
            EXPECT_EQ(refused.error.actual, size);
        }
    }
}

TEST(arena, refuses_sizes_that_would_wrap)
{
    StaticArena<512> arena;
    ASSERT_TRUE(arena->try_allocate(End::retained, 3, 1));
    ASSERT_TRUE(arena->try_allocate(End::scratch, 3, 1));
    for (const End end : {End::retained, End::scratch}) {
        for (const size_t size : {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 512, SIZE_MAX / 2 + 1}) {
            for (const size_t align : {size_t{1}, size_t{64}, SIZE_MAX / 2 + 1}) {
                EXPECT_EQ(arena->try_allocate(end, size, align).error.code, Errc::arena_exhausted);
            }
        }
        EXPECT_FALSE(arena->make_array<uint64_t>(end, Account::none, SIZE_MAX / 8));
        EXPECT_FALSE(arena->make_array<uint64_t>(end, Account::none, SIZE_MAX / 8 + 2));
    }
    EXPECT_EQ(arena->used(), 6U);
}

TEST(arena, refuses_an_alignment_that_is_no_power_of_two)
{
    StaticArena<512> arena;
    EXPECT_EQ(arena->try_allocate(End::retained, 8, 0).error.code, Errc::invalid_argument);
    EXPECT_EQ(arena->try_allocate(End::retained, 8, 24).error.code, Errc::invalid_argument);
    EXPECT_EQ(arena->can_allocate(End::retained, 8, 24).error().code, Errc::invalid_argument);
}

TEST(arena, gives_nothing_for_zero_bytes_but_a_pointer)
{
    StaticArena<512> arena;
    const auto block = arena->try_allocate(End::retained, 0, 64);
    ASSERT_TRUE(block);
    EXPECT_EQ(address(block.pointer) % 64, 0U);
    EXPECT_EQ(arena->used(), 0U);
    const auto none = arena->make_array<uint64_t>(End::scratch, Account::none, 0);
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->empty());
}

TEST(arena, makes_objects_arrays_and_copies)
{
    struct Point {
        int x, y;
    };
    StaticArena<1024> arena;
    const auto point = arena->make<Point>(End::retained, Account::types, 3, 4);
    ASSERT_TRUE(point);
    EXPECT_EQ((*point)->y, 4);
    const auto zeros = arena->make_array<uint32_t>(End::retained, Account::types, 10);
    ASSERT_TRUE(zeros);
    for (const uint32_t zero : *zeros)
        EXPECT_EQ(zero, 0U);
    const auto text = arena->copy_text(End::retained, Account::names, "memory.grow");
    ASSERT_TRUE(text);
    EXPECT_EQ(*text, "memory.grow");
    EXPECT_TRUE(arena->contains(text->data()));
    EXPECT_FALSE(arena->make_array<uint32_t>(End::retained, Account::types, 1000));
}

TEST(arena, charges_every_byte_to_an_account)  // I10
{
    StaticArena<4096> arena;
    ASSERT_TRUE(arena->try_allocate(End::retained, 10, 1, Account::types));
    ASSERT_TRUE(arena->try_allocate(End::retained, 16, 16, Account::code));  // 6 bytes of padding
    ASSERT_TRUE(arena->try_allocate(End::scratch, 100, 1, Account::scratch));
    EXPECT_EQ(arena->usage(Account::types).used, 10U);
    EXPECT_EQ(arena->usage(Account::code).used, 22U);
    EXPECT_EQ(arena->usage(Account::scratch).used, 100U);
    EXPECT_EQ(arena->usage(Account::code).allocations, 1U);
    size_t sum = 0;
    size_t accounts = 0;
    arena->visit_accounts([&](Account, const Usage& usage) {
        sum += usage.used;
        ++accounts;
    });
    EXPECT_EQ(accounts, account_count);
    EXPECT_EQ(sum + (arena->capacity() - arena->used()), arena->capacity());
}

TEST(arena, leaving_a_scope_settles_its_accounts)
{
    StaticArena<4096> arena;
    ASSERT_TRUE(arena->try_allocate(End::retained, 10, 1, Account::types));
    {
        auto scope = arena->enter(LibraryId::decoder, "decode", 2048, End::retained);
        ASSERT_TRUE(scope);
        ASSERT_TRUE(arena->try_allocate(End::retained, 500, 1, Account::types));
        ASSERT_TRUE(arena->try_allocate(End::scratch, 500, 1, Account::scratch));
        EXPECT_EQ(arena->usage(Account::types).used, 510U);
    }
    EXPECT_EQ(arena->usage(Account::types).used, 10U);
    EXPECT_EQ(arena->usage(Account::types).peak, 510U);
    EXPECT_EQ(arena->usage(Account::scratch).used, 0U);
}

TEST(arena, an_account_never_exceeds_its_limit)
{
    StaticArena<4096> arena;
    ASSERT_TRUE(arena->set_limit(Account::names, 100));
    ASSERT_TRUE(arena->try_allocate(End::retained, 60, 1, Account::names));
    const auto refused = arena->try_allocate(End::scratch, 41, 1, Account::names);
    EXPECT_EQ(describe(refused.error),
              "exhaustion: account limit exceeded, asked 41 bytes for names, 40 left");
    EXPECT_EQ(arena->last_refusal().budget, 100U);
    EXPECT_TRUE(arena->try_allocate(End::retained, 40, 1, Account::names));
    EXPECT_TRUE(arena->try_allocate(End::retained, 41, 1, Account::code));
    EXPECT_EQ(arena->set_limit(Account::names, 99).error().code, Errc::invalid_argument);
}

TEST(arena, nobody_takes_what_is_reserved_for_another_account)
{
    StaticArena<1024> arena;
    ASSERT_TRUE(arena->set_reserve(Account::stack, 1000));
    EXPECT_EQ(arena->available(), 24U);
    EXPECT_EQ(arena->try_allocate(End::retained, 25, 1, Account::code).error.code,
              Errc::arena_exhausted);
    EXPECT_TRUE(arena->try_allocate(End::retained, 24, 1, Account::code));
    EXPECT_TRUE(arena->try_allocate(End::retained, 1000, 1, Account::stack));
    EXPECT_EQ(arena->available(), 0U);
    EXPECT_EQ(arena->set_reserve(Account::gc, 1).error().code, Errc::arena_exhausted);
}

TEST(arena, a_probe_says_what_the_allocation_would)
{
    StaticArena<512> arena;
    auto scope = arena->enter(LibraryId::decoder, "decode", 100, End::retained);
    ASSERT_TRUE(scope);
    ASSERT_TRUE(arena->try_allocate(End::retained, 7, 1));
    for (const End end : {End::retained, End::scratch}) {
        for (size_t size = 0; size < 120; ++size) {
            for (const size_t align : {1U, 8U, 64U}) {
                const auto before = test::state_of(*arena);
                const Status probe = arena->can_allocate(end, size, align);
                EXPECT_EQ(test::state_of(*arena), before);
                auto inner = arena->enter(LibraryId::decoder, "try", unlimited, End::retained);
                ASSERT_TRUE(inner);
                const auto block = arena->try_allocate(end, size, align);
                EXPECT_EQ(bool(probe), bool(block)) << size << ' ' << align;
                if (!probe) {
                    EXPECT_EQ(probe.error(), block.error);
                }
            }
        }
    }
}

TEST(arena, extends_only_the_newest_retained_block)
{
    StaticArena<256> arena;
    const auto first = arena->try_allocate(End::retained, 16, 8, Account::code);
    const auto second = arena->try_allocate(End::retained, 16, 8, Account::code);
    EXPECT_FALSE(arena->try_extend(End::retained, first.pointer, 16, 32, Account::code));
    EXPECT_TRUE(arena->try_extend(End::retained, second.pointer, 16, 200, Account::code));
    EXPECT_EQ(arena->usage(Account::code).used, 216U);
    std::memset(second.pointer, 1, 200);
    EXPECT_FALSE(arena->try_extend(End::retained, second.pointer, 200, 241, Account::code));
    EXPECT_EQ(arena->used(), 216U);
    EXPECT_TRUE(arena->try_extend(End::retained, second.pointer, 200, 8, Account::code));
    EXPECT_EQ(arena->used(), 24U);
    const auto high = arena->try_allocate(End::scratch, 16, 8);
    EXPECT_FALSE(arena->try_extend(End::scratch, high.pointer, 16, 32));
}

TEST(arena, does_not_extend_or_free_a_block_of_an_outer_scope)
{
    StaticArena<256> arena;
    const auto low = arena->try_allocate(End::retained, 16, 8);
    const auto high = arena->try_allocate(End::scratch, 16, 8);
    {
        auto scope = arena->enter(LibraryId::runtime, "inner", 200, End::retained);
        ASSERT_TRUE(scope);
        EXPECT_FALSE(arena->try_extend(End::retained, low.pointer, 16, 24));
        EXPECT_FALSE(arena->give_back(End::retained, low.pointer, 16));
        EXPECT_FALSE(arena->give_back(End::scratch, high.pointer, 16));
    }
    {
        // A scratch scope does not cover the retained end.
        auto scope = arena->enter(LibraryId::runtime, "inner", 200, End::scratch);
        ASSERT_TRUE(scope);
        EXPECT_TRUE(arena->try_extend(End::retained, low.pointer, 16, 24));
        EXPECT_FALSE(arena->give_back(End::scratch, high.pointer, 16));
    }
    EXPECT_EQ(arena->used(), 40U);
    EXPECT_TRUE(arena->give_back(End::scratch, high.pointer, 16));
    EXPECT_TRUE(arena->give_back(End::retained, low.pointer, 24));
    EXPECT_EQ(arena->used(), 0U);
}

TEST(arena, refuses_everything_once_sealed)  // S-23, I11
{
    StaticArena<1024> arena;
    const auto block = arena->try_allocate(End::retained, 16, 8);
    arena->seal();
    EXPECT_TRUE(arena->sealed());
    EXPECT_EQ(arena->try_allocate(End::retained, 1, 1).error.code, Errc::sealed);
    EXPECT_EQ(arena->try_allocate(End::scratch, 1, 1).error.code, Errc::sealed);
    EXPECT_EQ(arena->can_allocate(End::scratch, 1, 1).error().code, Errc::sealed);
    EXPECT_EQ(arena->enter(LibraryId::host, "late", 10, End::scratch).error().code, Errc::sealed);
    EXPECT_FALSE(arena->try_extend(End::retained, block.pointer, 16, 32));
    EXPECT_EQ(arena->used(), 16U);
    arena->unseal();
    EXPECT_TRUE(arena->try_allocate(End::retained, 1, 1));
}

TEST(arena, scopes_may_be_left_while_sealed)
{
    StaticArena<1024> arena;
    auto scope = arena->enter(LibraryId::runtime, "run", 100, End::retained);
    ASSERT_TRUE(scope);
    ASSERT_TRUE(arena->try_allocate(End::retained, 50, 1));
    arena->seal();
    EXPECT_TRUE(scope->exit());
    EXPECT_EQ(arena->used(), 0U);
    EXPECT_TRUE(arena->sealed());
}

TEST(arena, remembers_its_peak)  // S-22
{
    StaticArena<1024> arena;
    {
        auto scope = arena->enter(LibraryId::decoder, "decode", 1024, End::retained);
        ASSERT_TRUE(scope);
        ASSERT_TRUE(arena->try_allocate(End::retained, 300, 1));
        ASSERT_TRUE(arena->try_allocate(End::scratch, 400, 1));
        EXPECT_EQ(arena->peak(), 700U);
    }
    EXPECT_EQ(arena->used(), 0U);
    EXPECT_EQ(arena->peak(), 700U);
    ASSERT_TRUE(arena->try_allocate(End::retained, 10, 1));
    EXPECT_EQ(arena->peak(), 700U);
}

TEST(arena, names_what_refused)
{
    StaticArena<4096> arena;
    auto outer = arena->enter(LibraryId::runtime, "load_module", 1000, End::retained);
    auto inner = arena->enter(LibraryId::decoder, "decode_module", 4000, End::scratch);
    ASSERT_TRUE(outer && inner);
    const auto refused = arena->try_allocate(End::retained, 1001, 1, Account::types);
    EXPECT_EQ(describe(refused.error),
              "exhaustion: scope budget exceeded, asked 1001 bytes for types, 1000 left");
    const Refusal& refusal = arena->last_refusal();
    EXPECT_EQ(refusal.code, Errc::budget_exceeded);
    EXPECT_EQ(refusal.scope, "load_module");
    EXPECT_EQ(refusal.library, LibraryId::runtime);
    EXPECT_EQ(refusal.budget, 1000U);
    EXPECT_EQ(refusal.asked, 1001U);
    EXPECT_EQ(refusal.available, 1000U);
}

TEST(arena, scrubs_what_is_released_when_asked)
{
    alignas(64) std::byte storage[256];
    std::memset(storage, 0x11, sizeof storage);
    {
        Arena arena{Backing::over(storage), {.scrub = Scrub::pattern}};
        auto scope = arena.enter(LibraryId::runtime, "secret", 100, End::retained);
        ASSERT_TRUE(scope);
        const auto block = arena.try_allocate(End::retained, 16, 8);
        ASSERT_TRUE(block);
        std::memcpy(block.pointer, "sixteen bytes...", 16);
    }
    for (size_t i = 0; i < 16; ++i)
        EXPECT_EQ(storage[i], std::byte{0xdd});
    EXPECT_EQ(storage[16], std::byte{0x11});
}

TEST(arena, releases_what_its_bytes_refer_to_newest_first)
{
    static int order[3];
    static int next;
    next = 0;
    struct Resource {
        static void release(void* object) { order[next++] = *static_cast<int*>(object); }
    };
    StaticArena<4096> arena;
    int one = 1;
    int two = 2;
    int three = 3;
    ASSERT_TRUE(arena->on_release(&Resource::release, &one));
    {
        auto scope = arena->enter(LibraryId::host, "files", 1000, End::retained);
        ASSERT_TRUE(scope);
        ASSERT_TRUE(arena->on_release(&Resource::release, &two));
        auto kept = arena->enter(LibraryId::host, "kept", 500, End::retained);
        ASSERT_TRUE(kept);
        ASSERT_TRUE(arena->on_release(&Resource::release, &three));
        kept->commit();
        EXPECT_EQ(next, 0);
    }
    EXPECT_EQ(next, 2);
    EXPECT_EQ(order[0], 3);
    EXPECT_EQ(order[1], 2);
    EXPECT_TRUE(arena->reset());
    EXPECT_EQ(next, 3);
    EXPECT_EQ(order[2], 1);
}

TEST(arena, reset_waits_for_open_scopes)
{
    StaticArena<1024> arena;
    ASSERT_TRUE(arena->try_allocate(End::retained, 10, 1));
    auto scope = arena->enter(LibraryId::host, "open", 100, End::retained);
    ASSERT_TRUE(scope);
    EXPECT_EQ(arena->reset().error().code, Errc::scope_not_top);
    EXPECT_TRUE(scope->exit());
    EXPECT_TRUE(arena->reset());
    EXPECT_EQ(arena->used(), 0U);
    EXPECT_EQ(arena->usage(Account::none).used, 0U);
}

TEST(arena, can_be_handed_to_another_thread)  // I12
{
    StaticArena<1024> arena;
    ASSERT_TRUE(arena->try_allocate(End::retained, 10, 1));
    std::thread([&] {
        arena->adopt();
        EXPECT_TRUE(arena->try_allocate(End::retained, 10, 1));
    }).join();
    arena->adopt();
    EXPECT_EQ(arena->used(), 20U);
}

#if WRT_ASSERTS_ENABLED
TEST(arena_death_test, another_thread_without_adopting_is_our_bug)  // I12
{
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            StaticArena<1024> arena;
            std::thread([&] {
                static_cast<void>(arena->try_allocate(End::retained, 1, 1));
            }).join();
        },
        "assertion failed: owner_");
}
#endif

#if !defined(__SANITIZE_ADDRESS__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WRT_POISONS 1
#endif
#endif
#else
#define WRT_POISONS 1
#endif

#if defined(WRT_POISONS)
TEST(arena_death_test, a_use_after_the_scope_is_reported_where_it_happens)
{
    EXPECT_DEATH(
        {
            StaticArena<1024> arena;
            volatile int* stale = nullptr;
            {
                auto scope = arena->enter(LibraryId::host, "short", 100, End::retained);
                stale = static_cast<int*>(arena->try_allocate(End::retained, 4, 4).pointer);
                *stale = 1;
            }
            *stale = 2;
        },
        "use-after-poison");
    EXPECT_DEATH(
        {
            StaticArena<1024> arena;
            const auto block = arena->try_allocate(End::retained, 8, 8);
            static_cast<volatile char*>(block.pointer)[8] = 1;  // never allocated
        },
        "use-after-poison");
}
#else
/// The least of many measurements, so that a busy machine does not matter.
template <class Operation>
std::chrono::nanoseconds least_time(Operation&& operation)
{
    auto least = std::chrono::nanoseconds::max();
    for (int i = 0; i < 300; ++i)
        least = std::min(least, operation());
    return least;
}

TEST(arena, leaving_costs_the_same_after_1_and_after_10000_allocations)  // S-03, S-05
{
    static StaticArena<> arena;
    const auto time_to_leave = [&](int allocations) {
        auto scope = arena->enter(LibraryId::runtime, "many", unlimited, End::retained);
        for (int i = 0; i < allocations; ++i) {
            EXPECT_TRUE(arena->try_allocate(End::retained, 16, 8, Account::types));
        }
        const auto start = std::chrono::steady_clock::now();
        EXPECT_TRUE(scope->exit());
        return std::chrono::steady_clock::now() - start;
    };
    const auto one = least_time([&] { return time_to_leave(1); });
    const auto many = least_time([&] { return time_to_leave(10'000); });
    EXPECT_LT(many.count(), 20 * one.count() + 2000);
}
#endif

}  // namespace
}  // namespace wrt
