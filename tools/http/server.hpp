// A server of HTTP/1.1: one thread reads the heads of requests, workers answer them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <wrt/component/wasi/http.hpp>

namespace wrtd::http {

struct ServerConfig {
    std::string host = "127.0.0.1";
    uint16_t port = 8080;  ///< 0: any that is free.
    uint32_t workers = 4;  ///< Requests that are answered at one time.
    uint32_t max_connections = 1024;
    uint32_t max_header_bytes = 16 * 1024;
    uint64_t max_body_bytes = uint64_t{64} << 20;
    /// A head has to come in this time, counted from its first byte; so do the last bytes of a
    /// response have to be taken.
    std::chrono::milliseconds head_time{10'000};
    /// A connection may lie idle that long between requests.
    std::chrono::milliseconds idle_time{60'000};
    /// A request may wait that long for a worker.
    std::chrono::milliseconds queue_time{30'000};
    /// What runs when the server is stopped may go on that long.
    std::chrono::milliseconds grace{10'000};
};

/// One request, its wire and what was said about it. Used by the worker's thread.
class Exchange : public wrt::wasi::http::ServerExchange {
public:
    [[nodiscard]] virtual const wrt::wasi::http::RequestHead& head() const = 0;
    [[nodiscard]] virtual bool has_responded() const = 0;
    /// Answers with nothing but a status; where a response has begun, that is left incomplete.
    virtual void refuse(uint16_t status) = 0;
    /// Whether the last that was asked for is bytes of the request that have not come.
    [[nodiscard]] virtual bool waits_for_body() const = 0;
    /// The request's body is larger than it may be.
    [[nodiscard]] virtual bool is_too_large() const = 0;
    /// What the guest told fail(), or null.
    [[nodiscard]] virtual const wrt::wasi::http::ErrorCode* error() const = 0;
    /// For the log: "fuel 12345".
    std::string note;
    /// For the log: why it ended badly. Lines, the first one without an end.
    std::string reason;

protected:
    ~Exchange() = default;
};

/// What is told of each request once it is over, by the thread that ended it.
struct Record {
    std::string method;
    std::string target;
    uint16_t status = 0;
    uint64_t received = 0;  ///< Bytes of the body.
    uint64_t sent = 0;      ///< Of the response's.
    bool complete = true;
    double milliseconds = 0;
    std::string note;
    std::string reason;
};

/// Who answers.
class Handler {
public:
    /// On one of the workers' threads: what `worker` (0, 1, ...) does, one at a time.
    virtual void serve(uint32_t worker, Exchange& exchange) = 0;
    /// That worker has nothing to do for the moment.
    virtual void idle(uint32_t worker) = 0;
    /// Grace is over: what runs has to end. From any thread.
    virtual void interrupt() = 0;
    virtual void log(const Record& record) = 0;

protected:
    ~Handler() = default;
};

class Server {
public:
    Server(const ServerConfig& config, Handler& handler);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds the address. Empty, or why it cannot be had.
    [[nodiscard]] std::string listen();
    /// "127.0.0.1:40123"; after listen().
    [[nodiscard]] std::string address() const;

    /// Serves until SIGINT, SIGTERM or stop(), and what runs then has ended. A second signal ends
    /// the grace.
    void run();
    /// From any thread.
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace wrtd::http
