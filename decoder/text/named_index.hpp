// What is called how: the entries of a name section.
#pragma once

#include <cstdint>
#include <string_view>

namespace wrt::text {

/// What is called something, by its subsection of the name section.
enum class NameKind : uint8_t {
    module,
    func,
    local,
    label,
    type,
    table,
    memory,
    global,
    elem,
    data,
    field,
    tag,
};
inline constexpr uint32_t name_kinds = 12;

struct NamedIndex {
    uint32_t outer = 0;  ///< local, label: the function. field: the type.
    uint32_t index = 0;
    std::string_view name;
};

}  // namespace wrt::text
