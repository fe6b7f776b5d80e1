// ModuleDecoder: what decode_module() does, section by section. Pass 0 walks the sections without
// memory and counts; then every array of the Module is reserved exactly; pass 1 fills them and
// validates.
#pragma once

#include <wrt/decoder/decode.hpp>
#include <wrt/decoder/module.hpp>
#include <wrt/decoder/validate_function.hpp>

#include <cstdint>
#include <span>

namespace wrt::decoder {

/// Section ids (5.5.2), in the order of the ids.
enum class SectionId : uint8_t {
    custom,
    type,
    import,
    function,
    table,
    memory,
    global,
    export_,
    start,
    element,
    code,
    data,
    data_count,
    tag
};

inline constexpr uint32_t section_count = 14;

/// Reads a section's contents. As the specification's grammar has it, they end where they end, and
/// only then is the announced size compared: so it reads to the end of the binary, and only lengths
/// are held against the section.
class SectionReader : public ByteReader {
public:
    SectionReader(std::span<const uint8_t> binary, uint32_t offset, uint32_t size)
        : ByteReader{binary.subspan(offset), offset, Errc::unexpected_end_of_section_or_function},
          end_{offset + size}
    {
    }

    /// The length of a vector. Every element takes a byte at least, so no length lies upward.
    Result<uint32_t> count()
    {
        const uint32_t place = offset();
        WRT_TRY(const uint32_t length, u32());
        if (length > left()) {
            return Error{.code = Errc::unexpected_end_of_section_or_function, .offset = place};
        }
        return length;
    }
    uint32_t end_offset() const { return end_; }
    /// Bytes of the section that are left.
    uint32_t left() const { return offset() < end_ ? end_ - offset() : 0; }
    Status finish() const
    {
        if (offset() == end_) return ok();
        return Error{.code = Errc::section_size_mismatch,
                     .offset = offset() < end_ ? offset() : end_};
    }

private:
    uint32_t end_;
};

/// What pass 0 finds out.
struct Counts {
    uint32_t groups = 0, defs = 0, values = 0, fields = 0;
    uint32_t imports = 0;
    uint32_t imported[5] = {};  ///< By ExternKind.
    uint32_t functions = 0, tables = 0, memories = 0, globals = 0,
             tags = 0;  ///< Defined, without imports.
    uint32_t exports = 0, elements = 0, data = 0, bodies = 0, customs = 0;
};

class ModuleDecoder {
public:
    ModuleDecoder(std::span<const uint8_t> binary, Arena& arena, const DecodeOptions& options)
        : binary_{binary}, arena_{arena}, options_{options}, scratch_{arena}
    {
    }

    /// Pass 0. Where it fails, the sections before the failure can still be decoded: they may hold
    /// the earlier mistake.
    Status count();
    /// Makes room for what was counted, and pass 1.
    Status fill(Module& module);

private:
    // A section's contents; `present` tells an absent section from an empty one.
    struct Section {
        uint32_t offset = 0;
        uint32_t size = 0;
        bool present = false;
    };

    SectionReader reader_of(SectionId id) const;
    FeatureSet features() const { return options_.features; }
    const Section& section(SectionId id) const { return sections_[static_cast<size_t>(id)]; }

    // decode_module.cpp
    Status reserve(Module& module);
    Status count_section(SectionId id, SectionReader& reader);
    Status count_imports(SectionReader& reader);
    Status count_sections();
    Status check_lengths() const;
    Status decode_customs(Module& module);

    // decode_types.cpp
    Status count_types(SectionReader& reader);
    Status decode_types(Module& module, SectionReader& reader);

    // decode_sections.cpp
    Status decode_imports(Module& module, SectionReader& reader);
    Status decode_functions(Module& module, SectionReader& reader);
    Status decode_tables(Module& module, SectionReader& reader);
    Status decode_memories(Module& module, SectionReader& reader);
    Status decode_tags(Module& module, SectionReader& reader);
    Status decode_globals(Module& module, SectionReader& reader);
    Status decode_exports(Module& module, SectionReader& reader);
    Status sort_exports(Module& module);
    Status decode_start(Module& module, SectionReader& reader);

    // decode_segments.cpp
    Status decode_elements(Module& module, SectionReader& reader);
    Status decode_element(Module& module, SectionReader& reader, ElementSegment& segment);
    Status decode_element_items(Module& module, SectionReader& reader, ElementSegment& segment);
    Status decode_data_count(Module& module, SectionReader& reader);
    Status decode_bodies(Module& module, SectionReader& reader);
    Status decode_data(Module& module, SectionReader& reader);
    Error malformed_first(SectionReader reader, const Error& invalid) const;
    uint32_t visible_globals(const Module& module) const;
    Result<ConstExpr> decode_constant(Module& module, SectionReader& reader, ValType type,
                                      uint32_t visible_globals);

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
Result<Limits> decode_limits(ByteReader& reader, FeatureSet features);
Result<MemoryType> decode_memory_type(ByteReader& reader, FeatureSet features);
Result<TableType> decode_table_type(ByteReader& reader, FeatureSet features);
Result<GlobalType> decode_global_type(ByteReader& reader, FeatureSet features);
Result<uint32_t> decode_tag_type(ByteReader& reader);

}  // namespace wrt::decoder
