// Which types of different modules are the same, and which are below which.
#include <wrt/runtime/type_registry.hpp>

#include <wrt/runtime/module.hpp>

#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::TypeId;
using runtime::TypeRegistry;

/// The ids that the types of a module with this type section get.
std::vector<TypeId> ids_of(World& world, const std::vector<Bytes>& type_section)
{
    const runtime::Module& module = world.module(wasm({types(type_section)}));
    std::vector<TypeId> ids(module.types.size());
    EXPECT_TRUE(world.store().types().intern(world.arena(), module, ids));
    return ids;
}

TEST(type_registry, gives_equal_function_types_of_two_modules_one_id)
{
    World world;
    const auto first = ids_of(world, {func_type({{i32}}, {{i64}}), func_type({}, {})});
    const auto second = ids_of(
        world, {func_type({}, {}), func_type({{i32}}, {{i64}}), func_type({{i64}}, {{i32}})});
    EXPECT_EQ(first[0], second[1]);
    EXPECT_EQ(first[1], second[0]);
    EXPECT_NE(first[0], second[2]);
    EXPECT_EQ(world.store().types().size(), 3u);
}

TEST(type_registry, tells_params_from_results)
{
    World world;
    const auto ids = ids_of(world, {func_type({{i32}, {i32}}, {}), func_type({{i32}}, {{i32}}),
                                    func_type({}, {{i32}, {i32}})});
    EXPECT_NE(ids[0], ids[1]);
    EXPECT_NE(ids[1], ids[2]);
    EXPECT_NE(ids[0], ids[2]);
}

TEST(type_registry, gives_a_type_twice_in_one_module_one_id)
{
    World world;
    const auto ids = ids_of(world, {func_type({{f32}}, {}), func_type({{f32}}, {})});
    EXPECT_EQ(ids[0], ids[1]);
}

TEST(type_registry, unrolls_recursion_groups_by_position)
{
    World world;
    // (rec (type (struct (ref null 0))))  written at index 0 and at index 1
    const auto first = ids_of(world, {struct_type({field(ref_null(0), false)})});
    const auto second =
        ids_of(world, {func_type({}, {}), struct_type({field(ref_null(1), false)})});
    EXPECT_EQ(first[0], second[1]);
}

TEST(type_registry, tells_a_group_from_one_that_refers_to_it)
{
    World world;
    // 0 refers to itself; 1 refers to 0, which has the same shape from outside.
    const auto ids = ids_of(world, {struct_type({field(ref_null(0), false)}),
                                    struct_type({field(ref_null(0), false)})});
    EXPECT_NE(ids[0], ids[1]);
    const auto again = ids_of(world, {func_type({}, {}), struct_type({field(ref_null(1), false)}),
                                      struct_type({field(ref_null(1), false)})});
    EXPECT_EQ(again[1], ids[0]);
    EXPECT_EQ(again[2], ids[1]);
}

TEST(type_registry, tells_groups_of_different_size_apart)
{
    World world;
    const auto alone = ids_of(world, {func_type({}, {})});
    const auto paired = ids_of(world, {rec({func_type({}, {}), struct_type({})})});
    EXPECT_NE(alone[0], paired[0]);
    const auto again = ids_of(world, {rec({func_type({}, {}), struct_type({})})});
    EXPECT_EQ(paired, again);
}

TEST(type_registry, tells_final_types_from_open_ones)
{
    World world;
    const auto ids = ids_of(
        world, {func_type({}, {}), sub({}, func_type({}, {})), sub_final({}, func_type({}, {}))});
    EXPECT_NE(ids[0], ids[1]);
    EXPECT_EQ(ids[0], ids[2]);
}

TEST(type_registry, tells_mutable_fields_and_packed_fields_apart)
{
    World world;
    const uint8_t i8 = 0x78, i16 = 0x77;
    const auto ids =
        ids_of(world, {struct_type({field({i32}, false)}), struct_type({field({i32}, true)}),
                       struct_type({field({i8}, false)}), struct_type({field({i16}, false)}),
                       array_type(field({i32}, false))});
    for (size_t i = 0; i < ids.size(); ++i) {
        for (size_t j = 0; j < i; ++j)
            EXPECT_NE(ids[i], ids[j]);
    }
}

TEST(type_registry, walks_the_supertype_chain)
{
    World world;
    const auto a =
        ids_of(world, {sub({}, struct_type({})), sub({{0}}, struct_type({field({i32}, false)})),
                       sub({{1}}, struct_type({field({i32}, false), field({i32}, false)})),
                       sub({{0}}, struct_type({field({i64}, false)}))});
    const TypeRegistry& types = world.store().types();
    EXPECT_TRUE(types.is_subtype(a[0], a[0]));
    EXPECT_TRUE(types.is_subtype(a[1], a[0]));
    EXPECT_TRUE(types.is_subtype(a[2], a[0]));
    EXPECT_TRUE(types.is_subtype(a[2], a[1]));
    EXPECT_FALSE(types.is_subtype(a[0], a[1]));
    EXPECT_FALSE(types.is_subtype(a[3], a[1]));
    // The same chain from another module, at other indices.
    const auto b = ids_of(world, {func_type({}, {}), sub({}, struct_type({})),
                                  sub({{1}}, struct_type({field({i32}, false)}))});
    EXPECT_EQ(b[1], a[0]);
    EXPECT_EQ(b[2], a[1]);
    EXPECT_TRUE(types.is_subtype(a[2], b[1]));
}

TEST(type_registry, orders_abstract_heap_types_as_the_specification_does)
{
    World world;
    const auto ids =
        ids_of(world, {func_type({}, {}), struct_type({}), array_type(field({i32}, false))});
    const HeapType f = HeapType::of_index(ids[0]), s = HeapType::of_index(ids[1]),
                   a = HeapType::of_index(ids[2]);
    struct Row {
        HeapType sub;
        std::vector<HeapType> supers;
    };
    using H = HeapType;
    const Row rows[] = {
        {H::none, {s, a, H::i31, H::struct_, H::array, H::eq, H::any}},
        {s, {H::struct_, H::eq, H::any}},
        {a, {H::array, H::eq, H::any}},
        {H::i31, {H::eq, H::any}},
        {H::struct_, {H::eq, H::any}},
        {H::array, {H::eq, H::any}},
        {H::eq, {H::any}},
        {H::any, {}},
        {H::nofunc, {f, H::func}},
        {f, {H::func}},
        {H::func, {}},
        {H::noextern, {H::extern_}},
        {H::extern_, {}},
        {H::noexn, {H::exn}},
        {H::exn, {}},
    };
    const TypeRegistry& types = world.store().types();
    for (const Row& row : rows) {
        for (const Row& other : rows) {
            const bool expected =
                row.sub == other.sub ||
                std::find(row.supers.begin(), row.supers.end(), other.sub) != row.supers.end();
            EXPECT_EQ(types.is_subtype(row.sub, other.sub), expected)
                << row.sub.bits() << " <: " << other.sub.bits();
        }
    }
}

TEST(type_registry, lets_null_free_references_stand_for_nullable_ones_only)
{
    World world;
    const TypeRegistry& types = world.store().types();
    EXPECT_TRUE(types.is_subtype(ValType::funcref.as_non_null(), ValType::funcref));
    EXPECT_FALSE(types.is_subtype(ValType::funcref, ValType::funcref.as_non_null()));
    EXPECT_FALSE(types.is_subtype(ValType::i32, ValType::i64));
    EXPECT_TRUE(types.is_subtype(ValType::bot, ValType::f64));
}

TEST(type_registry, finds_a_host_function_type_that_a_module_declared)
{
    World world;
    const auto ids = ids_of(world, {func_type({{i32}, {f64}}, {{i64}})});
    const ValType params[] = {ValType::i32, ValType::f64};
    const ValType results[] = {ValType::i64};
    EXPECT_EQ(world.store().types().intern_function(world.arena(), params, results).value(),
              ids[0]);
    EXPECT_NE(world.store().types().intern_function(world.arena(), results, params).value(),
              ids[0]);
}

TEST(type_registry, keeps_thousands_of_types_apart)
{
    World world;
    TypeRegistry& types = world.store().types();
    const ValType choices[] = {ValType::i32, ValType::i64, ValType::f32, ValType::f64};
    const auto params_of = [&](uint32_t n) {
        std::vector<ValType> params;
        for (uint32_t rest = n + 4; rest > 1; rest /= 4)
            params.push_back(choices[rest % 4]);
        return params;
    };
    std::vector<TypeId> ids;
    for (uint32_t n = 0; n < 5'000; ++n)
        ids.push_back(types.intern_function(world.arena(), params_of(n), {}).value());
    for (uint32_t n = 0; n < 5'000; ++n) {
        const auto params = params_of(n);
        EXPECT_EQ(types.intern_function(world.arena(), params, {}).value(), ids[n]);
        const auto stored = types[ids[n]].params();
        EXPECT_TRUE(std::equal(params.begin(), params.end(), stored.begin(), stored.end()));
    }
}

TEST(type_registry, forgets_what_came_after_a_mark)
{
    World world;
    TypeRegistry& types = world.store().types();
    const ValType one[] = {ValType::i32};
    const ValType two[] = {ValType::i32, ValType::i32};
    const TypeId kept = types.intern_function(world.arena(), one, {}).value();
    const TypeRegistry::Mark mark = types.mark();
    ScopeGuard scope =
        world.arena().enter(LibraryId::runtime, "test", 1 << 20, End::retained).value();
    for (uint32_t n = 1; n < 100; ++n) {
        const std::vector<ValType> params(n, ValType::f64);
        ASSERT_TRUE(types.intern_function(world.arena(), params, {}));
    }
    types.rewind(mark);
    ASSERT_TRUE(scope.exit());
    EXPECT_EQ(types.size(), kept + 1);
    EXPECT_EQ(types.intern_function(world.arena(), one, {}).value(), kept);
    EXPECT_EQ(types.intern_function(world.arena(), two, {}).value(), kept + 1);
}

}  // namespace
}  // namespace wrt::test
