// Functions that are translated when they are first called.
#include <wrt/runtime/load.hpp>

#include <array>

#include "fixtures.hpp"
#include "support/allocation_failure.hpp"
#include "support/malloc_counter.hpp"
#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::CodeMode;
using runtime::Module;
using runtime::ModuleInstance;
using runtime::Value;

class LazyWorld : public World {
public:
    using World::World;

    ModuleInstance& lazily(const Bytes& binary, runtime::LoadOptions options = {})
    {
        options.code = CodeMode::lazy;
        const auto module = load(binary, options);
        EXPECT_EQ(text_of(module), "ok");
        const auto instance = runtime::instantiate(store(), **module);
        EXPECT_EQ(text_of(instance), "ok");
        return **instance;
    }
    Result<int32_t> call(const ModuleInstance& instance, std::string_view name,
                         std::initializer_list<int32_t> arguments)
    {
        std::array<Value, 2> values;
        size_t count = 0;
        for (const int32_t argument : arguments)
            values[count++] = argument;
        Value result;
        WRT_CHECK(runtime::call(store(), func(instance, name), std::span{values}.first(count),
                                {&result, 1}));
        return result.i32;
    }
};

TEST(lazy_code, is_made_of_what_is_called_and_of_nothing_else)
{
    LazyWorld world;
    const ModuleInstance& instance = world.lazily(fixture("lazy"));
    const Module& module = *instance.module;
    EXPECT_EQ(module.code.size(), 0u);
    EXPECT_EQ(module.lazy->code_order.size(), 0u);
    EXPECT_EQ(world.call(instance, "direct", {5}).value(), 20);
    ASSERT_EQ(module.lazy->code_order.size(), 2u);
    EXPECT_EQ(module.lazy->code_order[1], 0u);
    const uint32_t cells = module.code.size();
    EXPECT_EQ(world.call(instance, "direct", {6}).value(), 24);
    EXPECT_EQ(module.code.size(), cells);
}

TEST(lazy_code, is_reached_by_every_kind_of_call)
{
    LazyWorld world;
    const ModuleInstance& instance = world.lazily(fixture("lazy"));
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(world.call(instance, "indirect", {1, 7}).value(), 21);
        EXPECT_EQ(world.call(instance, "indirect", {2, 7}).value(), 14);
        EXPECT_EQ(world.call(instance, "last", {1, 8}).value(), 24);
        EXPECT_EQ(world.call(instance, "even", {7}).value(), 0);
        EXPECT_EQ(world.call(instance, "even", {100'000}).value(), 1);
        const Value argument = int64_t{20};
        Value result;
        ASSERT_TRUE(runtime::call(world.store(), func(instance, "factorial"), {&argument, 1},
                                  {&result, 1}));
        EXPECT_EQ(result.i64, 2'432'902'008'176'640'000);
    }
}

TEST(lazy_code, is_what_eager_translation_makes)
{
    LazyWorld world;
    const Bytes binary = fixture("lazy");
    const ModuleInstance& lazily = world.lazily(binary);
    const Module& eager = world.module(binary);
    ASSERT_TRUE(world.call(lazily, "indirect", {1, 7}));
    ASSERT_TRUE(world.call(lazily, "even", {7}));
    for (const uint32_t index : lazily.module->lazy->code_order) {
        const runtime::Function& made = lazily.module->functions[index];
        const runtime::Function& same = eager.functions[index];
        EXPECT_EQ(made.code_size, same.code_size);
        EXPECT_EQ(made.frame_slots, same.frame_slots);
        EXPECT_EQ(made.window, same.window);
        EXPECT_EQ(made.source_map_size, same.source_map_size);
        EXPECT_EQ(lazily.module->code[made.code].bits, eager.code[same.code].bits) << index;
    }
}

TEST(lazy_code, is_entered_directly_from_the_second_call_on)
{
    LazyWorld world;
    const ModuleInstance& instance = world.lazily(fixture("lazy"));
    const Module& module = *instance.module;
    ASSERT_TRUE(world.call(instance, "direct", {5}));
    ASSERT_TRUE(world.call(instance, "indirect", {1, 5}));
    ASSERT_TRUE(world.call(instance, "even", {7}));
    for (const uint32_t index : module.lazy->code_order)
        EXPECT_EQ(instance.functions[index]->entry,
                  module.code.data() + module.functions[index].code);
    // No cell names a stub of what has code.
    for (const runtime::Cell& cell : module.code) {
        const auto* const named = reinterpret_cast<const runtime::Cell*>(cell.bits);
        if (!module.is_stub(named)) continue;
        EXPECT_EQ(module.functions[module.function_of_stub(named)].code, 0u);
    }
}

TEST(lazy_code, tells_where_it_trapped)
{
    LazyWorld world;
    const Bytes binary = fixture("lazy");
    const ModuleInstance& lazily = world.lazily(binary);
    const ModuleInstance& eager = world.instance(binary);
    const auto frames_of = [&](const ModuleInstance& instance) {
        const Result<int32_t> result = world.call(instance, "fail_deeper", {0});
        EXPECT_EQ(result.error().code, Errc::integer_divide_by_zero);
        std::array<runtime::BacktraceFrame, 4> frames{};
        EXPECT_EQ(runtime::backtrace(world.store().execution(), frames), 2u);
        return std::array{result.error().offset, frames[0].function, frames[0].offset,
                          frames[1].function, frames[1].offset};
    };
    EXPECT_EQ(frames_of(lazily), frames_of(eager));
}

TEST(lazy_code, that_finds_no_room_ends_the_run_and_nothing_else)
{
    alignas(64) static std::byte memory[256 * 1024];
    const Bytes binary = fixture("lazy");
    size_t fitted = 0;
    for (size_t cache = 64; cache < 48 * 1024; cache += 64) {
        LazyWorld world{{.limits = {.stack_slots = 1u << 10, .heap_bytes = 1024}},
                        Backing::over(std::span{memory})};
        const ModuleInstance& instance = world.lazily(binary, {.code_cache = cache});
        const ArenaState before = state_of(world.arena(), false);
        const Result<int32_t> result = world.call(instance, "fail_deeper", {0});
        EXPECT_EQ(state_of(world.arena(), false), before);
        if (result.error().code == Errc::integer_divide_by_zero) {
            ++fitted;
            continue;
        }
        EXPECT_EQ(result.error().code, Errc::code_cache_exhausted) << cache;
        EXPECT_EQ(result.error().detail, Detail::bytes);
        EXPECT_GT(result.error().actual, result.error().expected);
        std::array<runtime::BacktraceFrame, 4> frames{};
        EXPECT_GT(runtime::backtrace(world.store().execution(), frames), 0u);
        // Asking again is answered in the same way.
        EXPECT_EQ(text_of(world.call(instance, "fail_deeper", {0})), text_of(result));
    }
    EXPECT_GT(fitted, 600u);  // all of the larger ones
}

TEST(lazy_code, allocates_nothing_outside_its_cache)
{
    alignas(64) static std::byte memory[512 * 1024];
    LazyWorld world{{.limits = {.stack_slots = 1u << 10, .heap_bytes = 1024}},
                    Backing::over(std::span{memory})};
    const ModuleInstance& instance = world.lazily(fixture("lazy"));
    runtime::FuncInstance& even = func(instance, "even");
    world.arena().seal();
    const ArenaState before = state_of(world.arena(), false);
    const HeapWatch heap;
    Value value = int32_t{9};
    const bool called = runtime::call(world.store(), even, {&value, 1}, {&value, 1}).has_value();
    EXPECT_EQ(heap.allocations(), 0u);
    EXPECT_TRUE(called);
    EXPECT_EQ(state_of(world.arena(), false), before);
    world.arena().unseal();
}

TEST(lazy_code, is_charged_as_it_is_committed_and_given_back_with_the_module)
{
    Arena arena{Backing::reserve(size_t{1} << 30).value()};
    const Bytes binary = fixture("lazy");
    {
        const ScopeGuard scope =
            arena.enter(LibraryId::host, "round", unlimited, End::retained).value();
        runtime::Store* const store =
            runtime::Store::make(arena, {.limits = {.stack_slots = 1024}}).value();
        const size_t heap = arena.external();
        const Module* const module =
            runtime::load_module_from_binary(binary, arena, {.code = CodeMode::lazy}).value();
        EXPECT_EQ(arena.external(), heap);
        ModuleInstance* const instance = runtime::instantiate(*store, *module).value();
        Value value = int32_t{9};
        ASSERT_TRUE(runtime::call(*store, func(*instance, "even"), {&value, 1}, {&value, 1}));
        EXPECT_GT(arena.usage(Account::code).external, 0u);
    }
    EXPECT_EQ(arena.used(), 0u);
    EXPECT_EQ(arena.external(), 0u);
}

TEST(lazy_code, that_its_account_may_not_hold_is_forgotten)
{
    LazyWorld world;
    const ModuleInstance& instance = world.lazily(fixture("lazy"));
    ASSERT_TRUE(world.arena().set_limit(Account::code, world.arena().usage(Account::code).used));
    const auto refused = world.call(instance, "direct", {5});
    EXPECT_EQ(refused.error().code, Errc::account_limit_exceeded);
    EXPECT_EQ(instance.module->lazy->code_order.size(), 0u);
    EXPECT_EQ(world.arena().usage(Account::code).external, 0u);
    ASSERT_TRUE(world.arena().set_limit(Account::code, unlimited));
    EXPECT_EQ(world.call(instance, "direct", {5}).value(), 20);
}

TEST(lazy_code, belongs_to_the_arena_it_was_loaded_in)
{
    LazyWorld world;
    World other;
    const Bytes binary = fixture("lazy");
    const auto module = world.load(binary, {.code = CodeMode::lazy});
    ASSERT_TRUE(module);
    EXPECT_EQ(text_of(runtime::instantiate(other.store(), **module)),
              "usage: a lazily translated module belongs to the arena it was loaded in");
}

TEST(lazy_code, serves_every_instance_of_its_module)
{
    LazyWorld world;
    const Bytes binary = fixture("lazy");
    const Module& module = *world.load(binary, {.code = CodeMode::lazy}).value();
    const ModuleInstance& first = *runtime::instantiate(world.store(), module).value();
    const ModuleInstance& second = *runtime::instantiate(world.store(), module).value();
    EXPECT_EQ(world.call(first, "indirect", {1, 5}).value(), 15);
    const uint32_t cells = module.code.size();
    EXPECT_EQ(world.call(second, "indirect", {1, 5}).value(), 15);
    EXPECT_EQ(module.code.size(), cells);
    // Made when there is code already.
    const ModuleInstance& third = *runtime::instantiate(world.store(), module).value();
    EXPECT_EQ(third.functions[1]->entry, second.functions[1]->entry);
    EXPECT_EQ(world.call(third, "indirect", {1, 5}).value(), 15);
}

TEST(lazy_code, is_refused_while_loading_where_a_body_is_invalid)
{
    World world;
    const ArenaState before = state_of(world.arena());
    const auto invalid =
        wasm({types({func_type({}, {{i32}})}), functions({{0}}), code({body({i64_const(1)})})});
    EXPECT_EQ(text_of(world.load(invalid, {.code = CodeMode::lazy})),
              "invalid at 0x1a: type mismatch, expected i32, got i64");
    EXPECT_EQ(state_of(world.arena()), before);
}

TEST(lazy_code, loading_is_undone_whichever_allocation_fails)
{
    for (const char* const title : {"lazy", "sieve", "tour"}) {
        const Bytes binary = fixture(title);
        Arena arena{Backing::reserve(1 << 26).value()};
        const FailureSweep sweep = for_each_allocation_failure(
            arena,
            [&](Arena& in) -> Status {
                WRT_TRY(ScopeGuard scope,
                        in.enter(LibraryId::host, "all", unlimited, End::retained));
                WRT_CHECK(runtime::load_module_from_binary(
                    binary, in, {.code = CodeMode::lazy, .code_cache = 1 << 20}));
                scope.commit();
                return ok();
            },
            Arena::Fail::from_then_on);
        EXPECT_GT(sweep.points, 20u) << title;
        EXPECT_EQ(sweep.tolerated, 0u) << title;
    }
}

}  // namespace
}  // namespace wrt::test
