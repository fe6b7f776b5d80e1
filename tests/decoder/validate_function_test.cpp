#include "decoder/support.hpp"

#include <wrt/decoder/disassemble.hpp>
#include <wrt/decoder/validate_function.hpp>

#include <string>
#include <vector>

using namespace wrt;
using namespace wrt::test;

namespace {

/// Of a function [] -> [] with these instructions. Code starts at byte 0x17, behind the count of
/// locals.
std::string of(const Bytes& instructions)
{
    return verdict(one_function({}, {}, instructions));
}

/// The same with a table, two memories, globals, an array and a structure around it.
Bytes furnished(const Bytes& instructions, const Bytes& locals = leb(0))
{
    return module(
        {section(type_id, vec({func_type({}, {}),                               // 0
                               bytes(array_form, i32, 0),                       // 1: immutable
                               bytes(array_form, ref_null, 0x6e, 1),            // 2: of anyref
                               bytes(struct_form, vec({bytes(i8, 0)})),         // 3
                               bytes(struct_form, vec({bytes(ref, 3, 1)}))})),  // 4: no default
         section(function_id, vec({leb(0)})), section(table_id, vec({bytes(externref, 0, 1)})),
         section(memory_id, vec({bytes(0, 1), bytes(4, 1)})),
         section(global_id, vec({bytes(i32, 0, 0x41, 0, end)})),
         section(code_id, vec({sized(bytes(locals, instructions, end))}))});
}

std::string inside(const Bytes& instructions, const Bytes& locals = leb(0))
{
    // Without the place, which the furniture decides.
    const std::string text = verdict(furnished(instructions, locals));
    const size_t colon = text.find(": ");
    return colon == std::string::npos ? text : text.substr(colon + 2);
}

constexpr uint8_t block = 0x02, loop = 0x03, if_ = 0x04, else_ = 0x05, br = 0x0c, br_if = 0x0d,
                  br_table = 0x0e, drop = 0x1a, none = 0x40, unreachable = 0x00, local_get = 0x20,
                  local_set = 0x21, const32 = 0x41, const64 = 0x42, add32 = 0x6a;

/// Writes down what validate_function() tells.
struct Recorder {
    std::string text;
    uint32_t begun = 0;
    uint32_t finished = 0;

    Status begin(const decoder::FunctionContext& context)
    {
        ++begun;
        text += "params " + std::to_string(context.params.size()) + " locals " +
                std::to_string(context.locals.count()) + "\n";
        return ok();
    }
    Status instruction(const decoder::Instruction& in, bool reachable)
    {
        char buffer[128];
        TextSink sink{buffer};
        decoder::write_instruction(in, sink);
        text += std::string{sink.view()} + (reachable ? "\n" : " (dead)\n");
        return ok();
    }
    Status finish()
    {
        ++finished;
        return ok();
    }
};

template <class Sink>
Status tell(const Bytes& binary, Sink& sink, uint32_t function = 0)
{
    return decoder::decode_module_streaming(
        binary, test_arena(), {.defer_bodies = true}, [&](const decoder::Module& module) {
            decoder::ValidatorScratch scratch{test_arena()};
            return decoder::validate_function(module, function, scratch, sink);
        });
}

/// Keeps the last instruction of a kind, with what the validator found.
struct Finder {
    Instr wanted;
    decoder::Instruction found;
    std::vector<ValType> params, results;

    Status begin(const decoder::FunctionContext&) { return ok(); }
    Status instruction(const decoder::Instruction& in, bool)
    {
        if (in.op != wanted) return ok();
        found = in;
        params.assign(in.params.begin(), in.params.end());
        results.assign(in.results.begin(), in.results.end());
        return ok();
    }
    Status finish() { return ok(); }
};

}  // namespace

TEST(validate_function, tells_where_and_what_does_not_fit)
{
    EXPECT_EQ(of(bytes(const64, 0, const32, 0, add32, drop)),
              "invalid at 0x1b: type mismatch, expected i32, got i64");
    EXPECT_EQ(of(bytes(add32, drop)), "invalid at 0x17: type mismatch, expected i32, got nothing");
    EXPECT_EQ(of(bytes(drop)), "invalid at 0x17: type mismatch, expected a value, got nothing");
    EXPECT_EQ(of(bytes(const32, 0)), "invalid at 0x19: type mismatch, expected 0, got 1");
}

TEST(validate_function, gives_dead_code_any_operand_and_checks_what_it_has)
{
    EXPECT_EQ(of(bytes(unreachable, add32, drop)), "valid");
    EXPECT_EQ(of(bytes(unreachable, const64, 0, add32, drop)),
              "invalid at 0x1a: type mismatch, expected i32, got i64");
    EXPECT_EQ(of(bytes(unreachable, 0x1b, drop)), "valid");        // select of nothing
    EXPECT_EQ(of(bytes(unreachable, 0xd1, drop)), "valid");        // ref.is_null
    EXPECT_EQ(of(bytes(unreachable, 0xd4, 0xd1, drop)), "valid");  // ref.as_non_null
    EXPECT_EQ(of(bytes(br, 0, const32, 0)), "invalid at 0x1b: type mismatch, expected 0, got 1");
}

TEST(validate_function, closes_blocks_with_exactly_their_results)
{
    EXPECT_EQ(of(bytes(block, i32, const32, 0, end, drop)), "valid");
    EXPECT_EQ(of(bytes(block, i32, end, drop)),
              "invalid at 0x19: type mismatch, expected i32, got nothing");
    EXPECT_EQ(of(bytes(block, none, const32, 0, end)),
              "invalid at 0x1b: type mismatch, expected 0, got 1");
    EXPECT_EQ(of(bytes(const32, 0, block, none, drop, end)),
              "invalid at 0x1b: type mismatch, expected a value, got nothing");
}

TEST(validate_function, wants_else_where_if_changes_the_stack)
{
    EXPECT_EQ(of(bytes(const32, 0, if_, i32, const32, 1, end, drop)),
              "invalid at 0x1d: type mismatch, expected 1, got 0");
    EXPECT_EQ(of(bytes(const32, 0, if_, i32, const32, 1, else_, const32, 2, end, drop)), "valid");
    EXPECT_EQ(of(bytes(const32, 0, if_, none, end)), "valid");
}

TEST(validate_function, takes_else_in_an_if_only_and_once)
{
    EXPECT_EQ(of(bytes(block, none, else_, end)), "malformed at 0x19: END opcode expected");
    EXPECT_EQ(of(bytes(const32, 0, if_, none, else_, else_, end)),
              "malformed at 0x1c: END opcode expected");
}

TEST(validate_function, wants_the_last_end_at_the_end_of_the_body)
{
    EXPECT_EQ(of(bytes(end)), "malformed at 0x18: section size mismatch");
    EXPECT_EQ(of(bytes(block, none)), "malformed at 0x1a: unexpected end of section or function");
}

TEST(validate_function, branches_to_the_start_of_loops_and_the_end_of_blocks)
{
    EXPECT_EQ(of(bytes(loop, i32, br, 0, end, drop)), "valid");
    EXPECT_EQ(of(bytes(block, i32, br, 0, end, drop)),
              "invalid at 0x19: type mismatch, expected i32, got nothing");
    EXPECT_EQ(of(bytes(br, 1)), "invalid at 0x17: unknown label 1, there are 1");
    EXPECT_EQ(of(bytes(const32, 0, br_if, 0)), "valid");
}

TEST(validate_function, asks_every_label_of_a_br_table)
{
    EXPECT_EQ(of(bytes(const32, 0, br_table, 1, 0, 0)), "valid");
    EXPECT_EQ(of(bytes(const32, 0, br_table, 1, 1, 0)),
              "invalid at 0x19: unknown label 1, there are 1");
    EXPECT_EQ(of(bytes(block, i32, const32, 0, const32, 0, br_table, 1, 0, 1, end, drop)),
              "invalid at 0x1d: type mismatch, expected 0, got 1");
    // In dead code labels of one arity may differ in type.
    EXPECT_EQ(of(bytes(block, i32, block, i64, unreachable, br_table, 1, 0, 1, end, drop, const32,
                       0, end, drop)),
              "valid");
    EXPECT_EQ(of(bytes(block, i32, block, i64, const32, 0, const32, 0, br_table, 1, 1, 0, end, drop,
                       const32, 0, end, drop)),
              "invalid at 0x1f: type mismatch, expected i64, got i32");
}

TEST(validate_function, asks_labels_of_many_results_too)
{
    // Both blocks take ten i32; the function's label none.
    const Bytes many = func_type({}, Bytes(10, i32));
    const auto with = [&many](const Bytes& labels, uint8_t type) {
        Bytes operands;
        for (int i = 0; i < 10; ++i)
            append(operands, bytes(type, 0));
        const Bytes code = bytes(block, 0, block, 1, operands, const32, 0, br_table, labels, end,
                                 end, unreachable);
        return verdict(
            module({section(type_id, vec({many, many, func_type({}, {})})),
                    section(function_id, vec({leb(2)})), section(code_id, vec({body(code)}))}));
    };
    EXPECT_EQ(with(bytes(3, 0, 1, 0, 1), const32), "valid");
    EXPECT_NE(with(bytes(3, 0, 1, 0, 1), const64), "valid");
    EXPECT_NE(with(bytes(3, 0, 2, 0, 1), const32), "valid");
}

TEST(validate_function, counts_locals_in_64_bits)
{
    const auto locals = [](const Bytes& groups) {
        return verdict(module({section(type_id, vec({func_type({i32}, {})})),
                               section(function_id, vec({leb(0)})),
                               section(code_id, vec({sized(bytes(groups, end))}))}));
    };
    EXPECT_EQ(locals(vec({bytes(leb(49'999), i64)})), "valid");
    EXPECT_EQ(locals(vec({bytes(leb(50'000), i64)})),
              "unsupported at 0x17: too many locals in a function, at most 50000, got 50001");
    EXPECT_EQ(locals(vec({bytes(leb(0xffffffff), i64)})), "malformed at 0x18: too many locals");
    EXPECT_EQ(locals(leb(1000)), "malformed at 0x17: unexpected end of section or function");
}

TEST(validate_function, finds_locals_far_and_near)
{
    // Local 0 i32, 1..100 i64, 101..300 f32.
    const Bytes groups = vec({bytes(1, i32), bytes(100, i64), bytes(0, f64), bytes(leb(200), f32)});
    const auto get = [&groups](uint32_t index, uint8_t opcode) {
        return inside(bytes(local_get, leb(index), opcode, drop), groups);
    };
    EXPECT_EQ(get(0, 0x45), "valid");  // i32.eqz
    EXPECT_EQ(get(1, 0x50), "valid");  // i64.eqz
    EXPECT_EQ(get(100, 0x50), "valid");
    EXPECT_EQ(get(101, 0x8b), "valid");  // f32.abs
    EXPECT_EQ(get(300, 0x8b), "valid");
    EXPECT_EQ(get(301, 0x8b), "unknown local 301, there are 301");
    EXPECT_EQ(get(100, 0x8b), "type mismatch, expected f32, got i64");
}

TEST(validate_function, wants_a_value_in_a_local_that_has_no_default)
{
    const Bytes groups = vec({bytes(1, ref, 0x6e)});  // a non-null anyref
    const Bytes set =
        bytes(const32, 0, 0xfb, 28, local_set, 0);  // i32.const 0, ref.i31, local.set 0
    const Bytes get = bytes(local_get, 0, drop);
    EXPECT_EQ(inside(get, groups), "uninitialized local");
    EXPECT_EQ(inside(bytes(set, get), groups), "valid");
    EXPECT_EQ(inside(bytes(block, none, set, get, end, get), groups), "uninitialized local");
    EXPECT_EQ(inside(bytes(set, block, none, get, end, get), groups), "valid");
    EXPECT_EQ(inside(bytes(const32, 0, if_, none, set, else_, get, end), groups),
              "uninitialized local");
    EXPECT_EQ(inside(bytes(block, none, set, end, set, get), groups), "valid");
}

TEST(validate_function, looks_memories_up_and_takes_their_addresses)
{
    EXPECT_EQ(inside(bytes(const32, 0, 0x28, 2, 0, drop)), "valid");
    EXPECT_EQ(inside(bytes(const64, 0, 0x28, 0x42, 1, 0, drop)), "valid");
    EXPECT_EQ(inside(bytes(const32, 0, 0x28, 0x42, 1, 0, drop)),
              "type mismatch, expected i64, got i32");
    EXPECT_EQ(inside(bytes(const32, 0, 0x28, 0x42, 2, 0, drop)), "unknown memory 2, there are 2");
    EXPECT_EQ(inside(bytes(const32, 0, 0x28, 3, 0, drop)),
              "alignment must not be larger than natural");
    EXPECT_EQ(inside(bytes(const32, 0, 0x28, 2, leb(0x100000000), drop)), "offset out of range");
    EXPECT_EQ(inside(bytes(const64, 0, 0x28, 0x42, 1, leb(0x100000000), drop)), "valid");
    EXPECT_EQ(inside(bytes(const32, 0, 0x28, leb(0x80), 0, drop)),
              "malformed memop flags, got 0x80");
    EXPECT_EQ(of(bytes(const32, 0, 0x28, 2, 0, drop)), "invalid at 0x19: unknown memory 0");
}

TEST(validate_function, takes_the_narrower_length_between_two_memories)
{
    const Bytes copy = bytes(0xfc, 10, 1, 0);  // from memory 0 (32 bits) to memory 1 (64 bits)
    EXPECT_EQ(inside(bytes(const64, 0, const32, 0, const32, 0, copy)), "valid");
    EXPECT_EQ(inside(bytes(const64, 0, const32, 0, const64, 0, copy)),
              "type mismatch, expected i32, got i64");
    EXPECT_EQ(inside(bytes(const64, 0, const64, 0, const64, 0, 0xfc, 10, 1, 1)), "valid");
}

TEST(validate_function, wants_the_data_count_before_code_that_names_data)
{
    EXPECT_EQ(inside(bytes(0xfc, 9, 0)), "data count section required");
    EXPECT_EQ(inside(bytes(const32, 0, const32, 0, 0xfb, 9, 1, 0, drop)),
              "data count section required");
}

TEST(validate_function, guards_what_is_immutable)
{
    EXPECT_EQ(inside(bytes(const32, 0, 0x24, 0)), "immutable global");
    EXPECT_EQ(inside(bytes(0xd0, 1, const32, 0, const32, 0, 0xfb, 14, 1)), "immutable array");
    EXPECT_EQ(inside(bytes(0xd0, 3, const32, 0, 0xfb, 5, 3, 0)), "immutable field");
}

TEST(validate_function, tells_packed_fields_from_others)
{
    EXPECT_EQ(inside(bytes(0xd0, 3, 0xfb, 3, 3, 0, drop)), "valid");            // struct.get_s
    EXPECT_EQ(inside(bytes(0xd0, 3, 0xfb, 2, 3, 0, drop)), "field is packed");  // struct.get
    EXPECT_EQ(inside(bytes(0xd0, 1, const32, 0, 0xfb, 12, 1, drop)),
              "array is unpacked");  // array.get_s
    EXPECT_EQ(inside(bytes(0xd0, 3, 0xfb, 3, 3, 1, drop)), "unknown field 1, there are 1");
    EXPECT_EQ(inside(bytes(0xfb, 1, 4, drop)), "type is not defaultable");  // struct.new_default
}

TEST(validate_function, wants_function_types_where_functions_are_called)
{
    EXPECT_EQ(inside(bytes(const32, 0, 0x11, 0, 0)),
              "type mismatch, expected funcref, got externref");
    EXPECT_EQ(inside(bytes(0xd0, 3, 0x14, 3)), "type mismatch");
    EXPECT_EQ(inside(bytes(0xd0, 0, 0x14, 0)), "valid");
    EXPECT_EQ(inside(bytes(0x10, 1)), "unknown function 1, there are 1");
    EXPECT_EQ(inside(bytes(0xd2, 0, drop)), "undeclared function reference 0");
}

TEST(validate_function, bounds_the_operands_of_array_new_fixed)
{
    EXPECT_EQ(inside(bytes(unreachable, 0xfb, 8, 1, leb(10'000), drop)), "valid");
    EXPECT_EQ(inside(bytes(unreachable, 0xfb, 8, 1, leb(10'001), drop)),
              "too many operands of array.new_fixed, at most 10000, got 10001");
}

TEST(validate_function, refuses_lanes_that_are_not_there)
{
    const Bytes vector = bytes(0xfd, 0x0c, Bytes(16, 0));
    EXPECT_EQ(of(bytes(vector, 0xfd, 0x15, 15, drop)), "valid");
    EXPECT_EQ(inside(bytes(vector, 0xfd, 0x15, 16, drop)), "invalid lane index");
    EXPECT_EQ(inside(bytes(vector, vector, 0xfd, 0x0d, Bytes(16, 32), drop)), "invalid lane index");
    EXPECT_EQ(inside(bytes(const32, 0, vector, 0xfd, 0x57, 3, 0, 2, drop)), "invalid lane index");
}

TEST(validate_function, tells_its_sink_every_instruction_in_order)
{
    Recorder recorder;
    const Bytes code = bytes(local_get, 0, block, none, br, 0, const32, 7, drop, end, drop);
    EXPECT_EQ(sentence(tell(one_function({i32}, {}, code), recorder)), "valid");
    EXPECT_EQ(recorder.text, "params 1 locals 1\n"
                             "local.get 0\n"
                             "block\n"
                             "br 0\n"
                             "i32.const 7 (dead)\n"
                             "drop (dead)\n"
                             "end (dead)\n"
                             "drop\n"
                             "end\n");
    EXPECT_EQ(recorder.begun, 1u);
    EXPECT_EQ(recorder.finished, 1u);
}

TEST(validate_function, tells_its_sink_nothing_of_an_instruction_that_is_invalid)
{
    Recorder recorder;
    EXPECT_FALSE(tell(one_function({}, {}, bytes(const32, 0, const64, 0, add32, drop)), recorder));
    EXPECT_EQ(recorder.text, "params 0 locals 0\ni32.const 0\ni64.const 0\n");
    EXPECT_EQ(recorder.finished, 0u);
}

TEST(validate_function, ends_with_what_its_sink_refuses)
{
    struct Refuser : decoder::NullSink {
        Status instruction(const decoder::Instruction& in, bool)
        {
            if (in.op == Instr::drop) return Error{.code = Errc::frame_too_large};
            return ok();
        }
    } refuser;
    EXPECT_EQ(tell(one_function({}, {}, bytes(const32, 0, drop)), refuser).error().code,
              Errc::frame_too_large);
}

TEST(validate_function, finds_the_types_that_a_translator_asks_for)
{
    const auto find = [](Instr op, const Bytes& code) {
        Finder finder{.wanted = op, .found = {}, .params = {}, .results = {}};
        EXPECT_EQ(sentence(tell(furnished(code), finder)), "valid");
        return finder;
    };
    EXPECT_EQ(find(Instr::drop, bytes(const64, 0, drop)).found.type, ValType::i64);
    EXPECT_EQ(find(Instr::drop, bytes(unreachable, drop)).found.type, ValType::bot);
    EXPECT_EQ(find(Instr::select, bytes(const64, 0, const64, 0, const32, 0, 0x1b, drop)).found.type,
              ValType::i64);
    EXPECT_EQ(
        find(Instr::select, bytes(unreachable, const64, 0, const32, 0, 0x1b, drop)).found.type,
        ValType::i64);
    EXPECT_EQ(find(Instr::global_get, bytes(0x23, 0, drop)).found.type, ValType::i32);
    EXPECT_EQ(find(Instr::table_get, bytes(const32, 0, 0x25, 0, drop)).found.type,
              ValType::externref);
    EXPECT_EQ(find(Instr::struct_get_s, bytes(0xd0, 3, 0xfb, 3, 3, 0, drop)).found.type,
              ValType::i8);
    EXPECT_EQ(find(Instr::ref_is_null, bytes(0xd0, 3, 0xd1, drop)).found.type,
              ValType::ref(HeapType::of_index(3), true));

    const Finder closed = find(Instr::end, bytes(block, i32, const32, 0, end, drop, unreachable));
    EXPECT_TRUE(closed.results.empty());  // the function's own, which comes last
    const Finder opened = find(Instr::block, bytes(block, ref_null, 3, 0xd0, 3, end, drop));
    ASSERT_EQ(opened.results.size(), 1u);
    EXPECT_EQ(opened.results[0], ValType::ref(HeapType::of_index(3), true));
    const Finder branch =
        find(Instr::br_if, bytes(block, i32, const32, 1, const32, 0, br_if, 0, end, drop));
    ASSERT_EQ(branch.params.size(), 1u);
    EXPECT_EQ(branch.params[0], ValType::i32);
    EXPECT_EQ(find(Instr::call_ref, bytes(0xd0, 0, 0x14, 0)).found.index, 0u);
}

TEST(locals, are_kept_as_runs)
{
    struct Keeper : decoder::NullSink {
        std::vector<decoder::LocalRun> runs;
        Status begin(const decoder::FunctionContext& context)
        {
            runs.assign(context.locals.runs().begin(), context.locals.runs().end());
            EXPECT_EQ(context.locals.type_of(0), ValType::i32);
            EXPECT_EQ(context.locals.type_of(context.locals.count() - 1), ValType::f64);
            return ok();
        }
    } keeper;
    const Bytes groups = vec({bytes(1, i32), bytes(leb(1000), f64), bytes(5, f64)});
    const Bytes binary = module({section(type_id, vec({func_type({i32, i32}, {})})),
                                 section(function_id, vec({leb(0)})),
                                 section(code_id, vec({sized(bytes(groups, end))}))});
    EXPECT_EQ(sentence(tell(binary, keeper)), "valid");
    ASSERT_EQ(keeper.runs.size(), 2u);
    EXPECT_EQ(keeper.runs[0].end, 3u);
    EXPECT_EQ(keeper.runs[1].end, 1008u);
}

TEST(disassemble, walks_a_body_with_its_nesting)
{
    inspect(one_function({}, {}, bytes(const32, 1, if_, none, 0x01, else_, 0x01, end)),
            [](const decoder::Module& module) {
                std::string text;
                const Status status = decoder::disassemble(
                    module, 0,
                    [&](const decoder::Instruction&, uint32_t depth, std::string_view line) {
                        text += std::string(2 * depth, ' ') + std::string{line} + "\n";
                    });
                EXPECT_TRUE(status);
                EXPECT_EQ(text, "i32.const 1\nif\n  nop\nelse\n  nop\nend\nend\n");
            });
}
