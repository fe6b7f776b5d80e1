// Something to import for every import of a module, where only its shape counts.
#pragma once

#include <span>

#include <wrt/foundation/result.hpp>
#include <wrt/runtime/extern.hpp>
#include <wrt/runtime/imports.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::runtime {

/// One Extern for each import, in order, in the store's arena: what `provided` has that fits, and
/// for the rest a function that fails with Errc::host_failure, a table of nulls, a memory or global
/// of zeros, a tag, as small as the import's type allows. A stub for a global or table whose type
/// has no null holds null all the same: no code may run on it.
Result<std::span<const Extern>> stub_imports(Store& store, const Module& module,
                                             const ImportProvider* provided = nullptr) noexcept;

}  // namespace wrt::runtime
