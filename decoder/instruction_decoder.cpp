// The immediates that are not one index, and LEB128 numbers longer than a byte.
#include <wrt/decoder/instruction_decoder.hpp>

#include "value_types.hpp"

#include <cstring>

namespace wrt::decoder {

template <class Read>
bool InstructionDecoder::through_reader(Read read)
{
    ByteReader reader{{position_, end_}, offset(), Errc::unexpected_end_of_section_or_function};
    if (auto value = read(reader); !value) return fail(value.error());
    position_ = reader.position();
    return true;
}

bool InstructionDecoder::long_u32(uint32_t& value)
{
    return through_reader([&](ByteReader& reader) -> Status {
        WRT_TRY(value, reader.u32());
        return ok();
    });
}

bool InstructionDecoder::long_u64(uint64_t& value)
{
    return through_reader([&](ByteReader& reader) -> Status {
        WRT_TRY(value, reader.u64());
        return ok();
    });
}

bool InstructionDecoder::long_i32(uint64_t& bits)
{
    return through_reader([&](ByteReader& reader) -> Status {
        WRT_TRY(const int32_t value, reader.s32());
        bits = static_cast<uint32_t>(value);
        return ok();
    });
}

bool InstructionDecoder::s64(uint64_t& bits)
{
    return through_reader([&](ByteReader& reader) -> Status {
        WRT_TRY(const int64_t value, reader.s64());
        bits = static_cast<uint64_t>(value);
        return ok();
    });
}

bool InstructionDecoder::s33(int64_t& value)
{
    return through_reader([&](ByteReader& reader) -> Status {
        WRT_TRY(value, reader.s33());
        return ok();
    });
}

bool InstructionDecoder::value_type(ValType& type)
{
    return through_reader([&](ByteReader& reader) -> Status {
        WRT_TRY(type, decode_value_type(reader, features_));
        return ok();
    });
}

bool InstructionDecoder::heap_type(HeapType& type)
{
    return through_reader([&](ByteReader& reader) -> Status {
        WRT_TRY(type, decode_heap_type(reader, features_));
        return ok();
    });
}

bool InstructionDecoder::reference_type(ValType& type)
{
    return through_reader([&](ByteReader& reader) -> Status {
        WRT_TRY(type, decode_reference_type(reader, features_));
        return ok();
    });
}

bool InstructionDecoder::prefixed_opcode(uint8_t prefix, Instr& op)
{
    const uint32_t at = offset() - 1;
    if (prefix < 0xfb || prefix > 0xfe) {
        return fail(
            {.code = Errc::illegal_opcode, .detail = Detail::hex, .offset = at, .actual = prefix});
    }
    uint32_t opcode = 0;
    if (!u32(opcode)) return false;
    op = instr_of(prefix, opcode);
    if (op == Instr::count_) {
        return fail({.code = Errc::illegal_opcode,
                     .detail = Detail::hex,
                     .offset = at,
                     .actual = uint32_t{prefix} << 16 | (opcode & 0xffff)});
    }
    return true;
}

bool InstructionDecoder::refuse(const Instruction& instruction)
{
    return fail(needs_feature(info(instruction.op).feature, Errc::illegal_opcode,
                              instruction.offset, instr_bits(instruction.op)));
}

/// An index that was a reserved byte, zero, before `feature` gave it a meaning.
bool InstructionDecoder::only_index(uint32_t& index, Feature feature)
{
    if (features_.has(feature)) return u32(index);
    const uint32_t at = offset();
    uint8_t reserved = 0;
    if (!byte(reserved)) return false;
    index = 0;
    return reserved == 0 || fail(needs_feature(feature, Errc::zero_byte_expected, at));
}

bool InstructionDecoder::zero_byte()
{
    const uint32_t at = offset();
    uint8_t reserved = 0;
    if (!byte(reserved)) return false;
    return reserved == 0 || fail({.code = Errc::zero_byte_expected,
                                  .detail = Detail::hex,
                                  .offset = at,
                                  .actual = reserved});
}

bool InstructionDecoder::immediates(Instruction& instruction)
{
    switch (info(instruction.op).immediates) {
    case Immediates::none: return true;
    case Immediates::zero_byte: return zero_byte();
    case Immediates::local:
    case Immediates::global:
    case Immediates::label:
    case Immediates::function:
    case Immediates::type:
    case Immediates::table:
    case Immediates::tag:
    case Immediates::elem:
    case Immediates::data: return u32(instruction.index);
    case Immediates::memory: return only_index(instruction.index, Feature::multi_memory);
    case Immediates::i32: return i32(instruction.value);
    case Immediates::memarg8:
    case Immediates::memarg16:
    case Immediates::memarg32:
    case Immediates::memarg64:
    case Immediates::memarg128: return memarg(instruction);
    case Immediates::block_type: return block_type(instruction.block);
    case Immediates::label_table: return label_table(instruction);
    case Immediates::select_types: return select_types(instruction);
    case Immediates::try_table: return try_table(instruction);
    case Immediates::cast_label: return cast_label(instruction);
    case Immediates::heap_type: {
        HeapType heap;
        if (!heap_type(heap)) return false;
        // These rows differ from their neighbours in nothing but the nullability of the type they
        // name.
        const bool nullable = instruction.op == Instr::ref_null ||
                              instruction.op == Instr::ref_test_null ||
                              instruction.op == Instr::ref_cast_null;
        instruction.type = ValType::ref(heap, nullable);
        return true;
    }
    case Immediates::type_table:
        return u32(instruction.index) && only_index(instruction.index2, Feature::reference_types);
    case Immediates::data_memory:
        return u32(instruction.index) && only_index(instruction.index2, Feature::multi_memory);
    case Immediates::memory_memory:
        return only_index(instruction.index, Feature::multi_memory) &&
               only_index(instruction.index2, Feature::multi_memory);
    case Immediates::table_table:
    case Immediates::elem_table:
    case Immediates::type_field:
    case Immediates::type_count:
    case Immediates::type_data:
    case Immediates::type_elem:
    case Immediates::type_type: return u32(instruction.index) && u32(instruction.index2);
    case Immediates::i64: return s64(instruction.value);
    case Immediates::f32: {
        uint8_t bytes[4];
        if (!fixed_bytes(sizeof bytes, bytes)) return false;
        instruction.value = 0;
        for (uint32_t i = sizeof bytes; i-- > 0;) {
            instruction.value = instruction.value << 8 | bytes[i];
        }
        return true;
    }
    case Immediates::f64: {
        uint8_t bytes[8];
        if (!fixed_bytes(sizeof bytes, bytes)) return false;
        instruction.value = 0;
        for (uint32_t i = sizeof bytes; i-- > 0;) {
            instruction.value = instruction.value << 8 | bytes[i];
        }
        return true;
    }
    case Immediates::v128:
    case Immediates::lanes: return fixed_bytes(16, instruction.vector.bytes.data());
    case Immediates::memarg8_lane:
    case Immediates::memarg16_lane:
    case Immediates::memarg32_lane:
    case Immediates::memarg64_lane: return memarg(instruction) && byte(instruction.lane);
    case Immediates::lane2:
    case Immediates::lane4:
    case Immediates::lane8:
    case Immediates::lane16: return byte(instruction.lane);
    }
    WRT_UNREACHABLE();
}

bool InstructionDecoder::rare_memarg(uint32_t flags, Instruction& instruction)
{
    // Bit 6 announces a memory index; nothing above it is defined.
    if (flags >= 0x80) {
        return fail({.code = Errc::malformed_memop_flags,
                     .detail = Detail::hex,
                     .offset = instruction.offset,
                     .actual = flags});
    }
    if (!features_.has(Feature::multi_memory)) {
        return fail(
            needs_feature(Feature::multi_memory, Errc::malformed_memop_flags, instruction.offset));
    }
    instruction.align = static_cast<uint8_t>(flags & 0x3f);
    return u32(instruction.index) && u64(instruction.value);
}

bool InstructionDecoder::block_type(BlockType& type)
{
    if (position_ == end_) return fail(Errc::unexpected_end_of_section_or_function);
    const uint8_t first = *position_;
    if (first == empty_block_code) {
        ++position_;
        type = BlockType{};
        return true;
    }
    if (is_type_code(first)) {
        ValType result;
        if (!value_type(result)) return false;
        type = BlockType::of_result(result);
        return true;
    }
    const uint32_t at = offset();
    int64_t index = 0;
    if (!s33(index)) return false;
    if (index < 0) {
        return fail({.code = Errc::malformed_block_type,
                     .detail = Detail::hex,
                     .offset = at,
                     .actual = first});
    }
    if (!features_.has(Feature::multi_value)) {
        return fail(needs_feature(Feature::multi_value, Errc::malformed_block_type, at));
    }
    type = BlockType::of_type(index > HeapType::max_index ? HeapType::max_index
                                                          : static_cast<uint32_t>(index));
    return true;
}

bool InstructionDecoder::label_table(Instruction& instruction)
{
    const uint32_t at = offset();
    uint32_t count = 0;
    if (!u32(count)) return false;
    // Each label takes a byte, and so does the default one.
    if (count >= remaining()) {
        return fail({.code = Errc::unexpected_end_of_section_or_function, .offset = at});
    }
    const uint8_t* const first = position_;
    for (uint64_t i = 0; i <= count; ++i) {
        uint32_t label = 0;
        if (!u32(label)) return false;
        instruction.index = label;
    }
    instruction.target_count = count;
    instruction.targets = {first, position_};
    return true;
}

bool InstructionDecoder::try_table(Instruction& instruction)
{
    if (!block_type(instruction.block)) return false;
    const uint32_t at = offset();
    uint32_t count = 0;
    if (!u32(count)) return false;
    if (count > remaining()) {
        return fail({.code = Errc::unexpected_end_of_section_or_function, .offset = at});
    }
    const uint8_t* const first = position_;
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t clause_at = offset();
        uint8_t kind = 0;
        uint32_t index = 0;
        if (!byte(kind)) return false;
        if (kind > static_cast<uint8_t>(CatchKind::catch_all_ref)) {
            return fail({.code = Errc::malformed_catch_clause,
                         .detail = Detail::hex,
                         .offset = clause_at,
                         .actual = kind});
        }
        const bool has_tag = kind <= static_cast<uint8_t>(CatchKind::catch_ref);
        if (has_tag && !u32(index)) return false;
        if (!u32(index)) return false;
    }
    instruction.target_count = count;
    instruction.targets = {first, position_};
    return true;
}

bool InstructionDecoder::select_types(Instruction& instruction)
{
    const uint32_t at = offset();
    uint32_t count = 0;
    if (!u32(count)) return false;
    if (count > remaining()) return fail({.code = Errc::length_out_of_bounds, .offset = at});
    instruction.target_count = count;
    for (uint32_t i = 0; i < count; ++i) {
        if (!value_type(instruction.type)) return false;
    }
    return true;
}

bool InstructionDecoder::cast_label(Instruction& instruction)
{
    const uint32_t at = offset();
    uint8_t flags = 0;
    if (!byte(flags)) return false;
    if (flags > 3) {
        return fail({.code = Errc::malformed_cast_flags,
                     .detail = Detail::hex,
                     .offset = at,
                     .actual = flags});
    }
    HeapType from;
    HeapType to;
    if (!u32(instruction.index) || !heap_type(from) || !heap_type(to)) return false;
    instruction.type = ValType::ref(from, (flags & 1) != 0);
    instruction.type2 = ValType::ref(to, (flags & 2) != 0);
    return true;
}

bool InstructionDecoder::fixed_bytes(uint32_t count, uint8_t* to)
{
    if (remaining() < count) return fail(Errc::unexpected_end_of_section_or_function);
    std::memcpy(to, position_, count);
    position_ += count;
    return true;
}

Status decode_instruction(ByteReader& reader, Instruction& instruction, FeatureSet features)
{
    InstructionDecoder decoder{{reader.position(), reader.remaining()}, reader.offset(), features};
    if (!decoder.next(instruction)) return decoder.error();
    return reader.skip(static_cast<size_t>(decoder.position() - reader.position()));
}

}  // namespace wrt::decoder
