// Translation: function bodies to cells, once per module, in the pass that validates them.
#pragma once

#include <wrt/decoder/module.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/runtime/module.hpp>

namespace wrt::runtime {

struct TranslateOptions {
    bool fuel = false;         ///< Charge fuel per block.
    bool interruptible = true; ///< Poll at loop heads; function entries can always be interrupted.
    bool slots_only = false;   ///< Keep every operand in its slot: no temps in registers, no pins, no fusion. For differential tests.
};

/// Validates and translates all function bodies of `syntax`, one pass over each. Code and source map go
/// to the retained end of `arena`, work stacks to the scratch end. `module.functions` must have its
/// types filled in; this fills in the rest of them, `module.code` and `module.source_map`.
Status translate_bodies(const decoder::Module& syntax, Arena& arena, Module& module, const TranslateOptions& options) noexcept;

}  // namespace wrt::runtime
