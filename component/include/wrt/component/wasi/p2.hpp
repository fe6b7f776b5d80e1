// WASI 0.2 for components: what an embedder calls to offer it.
#pragma once

#include <wrt/component/imports.hpp>
#include <wrt/component/wasi/context.hpp>
#include <wrt/component/wasi/http.hpp>

namespace wrt::wasi {

/// The version whose interfaces are offered; guests made for older 0.2 find them too.
inline constexpr std::string_view p2_version = "0.2.12";

struct P2Options {
    /// Streams, pollables, descriptors and other resources that the guest may have at one time.
    uint32_t max_resources = 4096;
    /// Bytes for what the guest has of wasi:http: headers, and bodies that it writes before there
    /// is a response to send them with.
    uint32_t http_bytes = 1024 * 1024;
    /// Makes the guest's requests; null: each is refused as HTTP-request-denied. Must outlive the
    /// store.
    http::Client* http_client = nullptr;
};

namespace p2 {
class State;
}

/// Offers the interfaces of wasi:cli, wasi:clocks, wasi:filesystem, wasi:http, wasi:io and
/// wasi:random, and those of wasi:sockets, which do what Config::network grants. `context` must
/// stay where it is as long as a guest may run. Unless it was given an interrupt of its own, its
/// waits end when the execution of the world's store is interrupted. Errors: the arena is
/// exhausted.
///
/// wasi:cli/exit ends the run with Errc::host_exit; Error::actual is the exit status.
///
/// The state behind it lies in the store's arena.
Result<p2::State*> add_p2(component::Imports& imports, runtime::Store& store, Context& context,
                          const P2Options& options = {}) noexcept;

/// The guest is over, though its scope is not left: closes what it opened, gives up the requests
/// and lookups that it began. What the Config granted stays open. The state is as a guest may find
/// it once the arena's bytes are again what they were before this one (ArenaImage).
void end_guest(p2::State& state) noexcept;

/// Whether the guest has something of a request that it served (the request, its body, the response
/// that it was to give, or their streams). Then it must not run again once that exchange is gone.
bool holds_exchange(const p2::State& state) noexcept;

/// Calls the wasi:http/incoming-handler that `instance` exports. `state` is what add_p2() gave for
/// its world. When it returns the response has begun, or `exchange` was told to fail; unless the
/// guest did neither, which the exchange knows by not having been called. Errors: those of call();
/// unlinkable (it exports no such handler).
Status handle_request(p2::State& state, component::World& world,
                      const component::Instance& instance, const http::RequestHead& head,
                      http::ServerExchange& exchange) noexcept;

}  // namespace wrt::wasi
