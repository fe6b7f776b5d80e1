#include "exchange.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <ctime>

#include <boost/beast/core/string.hpp>
#include <fmt/format.h>

#include "target.hpp"

namespace wrtd::http {
namespace {

using wrt::wasi::http::ErrorCode;
using wrt::wasi::http::Header;
using wrt::wasi::http::HeaderList;
using wrt::wasi::http::Readiness;
using wrt::wasi::http::RequestHead;
using wrt::wasi::http::ResponseHead;

/// What a response may have waiting to be sent.
constexpr size_t most_pending = 64 * 1024;
/// Below that it waits for more, so that a head and a short body travel together.
constexpr size_t worth_sending = 16 * 1024;
/// What one read takes from the socket.
constexpr size_t most_read = 64 * 1024;

std::string_view view(boost::beast::string_view text)
{
    return {text.data(), text.size()};
}

bool same_name(std::string_view left, std::string_view right)
{
    return beast::iequals({left.data(), left.size()}, {right.data(), right.size()});
}

void append_fields(std::string& out, HeaderList fields)
{
    for (const Header& field : fields) {
        out += field.name;
        out += ": ";
        out += field.value;
        out += "\r\n";
    }
}

/// The field Date, made once a second by each thread.
std::string_view date_line()
{
    thread_local time_t made = 0;
    thread_local char line[64];
    thread_local size_t size = 0;
    const time_t now = ::time(nullptr);
    if (now != made) {
        struct tm utc{};
        ::gmtime_r(&now, &utc);
        size = ::strftime(line, sizeof line, "date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
        made = now;
    }
    return {line, size};
}

void append_status(std::string& out, uint16_t status)
{
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", status,
                   view(beast::http::obsolete_reason(static_cast<beast::http::status>(status))));
}

}  // namespace

bool Wire::push()
{
    while (pending() != 0) {
        beast::error_code error;
        sent += socket.write_some(asio::buffer(out.data() + sent, pending()), error);
        if (error == asio::error::would_block) return true;
        if (error) return false;
    }
    out.clear();
    sent = 0;
    return true;
}

// The request's body.

RequestBody::RequestBody(Wire& wire)
    : wire_{wire},
      continue_is_due_{
          same_name(view(wire.parser->get()[beast::http::field::expect]), "100-continue")}
{
    if (!wire.parser->chunked()) return;
    for (const auto& field : wire.parser->get())
        head_names_.emplace_back(view(field.name_string()));
}

void RequestBody::fail(Case which)
{
    failure_ = ErrorCode{.which = which};
}

bool RequestBody::fill()
{
    if (continue_is_due_) {
        continue_is_due_ = false;
        // Unless the response has begun, which says the same.
        if (wire_.out.empty()) wire_.out += "HTTP/1.1 100 Continue\r\n\r\n";
        if (!wire_.push()) return fail(Case::connection_terminated), false;
    }
    beast::error_code error;
    const size_t size = wire_.socket.read_some(wire_.buffer.prepare(most_read), error);
    if (error == asio::error::would_block) return false;
    if (error) return fail(Case::connection_terminated), false;
    wire_.buffer.commit(size);
    waits_ = false;
    return true;
}

uint32_t RequestBody::parse(std::span<uint8_t> into)
{
    auto& body = wire_.parser->get().body();
    body.data = into.data();
    body.size = into.size();
    while (!wire_.parser->is_done() && wire_.buffer.size() != 0 && body.size != 0) {
        beast::error_code error;
        const size_t taken = wire_.parser->put(wire_.buffer.data(), error);
        wire_.buffer.consume(taken);
        if (error == beast::http::error::need_buffer) break;
        if (error == beast::http::error::need_more) {
            if (taken == 0) break;
            continue;
        }
        if (error == beast::http::error::body_limit) {
            is_too_large_ = true;
            fail(Case::http_request_body_size);
            break;
        }
        if (error) {
            fail(Case::http_protocol_error);
            break;
        }
    }
    const auto size = static_cast<uint32_t>(into.size() - body.size);
    body.data = nullptr;
    body.size = 0;
    received_ += size;
    return size;
}

uint32_t RequestBody::read_more(std::span<uint8_t> into)
{
    while (!failure_ && !wire_.parser->is_done()) {
        if (wire_.buffer.size() != 0) {
            if (const uint32_t size = parse(into)) return size;
            if (failure_ || wire_.parser->is_done()) return 0;
        }
        if (!fill()) return 0;
    }
    return 0;
}

uint32_t RequestBody::read(std::span<uint8_t> into) noexcept
{
    if (into.empty()) return 0;
    if (!ahead_) return read_more(into);
    const size_t size = std::min(into.size(), ahead_->size() - ahead_used_);
    std::copy_n(ahead_->begin() + static_cast<ptrdiff_t>(ahead_used_), size, into.begin());
    ahead_used_ += size;
    if (ahead_used_ == ahead_->size()) ahead_.reset();
    return static_cast<uint32_t>(size);
}

uint64_t RequestBody::skip(uint64_t most)
{
    std::vector<uint8_t> dropped(most_read);
    uint64_t skipped = 0;
    while (skipped <= most) {
        const uint32_t size = read(dropped);
        if (size == 0) break;
        skipped += size;
    }
    return skipped;
}

bool RequestBody::ended() noexcept
{
    return !ahead_ && !failure_ && wire_.parser->is_done();
}

const ErrorCode* RequestBody::failure() noexcept
{
    return !ahead_ && failure_ ? &*failure_ : nullptr;
}

Readiness RequestBody::readiness() noexcept
{
    // Bytes that came may be no more than the size of a chunk: only reading tells.
    if (!ahead_ && !failure_ && !wire_.parser->is_done()) {
        std::array<uint8_t, 4096> bytes;
        if (const uint32_t size = read_more(bytes)) {
            ahead_.emplace(bytes.begin(), bytes.begin() + size);
            ahead_used_ = 0;
        }
    }
    if (ahead_ || failure_ || wire_.parser->is_done()) return {};
    waits_ = true;
    return {.ready = false, .fd = wire_.socket.native_handle(), .events = POLLIN};
}

HeaderList RequestBody::trailers() noexcept
{
    if (head_names_.empty() || !trailers_.empty()) return trailers_;
    for (const auto& field : wire_.parser->get()) {
        const std::string_view name = view(field.name_string());
        // The parser puts them among the others, of the same name behind those.
        if (std::ranges::find(head_names_, name) != head_names_.end()) continue;
        trailers_.push_back({name, view(field.value())});
    }
    return trailers_;
}

// The response's body.

uint32_t ResponseBody::room() noexcept
{
    if (failure_) return 0;
    const size_t pending = wire_.pending();
    return static_cast<uint32_t>(pending < most_pending ? most_pending - pending : 0);
}

uint32_t ResponseBody::write(std::span<const uint8_t> bytes) noexcept
{
    const auto size = static_cast<uint32_t>(std::min<size_t>(bytes.size(), room()));
    if (size == 0) return 0;
    const auto* const text = reinterpret_cast<const char*>(bytes.data());
    if (framing_ == Framing::chunked) {
        fmt::format_to(std::back_inserter(wire_.out), "{:x}\r\n", size);
        wire_.out.append(text, size).append("\r\n");
    } else if (framing_ != Framing::none) {
        wire_.out.append(text, size);
    }
    sent_ += size;
    if (wire_.pending() >= worth_sending) flush();
    return size;
}

bool ResponseBody::flush() noexcept
{
    if (!failure_ && !wire_.push()) {
        failure_ = ErrorCode{.which = ErrorCode::Case::connection_terminated};
    }
    return wire_.pending() == 0;
}

const ErrorCode* ResponseBody::failure() noexcept
{
    return failure_ ? &*failure_ : nullptr;
}

Readiness ResponseBody::readiness() noexcept
{
    return {.ready = room() != 0 || failure_.has_value(),
            .fd = wire_.socket.native_handle(),
            .events = POLLOUT};
}

void ResponseBody::finish(HeaderList trailers) noexcept
{
    is_finished_ = true;
    if (framing_ == Framing::chunked) {
        wire_.out += "0\r\n";
        append_fields(wire_.out, trailers);
        wire_.out += "\r\n";
    }
    flush();
}

void ResponseBody::abandon() noexcept
{
    flush();
}

// The whole.

HttpExchange::HttpExchange(Wire& wire, bool keep_alive)
    : wire_{wire}, source_{wire}, sink_{wire}, keep_alive_{keep_alive && wire.parser->keep_alive()}
{
    const auto& request = wire.parser->get();
    const Target target = parse_target(view(request.target())).value_or(Target{});
    for (const auto& field : request)
        fields_.push_back({view(field.name_string()), view(field.value())});
    head_.method = view(request.method_string());
    head_.scheme = "http";
    head_.authority =
        target.authority.empty() ? view(request[beast::http::field::host]) : target.authority;
    head_.path_with_query = target.path_with_query;
    head_.headers = fields_;
}

wrt::wasi::http::BodySink& HttpExchange::respond(const ResponseHead& head) noexcept
{
    using Framing = ResponseBody::Framing;
    status_ = head.status;
    const bool is_head = wire_.parser->get().method() == beast::http::verb::head;
    const bool has_no_body = head.status == 204 || head.status == 304 || head.status < 200;
    Framing framing = Framing::chunked;
    if (has_no_body || is_head)
        framing = Framing::none;
    else if (head.body_bytes)
        framing = Framing::length;
    else if (wire_.parser->get().version() < 11)
        framing = Framing::close;
    // A client that was not told to go on with its body may do so or not.
    if (framing == Framing::close || source_.continue_is_due()) keep_alive_ = false;

    std::string& out = wire_.out;
    append_status(out, head.status);
    append_fields(out, head.headers);
    if (std::ranges::none_of(head.headers,
                             [](const Header& field) { return same_name(field.name, "date"); })) {
        out += date_line();
    }
    if (head.body_bytes && !has_no_body)
        fmt::format_to(std::back_inserter(out), "content-length: {}\r\n", *head.body_bytes);
    else if (framing == Framing::chunked || (is_head && !has_no_body))
        out += "transfer-encoding: chunked\r\n";
    if (!keep_alive_)
        out += "connection: close\r\n";
    else if (wire_.parser->get().version() < 11)
        out += "connection: keep-alive\r\n";
    out += "\r\n";
    sink_.begin(framing);
    return sink_;
}

void HttpExchange::fail(const ErrorCode& error) noexcept
{
    error_ = error;
}

void HttpExchange::refuse(uint16_t status)
{
    keep_alive_ = false;
    if (has_responded()) return;
    respond({.status = status, .headers = {}, .body_bytes = 0}).finish({});
}

bool HttpExchange::end()
{
    if (!has_responded()) refuse(500);
    if (!sink_.is_finished()) return false;
    if (!keep_alive_ || sink_.failure() != nullptr) return false;
    return source_.failure() == nullptr;
}

bool HttpExchange::must_reset() const
{
    return has_responded() && !sink_.is_finished() &&
           sink_.framing() == ResponseBody::Framing::close;
}

Record HttpExchange::record() const
{
    const auto& request = wire_.parser->get();
    Record record;
    record.method = view(request.method_string());
    record.target = view(request.target());
    record.status = status_;
    record.received = source_.received();
    record.sent = sink_.sent();
    record.complete = sink_.is_finished();
    record.note = note;
    record.reason = reason;
    return record;
}

std::string bare_response(uint16_t status)
{
    std::string out;
    append_status(out, status);
    out += date_line();
    out += "content-length: 0\r\nconnection: close\r\n\r\n";
    return out;
}

}  // namespace wrtd::http
