// Translation of instructions whose operands lie at home, side by side: references, memories,
// tables and segments as wholes.
#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/call_sites.hpp>

#include "translator_steps.hpp"

namespace wrt::runtime {

using decoder::Instruction;

/// An operation whose operands lie at home, side by side, and whose result takes the place of the
/// first.
Status Translator::window_operation(Plain plain, uint32_t pops, ValKind result, uint32_t index,
                                    uint32_t index2)
{
    WRT_CHECK(settle_top(pops));
    drop_to(operands_.size() - pops);
    forget_temps();  // what calls a function keeps none
    Operation operation{
        .family = Family::window, .plain = plain, .a = static_cast<uint16_t>(next_slot())};
    operation.constant = index | uint64_t{index2} << 32;
    forget_slots(next_slot(), width_of(result));
    WRT_CHECK(emit(operation));
    return result == ValKind::bot ? ok() : push_temp(result, no_operation);
}

Status Translator::reference(const Instruction& instruction)
{
    switch (raw(instruction.op)) {  // references only
    case raw(Instr::ref_null): return push_constant(ValKind::ref, 0);
    case raw(Instr::ref_is_null): return numeric_unary(Instr::i64_eqz, ValKind::i32);
    case raw(Instr::ref_eq): return numeric_binary(Instr::i64_eq, ValKind::ref, ValKind::i32);
    case raw(Instr::ref_func):
        if (options_.calls != nullptr) WRT_CHECK(options_.calls->note(function_, instruction, 0));
        return window_operation(Plain::ref_func, 0, ValKind::ref, instruction.index, 0);
    case raw(Instr::ref_as_non_null): return check_reference({.family = Family::null_check});
    default: WRT_UNREACHABLE();
    }
}

Status Translator::bulk(const Instruction& instruction)
{
    const auto address = [&](bool is64) { return is64 ? ValKind::i64 : ValKind::i32; };
    const uint32_t index = instruction.index;
    const uint32_t index2 = instruction.index2;
    switch (raw(instruction.op)) {  // memories, tables and segments only
    case raw(Instr::memory_size):
        return window_operation(Plain::memory_size, 0, address(syntax_.memories[index].limits.is64),
                                index, 0);
    case raw(Instr::memory_grow): {
        WRT_CHECK(window_operation(Plain::memory_grow, 1,
                                   address(syntax_.memories[index].limits.is64), index, 0));
        return ok();
    }
    case raw(Instr::memory_fill):
        return window_operation(Plain::memory_fill, 3, ValKind::bot, index, 0);
    case raw(Instr::memory_copy):
        return window_operation(Plain::memory_copy, 3, ValKind::bot, index, index2);
    case raw(Instr::memory_init):
        return window_operation(Plain::memory_init, 3, ValKind::bot, index, index2);
    case raw(Instr::data_drop):
        return window_operation(Plain::data_drop, 0, ValKind::bot, index, 0);
    case raw(Instr::table_get):
        return window_operation(Plain::table_get, 1, ValKind::ref, index, 0);
    case raw(Instr::table_set):
        return window_operation(Plain::table_set, 2, ValKind::bot, index, 0);
    case raw(Instr::table_size):
        return window_operation(Plain::table_size, 0, address(syntax_.tables[index].limits.is64),
                                index, 0);
    case raw(Instr::table_grow):
        return window_operation(Plain::table_grow, 2, address(syntax_.tables[index].limits.is64),
                                index, 0);
    case raw(Instr::table_fill):
        return window_operation(Plain::table_fill, 3, ValKind::bot, index, 0);
    case raw(Instr::table_copy):
        return window_operation(Plain::table_copy, 3, ValKind::bot, index, index2);
    case raw(Instr::table_init):
        return window_operation(Plain::table_init, 3, ValKind::bot, index, index2);
    case raw(Instr::elem_drop):
        return window_operation(Plain::elem_drop, 0, ValKind::bot, index, 0);
    default: WRT_UNREACHABLE();
    }
}

}  // namespace wrt::runtime
