// The types of section 2.3 of the specification: heap, reference, value and storage types in one
// 32-bit word, and the types of functions, aggregates, tables, memories, globals and tags.
// https://webassembly.github.io/spec/core/syntax/types.html
#pragma once

#include <cstdint>

namespace wrt {

class TextSink;

/// "There is no such index": a type without supertype, a module without start function.
inline constexpr uint32_t no_index = 0xffffffffu;

/// The abstract heap types. `bot` is below all of them and never written in a module.
enum class AbstractHeap : uint8_t {
    bot,
    func,
    nofunc,
    exn,
    noexn,
    extern_,
    noextern,
    any,
    eq,
    i31,
    struct_,
    array,
    none
};

inline constexpr uint32_t abstract_heap_count = 13;

/// A heap type: an abstract one, or the index of a type definition.
class HeapType {
public:
    static constexpr uint32_t abstract_flag = 1u << 26;  ///< Set in bits() of abstract heap types.
    static constexpr uint32_t max_index = abstract_flag - 1;

    constexpr HeapType() = default;  ///< bot
    constexpr HeapType(AbstractHeap heap) : bits_{abstract_flag | static_cast<uint32_t>(heap)} {}

    static constexpr HeapType of_index(uint32_t type_index) { return of_bits(type_index); }
    static constexpr HeapType of_bits(uint32_t bits)
    {
        HeapType heap;
        heap.bits_ = bits;
        return heap;
    }

    constexpr uint32_t bits() const { return bits_; }
    constexpr bool is_abstract() const { return (bits_ & abstract_flag) != 0; }
    constexpr bool is_index() const { return !is_abstract(); }
    /// The type index; only where is_index().
    constexpr uint32_t index() const { return bits_; }
    /// Only where is_abstract().
    constexpr AbstractHeap abstract() const { return static_cast<AbstractHeap>(bits_ & 0xf); }

    friend constexpr bool operator==(HeapType, HeapType) = default;

    static const HeapType bot, func, nofunc, exn, noexn, extern_, noextern, any, eq, i31, struct_,
        array, none;

private:
    uint32_t bits_ = abstract_flag;
};

inline constexpr HeapType HeapType::bot{AbstractHeap::bot};
inline constexpr HeapType HeapType::func{AbstractHeap::func};
inline constexpr HeapType HeapType::nofunc{AbstractHeap::nofunc};
inline constexpr HeapType HeapType::exn{AbstractHeap::exn};
inline constexpr HeapType HeapType::noexn{AbstractHeap::noexn};
inline constexpr HeapType HeapType::extern_{AbstractHeap::extern_};
inline constexpr HeapType HeapType::noextern{AbstractHeap::noextern};
inline constexpr HeapType HeapType::any{AbstractHeap::any};
inline constexpr HeapType HeapType::eq{AbstractHeap::eq};
inline constexpr HeapType HeapType::i31{AbstractHeap::i31};
inline constexpr HeapType HeapType::struct_{AbstractHeap::struct_};
inline constexpr HeapType HeapType::array{AbstractHeap::array};
inline constexpr HeapType HeapType::none{AbstractHeap::none};

/// What a value type is, apart from what a reference refers to. i8 and i16 are storage types only.
enum class ValKind : uint8_t { bot, i32, i64, f32, f64, v128, ref, i8, i16 };

/// A value type or a storage type in one word: kind in the top four bits, then the nullable bit,
/// then 27 bits of heap type. Within one Module all type indices in value types are canonical, so
/// equal types have equal bits.
class ValType {
public:
    static constexpr uint32_t kind_shift = 28;
    static constexpr uint32_t nullable_bit = 1u << 27;
    static constexpr uint32_t heap_mask = nullable_bit - 1;

    constexpr ValType() = default;  ///< bot
    constexpr ValType(ValKind kind) : bits_{static_cast<uint32_t>(kind) << kind_shift} {}

    static constexpr ValType of_bits(uint32_t bits)
    {
        ValType type;
        type.bits_ = bits;
        return type;
    }
    static constexpr ValType ref(HeapType heap, bool nullable)
    {
        return of_bits((static_cast<uint32_t>(ValKind::ref) << kind_shift) |
                       (nullable ? nullable_bit : 0) | heap.bits());
    }

    constexpr uint32_t bits() const { return bits_; }
    constexpr ValKind kind() const { return static_cast<ValKind>(bits_ >> kind_shift); }
    constexpr bool is_bot() const { return bits_ == 0; }
    constexpr bool is_ref() const { return kind() == ValKind::ref; }
    constexpr bool is_numeric() const { return kind() >= ValKind::i32 && kind() <= ValKind::f64; }
    constexpr bool is_vector() const { return kind() == ValKind::v128; }
    constexpr bool is_packed() const { return kind() == ValKind::i8 || kind() == ValKind::i16; }
    /// A value of this type exists before anything is stored: all but non-nullable references.
    constexpr bool is_defaultable() const { return !is_ref() || nullable(); }

    /// These two only where is_ref().
    constexpr bool nullable() const { return (bits_ & nullable_bit) != 0; }
    constexpr HeapType heap() const { return HeapType::of_bits(bits_ & heap_mask); }
    constexpr ValType as_nullable() const { return of_bits(bits_ | nullable_bit); }
    constexpr ValType as_non_null() const { return of_bits(bits_ & ~nullable_bit); }

    /// Storage type to the value type that a field of it holds: i8 and i16 to i32.
    constexpr ValType unpacked() const { return is_packed() ? ValType{ValKind::i32} : *this; }
    /// Bytes of a field of this type in a data segment; 0 for references.
    constexpr uint32_t storage_bytes() const
    {
        switch (kind()) {
        case ValKind::i8: return 1;
        case ValKind::i16: return 2;
        case ValKind::i32:
        case ValKind::f32: return 4;
        case ValKind::i64:
        case ValKind::f64: return 8;
        case ValKind::v128: return 16;
        case ValKind::bot:
        case ValKind::ref: return 0;
        }
        return 0;
    }

    friend constexpr bool operator==(ValType, ValType) = default;

    static const ValType bot, i32, i64, f32, f64, v128, i8, i16;
    static const ValType funcref, externref, anyref, eqref, i31ref, structref, arrayref, exnref;
    static const ValType nullref, nullfuncref, nullexternref, nullexnref;

private:
    uint32_t bits_ = 0;
};

inline constexpr ValType ValType::bot{ValKind::bot};
inline constexpr ValType ValType::i32{ValKind::i32};
inline constexpr ValType ValType::i64{ValKind::i64};
inline constexpr ValType ValType::f32{ValKind::f32};
inline constexpr ValType ValType::f64{ValKind::f64};
inline constexpr ValType ValType::v128{ValKind::v128};
inline constexpr ValType ValType::i8{ValKind::i8};
inline constexpr ValType ValType::i16{ValKind::i16};
inline constexpr ValType ValType::funcref = ValType::ref(HeapType::func, true);
inline constexpr ValType ValType::externref = ValType::ref(HeapType::extern_, true);
inline constexpr ValType ValType::anyref = ValType::ref(HeapType::any, true);
inline constexpr ValType ValType::eqref = ValType::ref(HeapType::eq, true);
inline constexpr ValType ValType::i31ref = ValType::ref(HeapType::i31, true);
inline constexpr ValType ValType::structref = ValType::ref(HeapType::struct_, true);
inline constexpr ValType ValType::arrayref = ValType::ref(HeapType::array, true);
inline constexpr ValType ValType::exnref = ValType::ref(HeapType::exn, true);
inline constexpr ValType ValType::nullref = ValType::ref(HeapType::none, true);
inline constexpr ValType ValType::nullfuncref = ValType::ref(HeapType::nofunc, true);
inline constexpr ValType ValType::nullexternref = ValType::ref(HeapType::noextern, true);
inline constexpr ValType ValType::nullexnref = ValType::ref(HeapType::noexn, true);

static_assert(sizeof(ValType) == 4);

/// Bits that no type has: `expected i32, got nothing`, where the operand stack was empty.
inline constexpr uint32_t nothing_type_bits = 0xf0000000u;

/// Writes a type as the text format does: `i32`, `funcref`, `(ref null 5)`; or what
/// feature_bits() or instr_bits() made of a feature or an instruction. A `TypeNamer` for
/// describe().
void write_type_name(uint32_t type_bits, TextSink& sink);

/// A field of a structure, or the element of an array.
struct FieldType {
    ValType storage;
    bool mut = false;

    friend constexpr bool operator==(const FieldType&, const FieldType&) = default;
};

enum class CompositeKind : uint8_t { func, struct_, array };

/// One type definition (a subtype in its recursion group). Its lists lie in the pools of
/// Module::types.
struct TypeDef {
    CompositeKind kind = CompositeKind::func;
    bool final = true;
    uint16_t depth = 0;  ///< Length of the supertype chain above; at most limits::subtype_depth.
    uint32_t supertype = no_index;  ///< Canonical type index, or no_index.
    uint32_t canonical = 0;         ///< The lowest type index that denotes the same type.
    uint32_t group = 0;             ///< Index of its recursion group.
    uint32_t first =
        0;  ///< func: its params, then its results, in `values`; else its fields in `fields`.
    uint16_t params = 0;  ///< func: number of params. struct: number of fields. array: 1.
    uint16_t results =
        0;  ///< func: number of results. Else: 1 where every field has a default value.
    ValType reference[2];  ///< (ref $t) and (ref null $t), canonical: storage for block types of
                           ///< one value.
};

static_assert(sizeof(TypeDef) == 32);

/// A recursion group: `count` definitions from `first` on. A type declared without `rec` is a group
/// of one.
struct RecGroup {
    uint32_t first = 0;
    uint32_t count = 0;
    uint64_t hash =
        0;  ///< Keyed, of the structure; equal groups of one decoder run have equal hashes.
};

/// Size bounds of a table (elements) or a memory (pages).
struct Limits {
    uint64_t min = 0;
    uint64_t max = 0;  ///< Only where has_max.
    bool has_max = false;
    bool is64 = false;    ///< The address type is i64.
    bool shared = false;  ///< Of a memory: between threads.

    constexpr ValType address_type() const { return is64 ? ValType::i64 : ValType::i32; }
    friend constexpr bool operator==(const Limits&, const Limits&) = default;
};

struct TableType {
    ValType element;
    Limits limits;
};

struct MemoryType {
    Limits limits;
    uint8_t page_shift = 16;  ///< Pages have 2^page_shift bytes: 16, or 0 of a custom page size.

    constexpr uint64_t page_bytes() const { return uint64_t{1} << page_shift; }
};

struct GlobalType {
    ValType type;
    bool mut = false;
};

struct TagType {
    uint32_t type = 0;  ///< Type index of a function type without results.
};

enum class ExternKind : uint8_t { func, table, memory, global, tag };

}  // namespace wrt
