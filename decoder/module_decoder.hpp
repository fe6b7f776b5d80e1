// ModuleDecoder: what decode_module() does, section by section. Pass 0 walks the sections without memory and counts;
// then every array of the Module is reserved exactly; pass 1 fills them and validates.
#pragma once

#include <wrt/decoder/decode.hpp>
#include <wrt/decoder/module.hpp>
#include <wrt/decoder/validate_function.hpp>

#include <cstdint>
#include <span>

namespace wrt::decoder {

/// Section ids (5.5.2), in the order of the ids.
enum class SectionId : uint8_t {
    custom, type, import, function, table, memory, global, export_, start, element, code, data, data_count, tag
};

inline constexpr uint32_t section_count = 14;

/// What pass 0 finds out.
struct Counts {
    uint32_t groups = 0, defs = 0, values = 0, fields = 0;
    uint32_t imports = 0;
    uint32_t imported[5] = {};  ///< By ExternKind.
    uint32_t functions = 0, tables = 0, memories = 0, globals = 0, tags = 0;  ///< Defined, without imports.
    uint32_t exports = 0, elements = 0, data = 0, bodies = 0, customs = 0;
};

class ModuleDecoder {
public:
    ModuleDecoder(std::span<const uint8_t> binary, Arena& arena, const DecodeOptions& options)
        : binary_{binary}, arena_{arena}, options_{options}, scratch_{arena}
    {
    }

    /// Pass 0.
    Status count();
    /// Makes room in `module`; nothing that follows allocates anything of it.
    Status reserve(Module& module);
    /// Pass 1.
    Status decode(Module& module);

private:
    // A section's contents; `present` tells an absent section from an empty one.
    struct Section {
        uint32_t offset = 0;
        uint32_t size = 0;
        bool present = false;
    };

    ByteReader reader_of(SectionId id) const;
    const Section& section(SectionId id) const { return sections_[static_cast<size_t>(id)]; }

    // decode_module.cpp
    Status count_section(SectionId id, ByteReader reader);
    Status count_imports(ByteReader reader);
    Status check_lengths() const;
    Status decode_customs(Module& module);

    // decode_types.cpp
    Status count_types(ByteReader reader);
    Status decode_types(Module& module, ByteReader reader);

    // decode_sections.cpp
    Status decode_imports(Module& module, ByteReader reader);
    Status decode_functions(Module& module, ByteReader reader);
    Status decode_tables(Module& module, ByteReader reader);
    Status decode_memories(Module& module, ByteReader reader);
    Status decode_tags(Module& module, ByteReader reader);
    Status decode_globals(Module& module, ByteReader reader);
    Status decode_exports(Module& module, ByteReader reader);
    Status sort_exports(Module& module);
    Status decode_start(Module& module, ByteReader reader);

    // decode_segments.cpp
    Status decode_elements(Module& module, ByteReader reader);
    Status decode_element(Module& module, ByteReader& reader, ElementSegment& segment);
    Status decode_element_items(Module& module, ByteReader& reader, ElementSegment& segment);
    Status decode_data_count(Module& module, ByteReader reader);
    Status decode_bodies(Module& module, ByteReader reader);
    Status decode_data(Module& module, ByteReader reader);
    Result<ConstExpr> decode_constant(Module& module, ByteReader& reader, ValType type, uint32_t visible_globals);

    std::span<const uint8_t> binary_;
    Arena& arena_;
    const DecodeOptions& options_;
    ValidatorScratch scratch_;
    Counts counts_;
    Section sections_[section_count];
};

/// Type indices of a section's types: below `limit`, then canonical.
Result<ValType> resolve_type(const Types& types, ValType type, uint32_t offset);
/// The type index of a function type.
Result<uint32_t> decode_function_type_index(const Types& types, ByteReader& reader);

/// The encodings that imports and definitions share. Syntax only; the checks are check_*.
Result<Limits> decode_limits(ByteReader& reader);
Result<TableType> decode_table_type(ByteReader& reader);
Result<GlobalType> decode_global_type(ByteReader& reader);
Result<uint32_t> decode_tag_type(ByteReader& reader);

}  // namespace wrt::decoder
