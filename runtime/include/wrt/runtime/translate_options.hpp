// What translation to internal code is asked for.
#pragma once

namespace wrt::runtime {

struct TranslateOptions {
    bool fuel = false;          ///< Charge fuel per block.
    bool interruptible = true;  ///< Poll at loop heads; function entries can always be interrupted.
    /// Keep every operand in its slot: no temps in registers, no pins, no fusion. For differential
    /// tests.
    bool slots_only = false;
};

}  // namespace wrt::runtime
