// The type section. One walk over its grammar serves both passes: a sink that counts, and one that
// builds. Each recursion group is made canonical as soon as it is complete (iso-recursive
// equality, 3.3.2 of the specification): its structure is hashed with references to itself as
// distances, and an equal group met before lends its indices.
// https://webassembly.github.io/spec/core/binary/types.html#recursive-types
#include "module_decoder.hpp"
#include "value_types.hpp"

#include <wrt/foundation/limits.hpp>
#include <wrt/foundation/siphash.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

namespace wrt::decoder {

namespace {

constexpr uint8_t rec_code = 0x4e;
constexpr uint8_t sub_final_code = 0x4f;
constexpr uint8_t sub_code = 0x50;
constexpr uint8_t array_code = 0x5e;
constexpr uint8_t struct_code = 0x5f;
constexpr uint8_t func_code = 0x60;

Error too_many(Errc code, uint32_t offset, uint32_t limit, uint32_t actual)
{
    return {.code = code,
            .detail = Detail::count,
            .offset = offset,
            .expected = limit,
            .actual = actual};
}

Error unknown_type(uint32_t offset, uint32_t index, uint32_t size)
{
    return {.code = Errc::unknown_type,
            .detail = Detail::index,
            .offset = offset,
            .expected = size,
            .actual = index};
}

// The walk.
//
// A sink has:
//   Status group(uint32_t size)                   before the types of a recursion group
//   Status def(CompositeKind, bool final, uint32_t supertype, uint32_t offset)   before what a type
//   lists Status value(ValType, bool result)   Status field(FieldType)                 in order
//   Status end_group()

template <class Sink>
Status walk_values(SectionReader& reader, FeatureSet features, Sink& sink, bool result)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint32_t count, reader.count());
    if (result && count > 1 && !features.has(Feature::multi_value)) {
        return needs_feature(Feature::multi_value, Errc::invalid_result_arity, offset);
    }
    const uint32_t limit = result ? limits::results : limits::params;
    if (count > limit) {
        return too_many(result ? Errc::too_many_results : Errc::too_many_params, offset, limit,
                        count);
    }
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t type_offset = reader.offset();
        WRT_TRY(const ValType type, decode_value_type(reader, features));
        WRT_CHECK(sink.value(type, result, type_offset));
    }
    return ok();
}

template <class Sink>
Status walk_field(SectionReader& reader, FeatureSet features, Sink& sink)
{
    const uint32_t type_offset = reader.offset();
    WRT_TRY(const ValType storage, decode_storage_type(reader, features));
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t mut, reader.byte());
    if (mut > 1) {
        return Error{.code = Errc::malformed_mutability,
                     .detail = Detail::hex,
                     .offset = offset,
                     .actual = mut};
    }
    return sink.field(FieldType{.storage = storage, .mut = mut == 1}, type_offset);
}

template <class Sink>
Status walk_def(SectionReader& reader, FeatureSet features, Sink& sink)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(uint8_t form, reader.byte());
    const bool is_later =
        form == sub_code || form == sub_final_code || form == struct_code || form == array_code;
    if (is_later && !features.has(Feature::gc)) {
        return needs_feature(Feature::gc, Errc::malformed_definition_type, offset);
    }
    bool final = true;
    uint32_t supertype = no_index;
    if (form == sub_code || form == sub_final_code) {
        final = form == sub_final_code;
        WRT_TRY(const uint32_t supers, reader.count());
        // The grammar has a list; only lists of one are valid (3.2.13).
        if (supers > 1) return Error{.code = Errc::sub_type, .offset = offset};
        if (supers == 1) {
            WRT_TRY(supertype, reader.u32());
            // The largest index means "none" from here on, and no type has it.
            if (supertype == no_index) return unknown_type(offset, supertype, limits::types);
        }
        WRT_TRY(form, reader.byte());
    }
    switch (form) {
    case func_code: {
        WRT_CHECK(sink.def(CompositeKind::func, final, supertype, offset));
        WRT_CHECK(walk_values(reader, features, sink, false));
        return walk_values(reader, features, sink, true);
    }
    case struct_code: {
        WRT_CHECK(sink.def(CompositeKind::struct_, final, supertype, offset));
        const uint32_t count_offset = reader.offset();
        WRT_TRY(const uint32_t count, reader.count());
        if (count > limits::struct_fields) {
            return too_many(Errc::too_many_fields, count_offset, limits::struct_fields, count);
        }
        for (uint32_t i = 0; i < count; ++i) {
            WRT_CHECK(walk_field(reader, features, sink));
        }
        return ok();
    }
    case array_code: {
        WRT_CHECK(sink.def(CompositeKind::array, final, supertype, offset));
        return walk_field(reader, features, sink);
    }
    default: break;
    }
    // The form is a signed number of seven bits (5.3.12), so a continuation bit has its own phrase.
    if (form >= 0x80) return Error{.code = Errc::integer_representation_too_long, .offset = offset};
    return Error{.code = Errc::malformed_definition_type,
                 .detail = Detail::hex,
                 .offset = offset,
                 .actual = form};
}

template <class Sink>
Status walk_types(SectionReader& reader, FeatureSet features, Sink& sink)
{
    WRT_TRY(const uint32_t groups, reader.count());
    for (uint32_t i = 0; i < groups; ++i) {
        const uint32_t offset = reader.offset();
        WRT_TRY(const uint8_t form, reader.peek());
        uint32_t size = 1;
        if (form == rec_code) {
            if (!features.has(Feature::gc)) {
                return needs_feature(Feature::gc, Errc::malformed_definition_type, offset);
            }
            WRT_CHECK(reader.skip(1));
            WRT_TRY(size, reader.count());
        }
        WRT_CHECK(sink.group(size, offset));
        for (uint32_t k = 0; k < size; ++k) {
            WRT_CHECK(walk_def(reader, features, sink));
        }
        WRT_CHECK(sink.end_group());
    }
    return ok();
}

struct CountSink {
    Counts& counts;

    Status group(uint32_t size, uint32_t offset)
    {
        if (size > limits::rec_group_types) {
            return too_many(Errc::too_many_rec_group_types, offset, limits::rec_group_types, size);
        }
        if (counts.defs + size > limits::types) {
            return too_many(Errc::too_many_types, offset, limits::types, counts.defs + size);
        }
        counts.defs += size;
        ++counts.groups;
        return ok();
    }
    Status def(CompositeKind, bool, uint32_t, uint32_t) { return ok(); }
    Status value(ValType, bool, uint32_t)
    {
        ++counts.values;
        return ok();
    }
    Status field(FieldType, uint32_t)
    {
        ++counts.fields;
        return ok();
    }
    Status end_group() { return ok(); }
};

/// A keyed hash over 32-bit words, buffered so that no copy of a group has to be made.
class WordHasher {
public:
    explicit WordHasher(const uint64_t (&key)[2]) : key_{.low = key[0], .high = key[1]} {}

    void add(uint32_t word)
    {
        if (size_ == capacity) flush();
        words_[size_++] = word;
    }
    uint64_t finish()
    {
        flush();
        return hash_;
    }

private:
    static constexpr size_t capacity = 64;

    void flush()
    {
        // The hash so far opens the next block, so order and length count.
        std::memcpy(words_, &hash_, sizeof hash_);
        const auto* const bytes = reinterpret_cast<const uint8_t*>(words_);
        hash_ = siphash(std::span{bytes, size_ * sizeof(uint32_t)}, key_);
        size_ = chain_words;
    }

    static constexpr size_t chain_words = sizeof(uint64_t) / sizeof(uint32_t);

    SipKey key_;
    uint64_t hash_ = 0;
    size_t size_ = chain_words;
    uint32_t words_[capacity] = {};
};

class BuildSink {
public:
    BuildSink(Types& types, std::span<uint32_t> table, const uint64_t (&key)[2])
        : types_{types}, table_{table}, key_{key}
    {
    }

    Status group(uint32_t size, uint32_t offset)
    {
        const auto first = static_cast<uint32_t>(types_.defs.size());
        group_offset_ = offset;
        return try_push(types_.groups, RecGroup{.first = first, .count = size, .hash = 0});
    }

    Status def(CompositeKind kind, bool final, uint32_t supertype, uint32_t offset)
    {
        const auto index = static_cast<uint32_t>(types_.defs.size());
        // A supertype comes before its subtypes, even in a group.
        if (supertype != no_index && supertype >= index) {
            return unknown_type(offset, supertype, index);
        }
        TypeDef type{};
        type.kind = kind;
        type.final = final;
        type.supertype = supertype;
        type.canonical = index;
        type.group = static_cast<uint32_t>(types_.groups.size() - 1);
        type.first = static_cast<uint32_t>(kind == CompositeKind::func ? types_.values.size()
                                                                       : types_.fields.size());
        type.results = kind == CompositeKind::func ? 0 : 1;
        if (supertype != no_index) {
            const TypeDef& super = types_.defs[supertype];
            if (super.final) return Error{.code = Errc::sub_type, .offset = offset};
            if (super.depth == limits::subtype_depth) {
                return too_many(Errc::subtyping_too_deep, offset, limits::subtype_depth,
                                super.depth + 1u);
            }
            type.depth = static_cast<uint16_t>(super.depth + 1);
            type.supertype = super.canonical;
        }
        return try_push(types_.defs, type);
    }

    Status value(ValType type, bool result, uint32_t offset)
    {
        WRT_CHECK(canonicalize(type, offset));
        TypeDef& def = types_.defs.back();
        ++(result ? def.results : def.params);
        return try_push(types_.values, type);
    }

    Status field(FieldType field, uint32_t offset)
    {
        WRT_CHECK(canonicalize(field.storage, offset));
        TypeDef& def = types_.defs.back();
        ++def.params;
        if (!field.storage.is_defaultable()) def.results = 0;
        return try_push(types_.fields, field);
    }

    Status end_group()
    {
        RecGroup& group = types_.groups.back();
        if (group.count == 0) return ok();
        group.hash = hash(group);
        if (const uint32_t twin = find_or_insert(static_cast<uint32_t>(types_.groups.size() - 1));
            twin != no_index) {
            adopt(group, types_.groups[twin]);
        } else {
            for (uint32_t i = 0; i < group.count; ++i) {
                // Subtyping of members may look at any other member, so it waits for all of them.
                if (!extends_supertype(types_.defs[group.first + i])) {
                    return Error{
                        .code = Errc::sub_type, .detail = Detail::none, .offset = group_offset_};
                }
            }
        }
        for (uint32_t i = 0; i < group.count; ++i) {
            TypeDef& def = types_.defs[group.first + i];
            def.reference[0] = ValType::ref(HeapType::of_index(def.canonical), false);
            def.reference[1] = ValType::ref(HeapType::of_index(def.canonical), true);
        }
        return ok();
    }

private:
    /// References to earlier groups become canonical at once, those to the group itself when it is
    /// complete.
    Status canonicalize(ValType& type, uint32_t offset) const
    {
        if (!type.is_ref() || type.heap().is_abstract()) return ok();
        const RecGroup& group = types_.groups.back();
        const uint32_t index = type.heap().index();
        if (index >= group.first + group.count) {
            return unknown_type(offset, index, group.first + group.count);
        }
        if (index < group.first) {
            type = ValType::ref(HeapType::of_index(types_.defs[index].canonical), type.nullable());
        }
        return ok();
    }

    /// A type as its group sees it: a reference into the group is a distance from its start, which
    /// no other type's bits look like.
    static uint32_t relative(ValType type, const RecGroup& group)
    {
        constexpr uint32_t own_flag = 1u << 31;
        if (!type.is_ref() || type.heap().is_abstract() ||
            type.heap().index() - group.first >= group.count) {
            return type.bits();
        }
        return ValType::ref(HeapType::of_index(type.heap().index() - group.first), type.nullable())
                   .bits() |
               own_flag;
    }
    static uint64_t relative_index(uint32_t index, const RecGroup& group)
    {
        if (index == no_index || index - group.first >= group.count) return index;
        return uint64_t{1} << 32 | (index - group.first);
    }
    static uint32_t shape(const TypeDef& def)
    {
        return static_cast<uint32_t>(def.kind) | (def.final ? 4u : 0u) | uint32_t{def.params} << 3 |
               uint32_t{def.results} << 19;
    }

    uint64_t hash(const RecGroup& group) const
    {
        WordHasher hasher{key_};
        hasher.add(group.count);
        for (uint32_t i = 0; i < group.count; ++i) {
            const TypeDef& def = types_.defs[group.first + i];
            const uint64_t supertype = relative_index(def.supertype, group);
            hasher.add(shape(def));
            hasher.add(static_cast<uint32_t>(supertype));
            hasher.add(static_cast<uint32_t>(supertype >> 32));
            if (def.kind == CompositeKind::func) {
                for (uint32_t k = 0; k < uint32_t{def.params} + def.results; ++k) {
                    hasher.add(relative(types_.values[def.first + k], group));
                }
            } else {
                for (const FieldType& field : types_.fields_of(def)) {
                    hasher.add(relative(field.storage, group));
                    hasher.add(field.mut ? 1 : 0);
                }
            }
        }
        return hasher.finish();
    }

    bool equal(const RecGroup& a, const RecGroup& b) const
    {
        if (a.hash != b.hash || a.count != b.count) return false;
        for (uint32_t i = 0; i < a.count; ++i) {
            const TypeDef& left = types_.defs[a.first + i];
            const TypeDef& right = types_.defs[b.first + i];
            if (shape(left) != shape(right)) return false;
            if (relative_index(left.supertype, a) != relative_index(right.supertype, b)) {
                return false;
            }
            if (left.kind == CompositeKind::func) {
                for (uint32_t k = 0; k < uint32_t{left.params} + left.results; ++k) {
                    if (relative(types_.values[left.first + k], a) !=
                        relative(types_.values[right.first + k], b)) {
                        return false;
                    }
                }
            } else {
                const auto ours = types_.fields_of(left);
                const auto theirs = types_.fields_of(right);
                for (size_t k = 0; k < ours.size(); ++k) {
                    if (ours[k].mut != theirs[k].mut) return false;
                    if (relative(ours[k].storage, a) != relative(theirs[k].storage, b)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /// An equal group met before, or no_index, and then this one is found from now on. The table is
    /// at most half full.
    uint32_t find_or_insert(uint32_t index)
    {
        const size_t mask = table_.size() - 1;
        size_t place = static_cast<size_t>(types_.groups[index].hash) & mask;
        while (table_[place] != no_index) {
            if (equal(types_.groups[index], types_.groups[table_[place]])) return table_[place];
            place = (place + 1) & mask;
        }
        table_[place] = index;
        return no_index;
    }

    /// The group denotes the types of `twin`: takes over their indices, and their references.
    void adopt(const RecGroup& group, const RecGroup& twin)
    {
        for (uint32_t i = 0; i < group.count; ++i) {
            TypeDef& def = types_.defs[group.first + i];
            const TypeDef& other = types_.defs[twin.first + i];
            def.canonical = twin.first + i;
            def.supertype = other.supertype;
            if (def.kind == CompositeKind::func) {
                const uint32_t count = uint32_t{def.params} + def.results;
                std::copy_n(types_.values.begin() + other.first, count,
                            types_.values.begin() + def.first);
            } else {
                std::copy_n(types_.fields.begin() + other.first, def.params,
                            types_.fields.begin() + def.first);
            }
        }
    }

    /// The definition matches that of its supertype (3.3.10): params contravariant, results
    /// covariant, fields invariant where mutable.
    bool extends_supertype(const TypeDef& def) const
    {
        if (def.supertype == no_index) return true;
        const TypeDef& super = types_.defs[def.supertype];
        if (def.kind != super.kind) return false;
        if (def.kind == CompositeKind::func) {
            if (def.params != super.params || def.results != super.results) return false;
            const auto params = types_.params(def);
            const auto super_params = types_.params(super);
            for (size_t i = 0; i < params.size(); ++i) {
                if (!types_.is_subtype(super_params[i], params[i])) return false;
            }
            const auto results = types_.results(def);
            const auto super_results = types_.results(super);
            for (size_t i = 0; i < results.size(); ++i) {
                if (!types_.is_subtype(results[i], super_results[i])) return false;
            }
            return true;
        }
        const auto fields = types_.fields_of(def);
        const auto super_fields = types_.fields_of(super);
        if (fields.size() < super_fields.size()) return false;
        for (size_t i = 0; i < super_fields.size(); ++i) {
            if (fields[i].mut != super_fields[i].mut) return false;
            if (fields[i].mut ? fields[i].storage != super_fields[i].storage
                              : !types_.is_subtype(fields[i].storage, super_fields[i].storage)) {
                return false;
            }
        }
        return true;
    }

    Types& types_;
    std::span<uint32_t> table_;
    const uint64_t (&key_)[2];
    uint32_t group_offset_ = 0;
};

}  // namespace

Status ModuleDecoder::count_types(SectionReader& reader)
{
    CountSink sink{counts_};
    return walk_types(reader, features(), sink);
}

Status ModuleDecoder::decode_types(Module& module, SectionReader& reader)
{
    const size_t places = std::bit_ceil(size_t{counts_.groups} * 2 + 1);
    WRT_TRY(const std::span<uint32_t> table,
            arena_.make_uninitialized_array<uint32_t>(End::scratch, Account::scratch, places));
    std::fill(table.begin(), table.end(), no_index);

    BuildSink sink{module.types, table, options_.hash_key};
    const Status built = walk_types(reader, features(), sink);
    // The newest block of the scratch end, so it goes at once.
    arena_.give_back(End::scratch, table.data(), table.size_bytes(), Account::scratch);
    return built;
}

Result<ValType> resolve_type(const Types& types, ValType type, uint32_t offset)
{
    if (!type.is_ref() || type.heap().is_abstract()) return type;
    const uint32_t index = type.heap().index();
    if (index >= types.size()) return unknown_type(offset, index, types.size());
    return ValType::ref(HeapType::of_index(types.canonical(index)), type.nullable());
}

Result<uint32_t> decode_function_type_index(const Types& types, ByteReader& reader)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint32_t index, reader.u32());
    if (index >= types.size()) return unknown_type(offset, index, types.size());
    if (types[index].kind != CompositeKind::func) {
        return Error{.code = Errc::type_mismatch, .offset = offset};
    }
    return index;
}

}  // namespace wrt::decoder
