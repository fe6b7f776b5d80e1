// What stands behind an instruction's name, by the kind of immediates that its row has.
#include "assembler.hpp"
#include "value_types.hpp"

#include <wrt/text/literals.hpp>

#include <bit>
#include <limits>

namespace wrt::text {

void Assembler::opcode(Instr op, ByteBuffer& out) const
{
    const InstrInfo& row = info(op);
    if (row.prefix == 0) {
        out.byte(static_cast<uint8_t>(row.opcode));
        return;
    }
    out.byte(row.prefix);
    out.u32(row.opcode);
}

/// The opcode and its immediates. The cursor is behind the name.
Status Assembler::immediates(Instr op, ByteBuffer& out)
{
    const Immediates kind = info(op).immediates;
    if (op == Instr::select) return select_types(out);
    if (kind == Immediates::cast_label) return cast_label(op, out);
    if (kind == Immediates::heap_type && op != Instr::ref_null) return reference_test(op, out);
    opcode(op, out);
    WRT_CHECK(operands(kind, out));
    return out.status();
}

/// The immediates behind an opcode that is written.
Status Assembler::operands(Immediates kind, ByteBuffer& out)
{
    switch (kind) {
    case Immediates::none: return ok();
    case Immediates::zero_byte: out.byte(0); return ok();
    case Immediates::label: return label(out);
    case Immediates::label_table: return label_table(out);
    case Immediates::function: return index(Space::func, out);
    case Immediates::type: return index(Space::type, out);
    case Immediates::local: return index(Space::local, out);
    case Immediates::global: return index(Space::global, out);
    case Immediates::tag: return index(Space::tag, out);
    case Immediates::elem: return index(Space::elem, out);
    case Immediates::data: return data_index(out);
    case Immediates::table: return optional_index(Space::table, out);
    case Immediates::memory: return optional_index(Space::memory, out);
    case Immediates::type_table: return call_indirect(out);
    case Immediates::table_table: return two_or_none(Space::table, out);
    case Immediates::memory_memory: return two_or_none(Space::memory, out);
    case Immediates::elem_table: return segment_and_optional(Space::elem, Space::table, out);
    case Immediates::data_memory: return segment_and_optional(Space::data, Space::memory, out);
    case Immediates::type_field: return type_field(out);
    case Immediates::type_count: {
        WRT_CHECK(index(Space::type, out));
        WRT_TRY(const uint32_t count, natural32());
        out.u32(count);
        return ok();
    }
    case Immediates::type_data: WRT_CHECK(index(Space::type, out)); return data_index(out);
    case Immediates::type_elem: WRT_CHECK(index(Space::type, out)); return index(Space::elem, out);
    case Immediates::type_type: WRT_CHECK(index(Space::type, out)); return index(Space::type, out);
    case Immediates::heap_type: {
        uint32_t bits = 0;
        WRT_CHECK(heap_type(bits));
        write_heap_type(out, HeapType::of_bits(bits));
        return ok();
    }
    case Immediates::i32:
    case Immediates::i64: return integer_constant(kind == Immediates::i32 ? 32 : 64, out);
    case Immediates::f32:
    case Immediates::f64: return float_constant(kind == Immediates::f32 ? 32 : 64, out);
    case Immediates::v128: return vector(out);
    case Immediates::memarg8: return memory_access(0, false, out);
    case Immediates::memarg16: return memory_access(1, false, out);
    case Immediates::memarg32: return memory_access(2, false, out);
    case Immediates::memarg64: return memory_access(3, false, out);
    case Immediates::memarg128: return memory_access(4, false, out);
    case Immediates::memarg8_lane: return memory_access(0, true, out);
    case Immediates::memarg16_lane: return memory_access(1, true, out);
    case Immediates::memarg32_lane: return memory_access(2, true, out);
    case Immediates::memarg64_lane: return memory_access(3, true, out);
    case Immediates::lane2:
    case Immediates::lane4:
    case Immediates::lane8:
    case Immediates::lane16: return lane(out);
    case Immediates::lanes: return shuffle_lanes(out);
    // With blocks, and with `select`.
    case Immediates::block_type:
    case Immediates::try_table:
    case Immediates::select_types:
    case Immediates::cast_label: break;  // not asked here
    }
    return error(Errc::internal);
}

// Blocks and branches

/// A block's opcode, its type, and the clauses of a try_table.
Status Assembler::block_header(Instr op, ByteBuffer& out)
{
    opcode(op, out);
    WRT_TRY(const TypeUse use, type_use(ParamNames::refused, true));
    if (!use.is_short) {
        out.s64(use.type);
    } else if (use.result == ValType::bot.bits()) {
        out.byte(decoder::empty_block_code);
    } else {
        write_type(out, use.result);
    }
    return op == Instr::try_table ? catches(out) : out.status();
}

/// The clauses of a try_table; their labels are counted from outside of it.
Status Assembler::catches(ByteBuffer& out)
{
    static constexpr std::string_view words[] = {"catch", "catch_ref", "catch_all",
                                                 "catch_all_ref"};
    constexpr uint8_t kinds = 4;
    scratch_.truncate(0);
    uint32_t count = 0;
    for (uint8_t kind = 0; kind < kinds;) {
        if (!skip_left(words[kind])) {
            ++kind;
            continue;
        }
        ++count;
        scratch_.byte(kind);
        const bool has_tag = kind <= static_cast<uint8_t>(decoder::CatchKind::catch_ref);
        if (has_tag) WRT_CHECK(index(Space::tag, scratch_));
        WRT_CHECK(label(scratch_));
        WRT_CHECK(expect(TokenKind::right));
        kind = 0;
    }
    WRT_CHECK(scratch_.status());
    out.u32(count);
    out.append(scratch_.bytes());
    return out.status();
}

Status Assembler::label(ByteBuffer& out)
{
    if (at(TokenKind::natural)) {
        WRT_TRY(const uint32_t depth, natural32());
        out.u32(depth);
        return ok();
    }
    WRT_TRY(const uint32_t depth, resolve(Space::label, 0));
    out.u32(labels_ - 1 - depth);
    return ok();
}

Status Assembler::label_table(ByteBuffer& out)
{
    uint32_t count = 0;
    while (peek(count).kind == TokenKind::natural || peek(count).kind == TokenKind::identifier)
        ++count;
    if (count == 0) return unexpected();
    out.u32(count - 1);
    for (; count != 0; --count)
        WRT_CHECK(label(out));
    return ok();
}

Status Assembler::cast_label(Instr op, ByteBuffer& out)
{
    opcode(op, out);
    scratch_.truncate(0);
    WRT_CHECK(label(scratch_));
    uint32_t from = 0;
    uint32_t to = 0;
    WRT_CHECK(reference_type(from));
    WRT_CHECK(reference_type(to));
    const ValType from_type = ValType::of_bits(from);
    const ValType to_type = ValType::of_bits(to);
    out.byte(static_cast<uint8_t>((from_type.nullable() ? 1 : 0) | (to_type.nullable() ? 2 : 0)));
    out.append(scratch_.bytes());
    write_heap_type(out, from_type.heap());
    write_heap_type(out, to_type.heap());
    return out.status();
}

/// Table and type use, which the binary has the other way round.
Status Assembler::call_indirect(ByteBuffer& out)
{
    uint32_t table = 0;
    if (at(TokenKind::natural) || at(TokenKind::identifier)) {
        WRT_TRY(table, resolve(Space::table, 0));
    }
    WRT_TRY(const TypeUse use, type_use(ParamNames::refused));
    out.u32(use.type);
    out.u32(table);
    return ok();
}

/// `select`, with or without types.
Status Assembler::select_types(ByteBuffer& out)
{
    if (!at_left("result")) {
        opcode(Instr::select, out);
        return out.status();
    }
    scratch_.truncate(0);
    uint32_t count = 0;
    while (skip_left("result")) {
        for (; !at(TokenKind::right); ++count) {
            uint32_t bits = 0;
            WRT_CHECK(value_type(bits));
            write_type(scratch_, bits);
        }
        WRT_CHECK(expect(TokenKind::right));
    }
    opcode(Instr::select_t, out);
    out.u32(count);
    out.append(scratch_.bytes());
    return out.status();
}

/// ref.test and ref.cast: one name, an opcode for nullable types and one for the others.
Status Assembler::reference_test(Instr op, ByteBuffer& out)
{
    uint32_t bits = 0;
    WRT_CHECK(reference_type(bits));
    const ValType type = ValType::of_bits(bits);
    const bool is_test = op == Instr::ref_test || op == Instr::ref_test_null;
    if (type.nullable()) {
        opcode(is_test ? Instr::ref_test_null : Instr::ref_cast_null, out);
    } else {
        opcode(is_test ? Instr::ref_test : Instr::ref_cast, out);
    }
    write_heap_type(out, type.heap());
    return out.status();
}

// Indices

Status Assembler::index(Space space, ByteBuffer& out)
{
    WRT_TRY(const uint32_t value, resolve(space, space == Space::local ? function_ : 0));
    out.u32(value);
    return ok();
}

Status Assembler::data_index(ByteBuffer& out)
{
    needs_data_count_ = true;
    return index(Space::data, out);
}

bool Assembler::at_index(uint32_t ahead) const
{
    return peek(ahead).kind == TokenKind::natural || peek(ahead).kind == TokenKind::identifier;
}

Status Assembler::optional_index(Space space, ByteBuffer& out)
{
    if (at_index()) return index(space, out);
    out.u32(0);
    return ok();
}

Status Assembler::two_or_none(Space space, ByteBuffer& out)
{
    if (at_index()) {
        WRT_CHECK(index(space, out));
        return index(space, out);
    }
    out.u32(0);
    out.u32(0);
    return ok();
}

/// `x? y`: the segment, which the binary has first, stands behind what it is for.
Status Assembler::segment_and_optional(Space segment, Space of, ByteBuffer& out)
{
    uint32_t first = 0;
    if (at_index(1)) {
        WRT_TRY(first, resolve(of, 0));
    }
    WRT_CHECK(segment == Space::data ? data_index(out) : index(segment, out));
    out.u32(first);
    return ok();
}

Status Assembler::type_field(ByteBuffer& out)
{
    WRT_TRY(const uint32_t type, resolve(Space::type, 0));
    WRT_TRY(const uint32_t field, resolve(Space::field, type));
    out.u32(type);
    out.u32(field);
    return ok();
}

// Memory

/// `memory? offset=n? align=n?`. A number is the memory's, unless only a lane follows.
Status Assembler::memory_access(uint32_t natural_alignment, bool lane_follows, ByteBuffer& out)
{
    constexpr std::string_view offset_key = "offset=";
    constexpr std::string_view align_key = "align=";
    constexpr uint32_t memory_flag = 0x40;
    const auto key_at = [&](uint32_t ahead, std::string_view key) {
        return peek(ahead).kind == TokenKind::keyword && text(peek(ahead)).starts_with(key) &&
               text(peek(ahead)).size() > key.size() &&
               word_kind(text(peek(ahead)).substr(key.size())) == TokenKind::natural;
    };
    uint32_t memory = 0;
    const bool is_lane = lane_follows && at(TokenKind::natural) &&
                         peek(1).kind != TokenKind::natural && !key_at(1, offset_key) &&
                         !key_at(1, align_key);
    if (at_index() && !is_lane) {
        WRT_TRY(memory, resolve(Space::memory, 0));
    }
    uint64_t offset = 0;
    if (key_at(0, offset_key)) {
        const std::string_view number = text(peek()).substr(offset_key.size());
        if (!parse_natural(number, std::numeric_limits<uint64_t>::max(), offset)) {
            return error(Errc::i64_constant_out_of_range);
        }
        advance();
    }
    uint32_t alignment = natural_alignment;
    if (key_at(0, align_key)) {
        const std::string_view number = text(peek()).substr(align_key.size());
        uint64_t bytes = 0;
        if (!parse_natural(number, std::numeric_limits<uint64_t>::max(), bytes)) {
            return error(Errc::i64_constant_out_of_range);
        }
        if (!std::has_single_bit(bytes)) return error(Errc::alignment_must_be_a_power_of_two);
        alignment = static_cast<uint32_t>(std::countr_zero(bytes));
        advance();
    }
    out.u32(memory == 0 ? alignment : alignment | memory_flag);
    if (memory != 0) out.u32(memory);
    out.u64(offset);
    return lane_follows ? lane(out) : ok();
}

// Constants and lanes

Status Assembler::integer_constant(uint32_t bits, ByteBuffer& out)
{
    if (!at(TokenKind::natural) && !at(TokenKind::integer)) return unexpected();
    uint64_t value = 0;
    if (!parse_integer(text(peek()), bits, value)) return error(Errc::constant_out_of_range);
    advance();
    out.s64(bits == 32 ? static_cast<int32_t>(static_cast<uint32_t>(value))
                       : static_cast<int64_t>(value));
    return ok();
}

Status Assembler::float_constant(uint32_t bits, ByteBuffer& out)
{
    if (!at(TokenKind::natural) && !at(TokenKind::integer) && !at(TokenKind::floating)) {
        return unexpected();
    }
    if (bits == 32) {
        uint32_t value = 0;
        if (!parse_f32(text(peek()), value)) return error(Errc::constant_out_of_range);
        out.fixed32(value);
    } else {
        uint64_t value = 0;
        if (!parse_f64(text(peek()), value)) return error(Errc::constant_out_of_range);
        out.fixed64(value);
    }
    advance();
    return ok();
}

Status Assembler::lane(ByteBuffer& out)
{
    if (!at(TokenKind::natural)) return unexpected();
    uint64_t value = 0;
    if (!parse_natural(text(peek()), 255, value)) return error(Errc::i8_constant_out_of_range);
    advance();
    out.byte(static_cast<uint8_t>(value));
    return ok();
}

/// As many numbers, of any kind, stand at the cursor.
Status Assembler::expect_numbers(uint32_t wanted, Errc otherwise) const
{
    uint32_t count = 0;
    const auto is_number = [&](const Token& token) {
        return token.kind == TokenKind::natural || token.kind == TokenKind::integer ||
               token.kind == TokenKind::floating;
    };
    while (count <= wanted && is_number(peek(count)))
        ++count;
    if (count == wanted) return ok();
    const Error unexpected = unexpected_at(position() + count);
    return unexpected.code == Errc::unexpected_token ? error(otherwise) : unexpected;
}

Status Assembler::shuffle_lanes(ByteBuffer& out)
{
    constexpr uint32_t lanes = 16;
    WRT_CHECK(expect_numbers(lanes, Errc::invalid_lane_length));
    for (uint32_t i = 0; i < lanes; ++i) {
        if (!at(TokenKind::natural)) return error(Errc::i8_constant_out_of_range);
        WRT_CHECK(lane(out));
    }
    return ok();
}

/// v128.const: a shape and its lanes.
Status Assembler::vector(ByteBuffer& out)
{
    struct Shape {
        std::string_view word;
        uint32_t lanes;
        bool is_float;
    };
    static constexpr Shape shapes[] = {
        {"i8x16", 16, false}, {"i16x8", 8, false}, {"i32x4", 4, false},
        {"i64x2", 2, false},  {"f32x4", 4, true},  {"f64x2", 2, true},
    };
    for (const Shape& shape : shapes) {
        if (!skip_keyword(shape.word)) continue;
        const uint32_t bits = 128 / shape.lanes;
        WRT_CHECK(expect_numbers(shape.lanes, Errc::wrong_number_of_lane_literals));
        for (uint32_t i = 0; i < shape.lanes; ++i)
            WRT_CHECK(shape.is_float ? float_constant(bits, out) : integer_lane(bits, out));
        return ok();
    }
    return unexpected();
}

Status Assembler::integer_lane(uint32_t bits, ByteBuffer& out)
{
    if (!at(TokenKind::natural) && !at(TokenKind::integer)) return unexpected();
    uint64_t value = 0;
    if (!parse_integer(text(peek()), bits, value)) return error(Errc::constant_out_of_range);
    advance();
    for (uint32_t shift = 0; shift < bits; shift += 8)
        out.byte(static_cast<uint8_t>(value >> shift));
    return ok();
}

}  // namespace wrt::text
