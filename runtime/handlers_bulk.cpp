// Handlers of memory, table and segment instructions and of references. Operands lie in slots from
// field `a` on, the result takes the first one's place; word 2 holds two indices. What is computed
// stands in memory.hpp and table.hpp.
#include <algorithm>
#include <cstring>

#include <wrt/runtime/memory.hpp>
#include <wrt/runtime/table.hpp>

#include "bulk_charge.hpp"
#include "frame.hpp"
#include "handler_tables.hpp"

namespace wrt::runtime {

namespace {

constexpr int window_words = 3;

WRT_INLINE uint32_t first_index(const Cell* pc)
{
    return static_cast<uint32_t>(pc[2].bits);
}
WRT_INLINE uint32_t second_index(const Cell* pc)
{
    return static_cast<uint32_t>(pc[2].bits >> 32);
}

/// An operand as the address type of a memory or table reads it.
WRT_INLINE uint64_t address(const Limits& limits, Slot slot)
{
    return limits.is64 ? slot.bits : slot.as<uint32_t>();
}

/// What an instruction with a sum of that type gives: the number, or -1.
WRT_INLINE Slot size_result(const Limits& limits, uint64_t size)
{
    return limits.is64 ? Slot{size} : Slot::of(static_cast<uint32_t>(size));
}

/// The type of the length operand of memory.copy and table.copy: the smaller of the two address
/// types.
WRT_INLINE uint64_t common_length(const Limits& to, const Limits& from, Slot slot)
{
    return to.is64 && from.is64 ? slot.bits : slot.as<uint32_t>();
}

#define WRT_OPERANDS Slot* const operands = fp + field_a(pc)

WRT_HANDLER ref_func(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    operands[0].bits = Ref::func(ex->instance->functions[first_index(pc)]).bits;
    WRT_NEXT(window_words);
}

WRT_HANDLER table_get(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    const TableInstance& table = *ex->instance->tables[first_index(pc)];
    Ref value;
    if (!runtime::table_get(table, address(table.type.limits, operands[0]), value)) [[unlikely]]
        WRT_TRAP(out_of_bounds_table_access);
    operands[0].bits = value.bits;
    WRT_NEXT(window_words);
}

WRT_HANDLER table_set(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    TableInstance& table = *ex->instance->tables[first_index(pc)];
    if (!runtime::table_set(table, address(table.type.limits, operands[0]), Ref{operands[1].bits}))
        [[unlikely]]
        WRT_TRAP(out_of_bounds_table_access);
    WRT_NEXT(window_words);
}

WRT_HANDLER table_size(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    const TableInstance& table = *ex->instance->tables[first_index(pc)];
    operands[0] = size_result(table.type.limits, table.size);
    WRT_NEXT(window_words);
}

WRT_HANDLER table_grow(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    TableInstance& table = *ex->instance->tables[first_index(pc)];
    const uint64_t delta = address(table.type.limits, operands[1]);
    WRT_CHARGE_LENGTH(delta);
    operands[0] =
        size_result(table.type.limits, runtime::table_grow(table, delta, Ref{operands[0].bits}));
    view_table(*ex);  // the table may be table 0, under this index or another
    WRT_NEXT(window_words);
}

WRT_HANDLER table_fill(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    TableInstance& table = *ex->instance->tables[first_index(pc)];
    const uint64_t count = address(table.type.limits, operands[2]);
    WRT_CHARGE_LENGTH(count);
    if (!runtime::table_fill(table, address(table.type.limits, operands[0]), Ref{operands[1].bits},
                             count)) [[unlikely]]
        WRT_TRAP(out_of_bounds_table_access);
    WRT_NEXT(window_words);
}

WRT_HANDLER table_copy(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    TableInstance& to = *ex->instance->tables[first_index(pc)];
    const TableInstance& from = *ex->instance->tables[second_index(pc)];
    const uint64_t count = common_length(to.type.limits, from.type.limits, operands[2]);
    WRT_CHARGE_LENGTH(count);
    if (!runtime::table_copy(to, address(to.type.limits, operands[0]), from,
                             address(from.type.limits, operands[1]), count)) [[unlikely]]
        WRT_TRAP(out_of_bounds_table_access);
    WRT_NEXT(window_words);
}

WRT_HANDLER table_init(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    TableInstance& table = *ex->instance->tables[second_index(pc)];
    const uint32_t count = operands[2].as<uint32_t>();
    WRT_CHARGE_LENGTH(count);
    if (!runtime::table_init(table, address(table.type.limits, operands[0]),
                             ex->instance->elements[first_index(pc)], operands[1].as<uint32_t>(),
                             count)) [[unlikely]]
        WRT_TRAP(out_of_bounds_table_access);
    WRT_NEXT(window_words);
}

WRT_HANDLER elem_drop(WRT_REGISTERS)
{
    WRT_BEGIN
    runtime::elem_drop(ex->instance->elements[first_index(pc)]);
    WRT_NEXT(window_words);
}

WRT_HANDLER memory_size(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    const MemoryInstance& memory = *ex->instance->memories[first_index(pc)];
    operands[0] = size_result(memory.type.limits, memory_pages(memory));
    WRT_NEXT(window_words);
}

WRT_HANDLER memory_grow(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    MemoryInstance& memory = *ex->instance->memories[first_index(pc)];
    operands[0] = size_result(
        memory.type.limits, runtime::memory_grow(memory, address(memory.type.limits, operands[0])));
    // The memory may be memory 0, under this index or another.
    if (ex->memory != nullptr) ex->memory_size = ex->memory->size;
    WRT_RELOAD_MEMORY();
    WRT_NEXT(window_words);
}

/// Whether a bulk operation is the plain one: of memory 0, with 32-bit addresses, and without fuel.
WRT_INLINE bool is_plain(const Execution& execution, const Cell* pc)
{
    return pc[2].bits == 0 && !execution.metered && !execution.memory->type.limits.is64;
}

WRT_HANDLER memory_fill(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_FORGET_TEMPS();
    WRT_OPERANDS;
    if (is_plain(*ex, pc)) [[likely]] {
        const uint64_t at = operands[0].as<uint32_t>();
        const uint64_t count = operands[2].as<uint32_t>();
        if (at + count > mem_len) [[unlikely]]
            WRT_OUT_OF_BOUNDS();
        if (count != 0) std::memset(mem + at, operands[1].as<uint8_t>(), count);
        mem_len = ex->memory_size;
        WRT_NEXT(window_words);
    }
    MemoryInstance& memory = *ex->instance->memories[first_index(pc)];
    const uint64_t count = address(memory.type.limits, operands[2]);
    WRT_CHARGE_LENGTH(count);
    if (!runtime::memory_fill(memory, address(memory.type.limits, operands[0]),
                              operands[1].as<uint8_t>(), count)) [[unlikely]]
        WRT_TRAP(out_of_bounds_memory_access);
    WRT_NEXT(window_words);
}

WRT_HANDLER memory_copy(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_FORGET_TEMPS();
    WRT_OPERANDS;
    if (is_plain(*ex, pc)) [[likely]] {
        const uint64_t to = operands[0].as<uint32_t>();
        const uint64_t from = operands[1].as<uint32_t>();
        const uint64_t count = operands[2].as<uint32_t>();
        if (std::max(to, from) + count > mem_len) [[unlikely]]
            WRT_OUT_OF_BOUNDS();
        if (count != 0) std::memmove(mem + to, mem + from, count);
        mem_len = ex->memory_size;
        WRT_NEXT(window_words);
    }
    MemoryInstance& to = *ex->instance->memories[first_index(pc)];
    const MemoryInstance& from = *ex->instance->memories[second_index(pc)];
    const uint64_t count = common_length(to.type.limits, from.type.limits, operands[2]);
    WRT_CHARGE_LENGTH(count);
    if (!runtime::memory_copy(to, address(to.type.limits, operands[0]), from,
                              address(from.type.limits, operands[1]), count)) [[unlikely]]
        WRT_TRAP(out_of_bounds_memory_access);
    WRT_NEXT(window_words);
}

WRT_HANDLER memory_init(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    MemoryInstance& memory = *ex->instance->memories[second_index(pc)];
    const uint32_t count = operands[2].as<uint32_t>();
    WRT_CHARGE_LENGTH(count);
    if (!runtime::memory_init(memory, address(memory.type.limits, operands[0]),
                              ex->instance->data[first_index(pc)], operands[1].as<uint32_t>(),
                              count)) [[unlikely]]
        WRT_TRAP(out_of_bounds_memory_access);
    WRT_NEXT(window_words);
}

WRT_HANDLER data_drop(WRT_REGISTERS)
{
    WRT_BEGIN
    runtime::data_drop(ex->instance->data[first_index(pc)]);
    WRT_NEXT(window_words);
}

}  // namespace

Handler tables::plain_bulk(Plain op)
{
    switch (raw(op)) {  // the rest is elsewhere
    case raw(Plain::ref_func): return &ref_func;
    case raw(Plain::table_get): return &table_get;
    case raw(Plain::table_set): return &table_set;
    case raw(Plain::table_size): return &table_size;
    case raw(Plain::table_grow): return &table_grow;
    case raw(Plain::table_fill): return &table_fill;
    case raw(Plain::table_copy): return &table_copy;
    case raw(Plain::table_init): return &table_init;
    case raw(Plain::elem_drop): return &elem_drop;
    case raw(Plain::memory_size): return &memory_size;
    case raw(Plain::memory_grow): return &memory_grow;
    case raw(Plain::memory_fill): return &memory_fill;
    case raw(Plain::memory_copy): return &memory_copy;
    case raw(Plain::memory_init): return &memory_init;
    case raw(Plain::data_drop): return &data_drop;
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
