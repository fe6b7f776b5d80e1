// The guest of `wrtd serve`: a component that is loaded once, and an instance of it for each
// request, in a store of its own that is gone with the request.
#pragma once

#include <memory>
#include <optional>
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
    /// Why there was no request to serve: nothing was linked.
    struct NotLinked {
        wrt::LinkFault link;
        wrt::wasi::ConfigFault config;
    };

    [[nodiscard]] wrt::Engine& engine_of(uint32_t worker);
    [[nodiscard]] wrt::Result<wrt::ComponentInstance>
    instantiate(wrt::ComponentLinker& linker, uint32_t worker, NotLinked* fault) const;
    void conclude(http::Exchange& exchange, wrt::Store& store, const wrt::Status& ended,
                  bool timed_out) const;

    const Options& options_;
    std::string path_;
    std::optional<File> file_;  ///< The component views its bytes.
    wrt::Engine engine_;        ///< Of the component.
    std::optional<wrt::Component> component_;
    WasiGrant grant_;
    std::unique_ptr<http::Client> http_client_;  ///< Null: no requests of guests.
    /// Each with the arena that its requests lie in one after the other; made by its thread.
    std::vector<std::unique_ptr<wrt::Engine>> engines_;
    Watchdog watchdog_;
};

}  // namespace wrtd
