// Scopes: depth, budgets, leaving and keeping, what they tell, and the trace an observer sees.
#include <wrt/foundation/scope.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/memory_factory.hpp>

#include "support/allocation_failure.hpp"

namespace wrt {
namespace {

TEST(scope, sixteen_nest_and_the_seventeenth_is_an_error)  // S-06, S-07
{
    StaticArena<> arena;
    std::vector<ScopeGuard> guards;
    for (size_t i = 0; i < 16; ++i) {
        auto scope = arena->enter(LibraryId::foundation, "nested", 1000, End::retained);
        ASSERT_TRUE(scope) << i;
        guards.push_back(std::move(*scope));
    }
    const auto before = test::state_of(*arena);
    const auto refused = arena->enter(LibraryId::foundation, "nested", 1000, End::retained);
    ASSERT_FALSE(refused);
    EXPECT_EQ(describe(refused.error()), "exhaustion: too many nested scopes, expected 16, got 17");
    EXPECT_EQ(test::state_of(*arena), before);
    while (!guards.empty())
        guards.pop_back();
    EXPECT_EQ(arena->depth(), 0U);
}

TEST(scope, a_budget_of_zero_is_refused)  // S-08
{
    StaticArena<> arena;
    const auto refused = arena->enter(LibraryId::foundation, "none", 0, End::retained);
    ASSERT_FALSE(refused);
    EXPECT_EQ(describe(refused.error()), "usage: scope budget cannot be zero");
}

TEST(scope, tells_about_itself)  // S-09
{
    StaticArena<8192> arena;
    ASSERT_TRUE(arena->try_allocate(End::retained, 100, 1));
    auto outer = arena->enter(LibraryId::runtime, "load_module", 4096, End::retained);
    ASSERT_TRUE(outer);
    ASSERT_TRUE(arena->try_allocate(End::retained, 10, 1));
    auto inner = arena->enter(LibraryId::decoder, "decode_module", 1024, End::scratch);
    ASSERT_TRUE(inner);
    ASSERT_TRUE(arena->try_allocate(End::scratch, 300, 1));
    const auto block = arena->try_allocate(End::scratch, 200, 1);
    EXPECT_TRUE(arena->give_back(End::scratch, block.pointer, 200));

    const ScopeInfo info = inner->info();
    EXPECT_EQ(info.library, LibraryId::decoder);
    EXPECT_EQ(info.name, "decode_module");
    EXPECT_EQ(info.end, End::scratch);
    EXPECT_EQ(info.depth, 2);
    EXPECT_EQ(info.parent, 1);
    EXPECT_EQ(info.checkpoint, 8192U);
    EXPECT_EQ(info.budget, 1024U);
    EXPECT_EQ(info.allocated, 300U);
    EXPECT_EQ(info.peak, 500U);

    const ScopeInfo around = outer->info();
    EXPECT_EQ(around.checkpoint, 100U);
    EXPECT_EQ(around.allocated, 310U);
    EXPECT_EQ(around.peak, 510U);
    EXPECT_EQ(around.parent, 0);
    EXPECT_LT(around.generation, info.generation);
}

TEST(scope, remembers_its_peak_over_inner_scopes)
{
    StaticArena<8192> arena;
    auto outer = arena->enter(LibraryId::runtime, "outer", 4096, End::retained);
    ASSERT_TRUE(outer);
    for (const size_t size : {100U, 700U, 50U}) {
        auto inner = arena->enter(LibraryId::decoder, "inner", 1024, End::scratch);
        ASSERT_TRUE(inner);
        ASSERT_TRUE(arena->try_allocate(End::scratch, size, 1));
        EXPECT_EQ(inner->info().peak, size);
    }
    EXPECT_EQ(outer->info().allocated, 0U);
    EXPECT_EQ(outer->info().peak, 700U);
}

TEST(scope, exit_can_be_asked_for_and_only_once)  // S-10
{
    StaticArena<> arena;
    auto scope = MemoryFactory::enter_scope(*arena, LibraryId::decoder, 4096);
    ASSERT_TRUE(scope);
    ASSERT_TRUE(arena->try_allocate(End::retained, 1000, 8));
    EXPECT_TRUE(scope->active());
    EXPECT_TRUE(scope->exit());
    EXPECT_FALSE(scope->active());
    EXPECT_EQ(scope->exit().error().code, Errc::scope_left);
    EXPECT_EQ(arena->used(), 0U);
}

TEST(scope, guards_move)
{
    StaticArena<> arena;
    ScopeGuard kept;
    {
        auto scope = MemoryFactory::enter_scope(*arena, LibraryId::decoder, 4096);
        ASSERT_TRUE(scope);
        kept = std::move(*scope);
    }
    EXPECT_EQ(arena->depth(), 1U);
    kept = ScopeGuard{};
    EXPECT_EQ(arena->depth(), 0U);
}

TEST(scope, the_module_scope_has_64_kib)  // S-11
{
    static_assert(limits::module_scope_bytes == 65'536);
    StaticArena<> arena;
    auto scope = MemoryFactory::enter_module_scope(*arena, LibraryId::decoder);
    ASSERT_TRUE(scope);
    EXPECT_EQ(scope->info().budget, 65'536U);
    EXPECT_EQ(scope->info().name, "decoder");
    EXPECT_TRUE(arena->try_allocate(End::retained, 65'536, 1));
    EXPECT_EQ(arena->try_allocate(End::retained, 1, 1).error.code, Errc::budget_exceeded);
}

TEST(scope, custom_budgets_are_kept_to_the_byte)  // S-12, S-13
{
    for (const size_t budget : {1024U, 2048U, 4096U}) {
        StaticArena<> arena;
        auto scope = MemoryFactory::enter_scope(*arena, LibraryId::runtime, budget);
        ASSERT_TRUE(scope);
        EXPECT_TRUE(arena->try_allocate(End::retained, budget - 10, 1));
        EXPECT_FALSE(arena->try_allocate(End::scratch, 11, 1));
        EXPECT_TRUE(arena->try_allocate(End::scratch, 10, 1));
        EXPECT_EQ(scope->info().allocated, budget);
    }
}

TEST(scope, the_current_arena_is_the_threads_own)  // S-11
{
    EXPECT_EQ(MemoryFactory::enter_module_scope(LibraryId::decoder).error().code,
              Errc::no_current_arena);
    StaticArena<> arena;
    {
        const CurrentArena current{*arena};
        EXPECT_EQ(MemoryFactory::current(), &*arena);
        auto scope = MemoryFactory::enter_module_scope(LibraryId::decoder);
        ASSERT_TRUE(scope);
        auto inner = MemoryFactory::enter_scope(LibraryId::runtime, 1024);
        ASSERT_TRUE(inner);
        EXPECT_EQ(arena->depth(), 2U);
    }
    EXPECT_EQ(MemoryFactory::current(), nullptr);
}

TEST(scope, an_inner_scope_reclaims_only_its_own)  // S-15
{
    StaticArena<> arena;
    auto outer = MemoryFactory::enter_scope(*arena, LibraryId::runtime, 4096);
    ASSERT_TRUE(outer);
    const auto data = arena->make_array<uint32_t>(End::retained, Account::data, 100);
    ASSERT_TRUE(data);
    for (uint32_t i = 0; i < 100; ++i)
        (*data)[i] = i;
    for (int round = 0; round < 3; ++round) {
        auto inner = MemoryFactory::enter_scope(*arena, LibraryId::decoder, 1024);
        ASSERT_TRUE(inner);
        const auto more = arena->make_array<uint32_t>(End::retained, Account::data, 200);
        ASSERT_TRUE(more);
        for (uint32_t& item : *more)
            item = 0xffffffff;
    }
    for (uint32_t i = 0; i < 100; ++i)
        EXPECT_EQ((*data)[i], i);
    EXPECT_EQ(outer->info().allocated, 400U);
}

TEST(scope, memory_is_handed_out_again)  // S-16
{
    StaticArena<> arena;
    void* first = nullptr;
    for (int round = 0; round < 10; ++round) {
        auto scope = MemoryFactory::enter_module_scope(*arena, LibraryId::decoder);
        ASSERT_TRUE(scope);
        const auto block = arena->try_allocate(End::retained, 1000, 16);
        if (round == 0) first = block.pointer;
        EXPECT_EQ(block.pointer, first);
    }
}

TEST(scope, loading_a_hundred_thousand_times_does_not_grow)  // S-40
{
    StaticArena<> arena;
    size_t peak = 0;
    for (int round = 0; round < 100'000; ++round) {
        auto runtime = MemoryFactory::enter_scope(*arena, LibraryId::runtime, 8192);
        auto decoder =
            MemoryFactory::enter_scope(*arena, LibraryId::decoder, 4096, "decode", End::scratch);
        ASSERT_TRUE(runtime && decoder);
        ASSERT_TRUE(arena->try_allocate(End::retained, 1000, 8, Account::types));
        ASSERT_TRUE(arena->try_allocate(End::scratch, 3000, 8, Account::scratch));
        if (round == 0) peak = arena->peak();
    }
    EXPECT_EQ(arena->used(), 0U);
    EXPECT_EQ(arena->peak(), peak);
}

TEST(scope, commit_keeps_retained_bytes_and_charges_the_parent)
{
    StaticArena<> arena;
    auto outer = arena->enter(LibraryId::runtime, "load", 4096, End::retained);
    ASSERT_TRUE(outer);
    auto inner = arena->enter(LibraryId::decoder, "decode", 2048, End::retained);
    ASSERT_TRUE(inner);
    const auto kept = arena->copy_text(End::retained, Account::names, "still here");
    ASSERT_TRUE(kept);
    ASSERT_TRUE(arena->try_allocate(End::scratch, 500, 1, Account::scratch));
    inner->commit();
    EXPECT_FALSE(inner->active());
    EXPECT_EQ(*kept, "still here");
    EXPECT_EQ(outer->info().allocated, 10U);
    EXPECT_EQ(arena->usage(Account::names).used, 10U);
    EXPECT_EQ(arena->usage(Account::scratch).used, 0U);
    EXPECT_TRUE(outer->exit());
    EXPECT_EQ(arena->used(), 0U);
}

TEST(scope, a_scratch_scope_leaves_retained_bytes_to_its_parent)
{
    StaticArena<> arena;
    auto outer = arena->enter(LibraryId::runtime, "load", 4096, End::retained);
    ASSERT_TRUE(outer);
    {
        auto inner = arena->enter(LibraryId::decoder, "decode", 100, End::scratch);
        ASSERT_TRUE(inner);
        ASSERT_TRUE(arena->try_allocate(End::retained, 2000, 1));  // not of its budget
        ASSERT_TRUE(arena->try_allocate(End::scratch, 100, 1));
        EXPECT_EQ(arena->try_allocate(End::scratch, 1, 1).error.code, Errc::budget_exceeded);
        EXPECT_EQ(inner->info().allocated, 100U);
        EXPECT_EQ(outer->info().allocated, 2100U);
    }
    EXPECT_EQ(outer->info().allocated, 2000U);
}

TEST(scope, a_library_may_not_ask_for_more_than_its_row)  // S-17
{
    StaticArena<4096> arena{{.budgets = &seed_budgets}};
    EXPECT_TRUE(arena->enter(LibraryId::decoder, "decode", 1 << 20, End::retained));
    const auto refused = arena->enter(LibraryId::decoder, "decode", (1 << 20) + 1, End::retained);
    ASSERT_FALSE(refused);
    EXPECT_EQ(describe(refused.error()),
              "exhaustion: scope budget exceeded, asked 1048577 bytes, 1048576 left");
    EXPECT_TRUE(arena->enter(LibraryId::component, "link", 2 << 20, End::retained));
    EXPECT_FALSE(arena->enter(LibraryId::panic, "panic", 200'000, End::retained));
}

TEST(scope, an_observer_sees_the_nesting)  // S-36
{
    std::string trace;
    const auto observer = [](void* context, const ScopeEvent& event) {
        char line[128];
        TextSink sink{line};
        write_event(event, sink);
        static_cast<std::string*>(context)->append(sink.view()).append("\n");
    };
    {
        StaticArena<> arena{{.observer = observer, .observer_context = &trace}};
        auto wrt = MemoryFactory::enter_module_scope(*arena, LibraryId::runtime, "load_module");
        ASSERT_TRUE(wrt);
        {
            auto runtime = MemoryFactory::enter_scope(*arena, LibraryId::runtime, 32'768,
                                                      "load_module_from_binary");
            ASSERT_TRUE(runtime);
            ASSERT_TRUE(arena->try_allocate(End::retained, 152, 8));
            {
                auto decoder = MemoryFactory::enter_scope(*arena, LibraryId::decoder, unlimited,
                                                          "decode_module", End::scratch);
                ASSERT_TRUE(decoder);
                ASSERT_TRUE(arena->try_allocate(End::scratch, 480, 8));
            }
            runtime->commit();
        }
    }
    EXPECT_EQ(trace, "enter runtime load_module retained budget 65536\n"
                     "  enter runtime load_module_from_binary retained budget 32768\n"
                     "    enter decoder decode_module scratch budget unlimited\n"
                     "    exit decoder decode_module used 480 peak 480\n"
                     "  commit runtime load_module_from_binary used 152 peak 632\n"
                     "exit runtime load_module used 152 peak 632\n");
}

#if WRT_ASSERTS_ENABLED
TEST(scope_death_test, a_guard_that_ends_before_an_inner_one_is_our_bug)  // S-10, P-04
{
    EXPECT_DEATH(
        {
            StaticArena<> arena;
            auto outer = MemoryFactory::enter_scope(*arena, LibraryId::runtime, 4096);
            auto inner = MemoryFactory::enter_scope(*arena, LibraryId::decoder, 4096);
            *outer = ScopeGuard{};
        },
        "assertion failed: is_top");
}
#else
TEST(scope, a_guard_that_ends_too_early_never_frees_what_is_alive)  // P-04
{
    StaticArena<> arena;
    auto outer = MemoryFactory::enter_scope(*arena, LibraryId::runtime, 4096);
    ASSERT_TRUE(outer && arena->try_allocate(End::retained, 100, 1));
    auto inner = MemoryFactory::enter_scope(*arena, LibraryId::decoder, 2048);
    ASSERT_TRUE(inner && arena->try_allocate(End::retained, 50, 1));
    *outer = ScopeGuard{};
    EXPECT_EQ(arena->used(), 150U);
    EXPECT_EQ(arena->depth(), 2U);
    EXPECT_TRUE(inner->exit());
    EXPECT_EQ(arena->used(), 0U);
    EXPECT_EQ(arena->depth(), 0U);
}
#endif

}  // namespace
}  // namespace wrt
