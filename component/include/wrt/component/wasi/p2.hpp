// WASI 0.2 for components: what an embedder calls to offer it.
#pragma once

#include <wrt/component/imports.hpp>
#include <wrt/component/wasi/context.hpp>

namespace wrt::wasi {

/// The version whose interfaces are offered; guests made for older 0.2 find them too.
inline constexpr std::string_view p2_version = "0.2.12";

struct P2Options {
    /// Streams, pollables, descriptors and other resources that the guest may have at one time.
    uint32_t max_resources = 4096;
};

/// Offers the interfaces of wasi:cli, wasi:clocks, wasi:filesystem, wasi:io and wasi:random, and
/// those of wasi:sockets, which refuse: there is no network. `context` must stay where it is as
/// long as a guest may run. Unless it was given an interrupt of its own, its waits end when the
/// execution of the world's store is interrupted. Errors: the arena is exhausted.
///
/// wasi:cli/exit ends the run with Errc::host_exit; Error::actual is the exit status.
Status add_p2(component::Imports& imports, runtime::Store& store, Context& context,
              const P2Options& options = {}) noexcept;

}  // namespace wrt::wasi
