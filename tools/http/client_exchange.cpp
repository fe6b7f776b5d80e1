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

/// Where the guest says nothing.
constexpr uint64_t default_timeout_ns = 600'000'000'000;
/// A request that must not be made twice gets no connection that has waited longer: the less it
/// has, the less likely it is that the other side is about to close it.
constexpr std::chrono::seconds longest_idle_once{1};

std::chrono::nanoseconds limit(const std::optional<uint64_t>& timeout)
{
    constexpr uint64_t most = 365ull * 24 * 3600 * 1'000'000'000;  // it must not wrap
    return std::chrono::nanoseconds{std::min(timeout.value_or(default_timeout_ns), most)};
}

std::string key_of(const Authority& to, bool is_encrypted)
{
    std::string key = fmt::format("{}://{}:{}", is_encrypted ? "https" : "http", to.host, to.port);
    std::ranges::transform(key, key.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return key;
}

ErrorCode dns_error(std::string_view what)
{
    return {.which = ErrorCode::Case::dns_error, .text = wrt::FixedText<64>{what}};
}

}  // namespace

OutgoingExchange::OutgoingExchange(Client& client, const wrt::wasi::http::RequestHead& head,
                                   Authority to, const wrt::wasi::http::Timeouts& timeouts)
    : client_{client},
      to_{std::move(to)},
      is_encrypted_{head.scheme != "http"},
      timeouts_{timeouts},
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
    client_.end_request();
}

void OutgoingExchange::release() noexcept
{
    // The end of what the guest has read may have come by now.
    if (head_) advance();
    if (has_let_go()) {
        watch(-1, 0);
        client_.connections().put(key_of(to_, is_encrypted_), std::move(transport_));
    }
    delete this;
}

bool OutgoingExchange::has_let_go() const
{
    return !failure_ && !sink_failure_ && head_ && parser_->is_done() && parser_->keep_alive() &&
           in_.size() == 0 && is_finished_ && sent_ == out_.size() &&
           transport_->state() == Transport::State::open && !transport_->wants_to_send();
}

void OutgoingExchange::make_head(const wrt::wasi::http::RequestHead& head)
{
    is_head_request_ = head.method == "HEAD";
    const std::string_view path =
        head.path_with_query.empty() ? std::string_view{"/"} : head.path_with_query;
    out_.append(head.method).append(" ");
    if (path.starts_with('?')) out_ += '/';
    out_.append(path).append(" HTTP/1.1\r\nhost: ").append(head.authority).append("\r\n");
    append_fields(head.headers);
    is_chunked_ = !head.body_bytes;
    const bool says_zero = head.method == "POST" || head.method == "PUT" || head.method == "PATCH";
    if (is_chunked_) {
        out_ += "transfer-encoding: chunked\r\n";
    } else if (*head.body_bytes != 0 || says_zero) {
        out_ += fmt::format("content-length: {}\r\n", *head.body_bytes);
    }
    out_ += "\r\n";
    // https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
    constexpr std::string_view idempotent[] = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
    const bool may_be_repeated = head.body_bytes && *head.body_bytes == 0 &&
                                 std::ranges::find(idempotent, head.method) != std::end(idempotent);
    if (may_be_repeated) repeatable_ = out_;
}

void OutgoingExchange::append_fields(HeaderList fields)
{
    for (const Header& field : fields) {
        out_.append(field.name).append(": ").append(field.value).append("\r\n");
    }
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
    const auto longest = repeatable_.empty() ? longest_idle_once : Clock::duration::max();
    auto waiting = client_.connections().take(key_of(to_, is_encrypted_), longest);
    if (waiting != nullptr) {
        transport_ = std::move(waiting);
        is_used_before_ = true;
    } else if (!connect(why)) {
        return false;
    }
    advance();
    return true;
}

bool OutgoingExchange::connect(ErrorCode& why)
{
    if (is_encrypted_) {
        tls_ = client_.start_tls(to_);
        why = {.which = Case::tls_protocol_error};
        if (tls_ == nullptr) return false;
    }
    if (to_.address) {
        transport_->connect({*to_.address}, to_.port, std::move(tls_));
        return true;
    }
    const name_lookup::Started started = name_lookup::start(to_.host);
    why = {.which = Case::connection_limit_reached};
    if (started.lookup == 0) return false;
    lookup_ = started.lookup;
    lookup_event_ = started.event;
    return true;
}

bool OutgoingExchange::may_repeat() const
{
    return is_used_before_ && !repeatable_.empty() && !parser_->got_some();
}

void OutgoingExchange::repeat()
{
    transport_ = std::make_unique<Transport>();
    watched_ = -1;  // closing has taken it out of the set
    is_used_before_ = false;
    out_ = repeatable_;
    sent_ = 0;
    sink_failure_.reset();
    started_ = moved_ = Clock::now();
    ErrorCode why;
    if (!connect(why)) fail(why.which);
}

void OutgoingExchange::fail(Case which)
{
    if (failure_) return;
    failure_ = ErrorCode{.which = which};
    transport_->close();
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
        // What was looked at is what is connected to: nobody asks for the name again.
        std::erase_if(addresses, [this](const auto& found) { return !client_.allows(to_, found); });
        if (addresses.empty()) {
            failure_ = ErrorCode{.which = Case::destination_ip_prohibited};
        } else {
            transport_->connect(std::move(addresses), to_.port, std::move(tls_));
        }
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
    const bool was_used_before = is_used_before_;
    if (lookup_ == 0 && !failure_) talk();
    // Once more, on a connection of its own.
    if (was_used_before != is_used_before_ && lookup_ == 0 && !failure_) talk();
    if (!failure_) {
        const auto at = deadline();
        if (at && Clock::now() >= *at) {
            const bool connects = transport_->state() < Transport::State::open;
            fail(lookup_ != 0 ? Case::dns_timeout
                 : connects   ? Case::connection_timeout
                              : Case::connection_read_timeout);
        }
    }
    if (failure_) return set_timer(std::nullopt);
    if (lookup_ != 0) {
        watch(lookup_event_, EPOLLIN);
    } else if (transport_->state() == Transport::State::ended) {
        watch(-1, 0);
    } else {
        const bool sends = transport_->wants_to_send() ||
                           (transport_->state() == Transport::State::open && sent_ != out_.size());
        watch(transport_->fd(), (sends ? EPOLLOUT : 0u) | (wants_bytes() ? EPOLLIN : 0u));
    }
    set_timer(deadline());
}

void OutgoingExchange::talk()
{
    const Transport::State before = transport_->state();
    const Transport::State state = transport_->advance();
    if (state == Transport::State::failed) fail(transport_->failure());
    if (state == Transport::State::open) {
        if (before != state) moved_ = Clock::now();
        send_pending();
        receive();
    } else if (state == Transport::State::ended) {
        on_end();
    }
    if (transport_->state() == Transport::State::ended) stop_sending();
}

bool OutgoingExchange::wants_bytes() const
{
    if (transport_->state() == Transport::State::handshaking) return true;
    return transport_->state() == Transport::State::open && !parser_->is_done() &&
           in_.size() < most_unread;
}

std::optional<OutgoingExchange::Clock::time_point> OutgoingExchange::deadline() const
{
    if (lookup_ != 0 || transport_->state() < Transport::State::open) {
        return started_ + limit(timeouts_.connect);
    }
    if (!head_) return moved_ + limit(timeouts_.first_byte);
    if (wants_bytes()) return moved_ + limit(timeouts_.between_bytes);
    return std::nullopt;
}

void OutgoingExchange::send_pending()
{
    while (sent_ != out_.size()) {
        const size_t size = transport_->write(
            {reinterpret_cast<const uint8_t*>(out_.data()) + sent_, out_.size() - sent_});
        if (size == 0) break;
        sent_ += size;
        moved_ = Clock::now();
    }
    if (transport_->is_broken()) stop_sending();
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
        const size_t size = transport_->read({static_cast<uint8_t*>(room.data()), room.size()});
        if (transport_->state() == Transport::State::failed) return fail(transport_->failure());
        if (size == 0) {
            if (transport_->state() == Transport::State::ended) on_end();
            return;
        }
        in_.commit(size);
        moved_ = Clock::now();
    }
    if (!wants_bytes()) moved_ = Clock::now();
}

// What is waited for.

void OutgoingExchange::watch(int fd, uint32_t events)
{
    // While it connects the transport may have another socket of the same number.
    const bool is_same = transport_->state() != Transport::State::connecting;
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

}  // namespace wrtd::http
