#include "client_exchange.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include <wrt/component/wasi/name_lookup.hpp>

namespace wrtd::http {
namespace {

namespace beast = boost::beast;
namespace name_lookup = wrt::wasi::name_lookup;
using wrt::wasi::http::ErrorCode;
using wrt::wasi::http::Header;
using wrt::wasi::http::HeaderList;
using wrt::wasi::http::Readiness;

/// What a request may have waiting to be sent, and a response waiting to be read.
constexpr size_t most_pending = 128 * 1024;
constexpr size_t most_unread = 64 * 1024;
constexpr size_t most_read = 16 * 1024;
constexpr uint32_t most_head = 64 * 1024;
/// Where the guest says nothing.
constexpr uint64_t default_timeout_ns = 600'000'000'000;

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
        out.append(field.name).append(": ").append(field.value).append("\r\n");
    }
}

std::chrono::nanoseconds limit(const std::optional<uint64_t>& timeout)
{
    constexpr uint64_t most = 365ull * 24 * 3600 * 1'000'000'000;  // it must not wrap
    return std::chrono::nanoseconds{std::min(timeout.value_or(default_timeout_ns), most)};
}

ErrorCode dns_error(std::string_view what)
{
    return {.which = ErrorCode::Case::dns_error, .text = wrt::FixedText<64>{what}};
}

}  // namespace

OutgoingExchange::OutgoingExchange(const wrt::wasi::http::RequestHead& head, Authority to,
                                   const wrt::wasi::http::Timeouts& timeouts,
                                   std::unique_ptr<TlsSession> tls, std::atomic<uint32_t>& requests)
    : requests_{requests},
      to_{std::move(to)},
      timeouts_{timeouts},
      tls_{std::move(tls)},
      started_{Clock::now()},
      moved_{started_}
{
    make_head(head);
    expect_head();
}

OutgoingExchange::~OutgoingExchange()
{
    if (lookup_ != 0) name_lookup::forget(lookup_);
    for (const int fd : {lookup_event_, timer_, events_}) {
        if (fd >= 0) ::close(fd);
    }
    --requests_;
}

void OutgoingExchange::expect_head()
{
    parser_.emplace();
    parser_->header_limit(most_head);
    // No limit; boost::none is one of 0 in Beast of Boost 1.74.
    parser_->body_limit(std::numeric_limits<uint64_t>::max());
    parser_->skip(is_head_request_);
}

void OutgoingExchange::make_head(const wrt::wasi::http::RequestHead& head)
{
    is_head_request_ = head.method == "HEAD";
    const std::string_view path =
        head.path_with_query.empty() ? std::string_view{"/"} : head.path_with_query;
    out_.append(head.method).append(" ");
    if (path.starts_with('?')) out_ += '/';
    out_.append(path).append(" HTTP/1.1\r\nhost: ").append(head.authority).append("\r\n");
    append_fields(out_, head.headers);
    // One request for each connection.
    out_ += "connection: close\r\n";
    is_chunked_ = !head.body_bytes;
    const bool says_zero = head.method == "POST" || head.method == "PUT" || head.method == "PATCH";
    if (is_chunked_) {
        out_ += "transfer-encoding: chunked\r\n";
    } else if (*head.body_bytes != 0 || says_zero) {
        out_ += fmt::format("content-length: {}\r\n", *head.body_bytes);
    }
    out_ += "\r\n";
}

bool OutgoingExchange::start(ErrorCode& why)
{
    why = {.which = Case::connection_limit_reached};
    events_ = ::epoll_create1(EPOLL_CLOEXEC);
    timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (events_ < 0 || timer_ < 0) return false;
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(events_, EPOLL_CTL_ADD, timer_, &event) != 0) return false;
    if (to_.address) {
        transport_.connect({*to_.address}, to_.port, std::move(tls_));
    } else {
        const name_lookup::Started started = name_lookup::start(to_.host);
        if (started.lookup == 0) return false;
        lookup_ = started.lookup;
        lookup_event_ = started.event;
    }
    advance();
    return true;
}

void OutgoingExchange::fail(Case which)
{
    if (failure_) return;
    failure_ = ErrorCode{.which = which};
    transport_.close();
    watched_ = -1;  // closing has taken it out of the set
}

void OutgoingExchange::advance_lookup()
{
    switch (name_lookup::outcome(lookup_)) {
    case name_lookup::Outcome::running: return;
    case name_lookup::Outcome::no_such_name: failure_ = dns_error("no such name"); break;
    case name_lookup::Outcome::try_again: failure_ = dns_error("no answer"); break;
    case name_lookup::Outcome::failed: failure_ = dns_error("failed"); break;
    case name_lookup::Outcome::found: {
        std::vector<wrt::wasi::NetAddress> addresses(name_lookup::count(lookup_));
        for (uint32_t i = 0; i < addresses.size(); ++i)
            addresses[i] = name_lookup::address(lookup_, i);
        transport_.connect(std::move(addresses), to_.port, std::move(tls_));
        break;
    }
    }
    name_lookup::forget(lookup_);
    lookup_ = 0;
    watch(-1, 0);
    ::close(lookup_event_);
    lookup_event_ = -1;
}

void OutgoingExchange::advance()
{
    if (failure_) return;
    if (lookup_ != 0) advance_lookup();
    if (lookup_ == 0 && !failure_) {
        const Transport::State before = transport_.state();
        const Transport::State state = transport_.advance();
        if (state == Transport::State::failed) fail(transport_.failure());
        if (state == Transport::State::open) {
            if (before != state) moved_ = Clock::now();
            send_pending();
            receive();
        } else if (state == Transport::State::ended) {
            on_end();
        }
        if (transport_.state() == Transport::State::ended) stop_sending();
    }
    if (!failure_) {
        const auto at = deadline();
        if (at && Clock::now() >= *at) {
            const bool connects = transport_.state() < Transport::State::open;
            fail(lookup_ != 0 ? Case::dns_timeout
                 : connects   ? Case::connection_timeout
                              : Case::connection_read_timeout);
        }
    }
    if (failure_) return set_timer(std::nullopt);
    if (lookup_ != 0) {
        watch(lookup_event_, EPOLLIN);
    } else if (transport_.state() == Transport::State::ended) {
        watch(-1, 0);
    } else {
        const bool sends = transport_.wants_to_send() ||
                           (transport_.state() == Transport::State::open && sent_ != out_.size());
        watch(transport_.fd(), (sends ? EPOLLOUT : 0u) | (wants_bytes() ? EPOLLIN : 0u));
    }
    set_timer(deadline());
}

bool OutgoingExchange::wants_bytes() const
{
    if (transport_.state() == Transport::State::handshaking) return true;
    return transport_.state() == Transport::State::open && !parser_->is_done() &&
           in_.size() < most_unread;
}

std::optional<OutgoingExchange::Clock::time_point> OutgoingExchange::deadline() const
{
    if (lookup_ != 0 || transport_.state() < Transport::State::open) {
        return started_ + limit(timeouts_.connect);
    }
    if (!head_) return moved_ + limit(timeouts_.first_byte);
    if (wants_bytes()) return moved_ + limit(timeouts_.between_bytes);
    return std::nullopt;
}

void OutgoingExchange::send_pending()
{
    while (sent_ != out_.size()) {
        const size_t size = transport_.write(
            {reinterpret_cast<const uint8_t*>(out_.data()) + sent_, out_.size() - sent_});
        if (size == 0) break;
        sent_ += size;
        moved_ = Clock::now();
    }
    if (transport_.is_broken()) stop_sending();
    if (sent_ != out_.size()) return;
    out_.clear();
    sent_ = 0;
}

void OutgoingExchange::stop_sending()
{
    if (sink_failure_ || (is_finished_ && sent_ == out_.size())) return;
    sink_failure_ = ErrorCode{.which = Case::connection_terminated};
    sent_ = out_.size();
}

void OutgoingExchange::receive()
{
    while (!failure_) {
        parse();
        if (failure_ || !wants_bytes()) break;
        const auto room = in_.prepare(most_read);
        const size_t size = transport_.read({static_cast<uint8_t*>(room.data()), room.size()});
        if (transport_.state() == Transport::State::failed) return fail(transport_.failure());
        if (size == 0) {
            if (transport_.state() == Transport::State::ended) on_end();
            return;
        }
        in_.commit(size);
        moved_ = Clock::now();
    }
    if (!wants_bytes()) moved_ = Clock::now();
}

void OutgoingExchange::on_end()
{
    parse();
    if (failure_ || parser_->is_done()) return;
    if (!parser_->got_some()) return fail(Case::connection_terminated);
    if (in_.size() != 0) return;  // asked again when the guest has read
    beast::error_code error;
    if (transport_.has_ended_cleanly()) parser_->put_eof(error);
    if (error || !parser_->is_done()) fail(Case::http_response_incomplete);
}

void OutgoingExchange::parse()
{
    if (!head_) parse_head();
    if (head_ && !failure_) parse_body();
}

void OutgoingExchange::parse_head()
{
    while (in_.size() != 0) {
        beast::error_code error;
        const size_t taken = parser_->put(in_.data(), error);
        in_.consume(taken);
        if (error == beast::http::error::need_more) return;
        if (error == beast::http::error::header_limit) {
            return fail(Case::http_response_header_section_size);
        }
        if (error && error != beast::http::error::need_buffer) {
            return fail(Case::http_protocol_error);
        }
        if (!parser_->is_header_done()) continue;
        const unsigned status = parser_->get().result_int();
        if (status == 101) return fail(Case::http_upgrade_failed);
        if (status >= 200) return on_head();
        // "100 Continue" and its like come before the response.
        expect_head();
    }
}

void OutgoingExchange::on_head()
{
    for (const auto& field : parser_->get()) {
        fields_.push_back({view(field.name_string()), view(field.value())});
        trailer_names_.emplace_back(view(field.name_string()));
    }
    head_.emplace();
    head_->status = static_cast<uint16_t>(parser_->get().result_int());
    head_->headers = fields_;
    if (const auto length = parser_->content_length()) head_->body_bytes = *length;
}

void OutgoingExchange::parse_body()
{
    if (read_ != 0 && read_ == body_.size()) {
        body_.clear();
        read_ = 0;
    }
    while (!parser_->is_done() && in_.size() != 0 && body_.size() < most_unread) {
        const size_t before = body_.size();
        body_.resize(most_unread);
        auto& body = parser_->get().body();
        body.data = body_.data() + before;
        body.size = most_unread - before;
        beast::error_code error;
        const size_t taken = parser_->put(in_.data(), error);
        in_.consume(taken);
        body_.resize(most_unread - body.size);
        body.data = nullptr;
        body.size = 0;
        if (error == beast::http::error::need_more && taken == 0) return;
        if (error && error != beast::http::error::need_more &&
            error != beast::http::error::need_buffer) {
            return fail(Case::http_protocol_error);
        }
    }
}

// What is waited for.

void OutgoingExchange::watch(int fd, uint32_t events)
{
    // While it connects the transport may have another socket of the same number.
    const bool is_same = transport_.state() != Transport::State::connecting;
    if (is_same && watched_ == fd && watched_events_ == events) return;
    epoll_event event{};
    event.events = events;
    if (watched_ >= 0 && watched_ != fd) ::epoll_ctl(events_, EPOLL_CTL_DEL, watched_, nullptr);
    if (fd >= 0 && ::epoll_ctl(events_, EPOLL_CTL_MOD, fd, &event) != 0) {
        ::epoll_ctl(events_, EPOLL_CTL_ADD, fd, &event);
    }
    watched_ = fd;
    watched_events_ = events;
}

void OutgoingExchange::set_timer(std::optional<Clock::time_point> at)
{
    if (timer_at_ == at) return;
    timer_at_ = at;
    itimerspec time{};
    if (at) {
        const auto ns = std::max<int64_t>(
            1,
            std::chrono::duration_cast<std::chrono::nanoseconds>(at->time_since_epoch()).count());
        time.it_value.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
        time.it_value.tv_nsec = static_cast<long>(ns % 1'000'000'000);
    }
    ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &time, nullptr);
}

Readiness OutgoingExchange::waiting() const
{
    return {.ready = false, .fd = events_, .events = POLLIN};
}

Readiness OutgoingExchange::readiness() noexcept
{
    advance();
    return head_ || failure_ ? Readiness{} : waiting();
}

const wrt::wasi::http::ResponseHead* OutgoingExchange::response() noexcept
{
    advance();
    return head_ ? &*head_ : nullptr;
}

const ErrorCode* OutgoingExchange::failure() noexcept
{
    return failure_ ? &*failure_ : nullptr;
}

// The request's body.

uint32_t OutgoingExchange::Sink::room() noexcept
{
    if (of_.failure_ || of_.sink_failure_) return 0;
    const size_t pending = of_.out_.size() - of_.sent_;
    return static_cast<uint32_t>(pending < most_pending ? most_pending - pending : 0);
}

uint32_t OutgoingExchange::Sink::write(std::span<const uint8_t> bytes) noexcept
{
    const auto size = static_cast<uint32_t>(std::min<size_t>(bytes.size(), room()));
    if (size == 0) return 0;
    if (of_.is_chunked_) of_.out_ += fmt::format("{:x}\r\n", size);
    of_.out_.append(reinterpret_cast<const char*>(bytes.data()), size);
    if (of_.is_chunked_) of_.out_ += "\r\n";
    if (of_.out_.size() - of_.sent_ >= most_read) of_.advance();
    return size;
}

bool OutgoingExchange::Sink::flush() noexcept
{
    of_.advance();
    // The transport may hold what it has encrypted.
    return of_.failure_ || of_.sink_failure_ ||
           (of_.sent_ == of_.out_.size() && !of_.transport_.wants_to_send());
}

const ErrorCode* OutgoingExchange::Sink::failure() noexcept
{
    return of_.sink_failure_ ? &*of_.sink_failure_ : of_.failure();
}

Readiness OutgoingExchange::Sink::readiness() noexcept
{
    of_.advance();
    Readiness readiness = of_.waiting();
    readiness.ready = room() != 0 || failure() != nullptr;
    return readiness;
}

void OutgoingExchange::Sink::finish(HeaderList trailers) noexcept
{
    if (of_.is_finished_) return;
    of_.is_finished_ = true;
    if (of_.is_chunked_ && !of_.sink_failure_) {
        of_.out_ += "0\r\n";
        append_fields(of_.out_, trailers);
        of_.out_ += "\r\n";
    }
    of_.advance();
}

void OutgoingExchange::Sink::abandon() noexcept
{
    // Who has answered already did not need it.
    if (!of_.parser_->is_done()) of_.fail(Case::connection_terminated);
    of_.advance();
}

// The response's body.

uint32_t OutgoingExchange::Source::read(std::span<uint8_t> into) noexcept
{
    if (of_.read_ == of_.body_.size()) of_.advance();
    const size_t size = std::min(into.size(), of_.body_.size() - of_.read_);
    std::copy_n(of_.body_.begin() + static_cast<std::ptrdiff_t>(of_.read_), size, into.begin());
    of_.read_ += size;
    return static_cast<uint32_t>(size);
}

bool OutgoingExchange::Source::ended() noexcept
{
    return !of_.failure_ && of_.read_ == of_.body_.size() && of_.head_ && of_.parser_->is_done();
}

const ErrorCode* OutgoingExchange::Source::failure() noexcept
{
    return of_.read_ == of_.body_.size() ? of_.failure() : nullptr;
}

Readiness OutgoingExchange::Source::readiness() noexcept
{
    of_.advance();
    const bool ready = of_.read_ != of_.body_.size() || of_.failure_ || ended();
    return ready ? Readiness{} : of_.waiting();
}

HeaderList OutgoingExchange::Source::trailers() noexcept
{
    if (!of_.trailers_.empty() || !of_.parser_->chunked()) return of_.trailers_;
    for (const auto& field : of_.parser_->get()) {
        const std::string_view name = view(field.name_string());
        const bool is_of_head = std::ranges::any_of(
            of_.trailer_names_, [&](const std::string& other) { return same_name(other, name); });
        if (!is_of_head) of_.trailers_.push_back({name, view(field.value())});
    }
    return of_.trailers_;
}

}  // namespace wrtd::http
