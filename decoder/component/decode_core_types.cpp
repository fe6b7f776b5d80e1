// Core types in a component: recursion groups, module types, and the types of core modules.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#type-definitions
#include "component/component_decoder.hpp"
#include "module_decoder.hpp"
#include "value_types.hpp"

#include <wrt/foundation/limits.hpp>

#include <algorithm>
#include <tuple>

namespace wrt::decoder {

namespace {

constexpr uint8_t rec_code = 0x4e;
constexpr uint8_t sub_final_code = 0x4f;
constexpr uint8_t sub_code = 0x50;
constexpr uint8_t module_code = 0x50;  // the same, until version 1 of the format
constexpr uint8_t array_code = 0x5e;
constexpr uint8_t struct_code = 0x5f;
constexpr uint8_t func_code = 0x60;

Status check_limits(const Limits& limits, uint64_t largest, Errc too_large, uint32_t offset)
{
    if (limits.min > largest || (limits.has_max && limits.max > largest)) {
        return Error{.code = too_large, .offset = offset};
    }
    if (limits.has_max && limits.min > limits.max) {
        return Error{.code = Errc::size_minimum_must_not_be_greater_than_maximum, .offset = offset};
    }
    return ok();
}

auto key_of(const CoreExternDecl& declaration)
{
    return std::tie(declaration.module, declaration.name);
}

}  // namespace

Status ComponentDecoder::decode_core_type(bool)
{
    const uint32_t offset = reader().offset();
    WRT_TRY(uint8_t code, reader().byte());
    if (code == module_code) {
        WRT_TRY(const uint32_t type, decode_module_type());
        return push_entry(Sort::core_type, module_type_flag | type);
    }
    if (code == 0x00) {
        // What would be a module type without the prefix.
        WRT_TRY(code, reader().byte());
        if (code != sub_code) return fail_byte(Errc::malformed_definition_type, offset + 1, code);
    }
    auto& space = spaces_[static_cast<size_t>(Sort::core_type)];
    return decode_rec_group(code, offset, space,
                            top().spaces[static_cast<size_t>(Sort::core_type)]);
}

Status ComponentDecoder::decode_rec_group(uint8_t code, uint32_t offset,
                                          GrowingStack<uint32_t>& space, uint32_t base)
{
    const uint32_t first = space.size() - base;
    uint32_t count = 1;
    if (code == rec_code) {
        WRT_TRY(count, count_of(limits::rec_group_types, Errc::too_many_rec_group_types));
    }
    WRT_CHECK(core_.begin_group(count));
    for (uint32_t i = 0; i < count; ++i) {
        uint32_t place = offset;
        if (code == rec_code) {
            place = reader().offset();
            WRT_TRY(const uint8_t def_code, reader().byte());
            WRT_CHECK(decode_core_def(def_code, place, space, base, first, count));
        } else {
            WRT_CHECK(decode_core_def(code, place, space, base, first, count));
        }
    }
    WRT_TRY(const uint32_t number, core_.end_group(offset));
    for (uint32_t i = 0; i < count; ++i)
        WRT_CHECK(space.push(number + i));
    return ok();
}

Status ComponentDecoder::decode_core_def(uint8_t code, uint32_t offset,
                                         GrowingStack<uint32_t>& space, uint32_t base,
                                         uint32_t group, uint32_t count)
{
    bool final = true;
    uint32_t supertype = no_index;
    if (code == sub_code || code == sub_final_code) {
        final = code == sub_final_code;
        WRT_TRY(const uint32_t supers, reader().u32());
        if (supers > 1) return Error{.code = Errc::sub_type, .offset = offset};
        if (supers == 1) {
            const uint32_t place = reader().offset();
            WRT_TRY(const uint32_t index, reader().u32());
            WRT_TRY(const ValType type, number_type(ValType::ref(HeapType::of_index(index), true),
                                                    space, base, group, count, place));
            supertype = type.heap().index();
        }
        WRT_TRY(code, reader().byte());
    }
    const auto located = [offset](const Status& status) -> Status {
        if (status || status.error().offset != no_offset) return status;
        Error error = status.error();
        error.offset = offset;
        return error;
    };
    const auto field = [&]() -> Status {
        const uint32_t place = reader().offset();
        WRT_TRY(const ValType storage, decode_storage_type(reader(), options_.features));
        WRT_TRY(const ValType type, number_type(storage, space, base, group, count, place));
        const uint32_t mut_offset = reader().offset();
        WRT_TRY(const uint8_t mut, reader().byte());
        if (mut > 1) return fail_byte(Errc::malformed_mutability, mut_offset, mut);
        return core_.add_field({.storage = type, .mut = mut == 1});
    };
    switch (code) {
    case func_code: {
        WRT_CHECK(located(core_.define(CompositeKind::func, final, supertype)));
        for (const bool result : {false, true}) {
            WRT_TRY(const uint32_t types,
                    count_of(result ? limits::results : limits::params,
                             result ? Errc::too_many_results : Errc::too_many_params));
            for (uint32_t i = 0; i < types; ++i) {
                const uint32_t place = reader().offset();
                WRT_TRY(const ValType type,
                        decoder::decode_value_type(reader(), options_.features));
                WRT_TRY(const ValType known, number_type(type, space, base, group, count, place));
                WRT_CHECK(core_.add_value(known, result));
            }
        }
        return ok();
    }
    case struct_code: {
        WRT_CHECK(located(core_.define(CompositeKind::struct_, final, supertype)));
        WRT_TRY(const uint32_t fields, count_of(limits::struct_fields, Errc::too_many_fields));
        for (uint32_t i = 0; i < fields; ++i)
            WRT_CHECK(field());
        return ok();
    }
    case array_code:
        WRT_CHECK(located(core_.define(CompositeKind::array, final, supertype)));
        return field();
    default: return fail_byte(Errc::malformed_definition_type, offset, code);
    }
}

/// A type with the index of an index space, as a number of the pool. Indices of the group in the
/// making, `count` from `group` on, become numbers behind those of the pool.
Result<ValType> ComponentDecoder::number_type(ValType type, const GrowingStack<uint32_t>& space,
                                              uint32_t base, uint32_t group, uint32_t count,
                                              uint32_t offset) const
{
    if (!type.is_ref() || type.heap().is_abstract()) return type;
    const uint32_t index = type.heap().index();
    const uint32_t known = space.size() - base;
    if (index - group < count && index >= known) {
        const RecGroup& open = core_.types().groups.back();
        return ValType::ref(HeapType::of_index(open.first + (index - group)), type.nullable());
    }
    WRT_TRY(const uint32_t number, core_type_at(space, base, index, offset));
    return ValType::ref(HeapType::of_index(number), type.nullable());
}

Result<uint32_t> ComponentDecoder::core_type_at(const GrowingStack<uint32_t>& space, uint32_t base,
                                                uint32_t index, uint32_t offset) const
{
    const uint32_t known = space.size() - base;
    if (index >= known) {
        return Error{.code = Errc::unknown_type,
                     .detail = Detail::index,
                     .offset = offset,
                     .expected = known,
                     .actual = index};
    }
    const uint32_t number = space[base + index];
    if ((number & module_type_flag) != 0)
        return Error{.code = Errc::type_mismatch, .offset = offset};
    return number;
}

/// `core:externtype`.
Result<CoreExternType>
ComponentDecoder::decode_core_extern_type(const GrowingStack<uint32_t>& space, uint32_t base)
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint8_t code, reader().byte());
    const uint32_t place = reader().offset();
    const auto function = [&](uint32_t index) -> Result<uint32_t> {
        WRT_TRY(const uint32_t number, core_type_at(space, base, index, place));
        if (core_.is_function(number)) return number;
        return Error{.code = Errc::type_mismatch, .offset = place};
    };
    CoreExternType type;
    switch (code) {
    case static_cast<uint8_t>(ExternKind::func): {
        WRT_TRY(const uint32_t index, reader().u32());
        WRT_TRY(type.type, function(index));
        return type;
    }
    case static_cast<uint8_t>(ExternKind::table): {
        WRT_TRY(const TableType table, decode_table_type(reader(), options_.features));
        type.kind = ExternKind::table;
        type.limits = table.limits;
        WRT_TRY(type.value, number_type(table.element, space, base, 0, 0, place));
        const uint64_t largest = table.limits.is64 ? ~uint64_t{0} : ~uint32_t{0};
        WRT_CHECK(check_limits(type.limits, largest, Errc::table_size, place));
        return type;
    }
    case static_cast<uint8_t>(ExternKind::memory): {
        type.kind = ExternKind::memory;
        WRT_TRY(const MemoryType memory, decode_memory_type(reader(), options_.features));
        type.limits = memory.limits;
        type.page_shift = memory.page_shift;
        // Of any page size: what a module has that is given for the import was checked there.
        WRT_CHECK(check_limits(
            type.limits, type.limits.is64 ? limits::memory64_type_pages : limits::memory_pages,
            Errc::memory_size, place));
        return type;
    }
    case static_cast<uint8_t>(ExternKind::global): {
        WRT_TRY(const GlobalType global, decode_global_type(reader(), options_.features));
        type.kind = ExternKind::global;
        type.mut = global.mut;
        WRT_TRY(type.value, number_type(global.type, space, base, 0, 0, place));
        return type;
    }
    case static_cast<uint8_t>(ExternKind::tag): {
        WRT_TRY(const uint32_t index, decode_tag_type(reader()));
        type.kind = ExternKind::tag;
        WRT_TRY(type.type, function(index));
        return type;
    }
    default: return fail_byte(Errc::malformed_import_kind, offset, code);
    }
}

/// `core:moduletype`, behind its code. Its type index space begins empty.
Result<uint32_t> ComponentDecoder::decode_module_type()
{
    WRT_TRY(const uint32_t count, count_of(limits::types, Errc::too_many_types));
    module_space_.clear();
    core_declarations_.clear();
    // Exports behind the imports: sorted apart when all are known.
    uint32_t imports = 0;
    for (uint32_t i = 0; i < count; ++i) {
        at_ = reader().offset();
        WRT_TRY(const uint8_t code, reader().byte());
        switch (code) {
        case 0x00: {
            CoreExternDecl import;
            WRT_TRY(import.module, reader().name());
            WRT_TRY(import.name, reader().name());
            WRT_TRY(import.type, decode_core_extern_type(module_space_, 0));
            WRT_CHECK(core_declarations_.push(import));
            std::swap(core_declarations_[imports++], core_declarations_.back());
            break;
        }
        case 0x01: {
            const uint32_t offset = reader().offset();
            WRT_TRY(uint8_t type, reader().byte());
            // A module type in a module type.
            if (type == module_code) return Error{.code = Errc::type_mismatch, .offset = offset};
            if (type == 0x00) {
                WRT_TRY(type, reader().byte());
            }
            WRT_CHECK(decode_rec_group(type, offset, module_space_, 0));
            break;
        }
        case 0x02: {
            const uint32_t offset = reader().offset();
            WRT_TRY(const uint8_t sort, reader().byte());
            if (sort != 0x10) return fail_byte(Errc::malformed_component_sort, offset, sort);
            WRT_TRY(const uint8_t target, reader().byte());
            if (target != 0x01) return fail_byte(Errc::malformed_alias_target, offset + 1, target);
            WRT_TRY(const uint32_t outer, reader().u32());
            const uint32_t place = reader().offset();
            WRT_TRY(const uint32_t index, reader().u32());
            if (outer == 0) {
                WRT_TRY(const uint32_t type, core_type_at(module_space_, 0, index, place));
                WRT_CHECK(module_space_.push(type));
                break;
            }
            if (outer > scopes_.size()) return fail(Errc::outer_alias_count);
            const uint32_t scope = scopes_.size() - outer;
            if (index >= space_size(Sort::core_type, scope)) {
                return Error{.code = Errc::unknown_type,
                             .detail = Detail::index,
                             .offset = place,
                             .expected = space_size(Sort::core_type, scope),
                             .actual = index};
            }
            const uint32_t type = entry(Sort::core_type, index, scope);
            if ((type & module_type_flag) != 0) return fail(Errc::type_mismatch);
            WRT_CHECK(module_space_.push(type));
            break;
        }
        case 0x03: {
            CoreExternDecl exported;
            WRT_TRY(exported.name, reader().name());
            WRT_TRY(exported.type, decode_core_extern_type(module_space_, 0));
            WRT_CHECK(core_declarations_.push(exported));
            break;
        }
        default: return fail_byte(Errc::malformed_declarator, at_, code);
        }
    }
    ModuleType type;
    const auto all = core_declarations_.as_span();
    WRT_CHECK(check_core_names(all.first(imports), true));
    WRT_CHECK(check_core_names(all.subspan(imports), false));
    WRT_TRY(type.imports, add_core_externs(all.first(imports)));
    WRT_TRY(type.exports, add_core_externs(all.subspan(imports)));
    WRT_CHECK(modules_.push(type));
    return modules_.size() - 1;
}

/// The type of a core module of the binary.
Result<uint32_t> ComponentDecoder::module_type_of(const Module& module)
{
    WRT_TRY(const std::span<const uint32_t> numbers, core_.intern(module.types));
    const auto number = [&numbers](ValType type) {
        if (!type.is_ref() || type.heap().is_abstract()) return type;
        return ValType::ref(HeapType::of_index(numbers[type.heap().index()]), type.nullable());
    };
    const auto type_of = [&](ExternKind kind, uint32_t index) {
        CoreExternType type{.kind = kind};
        switch (kind) {
        case ExternKind::func: type.type = numbers[module.functions[index]]; break;
        case ExternKind::tag: type.type = numbers[module.tags[index].type]; break;
        case ExternKind::table:
            type.value = number(module.tables[index].element);
            type.limits = module.tables[index].limits;
            break;
        case ExternKind::memory:
            type.limits = module.memories[index].limits;
            type.page_shift = module.memories[index].page_shift;
            break;
        case ExternKind::global:
            type.value = number(module.globals[index].type);
            type.mut = module.globals[index].mut;
            break;
        }
        return type;
    };
    ModuleType type;
    core_declarations_.clear();
    for (const Import& import : module.imports) {
        WRT_CHECK(core_declarations_.push({.module = import.module,
                                           .name = import.name,
                                           .type = type_of(import.kind, import.index)}));
    }
    WRT_CHECK(check_core_names(core_declarations_.as_span(), true));
    WRT_TRY(type.imports, add_core_externs(core_declarations_.as_span()));
    core_declarations_.clear();
    for (const Export& exported : module.exports) {
        WRT_CHECK(core_declarations_.push(
            {.module = {}, .name = exported.name, .type = type_of(exported.kind, exported.index)}));
    }
    WRT_TRY(type.exports, add_core_externs(core_declarations_.as_span()));
    WRT_CHECK(modules_.push(type));
    return modules_.size() - 1;
}

/// Two imports of one name would be one argument; two exports of one name are never valid.
Status ComponentDecoder::check_core_names(std::span<const CoreExternDecl> declarations,
                                          bool imports)
{
    const uint32_t scope = names_.new_scope();
    for (const CoreExternDecl& declaration : declarations) {
        WRT_TRY(const bool fresh, names_.insert(scope, declaration.module, declaration.name));
        if (!fresh)
            return fail(imports ? Errc::duplicate_import_name : Errc::duplicate_export_name);
    }
    return ok();
}

Result<CoreExternList>
ComponentDecoder::add_core_externs(std::span<const CoreExternDecl> declarations)
{
    const auto count = static_cast<uint32_t>(declarations.size());
    const CoreExternList list{
        .first = core_externs_.size(), .count = count, .order = orders_.size()};
    WRT_CHECK(core_externs_.reserve(count));
    WRT_CHECK(orders_.reserve(count));
    for (uint32_t i = 0; i < count; ++i) {
        core_externs_.push_unchecked(declarations[i]);
        orders_.push_unchecked(i);
    }
    std::ranges::sort(orders_.as_span().subspan(list.order), [&](uint32_t left, uint32_t right) {
        return key_of(core_externs_[list.first + left]) < key_of(core_externs_[list.first + right]);
    });
    return list;
}

const CoreExternDecl* ComponentDecoder::find_core(const CoreExternList& list,
                                                  std::string_view module,
                                                  std::string_view name) const
{
    const auto order = orders_.as_span().subspan(list.order, list.count);
    const auto wanted = std::tie(module, name);
    const auto found = std::ranges::partition_point(
        order, [&](uint32_t place) { return key_of(core_externs_[list.first + place]) < wanted; });
    if (found == order.end() || key_of(core_externs_[list.first + *found]) != wanted)
        return nullptr;
    return &core_externs_[list.first + *found];
}

}  // namespace wrt::decoder
