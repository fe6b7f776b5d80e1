// Calling into the guest with typed values, and naming its functions.
#pragma once

#include <span>
#include <string_view>

#include <wrt/foundation/result.hpp>
#include <wrt/runtime/execution.hpp>
#include <wrt/runtime/instance.hpp>
#include <wrt/runtime/store.hpp>
#include <wrt/runtime/value.hpp>

namespace wrt::runtime {

/// Calls `func`, a function of `store`. Counts and types are checked against its type (usage
/// errors); a trap and the like come back as in execute(). Writes types and values of all results.
/// Allocates nothing.
Status call(Store& store, FuncInstance& func, std::span<const Value> args,
            std::span<Value> results) noexcept;

/// The same on another activation than the store's own, or from within a host function: on the
/// caller's.
Status call(Execution& execution, FuncInstance& func, std::span<const Value> args,
            std::span<Value> results) noexcept;

/// Whether `value` may stand where `type` (closed) is asked for. A reference is judged by what it
/// refers to.
bool is_value_of(const TypeRegistry& types, const Value& value, ValType type) noexcept;

/// What the name section calls a function; empty where it says nothing. Reads the section anew at
/// every call.
std::string_view function_name(const Module& module, uint32_t function) noexcept;

/// The name section's name of the module, or empty.
std::string_view module_name(const Module& module) noexcept;

}  // namespace wrt::runtime
