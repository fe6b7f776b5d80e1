// Names out of the custom section "name" (appendix 7.4.1), read anew at every call: they cost
// nothing until asked for. Where the section is missing, says nothing, or is malformed from there
// on, there is no name, and no error.
#pragma once

#include <wrt/decoder/module.hpp>
#include <wrt/foundation/byte_reader.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace wrt::decoder {

/// Empty where there is none. Linear in the section: to name many, walk it with a NameReader.
/// A name is UTF-8 that the guest chose: escape it before it meets a terminal or a log.
std::string_view module_name(const Module& module);
std::string_view function_name(const Module& module, uint32_t function);
std::string_view local_name(const Module& module, uint32_t function, uint32_t local);

/// Walks all names of one kind, in the order of the section (ascending indices, where the section
/// is well formed).
class NameReader {
public:
    /// The subsections, by their ids; labels and below as the extended-name-section proposal has
    /// them.
    enum class Kind : uint8_t {
        module = 0,
        functions = 1,
        locals = 2,
        labels = 3,
        types = 4,
        tables = 5,
        memories = 6,
        globals = 7,
        elements = 8,
        data = 9,
        fields = 10,
        tags = 11,
    };

    struct Entry {
        uint32_t outer = 0;  ///< locals, labels: the function. fields: the type.
        uint32_t index = 0;
        std::string_view name;
    };

    NameReader(const Module& module, Kind kind);
    /// Over the contents of a name section, for who kept no Module.
    NameReader(std::span<const uint8_t> section, Kind kind);
    /// False after the last, or where the section goes wrong.
    bool next(Entry& entry);

private:
    bool stop();

    ByteReader reader_;
    Kind kind_;
    uint32_t left_ = 0;
    uint32_t outer_ = 0;
    uint32_t outer_left_ = 0;
};

}  // namespace wrt::decoder
