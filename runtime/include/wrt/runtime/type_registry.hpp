// TypeRegistry: the types of all modules of a store, each once. Recursion groups are interned by
// their structure, so two types are the same exactly if their ids are equal (iso-recursive
// equality, 3.3).
// https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling
#pragma once

#include <bit>
#include <cstdint>
#include <span>

#include <wrt/decoder/types.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/assert.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/hash_trie.hpp>
#include <wrt/runtime/keyed_hash.hpp>

namespace wrt::runtime {

struct Module;

/// A type of a store: equal ids, equal types.
using TypeId = uint32_t;

/// A type definition whose type indices are type ids of the store ("closed").
struct RegisteredType {
    union {
        const ValType* values = nullptr;  ///< func: params, then results.
        const FieldType* fields;          ///< struct: its fields. array: its element.
    };
    /// Its supertypes, the topmost first: as many as its depth. What the n-th type of a chain is
    /// answers whether something is below it.
    const TypeId* display = nullptr;
    /// Which words after an object's header are references that the collector follows: in the bits
    /// of `word_bits`, or where there are more than 64 words of an array that `word_bits_array`
    /// points at. func: which slots of its params, as an exception carries them. array: 1 for
    /// references, else 0.
    union {
        uint64_t word_bits = 0;
        const uint64_t* word_bits_array;
    };
    uint32_t words = 0;  ///< Of an object after its header. array: bytes of an element.
    TypeId supertype = no_index;
    uint16_t param_count = 0;  ///< func: params. struct: fields. array: 1.
    uint16_t result_count = 0;
    uint16_t depth = 0;  ///< Length of the supertype chain above.
    CompositeKind kind = CompositeKind::func;
    bool final = true;

    /// The reference bits of 64 words after the header, from word 64 * `part` on.
    uint64_t references(uint32_t part) const noexcept
    {
        return words <= 64 ? word_bits : word_bits_array[part];
    }
    std::span<const ValType> params() const noexcept { return {values, param_count}; }
    std::span<const ValType> results() const noexcept
    {
        return {values + param_count, result_count};
    }
};

class TypeRegistry {
public:
    explicit TypeRegistry(const SipKey& key) noexcept : key_(key) {}

    /// Finds or adds all types of `module` and writes their ids, by type index. New ones are
    /// allocated on the retained end. After a refusal (exhaustion) the types added so far stay:
    /// rewind to a mark.
    Status intern(Arena& arena, const Module& module, std::span<TypeId> ids) noexcept;

    /// The id of the function type [params] -> [results], final and without supertype, as a type
    /// section without `rec` and `sub` declares it. The types are closed already.
    Result<TypeId> intern_function(Arena& arena, std::span<const ValType> params,
                                   std::span<const ValType> results) noexcept;

    uint32_t size() const noexcept { return size_; }

    const RegisteredType& operator[](TypeId id) const noexcept
    {
        WRT_ASSERT(id < size_);
        const Place place = place_of(id);
        return segments_[place.segment][place.index];
    }

    /// Whether `sub` is `super` or declared below it. Constant time.
    bool is_subtype(TypeId sub, TypeId super) const noexcept
    {
        return sub == super || is_proper_subtype(sub, super);
    }
    /// Subtyping of closed heap and value types (3.3.5, 3.3.6).
    bool is_subtype(HeapType sub, HeapType super) const noexcept;
    bool is_subtype(ValType sub, ValType super) const noexcept;

    /// What was interned until now. Rewinding to a mark forgets what came later; do it when, and
    /// only when, the arena is rewound as well.
    struct Mark;
    Mark mark() const noexcept;
    void rewind(const Mark& mark) noexcept;

private:
    struct Group : TrieNode<Group> {
        TypeId first = 0;
        uint32_t count = 0;
    };

    struct Place {
        uint32_t segment, index;
    };

    // Segment k holds first_segment << k types, so that nothing moves and 24 segments hold every
    // id.
    static constexpr uint32_t first_segment = 16;
    static constexpr uint32_t segment_count = 22;

public:
    struct Mark {
        TypeId size = 0;
        Group* newest = nullptr;

        friend bool operator==(const Mark&, const Mark&) = default;
    };

private:
    static constexpr Place place_of(TypeId id) noexcept
    {
        const uint32_t n = id / first_segment + 1;
        const uint32_t size = std::bit_floor(n);  // of the segment, in first segments
        return {static_cast<uint32_t>(std::countr_zero(size)), id - first_segment * (size - 1)};
    }

    bool is_proper_subtype(TypeId sub, TypeId super) const noexcept
    {
        const RegisteredType& below = (*this)[sub];
        const uint16_t depth = (*this)[super].depth;
        return below.depth > depth && below.display[depth] == super;
    }
    template <class Source>
    Result<TypeId> intern_group(Arena& arena, const Source& source) noexcept;
    Result<RegisteredType*> add_type(Arena& arena) noexcept;
    Status fill_display(Arena& arena, RegisteredType& type) noexcept;

    SipKey key_;
    TypeId size_ = 0;
    HashTrie<Group> groups_;
    RegisteredType* segments_[segment_count] = {};
};

/// `type` of a module with its type indices replaced by the ids of a store.
constexpr HeapType close(HeapType heap, const TypeId* ids) noexcept
{
    return heap.is_index() ? HeapType::of_index(ids[heap.index()]) : heap;
}
constexpr ValType close(ValType type, const TypeId* ids) noexcept
{
    return type.is_ref() ? ValType::ref(close(type.heap(), ids), type.nullable()) : type;
}

}  // namespace wrt::runtime
