// Instructions as text.
#include <wrt/decoder/disassemble.hpp>

#include "value_types.hpp"

namespace wrt::decoder {

namespace {

void write_word(TextSink& sink, uint64_t value)
{
    sink.append(' ');
    sink.append_decimal(value);
}

void write_type(TextSink& sink, ValType type)
{
    sink.append(' ');
    write_type_name(type.bits(), sink);
}

/// Heap types are written without the `ref` around them.
void write_heap_type(TextSink& sink, HeapType heap)
{
    char buffer[32];
    TextSink name{buffer};
    write_type_name(ValType::ref(heap, false).bits(), name);
    constexpr std::string_view prefix = "(ref ";
    sink.append(' ').append(name.view().substr(prefix.size(), name.size() - prefix.size() - 1));
}

void write_block_type(TextSink& sink, BlockType block)
{
    if (block.is_empty()) return;
    if (block.is_index()) {
        sink.append(" (type ").append_decimal(block.index()).append(')');
    } else {
        sink.append(" (result");
        write_type(sink, block.result());
        sink.append(')');
    }
}

void write_signed(TextSink& sink, int64_t value)
{
    sink.append(value < 0 ? " -" : " ");
    sink.append_decimal(value < 0 ? 0 - static_cast<uint64_t>(value)
                                  : static_cast<uint64_t>(value));
}

/// A float by its bits, which say everything and need no formatting library.
void write_bits(TextSink& sink, uint64_t bits)
{
    sink.append(' ').append_hex(bits);
}

void write_memarg(TextSink& sink, const Instruction& instruction)
{
    if (instruction.index != 0) write_word(sink, instruction.index);
    if (instruction.value != 0) sink.append(" offset=").append_decimal(instruction.value);
    // An exponent that no memory has is invalid, and may still be looked at.
    if (instruction.align < 32) {
        sink.append(" align=").append_decimal(uint64_t{1} << instruction.align);
    } else {
        sink.append(" align=2**").append_decimal(instruction.align);
    }
}

void write_catches(TextSink& sink, const Instruction& instruction)
{
    CatchReader clauses{instruction.targets};
    for (uint32_t i = 0; i < instruction.target_count; ++i) {
        const CatchClause clause = clauses.next();
        const bool has_tag =
            clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref;
        const bool has_ref =
            clause.kind == CatchKind::catch_ref || clause.kind == CatchKind::catch_all_ref;
        sink.append(has_tag ? " (catch" : " (catch_all").append(has_ref ? "_ref" : "");
        if (has_tag) write_word(sink, clause.tag);
        write_word(sink, clause.label);
        sink.append(')');
    }
}

}  // namespace

void write_instruction(const Instruction& instruction, TextSink& sink)
{
    const InstrInfo& row = info(instruction.op);
    sink.append(row.text);
    switch (row.immediates) {
    case Immediates::none:
    case Immediates::zero_byte: return;
    case Immediates::block_type: write_block_type(sink, instruction.block); return;
    case Immediates::try_table:
        write_block_type(sink, instruction.block);
        write_catches(sink, instruction);
        return;
    case Immediates::label:
    case Immediates::function:
    case Immediates::type:
    case Immediates::local:
    case Immediates::global:
    case Immediates::table:
    case Immediates::elem:
    case Immediates::memory:
    case Immediates::data:
    case Immediates::tag: write_word(sink, instruction.index); return;
    case Immediates::label_table: {
        LabelReader labels{instruction.targets};
        for (uint64_t i = 0; i <= instruction.target_count; ++i) {
            write_word(sink, labels.next());
        }
        return;
    }
    case Immediates::type_table:
        write_word(sink, instruction.index2);
        sink.append(" (type ").append_decimal(instruction.index).append(')');
        return;
    // The text format names the table or memory first, the binary format the segment.
    case Immediates::elem_table:
    case Immediates::data_memory:
        write_word(sink, instruction.index2);
        write_word(sink, instruction.index);
        return;
    case Immediates::table_table:
    case Immediates::memory_memory:
    case Immediates::type_field:
    case Immediates::type_count:
    case Immediates::type_data:
    case Immediates::type_elem:
    case Immediates::type_type:
        write_word(sink, instruction.index);
        write_word(sink, instruction.index2);
        return;
    case Immediates::select_types:
        sink.append(" (result");
        write_type(sink, instruction.type);
        sink.append(')');
        return;
    case Immediates::heap_type:
        if (instruction.op == Instr::ref_null) {
            write_heap_type(sink, instruction.type.heap());
        } else {
            write_type(sink, instruction.type);
        }
        return;
    case Immediates::cast_label:
        write_word(sink, instruction.index);
        write_type(sink, instruction.type);
        write_type(sink, instruction.type2);
        return;
    case Immediates::i32: write_signed(sink, static_cast<int32_t>(instruction.value)); return;
    case Immediates::i64: write_signed(sink, static_cast<int64_t>(instruction.value)); return;
    case Immediates::f32:
    case Immediates::f64: write_bits(sink, instruction.value); return;
    case Immediates::v128:
        sink.append(" i8x16");
        for (const uint8_t byte : instruction.vector.bytes) {
            write_bits(sink, byte);
        }
        return;
    case Immediates::lanes:
        for (const uint8_t lane : instruction.vector.bytes) {
            write_word(sink, lane);
        }
        return;
    case Immediates::memarg8:
    case Immediates::memarg16:
    case Immediates::memarg32:
    case Immediates::memarg64:
    case Immediates::memarg128: write_memarg(sink, instruction); return;
    case Immediates::memarg8_lane:
    case Immediates::memarg16_lane:
    case Immediates::memarg32_lane:
    case Immediates::memarg64_lane:
        write_memarg(sink, instruction);
        write_word(sink, instruction.lane);
        return;
    case Immediates::lane2:
    case Immediates::lane4:
    case Immediates::lane8:
    case Immediates::lane16: write_word(sink, instruction.lane); return;
    }
    WRT_UNREACHABLE();
}

namespace detail {

BodyWalker::BodyWalker(const Module& module, uint32_t function)
    : reader_{module.bytes(module.body_of(function)), module.body_of(function).offset,
              Errc::unexpected_end_of_section_or_function}
{
}

Status BodyWalker::skip_locals()
{
    WRT_TRY(const uint32_t groups, reader_.count());
    for (uint32_t i = 0; i < groups; ++i) {
        WRT_CHECK(reader_.u32());
        WRT_CHECK(decode_value_type(reader_, FeatureSet::all()));
    }
    return ok();
}

Result<bool> BodyWalker::next(Instruction& instruction)
{
    if (reader_.at_end()) return false;
    WRT_CHECK(decode_instruction(reader_, instruction));
    depth_ = next_depth_;
    switch (raw(instruction.op)) {
    case raw(Instr::block):
    case raw(Instr::loop):
    case raw(Instr::if_):
    case raw(Instr::try_):
    case raw(Instr::try_table): ++next_depth_; break;
    case raw(Instr::catch_):
    case raw(Instr::catch_all):
    case raw(Instr::else_): depth_ -= depth_ != 0 ? 1 : 0; break;
    case raw(Instr::delegate):
    case raw(Instr::end):
        // The last `end` closes the function, which is not indented.
        next_depth_ -= next_depth_ != 0 ? 1 : 0;
        depth_ = next_depth_;
        break;
    default: break;
    }
    return true;
}

}  // namespace detail

}  // namespace wrt::decoder
