// What the host adds to a store, and that adding is all or nothing.
#include <wrt/runtime/store.hpp>

#include <wrt/runtime/memory.hpp>

#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::Ref;
using runtime::Store;
using runtime::Value;

Status nothing(runtime::Caller&, void*, runtime::Slot*)
{
    return ok();
}

TEST(store, makes_host_functions_whose_slots_count_vectors_twice)
{
    World world;
    const ValType params[] = {ValType::i32, ValType::v128, ValType::f64};
    const ValType results[] = {ValType::v128};
    int context = 0;
    const runtime::FuncInstance& func =
        *world.store().make_function(params, results, nothing, &context).value();
    EXPECT_EQ(func.param_slots, 4);
    EXPECT_EQ(func.result_slots, 2);
    EXPECT_EQ(func.window(), 4u);
    EXPECT_EQ(func.context, &context);
    EXPECT_EQ(func.entry, nullptr);
    EXPECT_EQ(world.store().types()[func.type].params().size(), 3u);
}

TEST(store, refuses_host_functions_that_no_module_could_import)
{
    World world;
    const std::vector<ValType> many(limits::params + 1, ValType::i32);
    EXPECT_EQ(world.store().make_function(many, {}, nothing).error().code, Errc::too_many_params);
    EXPECT_EQ(world.store().make_function({}, many, nothing).error().code, Errc::too_many_results);
}

TEST(store, makes_globals_that_hold_their_value)
{
    World world;
    EXPECT_EQ(
        world.store().make_global({ValType::i64, true}, int64_t{-3}).value()->value->as<int64_t>(),
        -3);
    EXPECT_EQ(world.store().make_global({ValType::f32, false}, 1.5f).value()->value->as<float>(),
              1.5f);
    EXPECT_EQ(text_of(world.store().make_global({ValType::i32, false}, 1.5f)),
              "usage: signature mismatch, expected i32, got f32");
}

TEST(store, keeps_vectors_low_half_first)
{
    World world;
    V128 value;
    value.bytes[0] = 1;
    value.bytes[8] = 2;
    const auto& global = *world.store().make_global({ValType::v128, false}, value).value();
    EXPECT_EQ(global.value[0].bits, 1u);
    EXPECT_EQ(global.value[1].bits, 2u);
    EXPECT_EQ(runtime::load_value(ValType::v128, global.value).v128, value);
}

TEST(store, takes_an_eighth_of_the_arena_for_its_stack_unless_told)
{
    alignas(64) static std::byte bytes[64 * 1024];
    Arena arena{Backing::over(bytes)};
    ASSERT_TRUE(Store::make(arena));
    const size_t stack = arena.usage(Account::stack).used;
    EXPECT_GT(stack, sizeof bytes / 16);
    EXPECT_LE(stack, sizeof bytes / 8);
}

TEST(store, does_not_fit_where_its_stack_does_not)
{
    alignas(64) static std::byte bytes[16 * 1024];
    Arena arena{Backing::over(bytes)};
    EXPECT_EQ(Store::make(arena, {.limits = {.stack_slots = 4096}}).error().code,
              Errc::arena_exhausted);
    EXPECT_EQ(arena.used(), 0u);
    EXPECT_TRUE(Store::make(arena, {.limits = {.stack_slots = 512}}));
}

/// Calls `make` with every allocation failing in turn; in between, nothing may have changed.
template <class Make>
void for_each_failure(World& world, Make&& make)
{
    Arena& arena = world.arena();
    for (uint64_t nth = 1; nth < 1'000; ++nth) {
        const size_t used = arena.used();
        const uint32_t types = world.store().types().size();
        const uint64_t memory = world.store().memory_bytes();
        const uint64_t elements = world.store().table_elements();
        arena.fail_at(nth);
        const bool made = make();
        const bool injected = arena.injected();
        arena.fail_at(0);
        if (!injected) {
            EXPECT_TRUE(made);
            return;
        }
        EXPECT_FALSE(made) << nth;
        EXPECT_EQ(arena.used(), used) << nth;
        EXPECT_EQ(world.store().types().size(), types) << nth;
        EXPECT_EQ(world.store().memory_bytes(), memory) << nth;
        EXPECT_EQ(world.store().table_elements(), elements) << nth;
    }
    FAIL() << "no end of allocations";
}

TEST(store, adds_all_or_nothing_at_every_allocation)
{
    World world;
    Store& store = world.store();
    const ValType params[] = {ValType::i32, ValType::externref};
    for_each_failure(world,
                     [&] { return store.make_function(params, params, nothing).has_value(); });
    for_each_failure(world, [&] { return store.make_tag(params).has_value(); });
    for_each_failure(world, [&] { return store.make_global({ValType::i32, true}, 1).has_value(); });
    for_each_failure(world, [&] { return store.make_memory({.limits = {.min = 1}}).has_value(); });
    for_each_failure(world,
                     [&] { return store.make_table({ValType::funcref, {.min = 3}}).has_value(); });
    for_each_failure(world, [&] {
        return store.make_table({ValType::funcref, {.min = 3, .max = 3, .has_max = true}})
            .has_value();
    });
}

TEST(store, forgets_what_was_added_in_a_scope_that_is_left)
{
    World world;
    Store& store = world.store();
    runtime::MemoryInstance& outer = *store.make_memory({.limits = {.min = 1}}).value();
    const size_t used = world.arena().used();
    const uint32_t type_count = store.types().size();
    {
        const ScopeGuard scope =
            world.arena().enter(LibraryId::host, "inner", 1 << 24, End::retained).value();
        world.instance(wasm({types({func_type({{f64}}, {})}),
                             tables({cat({{funcref}, at_least(5)})}), memories({at_least(3)})}));
        const ValType params[] = {ValType::f32};
        ASSERT_TRUE(store.names().define_function("m", "f", params, {}, nothing));
        EXPECT_EQ(runtime::memory_grow(outer, 1), 1u);
        EXPECT_GT(store.types().size(), type_count);
        EXPECT_NE(store.newest_instance(), nullptr);
    }
    EXPECT_EQ(world.arena().used(), used);
    EXPECT_EQ(store.types().size(), type_count);
    EXPECT_EQ(store.newest_instance(), nullptr);
    EXPECT_EQ(store.memory_bytes(),
              2 * limits::page_bytes);  // the outer one has grown, and stays so
    EXPECT_EQ(store.table_elements(), 0u);
    EXPECT_FALSE(store.names().find("m", "f"));
    ASSERT_TRUE(store.names().define_function("m", "f", {}, {}, nothing));
}

TEST(store, forgets_names_that_were_defined_in_a_scope_that_is_left)
{
    World world;
    runtime::ImportTable& names = world.store().names();
    runtime::GlobalInstance* const global =
        world.store().make_global({ValType::i32, false}, 1).value();
    ASSERT_TRUE(names.define("m", "outer", global));
    for (int round = 0; round < 3; ++round) {
        const ScopeGuard scope =
            world.arena().enter(LibraryId::host, "inner", 1 << 20, End::retained).value();
        for (const char* const name : {"a", "b", "c"})
            ASSERT_TRUE(names.define("m", name, global));
        EXPECT_TRUE(names.find("m", "b"));
    }
    EXPECT_FALSE(names.find("m", "a"));
    EXPECT_TRUE(names.find("m", "outer"));
}

TEST(store, pays_for_forgetting_only_in_scopes_inside_its_own)
{
    World world;
    const ValType params[] = {ValType::i64, ValType::f64, ValType::i32};
    const auto cost = [&](std::span<const ValType> of) {
        const size_t used = world.arena().used();
        EXPECT_TRUE(world.store().make_tag(of));
        return world.arena().used() - used;
    };
    ASSERT_GT(cost(std::span{params}.first(1)),
              0u);  // the first type brings the registry's segment
    const size_t at_home = cost(std::span{params}.first(2));
    const ScopeGuard scope =
        world.arena().enter(LibraryId::host, "inner", 1 << 20, End::retained).value();
    EXPECT_GT(cost(params), at_home);
}

}  // namespace
}  // namespace wrt::test
