// Instructions as text: flat, each on a line of its own.
#include "printer.hpp"
#include "value_types.hpp"

#include <wrt/foundation/little_endian.hpp>

#include <bit>
#include <charconv>
#include <cmath>

namespace wrt::text {

namespace {

/// How an instruction stands among blocks, by its row's name: those of the legacy proposal are
/// there where the table has them.
bool opens_block(Instr op)
{
    return info(op).immediates == Immediates::block_type ||
           info(op).immediates == Immediates::try_table;
}
bool continues_block(Instr op)
{
    const std::string_view name = info(op).text;
    return name == "else" || name == "catch" || name == "catch_all";
}
bool closes_block(Instr op)
{
    const std::string_view name = info(op).text;
    return name == "end" || name == "delegate";
}

}  // namespace

/// Every instruction of a body but the last `end`.
Status Printer::body(ByteReader& reader)
{
    labels_.clear();
    WRT_CHECK(labels_.push({}));
    decoder::Instruction instruction;
    while (true) {
        WRT_CHECK(decoder::decode_instruction(reader, instruction));
        const uint32_t depth = labels_.size();
        if (closes_block(instruction.op)) {
            WRT_CHECK(pop_label());
            if (labels_.empty()) break;
        }
        const bool outward = closes_block(instruction.op) || continues_block(instruction.op);
        line(outward ? depth : depth + 1);
        WRT_CHECK(write_instruction(instruction));
    }
    if (reader.at_end()) return ok();
    return Error{.code = Errc::junk_after_expression, .offset = reader.offset()};
}

/// An expression outside of functions: instructions in parentheses, one behind the other.
Status Printer::expression(ByteReader& reader)
{
    function_ = no_index;
    local_count_ = 0;
    next_label_ = 0;
    labels_.clear();
    WRT_CHECK(labels_.push({}));
    decoder::Instruction instruction;
    while (true) {
        WRT_CHECK(decoder::decode_instruction(reader, instruction));
        if (closes_block(instruction.op)) {
            WRT_CHECK(pop_label());
            if (labels_.empty()) return ok();
        }
        const bool is_alone = !opens_block(instruction.op) && !closes_block(instruction.op) &&
                              !continues_block(instruction.op);
        text(is_alone ? " (" : " ");
        WRT_CHECK(write_instruction(instruction));
        if (is_alone) text(")");
        WRT_CHECK(out_.status());
    }
}

/// (offset ...) or (item ...).
Status Printer::keyword_expression(ByteReader& reader, std::string_view keyword)
{
    text(" (");
    text(keyword);
    WRT_CHECK(expression(reader));
    text(")");
    return ok();
}

Status Printer::write_instruction(const decoder::Instruction& instruction)
{
    text(info(instruction.op).text);
    if (opens_block(instruction.op)) return block(instruction);
    return immediates(instruction);
}

// Blocks and labels

Status Printer::block(const decoder::Instruction& instruction)
{
    const std::string_view name = name_of(NameKind::label, function_, next_label_++);
    if (!name.empty()) write_identifier(name);
    if (instruction.block.is_index()) {
        type_use(instruction.block.index());
    } else if (!instruction.block.is_empty()) {
        text(" (result ");
        type(instruction.block.result());
        text(")");
    }
    if (info(instruction.op).immediates == Immediates::try_table) {
        WRT_CHECK(catches(instruction));
    }
    return push_label(name);
}

Status Printer::push_label(std::string_view name)
{
    Label label{.name = name};
    if (!name.empty()) {
        WRT_TRY(uint32_t* const place, names_.place(Space::label, 0, name));
        label.shadowed = *place;
        *place = labels_.size();
    }
    return labels_.push(label);
}

Status Printer::pop_label()
{
    const Label label = labels_.pop();
    if (label.name.empty()) return ok();
    WRT_TRY(uint32_t* const place, names_.place(Space::label, 0, label.name));
    *place = label.shadowed;
    return ok();
}

/// A label by its name, where no inner one is called the same.
void Printer::label(uint32_t depth)
{
    if (depth < labels_.size()) {
        const uint32_t at = labels_.size() - 1 - depth;
        const std::string_view name = labels_[at].name;
        if (!name.empty() && names_.find(Space::label, 0, name) == at) {
            write_identifier(name);
            return;
        }
    }
    text(" ");
    number(depth);
}

Status Printer::catches(const decoder::Instruction& instruction)
{
    static constexpr std::string_view words[] = {" (catch", " (catch_ref", " (catch_all",
                                                 " (catch_all_ref"};
    decoder::CatchReader clauses{instruction.targets};
    for (uint32_t i = 0; i < instruction.target_count; ++i) {
        const decoder::CatchClause clause = clauses.next();
        text(words[static_cast<size_t>(clause.kind)]);
        if (clause.tag != no_index) index(NameKind::tag, 0, clause.tag);
        label(clause.label);
        text(")");
    }
    return ok();
}

// Immediates

Status Printer::immediates(const decoder::Instruction& instruction)
{
    const uint32_t first = instruction.index;
    const uint32_t second = instruction.index2;
    switch (info(instruction.op).immediates) {
    case Immediates::none:
    case Immediates::zero_byte: break;
    case Immediates::label: label(first); break;
    case Immediates::label_table: {
        decoder::LabelReader labels{instruction.targets};
        for (uint64_t i = 0; i <= instruction.target_count; ++i)
            label(labels.next());
        break;
    }
    case Immediates::function: index(NameKind::func, 0, first); break;
    case Immediates::type: index(NameKind::type, 0, first); break;
    case Immediates::local: index(NameKind::local, function_, first); break;
    case Immediates::global: index(NameKind::global, 0, first); break;
    case Immediates::tag: index(NameKind::tag, 0, first); break;
    case Immediates::elem: index(NameKind::elem, 0, first); break;
    case Immediates::data: index(NameKind::data, 0, first); break;
    case Immediates::table: index(NameKind::table, 0, first); break;
    case Immediates::memory:
        if (first != 0) index(NameKind::memory, 0, first);
        break;
    case Immediates::type_table:
        if (second != 0) index(NameKind::table, 0, second);
        type_use(first);
        break;
    case Immediates::table_table:
        index(NameKind::table, 0, first);
        index(NameKind::table, 0, second);
        break;
    case Immediates::memory_memory:
        if (first == 0 && second == 0) break;
        index(NameKind::memory, 0, first);
        index(NameKind::memory, 0, second);
        break;
    // The text has first what the segment is for.
    case Immediates::elem_table:
        index(NameKind::table, 0, second);
        index(NameKind::elem, 0, first);
        break;
    case Immediates::data_memory:
        if (second != 0) index(NameKind::memory, 0, second);
        index(NameKind::data, 0, first);
        break;
    case Immediates::type_field:
        index(NameKind::type, 0, first);
        index(NameKind::field, first, second);
        break;
    case Immediates::type_count:
        index(NameKind::type, 0, first);
        text(" ");
        number(second);
        break;
    case Immediates::type_data:
        index(NameKind::type, 0, first);
        index(NameKind::data, 0, second);
        break;
    case Immediates::type_elem:
        index(NameKind::type, 0, first);
        index(NameKind::elem, 0, second);
        break;
    case Immediates::type_type:
        index(NameKind::type, 0, first);
        index(NameKind::type, 0, second);
        break;
    case Immediates::select_types: return select(instruction);
    case Immediates::heap_type:
        if (instruction.op == Instr::ref_null) {
            heap_type(instruction.type.heap());
        } else {
            text(" ");
            type(instruction.type);
        }
        break;
    case Immediates::cast_label:
        label(first);
        text(" ");
        type(instruction.type);
        text(" ");
        type(instruction.type2);
        break;
    case Immediates::i32:
        text(" ");
        signed_number(static_cast<int32_t>(static_cast<uint32_t>(instruction.value)));
        break;
    case Immediates::i64:
        text(" ");
        signed_number(static_cast<int64_t>(instruction.value));
        break;
    case Immediates::f32: floating32(static_cast<uint32_t>(instruction.value)); break;
    case Immediates::f64: floating64(instruction.value); break;
    case Immediates::v128: vector(instruction.vector); break;
    case Immediates::memarg8: memory_access(instruction, 0); break;
    case Immediates::memarg16: memory_access(instruction, 1); break;
    case Immediates::memarg32: memory_access(instruction, 2); break;
    case Immediates::memarg64: memory_access(instruction, 3); break;
    case Immediates::memarg128: memory_access(instruction, 4); break;
    case Immediates::memarg8_lane: lane_access(instruction, 0); break;
    case Immediates::memarg16_lane: lane_access(instruction, 1); break;
    case Immediates::memarg32_lane: lane_access(instruction, 2); break;
    case Immediates::memarg64_lane: lane_access(instruction, 3); break;
    case Immediates::lane2:
    case Immediates::lane4:
    case Immediates::lane8:
    case Immediates::lane16:
        text(" ");
        number(instruction.lane);
        break;
    case Immediates::lanes:
        for (const uint8_t lane : instruction.vector.bytes) {
            text(" ");
            number(lane);
        }
        break;
    case Immediates::block_type:
    case Immediates::try_table: break;  // block()
    }
    return ok();
}

/// The types of a `select`, which may be more than the one that is valid: from its bytes.
Status Printer::select(const decoder::Instruction& instruction)
{
    ByteReader reader = reader_at(instruction.offset);
    WRT_CHECK(reader.skip(1));
    WRT_TRY(const uint32_t count, reader.count());
    text(" (result");
    for (uint32_t i = 0; i < count; ++i) {
        text(" ");
        WRT_CHECK(value_type(reader));
    }
    text(")");
    return ok();
}

void Printer::memory_access(const decoder::Instruction& instruction, uint32_t natural)
{
    if (instruction.index != 0) index(NameKind::memory, 0, instruction.index);
    if (instruction.value != 0) {
        text(" offset=");
        number(instruction.value);
    }
    if (instruction.align != natural) {
        text(" align=");
        number(uint64_t{1} << (instruction.align & 63));
    }
}

void Printer::lane_access(const decoder::Instruction& instruction, uint32_t natural)
{
    memory_access(instruction, natural);
    text(" ");
    number(instruction.lane);
}

void Printer::vector(const V128& value)
{
    constexpr uint32_t lanes = 4;
    text(" i32x4");
    for (uint32_t i = 0; i < lanes; ++i) {
        text(" ");
        hex(load_le<uint32_t>(value.bytes.data() + size_t{4} * i));
    }
}

/// The shortest decimal that is this number and no other; NaNs with their payload.
template <class Float>
void Printer::floating(Float value, uint64_t payload, uint64_t quiet)
{
    text(std::signbit(value) ? " -" : " ");
    if (value != value) {
        text("nan");
        if (payload == quiet) return;
        text(":");
        hex(payload);
        return;
    }
    char digits[64];
    const auto [end, problem] =
        std::to_chars(digits, digits + sizeof digits, std::signbit(value) ? -value : value);
    text({digits, static_cast<size_t>(end - digits)});
}

void Printer::floating32(uint32_t bits)
{
    constexpr uint32_t fraction = (1u << 23) - 1;
    floating(std::bit_cast<float>(bits), bits & fraction, 1u << 22);
}

void Printer::floating64(uint64_t bits)
{
    constexpr uint64_t fraction = (uint64_t{1} << 52) - 1;
    floating(std::bit_cast<double>(bits), bits & fraction, uint64_t{1} << 51);
}

}  // namespace wrt::text
