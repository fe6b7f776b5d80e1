// How a guest's run ended, in words and as an exit code; for modules and components.
#pragma once

#include <string>

#include <wrt/wrt.hpp>

#include "options.hpp"

namespace wrtd {

/// The exit code of a call's end, after having said why it failed and, with `stats`, what it took.
/// `store`: null where none could be made.
[[nodiscard]] int conclude(const Limits& limits, bool stats, const std::string& path,
                           wrt::Engine& engine, wrt::Store* store, const wrt::Status& ended);

/// Why a call ended, on one line; `timed_out` tells an interrupt by a time limit from another.
[[nodiscard]] std::string reason_text(wrt::Store& store, const wrt::Error& reason, bool timed_out);
/// The guest's frames, innermost first, a line each; empty where none tell anything.
[[nodiscard]] std::string backtrace_text(const std::string& path, wrt::Store& store,
                                         const wrt::Error& reason);

}  // namespace wrtd
