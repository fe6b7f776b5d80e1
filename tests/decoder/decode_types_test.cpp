#include "decoder/support.hpp"

using namespace wrt;
using namespace wrt::test;

namespace {

Bytes types(std::initializer_list<Bytes> groups)
{
    return module({section(type_id, vec(groups))});
}
Bytes rec(std::initializer_list<Bytes> defs)
{
    return bytes(rec_form, vec(defs));
}
Bytes open_struct(const Bytes& supers, const Bytes& fields)
{
    return bytes(sub_form, sized(supers), struct_form, fields);
}

}  // namespace

TEST(decode_types, reads_params_and_results)
{
    inspect(types({func_type({i32, f64}, {v128})}), [](const decoder::Module& module) {
        ASSERT_EQ(module.types.size(), 1u);
        const TypeDef& def = module.types[0];
        EXPECT_EQ(def.kind, CompositeKind::func);
        EXPECT_TRUE(def.final);
        ASSERT_EQ(module.types.params(0u).size(), 2u);
        EXPECT_EQ(module.types.params(0u)[1], ValType::f64);
        ASSERT_EQ(module.types.results(0u).size(), 1u);
        EXPECT_EQ(module.types.results(0u)[0], ValType::v128);
    });
}

TEST(decode_types, reports_where_a_value_type_is_malformed)
{
    EXPECT_EQ(verdict(types({bytes(func_form, 1, 0x42, 0)})),
              "malformed at 0xd: malformed value type, got 0x42");
}

TEST(decode_types, refuses_packed_types_outside_of_fields)
{
    EXPECT_EQ(verdict(types({func_type({i8}, {})})),
              "malformed at 0xd: malformed value type, got 0x78");
    EXPECT_EQ(verdict(types({bytes(array_form, i8, 0)})), "valid");
}

TEST(decode_types, refuses_an_unknown_form_and_an_unknown_mutability)
{
    EXPECT_EQ(verdict(types({bytes(0x5d)})),
              "malformed at 0xb: malformed definition type, got 0x5d");
    EXPECT_EQ(verdict(types({bytes(array_form, i32, 2)})),
              "malformed at 0xd: malformed mutability, got 0x2");
}

TEST(decode_types, takes_references_to_types_before_and_in_the_group_only)
{
    EXPECT_EQ(verdict(types({bytes(array_form, ref_null, 0, 0)})), "valid");
    EXPECT_EQ(verdict(types({bytes(array_form, ref_null, 1, 0), func_type({}, {})})),
              "invalid at 0xc: unknown type 1, there are 1");
    EXPECT_EQ(verdict(types({rec({bytes(array_form, ref_null, 1, 0), func_type({}, {})})})),
              "valid");
}

TEST(decode_types, gives_equal_types_one_index)
{
    inspect(types({func_type({i32}, {}), func_type({}, {}), func_type({i32}, {}),
                   rec({func_type({i32}, {})})}),
            [](const decoder::Module& module) {
                EXPECT_EQ(module.types.canonical(2), 0u);
                EXPECT_EQ(module.types.canonical(1), 1u);
                EXPECT_EQ(module.types.canonical(3), 0u);  // a group of one is what a type alone is
            });
}

TEST(decode_types, compares_recursion_groups_as_wholes)
{
    // Two groups of the same two types; a third with the types the other way round; a type alone
    // like one of them.
    const Bytes first = bytes(struct_form, vec({bytes(ref_null, 1, 0)}));
    const Bytes again = bytes(struct_form, vec({bytes(ref_null, 3, 0)}));
    inspect(types({rec({first, func_type({}, {})}), rec({again, func_type({}, {})}),
                   rec({func_type({}, {}), bytes(struct_form, vec({bytes(ref_null, 4, 0)}))}),
                   func_type({}, {})}),
            [](const decoder::Module& module) {
                EXPECT_EQ(module.types.canonical(2), 0u);
                EXPECT_EQ(module.types.canonical(3), 1u);
                EXPECT_EQ(module.types.canonical(4), 4u);
                EXPECT_EQ(module.types.canonical(6), 6u);
                // References of the twin are those of the group it equals.
                EXPECT_EQ(module.types.fields_of(2u)[0].storage,
                          ValType::ref(HeapType::of_index(1), true));
            });
}

TEST(decode_types, tells_a_reference_to_itself_from_one_to_its_twin)
{
    // 0: array of itself. 1: array of 0: another type, as unrolling is not equality.
    inspect(types({bytes(array_form, ref_null, 0, 0), bytes(array_form, ref_null, 0, 0),
                   bytes(array_form, ref_null, 2, 0)}),
            [](const decoder::Module& module) {
                EXPECT_EQ(module.types.canonical(1), 1u);
                EXPECT_EQ(module.types.canonical(2), 0u);
            });
}

TEST(decode_types, tells_final_from_open_and_supertypes_apart)
{
    inspect(types({open_struct({}, vec({})), bytes(struct_form, vec({})), open_struct({0}, vec({})),
                   open_struct({0}, vec({})),
                   bytes(final_form, vec({bytes(0)}), struct_form, vec({}))}),
            [](const decoder::Module& module) {
                EXPECT_EQ(module.types.canonical(1), 1u);
                EXPECT_EQ(module.types.canonical(2), 2u);
                EXPECT_EQ(module.types.canonical(3), 2u);
                EXPECT_EQ(module.types.canonical(4), 4u);
                EXPECT_EQ(module.types[3].supertype, 0u);
                EXPECT_EQ(module.types[4].depth, 1);
            });
}

TEST(decode_types, checks_that_a_subtype_extends_its_supertype)
{
    const Bytes base =
        open_struct({}, vec({bytes(ref_null, 0x6e, 0), bytes(i32, 1)}));  // anyref, mutable i32
    const auto with = [&base](const Bytes& fields) {
        return verdict(types({base, open_struct({0}, fields)}));
    };
    EXPECT_EQ(with(vec({bytes(eqref, 0), bytes(i32, 1), bytes(f32, 0)})), "valid");
    EXPECT_EQ(with(vec({bytes(eqref, 0)})), "invalid at 0x14: sub type");  // shorter
    EXPECT_EQ(with(vec({bytes(externref, 0), bytes(i32, 1)})),
              "invalid at 0x14: sub type");  // unrelated
    EXPECT_EQ(with(vec({bytes(anyref, 1), bytes(i32, 1)})),
              "invalid at 0x14: sub type");  // mutable
    EXPECT_EQ(with(vec({bytes(anyref, 0), bytes(i32, 0)})),
              "invalid at 0x14: sub type");  // not mutable
}

TEST(decode_types, takes_params_of_supertypes_and_results_of_subtypes)
{
    const Bytes base = bytes(sub_form, vec({}), func_type({eqref}, {eqref}));
    const auto with = [&base](const Bytes& type) {
        return verdict(types({base, bytes(sub_form, vec({bytes(0)}), type)}));
    };
    EXPECT_EQ(with(func_type({anyref}, {i31ref})), "valid");
    EXPECT_NE(with(func_type({i31ref}, {eqref})), "valid");
    EXPECT_NE(with(func_type({eqref}, {anyref})), "valid");
    EXPECT_NE(with(func_type({eqref}, {})), "valid");
}

TEST(decode_types, refuses_to_extend_a_final_type_or_one_that_comes_later)
{
    EXPECT_EQ(verdict(types({bytes(struct_form, vec({})), open_struct({0}, vec({}))})),
              "invalid at 0xd: sub type");
    EXPECT_EQ(verdict(types({rec({open_struct({1}, vec({})), open_struct({}, vec({}))})})),
              "invalid at 0xd: unknown type 1");
    EXPECT_EQ(verdict(types({open_struct({}, vec({})), open_struct({}, vec({})),
                             open_struct({0, 1}, vec({}))})),
              "invalid at 0x13: sub type");
}

TEST(decode_types, bounds_the_depth_of_subtyping)
{
    const auto chain = [](uint32_t length) {
        Bytes all = leb(length);
        append(all, open_struct({}, vec({})));
        for (uint32_t i = 1; i < length; ++i)
            append(all, bytes(sub_form, sized(leb(i - 1)), struct_form, vec({})));
        return module({section(type_id, all)});
    };
    EXPECT_EQ(verdict(chain(64)), "valid");
    EXPECT_EQ(check(chain(65)).error().code, Errc::subtyping_too_deep);
}

TEST(decode_types, bounds_params_results_and_fields)
{
    EXPECT_EQ(verdict(types({func_type(Bytes(1000, i32), Bytes(1000, i64))})), "valid");
    EXPECT_EQ(check(types({func_type(Bytes(1001, i32), {})})).error().code, Errc::too_many_params);
    EXPECT_EQ(check(types({func_type({}, Bytes(1001, i32))})).error().code, Errc::too_many_results);
    EXPECT_EQ(check(types({bytes(struct_form, leb(10001), Bytes(20002, 0))})).error().code,
              Errc::too_many_fields);
}

TEST(decode_types, knows_which_structures_have_default_values)
{
    inspect(types({bytes(struct_form, vec({bytes(i32, 0), bytes(anyref, 1)})),
                   bytes(struct_form, vec({bytes(i32, 0), bytes(ref, 0x6e, 1)})),
                   bytes(array_form, ref, 0, 1)}),
            [](const decoder::Module& module) {
                EXPECT_EQ(module.types[0].results, 1);
                EXPECT_EQ(module.types[1].results, 0);
                EXPECT_EQ(module.types[2].results, 0);
            });
}

TEST(decode_types, takes_an_empty_recursion_group)
{
    inspect(types({rec({}), func_type({}, {}), rec({})}), [](const decoder::Module& module) {
        EXPECT_EQ(module.types.groups.size(), 3u);
        EXPECT_EQ(module.types.size(), 1u);
    });
}
