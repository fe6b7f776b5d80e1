// Instantiation (4.7.3): a module and its imports become an instance.
#pragma once

#include <span>

#include <wrt/foundation/result.hpp>
#include <wrt/runtime/extern.hpp>
#include <wrt/runtime/imports.hpp>
#include <wrt/runtime/instance.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::runtime {

/// Makes an instance of `module`, which must stay as long as the store. Two phases: first
/// everything is allocated, linked and evaluated; when that fails (unlinkable, unsupported,
/// exhaustion) the store and its arena are as they were. Then active segments are copied, in order,
/// and the start function runs; a trap there is returned, and what was written to imported tables
/// and memories stays, as the specification has it.
///
/// Of an unknown_import or incompatible_import_type, `actual` is the import's place in the module's
/// list. https://webassembly.github.io/spec/core/exec/modules.html#instantiation
Result<ModuleInstance*> instantiate(Store& store, const Module& module,
                                    const ImportProvider& imports) noexcept;

/// The same with the store's own names.
Result<ModuleInstance*> instantiate(Store& store, const Module& module) noexcept;

/// The same with one Extern for each of the module's imports, in order.
Result<ModuleInstance*> instantiate(Store& store, const Module& module,
                                    std::span<const Extern> imports) noexcept;

/// Only the first phase: no segment is copied and nothing runs. For what read_snapshot() fills, or
/// perform_effects() completes.
Result<ModuleInstance*> instantiate_without_effects(Store& store, const Module& module,
                                                    const ImportProvider& imports) noexcept;
Result<ModuleInstance*> instantiate_without_effects(Store& store, const Module& module,
                                                    std::span<const Extern> imports) noexcept;

/// The second phase of `instances`, which instantiate_without_effects() made, one after the other:
/// active segments are copied, start functions run, up to the first trap. What it allocates for
/// itself it allocates before the first effect; in a rehearsal (measure.hpp) that is all it does.
Status perform_effects(Store& store, std::span<ModuleInstance* const> instances) noexcept;

/// As much of it as runs no code: up to the first start function. How many instances are complete;
/// the one behind them, if any, is but for its start function.
Result<size_t> perform_effects_before_code(Store& store,
                                           std::span<ModuleInstance* const> instances) noexcept;
/// The rest: `instances` without those that are complete.
Status perform_effects_from_code(Store& store, std::span<ModuleInstance* const> instances) noexcept;

/// Whether `value` may be imported as `import` of `module`, whose type ids in `store` are `ids`
/// (3.4.12).
bool matches_import(const Store& store, const Module& module, const TypeId* ids,
                    const Import& import, const Extern& value) noexcept;

}  // namespace wrt::runtime
