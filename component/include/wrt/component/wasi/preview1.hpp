// WASI preview 1 for the guests of a store: what an embedder calls to offer it.
#pragma once

#include <wrt/component/wasi/context.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt::runtime {
class ImportTable;
class Store;
}  // namespace wrt::runtime

namespace wrt::wasi {

/// Module names under which guests import it.
inline constexpr std::string_view preview1_module = "wasi_snapshot_preview1";
inline constexpr std::string_view unstable_module = "wasi_unstable";

/// Defines the 46 functions of preview 1, and the 45 of its predecessor wasi_unstable that old
/// toolchains import, in `imports`. `context` must stay where it is as long as a guest may run.
/// Unless it was given an interrupt of its own, its waits end when `store`'s execution is
/// interrupted. Errors: the arena is exhausted.
///
/// proc_exit ends the run with Errc::host_exit; Error::actual is the exit status.
Status add_preview1(runtime::ImportTable& imports, runtime::Store& store,
                    Context& context) noexcept;

}  // namespace wrt::wasi
