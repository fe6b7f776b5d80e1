// Constant expressions (3.3.13): converted once with the module, evaluated at every instantiation.
#pragma once

#include <span>

#include <wrt/decoder/module.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/instance.hpp>
#include <wrt/runtime/module.hpp>

namespace wrt::runtime {

/// What a constant expression takes when converted.
struct ConstSize {
    uint32_t ops = 0;
    uint32_t depth = 0;               ///< Slots.
    bool is_function = false;         ///< It is just a ref.func or ref.null ...
    uint32_t function = no_function;  ///< ... of this function; no_function: null.
};

/// Measures `expr`. Refuses what is not evaluated yet (unsupported).
Result<ConstSize> measure(const decoder::Module& syntax, const decoder::ConstExpr& expr) noexcept;

/// Appends `expr`, which was measured, to `ops`.
ConstCode convert(const decoder::Module& syntax, const decoder::ConstExpr& expr,
                  static_vector<ConstOp>& ops) noexcept;

/// Evaluates `code` for an instance whose functions, and whose globals as far as `code` reads them,
/// are there. `stack` has the module's const_depth slots; the result lies at its start.
void evaluate(const ModuleInstance& instance, ConstCode code, std::span<Slot> stack) noexcept;

}  // namespace wrt::runtime
