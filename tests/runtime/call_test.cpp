// Typed calls: what is checked before the guest runs, and names for backtraces.
#include <wrt/runtime/call.hpp>

#include <wrt/runtime/host.hpp>
#include <wrt/runtime/table.hpp>

#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::Ref;
using runtime::Value;

const Bytes add_module =
    wasm({types({func_type({{i32}, {i32}}, {{i32}})}), functions({{0}}),
          exports({export_func("add", 0)}), code({body({{0x20, 0x00}, {0x20, 0x01}, {0x6a}})})});

TEST(call, passes_arguments_and_gives_results)
{
    World world;
    runtime::FuncInstance& add = func(world.instance(add_module), "add");
    const Value args[] = {int32_t{40}, int32_t{2}};
    Value results[1];
    ASSERT_EQ(text_of(runtime::call(world.store(), add, args, results)), "ok");
    EXPECT_EQ(results[0].type, ValType::i32);
    EXPECT_EQ(results[0].i32, 42);
}

TEST(call, refuses_wrong_counts_and_types)
{
    World world;
    runtime::FuncInstance& add = func(world.instance(add_module), "add");
    const Value args[] = {int32_t{40}, 1.0f, int32_t{1}};
    Value results[2];
    EXPECT_EQ(text_of(runtime::call(world.store(), add, std::span{args}.first(1),
                                    std::span{results}.first(1))),
              "usage: wrong number of arguments, expected 2, got 1");
    EXPECT_EQ(text_of(runtime::call(world.store(), add, std::span{args}.first(2), results)),
              "usage: wrong number of results, expected 1, got 2");
    EXPECT_EQ(text_of(runtime::call(world.store(), add, std::span{args}.first(2),
                                    std::span{results}.first(1))),
              "usage: signature mismatch, expected i32, got f32");
}

TEST(call, refuses_functions_of_another_store)
{
    World world;
    World other;
    runtime::FuncInstance& add = func(other.instance(add_module), "add");
    EXPECT_EQ(runtime::call(world.store(), add, {}, {}).error().code, Errc::different_engine);
}

TEST(call, judges_references_by_what_they_refer_to)
{
    World world;
    const auto& instance = world.instance(add_module);
    const runtime::TypeRegistry& registry = world.store().types();
    const Value add{ValType::funcref, Ref::func(instance.functions[0])};
    const ValType exact = ValType::ref(HeapType::of_index(instance.functions[0]->type), false);
    const Value null = Value::default_of(ValType::funcref);
    EXPECT_TRUE(runtime::is_value_of(registry, add, ValType::funcref));
    EXPECT_TRUE(runtime::is_value_of(registry, add, exact));
    EXPECT_FALSE(runtime::is_value_of(registry, add, ValType::externref));
    EXPECT_FALSE(runtime::is_value_of(registry, add, ValType::nullfuncref));
    EXPECT_TRUE(runtime::is_value_of(registry, null, ValType::funcref));
    EXPECT_TRUE(runtime::is_value_of(registry, null, exact.as_nullable()));
    EXPECT_FALSE(runtime::is_value_of(registry, null, exact));
    EXPECT_FALSE(runtime::is_value_of(registry, null, ValType::externref));
    EXPECT_TRUE(
        runtime::is_value_of(registry, {ValType::externref, Ref::host(5)}, ValType::externref));
    EXPECT_FALSE(
        runtime::is_value_of(registry, {ValType::externref, Ref::host(5)}, ValType::funcref));
    // A host value is no function, whatever its label says.
    EXPECT_FALSE(
        runtime::is_value_of(registry, {ValType::funcref, Ref::host(5)}, ValType::funcref));
    EXPECT_FALSE(runtime::is_value_of(registry, int32_t{1}, ValType::funcref));
}

Status swap(runtime::Caller&, void*, runtime::Slot* slots)
{
    const runtime::Slot low = slots[0], high = slots[1];
    slots[0] = slots[2];
    slots[1] = low;
    slots[2] = high;
    return ok();
}

TEST(call, reaches_host_functions_with_vectors_in_two_slots)
{
    World world;
    const ValType params[] = {ValType::v128, ValType::i64};
    const ValType results[] = {ValType::i64, ValType::v128};
    runtime::FuncInstance& host = *world.store().make_function(params, results, swap).value();
    V128 vector;
    vector.bytes[15] = 9;
    const Value args[] = {vector, int64_t{7}};
    Value out[2];
    ASSERT_EQ(text_of(runtime::call(world.store(), host, args, out)), "ok");
    EXPECT_EQ(out[0].i64, 7);
    EXPECT_EQ(out[1].v128, vector);
}

TEST(call, passes_the_most_parameters_there_can_be)
{
    World world;
    // Gives its last parameter back.
    const std::vector<Bytes> params(limits::params, {i64});
    const auto binary = wasm({types({func_type(params, {{i64}})}), functions({{0}}),
                              exports({export_func("last", 0)}),
                              code({body({cat({{0x20}, leb(limits::params - 1)})})})});
    std::vector<Value> args(limits::params, int64_t{0});
    args.back() = int64_t{11};
    Value result[1];
    ASSERT_EQ(
        text_of(runtime::call(world.store(), func(world.instance(binary), "last"), args, result)),
        "ok");
    EXPECT_EQ(result[0].i64, 11);
}

TEST(call, names_functions_as_the_name_section_does)
{
    World world;
    const Bytes names = cat({{0x00},
                             sized(name("demo")),
                             {0x01},
                             sized(vec({cat({{0}, name("first")}), cat({{2}, name("third")})}))});
    const runtime::Module& module =
        world.module(wasm({types({func_type({}, {})}), functions({{0}, {0}, {0}}),
                           code({body({}), body({}), body({})}), custom("name", names)}));
    EXPECT_EQ(runtime::module_name(module), "demo");
    EXPECT_EQ(runtime::function_name(module, 0), "first");
    EXPECT_EQ(runtime::function_name(module, 1), "");
    EXPECT_EQ(runtime::function_name(module, 2), "third");
    EXPECT_EQ(runtime::function_name(world.module(add_module), 0), "");
}

TEST(call, ignores_a_broken_name_section)
{
    World world;
    const runtime::Module& module = world.module(wasm({custom("name", {0x01, 0x7f, 0x05})}));
    EXPECT_EQ(runtime::function_name(module, 0), "");
    EXPECT_EQ(runtime::module_name(module), "");
}

TEST(caller, gives_the_guests_bytes_inside_its_memory_only)
{
    World world;
    auto& instance =
        world.instance(wasm({memories({at_least(1)}), exports({export_memory("memory", 0)})}));
    runtime::Caller caller{world.store(), world.store().execution(), &instance};
    EXPECT_EQ(caller.bytes(0, limits::page_bytes).value().data(), instance.memories[0]->base);
    EXPECT_EQ(caller.bytes(limits::page_bytes, 0).value().size(), 0u);
    EXPECT_EQ(text_of(caller.bytes(limits::page_bytes, 1)), "trap: out of bounds memory access");
    EXPECT_EQ(text_of(caller.bytes(~uint64_t{0}, 2)), "trap: out of bounds memory access");
    runtime::Caller nobody{world.store(), world.store().execution(), nullptr};
    EXPECT_EQ(text_of(nobody.bytes(0, 0)), "trap: out of bounds memory access");
}

}  // namespace
}  // namespace wrt::test
