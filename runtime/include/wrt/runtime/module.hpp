// Module: what runtime keeps of a decoded and validated module, translated code included. Built
// once by load_module_from_binary() on the retained end of the arena, shared by its instances, and
// never changed afterwards, but for the code of functions that are translated when first called.
#pragma once

#include <span>
#include <string_view>

#include <wrt/decoder/types.hpp>
#include <wrt/foundation/static_vector.hpp>
#include <wrt/runtime/cell.hpp>

namespace wrt::runtime {

inline constexpr uint32_t no_function = 0xffffffffu;

/// A function of the function index space. Imported functions have no entry.
struct Function {
    uint32_t type = 0;        ///< Type index.
    uint32_t code = 0;        ///< First cell in `Module::code`; 0: not translated yet.
    uint32_t code_size = 0;   ///< Cells.
    uint32_t source_map = 0;  ///< Its source map, behind the code: first cell in `Module::code`.
    uint32_t source_map_size = 0;  ///< Bytes.
    uint32_t catch_table = 0;      ///< Its catch table: first cell in `Module::code`; 0: none.
    uint32_t root_map =
        0;  ///< Where references lie in its frames (root_map.hpp): first cell, or 0.
    uint32_t body_offset = 0;  ///< Byte offset of the body in the binary.
    uint16_t window = 0;       ///< Slots shared by parameters and results; the call record follows.
    uint16_t frame_slots = 0;  ///< Slots of the whole frame.
};

/// What an instruction of a constant expression does.
enum class ConstKind : uint8_t {
    value,     ///< Pushes `value`: a constant of one slot, or a null.
    v128,      ///< Pushes `value` and `value_high`.
    function,  ///< Pushes the function `index`.
    global,    ///< Pushes the global `index`.
    convert,   ///< Leaves the reference as it is.
    ref_i31,
    struct_new,  ///< Of type `index`; pops its fields.
    struct_new_default,
    array_new,  ///< Of type `index`; pops the value and the length.
    array_new_default,
    array_new_fixed,  ///< Of type `index`; pops `value` elements.
    i32_add,
    i32_sub,
    i32_mul,
    i64_add,
    i64_sub,
    i64_mul,
};

/// An instruction of a constant expression with its immediate.
struct ConstOp {
    ConstKind kind = ConstKind::value;
    uint32_t index = 0;
    uint64_t value = 0;
    uint64_t value_high = 0;
};

/// How the objects of a structure type lie in the heap.
struct StructLayout {
    uint32_t bytes = 0;  ///< With header.
    bool words = false;  ///< All fields have eight bytes.
};

/// A run of `Module::const_ops`.
struct ConstCode {
    uint32_t first = 0;
    uint32_t count = 0;
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

struct Table {
    TableType type;
    ConstCode init;  ///< Of every element; empty: null.
};

struct Global {
    GlobalType type;
    ConstCode init;
    uint32_t slot = 0;  ///< Place of its value in own_globals; imported ones have none.
};

struct ElementSegment {
    enum class Mode : uint8_t { active, passive, declarative };

    Mode mode = Mode::passive;
    bool expressions = false;  ///< The items are constant expressions; else functions and nulls.
    uint32_t table = 0;        ///< Only where active, like `offset`.
    ConstCode offset;
    ValType type;
    uint32_t first = 0;  ///< In `Module::element_items` or `Module::element_functions`.
    uint32_t count = 0;
};

struct DataSegment {
    bool active = false;
    uint32_t memory = 0;  ///< Only where active, like `offset`.
    ConstCode offset;
    std::span<const uint8_t> bytes;
};

/// Of structure and array types. Most modules have none.
struct Aggregates {
    static_vector<FieldType> fields;
    static_vector<StructLayout> structs;    ///< Of each type that is one, by type index.
    static_vector<uint32_t> field_offsets;  ///< Of each field, from its object's header.
};

/// Of a module whose functions are translated when they are first called (lazy_code.hpp).
struct LazyFunctions {
    static_vector<Cell> stubs;  ///< Of each function defined here: where calls go until then.
    static_vector<uint32_t> code_order;  ///< The functions that have code, as it lies.
};

/// A module ready to be instantiated. Views into the binary hold as long as the binary does: the
/// caller's (BinaryLifetime::borrowed) or the arena's copy (BinaryLifetime::copied).
struct Module {
    std::span<const uint8_t> binary;
    std::span<const uint8_t>
        names;  ///< Contents of the name section, which is read when asked for.
    static_vector<TypeDef> types;
    static_vector<RecGroup> groups;
    static_vector<ValType> type_values;
    Aggregates* aggregates = nullptr;  ///< Null where no type is one.
    static_vector<Import> imports;
    static_vector<Export> exports;  ///< In the binary's order; `export_order` is sorted by name.
    static_vector<uint32_t> export_order;
    static_vector<Function> functions;  ///< Imports first.
    static_vector<Table> tables;        ///< Imports first, as in the following three.
    static_vector<MemoryType> memories;
    static_vector<Global> globals;
    static_vector<uint32_t> tags;  ///< Type index of each.
    static_vector<ElementSegment> elements;
    static_vector<uint32_t> element_functions;  ///< Function indices; no_function: null.
    static_vector<ConstCode> element_items;     ///< What is not that simple.
    static_vector<DataSegment> data;
    static_vector<ConstOp> const_ops;
    uint32_t const_depth = 0;  ///< Slots that evaluating any of them takes.
    uint32_t imported_functions = 0;
    uint32_t imported_tables = 0;
    uint32_t imported_memories = 0;
    uint32_t imported_globals = 0;
    uint32_t imported_tags = 0;
    uint32_t own_global_slots = 0;
    uint32_t start = no_function;
    bool metered = false;         ///< Its code charges fuel.
    bool has_references = false;  ///< Some value of it may be a reference to an object of the heap.
    static_vector<Cell> code;     ///< While functions are translated lazily: what there is so far.

    LazyFunctions* lazy = nullptr;  ///< Where functions are translated when first called.

    /// First cell that a call of function `index`, which is not imported, runs.
    [[nodiscard]] const Cell* entry_of(uint32_t index) const noexcept
    {
        if (lazy != nullptr && functions[index].code == 0)
            return lazy->stubs.data() + (index - imported_functions);
        return code.data() + functions[index].code;
    }
    [[nodiscard]] bool is_stub(const Cell* cell) const noexcept
    {
        return lazy != nullptr && cell >= lazy->stubs.data() &&
               cell < lazy->stubs.data() + lazy->stubs.size();
    }
    /// The function whose stub `cell` is.
    [[nodiscard]] uint32_t function_of_stub(const Cell* cell) const noexcept
    {
        return imported_functions + static_cast<uint32_t>(cell - lazy->stubs.data());
    }

    [[nodiscard]] std::span<const ValType> params(uint32_t type) const noexcept
    {
        return {type_values.data() + types[type].first, types[type].params};
    }
    [[nodiscard]] std::span<const ValType> results(uint32_t type) const noexcept
    {
        return {type_values.data() + types[type].first + types[type].params, types[type].results};
    }
};

}  // namespace wrt::runtime
