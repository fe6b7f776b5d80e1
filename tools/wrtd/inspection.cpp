#include "inspection.hpp"

#include <fmt/format.h>

#include <wrt/image.hpp>

#include <array>

#include <wrt/decoder/disassemble.hpp>
#include <wrt/decoder/names.hpp>
#include <wrt/foundation/byte_reader.hpp>
#include <wrt/wrt.hpp>

#include "call_syntax.hpp"
#include "decoded.hpp"
#include "explain.hpp"

namespace wrtd {
namespace {

using Features = std::array<bool, wrt::feature_count>;

/// Sections as they lie in the file; the module is known to decode.
wrt::Status read_sections(std::span<const uint8_t> binary, Inspection& found)
{
    wrt::ByteReader reader{binary};
    WRT_CHECK(reader.skip(8));
    while (!reader.at_end()) {
        WRT_TRY(const uint8_t id, reader.byte());
        WRT_TRY(const uint32_t size, reader.u32());
        WRT_TRY(wrt::ByteReader contents, reader.sub_reader(size));
        Inspection::Section section;
        section.offset = contents.offset();
        section.size = size;
        section.custom = id == 0;
        constexpr uint8_t start_section = 8;
        if (section.custom) {
            WRT_TRY(const std::string_view name, contents.name());
            section.name = name;
        } else {
            section.name = section_name(id);
            if (id != start_section) {
                WRT_TRY(const uint32_t entries, contents.u32());
                section.entries = entries;
            }
        }
        found.sections.push_back(std::move(section));
    }
    return wrt::ok();
}

wrt::ExternType type_of(const wrt::decoder::Module& module, wrt::ExternKind kind, uint32_t index)
{
    wrt::ExternType type;
    type.kind = kind;
    switch (kind) {
    case wrt::ExternKind::func:
        type.func = {module.params_of(index), module.results_of(index)};
        break;
    case wrt::ExternKind::table: type.table = module.tables[index]; break;
    case wrt::ExternKind::memory: type.memory = module.memories[index]; break;
    case wrt::ExternKind::global: type.global = module.globals[index]; break;
    case wrt::ExternKind::tag:
        type.func = {module.types.params(module.tags[index].type), {}};
        break;
    }
    return type;
}

void use(Features& features, wrt::Feature feature)
{
    features[static_cast<size_t>(feature)] = true;
}

void note_type(Features& features, wrt::ValType type)
{
    if (type.is_vector()) use(features, wrt::Feature::simd);
    if (!type.is_ref()) return;
    if (type == wrt::ValType::funcref || type == wrt::ValType::externref) {
        use(features, wrt::Feature::reference_types);
    } else if (type.heap() == wrt::HeapType::exn || type.heap() == wrt::HeapType::noexn) {
        use(features, wrt::Feature::exceptions);
    } else if (type.heap() == wrt::HeapType::func || type.heap() == wrt::HeapType::extern_ ||
               type.heap().is_index()) {
        use(features, wrt::Feature::function_references);
    } else {
        use(features, wrt::Feature::gc);
    }
}

void note_types(const wrt::decoder::Module& module, Features& features)
{
    for (const wrt::TypeDef& type : module.types.defs) {
        if (type.kind != wrt::CompositeKind::func || type.supertype != wrt::no_index) {
            use(features, wrt::Feature::gc);
        }
        if (type.kind != wrt::CompositeKind::func) continue;
        if (type.results > 1) use(features, wrt::Feature::multi_value);
        for (const wrt::ValType value : module.types.params(type))
            note_type(features, value);
        for (const wrt::ValType value : module.types.results(type))
            note_type(features, value);
    }
    if (module.memories.size() > 1) use(features, wrt::Feature::multi_memory);
    for (const wrt::MemoryType& memory : module.memories) {
        if (memory.limits.is64) use(features, wrt::Feature::memory64);
        if (memory.limits.shared) use(features, wrt::Feature::threads);
        if (memory.page_shift != wrt::MemoryType{}.page_shift) {
            use(features, wrt::Feature::custom_page_sizes);
        }
    }
    if (module.tables.size() > 1) use(features, wrt::Feature::reference_types);
    for (const wrt::TableType& table : module.tables) {
        if (table.limits.is64) use(features, wrt::Feature::memory64);
        if (table.element != wrt::ValType::funcref) note_type(features, table.element);
    }
    for (const wrt::GlobalType& global : module.globals)
        note_type(features, global.type);
    if (!module.tags.empty()) use(features, wrt::Feature::exceptions);
    for (const wrt::decoder::DataSegment& segment : module.data) {
        if (!segment.active) use(features, wrt::Feature::bulk_memory);
    }
}

wrt::Status note_bodies(const wrt::decoder::Module& module, Features& features,
                        uint64_t& instructions)
{
    for (uint32_t i = 0; i < module.bodies.size(); ++i) {
        wrt::decoder::detail::BodyWalker walker{module, module.imported_functions + i};
        WRT_CHECK(walker.skip_locals());
        wrt::decoder::Instruction instruction;
        while (true) {
            WRT_TRY(const bool more, walker.next(instruction));
            if (!more) break;
            ++instructions;
            use(features, wrt::info(instruction.op).feature);
        }
    }
    return wrt::ok();
}

void measure_loading(std::span<const uint8_t> binary, wrt::FeatureSet features, Inspection& found)
{
    wrt::EngineConfig config;
    config.features = features;
    wrt::Engine engine{config};
    const wrt::Result<wrt::Module> module = engine.load_module(binary, {.borrow = true});
    if (!module) {
        found.load_refusal = error_text(module.error());
        return;
    }
    found.load = {engine.arena().used(), engine.arena().peak()};
    // As wrtd image writes it without options.
    const wrt::Result<wrt::Digest> image =
        wrt::write_image(engine, binary, {.interruptible = false, .features = features}, {});
    if (image) found.image = fmt::format("{:016x}{:016x}", image->high, image->low);
}

}  // namespace

wrt::Result<Inspection> inspect_module(std::span<const uint8_t> binary, wrt::FeatureSet features)
{
    Inspection found;
    found.size = binary.size();
    wrt::Status bodies = wrt::ok();
    WRT_CHECK(with_decoded(
        binary, features,
        [&](const wrt::decoder::Module& module) {
            found.module_name = wrt::decoder::module_name(module);
            found.functions = static_cast<uint32_t>(module.bodies.size());
            if (module.start != wrt::no_index) found.start = module.start;
            for (const wrt::decoder::Import& import : module.imports) {
                found.imports.push_back({std::string{import.module}, std::string{import.name},
                                         extern_text(type_of(module, import.kind, import.index))});
            }
            for (const wrt::decoder::Export& named : module.exports) {
                found.exports.push_back({std::string{named.name},
                                         extern_text(type_of(module, named.kind, named.index))});
            }
            Features used{};
            note_types(module, used);
            bodies = note_bodies(module, used, found.instructions);
            for (size_t i = 1; i < used.size(); ++i) {
                if (used[i])
                    found.features.emplace_back(wrt::name_of(static_cast<wrt::Feature>(i)));
            }
        },
        true));
    WRT_CHECK(bodies);
    WRT_CHECK(read_sections(binary, found));
    measure_loading(binary, features, found);
    return found;
}

}  // namespace wrtd
