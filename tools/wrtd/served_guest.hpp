// The guest of `wrtd serve`: a component that is loaded once, and an instance of it for each
// request, in a store of its own that is gone with the request.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <wrt/component.hpp>

#include "file.hpp"
#include "http/server.hpp"
#include "options.hpp"
#include "wasi_grant.hpp"
#include "watchdog.hpp"

namespace wrtd {

class ServedGuest final : public http::Handler {
public:
    /// `workers`: requests at one time.
    ServedGuest(const Options& options, uint32_t workers);

    /// Loads the component and sees that an instance can be made of it and handles requests. 0, or
    /// the exit code after having said why.
    [[nodiscard]] int prepare();

    void serve(uint32_t worker, http::Exchange& exchange) override;
    void idle(uint32_t worker) override;
    void interrupt() override { watchdog_.interrupt_all(); }
    void log(const http::Record& record) override;

private:
    /// A component of which each request has an instance.
    struct Loaded {
        std::string path;
        File file;  ///< The component views its bytes.
        wrt::Component component;
    };
    /// Why there was no request to serve: nothing was linked.
    struct NotLinked {
        const Loaded* of = nullptr;          ///< Null: WASI.
        const std::string* lacks = nullptr;  ///< The package that a preloaded one does not export.
        wrt::LinkFault link;
        wrt::wasi::ConfigFault config;
    };

    // Each 0, or the exit code after having said why.
    [[nodiscard]] int load(const std::string& path);
    [[nodiscard]] int complain(const NotLinked& fault, const wrt::Error& reason,
                               wrt::Engine& engine, wrt::Store& store) const;

    [[nodiscard]] wrt::Engine& engine_of(uint32_t worker);
    /// All that a request needs; the last one made is that which serves.
    [[nodiscard]] wrt::Result<wrt::ComponentInstance>
    instantiate(wrt::ComponentLinker& linker, uint32_t worker, NotLinked* fault) const;
    void conclude(http::Exchange& exchange, wrt::Store& store, const wrt::Status& ended,
                  bool timed_out) const;

    const Options& options_;
    std::string path_;
    wrt::Engine engine_;  ///< Of the components.
    std::deque<Loaded>
        loaded_;  ///< In the order in which they are instantiated; last that which serves.
    WasiGrant grant_;
    std::unique_ptr<http::Client> http_client_;  ///< Null: no requests of guests.
    /// Each with the arena that its requests lie in one after the other; made by its thread.
    std::vector<std::unique_ptr<wrt::Engine>> engines_;
    Watchdog watchdog_;
};

}  // namespace wrtd
