#include "unwind.hpp"

#include <algorithm>
#include <cstring>

#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/module.hpp>

#include "catch_table.hpp"
#include "exception_package.hpp"
#include "frame_walk.hpp"

namespace wrt::runtime {

namespace {

struct Caught {
    bool found = false;
    CatchEntry entry;
};

/// Looks for a handler in one frame. `steps` counts what was looked at.
Caught find_entry(const FrameWalk& frame, const TagInstance* tag, uint64_t& steps)
{
    const uint32_t at = frame.function().catch_table;
    if (at == 0) return {};
    const CatchTable table{frame.instance().module->code.data() + at};
    for (uint32_t index = table.innermost(frame.cell()); index != no_region;) {
        const CatchRegion region = table.region(index);
        for (uint32_t i = 0; i < region.entry_count; ++i) {
            const CatchEntry entry = table.entry(region.first_entry + i);
            ++steps;
            if (entry.tag == CatchEntry::any_tag || frame.instance().tags[entry.tag] == tag)
                return {true, entry};
        }
        ++steps;
        index = region.next;
    }
    return {};
}

/// The walk costs fuel by its length, as other operations of any length do.
bool charge_steps(Execution& execution, uint64_t steps)
{
    return !execution.metered || charge(execution, steps);
}

bool end_with(Execution& execution, Errc code)
{
    execution.trap = Error{.code = code};
    if (code != Errc::uncaught_exception) end_exception(execution);
    return false;
}

}  // namespace

bool unwind(Execution& execution, const Cell* pc, Slot* frame, From from)
{
    Exception& exception = execution.exception;
    WRT_ASSERT(exception.tag != nullptr);
    // A loop may go round by throwing.
    if (execution.interrupt.load(std::memory_order_relaxed) != 0)
        return end_with(execution, Errc::interrupted);

    FrameWalk walk{*execution.instance, pc, frame};
    if (from == From::caller) walk.next();
    uint64_t steps = 0;
    Caught caught;
    for (; walk.valid(); walk.next()) {
        caught = find_entry(walk, exception.tag, steps);
        if (caught.found) break;
        ++steps;
    }
    if (!charge_steps(execution, steps)) return end_with(execution, Errc::out_of_fuel);
    if (!caught.found) return end_with(execution, Errc::uncaught_exception);

    const CatchEntry& entry = caught.entry;
    if (entry.wants_package && exception.package.is_null()) {
        // While all frames are still there, so that the collector finds what they refer to. It
        // finds the values through Execution::exception.
        const Result<Ref> package = make_exception_package(execution, pc, frame);
        if (!package) {
            execution.trap = package.error();
            end_exception(execution);
            return false;
        }
        exception.package = *package;
    }
    Slot* const to = walk.frame();
    if (entry.values != CatchEntry::no_slot) {
        std::memmove(static_cast<void*>(to + entry.values), exception.values,
                     exception.tag->slots * sizeof(Slot));
    }
    if (entry.package != CatchEntry::no_slot)
        to[entry.package].bits = entry.wants_package ? exception.package.bits : 0;

    Landing& landing = execution.landing;
    landing.target = walk.code() + entry.target;
    landing.frame = to;
    if (to != frame) {
        landing.l0 = walk.l0();
        landing.l1 = walk.l1();
        // Calls leave float pins in their homes; in a function without any, these are some slot.
        const Cell* const enter = walk.code();
        landing.fl0 = to[load_at<uint16_t>(enter, enter_fl0)].as<double>();
        landing.fl1 = to[load_at<uint16_t>(enter, enter_fl1)].as<double>();
    }
    if (&walk.instance() != execution.instance) enter_instance(execution, walk.instance());
    end_exception(execution);
    execution.trap = Error{};
    return true;
}

}  // namespace wrt::runtime
