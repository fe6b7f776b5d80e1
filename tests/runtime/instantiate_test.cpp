// Instantiation: what is evaluated when, what traps, and what is left behind.
#include <wrt/runtime/instantiate.hpp>

#include <wrt/runtime/memory.hpp>
#include <wrt/runtime/table.hpp>

#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::ModuleInstance;
using runtime::Ref;

/// Element segments. Modes and forms by their flags (5.5.12).
Bytes active_functions(uint8_t offset, const std::vector<Bytes>& items)
{
    return cat({{0x00}, expr({i32_const(offset)}), vec(items)});
}
Bytes passive_functions(const std::vector<Bytes>& items)
{
    return cat({{0x01, 0x00}, vec(items)});
}
Bytes declarative_functions(const std::vector<Bytes>& items)
{
    return cat({{0x03, 0x00}, vec(items)});
}
Bytes passive_expressions(uint8_t type, const std::vector<Bytes>& items)
{
    return cat({{0x05, type}, vec(items)});
}

/// Data segments.
Bytes data_at(uint8_t offset, std::string_view text)
{
    return cat({{0x00}, expr({i32_const(offset)}), name(text)});
}
Bytes passive_data(std::string_view text)
{
    return cat({{0x01}, name(text)});
}

const Bytes no_op_type = types({func_type({}, {})});

TEST(instantiate, evaluates_globals_in_order)
{
    World world;
    // Each may read those before it, since 3.0 also own ones.
    const Bytes i32_add = {0x6a}, i32_mul = {0x6c}, i64_sub = {0x7d};
    const auto& instance = world.instance(wasm(
        {globals(
             {global({i32}, false, {i32_const(5)}),
              global({i32}, true, {global_get(0), i32_const(2), i32_add}),
              global({i32}, false, {global_get(0), global_get(0), i32_mul, i32_const(1), i32_add}),
              global({i64}, false, {i64_const(1), i64_const(3), i64_sub})}),
         exports({export_global("a", 0), export_global("b", 1), export_global("c", 2),
                  export_global("d", 3)})}));
    EXPECT_EQ(global_of(instance, "a").value->as<int32_t>(), 5);
    EXPECT_EQ(global_of(instance, "b").value->as<int32_t>(), 7);
    EXPECT_EQ(global_of(instance, "c").value->as<int32_t>(), 26);
    EXPECT_EQ(global_of(instance, "d").value->as<int64_t>(), -2);
}

TEST(instantiate, keeps_vectors_and_floats_bit_for_bit)
{
    World world;
    const Bytes v128_const = {0xfd, 0x0c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    const Bytes signalling = {0x43, 0x01, 0x00, 0xa0, 0x7f};
    const auto& instance = world.instance(
        wasm({globals({global({v128}, false, {v128_const}), global({f32}, false, {signalling}),
                       global({v128}, false, {global_get(0)})}),
              exports({export_global("v", 2), export_global("f", 1)})}));
    EXPECT_EQ(global_of(instance, "v").value[0].bits, 0x0807060504030201u);
    EXPECT_EQ(global_of(instance, "v").value[1].bits, 0x100f0e0d0c0b0a09u);
    EXPECT_EQ(global_of(instance, "f").value->bits, 0x7fa00001u);
}

TEST(instantiate, evaluates_references_and_imported_globals)
{
    World world;
    ASSERT_TRUE(world.store().names().define(
        "m", "x", world.store().make_global({ValType::i32, false}, 3).value()));
    const auto& instance = world.instance(
        wasm({no_op_type, imports({import("m", "x", as_global({i32}, false))}), functions({{0}}),
              globals({global({funcref}, false, {ref_func(0)}),
                       global({externref}, false, {ref_null_of(externref)}),
                       global({i32}, false, {global_get(0)})}),
              exports({export_global("f", 1), export_global("n", 2), export_global("i", 3)}),
              code({body({})})}));
    EXPECT_EQ(Ref{global_of(instance, "f").value->bits}.as_func(), instance.functions[0]);
    EXPECT_TRUE(Ref{global_of(instance, "n").value->bits}.is_null());
    EXPECT_EQ(global_of(instance, "i").value->as<int32_t>(), 3);
}

TEST(instantiate, evaluates_deep_constant_expressions_without_recursion)
{
    World world;
    // 1 + (1 + (1 + ...)): all operands wait on the stack at once.
    Bytes init = cat({{i32}, {0x00}});
    for (int i = 0; i < 5'000; ++i)
        append(init, i32_const(1));
    for (int i = 0; i < 4'999; ++i)
        append(init, {0x6a});
    append(init, end_);
    const auto& instance =
        world.instance(wasm({globals({init}), exports({export_global("g", 0)})}));
    EXPECT_EQ(global_of(instance, "g").value->as<int32_t>(), 5'000);
    EXPECT_EQ(instance.module->const_depth, 5'000u);
}

TEST(instantiate, makes_the_objects_of_constants)
{
    World world;
    const Bytes struct_new_default = {0xfb, 0x01, 0x00};
    const auto& instance = world.instance(
        wasm({types({struct_type({})}), globals({global(ref_null(0), false, {struct_new_default})}),
              exports({export_global("g", 0)})}));
    EXPECT_TRUE(world.store().heap().contains(Ref{global_of(instance, "g").value->bits}));
    EXPECT_EQ(world.store().heap().used(), 8u);  // a header
}

TEST(instantiate, fills_tables_with_their_initialiser)
{
    World world;
    const Bytes with_init = cat({{0x40, 0x00}, {funcref}, at_least(3), expr({ref_func(0)})});
    const auto& instance =
        world.instance(wasm({no_op_type, functions({{0}}), tables({with_init}), code({body({})})}));
    for (uint64_t i = 0; i < 3; ++i)
        EXPECT_EQ(Ref{instance.tables[0]->elements[i].bits}.as_func(), instance.functions[0]);
}

TEST(instantiate, copies_active_element_segments_in_order)
{
    World world;
    const auto& instance = world.instance(
        wasm({no_op_type, functions({{0}, {0}}), tables({cat({{funcref}, at_least(4)})}),
              elements({active_functions(0, {{0}, {0}, {0}}), active_functions(2, {{1}, {1}})}),
              code({body({}), body({})})}));
    const auto at = [&](uint64_t i) { return Ref{instance.tables[0]->elements[i].bits}.as_func(); };
    EXPECT_EQ(at(0), instance.functions[0]);
    EXPECT_EQ(at(1), instance.functions[0]);
    EXPECT_EQ(at(2), instance.functions[1]);
    EXPECT_EQ(at(3), instance.functions[1]);
    EXPECT_EQ(instance.elements[0].count, 0u);  // dropped
}

TEST(instantiate, keeps_passive_element_segments_and_drops_declarative_ones)
{
    World world;
    const auto& instance = world.instance(wasm(
        {no_op_type, functions({{0}}), globals({global({funcref}, false, {ref_func(0)})}),
         elements(
             {passive_functions({{0}, {0}}), declarative_functions({{0}}),
              passive_expressions(funcref, {expr({ref_func(0)}), expr({ref_null_of(funcref)})}),
              passive_expressions(funcref, {expr({global_get(0)}), expr({ref_null_of(funcref)})})}),
         code({body({})})}));
    ASSERT_EQ(instance.elements.size(), 4u);
    EXPECT_EQ(instance.elements[0].count, 2u);
    EXPECT_EQ(instance.elements[1].count, 0u);
    EXPECT_FALSE(instance.module->elements[2].expressions);  // functions and nulls need none
    EXPECT_TRUE(instance.module->elements[3].expressions);
    for (const uint32_t segment : {2u, 3u}) {
        ASSERT_EQ(instance.elements[segment].count, 2u);
        EXPECT_EQ(Ref{instance.elements[segment].items[0].bits}.as_func(), instance.functions[0]);
        EXPECT_TRUE(Ref{instance.elements[segment].items[1].bits}.is_null());
    }
}

TEST(instantiate, copies_active_data_segments_and_keeps_passive_ones)
{
    World world;
    const auto& instance =
        world.instance(wasm({memories({at_least(1)}),
                             data({data_at(1, "abcd"), data_at(3, "XY"), passive_data("kept")})}));
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(instance.memories[0]->base), 6),
              std::string_view("\0abXY\0", 6));
    EXPECT_EQ(instance.data[0].size, 0u);
    EXPECT_EQ(instance.data[2].size, 4u);
}

TEST(instantiate, traps_on_an_element_segment_that_does_not_fit)
{
    World world;
    const auto binary = [](uint8_t offset) {
        return wasm({no_op_type, functions({{0}}), tables({cat({{funcref}, at_least(2)})}),
                     elements({active_functions(offset, {{0}, {0}})}), code({body({})})});
    };
    EXPECT_EQ(text_of(world.instantiate(binary(0))), "ok");
    EXPECT_EQ(text_of(world.instantiate(binary(1))), "trap: out of bounds table access");
    EXPECT_EQ(text_of(world.instantiate(binary(0x3f))), "trap: out of bounds table access");
    const auto negative =
        wasm({no_op_type, functions({{0}}), tables({cat({{funcref}, at_least(2)})}),
              elements({cat({{0x00, 0x41, 0x7f, 0x0b}, vec({{0}})})}), code({body({})})});
    EXPECT_EQ(text_of(world.instantiate(negative)), "trap: out of bounds table access");
}

TEST(instantiate, traps_on_an_empty_segment_beyond_the_end_only)
{
    World world;
    const auto at = [](uint8_t offset) {
        return wasm(
            {tables({cat({{funcref}, at_least(2)})}), elements({active_functions(offset, {})})});
    };
    EXPECT_EQ(text_of(world.instantiate(at(2))), "ok");
    EXPECT_EQ(text_of(world.instantiate(at(3))), "trap: out of bounds table access");
    EXPECT_EQ(text_of(world.instantiate(wasm({memories({at_least(0)}), data({data_at(0, "")})}))),
              "ok");
    EXPECT_EQ(text_of(world.instantiate(wasm({memories({at_least(0)}), data({data_at(1, "")})}))),
              "trap: out of bounds memory access");
}

TEST(instantiate, leaves_earlier_segments_in_imported_things_when_a_later_one_traps)
{
    World world;
    auto& table = *world.store().make_table({ValType::funcref, {.min = 4}}).value();
    auto& memory = *world.store().make_memory({.limits = {.min = 1}}).value();
    ASSERT_TRUE(world.store().names().define("m", "t", &table));
    ASSERT_TRUE(world.store().names().define("m", "m", &memory));
    const Bytes beyond = {0x00, 0x41, 0x80, 0x80, 0x04, 0x0b, 0x01, 'z'};  // at 65536
    const auto binary =
        wasm({no_op_type,
              imports({import("m", "t", as_table({funcref}, at_least(1))),
                       import("m", "m", as_memory(at_least(1)))}),
              functions({{0}}), elements({active_functions(3, {{0}})}), code({body({})}),
              data({data_at(8, "left"), beyond, data_at(0, "never")})});
    const ModuleInstance* const before = world.store().newest_instance();
    EXPECT_EQ(text_of(world.instantiate(binary)), "trap: out of bounds memory access");
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(memory.base) + 8, 4), "left");
    EXPECT_EQ(memory.base[0], 0);
    // The function in the table is one of an instance that stays, though nobody was given it.
    const runtime::FuncInstance* const func = Ref{table.elements[3].bits}.as_func();
    ASSERT_NE(func, nullptr);
    EXPECT_NE(world.store().newest_instance(), before);
    EXPECT_EQ(func->instance, world.store().newest_instance());
}

TEST(instantiate, leaves_nothing_behind_when_linking_fails)
{
    World world;
    const runtime::Module& module =
        world.module(wasm({types({func_type({{f64}, {f64}}, {})}),
                           imports({import("m", "x", as_memory(at_least(1)))}),
                           tables({cat({{funcref}, at_least(7)})}), memories({at_least(2)})}));
    const size_t used = world.arena().used();
    const uint32_t type_count = world.store().types().size();
    EXPECT_EQ(text_of(runtime::instantiate(world.store(), module)), "unlinkable: unknown import 0");
    EXPECT_EQ(world.arena().used(), used);
    EXPECT_EQ(world.arena().external(), 0u);
    EXPECT_EQ(world.arena().depth(), 0u);
    EXPECT_EQ(world.store().types().size(), type_count);
    EXPECT_EQ(world.store().memory_bytes(), 0u);
    EXPECT_EQ(world.store().table_elements(), 0u);
    EXPECT_EQ(world.store().newest_instance(), nullptr);
}

TEST(instantiate, makes_instances_of_one_module_that_share_nothing)
{
    World world;
    const runtime::Module& module =
        world.module(wasm({memories({at_least(1)}), globals({global({i32}, true, {i32_const(1)})}),
                           exports({export_global("g", 0)})}));
    ModuleInstance& one = *runtime::instantiate(world.store(), module).value();
    ModuleInstance& two = *runtime::instantiate(world.store(), module).value();
    *global_of(one, "g").value = runtime::Slot::of(9);
    one.memories[0]->base[0] = 9;
    EXPECT_EQ(global_of(two, "g").value->as<int32_t>(), 1);
    EXPECT_EQ(two.memories[0]->base[0], 0);
    EXPECT_EQ(world.store().newest_instance(), &two);
    EXPECT_EQ(two.older, &one);
}

TEST(instantiate, lays_out_index_spaces_with_imports_first)
{
    World world;
    runtime::FuncInstance* const host =
        world.store()
            .make_function({}, {},
                           [](runtime::Caller&, void*, runtime::Slot*) -> Status { return ok(); })
            .value();
    ASSERT_TRUE(world.store().names().define("m", "x", host));
    const auto& instance = world.instance(wasm(
        {types({func_type({}, {}), func_type({{i64}, {i32}}, {{i32}})}),
         imports({import("m", "x", as_func(0))}), functions({{1}}), code({body({i32_const(0)})})}));
    ASSERT_EQ(instance.functions.size(), 2u);
    EXPECT_EQ(instance.functions[0], host);
    const runtime::FuncInstance& own = *instance.functions[1];
    EXPECT_EQ(own.index, 1u);
    EXPECT_EQ(own.instance, &instance);
    EXPECT_EQ(own.param_slots, 2);
    EXPECT_EQ(own.result_slots, 1);
    EXPECT_NE(own.entry, nullptr);
    EXPECT_EQ(own.type, instance.type_ids[1]);
}

TEST(instantiate, addresses_64_bit_tables_and_memories_by_64_bit_offsets)
{
    World world;
    const Bytes element = cat({{0x00}, expr({i64_const(1)}), vec({{0}})});
    const Bytes bytes = cat({{0x00}, expr({i64_const(2)}), name("w")});
    const auto& instance = world.instance(
        wasm({no_op_type, functions({{0}}), tables({cat({{funcref}, at_least64(2)})}),
              memories({at_least64(1)}), elements({element}), code({body({})}), data({bytes})}));
    EXPECT_EQ(Ref{instance.tables[0]->elements[1].bits}.as_func(), instance.functions[0]);
    EXPECT_EQ(instance.memories[0]->base[2], 'w');
    const Bytes huge = cat({{0x00, 0x42, 0x7f, 0x0b}, name("w")});
    EXPECT_EQ(text_of(world.instantiate(wasm({memories({at_least64(1)}), data({huge})}))),
              "trap: out of bounds memory access");
}

}  // namespace
}  // namespace wrt::test
