// Translation: function bodies to cells, once per module, in the pass that validates them.
#pragma once

#include <wrt/decoder/module.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/translate_options.hpp>

namespace wrt::runtime {

class CodeRecorder;

/// Validates and translates all function bodies of `syntax`, one pass over each. Code and source
/// map go to the retained end of `arena`, work stacks to the scratch end. `module.functions` must
/// have its types filled in; this fills in the rest of them, `module.code` and `module.source_map`.
/// `recorder`, if given, learns which cells hold addresses.
Status translate_bodies(const decoder::Module& syntax, Arena& arena, Module& module,
                        const TranslateOptions& options, CodeRecorder* recorder = nullptr) noexcept;

}  // namespace wrt::runtime
