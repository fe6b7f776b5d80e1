// Instantiation without effects: what measuring needs of it.
#pragma once

#include <span>

#include <wrt/foundation/result.hpp>
#include <wrt/runtime/extern.hpp>
#include <wrt/runtime/instance.hpp>

namespace wrt::runtime {

/// All that instantiate() allocates and links, and nothing of what it does afterwards: no segment
/// is copied and the start function does not run.
Result<ModuleInstance*> rehearse_instantiation(Store& store, const Module& module,
                                               std::span<const Extern> imports) noexcept;

}  // namespace wrt::runtime
