// Translation of exception handling. A try_table emits nothing: it becomes a region of the
// function's catch table, and its clauses say which labels exceptions go to.
//
// What a clause's label may assume is what any branch to it may assume: operands below the label's
// height lie in the slots of their heights, and locals in their homes or pins. Both hold wherever
// something can throw. Operands below a label are not consumed before the label's end, where the
// merge settles for good that they were written to their slots; locals outside of pins are written
// when they are set. Pins are in their registers where a frame throws itself. Calls leave integer
// pins in the callee's record and float pins in their slots, where unwinding takes them from.
#include "translator_steps.hpp"

#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/value.hpp>

namespace wrt::runtime {

using decoder::CatchClause;
using decoder::CatchKind;
using decoder::Instruction;

Status Translator::exception(const Instruction& instruction)
{
    switch (raw(instruction.op)) {  // exceptions only
    case raw(Instr::try_table): return try_table(instruction);
    case raw(Instr::throw_): return throw_(instruction);
    case raw(Instr::throw_ref): return throw_ref();
    default: WRT_UNREACHABLE();
    }
}

Status Translator::try_table(const Instruction& instruction)
{
    WRT_CHECK(catches_.open(operations_.size()));
    decoder::CatchReader clauses{instruction.targets};
    for (uint32_t i = 0; i < instruction.target_count; ++i)
        WRT_CHECK(add_clause(clauses.next()));
    return open_block(instruction);
}

/// A clause of the current region. Its label counts from outside of the try_table.
Status Translator::add_clause(const CatchClause& clause)
{
    Frame& frame = frame_at(clause.label);
    frame.referenced = true;
    CatchEntry to{.tag = clause.tag, .target = frame.label};
    const uint32_t first = frame.slot;
    uint32_t slots = 0;
    if (clause.tag != no_index) {
        const auto params = syntax_.types.params(syntax_.tags[clause.tag].type);
        slots = slots_of(params);
        to.values = static_cast<uint16_t>(first);
    }
    WRT_CHECK(use_frame(first + slots + 1));
    if (clause.kind == CatchKind::catch_ref || clause.kind == CatchKind::catch_all_ref) {
        to.package = static_cast<uint16_t>(first + slots);
        to.wants_package = true;
        maps_roots_ = true;  // from here on: no operand before can be one
    }
    return catches_.add(catches_.current(), to);
}

Status Translator::throw_(const Instruction& instruction)
{
    dead_ = true;
    const auto params = static_cast<uint32_t>(instruction.params.size());
    // A handler that wants a package has it made while this frame is still there. What is thrown
    // the collector finds by itself.
    WRT_CHECK(settle_top(params));
    WRT_CHECK(settle_roots(operands_.size() - params));
    WRT_CHECK(window_operation(Plain::throw_, params, ValKind::bot, instruction.index, 0));
    return note_safepoint();
}

Status Translator::throw_ref()
{
    dead_ = true;
    return window_operation(Plain::throw_ref, 1, ValKind::bot, 0, 0);
}

}  // namespace wrt::runtime
