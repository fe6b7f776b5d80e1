// Table instances: access, growth and the bulk operations. False means out of bounds, and then
// nothing was written.
// https://webassembly.github.io/spec/core/exec/instructions.html#table-instructions
#pragma once

#include <cstdint>

#include <wrt/runtime/instance.hpp>
#include <wrt/runtime/memory.hpp>

namespace wrt::runtime {

[[nodiscard]] inline bool table_get(const TableInstance& table, uint64_t index, Ref& value) noexcept
{
    if (index >= table.size) [[unlikely]]
        return false;
    value = {table.elements[index].bits};
    return true;
}

[[nodiscard]] inline bool table_set(TableInstance& table, uint64_t index, Ref value) noexcept
{
    if (index >= table.size) [[unlikely]]
        return false;
    table.elements[index] = {value.bits};
    return true;
}

/// Grows by `delta` elements of `value`. Returns the old size, or grow_failed and nothing changed.
/// Elements stay where they are.
uint64_t table_grow(TableInstance& table, uint64_t delta, Ref value) noexcept;

[[nodiscard]] bool table_fill(TableInstance& table, uint64_t index, Ref value,
                              uint64_t count) noexcept;

/// The ranges may overlap when both are of one table.
[[nodiscard]] bool table_copy(TableInstance& to, uint64_t to_index, const TableInstance& from,
                              uint64_t from_index, uint64_t count) noexcept;

[[nodiscard]] bool table_init(TableInstance& table, uint64_t index, const ElementInstance& elements,
                              uint64_t elements_index, uint64_t count) noexcept;

inline void elem_drop(ElementInstance& elements) noexcept
{
    elements = {};
}

}  // namespace wrt::runtime
