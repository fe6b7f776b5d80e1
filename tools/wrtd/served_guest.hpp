// The guest of `wrtd serve`: components that are loaded once, and for each request instances of
// them that nobody has used, with limits and a log.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/server.hpp"
#include "options.hpp"
#include "served_instance.hpp"
#include "wasi_grant.hpp"
#include "watchdog.hpp"

namespace wrtd {

class ServedGuest final : public http::Handler {
public:
    /// `workers`: requests at one time.
    ServedGuest(const Options& options, uint32_t workers);
    ServedGuest(const ServedGuest&) = delete;
    ServedGuest& operator=(const ServedGuest&) = delete;
    ~ServedGuest();

    /// Loads the component and sees that an instance can be made of it and handles requests. 0, or
    /// the exit code after having said why.
    [[nodiscard]] int prepare();

    void serve(uint32_t worker, http::Exchange& exchange) override;
    void idle(uint32_t worker) override;
    void interrupt() override { watchdog_.interrupt_all(); }
    void log(const http::Record& record) override;

private:
    /// What a thread serves with, one request after the other; made by that thread.
    struct Worker {
        std::unique_ptr<wrt::Engine> engine;
        std::unique_ptr<ServedInstance> instance;  ///< Null: to be made anew.
    };

    // Each 0, or the exit code after having said why.
    [[nodiscard]] int load(const std::string& path, const std::string& package);
    [[nodiscard]] int complain(const NotLinked& fault, const wrt::Error& reason,
                               wrt::Engine& engine, wrt::Store* store) const;

    /// An instance with which nothing has run.
    [[nodiscard]] wrt::Status make(ServedInstance& instance, uint32_t worker,
                                   NotLinked& fault) const;
    [[nodiscard]] wrt::Status run(ServedInstance& instance, uint32_t worker,
                                  http::Exchange& exchange);
    void conclude(http::Exchange& exchange, wrt::Store& store, const wrt::Status& ended,
                  bool timed_out) const;

    const Options& options_;
    std::string path_;
    wrt::Engine engine_;  ///< Of the components.
    ServedComponents components_;
    WasiGrant grant_;
    std::unique_ptr<http::Client> http_client_;  ///< Null: no requests of guests.
    wrt::PageFilePool pages_;                    ///< What instances of all workers share.
    std::vector<Worker> workers_;
    Watchdog watchdog_;
};

}  // namespace wrtd
