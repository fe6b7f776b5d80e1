// Where imports come from, and exports by name.
#include <wrt/runtime/imports.hpp>

#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::Extern;
using runtime::ImportTable;

Status nothing(runtime::Caller&, void*, runtime::Slot*)
{
    return ok();
}

TEST(imports, find_what_was_defined_and_nothing_else)
{
    World world;
    ImportTable table{world.store()};
    ASSERT_TRUE(table.define_function("wasi", "exit", {}, {}, nothing));
    ASSERT_TRUE(
        table.define("env", "limit", world.store().make_global({ValType::i32, false}, 9).value()));
    EXPECT_EQ(table.find("wasi", "exit").kind, ExternKind::func);
    EXPECT_EQ(table.find("env", "limit").global->value->as<int32_t>(), 9);
    EXPECT_FALSE(table.find("wasi", "limit"));
    EXPECT_FALSE(table.find("env", "exit"));
    EXPECT_FALSE(table.find("wasi", ""));
    EXPECT_FALSE(table.find("", ""));
}

TEST(imports, keep_module_and_name_apart)
{
    World world;
    ImportTable table{world.store()};
    ASSERT_TRUE(
        table.define("ab", "c", world.store().make_global({ValType::i32, false}, 1).value()));
    ASSERT_TRUE(
        table.define("a", "bc", world.store().make_global({ValType::i32, false}, 2).value()));
    ASSERT_TRUE(
        table.define("abc", "", world.store().make_global({ValType::i32, false}, 3).value()));
    EXPECT_EQ(table.find("ab", "c").global->value->as<int32_t>(), 1);
    EXPECT_EQ(table.find("a", "bc").global->value->as<int32_t>(), 2);
    EXPECT_EQ(table.find("abc", "").global->value->as<int32_t>(), 3);
    EXPECT_FALSE(table.find("", "abc"));
}

TEST(imports, copy_the_names_they_are_given)
{
    World world;
    ImportTable table{world.store()};
    std::string module = "m", name = "n";
    ASSERT_TRUE(table.define_function(module, name, {}, {}, nothing));
    module = name = "overwritten";
    EXPECT_TRUE(table.find("m", "n"));
}

TEST(imports, hide_an_earlier_definition_by_a_later_one)
{
    World world;
    ImportTable table{world.store()};
    for (int32_t value : {1, 2}) {
        ASSERT_TRUE(table.define("m", "g",
                                 world.store().make_global({ValType::i32, false}, value).value()));
    }
    EXPECT_EQ(table.find("m", "g").global->value->as<int32_t>(), 2);
}

TEST(imports, offer_the_exports_of_an_instance)
{
    World world;
    ImportTable table{world.store()};
    const auto& instance = world.instance(
        wasm({globals({global({i32}, false, {i32_const(5)})}), exports({export_global("g", 0)})}));
    ASSERT_TRUE(table.define_instance("lib", instance));
    EXPECT_EQ(table.find("lib", "g").global->value->as<int32_t>(), 5);
    EXPECT_FALSE(table.find("lib", "h"));
    EXPECT_EQ(table.find_instance("lib"), &instance);
    EXPECT_EQ(table.find_instance("li"), nullptr);
    // A single definition wins over the instance of the same name.
    ASSERT_TRUE(
        table.define("lib", "g", world.store().make_global({ValType::i32, false}, 6).value()));
    EXPECT_EQ(table.find("lib", "g").global->value->as<int32_t>(), 6);
}

TEST(imports, ask_the_next_provider_for_what_they_do_not_know)
{
    World world;
    ImportTable outer{world.store()};
    ImportTable inner{world.store(), &outer};
    ASSERT_TRUE(outer.define_function("m", "outer", {}, {}, nothing));
    ASSERT_TRUE(inner.define_function("m", "inner", {}, {}, nothing));
    EXPECT_TRUE(inner.find("m", "outer"));
    EXPECT_TRUE(inner.find("m", "inner"));
    EXPECT_FALSE(outer.find("m", "inner"));
}

TEST(imports, refuse_to_define_nothing)
{
    World world;
    ImportTable table{world.store()};
    EXPECT_EQ(table.define("m", "n", Extern{}).error().code, Errc::invalid_argument);
    EXPECT_FALSE(table.find("m", "n"));
}

TEST(imports, are_found_among_thousands)
{
    World world;
    ImportTable table{world.store()};
    const auto global = world.store().make_global({ValType::i32, false}, 1).value();
    for (int i = 0; i < 3'000; ++i)
        ASSERT_TRUE(table.define("module", "name" + std::to_string(i), global));
    for (int i = 0; i < 3'000; ++i)
        EXPECT_TRUE(table.find("module", "name" + std::to_string(i)));
    EXPECT_FALSE(table.find("module", "name3000"));
}

TEST(imports, change_nothing_when_the_arena_refuses)
{
    World world;
    ImportTable table{world.store()};
    const auto global = world.store().make_global({ValType::i32, false}, 1).value();
    for (uint64_t nth = 1;; ++nth) {
        const size_t used = world.arena().used();
        world.arena().fail_at(nth);
        const Status defined = table.define("module", "name", global);
        const bool injected = world.arena().injected();
        world.arena().fail_at(0);
        if (!injected) {
            EXPECT_TRUE(defined);
            break;
        }
        EXPECT_FALSE(defined);
        EXPECT_FALSE(table.find("module", "name"));
        EXPECT_EQ(world.arena().used(), used);
    }
    EXPECT_TRUE(table.find("module", "name"));
}

TEST(exports, are_found_by_name_whatever_their_order_in_the_binary)
{
    World world;
    const auto& instance = world.instance(wasm(
        {types({func_type({}, {})}), functions({{0}}), tables({cat({{funcref}, at_least(1)})}),
         memories({at_least(1)}), tags({{0x00, 0x00}}),
         globals({global({i64}, true, {i64_const(3)})}),
         exports({export_tag("tag", 0), export_func("zeta", 0), export_global("alpha", 0),
                  export_memory("memory", 0), export_table("", 0), export_func("eta\xc3\xa4", 0)}),
         code({body({})})}));
    EXPECT_EQ(runtime::find_export(instance, "zeta").func, instance.functions[0]);
    EXPECT_EQ(runtime::find_export(instance, "eta\xc3\xa4").func, instance.functions[0]);
    EXPECT_EQ(runtime::find_export(instance, "alpha").global, instance.globals[0]);
    EXPECT_EQ(runtime::find_export(instance, "").table, instance.tables[0]);
    EXPECT_EQ(runtime::find_export(instance, "tag").tag, instance.tags[0]);
    EXPECT_EQ(runtime::find_export(instance, "memory").memory, instance.memories[0]);
    EXPECT_EQ(instance.exported_memory, instance.memories[0]);
    EXPECT_FALSE(runtime::find_export(instance, "eta"));
    EXPECT_FALSE(runtime::find_export(instance, "zz"));
    EXPECT_EQ(runtime::export_at(instance, 1).func, instance.functions[0]);
}

TEST(exports, called_memory_need_not_be_one)
{
    World world;
    const auto& instance = world.instance(wasm(
        {globals({global({i32}, false, {i32_const(1)})}), exports({export_global("memory", 0)})}));
    EXPECT_EQ(instance.exported_memory, nullptr);
}

}  // namespace
}  // namespace wrt::test
