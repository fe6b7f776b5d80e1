#include "decoder/support.hpp"

#include <string>

using namespace wrt;
using namespace wrt::test;

namespace {

const Bytes nullary = func_type({}, {});

Bytes import(uint8_t kind, const Bytes& descriptor)
{
    return bytes(name("m"), name("n"), kind, descriptor);
}

Bytes with_import(uint8_t kind, const Bytes& descriptor)
{
    return module({section(type_id, vec({nullary, func_type({}, {i32})})),
                   section(import_id, vec({import(kind, descriptor)}))});
}

Bytes with_memory(const Bytes& limits)
{
    return module({section(memory_id, vec({limits}))});
}
Bytes with_table(const Bytes& table)
{
    return module({section(table_id, vec({table}))});
}
Bytes with_global(const Bytes& global)
{
    return module({section(global_id, vec({global}))});
}

decoder::DecodeOptions with(Feature feature)
{
    decoder::DecodeOptions options;
    options.features = FeatureSet{}.with(feature);
    return options;
}
std::string verdict_with(Feature feature, const Bytes& binary)
{
    return sentence(check(binary, with(feature)));
}
template <class Look>
void inspect_with(Feature feature, const Bytes& binary, Look&& look)
{
    EXPECT_EQ(sentence(decoder::decode_module_streaming(binary, test_arena(), with(feature),
                                                        [&](const decoder::Module& module) {
                                                            look(module);
                                                            return ok();
                                                        })),
              "valid");
}

}  // namespace

TEST(decode_imports, counts_each_kind_in_its_own_index_space)
{
    inspect(rich_module(), [](const decoder::Module& module) {
        ASSERT_EQ(module.imports.size(), 5u);
        EXPECT_EQ(module.imports[0].module, "env");
        EXPECT_EQ(module.imports[2].name, "memory");
        EXPECT_EQ(module.imports[2].kind, ExternKind::memory);
        EXPECT_EQ(module.imported_functions, 1u);
        EXPECT_EQ(module.imported_tables, 1u);
        EXPECT_EQ(module.imported_memories, 1u);
        EXPECT_EQ(module.imported_globals, 1u);
        EXPECT_EQ(module.imported_tags, 1u);
        EXPECT_EQ(module.function_count(), 5u);
        EXPECT_TRUE(module.is_imported_function(0));
        EXPECT_FALSE(module.is_imported_function(1));
        EXPECT_EQ(module.results_of(1).size(), 1u);
        EXPECT_EQ(module.memories[1].limits.address_type(), ValType::i64);
    });
}

TEST(decode_imports, refuses_an_unknown_kind)
{
    EXPECT_EQ(verdict(with_import(5, {})), "malformed at 0x19: malformed import kind, got 0x5");
}

TEST(decode_imports, looks_up_the_types_of_functions_and_tags)
{
    EXPECT_EQ(verdict(with_import(0, leb(1))), "valid");
    EXPECT_EQ(verdict(with_import(0, leb(2))), "invalid at 0x1a: unknown type 2, there are 2");
    EXPECT_EQ(verdict(with_import(4, bytes(0, 0))), "valid");
    EXPECT_EQ(verdict(with_import(4, bytes(0, 1))), "invalid at 0x1a: non-empty tag result type");
    EXPECT_EQ(verdict(with_import(4, bytes(1, 0))),
              "malformed at 0x1a: malformed exception attribute, got 0x1");
}

TEST(decode_limits, takes_the_four_forms_and_refuses_others)
{
    EXPECT_EQ(verdict(with_memory(bytes(0, 1))), "valid");
    EXPECT_EQ(verdict(with_memory(bytes(1, 1, 2))), "valid");
    EXPECT_EQ(verdict(with_memory(bytes(4, 1))), "valid");
    EXPECT_EQ(verdict(with_memory(bytes(5, 1, 2))), "valid");
    EXPECT_EQ(verdict(with_memory(bytes(16, 1))),
              "malformed at 0xb: malformed limits flags, got 0x10");
    EXPECT_EQ(verdict(with_table(bytes(funcref, 2, 1))),
              "malformed at 0xc: malformed limits flags, got 0x2");
    EXPECT_EQ(verdict(with_table(bytes(funcref, 8, 1))),
              "malformed at 0xc: malformed limits flags, got 0x8");
}

TEST(decode_memory_type, takes_shared_memories_that_have_a_maximum)
{
    EXPECT_EQ(verdict_with(Feature::threads, with_memory(bytes(3, 1, 2))), "valid");
    EXPECT_EQ(verdict_with(Feature::threads, with_memory(bytes(7, 1, 2))), "valid");
    EXPECT_EQ(verdict_with(Feature::threads, with_memory(bytes(2, 1))),
              "invalid at 0xb: shared memory must have maximum");
    EXPECT_EQ(verdict(with_memory(bytes(3, 1, 2))),
              "malformed at 0xb: malformed limits flags, needs feature threads");
}

TEST(decode_memory_type, takes_pages_of_one_byte_and_of_64_kib)
{
    const auto pages = [](const Bytes& limits) {
        return verdict_with(Feature::custom_page_sizes, with_memory(limits));
    };
    EXPECT_EQ(pages(bytes(8, 1, 0)), "valid");
    EXPECT_EQ(pages(bytes(8, 1, 16)), "valid");
    EXPECT_EQ(pages(bytes(9, 1, 2, 0)), "valid");
    EXPECT_EQ(pages(bytes(8, 1, 1)), "invalid at 0xb: invalid custom page size");
    EXPECT_EQ(pages(bytes(8, 1, 17)), "invalid at 0xb: invalid custom page size");
    EXPECT_EQ(pages(bytes(8, 1, 64)), "malformed at 0xd: invalid custom page size");
    EXPECT_EQ(pages(bytes(8, leb(0xffffffff), 0)), "valid");
    EXPECT_EQ(pages(bytes(8, leb(uint64_t{1} << 32), 0)), "invalid at 0xb: memory size");
    EXPECT_EQ(pages(bytes(8, leb(65537), 16)), "invalid at 0xb: memory size");
    EXPECT_EQ(pages(bytes(12, leb(~uint64_t{0}), 0)), "valid");
    EXPECT_EQ(verdict(with_memory(bytes(8, 1, 0))),
              "malformed at 0xb: malformed limits flags, needs feature custom-page-sizes");
    inspect_with(
        Feature::custom_page_sizes, with_memory(bytes(8, 1, 0)),
        [](const decoder::Module& module) { EXPECT_EQ(module.memories[0].page_bytes(), 1u); });
}

TEST(decode_limits, bounds_memories_by_their_address_type)
{
    EXPECT_EQ(verdict(with_memory(bytes(0, leb(65536)))), "valid");
    EXPECT_EQ(verdict(with_memory(bytes(0, leb(65537)))), "invalid at 0xb: memory size");
    EXPECT_EQ(verdict(with_memory(bytes(4, leb(uint64_t{1} << 48)))), "valid");
    EXPECT_EQ(verdict(with_memory(bytes(4, leb((uint64_t{1} << 48) + 1)))),
              "invalid at 0xb: memory size");
    EXPECT_EQ(verdict(with_memory(bytes(1, 2, 1))),
              "invalid at 0xb: size minimum must not be greater than maximum");
}

TEST(decode_limits, bounds_tables_by_their_address_type)
{
    EXPECT_EQ(verdict(with_table(bytes(funcref, 0, leb(0xffffffff)))), "valid");
    EXPECT_EQ(verdict(with_table(bytes(funcref, 0, leb(0x100000000)))),
              "invalid at 0xb: table size");
    EXPECT_EQ(verdict(with_table(bytes(funcref, 4, leb(UINT64_MAX)))), "valid");
}

TEST(decode_tables, wants_an_initialiser_where_null_is_no_element)
{
    EXPECT_EQ(verdict(with_table(bytes(ref, 0x70, 0, 1))), "invalid at 0xb: type mismatch");
    const Bytes initialised = bytes(0x40, 0, ref, 0x70, 0, 1, 0xd2, 0, end);
    EXPECT_EQ(
        verdict(module({section(type_id, vec({nullary})), section(function_id, vec({leb(0)})),
                        section(table_id, vec({initialised})), section(code_id, vec({body({})}))})),
        "valid");
}

TEST(decode_tables, refuses_a_type_that_is_no_reference)
{
    EXPECT_EQ(verdict(with_table(bytes(i32, 0, 1))),
              "malformed at 0xb: malformed reference type, got 0x7f");
}

TEST(decode_globals, checks_the_initialiser_against_the_type)
{
    EXPECT_EQ(verdict(with_global(bytes(i32, 0, 0x42, 0, end))),
              "invalid at 0xf: type mismatch, expected i32, got i64");
    EXPECT_EQ(verdict(with_global(bytes(i32, 0, end))),
              "invalid at 0xd: type mismatch, expected i32, got nothing");
    EXPECT_EQ(verdict(with_global(bytes(i32, 0, 0x41, 0, 0x41, 0, end))),
              "invalid at 0x11: type mismatch, expected 1, got 2");
}

TEST(decode_globals, takes_extended_constant_expressions)
{
    EXPECT_EQ(verdict(with_global(bytes(i64, 0, 0x42, 2, 0x42, 3, 0x7e, 0x42, 1, 0x7d, end))),
              "valid");
    EXPECT_EQ(verdict(with_global(bytes(i32, 0, 0x41, 2, 0x41, 3, 0x6d, end))),
              "invalid at 0x11: constant expression required");
    EXPECT_EQ(verdict(with_global(bytes(anyref, 0, 0x41, 7, 0xfb, 28, end))), "valid");
}

TEST(decode_globals, sees_immutable_globals_before_its_own)
{
    const Bytes constant = bytes(i32, 0, 0x41, 1, end);
    const Bytes variable = bytes(i32, 1, 0x41, 1, end);
    const auto then_get = [](const Bytes& first, uint8_t index) {
        return verdict(module({section(global_id, vec({first, bytes(i32, 0, 0x23, index, end)}))}));
    };
    EXPECT_EQ(then_get(constant, 0), "valid");
    EXPECT_EQ(then_get(constant, 1), "invalid at 0x12: unknown global 1, there are 1");
    EXPECT_EQ(then_get(variable, 0), "invalid at 0x12: constant expression required");
}

TEST(decode_exports, finds_each_by_name)
{
    inspect(rich_module(), [](const decoder::Module& module) {
        const decoder::Export* const found = module.find_export("memory");
        ASSERT_NE(found, nullptr);
        EXPECT_EQ(found->kind, ExternKind::memory);
        EXPECT_EQ(module.find_export("run")->index, 2u);
        EXPECT_EQ(module.find_export(""), nullptr);
        EXPECT_EQ(module.find_export("zzz"), nullptr);
    });
}

TEST(decode_exports, refuses_a_name_said_twice)
{
    const Bytes memory = section(memory_id, vec({bytes(0, 0)}));
    EXPECT_EQ(verdict(module(
                  {memory, section(export_id, vec({bytes(name("a"), 2, 0), bytes(name("b"), 2, 0),
                                                   bytes(name("a"), 2, 0)}))})),
              "invalid at 0x19: duplicate export name");
}

TEST(decode_exports, looks_up_what_it_names)
{
    const auto exporting = [](uint8_t kind) {
        return verdict(module({section(export_id, vec({bytes(name("x"), kind, 0)}))}));
    };
    EXPECT_EQ(exporting(0), "invalid at 0xd: unknown function 0");
    EXPECT_EQ(exporting(1), "invalid at 0xd: unknown table 0");
    EXPECT_EQ(exporting(2), "invalid at 0xd: unknown memory 0");
    EXPECT_EQ(exporting(3), "invalid at 0xd: unknown global 0");
    EXPECT_EQ(exporting(4), "invalid at 0xd: unknown tag 0");
    EXPECT_EQ(exporting(5), "malformed at 0xd: malformed export kind, got 0x5");
}

TEST(decode_start, wants_a_function_from_nothing_to_nothing)
{
    const auto starting = [](const Bytes& type, uint8_t function) {
        return verdict(
            module({section(type_id, vec({type})), section(import_id, vec({import(0, leb(0))})),
                    section(start_id, leb(function))}));
    };
    EXPECT_EQ(starting(nullary, 0), "valid");
    EXPECT_EQ(starting(nullary, 1), "invalid at 0x19: unknown function 1, there are 1");
    EXPECT_EQ(starting(func_type({i32}, {}), 0), "invalid at 0x1a: start function");
}

TEST(decode_elements, reads_all_eight_forms)
{
    inspect(rich_module(), [](const decoder::Module& module) {
        using decoder::ElementSegment;
        ASSERT_EQ(module.elements.size(), 8u);
        const ElementSegment::Mode modes[] = {ElementSegment::active, ElementSegment::passive,
                                              ElementSegment::active, ElementSegment::declarative,
                                              ElementSegment::active, ElementSegment::passive,
                                              ElementSegment::active, ElementSegment::declarative};
        for (size_t i = 0; i < 8; ++i) {
            EXPECT_EQ(module.elements[i].mode, modes[i]) << i;
            EXPECT_EQ(module.elements[i].expressions, i >= 4) << i;
        }
        EXPECT_EQ(module.elements[2].table, 1u);
        EXPECT_EQ(module.elements[1].type, ValType::ref(HeapType::func, false));
        EXPECT_EQ(module.elements[4].type, ValType::funcref);
        EXPECT_EQ(module.elements[7].type, ValType::externref);
    });
}

TEST(decode_elements, lets_items_be_walked)
{
    inspect(rich_module(), [](const decoder::Module& module) {
        decoder::ElementItems indices{module, module.elements[1]};
        decoder::ElementItems::Item item;
        ASSERT_TRUE(indices.next(item));
        EXPECT_EQ(item.function, 1u);
        ASSERT_TRUE(indices.next(item));
        EXPECT_EQ(item.function, 2u);
        EXPECT_FALSE(indices.next(item));

        decoder::ElementItems expressions{module, module.elements[5]};
        ASSERT_TRUE(expressions.next(item));
        EXPECT_EQ(item.function, no_index);
        decoder::InstructionReader reader{module, item.expression};
        decoder::Instruction instruction;
        ASSERT_TRUE(reader.next(instruction));
        EXPECT_EQ(instruction.op, Instr::ref_func);
        EXPECT_EQ(instruction.index, 2u);
        ASSERT_TRUE(reader.next(instruction));
        EXPECT_EQ(instruction.op, Instr::end);
        EXPECT_FALSE(reader.next(instruction));
        ASSERT_TRUE(expressions.next(item));
        EXPECT_FALSE(expressions.next(item));
    });
}

TEST(decode_elements, declares_the_functions_it_names)
{
    inspect(rich_module(), [](const decoder::Module& module) {
        // 0 is named nowhere; 1 and 2 in segments and a global; 3 in a declarative segment; 4
        // nowhere.
        EXPECT_FALSE(module.is_declared(0));
        EXPECT_TRUE(module.is_declared(1) && module.is_declared(2) && module.is_declared(3));
        EXPECT_FALSE(module.is_declared(4));
    });
}

TEST(decode_elements, checks_tables_functions_and_types)
{
    const auto segment = [](const Bytes& element) {
        return verdict(module({section(table_id, vec({bytes(externref, 0, 1)})),
                               section(element_id, vec({element}))}));
    };
    EXPECT_EQ(segment(bytes(2, 1, 0x41, 0, end, 0, vec({}))),
              "invalid at 0x11: unknown table 1, there are 1");
    EXPECT_EQ(segment(bytes(0, 0x41, 0, end, vec({}))),
              "invalid at 0x15: type mismatch, expected externref, got (ref func)");
    EXPECT_EQ(segment(bytes(1, 0, vec({leb(0)}))), "invalid at 0x14: unknown function 0");
    EXPECT_EQ(segment(bytes(1, 1, vec({}))), "malformed at 0x12: malformed element kind, got 0x1");
    EXPECT_EQ(segment(bytes(8)), "malformed at 0x11: malformed elements segment kind, got 0x8");
    EXPECT_EQ(segment(bytes(5, i32, vec({}))),
              "malformed at 0x12: malformed reference type, got 0x7f");
}

TEST(decode_data, reads_the_three_forms)
{
    inspect(rich_module(), [](const decoder::Module& module) {
        ASSERT_EQ(module.data.size(), 3u);
        EXPECT_TRUE(module.data[0].active);
        EXPECT_EQ(module.data[0].bytes.size(), 3u);
        EXPECT_EQ(module.data[0].bytes.data()[2], 'c');
        EXPECT_FALSE(module.data[1].active);
        EXPECT_EQ(module.data[2].memory, 1u);
        EXPECT_EQ(module.data_count, 3u);
    });
}

TEST(decode_data, checks_the_memory_and_the_offset)
{
    const auto segment = [](const Bytes& data) {
        return verdict(
            module({section(memory_id, vec({bytes(0, 1)})), section(data_id, vec({data}))}));
    };
    EXPECT_EQ(segment(bytes(2, 1, 0x41, 0, end, 0)),
              "invalid at 0x10: unknown memory 1, there are 1");
    EXPECT_EQ(segment(bytes(0, 0x42, 0, end, 0)),
              "invalid at 0x13: type mismatch, expected i32, got i64");
    EXPECT_EQ(segment(bytes(3)), "malformed at 0x10: malformed data segment kind, got 0x3");
    EXPECT_EQ(segment(bytes(1, 5, "abc")),
              "malformed at 0x11: unexpected end of section or function");
}

TEST(decode_bodies, refuses_one_that_is_too_large)
{
    Bytes nops(8'000'000, 0x01);
    const Bytes binary = one_function({}, {}, nops);
    EXPECT_EQ(check(binary).error().code, Errc::function_body_too_large);
}

TEST(constant_expressions, are_walked_with_types_made_canonical)
{
    // Types 0 and 1 are equal; the global's initialiser names 1.
    const Bytes binary = module({section(type_id, vec({nullary, nullary})),
                                 section(global_id, vec({bytes(ref_null, 1, 0, 0xd0, 1, end)}))});
    inspect(binary, [](const decoder::Module& module) {
        EXPECT_EQ(module.globals[0].type, ValType::ref(HeapType::of_index(0), true));
        decoder::InstructionReader reader{module, module.global_inits[0]};
        decoder::Instruction instruction;
        ASSERT_TRUE(reader.next(instruction));
        EXPECT_EQ(instruction.op, Instr::ref_null);
        EXPECT_EQ(instruction.type, ValType::ref(HeapType::of_index(0), true));
    });
}

TEST(constant_expressions, tell_what_is_malformed_behind_what_is_invalid)
{
    // i32.div_s is not constant; opcode 0xff behind it is no opcode.
    EXPECT_EQ(verdict(with_global(bytes(i32, 0, 0x41, 1, 0x41, 1, 0x6d, 0xff, end))),
              "malformed at 0x12: illegal opcode, got 0xff");
}
