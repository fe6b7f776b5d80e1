// Which external values may be imported as what (3.4.12): every rule from both sides.
#include <wrt/runtime/instantiate.hpp>

#include <wrt/runtime/memory.hpp>
#include <wrt/runtime/table.hpp>

#include "world.hpp"

namespace wrt::test {
namespace {

const std::string refused = "unlinkable: incompatible import type 0";

Status nothing(runtime::Caller&, void*, runtime::Slot*)
{
    return ok();
}

/// A world where "m" offers `value` as "x".
struct Offer : World {
    explicit Offer() = default;
    template <class T>
    void offer(const Result<T*>& value)
    {
        EXPECT_TRUE(store().names().define("m", "x", value.value()));
    }
    void offer_limits(Limits limits, bool memory)
    {
        if (memory)
            offer(store().make_memory({limits}));
        else
            offer(store().make_table({ValType::funcref, limits}));
    }
};

TEST(linking, refuses_an_import_that_nobody_offers)
{
    World world;
    EXPECT_EQ(world.import(as_memory(at_least(0))), "unlinkable: unknown import 0");
    ASSERT_TRUE(world.store().names().define("m", "y", world.store().make_memory({}).value()));
    EXPECT_EQ(world.import(as_memory(at_least(0))), "unlinkable: unknown import 0");
}

TEST(linking, says_which_import_it_was)
{
    Offer world;
    world.offer(world.store().make_memory({}));
    const auto binary = wasm({imports(
        {import("m", "x", as_memory(at_least(0))), import("m", "z", as_memory(at_least(0)))})});
    EXPECT_EQ(text_of(world.instantiate(binary)), "unlinkable: unknown import 1");
}

TEST(linking, refuses_an_import_of_another_kind)
{
    Offer world;
    world.offer(world.store().make_memory({}));
    EXPECT_EQ(world.import(as_global({i32}, false)), refused);
    EXPECT_EQ(world.import(as_table({funcref}, at_least(0))), refused);
    EXPECT_EQ(world.import(as_func(0), types({func_type({}, {})})), refused);
    EXPECT_EQ(world.import(as_tag(0), types({func_type({}, {})})), refused);
    EXPECT_EQ(world.import(as_memory(at_least(0))), "ok");
}

TEST(linking, takes_functions_of_the_same_type)
{
    Offer world;
    const ValType params[] = {ValType::i32};
    const ValType results[] = {ValType::i64};
    world.offer(world.store().make_function(params, results, nothing));
    EXPECT_EQ(world.import(as_func(0), types({func_type({{i32}}, {{i64}})})), "ok");
    EXPECT_EQ(world.import(as_func(0), types({func_type({{i64}}, {{i64}})})), refused);
    EXPECT_EQ(world.import(as_func(0), types({func_type({{i32}}, {})})), refused);
    EXPECT_EQ(world.import(as_func(0), types({func_type({}, {{i64}})})), refused);
    EXPECT_EQ(world.import(as_func(0), types({sub({}, func_type({{i32}}, {{i64}}))})), refused);
}

TEST(linking, takes_functions_of_a_declared_subtype)
{
    Offer world;
    const auto& exporter =
        world.instance(wasm({types({sub({}, func_type({}, {})), sub({{0}}, func_type({}, {}))}),
                             functions({{1}}), exports({export_func("f", 0)}), code({body({})})}));
    ASSERT_TRUE(world.store().names().define("m", "x", runtime::find_export(exporter, "f")));
    EXPECT_EQ(world.import(as_func(1),
                           types({sub({}, func_type({}, {})), sub({{0}}, func_type({}, {}))})),
              "ok");
    EXPECT_EQ(world.import(as_func(0), types({sub({}, func_type({}, {}))})), "ok");
    EXPECT_EQ(world.import(as_func(0), types({func_type({}, {})})), refused);
}

TEST(linking, compares_memory_and_table_bounds)
{
    for (const bool memory : {true, false}) {
        const auto wanted = [&](const Bytes& bounds) {
            return memory ? as_memory(bounds) : as_table({funcref}, bounds);
        };
        Offer open;
        open.offer_limits({.min = 2}, memory);
        EXPECT_EQ(open.import(wanted(at_least(0))), "ok");
        EXPECT_EQ(open.import(wanted(at_least(2))), "ok");
        EXPECT_EQ(open.import(wanted(at_least(3))), refused);
        EXPECT_EQ(open.import(wanted(between(0, 9))), refused);
        EXPECT_EQ(open.import(wanted(at_least64(2))), refused);

        Offer closed;
        closed.offer_limits({.min = 2, .max = 5, .has_max = true}, memory);
        EXPECT_EQ(closed.import(wanted(at_least(1))), "ok");
        EXPECT_EQ(closed.import(wanted(between(2, 5))), "ok");
        EXPECT_EQ(closed.import(wanted(between(2, 6))), "ok");
        EXPECT_EQ(closed.import(wanted(between(2, 4))), refused);
        EXPECT_EQ(closed.import(wanted(between(3, 5))), refused);

        Offer wide;
        wide.offer_limits({.min = 2, .is64 = true}, memory);
        EXPECT_EQ(wide.import(wanted(at_least64(2))), "ok");
        EXPECT_EQ(wide.import(wanted(at_least(2))), refused);
    }
}

TEST(linking, compares_with_the_size_things_have_grown_to)
{
    Offer world;
    runtime::MemoryInstance& memory =
        *world.store().make_memory({.limits = {.min = 1, .max = 4, .has_max = true}}).value();
    ASSERT_TRUE(world.store().names().define("m", "x", &memory));
    EXPECT_EQ(world.import(as_memory(between(2, 4))), refused);
    ASSERT_EQ(runtime::memory_grow(memory, 1), 1u);
    EXPECT_EQ(world.import(as_memory(between(2, 4))), "ok");

    runtime::TableInstance& table =
        *world.store().make_table({ValType::funcref, {.min = 1}}).value();
    ASSERT_TRUE(world.store().names().define("m", "x", &table));
    EXPECT_EQ(world.import(as_table({funcref}, at_least(2))), refused);
    ASSERT_EQ(runtime::table_grow(table, 1, {}), 1u);
    EXPECT_EQ(world.import(as_table({funcref}, at_least(2))), "ok");
}

TEST(linking, wants_tables_of_exactly_the_element_type)
{
    Offer world;
    world.offer(world.store().make_table({ValType::funcref, {.min = 1}}));
    EXPECT_EQ(world.import(as_table({funcref}, at_least(1))), "ok");
    EXPECT_EQ(world.import(as_table({externref}, at_least(1))), refused);
    EXPECT_EQ(world.import(as_table(ref_null(0), at_least(1)), types({func_type({}, {})})),
              refused);

    Offer typed;
    const auto& exporter = typed.instance(
        wasm({types({func_type({{f32}}, {})}), tables({cat({ref_null(0), at_least(1)})}),
              exports({export_table("t", 0)})}));
    ASSERT_TRUE(typed.store().names().define("m", "x", runtime::find_export(exporter, "t")));
    EXPECT_EQ(typed.import(as_table(ref_null(1), at_least(1)),
                           types({func_type({}, {}), func_type({{f32}}, {})})),
              "ok");
    EXPECT_EQ(typed.import(as_table(ref_null(0), at_least(1)),
                           types({func_type({}, {}), func_type({{f32}}, {})})),
              refused);
    EXPECT_EQ(typed.import(as_table({funcref}, at_least(1))), refused);
}

TEST(linking, wants_globals_of_the_same_mutability)
{
    Offer world;
    world.offer(world.store().make_global({ValType::i32, true}, 1));
    EXPECT_EQ(world.import(as_global({i32}, true)), "ok");
    EXPECT_EQ(world.import(as_global({i32}, false)), refused);
    world.offer(world.store().make_global({ValType::i32, false}, 1));
    EXPECT_EQ(world.import(as_global({i32}, false)), "ok");
    EXPECT_EQ(world.import(as_global({i32}, true)), refused);
    EXPECT_EQ(world.import(as_global({i64}, false)), refused);
}

TEST(linking, lets_immutable_globals_be_of_a_subtype)
{
    const Bytes declared = types({func_type({}, {})});
    const auto binary = [&](bool mut) {
        return wasm({declared, functions({{0}}), globals({global(ref(0), mut, {ref_func(0)})}),
                     exports({export_global("g", 0)}), code({body({})})});
    };
    Offer fixed;
    ASSERT_TRUE(fixed.store().names().define(
        "m", "x", runtime::find_export(fixed.instance(binary(false)), "g")));
    EXPECT_EQ(fixed.import(as_global(ref(0), false), declared), "ok");
    EXPECT_EQ(fixed.import(as_global(ref_null(0), false), declared), "ok");
    EXPECT_EQ(fixed.import(as_global({funcref}, false)), "ok");
    EXPECT_EQ(fixed.import(as_global({externref}, false)), refused);
    Offer variable;
    ASSERT_TRUE(variable.store().names().define(
        "m", "x", runtime::find_export(variable.instance(binary(true)), "g")));
    EXPECT_EQ(variable.import(as_global(ref(0), true), declared), "ok");
    EXPECT_EQ(variable.import(as_global({funcref}, true)), refused);
}

TEST(linking, wants_tags_of_the_same_type)
{
    Offer world;
    const ValType params[] = {ValType::i32};
    world.offer(world.store().make_tag(params));
    EXPECT_EQ(world.import(as_tag(0), types({func_type({{i32}}, {})})), "ok");
    EXPECT_EQ(world.import(as_tag(0), types({func_type({{i64}}, {})})), refused);
    EXPECT_EQ(world.import(as_tag(0), types({sub({}, func_type({{i32}}, {}))})), refused);
}

TEST(linking, keeps_stores_apart)
{
    World world;
    World other;
    ASSERT_TRUE(world.store().names().define("m", "x", other.store().make_memory({}).value()));
    EXPECT_EQ(world.import(as_memory(at_least(0))), "unlinkable: made by another engine 0");
}

TEST(linking, takes_imports_as_a_list_in_order)
{
    World world;
    const runtime::Module& module =
        world.module(wasm({imports({import("a", "b", as_global({i32}, false)),
                                    import("c", "d", as_memory(at_least(1)))}),
                           exports({export_global("g", 0)})}));
    const runtime::Extern values[] = {world.store().make_global({ValType::i32, false}, 7).value(),
                                      world.store().make_memory({.limits = {.min = 1}}).value()};
    const auto instance = runtime::instantiate(world.store(), module, values);
    ASSERT_EQ(text_of(instance), "ok");
    EXPECT_EQ(global_of(**instance, "g").value->as<int32_t>(), 7);
    EXPECT_EQ(text_of(runtime::instantiate(world.store(), module, std::span{values}.first(1))),
              "unlinkable: unknown import 1");
}

}  // namespace
}  // namespace wrt::test
