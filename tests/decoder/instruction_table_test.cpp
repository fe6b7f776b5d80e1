// Walks instructions.def: what a row says is what decoding, validation and disassembly do.
#include "decoder/support.hpp"

#include <wrt/decoder/validate_function.hpp>

#include <wrt/decoder/disassemble.hpp>
#include <wrt/decoder/instruction_decoder.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace wrt;
using namespace wrt::test;
using decoder::Instruction;

namespace {

Bytes opcode_of(const InstrInfo& row)
{
    return row.prefix == 0 ? bytes(row.opcode & 0xff) : bytes(row.prefix, leb(row.opcode));
}

/// Immediates of each kind, every number another, those that fit more than a byte longer.
Bytes sample_immediates(Immediates kind)
{
    switch (kind) {
    case Immediates::none: return {};
    case Immediates::zero_byte: return bytes(0);
    case Immediates::block_type: return leb(200);
    case Immediates::label_table: return bytes(3, 1, leb(300), 2, 5);
    case Immediates::select_types: return bytes(1, ref_null, 4);
    case Immediates::try_table:
        return bytes(i32, 4, 0x00, 9, 1, 0x01, leb(130), 2, 0x02, 3, 0x03, 4);
    case Immediates::heap_type: return bytes(0x6c);
    case Immediates::cast_label: return bytes(3, leb(130), 0x6e, 7);
    case Immediates::label:
    case Immediates::function:
    case Immediates::type:
    case Immediates::local:
    case Immediates::global:
    case Immediates::table:
    case Immediates::elem:
    case Immediates::memory:
    case Immediates::data:
    case Immediates::tag: return leb(131);
    case Immediates::type_table:
    case Immediates::table_table:
    case Immediates::elem_table:
    case Immediates::memory_memory:
    case Immediates::data_memory:
    case Immediates::type_field:
    case Immediates::type_count:
    case Immediates::type_data:
    case Immediates::type_elem:
    case Immediates::type_type: return bytes(leb(131), leb(7));
    case Immediates::i32: return signed_leb(-70000);
    case Immediates::i64: return signed_leb(-70000000000);
    case Immediates::f32: return bytes(1, 2, 3, 0x80);
    case Immediates::f64: return bytes(1, 2, 3, 4, 5, 6, 7, 0x80);
    case Immediates::v128: return Bytes(16, 0xa5);
    case Immediates::lanes: return Bytes(16, 31);
    case Immediates::memarg8:
    case Immediates::memarg16:
    case Immediates::memarg32:
    case Immediates::memarg64:
    case Immediates::memarg128: return bytes(0x40, 2, leb(5'000'000'000));
    case Immediates::memarg8_lane:
    case Immediates::memarg16_lane:
    case Immediates::memarg32_lane:
    case Immediates::memarg64_lane: return bytes(0x00, leb(300), 1);
    case Immediates::lane2:
    case Immediates::lane4:
    case Immediates::lane8:
    case Immediates::lane16: return bytes(1);
    }
    return {};
}

Bytes heap_code(HeapType heap)
{
    return heap.is_abstract() ? bytes(heap == HeapType::any ? 0x6e : 0x6c) : leb(heap.index());
}

/// Writes the immediates back from what was decoded.
Bytes encode_immediates(const Instruction& in)
{
    const Immediates kind = info(in.op).immediates;
    const auto fixed = [&in](size_t size) {
        Bytes out;
        for (size_t i = 0; i < size; ++i)
            out.push_back(static_cast<uint8_t>(in.value >> (8 * i)));
        return out;
    };
    const auto memarg = [&in] {
        return in.index == 0 ? bytes(in.align, leb(in.value))
                             : bytes(in.align | 0x40, leb(in.index), leb(in.value));
    };
    switch (kind) {
    case Immediates::none: return {};
    case Immediates::zero_byte: return bytes(0);
    case Immediates::block_type: return leb(in.block.index());
    case Immediates::label_table: {
        Bytes out = leb(in.target_count);
        decoder::LabelReader labels{in.targets};
        for (uint32_t i = 0; i <= in.target_count; ++i)
            append(out, leb(labels.next()));
        return out;
    }
    case Immediates::try_table: {
        EXPECT_EQ(in.block.result(), ValType::i32);
        Bytes out = bytes(i32, leb(in.target_count));
        decoder::CatchReader clauses{in.targets};
        for (uint32_t i = 0; i < in.target_count; ++i) {
            const decoder::CatchClause clause = clauses.next();
            append(out, static_cast<uint8_t>(clause.kind));
            if (clause.tag != no_index) append(out, leb(clause.tag));
            append(out, leb(clause.label));
        }
        return out;
    }
    case Immediates::select_types:
        return bytes(in.target_count, in.type.nullable() ? ref_null : ref,
                     heap_code(in.type.heap()));
    case Immediates::heap_type: return heap_code(in.type.heap());
    case Immediates::cast_label:
        return bytes((in.type.nullable() ? 1 : 0) | (in.type2.nullable() ? 2 : 0), leb(in.index),
                     heap_code(in.type.heap()), heap_code(in.type2.heap()));
    case Immediates::label:
    case Immediates::function:
    case Immediates::type:
    case Immediates::local:
    case Immediates::global:
    case Immediates::table:
    case Immediates::elem:
    case Immediates::memory:
    case Immediates::data:
    case Immediates::tag: return leb(in.index);
    case Immediates::type_table:
    case Immediates::table_table:
    case Immediates::elem_table:
    case Immediates::memory_memory:
    case Immediates::data_memory:
    case Immediates::type_field:
    case Immediates::type_count:
    case Immediates::type_data:
    case Immediates::type_elem:
    case Immediates::type_type: return bytes(leb(in.index), leb(in.index2));
    case Immediates::i32: return signed_leb(static_cast<int32_t>(in.value));
    case Immediates::i64: return signed_leb(static_cast<int64_t>(in.value));
    case Immediates::f32: return fixed(4);
    case Immediates::f64: return fixed(8);
    case Immediates::v128:
    case Immediates::lanes: return Bytes(in.vector.bytes.begin(), in.vector.bytes.end());
    case Immediates::memarg8:
    case Immediates::memarg16:
    case Immediates::memarg32:
    case Immediates::memarg64:
    case Immediates::memarg128: return memarg();
    case Immediates::memarg8_lane:
    case Immediates::memarg16_lane:
    case Immediates::memarg32_lane:
    case Immediates::memarg64_lane: return bytes(memarg(), in.lane);
    case Immediates::lane2:
    case Immediates::lane4:
    case Immediates::lane8:
    case Immediates::lane16: return bytes(in.lane);
    }
    return {};
}

template <class Visit>
void for_each_row(Visit&& visit)
{
    for (uint32_t i = 0; i < instr_count; ++i) {
        const auto op = static_cast<Instr>(i);
        SCOPED_TRACE(std::string{info(op).text});
        visit(op, info(op));
    }
}

/// Bytes of a type in a signature.
Bytes code_of(ValType type)
{
    switch (type.kind()) {
    case ValKind::i32: return bytes(i32);
    case ValKind::i64: return bytes(i64);
    case ValKind::f32: return bytes(f32);
    case ValKind::f64: return bytes(f64);
    case ValKind::v128: return bytes(v128);
    case ValKind::bot:
    case ValKind::ref:
    case ValKind::i8:
    case ValKind::i16: break;
    }
    if (type == ValType::eqref) return bytes(eqref);
    if (type == ValType::i31ref) return bytes(i31ref);
    if (type == ValType::arrayref) return bytes(arrayref);
    if (type == ValType::ref(HeapType::i31, false)) return bytes(ref, 0x6c);
    return bytes(i32);  // an address: memory 0 has 32 bits
}

/// A memarg of memory 0 that is valid: atomic accesses say their natural alignment.
Bytes plain_memarg(const InstrInfo& row)
{
    const int align = decoder::detail::natural_align(row.immediates);
    return bytes(row.feature == Feature::threads ? align : 0, 0);
}

/// The status of a module that may use everything.
Status check_all(const Bytes& binary)
{
    decoder::DecodeOptions options;
    options.features = FeatureSet::all();
    return check(binary, options);
}

/// A function whose params and results are the row's, and whose body is: its params, then the
/// instruction.
Bytes function_of_row(const InstrInfo& row, uint32_t params_given)
{
    const Signature& signature = row.signature;
    Bytes params = leb(signature.param_count);
    for (uint32_t i = 0; i < signature.param_count; ++i)
        append(params, code_of(signature.params[i]));
    Bytes results = leb(signature.result_count);
    if (signature.result_count != 0) append(results, code_of(signature.result));
    if (signature.result_count == 2) append(results, code_of(signature.second_result));

    Bytes instructions;
    for (uint32_t i = 0; i < params_given; ++i)
        append(instructions, bytes(0x20, i));
    append(instructions, opcode_of(row));
    switch (row.immediates) {
    case Immediates::memory:
    case Immediates::data: append(instructions, bytes(0)); break;
    case Immediates::data_memory: append(instructions, bytes(0, 0)); break;
    case Immediates::memarg8:
    case Immediates::memarg16:
    case Immediates::memarg32:
    case Immediates::memarg64:
    case Immediates::memarg128: append(instructions, plain_memarg(row)); break;
    case Immediates::none:
    case Immediates::zero_byte:
    case Immediates::block_type:
    case Immediates::label:
    case Immediates::label_table:
    case Immediates::function:
    case Immediates::type:
    case Immediates::type_table:
    case Immediates::select_types:
    case Immediates::local:
    case Immediates::global:
    case Immediates::table:
    case Immediates::table_table:
    case Immediates::elem:
    case Immediates::elem_table:
    case Immediates::memory_memory:
    case Immediates::tag:
    case Immediates::try_table:
    case Immediates::heap_type:
    case Immediates::cast_label:
    case Immediates::type_field:
    case Immediates::type_count:
    case Immediates::type_data:
    case Immediates::type_elem:
    case Immediates::type_type:
    case Immediates::i32:
    case Immediates::i64:
    case Immediates::f32:
    case Immediates::f64:
    case Immediates::v128:
    case Immediates::memarg8_lane:
    case Immediates::memarg16_lane:
    case Immediates::memarg32_lane:
    case Immediates::memarg64_lane:
    case Immediates::lane2:
    case Immediates::lane4:
    case Immediates::lane8:
    case Immediates::lane16:
    case Immediates::lanes: append(instructions, sample_immediates(row.immediates)); break;
    }
    return module({section(type_id, vec({bytes(func_form, params, results)})),
                   section(function_id, vec({bytes(0)})), section(memory_id, vec({bytes(0, 1)})),
                   section(data_count_id, leb(1)), section(code_id, vec({body(instructions)})),
                   section(data_id, vec({bytes(1, 0)}))});
}

}  // namespace

static_assert(info(Instr::i32_add).text == "i32.add");
static_assert(instr_of(0, 0x6a) == Instr::i32_add);
static_assert(instr_of(0xfd, 0x113) == Instr::i32x4_relaxed_dot_i8x16_i7x16_add_s);
static_assert(instr_of(0xfd, 0x9a) == Instr::count_, "a hole among the vector opcodes");
static_assert(instr_of(0xfb, 31) == Instr::count_ && instr_of(0xfc, 18) == Instr::count_);
static_assert(parse_signature("addr i32 -> i32").has_addr);
static_assert(parse_signature("->").param_count == 0 && !parse_signature("->").by_hand);

TEST(instruction_table, has_every_instruction_of_3_0)
{
    // Counted in the specification's index of instructions: single bytes, 0xfb, 0xfc, 0xfd.
    uint32_t single = 0, gc = 0, misc = 0, vector = 0, relaxed = 0;
    uint32_t atomic = 0, wide = 0;
    for_each_row([&](Instr, const InstrInfo& row) {
        single += row.prefix == 0 && FeatureSet{}.has(row.feature);
        gc += row.prefix == 0xfb;
        misc += row.prefix == 0xfc && FeatureSet{}.has(row.feature);
        wide += row.feature == Feature::wide_arithmetic;
        atomic += row.prefix == 0xfe && row.feature == Feature::threads;
        vector += row.prefix == 0xfd && row.feature == Feature::simd;
        relaxed += row.prefix == 0xfd && row.feature == Feature::relaxed_simd;
    });
    EXPECT_EQ(single, 194u);
    EXPECT_EQ(gc, 31u);
    EXPECT_EQ(misc, 18u);
    EXPECT_EQ(vector, 236u);
    EXPECT_EQ(relaxed, 20u);
    // Counted in the proposals.
    EXPECT_EQ(wide, 4u);
    EXPECT_EQ(atomic, 67u);
}

TEST(instruction_table, decodes_and_encodes_every_row_to_the_same_bytes)
{
    for_each_row([](Instr op, const InstrInfo& row) {
        const Bytes binary = bytes(opcode_of(row), sample_immediates(row.immediates));
        ByteReader reader{binary, 100};
        Instruction instruction;
        const Status status = decoder::decode_instruction(reader, instruction);
        ASSERT_EQ(sentence(status), "valid");
        EXPECT_TRUE(reader.at_end());
        EXPECT_EQ(instruction.op, op);
        EXPECT_EQ(instruction.offset, 100u);
        EXPECT_EQ(bytes(opcode_of(row), encode_immediates(instruction)), binary);
    });
}

TEST(instruction_table, refuses_every_row_cut_short)
{
    for_each_row([](Instr, const InstrInfo& row) {
        const Bytes whole = bytes(opcode_of(row), sample_immediates(row.immediates));
        for (size_t size = 0; size < whole.size(); ++size) {
            ByteReader reader{std::span{whole}.first(size)};
            Instruction instruction;
            const Status status = decoder::decode_instruction(reader, instruction);
            ASSERT_FALSE(status) << "cut at " << size;
            EXPECT_EQ(kind_of(status.error().code), ErrorKind::malformed);
        }
    });
}

TEST(instruction_table, refuses_every_opcode_without_a_row)
{
    const auto refused = [](const Bytes& binary) {
        ByteReader reader{binary};
        Instruction instruction;
        const Status status = decoder::decode_instruction(reader, instruction);
        return !status && status.error().code == Errc::illegal_opcode;
    };
    for (uint32_t opcode = 0; opcode < 256; ++opcode) {
        if (opcode >= 0xfb && opcode <= 0xfe) continue;
        EXPECT_EQ(refused(bytes(opcode, Bytes(20, 0))), instr_of(0, opcode) == Instr::count_)
            << opcode;
    }
    for (const uint32_t prefix : {0xfbu, 0xfcu, 0xfdu, 0xfeu}) {
        for (uint32_t opcode = 0; opcode < 0x400; ++opcode) {
            const bool missing = instr_of(static_cast<uint8_t>(prefix), opcode) == Instr::count_;
            EXPECT_EQ(refused(bytes(prefix, leb(opcode), Bytes(20, 0))), missing)
                << prefix << " " << opcode;
        }
        EXPECT_TRUE(refused(bytes(prefix, leb(0xffffffff))));
    }
}

TEST(instruction_table, writes_every_row_beginning_with_its_text)
{
    for_each_row([](Instr, const InstrInfo& row) {
        const Bytes binary = bytes(opcode_of(row), sample_immediates(row.immediates));
        ByteReader reader{binary};
        Instruction instruction;
        ASSERT_TRUE(decoder::decode_instruction(reader, instruction));
        char buffer[256];
        TextSink sink{buffer};
        decoder::write_instruction(instruction, sink);
        EXPECT_TRUE(sink.view().starts_with(row.text)) << sink.view();
        EXPECT_EQ(sink.view().size() == row.text.size(),
                  row.immediates == Immediates::none || row.immediates == Immediates::zero_byte)
            << sink.view();
        EXPECT_FALSE(sink.truncated());
    });
}

TEST(instruction_table, names_no_text_twice_except_where_the_text_format_does)
{
    std::set<std::string_view> texts;
    std::set<std::string_view> twice;
    for_each_row([&](Instr, const InstrInfo& row) {
        if (!texts.insert(row.text).second) twice.insert(row.text);
    });
    EXPECT_EQ(twice, (std::set<std::string_view>{"select", "ref.test", "ref.cast"}));
}

TEST(instruction_table, validates_every_signature_it_states)
{
    uint32_t rows = 0;
    for_each_row([&](Instr, const InstrInfo& row) {
        if (row.signature.by_hand || row.text == "elem.drop") return;
        EXPECT_EQ(sentence(check_all(function_of_row(row, row.signature.param_count))), "valid");
        ++rows;
    });
    EXPECT_GT(rows, 400u);
}

TEST(instruction_table, refuses_every_signature_with_an_operand_missing)
{
    for_each_row([](Instr, const InstrInfo& row) {
        if (row.signature.by_hand || row.signature.param_count == 0) return;
        const Status status = check_all(function_of_row(row, row.signature.param_count - 1u));
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().code, Errc::type_mismatch);
    });
}

TEST(instruction_table, refuses_every_signature_with_an_operand_of_another_type)
{
    for_each_row([](Instr, const InstrInfo& row) {
        const Signature& signature = row.signature;
        if (signature.by_hand) return;
        for (uint32_t wrong = 0; wrong < signature.param_count; ++wrong) {
            // The operand that is wrong comes from a constant of a type that the row does not take
            // there.
            const ValType type = signature.params[wrong];
            const bool takes_i32 = type == ValType::i32 || type.bits() == Signature::addr_bits;
            const Bytes stranger = takes_i32 ? bytes(0x42, 0) : bytes(0x41, 0);
            Bytes params = leb(signature.param_count);
            Bytes instructions;
            for (uint32_t i = 0; i < signature.param_count; ++i) {
                append(params, code_of(signature.params[i]));
                append(instructions, i == wrong ? stranger : bytes(0x20, i));
            }
            append(instructions, opcode_of(row));
            Bytes immediates = sample_immediates(row.immediates);
            if (immediates.size() > 2 && row.immediates != Immediates::lanes)
                immediates = plain_memarg(row);
            if (row.immediates == Immediates::memory) immediates = bytes(0);
            if (row.immediates == Immediates::data_memory) immediates = bytes(0, 0);
            if (row.text.find("_lane") != std::string_view::npos && row.text.starts_with("v128."))
                append(immediates, 0);
            append(instructions, immediates);
            append(instructions, 0x00);  // unreachable: results are not the point
            const Bytes binary = module(
                {section(type_id, vec({bytes(func_form, params, 0)})),
                 section(function_id, vec({bytes(0)})), section(memory_id, vec({bytes(0, 1)})),
                 section(data_count_id, leb(1)), section(code_id, vec({body(instructions)})),
                 section(data_id, vec({bytes(1, 0)}))});
            const Status status = check_all(binary);
            ASSERT_FALSE(status) << "operand " << wrong;
            EXPECT_EQ(status.error().code, Errc::type_mismatch) << sentence(status);
        }
    });
}

TEST(write_instruction, says_it_as_the_text_format_does)
{
    const auto text = [](const Bytes& binary) {
        ByteReader reader{binary};
        Instruction instruction;
        const Status status = decoder::decode_instruction(reader, instruction);
        if (!status) return sentence(status);
        char buffer[256];
        TextSink sink{buffer};
        decoder::write_instruction(instruction, sink);
        return std::string{sink.view()};
    };
    EXPECT_EQ(text(bytes(0x41, signed_leb(-5))), "i32.const -5");
    EXPECT_EQ(text(bytes(0x42, signed_leb(INT64_MIN))), "i64.const -9223372036854775808");
    EXPECT_EQ(text(bytes(0x02, 0x40)), "block");
    EXPECT_EQ(text(bytes(0xfe, 0x23, 1, 4)), "i64.atomic.rmw16.add_u offset=4 align=2");
    EXPECT_EQ(text(bytes(0xfe, 0x01, 2, 0)), "memory.atomic.wait32 align=4");
    EXPECT_EQ(text(bytes(0xfe, 0x03, 0)), "atomic.fence");
    EXPECT_EQ(text(bytes(0xfc, 0x13)), "i64.add128");
    EXPECT_EQ(text(bytes(0x04, i32)), "if (result i32)");
    EXPECT_EQ(text(bytes(0x03, 5)), "loop (type 5)");
    EXPECT_EQ(text(bytes(0x0e, 2, 0, 1, 2)), "br_table 0 1 2");
    EXPECT_EQ(text(bytes(0x11, 3, 1)), "call_indirect 1 (type 3)");
    EXPECT_EQ(text(bytes(0x28, 2, 8)), "i32.load offset=8 align=4");
    EXPECT_EQ(text(bytes(0x28, 0x42, 1, 0)), "i32.load 1 align=4");
    EXPECT_EQ(text(bytes(0xd0, 0x70)), "ref.null func");
    EXPECT_EQ(text(bytes(0xfb, 21, 0x6c)), "ref.test i31ref");
    EXPECT_EQ(text(bytes(0xfb, 22, 3)), "ref.cast (ref 3)");
    EXPECT_EQ(text(bytes(0xfb, 24, 1, 0, 0x6e, 4)), "br_on_cast 0 anyref (ref 4)");
    EXPECT_EQ(text(bytes(0x1f, 0x40, 2, 0, 1, 2, 3, 0)), "try_table (catch 1 2) (catch_all_ref 0)");
    EXPECT_EQ(text(bytes(0xfc, 12, 1, 2)), "table.init 2 1");
    EXPECT_EQ(text(bytes(0x43, 0, 0, 0x80, 0x3f)), "f32.const 0x3f800000");
}
