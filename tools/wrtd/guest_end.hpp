// How a guest's run ended, in words and as an exit code; for modules and components.
#pragma once

#include <string>

#include <wrt/wrt.hpp>

#include "options.hpp"

namespace wrtd {

/// The exit code of a call's end, after having said why it failed and, if asked for, what it took.
/// `store`: null where none could be made.
[[nodiscard]] int conclude(const Options& options, const std::string& path, wrt::Engine& engine,
                           wrt::Store* store, const wrt::Status& ended);

}  // namespace wrtd
