// Assembler: one module's tokens to its sections. First every field is looked at for what it
// defines and how that is called (declare), then the types, then everything else in the order of
// the text, which is the order in which types come up that no definition has (6.4.10 of the
// specification).
#pragma once

#include "byte_buffer.hpp"
#include "name_table.hpp"
#include "named_index.hpp"
#include "token_cursor.hpp"

#include <wrt/decoder/instruction.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/text/assemble.hpp>
#include <wrt/text/tokens.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace wrt::text {

/// Index spaces that definitions are counted in, in the order of Space.
inline constexpr uint32_t definition_spaces = 8;

/// A type that is known so far; `func` is the only kind that text needs to look into.
struct KnownType {
    bool is_func = false;
    bool is_elsewhere = false;  ///< Defined outside of what is assembled: no more is known of it.
    uint32_t first = 0;         ///< In the pool: params, then results.
    uint32_t params = 0;
    uint32_t results = 0;
};

/// What the identifiers of params are for.
enum class ParamNames : uint8_t {
    refused,  ///< There may be none.
    ignored,
    locals,  ///< They name locals of the function that is read.
};

/// A type use (6.4.10).
struct TypeUse {
    uint32_t type = 0;
    uint32_t params = 0;    ///< How many the type has, where it is that of a function.
    uint32_t result = 0;    ///< Where is_short: the type's bits, or bot.
    bool is_index = false;  ///< (type x) was written.
    bool is_short = false;  ///< Of a block: nothing, or one result. There is no type index.
};

class Assembler : protected TokenCursor {
public:
    Assembler(const Tokens& tokens, Arena& arena, const AssembleOptions& options);

    /// Assembles the fields from a token on; `name` is the module's, or empty.
    Status fields(uint32_t first_token, std::string_view name);
    /// The token behind the last field.
    uint32_t end_token() const { return end_token_; }
    /// Writes the binary behind what is in `out`.
    Status write(ByteBuffer& out);
    /// Writes the binary to the retained end.
    Result<std::span<const uint8_t>> finish();

protected:
    /// Who is asked for an identifier of a type that this does not define; for core types that are
    /// not a module's.
    struct Elsewhere {
        void* context = nullptr;
        Result<uint32_t> (*type)(void* context, uint32_t id) = nullptr;
    };

    /// One field, `(` to `)`.
    struct Field {
        uint32_t token = 0;
        std::string_view keyword;
        uint32_t index = no_index;  ///< In its index space.
    };

    /// A form that is open while instructions are read.
    struct Open {
        enum class Kind : uint8_t {
            // Flat: until `end`.
            block,
            if_,
            else_,
            try_,
            catch_,
            catch_all,
            // Folded: until `)`.
            plain,
            folded_block,
            folded_if,    ///< In the condition.
            folded_then,  ///< In (then ...).
            folded_after_then,
            folded_else,  ///< In (else ...).
            folded_after_else,
            folded_try,        ///< Before (do ...).
            folded_do,         ///< In (do ...).
            folded_after_do,   ///< Before (catch ...) or (delegate ...).
            folded_catch,      ///< In (catch ...).
            folded_catch_all,  ///< In (catch_all ...).
            folded_after_all,
        };

        Kind kind = Kind::block;
        bool has_hint = false;
        uint8_t hint = 0;
        uint32_t pending = 0;          ///< plain, folded_if: where its bytes begin in pending_.
        uint32_t label = no_index;     ///< The token of its identifier.
        uint32_t shadowed = no_index;  ///< What its identifier named outside.
    };

    /// What a @custom annotation says: its bytes are in custom_bytes_, name and all.
    struct CustomSection {
        uint32_t place = 0;  ///< See annotations.cpp.
        uint32_t first = 0;
        uint32_t size = 0;
    };

    /// An element segment, apart from its offset and its items.
    struct Elem {
        bool active;
        bool declarative;
        bool expressions;
        uint32_t table;
        uint32_t type;  ///< Bits.
        uint32_t count;
    };

    // declare.cpp
    Status declare();
    Status declare_field(Field& field);
    Status declare_type(uint32_t token);
    Status declare_definition(Space space, Field& field);
    Result<uint32_t> bind(Space space);
    bool has_child(uint32_t field_token, std::string_view keyword) const;
    Result<uint32_t> resolve(Space space, uint32_t outer);

    // types.cpp
    Status type_definitions();
    Status rec_group(uint32_t field_token);
    Status type_definition(uint32_t field_token, uint32_t index, bool alone);
    Status sub_type(uint32_t index, bool alone);
    Status composite_type(uint32_t index, bool alone);
    Status struct_fields(uint32_t type);
    Status field_type(ByteBuffer& out);
    Status value_type(uint32_t& bits);
    Status reference_type(uint32_t& bits);
    Status heap_type(uint32_t& bits);
    bool at_value_type() const;
    bool at_reference_type() const;
    void write_type(ByteBuffer& out, uint32_t type_bits) const;
    void write_heap_type(ByteBuffer& out, HeapType heap) const;
    void write_function_type(std::span<const uint32_t> params, std::span<const uint32_t> results);

    // type_use.cpp
    Status signature(KnownType& type, ParamNames names);
    Status bind_local(uint32_t index);
    Result<TypeUse> type_use(ParamNames names, bool block = false);
    Result<uint32_t> type_of_signature(const KnownType& type);
    Status remember(uint32_t index);
    bool same_signature(const KnownType& a, const KnownType& b) const;
    uint64_t hash_of(const KnownType& type) const;
    size_t signature_slot(const KnownType& type) const;
    Status grow_signatures();
    std::span<const uint32_t> params_of(const KnownType& type) const
    {
        return values_.as_span().subspan(type.first, type.params);
    }
    std::span<const uint32_t> results_of(const KnownType& type) const
    {
        return values_.as_span().subspan(type.first + type.params, type.results);
    }

    // fields.cpp
    Status all_fields();
    Status field(const Field& of);
    Status definition_name(Space space, uint32_t index);
    Status header(Space space, const Field& of, bool& imported);
    Status import_names();
    Status import_field(const Field& of);
    Status export_field();
    Status export_entry(uint8_t kind, uint32_t index);
    Status function_field(const Field& of);
    Status locals(uint32_t params);
    Status table_field(const Field& of);
    Status table_type(bool is64, ByteBuffer& out);
    Status memory_field(const Field& of);
    Status global_field(const Field& of);
    Status global_type(ByteBuffer& out);
    Status tag_field(const Field& of);
    Status tag_type(ByteBuffer& out);
    Status start_field();
    Status limits(bool is64, bool memory, ByteBuffer& out);
    Status page_size(uint32_t& bits, bool& is_written);
    Status address_type(bool& is64);

    // segments.cpp
    Status elem_field(const Field& of);
    Status data_field(const Field& of);
    Status inline_elem(uint32_t table, bool is64);
    Status inline_data(uint32_t memory, bool is64);
    Status function_items(ByteBuffer& out, uint32_t& count);
    Status expression_items(ByteBuffer& out, uint32_t& count);
    void write_elem(const Elem& elem);
    void write_zero(bool is64, ByteBuffer& out) const;
    Status offset_expression(ByteBuffer& out);
    Status strings(ByteBuffer& out);

    // instructions.cpp
    /// Instructions up to the `)` of the form around them, which stays; `end` is written behind.
    Status expression(ByteBuffer& out);
    /// One folded instruction, and `end`.
    Status folded_expression(ByteBuffer& out);
    Status whole_expression(ByteBuffer& out, bool single);
    Status sequence(bool single);
    bool takes_flat() const;
    void take_label(Open& open);
    Status push_label(Open& open);
    Status pop_label(const Open& open);
    Status repeat_label(const Open& open);
    Status flat();
    Status flat_block(Instr op, Open& open);
    Status flat_else();
    Status flat_end();
    Status end_block();
    Status flat_catch(Instr op);
    Status flat_delegate();
    Status folded();
    void write_pending(const Open& open);
    Status folded_clause(std::string_view word, bool& taken);
    Status close_folded();

    // immediates.cpp
    void opcode(Instr op, ByteBuffer& out) const;
    Status immediates(Instr op, ByteBuffer& out);
    Status operands(Immediates kind, ByteBuffer& out);
    Status block_header(Instr op, ByteBuffer& out);
    Status catches(ByteBuffer& out);
    Status label(ByteBuffer& out);
    Status label_table(ByteBuffer& out);
    Status cast_label(Instr op, ByteBuffer& out);
    Status call_indirect(ByteBuffer& out);
    Status select_types(ByteBuffer& out);
    Status reference_test(Instr op, ByteBuffer& out);
    Status index(Space space, ByteBuffer& out);
    Status data_index(ByteBuffer& out);
    bool at_index(uint32_t ahead = 0) const;
    Status optional_index(Space space, ByteBuffer& out);
    Status two_or_none(Space space, ByteBuffer& out);
    Status segment_and_optional(Space segment, Space of, ByteBuffer& out);
    Status type_field(ByteBuffer& out);
    Status memory_access(uint32_t natural_alignment, bool lane_follows, ByteBuffer& out);
    Status integer_constant(uint32_t bits, ByteBuffer& out);
    Status float_constant(uint32_t bits, ByteBuffer& out);
    Status lane(ByteBuffer& out);
    Status expect_numbers(uint32_t wanted, Errc otherwise) const;
    Status shuffle_lanes(ByteBuffer& out);
    Status vector(ByteBuffer& out);
    Status integer_lane(uint32_t bits, ByteBuffer& out);

    // annotations.cpp
    Status custom_annotations(uint32_t token);
    Status custom_annotation(uint32_t index);
    Status name_annotation(uint32_t token, NameKind kind, uint32_t outer, uint32_t index);
    Status module_name(uint32_t token);
    Status branch_hint(uint32_t token, Instr op, Open& open);
    void write_hint(const Open& open);
    Status check_annotations() const;
    Result<Tokens> contents_of(const Annotation& annotation);
    Result<std::string_view> one_name(const Annotation& annotation);
    Result<uint8_t> one_byte(const Annotation& annotation);
    uint32_t annotation_at(uint32_t token) const;
    bool is_in_function(const Annotation& annotation) const;

    // sections.cpp
    Status name(NameKind kind, uint32_t outer, uint32_t index, std::string_view text);
    void write_section(ByteBuffer& out, uint8_t id, uint32_t count, const ByteBuffer& contents);
    void write_customs(ByteBuffer& out, uint32_t place);
    void write_hints(ByteBuffer& out);
    void write_names(ByteBuffer& out);
    void write_name_map(ByteBuffer& out, std::span<const NamedIndex> names) const;
    void write_indirect_map(ByteBuffer& out, std::span<const NamedIndex> names);
    void sort_names(NameKind kind);

    uint32_t& count(Space space) { return counts_[static_cast<size_t>(space)]; }

    const AssembleOptions& options_;
    Elsewhere elsewhere_;
    NameTable names_;
    GrowingStack<Field> fields_;
    uint32_t counts_[definition_spaces] = {};  ///< Definitions met by declare(), by Space.
    bool defined_[definition_spaces] = {};     ///< One that is no import was met.
    uint32_t end_token_ = 0;                   ///< Behind the last field.
    uint32_t start_token_ = no_index;          ///< Of the start field.
    bool needs_data_count_ = false;

    GrowingStack<uint32_t> values_;  ///< Types of params and results, as bits.
    GrowingStack<KnownType> types_;
    std::span<uint32_t> signatures_;  ///< A hash table: indices of types_.
    uint32_t signature_count_ = 0;

    // Of the function or expression that is read.
    ByteBuffer* out_ = nullptr;
    ByteBuffer pending_;  ///< Folded instructions that wait for their operands.
    GrowingStack<Open> open_;
    uint32_t labels_ = 0;      ///< How many are around, that of the function included.
    uint32_t next_label_ = 0;  ///< For names of labels: how many the function had so far.
    uint32_t function_ = no_index;

    // Sections.
    ByteBuffer type_section_, import_section_, function_section_, table_section_, memory_section_,
        tag_section_, global_section_, export_section_, elem_section_, code_section_, data_section_;
    uint32_t type_entries_ = 0, imports_ = 0, functions_ = 0, tables_ = 0, memories_ = 0, tags_ = 0,
             globals_ = 0, exports_ = 0, elems_ = 0, datas_ = 0;
    uint32_t start_function_ = no_index;
    ByteBuffer body_, items_, scratch_;

    // Custom sections.
    GrowingStack<bool> used_;  ///< For each annotation: it was where it belongs.
    GrowingStack<CustomSection> customs_;
    ByteBuffer custom_bytes_;
    ByteBuffer hints_;  ///< Hints of the function that is read.
    uint32_t hint_count_ = 0;
    ByteBuffer hint_section_;
    uint32_t hinted_functions_ = 0;
    GrowingStack<NamedIndex> named_[name_kinds];
};

}  // namespace wrt::text
