// Printer: one binary, section by section, as text. It reads the bytes themselves and not a decoded
// Module, which no longer knows how types were written, and which invalid modules do not have.
#pragma once

#include "byte_buffer.hpp"
#include "name_table.hpp"
#include "named_index.hpp"

#include <wrt/decoder/instruction.hpp>
#include <wrt/decoder/names.hpp>
#include <wrt/foundation/byte_reader.hpp>
#include <wrt/foundation/growing_stack.hpp>
#include <wrt/text/print.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace wrt::text {

class Printer {
public:
    Printer(std::span<const uint8_t> binary, Arena& arena, const PrintOptions& options);

    Status module();
    const ByteBuffer& out() const { return out_; }

private:
    struct Section {
        uint8_t id = 0;
        std::span<const uint8_t> contents;
        uint32_t offset = 0;
    };
    /// A type definition: where its lists are.
    struct Type {
        bool is_func = false;
        uint32_t params = 0;  ///< Of a structure: its fields.
        uint32_t results = 0;
        uint32_t params_offset = 0;   ///< Of the first param's type.
        uint32_t results_offset = 0;  ///< Of the first result's type.
    };

    // print.cpp
    Status find_sections();
    Status count_definitions();
    Status print_sections();
    Status section(const Section& section);
    Status custom(const Section& section, uint8_t after);
    ByteReader reader_at(uint32_t offset) const;

    // print_definitions.cpp
    Status imports(ByteReader& reader);
    Status functions(ByteReader& reader);
    Status tables(ByteReader& reader);
    Status memories(ByteReader& reader);
    Status globals(ByteReader& reader);
    Status tags(ByteReader& reader);
    Status exports(ByteReader& reader);
    Status elements(ByteReader& reader);
    Status element(ByteReader& reader);
    Status data(ByteReader& reader);
    Status code(ByteReader& reader);
    Status function(ByteReader& reader, uint32_t type);
    Status locals(ByteReader& reader, uint32_t params);
    Status limits(ByteReader& reader, std::string_view element);
    Status table_type(ByteReader& reader);
    Status memory_type(ByteReader& reader);
    Status global_type(ByteReader& reader);
    Status tag_type(ByteReader& reader);
    Status strings(std::span<const uint8_t> bytes);
    void string(std::span<const uint8_t> bytes);
    void string(std::string_view text);

    // print_types.cpp
    Status types(ByteReader& reader);
    Status sub_type(ByteReader& reader, uint32_t index);
    Status composite_type(ByteReader& reader, uint32_t index);
    Status value_types(std::string_view keyword, uint32_t offset, uint32_t count);
    Status value_type(ByteReader& reader);
    Status field_type(ByteReader& reader);
    Status signature(uint32_t type, bool named);
    void type_use(uint32_t type);
    void type(ValType type);
    void heap_type(HeapType heap);

    // print_instructions.cpp
    Status body(ByteReader& reader);
    Status expression(ByteReader& reader);
    Status keyword_expression(ByteReader& reader, std::string_view keyword);
    Status write_instruction(const decoder::Instruction& instruction);
    Status immediates(const decoder::Instruction& instruction);
    Status block(const decoder::Instruction& instruction);
    Status catches(const decoder::Instruction& instruction);
    Status select(const decoder::Instruction& instruction);
    Status push_label(std::string_view name);
    Status pop_label();
    void label(uint32_t depth);
    void memory_access(const decoder::Instruction& instruction, uint32_t natural);
    void lane_access(const decoder::Instruction& instruction, uint32_t natural);
    void vector(const V128& value);
    template <class Float>
    void floating(Float value, uint64_t payload, uint64_t quiet);
    void floating32(uint32_t bits);
    void floating64(uint64_t bits);

    // print_names.cpp
    Status load_names();
    Status load_names(NameKind kind, Space space);
    bool is_defined(NameKind kind, uint32_t outer, uint32_t index) const;
    std::string_view name_of(NameKind kind, uint32_t outer, uint32_t index) const;
    /// " $id", where there is one.
    void identifier(NameKind kind, uint32_t outer, uint32_t index);
    /// " $id", or " 7".
    void index(NameKind kind, uint32_t outer, uint32_t index);
    void write_identifier(std::string_view name);

    void text(std::string_view text) { out_.append(text); }
    void number(uint64_t value);
    void signed_number(int64_t value);
    void hex(uint64_t value);
    void line(uint32_t depth);
    /// The next index of a kind: "(keyword $id", or "(keyword (;7;)".
    uint32_t begin(std::string_view keyword, NameKind kind);

    std::span<const uint8_t> binary_;
    Arena& arena_;
    const PrintOptions& options_;
    ByteBuffer out_;
    NameTable names_;
    GrowingStack<Section> sections_;
    GrowingStack<Type> types_;
    GrowingStack<uint32_t> function_types_;  ///< Of the functions with bodies.
    std::span<const uint8_t> name_section_;
    GrowingStack<NamedIndex> named_[name_kinds];
    /// How many definitions there are of each kind that has names, and how many were met so far.
    uint32_t counts_[name_kinds] = {};
    uint32_t met_[name_kinds] = {};
    bool types_known_ = false;

    // Of the function that is printed.
    struct Label {
        std::string_view name;
        uint32_t shadowed = no_index;
    };
    GrowingStack<Label> labels_;
    uint32_t next_label_ = 0;
    uint32_t function_ = no_index;
    uint32_t local_count_ = 0;
};

}  // namespace wrt::text
