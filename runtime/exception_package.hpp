// Packages: the objects that exnrefs refer to.
#pragma once

#include <wrt/foundation/result.hpp>
#include <wrt/runtime/execution.hpp>

namespace wrt::runtime {

/// Makes a package of `execution.exception`, thrown at `pc` in `frame`. Exhaustion where the heap
/// is full.
Result<Ref> make_exception_package(Execution& execution, const Cell* pc, Slot* frame) noexcept;

/// The exception that a package holds.
Exception exception_of(Ref package) noexcept;

}  // namespace wrt::runtime
