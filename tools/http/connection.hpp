// A connection between its requests: on the thread of the io_context it waits for a head, hands
// itself to the workers, and sends what they left.
#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "exchange.hpp"

namespace wrtd::http {

class Connection;

/// What connections need of the server. All of it but log() on the io_context's thread.
class Hub {
public:
    virtual void add(const std::shared_ptr<Connection>& connection) = 0;
    virtual void remove(const std::shared_ptr<Connection>& connection) = 0;
    /// A head is there. False: there is no place in the queue.
    virtual bool enqueue(std::shared_ptr<Connection> connection) = 0;
    [[nodiscard]] virtual bool is_stopping() const = 0;
    virtual void log(const Record& record) = 0;
    [[nodiscard]] virtual const ServerConfig& config() const = 0;

protected:
    ~Hub() = default;
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(Hub& hub, asio::io_context& io, asio::ip::tcp::socket socket);

    void start();
    /// Answers without having read anything: there are too many.
    void turn_away();
    /// Stops waiting for a next request; what is under way goes on.
    void stop_idling();

    /// For the worker that has taken it: nothing else touches it meanwhile.
    Wire& wire() { return wire_; }
    [[nodiscard]] std::chrono::steady_clock::time_point since() const { return since_; }
    /// By that worker, when it is done.
    void give_back(bool keep_alive, bool must_reset);

private:
    void read_head();
    void read_more_of_head();
    void on_head_bytes(beast::error_code error, size_t size);
    void on_head();
    /// Whether `timer_` ended it.
    void limit(std::chrono::milliseconds time);
    void refuse(uint16_t status);
    void send_rest();
    /// What the guest did not read of the body comes before the next request.
    void skip_body();
    void close();
    /// Waits until the other side has closed, too, so that it gets to read what was sent.
    void linger();
    void drop();

    Hub& hub_;
    asio::io_context& io_;
    Wire wire_;
    asio::steady_timer timer_;
    std::chrono::steady_clock::time_point since_{};
    bool is_out_of_time_ = false;
    bool is_idle_ = false;  ///< Between requests, not a byte of the next one there.
    bool keep_alive_ = false;
    bool must_reset_ = false;
    bool is_dropped_ = false;
    uint64_t skipped_ = 0;
    uint32_t lingered_ = 0;
};

}  // namespace wrtd::http
