// For each feature modules that need it and nothing else that is not in the first version, with
// what is said where it is switched off.
#pragma once

#include "decoder/support.hpp"

#include <string>
#include <vector>

namespace wrt::test {

struct FeatureModule {
    Feature feature;
    std::string name;  ///< Fit for a file's name.
    Bytes binary;
    std::string refusal;  ///< Without ", needs feature NAME" at its end.
};

inline std::vector<FeatureModule> feature_modules()
{
    using enum Feature;
    const Bytes nullary = func_type({}, {});
    const Bytes memory = section(memory_id, vec({bytes(0, 1)}));
    const Bytes two_memories = section(memory_id, vec({bytes(0, 1), bytes(0, 1)}));
    const Bytes table = section(table_id, vec({bytes(funcref, 0, 1)}));
    const Bytes i32_const = bytes(0x41, 0);
    const Bytes zero = bytes(0x41, 0, end);
    constexpr uint8_t drop = 0x1a;
    const auto function = [](const Bytes& instructions, std::initializer_list<Bytes> between = {}) {
        return one_function({}, {}, instructions, between);
    };
    const auto types = [](std::initializer_list<Bytes> list) {
        return module({section(type_id, vec(list))});
    };
    const auto data = [](const Bytes& segment) { return section(data_id, vec({segment})); };
    const auto elements = [](const Bytes& segment) { return section(element_id, vec({segment})); };
    // A function section and an empty function, for what refers to functions.
    const Bytes one_type = section(type_id, vec({nullary}));
    const Bytes one = section(function_id, vec({bytes(0)}));
    const Bytes empty_code = section(code_id, vec({body({})}));

    std::vector<FeatureModule> list{
        {sign_extension, "extend", function(bytes(i32_const, 0xc0, drop)),
         "malformed at 0x19: illegal opcode i32.extend8_s"},
        {saturating_float_to_int, "trunc_sat", function(bytes(0x43, 0, 0, 0, 0, 0xfc, 0x00, drop)),
         "malformed at 0x1c: illegal opcode i32.trunc_sat_f32_s"},
        {multi_value, "results", types({func_type({}, {i32, i32})}),
         "invalid at 0xd: invalid result arity"},
        {multi_value, "block_type", function(bytes(0x02, 0x00, end)),
         "malformed at 0x18: malformed block type"},
        {reference_types, "externref", types({func_type({externref}, {})}),
         "malformed at 0xd: malformed value type externref"},
        {reference_types, "table_of_externref",
         module({section(table_id, vec({bytes(externref, 0, 1)}))}),
         "malformed at 0xb: malformed reference type externref"},
        {reference_types, "two_tables",
         module({section(table_id, vec({bytes(funcref, 0, 1), bytes(funcref, 0, 1)}))}),
         "invalid at 0xe: multiple tables"},
        {reference_types, "table_index",
         one_function({}, {}, bytes(i32_const, 0x11, 0, 0x80, 0), {table}),
         "malformed at 0x21: zero byte expected"},
        {reference_types, "ref_null", function(bytes(0xd0, funcref, drop)),
         "malformed at 0x17: illegal opcode ref.null"},
        {reference_types, "table_size", function(bytes(0xfc, 0x10, 0, drop), {table}),
         "malformed at 0x1d: illegal opcode table.size"},
        {reference_types, "typed_select",
         function(bytes(i32_const, i32_const, i32_const, 0x1c, 1, i32, drop)),
         "malformed at 0x1d: illegal opcode select"},
        {bulk_memory, "fill",
         function(bytes(i32_const, i32_const, i32_const, 0xfc, 0x0b, 0), {memory}),
         "malformed at 0x22: illegal opcode memory.fill"},
        {bulk_memory, "passive_data", module({data(bytes(1, 0))}),
         "malformed at 0xb: malformed data segment kind"},
        {bulk_memory, "passive_elements", module({elements(bytes(1, 0, 0))}),
         "malformed at 0xb: malformed elements segment kind"},
        {bulk_memory, "data_count", module({section(data_count_id, bytes(0))}),
         "malformed at 0x8: malformed section id"},
        {simd, "vector_type", types({func_type({v128}, {})}),
         "malformed at 0xd: malformed value type v128"},
        {simd, "splat", function(bytes(i32_const, 0xfd, 0x0f, drop)),
         "malformed at 0x19: illegal opcode i8x16.splat"},
        {simd, "vector_load", function(bytes(i32_const, 0xfd, 0x00, 0, 0, drop), {memory}),
         "malformed at 0x1e: illegal opcode v128.load"},
        {relaxed_simd, "relaxed_swizzle",
         function(bytes(i32_const, 0xfd, 0x0f, i32_const, 0xfd, 0x0f, 0xfd, 0x80, 0x02, drop)),
         "malformed at 0x1f: illegal opcode i8x16.relaxed_swizzle"},
        {tail_call, "return_call", function(bytes(0x12, 0)),
         "malformed at 0x17: illegal opcode return_call"},
        {function_references, "call_ref", one_function({}, {}, bytes(0xd0, funcref, 0xd4, drop)),
         "malformed at 0x19: illegal opcode ref.as_non_null"},
        {function_references, "typed_reference",
         types({nullary, bytes(func_form, 1, ref_null, 0, 0)}),
         "malformed at 0x10: malformed reference type"},
        {function_references, "table_with_value",
         module({section(table_id, vec({bytes(0x40, 0, funcref, 0, 1, 0xd0, funcref, end)}))}),
         "malformed at 0xb: malformed reference type"},
        {gc, "struct", types({bytes(struct_form, 0)}),
         "malformed at 0xb: malformed definition type"},
        {gc, "sub", types({bytes(sub_form, 0, func_form, 0, 0)}),
         "malformed at 0xb: malformed definition type"},
        {gc, "rec", types({bytes(rec_form, 0)}), "malformed at 0xb: malformed definition type"},
        {gc, "anyref", types({func_type({anyref}, {})}),
         "malformed at 0xd: malformed value type anyref"},
        {gc, "i31", function(bytes(i32_const, 0xfb, 0x1c, drop)),
         "malformed at 0x19: illegal opcode ref.i31"},
        {gc, "own_global",
         module({section(global_id, vec({bytes(i32, 0, zero), bytes(i32, 0, 0x23, 0, end)}))}),
         "invalid at 0x12: unknown global"},
        {exceptions, "tag", module({one_type, section(tag_id, vec({bytes(0, 0)}))}),
         "malformed at 0xe: malformed section id"},
        {exceptions, "imported_tag",
         module({one_type,
                 section(import_id, vec({bytes(test::name("m"), test::name("t"), 4, 0, 0)}))}),
         "malformed at 0x15: malformed import kind"},
        {exceptions, "exnref", types({func_type({exnref}, {})}),
         "malformed at 0xd: malformed value type exnref"},
        {exceptions, "try_table", function(bytes(0x1f, 0x40, 0, end)),
         "malformed at 0x17: illegal opcode try_table"},
        {memory64, "wide_memory", module({section(memory_id, vec({bytes(4, 1)}))}),
         "malformed at 0xb: malformed limits flags"},
        {memory64, "wide_table", module({section(table_id, vec({bytes(funcref, 4, 1)}))}),
         "malformed at 0xc: malformed limits flags"},
        {multi_memory, "two_memories", module({two_memories}), "invalid at 0xd: multiple memories"},
        {multi_memory, "memory_index", function(bytes(0x3f, 0x80, 0, drop), {memory}),
         "malformed at 0x1d: zero byte expected"},
        {multi_memory, "memarg_index", function(bytes(i32_const, 0x28, 0x40, 0, 0, drop), {memory}),
         "malformed at 0x1e: malformed memop flags"},
        {extended_const, "sum",
         module({section(global_id, vec({bytes(i32, 0, i32_const, i32_const, 0x6a, end)}))}),
         "invalid at 0x11: constant expression required i32.add"},
        {threads, "shared_memory", module({section(memory_id, vec({bytes(3, 1, 1)}))}),
         "malformed at 0xb: malformed limits flags"},
        {threads, "fence", function(bytes(0xfe, 3, 0)),
         "malformed at 0x17: illegal opcode atomic.fence"},
        {threads, "rmw", function(bytes(i32_const, i32_const, 0xfe, 0x1e, 2, 0, drop), {memory}),
         "malformed at 0x20: illegal opcode i32.atomic.rmw.add"},
        {custom_page_sizes, "bytewise_memory", module({section(memory_id, vec({bytes(8, 1, 0)}))}),
         "malformed at 0xb: malformed limits flags"},
        {wide_arithmetic, "mul_wide", function(bytes(0x42, 0, 0x42, 0, 0xfc, 0x16, drop, drop)),
         "malformed at 0x1b: illegal opcode i64.mul_wide_u"},
    };
    return list;
}

}  // namespace wrt::test
