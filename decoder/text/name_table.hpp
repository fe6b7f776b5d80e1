// NameTable: identifiers and what they name, for every index space of a module at once.
#pragma once

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/result.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace wrt::text {

/// Index spaces (6.1.4), and those that components have beside the core ones. Locals are those of
/// the function `outer`, fields those of the type `outer`; of a component all are those of the
/// scope `outer`.
enum class Space : uint8_t {
    type,
    func,
    table,
    memory,
    global,
    tag,
    elem,
    data,
    local,
    label,
    field,
    core_module,
    core_instance,
    component_func,
    component_value,
    component_type,
    component,
    component_instance,
};

class NameTable {
public:
    explicit NameTable(Arena& arena) : arena_{arena}, entries_{arena} {}

    /// The place of a name's value, made with no_index in it where the name is new. Good until the
    /// next place() of a new name.
    Result<uint32_t*> place(Space space, uint32_t outer, std::string_view name);
    /// The value of a name, or no_index.
    uint32_t find(Space space, uint32_t outer, std::string_view name) const;

private:
    struct Entry {
        const char* name;
        uint32_t size;
        uint32_t outer;
        uint32_t value;
        uint32_t hash;
        Space space;
    };

    Status grow();
    /// Where the name is, or the free place where it would be.
    size_t slot_of(uint32_t hash, Space space, uint32_t outer, std::string_view name) const;

    Arena& arena_;
    GrowingStack<Entry> entries_;
    std::span<uint32_t> slots_;  ///< Indices of entries, or no_index; a power of two of them.
};

}  // namespace wrt::text
