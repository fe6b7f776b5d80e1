// Unwinding: the walk from a throw to the handler that takes the exception.
#pragma once

#include <wrt/runtime/execution.hpp>

#include "dispatch.hpp"

namespace wrt::runtime {

/// Where the search begins.
enum class From : uint8_t {
    here,    ///< At the operation that threw.
    caller,  ///< In the caller of its frame: a tail call has left the frame already.
};

/// Finds the handler of `execution.exception`, which was thrown at `pc` in `frame`; puts values and
/// package where the handler wants them, makes its instance the current one, fills in
/// `execution.landing` and ends the exception. False: the run ends with Execution::trap, and the
/// frames are as they were.
[[gnu::noinline, gnu::cold]] bool unwind(Execution& execution, const Cell* pc, Slot* frame,
                                         From from);

/// Goes on where the current exception is caught, or ends the run: with Execution::trap where there
/// is no exception.
WRT_HANDLER op_unwind(WRT_REGISTERS);
/// The same for a tail call that failed.
WRT_HANDLER op_unwind_caller(WRT_REGISTERS);

}  // namespace wrt::runtime
