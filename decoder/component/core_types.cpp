// Interning of core types: a group is appended as if it were new, written as words with references
// to itself as distances, and taken off again where the words were met before.
#include <wrt/decoder/component.hpp>

#include "component/core_types.hpp"

#include <wrt/foundation/limits.hpp>

#include <algorithm>

namespace wrt::decoder {

namespace {

/// Where table_ grows from, a power of two.
constexpr uint32_t first_table_size = 64;

uint32_t relative(uint32_t index, const RecGroup& group)
{
    constexpr uint32_t own_flag = 1u << 31;
    return index - group.first < group.count ? own_flag | (index - group.first) : index;
}

ValType renumbered(ValType type, std::span<const uint32_t> numbers, uint32_t own_first,
                   uint32_t own_count, uint32_t own_number)
{
    if (!type.is_ref() || type.heap().is_abstract()) return type;
    const uint32_t index = type.heap().index();
    const uint32_t number =
        index - own_first < own_count ? own_number + (index - own_first) : numbers[index];
    return ValType::ref(HeapType::of_index(number), type.nullable());
}

}  // namespace

Status CoreTypes::begin_group(uint32_t count)
{
    return try_push(types_.groups, RecGroup{.first = types_.size(), .count = count, .hash = 0});
}

Status CoreTypes::define(CompositeKind kind, bool final, uint32_t supertype)
{
    TypeDef def{};
    def.kind = kind;
    def.final = final;
    def.supertype = supertype;
    def.canonical = types_.size();
    def.group = static_cast<uint32_t>(types_.groups.size() - 1);
    def.first = static_cast<uint32_t>(kind == CompositeKind::func ? types_.values.size()
                                                                  : types_.fields.size());
    def.results = kind == CompositeKind::func ? 0 : 1;
    if (supertype != no_index) {
        if (supertype >= types_.size()) return Error{.code = Errc::unknown_type};
        def.depth = static_cast<uint16_t>(types_[supertype].depth + 1);
        if (types_[supertype].final) return Error{.code = Errc::sub_type};
        if (def.depth > limits::subtype_depth) return Error{.code = Errc::subtyping_too_deep};
    }
    return try_push(types_.defs, def);
}

Status CoreTypes::add_value(ValType type, bool result)
{
    TypeDef& def = types_.defs.back();
    ++(result ? def.results : def.params);
    return try_push(types_.values, type);
}

Status CoreTypes::add_field(FieldType field)
{
    TypeDef& def = types_.defs.back();
    ++def.params;
    if (!field.storage.is_defaultable()) def.results = 0;
    return try_push(types_.fields, field);
}

bool CoreTypes::extends_supertype(const TypeDef& def) const
{
    if (def.supertype == no_index) return true;
    const TypeDef& super = types_.defs[def.supertype];
    if (def.kind != super.kind) return false;
    if (def.kind == CompositeKind::func) {
        const auto params = types_.params(def);
        const auto super_params = types_.params(super);
        const auto results = types_.results(def);
        const auto super_results = types_.results(super);
        return std::ranges::equal(
                   params, super_params,
                   [this](ValType own, ValType other) { return types_.is_subtype(other, own); }) &&
               std::ranges::equal(results, super_results, [this](ValType own, ValType other) {
                   return types_.is_subtype(own, other);
               });
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

Status CoreTypes::write_words(const RecGroup& group, GrowingStack<uint32_t>& words) const
{
    words.clear();
    const auto word_of = [&group](ValType type) {
        if (!type.is_ref() || type.heap().is_abstract()) return type.bits();
        const uint32_t index = relative(type.heap().index(), group);
        if (index == type.heap().index()) return type.bits();
        // What no type's bits look like: kinds end below 0xe.
        return 0xe0000000u | (type.nullable() ? 1u << 28 : 0) | (type.heap().index() - group.first);
    };
    for (uint32_t i = 0; i < group.count; ++i) {
        const TypeDef& def = types_.defs[group.first + i];
        WRT_CHECK(words.push(static_cast<uint32_t>(def.kind) | (def.final ? 4u : 0u)));
        WRT_CHECK(words.push(uint32_t{def.params} | uint32_t{def.results} << 16));
        WRT_CHECK(
            words.push(def.supertype == no_index ? no_index : relative(def.supertype, group)));
        if (def.kind == CompositeKind::func) {
            for (const ValType type : types_.params(def))
                WRT_CHECK(words.push(word_of(type)));
            for (const ValType type : types_.results(def))
                WRT_CHECK(words.push(word_of(type)));
        } else {
            for (const FieldType& field : types_.fields_of(def)) {
                WRT_CHECK(words.push(word_of(field.storage)));
                WRT_CHECK(words.push(field.mut ? 1 : 0));
            }
        }
    }
    return ok();
}

Status CoreTypes::grow_table()
{
    const uint32_t size = table_.empty() ? first_table_size : table_.size() * 2;
    WRT_CHECK(table_.reserve(size - table_.size()));
    table_.resize_unchecked(size);
    std::ranges::fill(table_, no_index);
    for (uint32_t i = 0; i + 1 < types_.groups.size(); ++i) {
        size_t place = static_cast<size_t>(types_.groups[i].hash) & (size - 1);
        while (table_[place] != no_index)
            place = (place + 1) & (size - 1);
        table_[place] = i;
    }
    return ok();
}

/// Whether the newest group is one that was met before; enters it in the table if not.
Status CoreTypes::find(uint32_t group, uint32_t& twin)
{
    twin = no_index;
    if (types_.groups.size() * 2 > table_.size()) WRT_CHECK(grow_table());
    const size_t mask = table_.size() - 1;
    const uint64_t hash = types_.groups[group].hash;
    size_t place = static_cast<size_t>(hash) & mask;
    for (; table_[place] != no_index; place = (place + 1) & mask) {
        const RecGroup& other = types_.groups[table_[place]];
        if (other.hash != hash || other.count != types_.groups[group].count) continue;
        WRT_CHECK(write_words(other, other_words_));
        if (std::ranges::equal(words_.as_span(), other_words_.as_span())) {
            twin = table_[place];
            return ok();
        }
    }
    table_[place] = group;
    return ok();
}

Result<uint32_t> CoreTypes::end_group(uint32_t offset)
{
    const auto number = static_cast<uint32_t>(types_.groups.size() - 1);
    RecGroup& group = types_.groups.back();
    const uint32_t first = group.first;
    if (group.count == 0) {
        types_.groups.pop_back();
        return first;
    }
    WRT_CHECK(write_words(group, words_));
    const auto* const bytes = reinterpret_cast<const uint8_t*>(words_.data());
    group.hash = siphash(std::span{bytes, size_t{words_.size()} * sizeof(uint32_t)}, key_);
    uint32_t twin = no_index;
    WRT_CHECK(find(number, twin));
    if (twin != no_index) {
        // Taken off again: what it consists of is the newest of every pool.
        for (uint32_t i = 0; i < group.count; ++i) {
            const TypeDef& def = types_.defs.back();
            if (def.kind == CompositeKind::func) {
                types_.values.resize(def.first);
            } else {
                types_.fields.resize(def.first);
            }
            types_.defs.pop_back();
        }
        types_.groups.pop_back();
        return types_.groups[twin].first;
    }
    for (uint32_t i = 0; i < group.count; ++i) {
        TypeDef& def = types_.defs[first + i];
        if (!extends_supertype(def)) return Error{.code = Errc::sub_type, .offset = offset};
        def.reference[0] = ValType::ref(HeapType::of_index(def.canonical), false);
        def.reference[1] = ValType::ref(HeapType::of_index(def.canonical), true);
    }
    return first;
}

Result<std::span<const uint32_t>> CoreTypes::intern(const Types& module)
{
    WRT_TRY(const std::span<uint32_t> numbers, arena_.make_uninitialized_array<uint32_t>(
                                                   End::scratch, Account::scratch, module.size()));
    for (const RecGroup& group : module.groups) {
        if (group.count == 0) continue;
        if (module.defs[group.first].canonical != group.first) {  // equal to an earlier one
            for (uint32_t i = 0; i < group.count; ++i) {
                numbers[group.first + i] = numbers[module.defs[group.first + i].canonical];
            }
            continue;
        }
        WRT_CHECK(begin_group(group.count));
        const uint32_t own = size();
        const auto number_of = [&](ValType type) {
            return renumbered(type, numbers, group.first, group.count, own);
        };
        for (uint32_t i = 0; i < group.count; ++i) {
            const TypeDef& def = module.defs[group.first + i];
            uint32_t supertype = def.supertype;
            if (supertype != no_index) {
                supertype = supertype - group.first < group.count ? own + (supertype - group.first)
                                                                  : numbers[supertype];
            }
            WRT_CHECK(define(def.kind, def.final, supertype));
            if (def.kind == CompositeKind::func) {
                for (const ValType type : module.params(def)) {
                    WRT_CHECK(add_value(number_of(type), false));
                }
                for (const ValType type : module.results(def)) {
                    WRT_CHECK(add_value(number_of(type), true));
                }
            } else {
                for (const FieldType& field : module.fields_of(def)) {
                    WRT_CHECK(add_field({.storage = number_of(field.storage), .mut = field.mut}));
                }
            }
        }
        WRT_TRY(const uint32_t number, end_group(no_offset));
        for (uint32_t i = 0; i < group.count; ++i)
            numbers[group.first + i] = number + i;
    }
    return numbers;
}

Result<uint32_t> CoreTypes::intern_function(std::span<const ValType> params,
                                            std::span<const ValType> results)
{
    WRT_CHECK(begin_group(1));
    WRT_CHECK(define(CompositeKind::func, true, no_index));
    for (const ValType type : params)
        WRT_CHECK(add_value(type, false));
    for (const ValType type : results)
        WRT_CHECK(add_value(type, true));
    return end_group(no_offset);
}

namespace {

bool limits_match(const Limits& given, const Limits& wanted)
{
    if (given.is64 != wanted.is64 || given.shared != wanted.shared) return false;
    if (given.min < wanted.min) return false;
    return !wanted.has_max || (given.has_max && given.max <= wanted.max);
}

}  // namespace

bool matches(const Types& types, const CoreExternType& given, const CoreExternType& wanted)
{
    if (given.kind != wanted.kind) return false;
    switch (given.kind) {
    case ExternKind::func:
        return types.is_subtype(HeapType::of_index(given.type), HeapType::of_index(wanted.type));
    case ExternKind::tag: return given.type == wanted.type;
    case ExternKind::global:
        if (given.mut != wanted.mut) return false;
        return given.mut ? given.value == wanted.value
                         : types.is_subtype(given.value, wanted.value);
    case ExternKind::table:
        return given.value == wanted.value && limits_match(given.limits, wanted.limits);
    case ExternKind::memory:
        return given.page_shift == wanted.page_shift && limits_match(given.limits, wanted.limits);
    }
    WRT_UNREACHABLE();
}

}  // namespace wrt::decoder
