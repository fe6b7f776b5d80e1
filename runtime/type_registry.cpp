// Interning of recursion groups, and subtyping over the ids they get.
#include <wrt/runtime/type_registry.hpp>

#include <algorithm>

#include <wrt/runtime/field_layout.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/value.hpp>

namespace wrt::runtime {
namespace {

// A type of a group, as one word that two groups can be compared by: the bits of the value type,
// where an index into the group itself is relative and marked so. (A reference to an equal type
// outside of the group is another thing: that is what makes equality iso-recursive.)
using Code = uint64_t;
constexpr Code relative = Code{1} << 32;
constexpr Code mutable_field = Code{1} << 33;
constexpr Code no_supertype = ~Code{0};

constexpr uint32_t max_types = 16 * ((1u << 22) - 1);
static_assert(max_types <= HeapType::max_index);

constexpr uint32_t with_index(ValType type, uint32_t index)
{
    return ValType::ref(HeapType::of_index(index), type.nullable()).bits();
}

struct Header {
    CompositeKind kind;
    bool final;
    uint16_t depth;
    uint16_t params;
    uint16_t results;
    Code supertype;

    uint32_t items() const noexcept
    {
        return kind == CompositeKind::func ? uint32_t{params} + results : params;
    }
};

/// A group of a module whose earlier groups have their ids.
struct ModuleGroup {
    const Module& module;
    RecGroup group;
    const TypeId* ids;

    uint32_t count() const noexcept { return group.count; }
    bool is_inside(uint32_t type_index) const noexcept
    {
        return type_index - group.first < group.count;
    }

    Header header(uint32_t i) const noexcept
    {
        const TypeDef& def = module.types[group.first + i];
        Code supertype = no_supertype;
        if (def.supertype != no_index) {
            supertype = is_inside(def.supertype) ? relative | (def.supertype - group.first)
                                                 : ids[def.supertype];
        }
        return {def.kind, def.final, def.depth, def.params, def.results, supertype};
    }

    Code item(uint32_t i, uint32_t k) const noexcept
    {
        const TypeDef& def = module.types[group.first + i];
        if (def.kind == CompositeKind::func) return code(module.type_values[def.first + k]);
        const FieldType& field = module.aggregates->fields[def.first + k];
        return code(field.storage) | (field.mut ? mutable_field : 0);
    }

    Code code(ValType type) const noexcept
    {
        if (!type.is_ref() || type.heap().is_abstract()) return type.bits();
        const uint32_t index = type.heap().index();
        return is_inside(index) ? relative | with_index(type, index - group.first)
                                : with_index(type, ids[index]);
    }
};

/// A function type of the host, closed already.
struct HostGroup {
    std::span<const ValType> params;
    std::span<const ValType> results;

    static uint32_t count() noexcept { return 1; }
    Header header(uint32_t) const noexcept
    {
        return {CompositeKind::func,
                true,
                0,
                static_cast<uint16_t>(params.size()),
                static_cast<uint16_t>(results.size()),
                no_supertype};
    }
    Code item(uint32_t, uint32_t k) const noexcept
    {
        return (k < params.size() ? params[k] : results[k - params.size()]).bits();
    }
};

/// What a registered group of `count` types from `first` on says, in the same words.
Code code_of(ValType type, TypeId first, uint32_t count) noexcept
{
    if (!type.is_ref() || type.heap().is_abstract()) return type.bits();
    const uint32_t index = type.heap().index() - first;
    return index < count ? relative | with_index(type, index) : type.bits();
}

ValType type_of(Code code, TypeId first) noexcept
{
    const ValType type = ValType::of_bits(static_cast<uint32_t>(code));
    return (code & relative) != 0 ? ValType::of_bits(with_index(type, first + type.heap().index()))
                                  : type;
}

/// Makes room for as many reference bits as `type` has words; they are zero.
Result<std::span<uint64_t>> reference_bits(Arena& arena, RegisteredType& type) noexcept
{
    constexpr uint32_t bits = 64;
    type.word_bits = 0;
    if (type.words <= bits) return std::span<uint64_t>{&type.word_bits, 1};
    WRT_TRY(const std::span<uint64_t> parts,
            arena.make_array<uint64_t>(End::retained, Account::registry,
                                       (type.words + bits - 1) / bits));
    type.word_bits_array = parts.data();
    return parts;
}

void mark_reference(std::span<uint64_t> bits, uint32_t word) noexcept
{
    bits[word / 64] |= uint64_t{1} << word % 64;
}

/// What the collector has to know of a structure or an array.
Status lay_out_fields(Arena& arena, RegisteredType& type) noexcept
{
    if (type.kind == CompositeKind::array) {
        type.words = field_bytes(type.fields[0].storage);
        type.word_bits = is_traced(type.fields[0].storage) ? 1 : 0;
        return ok();
    }
    const std::span<const FieldType> fields{type.fields, type.param_count};
    FieldPlacer size;
    for (const FieldType& field : fields)
        size.place(field.storage);
    type.words = size.object_bytes() / 8 - 1;
    WRT_TRY(const std::span<uint64_t> bits, reference_bits(arena, type));
    FieldPlacer placer;
    for (const FieldType& field : fields) {
        const uint32_t offset = placer.place(field.storage);
        if (is_traced(field.storage)) mark_reference(bits, offset / 8 - 1);
    }
    return ok();
}

/// The same for what exceptions of a tag of this type carry.
Status lay_out_payload(Arena& arena, RegisteredType& type) noexcept
{
    const std::span<const ValType> params = type.params();
    if (std::ranges::none_of(params, is_traced)) return ok();
    type.words = slots_of(params);
    WRT_TRY(const std::span<uint64_t> bits, reference_bits(arena, type));
    uint32_t slot = 0;
    for (const ValType param : params) {
        if (is_traced(param)) mark_reference(bits, slot);
        slot += slots_of(param);
    }
    return ok();
}

template <class Source>
uint64_t hash_of(const SipKey& key, const Source& source) noexcept
{
    KeyedHash hash{key};
    for (uint32_t i = 0; i < source.count(); ++i) {
        const Header header = source.header(i);
        hash.add(uint64_t{header.params} << 32 | uint64_t{header.results} << 16 |
                 static_cast<uint64_t>(header.kind) << 1 | (header.final ? 1 : 0));
        hash.add(header.supertype);
        for (uint32_t k = 0; k < header.items(); ++k)
            hash.add(source.item(i, k));
    }
    return hash.finish();
}

/// Whether `type`, one of `count` registered types from `first` on, is the i-th of `source`.
template <class Source>
bool is_same(const Source& source, uint32_t i, const RegisteredType& type, TypeId first,
             uint32_t count) noexcept
{
    const Header header = source.header(i);
    Code supertype = no_supertype;
    if (type.supertype != no_index) {
        supertype =
            type.supertype - first < count ? relative | (type.supertype - first) : type.supertype;
    }
    if (header.kind != type.kind || header.final != type.final || header.supertype != supertype ||
        header.params != type.param_count || header.results != type.result_count) {
        return false;
    }
    for (uint32_t k = 0; k < header.items(); ++k) {
        const Code stored = type.kind == CompositeKind::func
                                ? code_of(type.values[k], first, count)
                                : code_of(type.fields[k].storage, first, count) |
                                      (type.fields[k].mut ? mutable_field : 0);
        if (source.item(i, k) != stored) return false;
    }
    return true;
}

}  // namespace

Result<RegisteredType*> TypeRegistry::add_type(Arena& arena) noexcept
{
    if (size_ >= max_types) {
        return Error{.code = Errc::too_many_types,
                     .detail = Detail::count,
                     .expected = max_types,
                     .actual = max_types};
    }
    const Place place = place_of(size_);
    if (place.index == 0) {
        WRT_TRY(const std::span<RegisteredType> segment,
                arena.make_array<RegisteredType>(End::retained, Account::registry,
                                                 first_segment << place.segment));
        segments_[place.segment] = segment.data();
    }
    ++size_;
    return &segments_[place.segment][place.index];
}

/// The display of a type is its supertype's and the supertype.
Status TypeRegistry::fill_display(Arena& arena, RegisteredType& type) noexcept
{
    if (type.depth == 0) return ok();
    const RegisteredType& super = (*this)[type.supertype];
    WRT_ASSERT(super.depth + 1 == type.depth);
    WRT_TRY(const std::span<TypeId> display,
            arena.make_uninitialized_array<TypeId>(End::retained, Account::registry, type.depth));
    std::copy_n(super.display, super.depth, display.begin());
    display.back() = type.supertype;
    type.display = display.data();
    return ok();
}

template <class Source>
Result<TypeId> TypeRegistry::intern_group(Arena& arena, const Source& source) noexcept
{
    const uint64_t hash = hash_of(key_, source);
    Group** const place = groups_.find(hash, [&](const Group& group) {
        if (group.count != source.count()) return false;
        for (uint32_t i = 0; i < group.count; ++i) {
            if (!is_same(source, i, (*this)[group.first + i], group.first, group.count))
                return false;
        }
        return true;
    });
    if (*place != nullptr) return (*place)->first;

    const TypeId first = size_;
    for (uint32_t i = 0; i < source.count(); ++i) {
        const Header header = source.header(i);
        WRT_TRY(RegisteredType* const type, add_type(arena));
        *type = {};
        type->kind = header.kind;
        type->final = header.final;
        type->depth = header.depth;
        type->param_count = header.params;
        type->result_count = header.results;
        if (header.supertype != no_supertype) {
            const auto index = static_cast<TypeId>(header.supertype);
            type->supertype = (header.supertype & relative) != 0 ? first + index : index;
        }
        if (header.kind == CompositeKind::func) {
            WRT_TRY(const std::span<ValType> values,
                    arena.make_array<ValType>(End::retained, Account::registry, header.items()));
            for (uint32_t k = 0; k < values.size(); ++k)
                values[k] = type_of(source.item(i, k), first);
            type->values = values.data();
            WRT_CHECK(lay_out_payload(arena, *type));
        } else {
            WRT_TRY(const std::span<FieldType> fields,
                    arena.make_array<FieldType>(End::retained, Account::registry, header.items()));
            for (uint32_t k = 0; k < fields.size(); ++k) {
                const Code code = source.item(i, k);
                fields[k] = {type_of(code & ~mutable_field, first), (code & mutable_field) != 0};
            }
            type->fields = fields.data();
            WRT_CHECK(lay_out_fields(arena, *type));
        }
        WRT_CHECK(fill_display(arena, *type));
    }
    WRT_TRY(Group* const group, arena.make<Group>(End::retained, Account::registry));
    group->first = first;
    group->count = source.count();
    groups_.insert(place, hash, group);
    return first;
}

Status TypeRegistry::intern(Arena& arena, const Module& module, std::span<TypeId> ids) noexcept
{
    WRT_ASSERT(ids.size() == module.types.size());
    for (const RecGroup& group : module.groups) {
        const uint32_t end = group.first + group.count;
        if (group.count == 0) continue;
        if (module.types[group.first].canonical != group.first) {
            for (uint32_t i = group.first; i < end; ++i)
                ids[i] = ids[module.types[i].canonical];
            continue;
        }
        WRT_TRY(const TypeId first, intern_group(arena, ModuleGroup{module, group, ids.data()}));
        for (uint32_t i = group.first; i < end; ++i)
            ids[i] = first + (i - group.first);
    }
    return ok();
}

Result<TypeId> TypeRegistry::intern_function(Arena& arena, std::span<const ValType> params,
                                             std::span<const ValType> results) noexcept
{
    return intern_group(arena, HostGroup{params, results});
}

TypeRegistry::Mark TypeRegistry::mark() const noexcept
{
    return {size_, groups_.newest()};
}

void TypeRegistry::rewind(const Mark& mark) noexcept
{
    groups_.rewind(mark.newest);
    size_ = mark.size;
    for (uint32_t segment = 0; segment < segment_count; ++segment) {
        const TypeId first = first_segment * ((1u << segment) - 1);
        if (first >= size_) segments_[segment] = nullptr;
    }
}

/// https://webassembly.github.io/spec/core/valid/matching.html#heap-types
bool TypeRegistry::is_subtype(HeapType sub, HeapType super) const noexcept
{
    if (sub == super || sub == HeapType::bot) return true;
    if (super.is_index()) {
        const CompositeKind kind = (*this)[super.index()].kind;
        if (sub.is_index()) return is_subtype(sub.index(), super.index());
        return kind == CompositeKind::func ? sub == HeapType::nofunc : sub == HeapType::none;
    }
    const bool below_eq = super == HeapType::eq || super == HeapType::any;
    if (sub.is_index()) {
        switch ((*this)[sub.index()].kind) {
        case CompositeKind::func: return super == HeapType::func;
        case CompositeKind::struct_: return super == HeapType::struct_ || below_eq;
        case CompositeKind::array: return super == HeapType::array || below_eq;
        }
        return false;
    }
    switch (sub.abstract()) {
    case AbstractHeap::none:
        return super == HeapType::i31 || super == HeapType::struct_ || super == HeapType::array ||
               below_eq;
    case AbstractHeap::i31:
    case AbstractHeap::struct_:
    case AbstractHeap::array: return below_eq;
    case AbstractHeap::eq: return super == HeapType::any;
    case AbstractHeap::nofunc: return super == HeapType::func;
    case AbstractHeap::noextern: return super == HeapType::extern_;
    case AbstractHeap::noexn: return super == HeapType::exn;
    case AbstractHeap::bot:
    case AbstractHeap::func:
    case AbstractHeap::exn:
    case AbstractHeap::extern_:
    case AbstractHeap::any: return false;
    }
    return false;
}

bool TypeRegistry::is_subtype(ValType sub, ValType super) const noexcept
{
    if (sub == super || sub.is_bot()) return true;
    if (!sub.is_ref() || !super.is_ref()) return false;
    return (!sub.nullable() || super.nullable()) && is_subtype(sub.heap(), super.heap());
}

}  // namespace wrt::runtime
