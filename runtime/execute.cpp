// Runs: entering the interpreter from the host, and telling afterwards where it stopped.
#include <wrt/runtime/execution.hpp>

#include <cstring>
#include <utility>

#include <wrt/runtime/host.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/store.hpp>
#include <wrt/runtime/value.hpp>

#include "dispatch.hpp"
#include "frame_walk.hpp"
#include "handler_tables.hpp"
#include "source_map.hpp"

namespace wrt::runtime {

namespace {

/// One native frame, however deep the guest calls.
WRT_INLINE void run(Execution& execution, const Cell* entry, Slot* frame, const Pins& pins)
{
    uint8_t* const memory = execution.memory != nullptr ? execution.memory->base : nullptr;
#if WRT_DISPATCH == WRT_DISPATCH_TAIL_FORM
    const FloatRegister none{};
    handler_of(entry)(entry, frame, memory, &execution, 0, pins.l0, pins.l1, 0,
                      execution.memory_size, 0, execution.fuel, none, register_of(pins.fl0),
                      register_of(pins.fl1), none);
#elif WRT_DISPATCH == WRT_DISPATCH_SIBLING_FORM
    const FloatRegister none{};
    const Execution::Seconds outer = execution.seconds;
    execution.seconds.l1 = pins.l1;
    handler_of(entry)(entry, frame, memory, &execution, 0, pins.l0, none, register_of(pins.fl0),
                      register_of(pins.fl1), none);
    execution.seconds = outer;
#else
    Registers registers{};
    registers.fp = frame;
    registers.mem = memory;
    registers.ex = &execution;
    registers.mem_len = execution.memory_size;
    registers.l0 = pins.l0;
    registers.l1 = pins.l1;
    registers.fl0 = register_of(pins.fl0);
    registers.fl1 = register_of(pins.fl1);
    for (const Cell* pc = entry; pc != nullptr;)
        pc = handler_of(pc)(pc, registers);
#endif
}

/// The byte of the binary where a frame is.
uint32_t offset_of(const FrameWalk& frame)
{
    const Function& function = frame.function();
    if (function.code == 0) return function.body_offset;  // it could not be translated
    const auto* const map = reinterpret_cast<const uint8_t*>(frame.instance().module->code.data() +
                                                             function.source_map);
    return source_of({map, function.source_map_size}, function.body_offset, frame.cell());
}

/// An exception that a run ended with, while the host function that made the run makes another: it
/// is kept below that one, and comes back afterwards, in case the host function returns it.
class HeldException {
public:
    explicit HeldException(Execution& execution) noexcept
        : execution_{execution}, top_{execution.top}, held_{execution.exception}
    {
        // At depth 0 nobody can return what the last run ended with.
        if (execution.depth == 0) held_ = {};
    }
    HeldException(const HeldException&) = delete;
    HeldException& operator=(const HeldException&) = delete;
    ~HeldException()
    {
        execution_.top = top_;
        if (execution_.exception.tag == nullptr)
            execution_.exception = held_;
        else
            execution_.exception.outer = held_.outer;  // it takes this one's place
    }

    /// Slots that it takes of the stack.
    [[nodiscard]] size_t slots() const noexcept
    {
        return held_.tag == nullptr || !held_.package.is_null() ? 0 : held_.tag->slots;
    }

    void keep() noexcept
    {
        // The collector goes on from `outer`.
        execution_.exception = {.outer = held_.tag != nullptr ? &held_ : held_.outer};
        if (slots() == 0) return;
        std::memmove(static_cast<void*>(top_), held_.values, slots() * sizeof(Slot));
        held_.values = top_;
        execution_.top = top_ + slots();
    }

private:
    Execution& execution_;
    Slot* const top_;
    Exception held_;
};

Status run_host(Execution& execution, FuncInstance& func, Slot* base)
{
    Caller caller{*execution.store, execution, nullptr};
    Slot* const outer_top = execution.top;
    execution.top = base + func.window();
    const Status status = func.host(caller, func.context, base);
    execution.top = outer_top;
    return status;
}

/// A few slots, as arguments and results are: for those a call of memcpy costs more than the copy.
WRT_INLINE void copy_slots(const Slot* from, Slot* to, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        to[i] = from[i];
        asm volatile("" ::: "memory");
    }
}

/// What is to do after a run: tells where it was stopped, brings the instance back that made it,
/// and hands out results. `guest`: it was no host function's.
Status end_run(Execution& execution, bool guest, ModuleInstance* outer_instance, Slot* base,
               std::span<Slot> results)
{
    if (execution.trap.code != Errc::none && execution.trap_instance == nullptr && guest) {
        execution.trap_instance = execution.instance;
        const FrameWalk innermost{*execution.instance, execution.trap_pc, execution.trap_frame};
        if (execution.trap.offset == no_offset && innermost.valid())
            execution.trap.offset = offset_of(innermost);
    }
    if (execution.trap.code != Errc::uncaught_exception) end_exception(execution);
    --execution.depth;
    execution.top = base;
    if (outer_instance != nullptr)
        enter_instance(execution, *outer_instance);
    else
        execution.instance = nullptr;

    if (execution.trap.code == Errc::none) {
        copy_slots(base, results.data(), results.size());
        return ok();
    }
    if (execution.trap.code == Errc::interrupted) {
        execution.interrupt.store(0);
        execution.stack_limit.store(execution.stack_end);
    }
    return execution.trap;
}

}  // namespace

void init_execution(Execution& execution, Store& store, std::span<Slot> slots) noexcept
{
    execution.store = &store;
    execution.heap = &store.heap();
    execution.stack_base = slots.data();
    execution.stack_end = slots.data() + slots.size();
    execution.stack_limit.store(execution.stack_end);
    execution.top = slots.data();
}

void interrupt(Execution& execution) noexcept
{
    execution.interrupt.store(1);
    execution.stack_limit.store(nullptr);
}

namespace {

/// A guest's function, where the host is not within another call: as execute_nested(), but there is
/// no exception to hold and no instance to come back to.
Status execute_outermost(Execution& execution, FuncInstance& func, std::span<Slot> window)
{
    Slot* const base = execution.top;
    execution.depth = 1;
    execution.exception = {};
    execution.trap = Error{};
    execution.trap_instance = nullptr;
    copy_slots(window.data(), base, func.param_slots);
    *record_at(base + func.window()) = CallRecord{&exit_cell, base, 0, 0};
    enter_instance(execution, *func.instance);
    run(execution, func.entry, base, {});

    const std::span<Slot> results = window.first(func.result_slots);
    if (execution.trap.code != Errc::none || execution.exception.tag != nullptr) [[unlikely]]
        return end_run(execution, true, nullptr, base, results);
    execution.depth = 0;
    execution.top = base;
    execution.instance = nullptr;
    copy_slots(base, results.data(), results.size());
    return ok();
}

[[gnu::noinline]] Status execute_nested(Execution& execution, FuncInstance& func,
                                        std::span<Slot> window)
{
    HeldException held{execution};
    const size_t needed = held.slots() + func.window() + call_slack_slots;
    if (static_cast<size_t>(execution.stack_end - execution.top) < needed)
        return Error{.code = Errc::call_stack_exhausted};
    held.keep();
    Slot* const base = execution.top;
    copy_slots(window.data(), base, func.param_slots);

    ModuleInstance* const outer_instance = execution.instance;
    ++execution.depth;
    execution.trap = Error{};
    execution.trap_instance = nullptr;
    if (func.host != nullptr) {
        const Status status = run_host(execution, func, base);
        if (!status) execution.trap = status.error();
    } else {
        *record_at(base + func.window()) = CallRecord{&exit_cell, base, 0, 0};
        enter_instance(execution, *func.instance);
        run(execution, func.entry, base, {});
    }
    return end_run(execution, func.host == nullptr, outer_instance, base,
                   window.first(func.result_slots));
}

}  // namespace

Status execute(Execution& execution, FuncInstance& func, std::span<Slot> window) noexcept
{
    WRT_ASSERT(window.size() >= func.window());
    if (execution.depth >= execution.store->limits().host_depth ||
        static_cast<size_t>(execution.stack_end - execution.top) < func.window() + call_slack_slots)
        [[unlikely]]
        return Error{.code = Errc::call_stack_exhausted};
    if (execution.depth != 0 || func.host != nullptr) [[unlikely]]
        return execute_nested(execution, func, window);
    return execute_outermost(execution, func, window);
}

bool is_stopped(const Execution& execution) noexcept
{
    return execution.depth == 0 && execution.trap_instance != nullptr &&
           execution.store->waiting() == nullptr &&
           handler_of(execution.trap_pc) == plain_handler(Plain::fuel);
}

Status resume(Execution& execution, std::span<Slot> window) noexcept
{
    WRT_ASSERT(is_stopped(execution));
    FrameWalk outermost{*execution.trap_instance, execution.trap_pc, execution.trap_frame};
    for (FrameWalk next = outermost; next.valid(); next.next())
        outermost = next;
    const Function& first = outermost.function();
    Slot* const base = outermost.frame();
    const uint32_t results = slots_of(outermost.instance().module->results(first.type));
    WRT_ASSERT(window.size() >= results);

    const Cell* const pc = execution.trap_pc;
    execution.fuel += load_at<uint32_t>(pc, 12);
    ++execution.depth;
    execution.exception = {};
    execution.trap = Error{};
    enter_instance(execution, *std::exchange(execution.trap_instance, nullptr));
    run(execution, pc, execution.trap_frame, execution.pins);
    return end_run(execution, true, nullptr, base, window.first(results));
}

size_t backtrace(const Execution& execution, std::span<BacktraceFrame> frames) noexcept
{
    if (execution.trap_instance == nullptr) return 0;
    size_t count = 0;
    FrameWalk frame{*execution.trap_instance, execution.trap_pc, execution.trap_frame};
    for (; frame.valid(); frame.next()) {
        if (count < frames.size())
            frames[count] = {&frame.instance(), frame.function_index(), offset_of(frame)};
        ++count;
    }
    return count;
}

}  // namespace wrt::runtime
