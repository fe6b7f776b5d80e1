#include "decoder/support.hpp"

#include "support/malloc_counter.hpp"

#include <algorithm>

using namespace wrt;
using namespace wrt::test;

TEST(decode_module, accepts_a_module_without_sections)
{
    EXPECT_EQ(verdict(preamble()), "valid");
}

TEST(decode_module, accepts_something_in_every_section)
{
    EXPECT_EQ(verdict(rich_module()), "valid");
}

TEST(decode_module, refuses_a_file_that_is_too_short_for_the_magic)
{
    EXPECT_EQ(verdict(bytes()), "malformed at 0x0: unexpected end");
    EXPECT_EQ(verdict(bytes(0x00, 'a', 's')), "malformed at 0x3: unexpected end");
}

TEST(decode_module, refuses_another_magic)
{
    EXPECT_EQ(verdict(bytes(0x7f, "ELF", 1, 0, 0, 0)),
              "malformed at 0x0: magic header not detected");
}

TEST(decode_module, refuses_another_version)
{
    EXPECT_EQ(verdict(bytes(0x00, "asm", 2, 0, 0, 0)),
              "malformed at 0x4: unknown binary version, expected 0x1, got 0x2");
}

TEST(decode_module, says_that_a_component_is_none)
{
    const Bytes component = bytes(0x00, "asm", 0x0d, 0x00, 0x01, 0x00);
    EXPECT_EQ(*decoder::detect_kind(component), decoder::BinaryKind::component);
    EXPECT_EQ(*decoder::detect_kind(preamble()), decoder::BinaryKind::core_module);
    EXPECT_EQ(check(component).error().code, Errc::not_a_module);
}

TEST(decode_module, refuses_an_unknown_section_id)
{
    EXPECT_EQ(verdict(module({section(14, {})})),
              "malformed at 0x8: malformed section id, got 0xe");
}

TEST(decode_module, refuses_a_section_that_reaches_beyond_the_file)
{
    EXPECT_EQ(verdict(module({bytes(type_id, 2, 0)})),
              "malformed at 0xa: length out of bounds, expected 1, got 2");
}

TEST(decode_module, refuses_a_section_out_of_order_and_one_said_twice)
{
    const Bytes types = section(type_id, vec({}));
    EXPECT_EQ(verdict(module({section(import_id, vec({})), types})),
              "malformed at 0xb: unexpected content after last section");
    EXPECT_EQ(verdict(module({types, types})),
              "malformed at 0xb: unexpected content after last section");
}

TEST(decode_module, puts_tags_between_memories_and_globals_and_the_data_count_before_code)
{
    const auto empty = [](uint8_t id) { return section(id, vec({})); };
    EXPECT_EQ(verdict(module({empty(memory_id), empty(tag_id), empty(global_id), empty(element_id),
                              section(data_count_id, leb(0)), empty(code_id), empty(data_id)})),
              "valid");
    EXPECT_NE(verdict(module({empty(global_id), empty(tag_id)})), "valid");
    EXPECT_NE(verdict(module({empty(code_id), section(data_count_id, leb(0))})), "valid");
}

TEST(decode_module, refuses_contents_shorter_or_longer_than_their_section)
{
    EXPECT_EQ(verdict(module({section(type_id, bytes(vec({}), 0))})),
              "malformed at 0xb: section size mismatch");
    // A table section of one byte whose contents take three.
    EXPECT_EQ(verdict(module({bytes(table_id, 2, 1, funcref, 0, 0)})),
              "malformed at 0xc: section size mismatch");
}

TEST(decode_module, refuses_a_count_greater_than_the_bytes_left)
{
    EXPECT_EQ(verdict(module({section(type_id, leb(0xffffffff))})),
              "malformed at 0xa: unexpected end of section or function");
    EXPECT_EQ(verdict(module({section(element_id, leb(1000))})),
              "malformed at 0xa: unexpected end of section or function");
}

TEST(decode_module, tells_the_first_of_two_mistakes_in_the_form)
{
    // Mutability 7 in the globals; then a section that does not exist.
    EXPECT_EQ(
        verdict(module({section(global_id, vec({bytes(i32, 7, 0x41, 0, end)})), section(99, {})})),
        "malformed at 0xc: malformed mutability, got 0x7");
}

TEST(decode_module, tells_what_is_malformed_before_what_is_invalid)
{
    EXPECT_EQ(verdict(module({section(export_id, vec({bytes(name("f"), 0, 0)})), section(99, {})})),
              "malformed at 0xf: malformed section id, got 0x63");
}

TEST(decode_module, wants_as_many_bodies_as_functions)
{
    const Bytes types = section(type_id, vec({func_type({}, {})}));
    const Bytes one = section(function_id, vec({bytes(0)}));
    EXPECT_EQ(verdict(module({types, one})), "malformed at 0x12: function and code section have "
                                             "inconsistent lengths, expected 1, got 0");
    EXPECT_EQ(verdict(module({types, section(code_id, vec({body({})}))})),
              "malformed at 0x10: function and code section have inconsistent lengths, expected 0, "
              "got 1");
}

TEST(decode_module, wants_the_announced_number_of_data_segments)
{
    EXPECT_EQ(verdict(module({section(data_count_id, leb(1))})),
              "malformed at 0xa: data count and data section have inconsistent lengths, expected "
              "1, got 0");
}

TEST(decode_module, keeps_custom_sections_wherever_they_stand)
{
    const Bytes note = section(custom_id, bytes(name("note"), 1, 2));
    inspect(module({note, section(type_id, vec({})), note}), [](const decoder::Module& module) {
        ASSERT_EQ(module.customs.size(), 2u);
        EXPECT_EQ(module.customs[1].name, "note");
        const auto contents = module.bytes(module.customs[1]);
        EXPECT_TRUE(std::ranges::equal(contents, bytes(1, 2)));
        EXPECT_EQ(module.find_custom("note"), &module.customs[0]);
        EXPECT_EQ(module.find_custom("not"), nullptr);
    });
}

TEST(decode_module, refuses_a_custom_section_without_a_name)
{
    EXPECT_EQ(verdict(module({section(custom_id, {})})), "malformed at 0xa: unexpected end");
    EXPECT_EQ(verdict(module({section(custom_id, bytes(1, 0x80))})),
              "malformed at 0xb: malformed UTF-8 encoding");
}

TEST(decode_module, refuses_every_prefix_of_a_module_except_whole_sections)
{
    const Bytes whole = rich_module();
    const std::vector<size_t> ends = section_ends(whole);
    for (size_t size = 0; size < whole.size(); ++size) {
        const Bytes prefix(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
        const Status status = check(prefix);
        if (std::ranges::find(ends, size) != ends.end()) continue;
        ASSERT_FALSE(status) << "cut at " << size;
        EXPECT_EQ(kind_of(status.error().code), ErrorKind::malformed)
            << "cut at " << size << ": " << sentence(status);
        EXPECT_LE(status.error().offset, size);
    }
}

TEST(decode_module, survives_every_byte_being_another)
{
    const Bytes whole = rich_module();
    for (size_t at = 0; at < whole.size(); ++at) {
        for (const int change : {0x01, 0x40, 0x80, 0xff}) {
            Bytes mutant = whole;
            mutant[at] = static_cast<uint8_t>(mutant[at] ^ change);
            const Status status = check(mutant);
            if (!status) {
                const ErrorKind kind = kind_of(status.error().code);
                EXPECT_TRUE(kind != ErrorKind::exhaustion && kind != ErrorKind::host)
                    << at << ": " << sentence(status);
            }
        }
    }
    EXPECT_EQ(test_arena().used(), 0u);
}

TEST(decode_module, asks_nothing_of_the_heap)
{
    const Bytes whole = rich_module();
    ASSERT_TRUE(check(whole));
    const HeapWatch watch;
    const Status status = check(whole);
    EXPECT_EQ(watch.allocations(), 0u);
    EXPECT_TRUE(status);
}

TEST(decode_module, sizes_every_array_exactly)
{
    inspect(rich_module(), [](const decoder::Module& module) {
        const auto exact = [](const auto& vector) { return vector.size() == vector.capacity(); };
        EXPECT_TRUE(exact(module.types.defs) && exact(module.types.groups) &&
                    exact(module.types.values) && exact(module.types.fields));
        EXPECT_TRUE(exact(module.functions) && exact(module.tables) && exact(module.memories) &&
                    exact(module.globals) && exact(module.tags));
        EXPECT_TRUE(exact(module.bodies) && exact(module.table_inits) &&
                    exact(module.global_inits));
        EXPECT_TRUE(exact(module.imports) && exact(module.exports) &&
                    exact(module.exports_by_name));
        EXPECT_TRUE(exact(module.elements) && exact(module.data) && exact(module.customs) &&
                    exact(module.declared_functions));
    });
}

// Three functions, two imports, one export: the ancestor said "about 230 bytes", and never measured
// it.
TEST(decode_module, keeps_230_bytes_for_the_records_of_a_calculator)
{
    const Bytes calculator = module({
        section(type_id, vec({func_type({i32, i32}, {i32})})),
        section(import_id, vec({bytes(name("env"), name("log"), 0, 0),
                                bytes(name("env"), name("now"), 0, 0)})),
        section(function_id, vec({bytes(0), bytes(0), bytes(0)})),
        section(export_id, vec({bytes(name("add"), 0, 2)})),
        section(code_id, vec({body(bytes(0x20, 0)), body(bytes(0x20, 0)), body(bytes(0x20, 1))})),
    });
    inspect(calculator, [](const decoder::Module& module) {
        const auto size = [](const auto& vector) { return vector.size() * sizeof(vector[0]); };
        const size_t records = size(module.functions) + size(module.bodies) + size(module.imports) +
                               size(module.exports) + size(module.exports_by_name) +
                               size(module.declared_functions);
        EXPECT_EQ(records, 3 * 4 + 2 * 4 + 3 * 8 + 2 * 40 + 24 + 4 + 4u);
        EXPECT_LE(records, 230u);
    });
}

TEST(decode_module_streaming, opens_one_decoder_scope_and_closes_it)
{
    Arena& arena = test_arena();
    const size_t used = arena.used();
    const Bytes whole = rich_module();
    const Status status =
        decoder::decode_module_streaming(whole, arena, {}, [&](const decoder::Module&) {
            EXPECT_EQ(arena.depth(), 1u);
            EXPECT_EQ(arena.scope(1).library, LibraryId::decoder);
            EXPECT_EQ(arena.scope(1).end, End::scratch);
            return ok();
        });
    EXPECT_TRUE(status);
    EXPECT_EQ(arena.depth(), 0u);
    EXPECT_EQ(arena.used(), used);
}

TEST(decode_module_streaming, passes_on_what_its_consumer_says)
{
    const Status status = decoder::decode_module_streaming(
        preamble(), test_arena(), {},
        [](const decoder::Module&) -> Status { return Error{.code = Errc::in_use}; });
    EXPECT_EQ(status.error().code, Errc::in_use);
    EXPECT_EQ(test_arena().depth(), 0u);
}

TEST(decode_module_streaming, leaves_bodies_to_others_when_told_so)
{
    // The body leaves nothing, and should leave an i32.
    const Bytes binary = one_function({}, {i32}, {});
    EXPECT_FALSE(check(binary));
    EXPECT_TRUE(check(binary, {.defer_bodies = true}));
}

TEST(decode_module_streaming, stays_in_the_budget_it_is_given)
{
    const Status status = check(rich_module(), {.scope_budget = 256});
    ASSERT_FALSE(status);
    EXPECT_EQ(kind_of(status.error().code), ErrorKind::exhaustion);
}
