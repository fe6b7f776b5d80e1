// Translation of exception handling as it was before 3.0, onto the same catch tables. A try is a
// region, each of its handlers an entry whose target is the handler's code; delegate says where the
// search goes on after a region.
//
// Below the values of an exception lies the exception itself, in a slot that no instruction of the
// guest names: rethrow takes it from there. A package is only made where there is a rethrow.
#include "translator_steps.hpp"

#include <wrt/foundation/assert.hpp>

namespace wrt::runtime {

using decoder::Instruction;

Status Translator::legacy_exception(const Instruction& instruction)
{
    switch (raw(instruction.op)) {  // legacy exceptions only
    case raw(Instr::try_):
        WRT_CHECK(catches_.open(operations_.size()));
        return open_block(instruction);
    case raw(Instr::catch_):
    case raw(Instr::catch_all): return legacy_handler(instruction);
    case raw(Instr::delegate): return delegate(instruction);
    case raw(Instr::rethrow): return rethrow(instruction);
    default: WRT_UNREACHABLE();
    }
}

/// Ends the body or the handler before, as else_() does, and begins a handler.
Status Translator::legacy_handler(const Instruction& instruction)
{
    Frame& frame = frames_.back();
    frame.referenced = true;
    if (!dead_) {
        WRT_CHECK(bring_to_label(frame, static_cast<uint32_t>(frame.results.size())));
        WRT_CHECK(emit({.family = Family::branch, .plain = Plain::branch, .label = frame.label}));
    }
    if (frame.op == Instr::try_) {
        frame.try_region = frame.region;
        catches_.close(operations_.size());
        frame.region = catches_.current();
    }
    frame.op = instruction.op;
    dead_ = false;
    drop_to(frame.height);
    barrier();
    uint32_t label = 0;
    WRT_CHECK(make_label(label));
    bind(label);

    CatchEntry entry{.target = label, .package = static_cast<uint16_t>(next_slot())};
    if (instruction.op == Instr::catch_) {
        entry.tag = instruction.index;
        entry.values = static_cast<uint16_t>(next_slot() + 1);
    }
    maps_roots_ = true;
    frame.catch_entry = catches_.entry_count();
    WRT_CHECK(catches_.add(frame.try_region, entry));
    WRT_CHECK(push_temp(ValKind::ref, no_operation));
    WRT_CHECK(push_results(instruction.params, false));
    return charge();
}

/// Where the label is that of a try, its handlers are asked; of any other block, those around it.
Status Translator::delegate(const Instruction& instruction)
{
    const uint32_t region = frames_.back().region;
    catches_.set_next(region, frames_[frames_.size() - 2 - instruction.index].region);
    return end();
}

Status Translator::rethrow(const Instruction& instruction)
{
    const Frame& frame = frame_at(instruction.index);
    catches_.want_package(frame.catch_entry);
    unbury_all();
    dead_ = true;
    return emit({.family = Family::window,
                 .plain = Plain::throw_ref,
                 .a = static_cast<uint16_t>(frame.slot)});
}

}  // namespace wrt::runtime
