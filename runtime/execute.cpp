// Runs: entering the interpreter from the host, and telling afterwards where it stopped.
#include <wrt/runtime/execution.hpp>

#include <algorithm>
#include <cstring>

#include <wrt/runtime/host.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/store.hpp>

#include "dispatch.hpp"
#include "frame.hpp"
#include "source_map.hpp"

namespace wrt::runtime {

namespace {

/// One native frame, however deep the guest calls.
[[gnu::noinline]] void run(Execution& execution, const Cell* entry, Slot* frame)
{
    uint8_t* const memory = execution.memory != nullptr ? execution.memory->base : nullptr;
#if WRT_DISPATCH == WRT_DISPATCH_TAIL_FORM
    const FloatRegister none{};
    handler_of(entry)(entry, frame, memory, &execution, 0, 0, 0, 0, execution.memory_size, 0, none,
                      none, none, none);
#elif WRT_DISPATCH == WRT_DISPATCH_SIBLING_FORM
    const FloatRegister none{};
    handler_of(entry)(entry, frame, memory, &execution, 0, 0, none, none);
#else
    Registers registers{};
    registers.fp = frame;
    registers.mem = memory;
    registers.ex = &execution;
    registers.mem_len = execution.memory_size;
    for (const Cell* pc = entry; pc != nullptr;)
        pc = handler_of(pc)(pc, registers);
#endif
}

struct Place {
    uint32_t function = no_function;
    uint32_t offset = no_offset;
};

/// Function and byte offset of a cell of `module`'s code.
Place place_of(const Module& module, const Cell* pc)
{
    if (pc < module.code.data() || pc >= module.code.data() + module.code.size()) return {};
    const auto cell = static_cast<uint32_t>(pc - module.code.data());
    // Functions lie in the order of their indices.
    const auto* const first = module.functions.begin() + module.imported_functions;
    const auto* const after =
        std::upper_bound(first, module.functions.end(), cell,
                         [](uint32_t at, const Function& function) { return at < function.code; });
    if (after == first) return {};
    const Function& function = after[-1];
    const auto* const map =
        reinterpret_cast<const uint8_t*>(module.code.data() + function.source_map);
    return {static_cast<uint32_t>(after - 1 - module.functions.begin()),
            source_of({map, function.source_map_size}, cell - function.code)};
}

/// Calls `visit(instance, place)` for each frame, innermost first.
template <class Visit>
void walk(const Execution& execution, Visit&& visit)
{
    const Cell* pc = execution.trap_pc;
    Slot* frame = execution.trap_frame;
    const ModuleInstance* instance = execution.trap_instance;
    while (pc != nullptr && instance != nullptr) {
        const Place place = place_of(*instance->module, pc);
        if (place.function == no_function) return;
        visit(*instance, place);
        const CallRecord& record =
            *record_at(frame + instance->module->functions[place.function].window);
        const Cell* return_to = record.return_to;
        frame = record.frame;
        if (return_to == &return_foreign_cell) {
            const Linkage& linkage = *linkage_at(frame);
            return_to = linkage.return_to;
            frame = linkage.frame;
            instance = linkage.instance;
        }
        if (return_to == &exit_cell) return;
        pc = return_to - 1;  // a cell of the call itself
    }
}

Status run_host(Execution& execution, FuncInstance& func, Slot* base)
{
    Caller caller{*execution.store, execution, nullptr};
    Slot* const outer_top = execution.top;
    execution.top = base + func.window();
    const Status status = func.host(caller, func.context, base);
    execution.top = outer_top;
    return status;
}

}  // namespace

void init_execution(Execution& execution, Store& store, std::span<Slot> slots) noexcept
{
    execution.store = &store;
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

Status execute(Execution& execution, FuncInstance& func, std::span<Slot> window) noexcept
{
    WRT_ASSERT(window.size() >= func.window());
    const uint32_t needed = func.window() + call_slack_slots;
    if (execution.depth >= execution.store->limits().host_depth ||
        static_cast<size_t>(execution.stack_end - execution.top) < needed) {
        return Error{.code = Errc::call_stack_exhausted};
    }
    Slot* const base = execution.top;
    std::copy_n(window.begin(), func.param_slots, base);

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
        run(execution, func.entry, base);
    }
    if (execution.trap.code != Errc::none && execution.trap_instance == nullptr &&
        func.host == nullptr) {
        execution.trap_instance = execution.instance;
        if (execution.trap.offset == no_offset)
            execution.trap.offset = place_of(*execution.instance->module, execution.trap_pc).offset;
    }
    --execution.depth;
    execution.top = base;
    if (outer_instance != nullptr)
        enter_instance(execution, *outer_instance);
    else
        execution.instance = nullptr;

    if (execution.trap.code == Errc::none) {
        std::copy_n(base, func.result_slots, window.begin());
        return ok();
    }
    if (execution.trap.code == Errc::interrupted) {
        execution.interrupt.store(0);
        execution.stack_limit.store(execution.stack_end);
    }
    return execution.trap;
}

size_t backtrace(const Execution& execution, std::span<BacktraceFrame> frames) noexcept
{
    size_t count = 0;
    walk(execution, [&](const ModuleInstance& instance, Place place) {
        if (count < frames.size()) frames[count] = {&instance, place.function, place.offset};
        ++count;
    });
    return count;
}

}  // namespace wrt::runtime
