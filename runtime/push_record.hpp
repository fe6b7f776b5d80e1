// What every operation that calls a function of a module does last.
#pragma once

#include "dispatch.hpp"
#include "frame.hpp"

/// Stages the record of a call that returns behind this operation and makes the window at `base`
/// the frame.
#define WRT_PUSH_RECORD(base, window, return_cell)                                                 \
    do {                                                                                           \
        *record_at((base) + (window)) = CallRecord{return_cell, fp, l0, l1};                       \
        fp = (base);                                                                               \
    } while (0)
