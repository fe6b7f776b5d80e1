// Module: what a binary says, decoded. Index spaces with imports first, every array exactly as long
// as it needs to be, names and code left in the binary.
#pragma once

#include <wrt/decoder/instruction.hpp>
#include <wrt/decoder/types.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/arena_resource.hpp>
#include <wrt/foundation/byte_reader.hpp>
#include <wrt/foundation/result.hpp>

#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

namespace wrt::decoder {

/// A validated constant expression: its bytes in the binary, `end` included. Walk it with
/// InstructionReader.
struct ConstExpr {
    uint32_t offset = 0;
    uint32_t size = 0;  ///< 0: there is none (a table without initialiser).

    explicit operator bool() const { return size != 0; }
};

struct Import {
    std::string_view module;
    std::string_view name;
    ExternKind kind = ExternKind::func;
    uint32_t index = 0;  ///< In the index space of its kind.
};

struct Export {
    std::string_view name;
    ExternKind kind = ExternKind::func;
    uint32_t index = 0;
};

/// An element segment. Its items stay in the binary: see ElementItems.
struct ElementSegment {
    enum Mode : uint8_t { active, passive, declarative };

    Mode mode = passive;
    bool expressions = false;  ///< The items are constant expressions; else function indices.
    ValType type;
    uint32_t table = 0;  ///< Only where active, like `offset`.
    uint32_t count = 0;
    ConstExpr offset;
    ConstExpr items;  ///< The bytes of all items.
};

struct DataSegment {
    bool active = false;
    uint32_t memory = 0;  ///< Only where active, like `offset`.
    ConstExpr offset;
    std::span<const uint8_t> bytes;
};

/// A function's locals and instructions, in the binary.
struct FunctionBody {
    uint32_t offset = 0;
    uint32_t size = 0;
};

struct CustomSection {
    std::string_view name;
    uint32_t offset = 0;  ///< Of the contents, behind the name.
    uint32_t size = 0;
};

/// The type section, flattened: definitions in index order, and pools for what they list.
/// Every type index inside is canonical: two value types of one module denote the same type exactly
/// if their bits are equal.
struct Types {
    explicit Types(std::pmr::memory_resource* memory)
        : defs{memory}, groups{memory}, values{memory}, fields{memory}
    {
    }

    std::pmr::vector<TypeDef> defs;
    std::pmr::vector<RecGroup> groups;
    std::pmr::vector<ValType> values;    ///< Params and results of function types.
    std::pmr::vector<FieldType> fields;  ///< Fields of structures, elements of arrays.

    uint32_t size() const { return static_cast<uint32_t>(defs.size()); }
    const TypeDef& operator[](uint32_t type_index) const { return defs[type_index]; }

    std::span<const ValType> params(const TypeDef& def) const
    {
        return {values.data() + def.first, def.params};
    }
    std::span<const ValType> results(const TypeDef& def) const
    {
        return {values.data() + def.first + def.params, def.results};
    }
    std::span<const FieldType> fields_of(const TypeDef& def) const
    {
        return {fields.data() + def.first, def.params};
    }
    std::span<const ValType> params(uint32_t type_index) const { return params(defs[type_index]); }
    std::span<const ValType> results(uint32_t type_index) const
    {
        return results(defs[type_index]);
    }
    std::span<const FieldType> fields_of(uint32_t type_index) const
    {
        return fields_of(defs[type_index]);
    }

    std::span<const ValType> params(BlockType block) const;
    std::span<const ValType> results(BlockType block) const;

    uint32_t canonical(uint32_t type_index) const { return defs[type_index].canonical; }

    /// Subtyping (3.3). Arguments are canonical; bot is below everything.
    bool is_subtype(ValType sub, ValType super) const
    {
        return sub == super || is_proper_subtype(sub, super);
    }
    bool is_subtype(HeapType sub, HeapType super) const
    {
        return sub == super || is_proper_subtype(sub, super);
    }
    /// The abstract type above everything a heap type stands for: any, func, extern_ or exn.
    HeapType top_of(HeapType heap) const;

private:
    bool is_proper_subtype(ValType sub, ValType super) const;
    bool is_proper_subtype(HeapType sub, HeapType super) const;
};

/// One storage cell for each type that is no index: what spans of one type point at.
std::span<const ValType> single_type(ValType type);

/// A decoded module. It views the binary and the arena it was decoded into, and must not outlive
/// either: destroy it before the arena scope it was made in is left. Movable, not assignable.
struct Module {
    explicit Module(std::span<const uint8_t> binary, FeatureSet features,
                    struct ModuleMemory& memory);
    Module(Module&&) = default;
    Module& operator=(Module&&) = delete;
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    ~Module() = default;

    std::span<const uint8_t> binary;
    FeatureSet features;  ///< That the binary was allowed.

    Types types;

    // Index spaces, imports first; `imported_*` says how many those are.
    std::pmr::vector<uint32_t>
        functions;  ///< Type index of each function, as written (not canonical).
    std::pmr::vector<TableType> tables;
    std::pmr::vector<MemoryType> memories;
    std::pmr::vector<GlobalType> globals;
    std::pmr::vector<TagType> tags;
    uint32_t imported_functions = 0;
    uint32_t imported_tables = 0;
    uint32_t imported_memories = 0;
    uint32_t imported_globals = 0;
    uint32_t imported_tags = 0;

    // What belongs to the defined ones, in their order.
    std::pmr::vector<FunctionBody> bodies;
    std::pmr::vector<ConstExpr> table_inits;  ///< A ConstExpr of size 0: null.
    std::pmr::vector<ConstExpr> global_inits;

    std::pmr::vector<Import> imports;
    std::pmr::vector<Export> exports;
    std::pmr::vector<uint32_t> exports_by_name;  ///< Indices into `exports`, sorted by name bytes.
    std::pmr::vector<ElementSegment> elements;
    std::pmr::vector<DataSegment> data;
    std::pmr::vector<CustomSection> customs;

    /// Bit i: function i may be the operand of ref.func in a body (C.refs of 3.1.1).
    std::pmr::vector<uint32_t> declared_functions;

    uint32_t start = no_index;       ///< Function index, or no_index.
    uint32_t data_count = no_index;  ///< Of the data count section, or no_index.
    uint32_t code_offset =
        no_offset;  ///< Where the contents of the code section start; what DWARF counts from.

    uint32_t function_count() const { return static_cast<uint32_t>(functions.size()); }
    bool is_imported_function(uint32_t function) const { return function < imported_functions; }
    const TypeDef& function_type(uint32_t function) const { return types[functions[function]]; }
    std::span<const ValType> params_of(uint32_t function) const
    {
        return types.params(functions[function]);
    }
    std::span<const ValType> results_of(uint32_t function) const
    {
        return types.results(functions[function]);
    }
    /// Only where not imported.
    const FunctionBody& body_of(uint32_t function) const
    {
        return bodies[function - imported_functions];
    }

    bool is_declared(uint32_t function) const
    {
        return (declared_functions[function / 32] >> (function % 32) & 1) != 0;
    }

    std::span<const uint8_t> bytes(const ConstExpr& range) const
    {
        return binary.subspan(range.offset, range.size);
    }
    std::span<const uint8_t> bytes(const FunctionBody& range) const
    {
        return binary.subspan(range.offset, range.size);
    }
    std::span<const uint8_t> bytes(const CustomSection& range) const
    {
        return binary.subspan(range.offset, range.size);
    }

    bool is_subtype(ValType sub, ValType super) const { return types.is_subtype(sub, super); }

    /// The export of that name, or nullptr. Logarithmic.
    const Export* find_export(std::string_view name) const;
    /// The first custom section of that name, or nullptr.
    const CustomSection* find_custom(std::string_view name) const;
};

/// The arena's faces for a module's vectors, one for each account they are charged to. Made by
/// decode_module() beside the module, because vectors keep the address of their resource.
struct ModuleMemory {
    ModuleMemory(Arena& arena, End end)
        : types{arena, end, Account::types},
          functions{arena, end, Account::functions},
          code{arena, end, Account::code},
          tables{arena, end, Account::tables},
          memories{arena, end, Account::memory},
          globals{arena, end, Account::globals},
          names{arena, end, Account::names},
          elements{arena, end, Account::elements},
          data{arena, end, Account::data},
          custom{arena, end, Account::custom}
    {
    }

    ArenaResource types, functions, code, tables, memories, globals, names, elements, data, custom;
};

/// Walks the instructions of a validated constant expression or function body.
///   InstructionReader reader{module, expr};  Instruction instruction;
///   while (reader.next(instruction)) ...
/// The final `end` is delivered too. Type indices in reference types come canonical.
class InstructionReader {
public:
    InstructionReader(const Module& module, const ConstExpr& expr);
    /// False at the end of the bytes.
    bool next(Instruction& instruction);

private:
    const Module& module_;
    ByteReader reader_;
};

/// Walks the items of an element segment.
class ElementItems {
public:
    struct Item {
        uint32_t function = no_index;  ///< Function index, where the segment has no expressions.
        ConstExpr expression;          ///< Else the expression.
    };

    ElementItems(const Module& module, const ElementSegment& segment);
    /// False after the last.
    bool next(Item& item);

private:
    ByteReader reader_;
    uint32_t left_;
    bool expressions_;
};

}  // namespace wrt::decoder
