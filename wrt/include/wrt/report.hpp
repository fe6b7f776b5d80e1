// Error reports for people: the sentence, what the host said, and the backtrace with function
// names.
#pragma once

#include <string_view>

#include <wrt/foundation/text.hpp>
#include <wrt/store.hpp>

namespace wrt {

/// Writes
///     trap: integer divide by zero at 0x1f4
///       0: div (function 7) at 0x1f4
///       1: main (function 3) at 0x8a
/// for the error that the store's last failed call gave. Names are the guest's, escaped. At most
/// `max_frames` frames, then how many more there were. No newline at the end.
void write_report(const Store& store, const Error& error, TextSink& sink,
                  size_t max_frames = 16) noexcept;

/// write_report() into a text of its own.
[[nodiscard]] FixedText<4096> report(const Store& store, const Error& error) noexcept;

}  // namespace wrt
