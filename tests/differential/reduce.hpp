// Makes a module that shows a difference small enough to read.
#pragma once

#include <functional>
#include <string>

#include "generator.hpp"

namespace wrt::test {

/// Takes calls and instructions out of `module`, or puts constants, drops and unreachable in their
/// place, for as long as `shows` says that the result is still worth looking at. `shows` must
/// refuse modules that are not valid.
GeneratedModule reduced(GeneratedModule module,
                        const std::function<bool(const GeneratedModule&)>& wanted);

/// The functions of the module that are defined in it, as flat text.
std::string listing(const GeneratedModule& module);

}  // namespace wrt::test
