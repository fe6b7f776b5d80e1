// The preamble, the order of sections, pass 0, and what has to agree between sections.
// https://webassembly.github.io/spec/core/binary/modules.html
#include <wrt/decoder/decode.hpp>

#include "module_decoder.hpp"

#include <wrt/foundation/limits.hpp>

#include <algorithm>
#include <iterator>
#include <memory>

namespace wrt::decoder {

namespace {

constexpr uint8_t magic[4] = {0x00, 'a', 's', 'm'};
constexpr uint8_t core_version[4] = {0x01, 0x00, 0x00, 0x00};
// Components: a version of 16 bits, and the layer in the other half.
constexpr uint8_t component_version[4] = {0x0d, 0x00, 0x01, 0x00};
constexpr size_t preamble_bytes = 8;

/// Place of each section id in the order that a module must keep.
constexpr uint8_t section_order[section_count] = {
    0,   // custom: anywhere
    1,   // type
    2,   // import
    3,   // function
    4,   // table
    5,   // memory
    7,   // global
    8,   // export
    9,   // start
    10,  // element
    12,  // code
    13,  // data
    11,  // data count
    6,   // tag
};

constexpr Feature section_feature(uint8_t id)
{
    if (id == static_cast<uint8_t>(SectionId::data_count)) return Feature::bulk_memory;
    if (id == static_cast<uint8_t>(SectionId::tag)) return Feature::exceptions;
    return Feature::mvp;
}

/// An element count is compared with the bytes left, and with our own bound, before anything is
/// reserved.
Result<uint32_t> bounded_count(SectionReader& reader, uint32_t limit, Errc too_many)
{
    const uint32_t offset = reader.offset();
    WRT_TRY(const uint32_t count, reader.count());
    if (count > limit) {
        return Error{.code = too_many,
                     .detail = Detail::count,
                     .offset = offset,
                     .expected = limit,
                     .actual = count};
    }
    return count;
}

Status check_total(uint32_t imported, uint32_t defined, uint32_t limit, Errc too_many)
{
    if (imported + defined <= limit) return ok();
    return Error{
        .code = too_many, .detail = Detail::count, .expected = limit, .actual = imported + defined};
}

}  // namespace

Result<BinaryKind> detect_kind(std::span<const uint8_t> binary)
{
    if (binary.size() < sizeof magic) {
        return Error{.code = Errc::unexpected_end, .offset = static_cast<uint32_t>(binary.size())};
    }
    if (!std::equal(std::begin(magic), std::end(magic), binary.begin())) {
        return Error{.code = Errc::magic_header_not_detected, .offset = 0};
    }
    if (binary.size() < preamble_bytes) {
        return Error{.code = Errc::unexpected_end, .offset = static_cast<uint32_t>(binary.size())};
    }
    const auto version = binary.subspan(sizeof magic);
    if (std::equal(std::begin(core_version), std::end(core_version), version.begin())) {
        return BinaryKind::core_module;
    }
    if (std::equal(std::begin(component_version), std::end(component_version), version.begin())) {
        return BinaryKind::component;
    }
    return Error{.code = Errc::unknown_binary_version,
                 .detail = Detail::hex,
                 .offset = sizeof magic,
                 .expected = 1,
                 .actual = static_cast<uint32_t>(version[0]) |
                           static_cast<uint32_t>(version[1]) << 8 |
                           static_cast<uint32_t>(version[2]) << 16 |
                           static_cast<uint32_t>(version[3]) << 24};
}

SectionReader ModuleDecoder::reader_of(SectionId id) const
{
    const Section& place = section(id);
    return SectionReader{binary_, place.offset, place.size};
}

Status ModuleDecoder::count()
{
    WRT_CHECK(count_sections());
    return check_lengths();
}

Status ModuleDecoder::count_sections()
{
    ByteReader reader{binary_};
    WRT_CHECK(reader.skip(preamble_bytes));
    uint8_t last_place = 0;
    while (!reader.at_end()) {
        const uint32_t offset = reader.offset();
        WRT_TRY(const uint8_t id, reader.byte());
        if (id >= section_count) {
            return Error{.code = Errc::malformed_section_id,
                         .detail = Detail::hex,
                         .offset = offset,
                         .actual = id};
        }
        if (const Feature feature = section_feature(id); !features().has(feature)) {
            return needs_feature(feature, Errc::malformed_section_id, offset);
        }
        WRT_TRY(const uint32_t size, reader.u32());
        const uint32_t contents = reader.offset();
        WRT_CHECK(reader.skip(size));
        if (id != static_cast<uint8_t>(SectionId::custom)) {
            if (section_order[id] <= last_place) {
                return Error{.code = Errc::unexpected_content_after_last_section, .offset = offset};
            }
            last_place = section_order[id];
        }
        SectionReader section{binary_, contents, size};
        WRT_CHECK(count_section(static_cast<SectionId>(id), section));
        sections_[id] = {.offset = contents, .size = size, .present = true};
    }
    return ok();
}

Status ModuleDecoder::count_section(SectionId id, SectionReader& reader)
{
    const auto count_into = [&reader](uint32_t& count, uint32_t limit, Errc too_many) -> Status {
        WRT_TRY(count, bounded_count(reader, limit, too_many));
        return ok();
    };
    switch (id) {
    case SectionId::custom: {
        // The name must be one; what follows is nobody's business until somebody asks.
        ByteReader contents{binary_.subspan(reader.offset(), reader.left()), reader.offset()};
        WRT_CHECK(contents.name());
        ++counts_.customs;
        return ok();
    }
    case SectionId::type: return count_types(reader);
    case SectionId::import: return count_imports(reader);
    case SectionId::function:
        return count_into(counts_.functions, limits::functions, Errc::too_many_functions);
    case SectionId::table: return count_into(counts_.tables, limits::tables, Errc::too_many_tables);
    case SectionId::memory:
        return count_into(counts_.memories, limits::memories, Errc::too_many_memories);
    case SectionId::global:
        return count_into(counts_.globals, limits::globals, Errc::too_many_globals);
    case SectionId::export_:
        return count_into(counts_.exports, limits::exports, Errc::too_many_exports);
    case SectionId::start: return ok();
    case SectionId::element:
        return count_into(counts_.elements, limits::elem_segments, Errc::too_many_elem_segments);
    case SectionId::code:
        return count_into(counts_.bodies, limits::functions, Errc::too_many_functions);
    case SectionId::data:
        return count_into(counts_.data, limits::data_segments, Errc::too_many_data_segments);
    case SectionId::data_count: return ok();
    case SectionId::tag: return count_into(counts_.tags, limits::tags, Errc::too_many_tags);
    }
    WRT_UNREACHABLE();
}

/// How many imports of each kind there are: what comes first in each index space.
Status ModuleDecoder::count_imports(SectionReader& reader)
{
    WRT_TRY(counts_.imports, bounded_count(reader, limits::imports, Errc::too_many_imports));
    for (uint32_t i = 0; i < counts_.imports; ++i) {
        WRT_CHECK(reader.name());
        WRT_CHECK(reader.name());
        const uint32_t offset = reader.offset();
        WRT_TRY(const uint8_t kind, reader.byte());
        switch (kind) {
        case static_cast<uint8_t>(ExternKind::func): WRT_CHECK(reader.u32()); break;
        case static_cast<uint8_t>(ExternKind::table):
            WRT_CHECK(decode_table_type(reader, features()));
            break;
        case static_cast<uint8_t>(ExternKind::memory):
            WRT_CHECK(decode_memory_type(reader, features()));
            break;
        case static_cast<uint8_t>(ExternKind::global):
            WRT_CHECK(decode_global_type(reader, features()));
            break;
        case static_cast<uint8_t>(ExternKind::tag): {
            if (!features().has(Feature::exceptions)) {
                return needs_feature(Feature::exceptions, Errc::malformed_import_kind, offset);
            }
            WRT_CHECK(decode_tag_type(reader));
            break;
        }
        default:
            return Error{.code = Errc::malformed_import_kind,
                         .detail = Detail::hex,
                         .offset = offset,
                         .actual = kind};
        }
        ++counts_.imported[kind];
    }
    return ok();
}

/// What has to agree between sections, and what the bounds allow of imports and definitions
/// together.
Status ModuleDecoder::check_lengths() const
{
    if (counts_.functions != counts_.bodies) {
        return Error{.code = Errc::function_and_code_section_have_inconsistent_lengths,
                     .detail = Detail::count,
                     .offset = section(SectionId::code).present
                                   ? section(SectionId::code).offset
                                   : static_cast<uint32_t>(binary_.size()),
                     .expected = counts_.functions,
                     .actual = counts_.bodies};
    }
    if (section(SectionId::data_count).present) {
        SectionReader reader = reader_of(SectionId::data_count);
        WRT_TRY(const uint32_t announced, reader.u32());
        if (announced != counts_.data) {
            return Error{.code = Errc::data_count_and_data_section_have_inconsistent_lengths,
                         .detail = Detail::count,
                         .offset = section(SectionId::data_count).offset,
                         .expected = announced,
                         .actual = counts_.data};
        }
    }
    const auto imported = [this](ExternKind kind) {
        return counts_.imported[static_cast<size_t>(kind)];
    };
    WRT_CHECK(check_total(imported(ExternKind::func), counts_.functions, limits::functions,
                          Errc::too_many_functions));
    WRT_CHECK(check_total(imported(ExternKind::table), counts_.tables, limits::tables,
                          Errc::too_many_tables));
    WRT_CHECK(check_total(imported(ExternKind::memory), counts_.memories, limits::memories,
                          Errc::too_many_memories));
    WRT_CHECK(check_total(imported(ExternKind::global), counts_.globals, limits::globals,
                          Errc::too_many_globals));
    return check_total(imported(ExternKind::tag), counts_.tags, limits::tags, Errc::too_many_tags);
}

Status ModuleDecoder::reserve(Module& module)
{
    const auto imported = [this](ExternKind kind) {
        return size_t{counts_.imported[static_cast<size_t>(kind)]};
    };
    const size_t functions = imported(ExternKind::func) + counts_.functions;
    WRT_CHECK(try_reserve(module.types.defs, counts_.defs));
    WRT_CHECK(try_reserve(module.types.groups, counts_.groups));
    WRT_CHECK(try_reserve(module.types.values, counts_.values));
    WRT_CHECK(try_reserve(module.types.fields, counts_.fields));
    WRT_CHECK(try_reserve(module.functions, functions));
    WRT_CHECK(try_reserve(module.tables, imported(ExternKind::table) + counts_.tables));
    WRT_CHECK(try_reserve(module.memories, imported(ExternKind::memory) + counts_.memories));
    WRT_CHECK(try_reserve(module.globals, imported(ExternKind::global) + counts_.globals));
    WRT_CHECK(try_reserve(module.tags, imported(ExternKind::tag) + counts_.tags));
    WRT_CHECK(try_reserve(module.bodies, counts_.bodies));
    WRT_CHECK(try_reserve(module.table_inits, counts_.tables));
    WRT_CHECK(try_reserve(module.global_inits, counts_.globals));
    WRT_CHECK(try_reserve(module.imports, counts_.imports));
    WRT_CHECK(try_reserve(module.exports, counts_.exports));
    WRT_CHECK(try_reserve(module.exports_by_name, counts_.exports));
    WRT_CHECK(try_reserve(module.elements, counts_.elements));
    WRT_CHECK(try_reserve(module.data, counts_.data));
    WRT_CHECK(try_reserve(module.customs, counts_.customs));
    const size_t words = (functions + 31) / 32;
    WRT_CHECK(try_reserve(module.declared_functions, words));
    module.declared_functions.resize(words);  // reserved above
    return ok();
}

Status ModuleDecoder::fill(Module& module)
{
    WRT_CHECK(reserve(module));
    using Decode = Status (ModuleDecoder::*)(Module&, SectionReader&);
    struct Step {
        SectionId id;
        Decode decode;
    };
    constexpr Step steps[] = {
        {SectionId::type, &ModuleDecoder::decode_types},
        {SectionId::import, &ModuleDecoder::decode_imports},
        {SectionId::function, &ModuleDecoder::decode_functions},
        {SectionId::table, &ModuleDecoder::decode_tables},
        {SectionId::memory, &ModuleDecoder::decode_memories},
        {SectionId::tag, &ModuleDecoder::decode_tags},
        {SectionId::global, &ModuleDecoder::decode_globals},
        {SectionId::export_, &ModuleDecoder::decode_exports},
        {SectionId::start, &ModuleDecoder::decode_start},
        {SectionId::element, &ModuleDecoder::decode_elements},
        {SectionId::data_count, &ModuleDecoder::decode_data_count},
        {SectionId::code, &ModuleDecoder::decode_bodies},
        {SectionId::data, &ModuleDecoder::decode_data},
    };
    for (const Step& step : steps) {
        if (!section(step.id).present) continue;
        SectionReader reader = reader_of(step.id);
        if (const Status decoded = (this->*step.decode)(module, reader); !decoded)
            return located(decoded.error(), reader.offset());
        WRT_CHECK(reader.finish());
    }
    return decode_customs(module);
}

Status ModuleDecoder::decode_customs(Module& module)
{
    ByteReader reader{binary_};
    WRT_CHECK(reader.skip(preamble_bytes));
    while (module.customs.size() < counts_.customs) {
        WRT_TRY(const uint8_t id, reader.byte());
        WRT_TRY(const uint32_t size, reader.u32());
        WRT_TRY(ByteReader contents, reader.sub_reader(size));
        if (id != static_cast<uint8_t>(SectionId::custom)) continue;
        WRT_TRY(const std::string_view name, contents.name());
        WRT_CHECK(try_push(module.customs,
                           CustomSection{.name = name,
                                         .offset = contents.offset(),
                                         .size = static_cast<uint32_t>(contents.remaining())}));
    }
    return ok();
}

namespace {

/// Refuses; for what nobody probed first. The exhaustion tests check that it never happens.
template <class Work>
auto with_backstop(Work work) noexcept -> decltype(work())
{
    try {
        return work();
    } catch (const ArenaExhausted& exhausted) {
        return exhausted.error();
    } catch (...) {
        return Error{.code = Errc::internal};
    }
}

Status validate_bodies(const Module& module, Arena& arena)
{
    ValidatorScratch scratch{arena};
    NullSink sink;
    // As many as there are: a module whose sections disagree has bodies to look at too.
    const auto count =
        std::min(module.bodies.size(), module.functions.size() - module.imported_functions);
    for (uint32_t i = 0; i < count; ++i) {
        WRT_CHECK(validate_function(module, module.imported_functions + i, scratch, sink));
    }
    return ok();
}

/// The error of a binary whose form is wrong somewhere. Of two mistakes in the form the first is
/// told, and what is merely not valid comes after all of them.
Error first_mistake(const Status& decoded, const Module& module, Arena& arena, const Error& later)
{
    const Status contents = decoded ? validate_bodies(module, arena) : decoded;
    if (contents || kind_of(contents.error().code) != ErrorKind::malformed) return later;
    return contents.error();
}

}  // namespace

Result<Module> decode_module(std::span<const uint8_t> binary, Arena& arena, End end,
                             const DecodeOptions& options) noexcept
{
    return with_backstop([&]() -> Result<Module> {
        if (binary.size() > limits::module_bytes) {
            return Error{.code = Errc::module_too_large,
                         .detail = Detail::bytes,
                         .expected = limits::module_bytes,
                         .actual = saturate_u32(binary.size())};
        }
        WRT_TRY(const BinaryKind kind, detect_kind(binary));
        if (kind == BinaryKind::component) {
            return Error{.code = Errc::not_a_module, .offset = sizeof magic};
        }

        ModuleDecoder decoder{binary, arena, options};
        const Status counted = decoder.count();
        const AllocResult place =
            arena.try_allocate(end, sizeof(ModuleMemory), alignof(ModuleMemory), Account::none);
        if (!place) return place.error;
        // Its destructor has nothing to do and is never run.
        ModuleMemory* const memory =
            std::construct_at(static_cast<ModuleMemory*>(place.pointer), arena, end);
        Module module{binary, options.features, *memory};
        const Status decoded = decoder.fill(module);
        if (!counted) return first_mistake(decoded, module, arena, counted.error());
        WRT_CHECK(decoded);
        return module;
    });
}

Status validate_module_bodies(const Module& module, Arena& arena) noexcept
{
    return with_backstop([&]() -> Status {
        if (module.bodies.empty()) return ok();
        WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::decoder, "validate_module_bodies",
                                              arena.full_budget(LibraryId::decoder), End::scratch));
        WRT_CHECK(validate_bodies(module, arena));
        return scope.exit();
    });
}

Result<const Module*> keep_for_bodies(const Module& module, Arena& arena, End end) noexcept
{
    return with_backstop([&]() -> Result<const Module*> {
        const auto place_for = [&](size_t bytes, size_t align) {
            return arena.try_allocate(end, bytes, align, Account::functions);
        };
        // The destructors of both have nothing to do and are never run.
        const AllocResult memory_place = place_for(sizeof(ModuleMemory), alignof(ModuleMemory));
        if (!memory_place) return memory_place.error;
        const AllocResult module_place = place_for(sizeof(Module), alignof(Module));
        if (!module_place) return module_place.error;
        ModuleMemory* const memory =
            std::construct_at(static_cast<ModuleMemory*>(memory_place.pointer), arena, end);
        Module* const kept = std::construct_at(static_cast<Module*>(module_place.pointer),
                                               module.binary, module.features, *memory);
        const auto copy = [](auto& to, const auto& from) -> Status {
            WRT_CHECK(try_reserve(to, from.size()));
            to.insert(to.end(), from.begin(), from.end());
            return ok();
        };
        WRT_CHECK(copy(kept->types.defs, module.types.defs));
        WRT_CHECK(copy(kept->types.values, module.types.values));
        WRT_CHECK(copy(kept->types.fields, module.types.fields));
        WRT_CHECK(copy(kept->functions, module.functions));
        WRT_CHECK(copy(kept->tables, module.tables));
        WRT_CHECK(copy(kept->memories, module.memories));
        WRT_CHECK(copy(kept->globals, module.globals));
        WRT_CHECK(copy(kept->tags, module.tags));
        WRT_CHECK(copy(kept->bodies, module.bodies));
        WRT_CHECK(copy(kept->elements, module.elements));
        WRT_CHECK(copy(kept->declared_functions, module.declared_functions));
        kept->imported_functions = module.imported_functions;
        kept->imported_tables = module.imported_tables;
        kept->imported_memories = module.imported_memories;
        kept->imported_globals = module.imported_globals;
        kept->imported_tags = module.imported_tags;
        kept->data_count = module.data_count;
        kept->code_offset = module.code_offset;
        return kept;
    });
}

Status detail::validate_bodies_in_scope(const Module& module, Arena& arena) noexcept
{
    return with_backstop([&] { return validate_bodies(module, arena); });
}

}  // namespace wrt::decoder
