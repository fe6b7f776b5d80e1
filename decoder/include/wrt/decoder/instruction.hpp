// What is known of each instruction (made from instructions.def), and one decoded instruction.
#pragma once

#include <wrt/decoder/features.hpp>
#include <wrt/decoder/types.hpp>
#include <wrt/foundation/byte_reader.hpp>
#include <wrt/foundation/result.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace wrt {

/// Every instruction, by the name the specification gives it: Instr::i32_add is `i32.add`.
enum class Instr : uint16_t {
#define WRT_INSTR(prefix, opcode, name, text, immediates, signature, feature) name,
#include <wrt/decoder/instructions.def>
    count_,  ///< How many there are; as an opcode lookup's answer: no such instruction.
};

inline constexpr uint32_t instr_count = static_cast<uint32_t>(Instr::count_);

/// For a `switch` over some instructions: `case raw(Instr::drop):`.
constexpr uint16_t raw(Instr op)
{
    return static_cast<uint16_t>(op);
}

/// What follows an opcode in the binary.
enum class Immediates : uint8_t {
    none,
    zero_byte,  ///< Reserved.
    block_type,
    label,
    label_table,
    function,
    type,
    type_table,
    select_types,
    local,
    global,
    table,
    table_table,
    elem,
    elem_table,
    memory,
    memory_memory,
    data,
    data_memory,
    tag,
    try_table,
    heap_type,
    cast_label,
    type_field,
    type_count,
    type_data,
    type_elem,
    type_type,
    i32,
    i64,
    f32,
    f64,
    v128,
    memarg8,
    memarg16,
    memarg32,
    memarg64,
    memarg128,
    memarg8_lane,
    memarg16_lane,
    memarg32_lane,
    memarg64_lane,
    lane2,
    lane4,
    lane8,
    lane16,
    lanes,
};

namespace detail {
// Declared and never defined: reached in constant evaluation, the compiler's message shows the
// name.
void unknown_value_type_in_signature();
void signature_without_arrow();
void too_many_types_in_signature();
void two_rows_share_an_opcode();
void unknown_prefix();
}  // namespace detail

/// The type of an instruction that pops and pushes the same types wherever it stands. `by_hand`: it
/// does not.
struct Signature {
    static constexpr uint32_t max_params = 4;
    /// Stands for the address type of the memory that the instruction's immediate names.
    static constexpr uint32_t addr_bits = 0xe0000000u;

    ValType params[max_params] = {};
    ValType result = {};
    ValType second_result = {};  ///< On top of the first; few instructions have one.
    uint8_t param_count = 0;
    uint8_t result_count = 0;
    bool has_addr = false;
    bool by_hand = false;

    friend constexpr bool operator==(const Signature&, const Signature&) = default;
};

/// Parses the signature column: "i32 i32 -> i32", "addr f64 ->", "i31ref -> i32", "*". A typo does
/// not compile.
consteval Signature parse_signature(std::string_view text)
{
    Signature signature;
    if (text == "*") {
        signature.by_hand = true;
        return signature;
    }
    constexpr auto value_type = [](std::string_view word) -> ValType {
        if (word == "i32") return ValType::i32;
        if (word == "i64") return ValType::i64;
        if (word == "f32") return ValType::f32;
        if (word == "f64") return ValType::f64;
        if (word == "v128") return ValType::v128;
        if (word == "addr") return ValType::of_bits(Signature::addr_bits);
        if (word == "eqref") return ValType::eqref;
        if (word == "i31ref") return ValType::i31ref;
        if (word == "arrayref") return ValType::arrayref;
        if (word == "(ref i31)") return ValType::ref(HeapType::i31, false);
        detail::unknown_value_type_in_signature();
        return ValType::bot;
    };
    bool after_arrow = false;
    size_t at = 0;
    while (at < text.size()) {
        if (text[at] == ' ') {
            ++at;
            continue;
        }
        const size_t stop = text[at] == '(' ? text.find(')', at) + 1 : text.find(' ', at);
        const std::string_view word = text.substr(at, stop - at);
        at = stop == std::string_view::npos ? text.size() : stop;
        if (word == "->") {
            after_arrow = true;
            continue;
        }
        const ValType type = value_type(word);
        if (type.bits() == Signature::addr_bits) signature.has_addr = true;
        if (after_arrow) {
            if (signature.result_count == 2) detail::too_many_types_in_signature();
            (signature.result_count == 0 ? signature.result : signature.second_result) = type;
            ++signature.result_count;
        } else {
            if (signature.param_count == Signature::max_params) {
                detail::too_many_types_in_signature();
            }
            signature.params[signature.param_count++] = type;
        }
    }
    if (!after_arrow) detail::signature_without_arrow();
    return signature;
}

/// A row of instructions.def.
struct InstrInfo {
    std::string_view text;  ///< As in the text format.
    uint16_t opcode = 0;    ///< After the prefix.
    uint8_t prefix = 0;     ///< 0x00 (none), 0xfb, 0xfc, 0xfd or 0xfe.
    Immediates immediates = Immediates::none;
    Feature feature = Feature::mvp;
    Signature signature;
};

inline constexpr std::array<InstrInfo, instr_count> instr_table = {{
#define WRT_INSTR(prefix, opcode, name, text, immediates, signature, feature)                      \
    InstrInfo{text,                                                                                \
              opcode,                                                                              \
              prefix,                                                                              \
              Immediates::immediates,                                                              \
              Feature::feature,                                                                    \
              parse_signature(signature)},
#include <wrt/decoder/instructions.def>
}};

constexpr const InstrInfo& info(Instr op)
{
    return instr_table[static_cast<size_t>(op)];
}

/// The opcode pages: one for single bytes, one for each prefix. Unused places hold Instr::count_.
struct OpcodePages {
    static constexpr uint32_t vector_opcodes = 0x120;

    std::array<Instr, 256> single;
    std::array<Instr, 32> fb;
    std::array<Instr, 32> fc;
    std::array<Instr, vector_opcodes> fd;
    std::array<Instr, 0x50> fe;
};

consteval OpcodePages make_opcode_pages()
{
    OpcodePages pages;
    pages.single.fill(Instr::count_);
    pages.fb.fill(Instr::count_);
    pages.fc.fill(Instr::count_);
    pages.fd.fill(Instr::count_);
    pages.fe.fill(Instr::count_);
    for (uint32_t i = 0; i < instr_count; ++i) {
        const InstrInfo& row = instr_table[i];
        Instr* place = nullptr;
        switch (row.prefix) {
        case 0x00: place = &pages.single[row.opcode]; break;
        case 0xfb: place = &pages.fb[row.opcode]; break;
        case 0xfc: place = &pages.fc[row.opcode]; break;
        case 0xfd: place = &pages.fd[row.opcode]; break;
        case 0xfe: place = &pages.fe[row.opcode]; break;
        default: detail::unknown_prefix();
        }
        if (*place != Instr::count_) detail::two_rows_share_an_opcode();
        *place = static_cast<Instr>(i);
    }
    return pages;
}

inline constexpr OpcodePages opcode_pages = make_opcode_pages();

/// How an instruction stands in an Error's `actual`, for write_type_name().
constexpr uint32_t instr_bits(Instr op)
{
    return 0xf2000000u | static_cast<uint32_t>(op);
}

/// The instruction of a prefix (0x00 for none) and an opcode, or Instr::count_.
constexpr Instr instr_of(uint8_t prefix, uint32_t opcode)
{
    switch (prefix) {
    case 0x00:
        return opcode < opcode_pages.single.size() ? opcode_pages.single[opcode] : Instr::count_;
    case 0xfb: return opcode < opcode_pages.fb.size() ? opcode_pages.fb[opcode] : Instr::count_;
    case 0xfc: return opcode < opcode_pages.fc.size() ? opcode_pages.fc[opcode] : Instr::count_;
    case 0xfd: return opcode < opcode_pages.fd.size() ? opcode_pages.fd[opcode] : Instr::count_;
    case 0xfe: return opcode < opcode_pages.fe.size() ? opcode_pages.fe[opcode] : Instr::count_;
    default: return Instr::count_;
    }
}

/// May stand in a constant expression (3.4.13 of the specification), `end` included. `global.get`
/// only of an immutable global, which is for the validator to see.
constexpr bool is_constant(Instr op)
{
    constexpr Instr constant[] = {
        Instr::i32_const,
        Instr::i64_const,
        Instr::f32_const,
        Instr::f64_const,
        Instr::v128_const,
        Instr::i32_add,
        Instr::i32_sub,
        Instr::i32_mul,
        Instr::i64_add,
        Instr::i64_sub,
        Instr::i64_mul,
        Instr::global_get,
        Instr::ref_null,
        Instr::ref_func,
        Instr::ref_i31,
        Instr::struct_new,
        Instr::struct_new_default,
        Instr::array_new,
        Instr::array_new_default,
        Instr::array_new_fixed,
        Instr::end,
        Instr::any_convert_extern,
        Instr::extern_convert_any,
    };
    for (const Instr candidate : constant) {
        if (candidate == op) return true;
    }
    return false;
}

/// 128 bits as they stand in the binary: byte 0 is the least significant of lane 0.
struct V128 {
    std::array<uint8_t, 16> bytes = {};

    friend constexpr bool operator==(const V128&, const V128&) = default;
};

namespace decoder {

struct Module;

/// The type of a block, in one word: nothing, one result, or a function type by its index.
class BlockType {
public:
    constexpr BlockType() = default;  ///< [] -> []
    static constexpr BlockType of_result(ValType type) { return BlockType{type.bits()}; }
    static constexpr BlockType of_type(uint32_t type_index)
    {
        return BlockType{index_flag | type_index};
    }

    constexpr bool is_empty() const { return bits_ == 0; }
    constexpr bool is_index() const { return (bits_ & index_flag) == index_flag; }
    constexpr uint32_t index() const { return bits_ & ~index_flag; }
    /// Only where neither is_empty() nor is_index().
    constexpr ValType result() const { return ValType::of_bits(bits_); }
    constexpr uint32_t bits() const { return bits_; }

    friend constexpr bool operator==(BlockType, BlockType) = default;

private:
    // Above every kind of value type.
    static constexpr uint32_t index_flag = 0xf0000000u;

    constexpr explicit BlockType(uint32_t bits) : bits_{bits} {}

    uint32_t bits_ = 0;
};

/// The labels of a br_table, the default one last. Walks bytes that were decoded once and are known
/// to be well formed.
class LabelReader {
public:
    explicit LabelReader(std::span<const uint8_t> targets) : position_{targets.data()} {}

    uint32_t next()
    {
        uint32_t value = 0;
        uint32_t shift = 0;
        while (true) {
            const uint8_t byte = *position_++;
            value |= static_cast<uint32_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
            shift += 7;
        }
    }

private:
    const uint8_t* position_;
};

enum class CatchKind : uint8_t { catch_, catch_ref, catch_all, catch_all_ref };

/// One clause of a try_table.
struct CatchClause {
    CatchKind kind = CatchKind::catch_all;
    uint32_t tag = no_index;  ///< Of catch_ and catch_ref. Ask `kind`: any number may stand here.
    uint32_t label = 0;       ///< Counted from outside of the try_table, as the binary does.
};

/// The clauses of a try_table; as LabelReader.
class CatchReader {
public:
    explicit CatchReader(std::span<const uint8_t> clauses) : labels_{clauses} {}

    CatchClause next()
    {
        CatchClause clause;
        clause.kind = static_cast<CatchKind>(labels_.next());
        if (clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref) {
            clause.tag = labels_.next();
        }
        clause.label = labels_.next();
        return clause;
    }

private:
    LabelReader labels_;
};

/// One instruction. Only the fields that its immediates fill, and those that the validator fills
/// for its kind, mean something; the others are left from earlier instructions.
struct Instruction {
    Instr op = Instr::nop;
    uint8_t align = 0;    ///< memarg: exponent of two.
    uint8_t lane = 0;     ///< extract_lane, replace_lane, and loads and stores of lanes.
    uint32_t offset = 0;  ///< Of the opcode, in the binary.

    /// The (first) index immediate: local, global, label, function, type, tag, table, ...
    ///   memarg, memory.*: the memory     call_indirect: the type         table.copy, memory.copy:
    ///   the destination table.init, memory.init: the segment     struct.get, array.*: the type
    ///   br_on_cast: the label
    uint32_t index = 0;
    /// The second:
    ///   call_indirect: the table         table.copy, memory.copy: the source
    ///   table.init: the table            memory.init: the memory
    ///   struct.get: the field            array.new_fixed: how many      array.new_data etc.: the
    ///   segment array.copy: the source's type
    uint32_t index2 = 0;
    /// Bits of i32.const (zero-extended), i64.const, f32.const and f64.const; the offset of a
    /// memarg.
    uint64_t value = 0;
    /// v128.const; the lanes of i8x16.shuffle.
    V128 vector;
    /// br_table: the labels for LabelReader (`target_count` of them, and the default label after
    /// these). try_table: the clauses for CatchReader (`target_count` of them). select_t: nothing.
    std::span<const uint8_t> targets;
    uint32_t target_count = 0;

    /// block, loop, if, try_table, try; else, catch, catch_all, delegate and end: of the block they
    /// continue or end.
    BlockType block;
    /// Reference types of the immediates: ref.null (the type of its result), ref.test, ref.cast
    /// (the target type), br_on_cast (`type` from, `type2` to), select_t (the operand type). Found
    /// by the validator: the type of the operand of drop, select, ref.is_null, ref.as_non_null,
    /// br_on_null, br_on_non_null, any.convert_extern, extern.convert_any (in unreachable code bot,
    /// or (ref bot) where it must be a reference); of the variable in local.*, global.*; of the
    /// table's elements in table.*; of the field in struct.get, struct.set, array.get, array.set
    /// and their like (unpacked no further than declared: i8 stays i8).
    ValType type;
    ValType type2;
    /// block, loop, if, try_table, else, end: the block's. call*, return_call*: the callee's.
    /// br, br_if, br_table (its default label), br_on_*: params are the types the label takes.
    /// return: results are the function's. throw, catch: params are the tag's. They lie in the
    /// module's pools or in static storage.
    std::span<const ValType> params;
    std::span<const ValType> results;
};

/// Reads one instruction: opcode and immediates, no validation. Refuses what is malformed, and what
/// `features` does not have.
Status decode_instruction(ByteReader& reader, Instruction& instruction,
                          FeatureSet features = FeatureSet::all());

}  // namespace decoder

}  // namespace wrt
