#include "server.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include "connection.hpp"

namespace wrtd::http {
namespace {

using Clock = std::chrono::steady_clock;
using ConnectionPtr = std::shared_ptr<Connection>;

/// How long a worker waits before it says that it is idle.
constexpr std::chrono::milliseconds idle_after{500};
/// Connections beyond the limit that are told so at one time; others are closed.
constexpr size_t most_turned_away = 64;
/// What was interrupted has this long to come back.
constexpr std::chrono::milliseconds after_interrupt{2000};

/// Connections with a head, for the workers to take.
class Queue {
public:
    explicit Queue(size_t most) : most_{most} {}

    bool push(ConnectionPtr connection)
    {
        {
            const std::lock_guard lock{mutex_};
            if (is_closed_ || waiting_.size() >= most_) return false;
            waiting_.push_back(std::move(connection));
        }
        changed_.notify_one();
        return true;
    }

    enum class Taken : uint8_t { one, nothing, closed };
    /// Waits for `time` at most.
    Taken pop(ConnectionPtr& connection, std::optional<std::chrono::milliseconds> time)
    {
        std::unique_lock lock{mutex_};
        const auto there = [this] { return is_closed_ || !waiting_.empty(); };
        if (!time)
            changed_.wait(lock, there);
        else if (!changed_.wait_for(lock, *time, there))
            return Taken::nothing;
        if (waiting_.empty()) return Taken::closed;
        connection = std::move(waiting_.front());
        waiting_.pop_front();
        return Taken::one;
    }

    void close()
    {
        {
            const std::lock_guard lock{mutex_};
            is_closed_ = true;
        }
        changed_.notify_all();
    }

private:
    const size_t most_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<ConnectionPtr> waiting_;
    bool is_closed_ = false;
};

}  // namespace

class Server::Impl final : public Hub {
public:
    Impl(const ServerConfig& config, Handler& handler)
        : config_{config}, handler_{handler}, queue_{config.max_connections}
    {
    }

    std::string listen()
    {
        beast::error_code error;
        const asio::ip::address address = asio::ip::make_address(config_.host, error);
        if (error) return fmt::format("'{}' is no address", config_.host);
        const asio::ip::tcp::endpoint endpoint{address, config_.port};
        acceptor_.open(endpoint.protocol(), error);
        if (!error) acceptor_.set_option(asio::socket_base::reuse_address{true}, error);
        if (!error) acceptor_.bind(endpoint, error);
        if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
        return error ? error.message() : std::string{};
    }

    std::string address() const
    {
        beast::error_code ignored;
        const auto endpoint = acceptor_.local_endpoint(ignored);
        const std::string host = endpoint.address().to_string();
        return endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                                          : fmt::format("{}:{}", host, endpoint.port());
    }

    void run()
    {
        signals_.add(SIGINT);
        signals_.add(SIGTERM);
        wait_for_signal();
        accept();
        std::vector<std::thread> workers;
        for (uint32_t i = 0; i < config_.workers; ++i)
            workers.emplace_back([this, i] { work(i); });
        io_.run();
        for (std::thread& worker : workers)
            worker.join();
    }

    void stop()
    {
        asio::post(io_, [this] { begin_stop(); });
    }

    // Hub

    void add(const ConnectionPtr& connection) override { connections_.insert(connection); }
    void remove(const ConnectionPtr& connection) override
    {
        connections_.erase(connection);
        if (is_stopping() && connections_.empty()) finish();
        if (!is_accepting_ && !is_stopping()) accept();
    }
    bool enqueue(ConnectionPtr connection) override { return queue_.push(std::move(connection)); }
    bool is_stopping() const override { return is_stopping_.load(std::memory_order_relaxed); }
    void log(const Record& record) override { handler_.log(record); }
    const ServerConfig& config() const override { return config_; }

private:
    void accept()
    {
        is_accepting_ = true;
        acceptor_.async_accept([this](beast::error_code error, asio::ip::tcp::socket socket) {
            is_accepting_ = false;
            if (is_stopping()) return;
            if (error) {
                // Out of descriptors, most likely: once a connection is gone, or in a while.
                timer_.expires_after(std::chrono::milliseconds{100});
                timer_.async_wait([this](beast::error_code cancelled) {
                    if (!cancelled && !is_accepting_ && !is_stopping()) accept();
                });
                return;
            }
            const size_t most = config_.max_connections;
            const auto connection = std::make_shared<Connection>(*this, io_, std::move(socket));
            if (connections_.size() < most) {
                connection->start();
            } else if (connections_.size() < most + most_turned_away) {
                connection->turn_away();
            }
            if (!is_accepting_) accept();
        });
    }

    void wait_for_signal()
    {
        signals_.async_wait([this](beast::error_code error, int) {
            if (error) return;
            if (!is_stopping()) {
                begin_stop();
            } else {
                interrupt();
            }
            wait_for_signal();
        });
    }

    void begin_stop()
    {
        if (is_stopping_.exchange(true)) return;
        beast::error_code ignored;
        acceptor_.close(ignored);
        timer_.cancel();
        const std::vector<ConnectionPtr> connections{connections_.begin(), connections_.end()};
        for (const ConnectionPtr& connection : connections)
            connection->stop_idling();
        if (connections_.empty()) return finish();
        timer_.expires_after(config_.grace);
        timer_.async_wait([this](beast::error_code error) {
            if (!error) interrupt();
        });
    }

    /// Grace is over.
    void interrupt()
    {
        handler_.interrupt();
        timer_.expires_after(after_interrupt);
        timer_.async_wait([this](beast::error_code error) {
            if (!error) finish();
        });
    }

    void finish()
    {
        queue_.close();
        timer_.cancel();
        signals_.cancel();
        io_.stop();
    }

    void work(uint32_t worker)
    {
        bool was_idle = true;
        while (true) {
            ConnectionPtr connection;
            const auto time = was_idle ? std::nullopt : std::optional{idle_after};
            switch (queue_.pop(connection, time)) {
            case Queue::Taken::closed: return;
            case Queue::Taken::nothing:
                handler_.idle(worker);
                was_idle = true;
                continue;
            case Queue::Taken::one: break;
            }
            was_idle = false;
            serve(worker, *connection);
        }
    }

    void serve(uint32_t worker, Connection& connection)
    {
        const Clock::time_point start = connection.since();
        HttpExchange exchange{connection.wire(), !is_stopping()};
        if (Clock::now() - start > config_.queue_time) {
            exchange.refuse(503);
        } else {
            handler_.serve(worker, exchange);
        }
        const bool keep_alive = exchange.end();
        Record record = exchange.record();
        record.milliseconds =
            std::chrono::duration<double, std::milli>(Clock::now() - start).count();
        handler_.log(record);
        connection.give_back(keep_alive, exchange.must_reset());
    }

    const ServerConfig config_;
    Handler& handler_;
    asio::io_context io_{1};
    asio::ip::tcp::acceptor acceptor_{io_};
    asio::signal_set signals_{io_};
    asio::steady_timer timer_{io_};
    std::unordered_set<ConnectionPtr> connections_;
    Queue queue_;
    bool is_accepting_ = false;
    std::atomic<bool> is_stopping_ = false;
};

Server::Server(const ServerConfig& config, Handler& handler)
    : impl_{std::make_unique<Impl>(config, handler)}
{
}

Server::~Server() = default;

std::string Server::listen()
{
    return impl_->listen();
}

std::string Server::address() const
{
    return impl_->address();
}

void Server::run()
{
    impl_->run();
}

void Server::stop()
{
    impl_->stop();
}

}  // namespace wrtd::http
