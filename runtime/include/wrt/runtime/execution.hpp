// Execution: one activation of the interpreter. Frames, call records and operands lie in one
// bounded block of slots, never on the native stack, so that an activation can be suspended and
// resumed.
#pragma once

#include <atomic>
#include <span>

#include <wrt/foundation/error.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/exception.hpp>
#include <wrt/runtime/instance.hpp>

namespace wrt::runtime {

class Heap;

/// Where an exception was caught, and what registers hold there.
struct Landing {
    const Cell* target = nullptr;
    Slot* frame = nullptr;
    uint64_t l0 = 0;  ///< These four only where `frame` is not the frame that threw: its own pins
    uint64_t l1 = 0;  ///< are still in their registers.
    double fl0 = 0;
    double fl1 = 0;
};

/// The locals that live in registers.
struct Pins {
    uint64_t l0 = 0;
    uint64_t l1 = 0;
    double fl0 = 0;
    double fl1 = 0;
};

/// State that handlers share; the first fields are the hot ones. Fields marked (view) repeat what
/// the current module instance says and change when a call crosses instances.
struct Execution {
    std::atomic<Slot*> stack_limit{
        nullptr};  ///< Frames must end at or below; an interrupt stores null here.
    ModuleInstance* instance = nullptr;    ///< Whose code runs now.
    Slot* globals = nullptr;               ///< (view) own_globals
    uint64_t memory_size = 0;              ///< (view) size of memory 0 in bytes
    MemoryInstance* memory = nullptr;      ///< (view) memory 0, or null
    const Slot* table_elements = nullptr;  ///< (view) elements of table 0, or null
    uint64_t table_size = 0;               ///< (view) how many
    const uint32_t* type_ids = nullptr;    ///< (view)
    int64_t fuel = 0;      ///< What is left, when the code was translated with fuel.
    bool metered = false;  ///< (view) Work that grows with a length charges fuel too.
    Heap* heap = nullptr;  ///< The store's.
    /// The registers l1 and t1 where the form of dispatch has none for them (dispatch.hpp).
    struct Seconds {
        uint64_t l1 = 0;
        uint64_t t1 = 0;
    } seconds = {};
    std::atomic<uint32_t> interrupt{0};  ///< Nonzero: stop at the next loop or function entry.

    /// Fuel beyond `fuel`. With it, a run whose `fuel` is used up stops with Errc::paused at the
    /// next fuel check point, and nothing else of it fails for want of fuel.
    int64_t reserve = 0;
    Pins pins;  ///< What they held where a run was stopped at a fuel check point.

    Slot* stack_base = nullptr;
    Slot* stack_end = nullptr;
    Slot* top = nullptr;  ///< Where a nested run may start while a host function runs.
    uint32_t depth = 0;   ///< Nested runs (host functions that call back).
    Store* store = nullptr;

    Exception exception;  ///< On its way, or not caught by the last run.
    Landing landing;      ///< Where the last one was caught.
    Error trap{};         ///< Set when a run stopped before its end.
    const Cell* trap_pc = nullptr;
    Slot* trap_frame = nullptr;
    ModuleInstance* trap_instance = nullptr;
};

/// Fuel for work that an operand says the amount of: all of it, or none and false.
[[nodiscard]] inline bool charge(Execution& execution, uint64_t cost) noexcept
{
    const int64_t had = execution.fuel > 0 ? execution.fuel : 0;
    if (cost > static_cast<uint64_t>(had) + static_cast<uint64_t>(execution.reserve)) return false;
    const int64_t rest = had - static_cast<int64_t>(cost);
    if (rest >= 0) {
        execution.fuel -= static_cast<int64_t>(cost);
    } else {
        execution.fuel = 0;
        execution.reserve += rest;
    }
    return true;
}

/// `exception` is on its way from here. Those that host functions hold stay where they are.
inline void begin_exception(Execution& execution, Exception exception) noexcept
{
    exception.outer = execution.exception.outer;
    execution.exception = exception;
}
/// It was caught, or what happened instead ended it.
inline void end_exception(Execution& execution) noexcept
{
    begin_exception(execution, {});
}

/// A frame of a backtrace, innermost first.
struct BacktraceFrame {
    const ModuleInstance* instance;
    uint32_t function;  ///< Function index.
    uint32_t offset;    ///< Byte offset of the instruction in the binary.
};

/// Gives `execution` its stack: `slots` from the store's arena.
void init_execution(Execution& execution, Store& store, std::span<Slot> slots) noexcept;

/// Calls `func`. `window` holds the arguments and receives the results (at least func.window()
/// slots). A trap, exhaustion, an interrupt or a host function's error comes back as the Error,
/// whose offset is that of the instruction in the binary; `backtrace()` then tells the frames until
/// the next run. So does an exception that nothing caught, which is then in `execution.exception`.
Status execute(Execution& execution, FuncInstance& func, std::span<Slot> window) noexcept;

/// Whether the last run was stopped at a fuel check point (Errc::out_of_fuel, paused, interrupted)
/// and nothing ran since, so that resume() can go on with it.
bool is_stopped(const Execution& execution) noexcept;

/// Goes on with a run that is_stopped(), with the fuel that there is now. `window` receives the
/// results of the function that was called first; errors as of execute().
Status resume(Execution& execution, std::span<Slot> window) noexcept;

/// Writes the frames of the last failed run, innermost first, and returns how many there were
/// (which may exceed frames.size()).
size_t backtrace(const Execution& execution, std::span<BacktraceFrame> frames) noexcept;

/// Stops `execution` soon, with Errc::interrupted. Any thread or a signal handler may call it.
void interrupt(Execution& execution) noexcept;

}  // namespace wrt::runtime
