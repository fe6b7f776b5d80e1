#include "connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "target.hpp"

namespace wrtd::http {
namespace {

constexpr std::chrono::milliseconds linger_time{1000};
constexpr uint32_t most_lingered = 1024 * 1024;
/// A body that nobody reads is read up to here, for the sake of the connection.
constexpr uint64_t most_skipped = 256 * 1024;
constexpr size_t most_read = 16 * 1024;

/// 0: it may be served.
uint16_t status_of_head(const Parser::value_type& request)
{
    if (request.version() != 11 && request.version() != 10) return 505;
    if (request.version() == 11 && request.count(beast::http::field::host) != 1) return 400;
    if (request.method() == beast::http::verb::connect) return 501;
    const auto target = request.target();
    if (!parse_target({target.data(), target.size()})) return 400;
    const auto expect = request[beast::http::field::expect];
    if (!expect.empty() && !beast::iequals(expect, "100-continue")) return 417;
    return 0;
}

uint16_t status_of_error(beast::error_code error)
{
    if (error == beast::http::error::header_limit || error == beast::http::error::buffer_overflow)
        return 431;
    if (error == beast::http::error::body_limit) return 413;
    return 400;
}

}  // namespace

Connection::Connection(Hub& hub, asio::io_context& io, asio::ip::tcp::socket socket)
    : hub_{hub}, io_{io}, wire_{std::move(socket), {}, {}, {}, 0}, timer_{io}
{
    beast::error_code ignored;
    wire_.socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
    wire_.socket.non_blocking(true, ignored);
}

void Connection::start()
{
    hub_.add(shared_from_this());
    read_head();
}

void Connection::turn_away()
{
    hub_.add(shared_from_this());
    wire_.parser.emplace();
    refuse(503);
}

void Connection::stop_idling()
{
    if (is_idle_) drop();
}

void Connection::limit(std::chrono::milliseconds time)
{
    is_out_of_time_ = false;
    timer_.expires_after(time);
    timer_.async_wait([self = shared_from_this()](beast::error_code error) {
        if (error || self->timer_.expiry() > std::chrono::steady_clock::now()) return;
        self->is_out_of_time_ = true;
        beast::error_code ignored;
        self->wire_.socket.cancel(ignored);
    });
}

void Connection::read_head()
{
    wire_.parser.emplace();
    wire_.parser->header_limit(hub_.config().max_header_bytes);
    wire_.parser->body_limit(hub_.config().max_body_bytes);
    since_ = {};
    is_idle_ = wire_.buffer.size() == 0;
    if (is_idle_) {
        if (hub_.is_stopping()) return drop();
        limit(hub_.config().idle_time);
        return read_more_of_head();
    }
    on_head_bytes({}, 0);
}

void Connection::read_more_of_head()
{
    wire_.socket.async_read_some(wire_.buffer.prepare(most_read),
                                 [self = shared_from_this()](beast::error_code error, size_t size) {
                                     self->on_head_bytes(error, size);
                                 });
}

void Connection::on_head_bytes(beast::error_code error, size_t size)
{
    if (is_dropped_) return;
    if (error) {
        if (is_out_of_time_ && !is_idle_) return refuse(408);
        return drop();
    }
    wire_.buffer.commit(size);
    is_idle_ = false;
    if (since_ == std::chrono::steady_clock::time_point{}) {
        since_ = std::chrono::steady_clock::now();
        limit(hub_.config().head_time);
    }
    Parser& parser = *wire_.parser;
    while (!parser.is_header_done()) {
        beast::error_code problem;
        const size_t taken = parser.put(wire_.buffer.data(), problem);
        wire_.buffer.consume(taken);
        if (problem == beast::http::error::need_more) {
            if (wire_.buffer.size() > hub_.config().max_header_bytes) return refuse(431);
            return read_more_of_head();
        }
        if (problem) return refuse(status_of_error(problem));
    }
    on_head();
}

void Connection::on_head()
{
    timer_.cancel();
    if (const uint16_t status = status_of_head(wire_.parser->get())) return refuse(status);
    if (!hub_.enqueue(shared_from_this())) refuse(503);
}

void Connection::refuse(uint16_t status)
{
    Record record;
    if (wire_.parser->is_header_done()) {
        const auto& request = wire_.parser->get();
        record.method =
            std::string_view{request.method_string().data(), request.method_string().size()};
        record.target = std::string_view{request.target().data(), request.target().size()};
    }
    record.status = status;
    hub_.log(record);
    wire_.out = bare_response(status);
    wire_.sent = 0;
    keep_alive_ = false;
    must_reset_ = false;
    send_rest();
}

void Connection::give_back(bool keep_alive, bool must_reset)
{
    keep_alive_ = keep_alive;
    must_reset_ = must_reset;
    asio::post(io_, [self = shared_from_this()] {
        if (!self->is_dropped_) self->send_rest();
    });
}

void Connection::send_rest()
{
    limit(hub_.config().head_time);
    if (wire_.pending() == 0) {
        wire_.out.clear();
        wire_.sent = 0;
        skipped_ = 0;
        return keep_alive_ ? skip_body() : close();
    }
    asio::async_write(wire_.socket, asio::buffer(wire_.out.data() + wire_.sent, wire_.pending()),
                      [self = shared_from_this()](beast::error_code error, size_t size) {
                          if (self->is_dropped_) return;
                          if (error) return self->drop();
                          self->wire_.sent += size;
                          self->send_rest();
                      });
}

void Connection::skip_body()
{
    if (wire_.parser->is_done()) return read_head();
    RequestBody body{wire_};
    skipped_ += body.skip(most_skipped);
    if (body.failure() != nullptr || skipped_ > most_skipped) return close();
    if (body.ended()) return read_head();
    wire_.socket.async_wait(asio::ip::tcp::socket::wait_read,
                            [self = shared_from_this()](beast::error_code error) {
                                if (self->is_dropped_) return;
                                if (error) return self->drop();
                                self->skip_body();
                            });
}

void Connection::close()
{
    beast::error_code ignored;
    if (must_reset_) {
        wire_.socket.set_option(asio::socket_base::linger{true, 0}, ignored);
        return drop();
    }
    wire_.socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    limit(linger_time);
    linger();
}

void Connection::linger()
{
    wire_.buffer.clear();
    wire_.socket.async_read_some(wire_.buffer.prepare(most_read),
                                 [self = shared_from_this()](beast::error_code error, size_t size) {
                                     self->lingered_ += static_cast<uint32_t>(size);
                                     if (self->is_dropped_) return;
                                     if (error || self->lingered_ > most_lingered)
                                         return self->drop();
                                     self->linger();
                                 });
}

void Connection::drop()
{
    if (is_dropped_) return;
    is_dropped_ = true;
    beast::error_code ignored;
    timer_.cancel();
    wire_.socket.close(ignored);
    hub_.remove(shared_from_this());
}

}  // namespace wrtd::http
