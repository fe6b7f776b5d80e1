// Connections of the client's that have answered a request and wait for another one to the same
// authority.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "transport.hpp"

namespace wrtd::http {

/// Any thread. An authority is a text, "https://example.com:443".
class ConnectionPool {
public:
    using Clock = std::chrono::steady_clock;

    struct Limits {
        size_t all = 64;
        size_t of_authority = 8;
        Clock::duration idle_time = std::chrono::seconds{15};
    };

    explicit ConnectionPool(const Limits& limits) : limits_{limits} {}

    /// The one that waits for the shortest time, if that is not longer than `longest`, and it still
    /// stands; else null.
    [[nodiscard]] std::unique_ptr<Transport> take(const std::string& authority,
                                                  Clock::duration longest);
    /// One that is open, with nothing under way. Too many: the one that waited longest is closed.
    void put(std::string authority, std::unique_ptr<Transport> connection);
    /// Closes those that waited too long, and those that the other side has closed.
    void tidy();

private:
    struct Idle {
        std::string authority;
        std::unique_ptr<Transport> connection;
        Clock::time_point since;
    };

    const Limits limits_;
    std::mutex mutex_;
    std::deque<Idle> idle_;  ///< The one that waits longest comes first.
};

}  // namespace wrtd::http
