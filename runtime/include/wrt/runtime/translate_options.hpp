// What translation to internal code is asked for.
#pragma once

namespace wrt::runtime {

class CallSites;

struct TranslateOptions {
    bool fuel = false;  ///< Charge fuel per block.
    /// Look for an interrupt where loops go round; function entries always do.
    bool interruptible = true;
    /// Keep every operand in its slot: no temps in registers, no pins, no fusion. For differential
    /// tests.
    bool slots_only = false;
    /// Calls may name functions that have no code yet (LazyCode sets it).
    bool bound_later = false;
    /// Is told every call, for measuring; null: nobody is.
    CallSites* calls = nullptr;
};

}  // namespace wrt::runtime
