// What wrtd inspect finds out about a module, before it is printed one way or the other.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <wrt/decoder/features.hpp>
#include <wrt/foundation/result.hpp>

namespace wrtd {

struct Inspection {
    struct Section {
        std::string name;  ///< "type"; of a custom section the name it has.
        bool custom = false;
        uint32_t offset = 0;  ///< Of the contents.
        uint32_t size = 0;
        std::optional<uint32_t> entries;
    };
    struct Import {
        std::string module, name, type;
    };
    struct Export {
        std::string name, type;
    };

    std::string module_name;
    uint64_t size = 0;
    std::vector<Section> sections;
    std::vector<Import> imports;
    std::vector<Export> exports;
    std::vector<std::string>
        features;            ///< Proposals beyond the first version, as far as they are used.
    uint32_t functions = 0;  ///< Defined here.
    uint64_t instructions = 0;
    std::optional<uint32_t> start;

    struct Load {
        uint64_t retained = 0;  ///< Bytes of the arena that the loaded module keeps.
        uint64_t peak = 0;      ///< The most that loading took.
    };
    std::optional<Load> load;
    std::string image;  ///< The digest of its image (wrtd image), in hex; empty if it has none.
    std::string load_refusal;  ///< Why it does not load, where it is valid all the same.
};

/// Errors: the module's, where it does not decode or its bodies do not.
[[nodiscard]] wrt::Result<Inspection> inspect_module(std::span<const uint8_t> binary,
                                                     wrt::FeatureSet features);

}  // namespace wrtd
