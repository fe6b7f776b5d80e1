// Handlers of what is left of control: branches, traps, moves of many slots, fuel and interrupts.
#include <cstring>

#include "branch.hpp"
#include "handler_tables.hpp"

namespace wrt::runtime {

#if WRT_DISPATCH == WRT_DISPATCH_LOOP_FORM
WRT_HANDLER op_stop(WRT_REGISTERS)
{
    WRT_BEGIN
    ex->trap_pc = pc;
    ex->trap_frame = fp;
    return nullptr;
}
#else
WRT_HANDLER op_stop(WRT_REGISTERS)
{
    WRT_SAVE_FUEL();
    ex->trap_pc = pc;
    ex->trap_frame = fp;
}
#endif

namespace {

WRT_HANDLER unreachable(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_TRAP(unreachable);
}

WRT_HANDLER branch(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_GOTO(target_at(pc, 1));
}

/// b slots from a on to d on
WRT_HANDLER copy_slots(WRT_REGISTERS)
{
    WRT_BEGIN
    std::memmove(static_cast<void*>(fp + field_d(pc)), fp + field_a(pc),
                 field_b(pc) * sizeof(Slot));
    WRT_NEXT(2);
}

/// A branch back to a loop's head.
WRT_HANDLER branch_polling(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_POLL();
    WRT_GOTO(target_at(pc, 1));
}

/// Stops at a fuel check point, where registers hold pins and nothing else, so that the run can go
/// on from here: with this operation, whose charge resume() gives back.
WRT_HANDLER stop_at_check_point(WRT_REGISTERS)
{
    WRT_BEGIN
    ex->pins = {l0, l1, float_of<double>(fl0), float_of<double>(fl1)};
    ex->trap.code = fuel >= 0          ? Errc::interrupted
                    : ex->reserve != 0 ? Errc::paused
                                       : Errc::out_of_fuel;
    WRT_STOP();
}

/// Charges the immediate. Field a: slots of the frame that are in use here.
WRT_HANDLER fuel(WRT_REGISTERS)
{
    WRT_BEGIN
    fuel -= load_at<uint32_t>(pc, 12);
    if (fuel < 0) [[unlikely]]
        WRT_CONTINUE_IN(stop_at_check_point);
    if (ex->interrupt.load(std::memory_order_relaxed) != 0) [[unlikely]]
        WRT_CONTINUE_IN(stop_at_check_point);
    WRT_NEXT(2);
}

}  // namespace

Handler tables::plain_control(Plain op)
{
    switch (raw(op)) {  // the rest is elsewhere
    case raw(Plain::unreachable): return &unreachable;
    case raw(Plain::branch): return &branch;
    case raw(Plain::copy_slots): return &copy_slots;
    case raw(Plain::branch_polling): return &branch_polling;
    case raw(Plain::fuel): return &fuel;
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
