// What every operation that calls a function of a module, or returns from one, does last.
#pragma once

#include <array>

#include "dispatch.hpp"
#include "frame.hpp"

/// Stages the record of a call that returns behind this operation and makes the window at `base`
/// the frame.
#define WRT_PUSH_RECORD(base, window, return_cell)                                                 \
    do {                                                                                           \
        *record_at((base) + (window)) = CallRecord{return_cell, fp, l0, l1};                       \
        fp = (base);                                                                               \
    } while (0)

namespace wrt::runtime {

/// Functions whose windows are smaller than this have return operations of their own. They know
/// where the record is without a look at the operation: what comes after a return waits for that,
/// and calls in a row would wait for each other.
inline constexpr int known_windows = 5;
inline constexpr int window_in_field = -1;

/// Which of the handlers for windows 0, 1 ... and others a function with such a window has.
constexpr size_t window_row(uint32_t window)
{
    return window < known_windows ? window : known_windows;
}
/// `Make<Window>::value` of each of them.
template <template <int> class Make, class Row>
constexpr std::array<Row, known_windows + 1> rows_by_window{
    Make<0>::value, Make<1>::value, Make<2>::value,
    Make<3>::value, Make<4>::value, Make<window_in_field>::value};

template <int Window>
WRT_INLINE CallRecord record_of(const Cell* pc, Slot* fp)
{
    return *record_at(fp + (Window == window_in_field ? field_d(pc) : Window));
}

}  // namespace wrt::runtime

/// Takes the record after the window away again. Field d: the window's slots, if `window` does not
/// say them.
#define WRT_POP_RECORD(window)                                                                     \
    const CallRecord record_ = record_of<window>(pc, fp);                                          \
    l0 = record_.l0;                                                                               \
    l1 = record_.l1;                                                                               \
    fp = record_.frame;                                                                            \
    WRT_MARK_PATH();                                                                               \
    WRT_GOTO(record_.return_to)
