// The frame: where a function's slots lie, and how calls link frames.
//
//     [window: arguments, then results][record][locals][operands by height ...]
//
// The caller stages arguments at the end of its own operands; that place becomes the callee's
// window, so arguments are never copied. The record keeps where to go on and the caller's pinned
// locals.
//
// A call into another module instance (or one whose return must come back to another one) puts a
// linkage below the callee's window; the callee returns to the cell of `return_foreign`, which
// finds the linkage where the record says the caller's frame is.
#pragma once

#include <cstring>

#include <wrt/runtime/execution.hpp>
#include <wrt/runtime/instance.hpp>
#include <wrt/runtime/module.hpp>

namespace wrt::runtime {

/// What a call keeps of its caller; four slots after the callee's window.
struct CallRecord {
    const Cell* return_to;
    Slot* frame;
    uint64_t l0;
    uint64_t l1;
};
inline constexpr uint32_t record_slots = 4;
static_assert(sizeof(CallRecord) == record_slots * sizeof(Slot));

/// What a call between instances keeps as well; four slots before the callee's window.
struct Linkage {
    const Cell* return_to;
    Slot* frame;
    ModuleInstance* instance;
    uint64_t result_slots;
};
inline constexpr uint32_t linkage_slots = 4;
static_assert(sizeof(Linkage) == linkage_slots * sizeof(Slot));

/// Slots that a frame keeps free after the window of any call it makes: for the callee's record and
/// a linkage.
inline constexpr uint32_t call_slack_slots = record_slots + linkage_slots;

inline CallRecord* record_at(Slot* slot) noexcept
{
    return reinterpret_cast<CallRecord*>(slot);
}
inline Linkage* linkage_at(Slot* slot) noexcept
{
    return reinterpret_cast<Linkage*>(slot);
}

/// Cells of every operation that calls and waits.
inline constexpr int call_words = 3;

/// Whether the operation at `cell` is one that calls and waits.
bool is_call(const Cell* cell) noexcept;

/// Which locals a function keeps in registers, by its first cell.
struct PinSlots {
    bool integers = false;
    bool floats = false;
    uint16_t l0 = 0, l1 = 0, fl0 = 0, fl1 = 0;  ///< Their homes; where there is one only, twice.
};
PinSlots pin_slots(const Cell* enter) noexcept;

/// The cell that ends a run, and the one that returns to another instance.
extern const Cell exit_cell;
extern const Cell return_foreign_cell;

/// Repeats what the current instance's table 0 says, which may have grown.
inline void view_table(Execution& execution) noexcept
{
    const ModuleInstance& instance = *execution.instance;
    const TableInstance* const table = instance.tables.empty() ? nullptr : instance.tables[0];
    execution.table_elements = table != nullptr ? table->elements : nullptr;
    execution.table_size = table != nullptr ? table->size : 0;
}

/// Repeats what may have grown while somebody else ran.
inline void view_growth(Execution& execution) noexcept
{
    execution.memory_size = execution.memory != nullptr ? execution.memory->size : 0;
    view_table(execution);
}

/// Makes `instance` the current one: fills in Execution's view of it.
inline void enter_instance(Execution& execution, ModuleInstance& instance) noexcept
{
    execution.instance = &instance;
    execution.globals = instance.own_globals;
    execution.type_ids = instance.type_ids;
    execution.memory = instance.memories.empty() ? nullptr : instance.memories[0];
    view_growth(execution);
    execution.metered = instance.module->metered;
}

}  // namespace wrt::runtime
