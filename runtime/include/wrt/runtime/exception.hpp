// Exceptions (4.2.12): what is on its way from a throw to a handler, and the host's part in it.
//
// A throw copies nothing: the values stay in the frame that threw them until a handler takes them,
// and a package (what an exnref refers to) is made only where a handler asks for one. An exception
// that nothing in a run catches ends the run with Errc::uncaught_exception and stays, with its
// values, until the execution runs something else at the same depth. A host function that gets this
// error from a call of its own may return it: the exception then goes on where it was called from.
// https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances
#pragma once

#include <cstdint>
#include <span>

#include <wrt/foundation/result.hpp>
#include <wrt/runtime/instance.hpp>
#include <wrt/runtime/slot.hpp>

namespace wrt::runtime {

struct Execution;
struct Value;

/// An exception that is thrown and not caught yet. Its package and the references among its values
/// are roots of the collector.
struct Exception {
    TagInstance* tag = nullptr;  ///< Null: there is none.
    Slot* values = nullptr;      ///< As the tag's parameters: in the frame that threw it, or in the
                                 ///< package.
    Ref package = {};            ///< Where it was thrown from one (throw_ref), or null.
    Exception* outer = nullptr;  ///< One that a host function got before, and may still hand on.
};

/// Throws from a host function: `return throw_exception(caller.execution, tag, values);`. The
/// values must be of the types of the tag's parameters (usage errors otherwise). Refuses where the
/// stack has no room for them. Always returns an error, on success Errc::uncaught_exception.
Error throw_exception(Execution& execution, TagInstance& tag,
                      std::span<const Value> values) noexcept;

/// Writes the values of the exception that ended the last run, as many as fit, and returns how many
/// there are.
size_t exception_values(const Execution& execution, std::span<Value> values) noexcept;

}  // namespace wrt::runtime
