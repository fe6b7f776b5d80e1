// Imports, functions, tables, memories, tags, globals, exports and the start function.
// https://webassembly.github.io/spec/core/binary/modules.html,
// https://webassembly.github.io/spec/core/valid/modules.html
#include "module_decoder.hpp"
#include "value_types.hpp"

#include <wrt/foundation/limits.hpp>

#include <algorithm>

namespace wrt::decoder {

namespace {

constexpr uint8_t table_with_init_code = 0x40;
constexpr uint8_t default_page_shift = 16;

Error unknown(Errc code, uint32_t offset, uint32_t index, size_t size)
{
    return {.code = code,
            .detail = Detail::index,
            .offset = offset,
            .expected = saturate_u32(size),
            .actual = index};
}

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

/// A table's type, valid (3.2.16): its elements' type exists, its size is one its addresses can
/// reach.
Status check_table_type(const Types& types, TableType& type, uint32_t offset)
{
    WRT_TRY(type.element, resolve_type(types, type.element, offset));
    const uint64_t largest = type.limits.is64 ? std::numeric_limits<uint64_t>::max()
                                              : std::numeric_limits<uint32_t>::max();
    return check_limits(type.limits, largest, Errc::table_size, offset);
}

Status check_memory_type(const MemoryType& type, uint32_t offset)
{
    if (type.page_shift != default_page_shift && type.page_shift != 0) {
        return Error{.code = Errc::invalid_custom_page_size, .offset = offset};
    }
    // A memory of single bytes may have as many as addresses can name.
    const uint64_t bytes64 = std::numeric_limits<uint64_t>::max();
    const uint64_t bytes32 = std::numeric_limits<uint32_t>::max();
    const bool single_bytes = type.page_shift == 0;
    const uint64_t largest = type.limits.is64
                                 ? (single_bytes ? bytes64 : limits::memory64_type_pages)
                                 : (single_bytes ? bytes32 : limits::memory_pages);
    WRT_CHECK(check_limits(type.limits, largest, Errc::memory_size, offset));
    if (type.limits.shared && !type.limits.has_max) {
        return Error{.code = Errc::shared_memory_must_have_maximum, .offset = offset};
    }
    return ok();
}

/// May there be a table, or a memory, behind those that the module has?
Status check_another_table(const Module& module, uint32_t offset)
{
    if (module.tables.empty() || module.features.has(Feature::reference_types)) return ok();
    return needs_feature(Feature::reference_types, Errc::multiple_tables, offset);
}

Status check_another_memory(const Module& module, uint32_t offset)
{
    if (module.memories.empty() || module.features.has(Feature::multi_memory)) return ok();
    return needs_feature(Feature::multi_memory, Errc::multiple_memories, offset);
}

/// A tag's type is that of a function, without results.
Status check_tag_type(const Types& types, uint32_t index, uint32_t offset)
{
    if (index >= types.size()) return unknown(Errc::unknown_type, offset, index, types.size());
    if (types[index].kind != CompositeKind::func) {
        return Error{.code = Errc::type_mismatch, .offset = offset};
    }
    if (types[index].results != 0) {
        return Error{.code = Errc::non_empty_tag_result_type, .offset = offset};
    }
    return ok();
}

}  // namespace

// Shared encodings.

namespace {

constexpr uint8_t max_flag = 1;
constexpr uint8_t shared_flag = 2;
constexpr uint8_t is64_flag = 4;
constexpr uint8_t page_size_flag = 8;

/// The flags are among `allowed`, and what brought each of them is switched on.
Status check_limits_flags(uint8_t flags, uint8_t allowed, FeatureSet features, uint32_t offset)
{
    if ((flags & ~allowed) != 0) {
        return Error{.code = Errc::malformed_limits_flags,
                     .detail = Detail::hex,
                     .offset = offset,
                     .actual = flags};
    }
    const auto check = [&](uint8_t flag, Feature feature) -> Status {
        if ((flags & flag) == 0 || features.has(feature)) return ok();
        return needs_feature(feature, Errc::malformed_limits_flags, offset);
    };
    WRT_CHECK(check(is64_flag, Feature::memory64));
    WRT_CHECK(check(shared_flag, Feature::threads));
    return check(page_size_flag, Feature::custom_page_sizes);
}

Result<Limits> decode_bounds(ByteReader& reader, uint8_t flags)
{
    Limits limits{.has_max = (flags & max_flag) != 0,
                  .is64 = (flags & is64_flag) != 0,
                  .shared = (flags & shared_flag) != 0};
    // 64 bits whatever the address type: a size that 32 bits cannot hold is read, and is not valid.
    WRT_TRY(limits.min, reader.u64());
    if (limits.has_max) {
        WRT_TRY(limits.max, reader.u64());
    }
    return limits;
}

}  // namespace

/// https://webassembly.github.io/spec/core/binary/types.html#limits
Result<Limits> decode_limits(ByteReader& reader, FeatureSet features)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t flags, reader.byte());
    WRT_CHECK(check_limits_flags(flags, max_flag | is64_flag, features, offset));
    return decode_bounds(reader, flags);
}

/// With the flags of the proposals for threads and custom page sizes.
/// https://github.com/WebAssembly/custom-page-sizes/blob/main/proposals/custom-page-sizes/Overview.md
Result<MemoryType> decode_memory_type(ByteReader& reader, FeatureSet features)
{
    constexpr uint32_t widest_page_shift = 63;  // what `u64` pages could be said in at all
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t flags, reader.byte());
    WRT_CHECK(check_limits_flags(flags, max_flag | shared_flag | is64_flag | page_size_flag,
                                 features, offset));
    MemoryType type;
    WRT_TRY(type.limits, decode_bounds(reader, flags));
    if ((flags & page_size_flag) == 0) return type;
    const uint32_t shift_offset = reader.offset();
    WRT_TRY(const uint32_t shift, reader.u32());
    if (shift > widest_page_shift) {
        return Error{.code = Errc::malformed_custom_page_size, .offset = shift_offset};
    }
    type.page_shift = static_cast<uint8_t>(shift);
    return type;
}

Result<TableType> decode_table_type(ByteReader& reader, FeatureSet features)
{
    // Tables of functions are older than the other uses of reference types.
    const uint32_t offset = reader.offset();
    WRT_TRY(const ValType element,
            decode_reference_type(reader, features.with(Feature::reference_types)));
    if (element != ValType::funcref && !features.has(Feature::reference_types)) {
        return needs_feature(Feature::reference_types, Errc::malformed_reference_type, offset,
                             element.bits());
    }
    WRT_TRY(const Limits limits, decode_limits(reader, features));
    return TableType{.element = element, .limits = limits};
}

Result<GlobalType> decode_global_type(ByteReader& reader, FeatureSet features)
{
    WRT_TRY(const ValType type, decode_value_type(reader, features));
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t mut, reader.byte());
    if (mut > 1) {
        return Error{.code = Errc::malformed_mutability,
                     .detail = Detail::hex,
                     .offset = offset,
                     .actual = mut};
    }
    return GlobalType{.type = type, .mut = mut == 1};
}

Result<uint32_t> decode_tag_type(ByteReader& reader)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint8_t attribute, reader.byte());
    if (attribute != 0) {
        return Error{.code = Errc::malformed_tag_attribute,
                     .detail = Detail::hex,
                     .offset = offset,
                     .actual = attribute};
    }
    return reader.u32();
}

// Sections.

Status ModuleDecoder::decode_imports(Module& module, SectionReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        Import import;
        WRT_TRY(import.module, reader.name());
        WRT_TRY(import.name, reader.name());
        WRT_TRY(const uint8_t kind, reader.byte());
        import.kind = static_cast<ExternKind>(kind);  // counted before, so it is one
        const uint32_t offset = reader.offset();
        switch (import.kind) {
        case ExternKind::func: {
            import.index = module.imported_functions++;
            WRT_TRY(const uint32_t type, decode_function_type_index(module.types, reader));
            WRT_CHECK(try_push(module.functions, type));
            break;
        }
        case ExternKind::table: {
            import.index = module.imported_tables++;
            WRT_TRY(TableType type, decode_table_type(reader, features()));
            WRT_CHECK(check_table_type(module.types, type, offset));
            WRT_CHECK(check_another_table(module, offset));
            WRT_CHECK(try_push(module.tables, type));
            break;
        }
        case ExternKind::memory: {
            import.index = module.imported_memories++;
            WRT_TRY(const MemoryType type, decode_memory_type(reader, features()));
            WRT_CHECK(check_memory_type(type, offset));
            WRT_CHECK(check_another_memory(module, offset));
            WRT_CHECK(try_push(module.memories, type));
            break;
        }
        case ExternKind::global: {
            import.index = module.imported_globals++;
            WRT_TRY(GlobalType type, decode_global_type(reader, features()));
            WRT_TRY(type.type, resolve_type(module.types, type.type, offset));
            WRT_CHECK(try_push(module.globals, type));
            break;
        }
        case ExternKind::tag: {
            import.index = module.imported_tags++;
            WRT_TRY(const uint32_t type, decode_tag_type(reader));
            WRT_CHECK(check_tag_type(module.types, type, offset));
            WRT_CHECK(try_push(module.tags, TagType{type}));
            break;
        }
        }
        WRT_CHECK(try_push(module.imports, import));
    }
    return ok();
}

Status ModuleDecoder::decode_functions(Module& module, SectionReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        WRT_TRY(const uint32_t type, decode_function_type_index(module.types, reader));
        WRT_CHECK(try_push(module.functions, type));
    }
    return ok();
}

Status ModuleDecoder::decode_tables(Module& module, SectionReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t offset = reader.offset();
        WRT_TRY(const uint8_t first, reader.peek());
        const bool has_init = first == table_with_init_code;
        if (has_init) {
            if (!features().has(Feature::function_references)) {
                return needs_feature(Feature::function_references, Errc::malformed_reference_type,
                                     offset);
            }
            WRT_CHECK(reader.skip(1));
            const uint32_t reserved_offset = reader.offset();
            WRT_TRY(const uint8_t reserved, reader.byte());
            if (reserved != 0) {
                return Error{.code = Errc::malformed_table_type,
                             .detail = Detail::hex,
                             .offset = reserved_offset,
                             .actual = reserved};
            }
        }
        WRT_TRY(TableType type, decode_table_type(reader, features()));
        WRT_CHECK(check_table_type(module.types, type, offset));
        WRT_CHECK(check_another_table(module, offset));
        ConstExpr init;
        if (has_init) {
            WRT_TRY(init, decode_constant(module, reader, type.element, module.imported_globals));
        } else if (!type.element.is_defaultable()) {
            return Error{.code = Errc::type_mismatch, .offset = offset};
        }
        WRT_CHECK(try_push(module.tables, type));
        WRT_CHECK(try_push(module.table_inits, init));
    }
    return ok();
}

Status ModuleDecoder::decode_memories(Module& module, SectionReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t offset = reader.offset();
        WRT_TRY(const MemoryType type, decode_memory_type(reader, features()));
        WRT_CHECK(check_memory_type(type, offset));
        WRT_CHECK(check_another_memory(module, offset));
        WRT_CHECK(try_push(module.memories, type));
    }
    return ok();
}

Status ModuleDecoder::decode_tags(Module& module, SectionReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t offset = reader.offset();
        WRT_TRY(const uint32_t type, decode_tag_type(reader));
        WRT_CHECK(check_tag_type(module.types, type, offset));
        WRT_CHECK(try_push(module.tags, TagType{type}));
    }
    return ok();
}

Status ModuleDecoder::decode_globals(Module& module, SectionReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t offset = reader.offset();
        WRT_TRY(GlobalType type, decode_global_type(reader, features()));
        WRT_TRY(type.type, resolve_type(module.types, type.type, offset));
        // An initialiser sees the globals before its own.
        WRT_TRY(const ConstExpr init,
                decode_constant(module, reader, type.type, visible_globals(module)));
        WRT_CHECK(try_push(module.globals, type));
        WRT_CHECK(try_push(module.global_inits, init));
    }
    return ok();
}

Status ModuleDecoder::decode_exports(Module& module, SectionReader& reader)
{
    WRT_TRY(const uint32_t count, reader.count());
    for (uint32_t i = 0; i < count; ++i) {
        Export entry;
        WRT_TRY(entry.name, reader.name());
        const uint32_t offset = reader.offset();
        WRT_TRY(const uint8_t kind, reader.byte());
        if (kind > static_cast<uint8_t>(ExternKind::tag)) {
            return Error{.code = Errc::malformed_export_kind,
                         .detail = Detail::hex,
                         .offset = offset,
                         .actual = kind};
        }
        entry.kind = static_cast<ExternKind>(kind);
        if (entry.kind == ExternKind::tag && !features().has(Feature::exceptions)) {
            return needs_feature(Feature::exceptions, Errc::malformed_export_kind, offset);
        }
        WRT_TRY(entry.index, reader.u32());
        const auto check = [&](size_t size, Errc code) -> Status {
            if (entry.index < size) return ok();
            return unknown(code, offset, entry.index, size);
        };
        switch (entry.kind) {
        case ExternKind::func: {
            WRT_CHECK(check(module.functions.size(), Errc::unknown_function));
            module.declared_functions[entry.index / 32] |= 1u << (entry.index % 32);
            break;
        }
        case ExternKind::table: WRT_CHECK(check(module.tables.size(), Errc::unknown_table)); break;
        case ExternKind::memory:
            WRT_CHECK(check(module.memories.size(), Errc::unknown_memory));
            break;
        case ExternKind::global:
            WRT_CHECK(check(module.globals.size(), Errc::unknown_global));
            break;
        case ExternKind::tag: WRT_CHECK(check(module.tags.size(), Errc::unknown_tag)); break;
        }
        WRT_CHECK(try_push(module.exports, entry));
        WRT_CHECK(try_push(module.exports_by_name, i));
    }
    return sort_exports(module);
}

/// Sorts the index by name, which puts equal names side by side. Sorting needs no key and no
/// memory, and nobody can choose names that make it quadratic.
Status ModuleDecoder::sort_exports(Module& module)
{
    const auto name_of = [&module](uint32_t index) { return module.exports[index].name; };
    auto& order = module.exports_by_name;
    std::sort(order.begin(), order.end(),
              [&name_of](uint32_t a, uint32_t b) { return name_of(a) < name_of(b); });
    const auto twin =
        std::adjacent_find(order.begin(), order.end(),
                           [&name_of](uint32_t a, uint32_t b) { return name_of(a) == name_of(b); });
    if (twin == order.end()) return ok();
    const std::string_view second = name_of(std::max(twin[0], twin[1]));
    const auto* const place = reinterpret_cast<const uint8_t*>(second.data());
    return Error{.code = Errc::duplicate_export_name,
                 .offset = static_cast<uint32_t>(place - binary_.data())};
}

Status ModuleDecoder::decode_start(Module& module, SectionReader& reader)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint32_t function, reader.u32());
    if (function >= module.functions.size()) {
        return unknown(Errc::unknown_function, offset, function, module.functions.size());
    }
    const TypeDef& type = module.function_type(function);
    if (type.params != 0 || type.results != 0) {
        return Error{.code = Errc::start_function, .offset = offset};
    }
    module.start = function;
    return ok();
}

}  // namespace wrt::decoder
