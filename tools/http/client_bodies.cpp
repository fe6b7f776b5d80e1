// The bodies of a request of a guest and of its response, as the guest sees them.
#include <algorithm>

#include <fmt/format.h>

#include "client_exchange.hpp"

namespace wrtd::http {
namespace {

namespace beast = boost::beast;
using wrt::wasi::http::ErrorCode;
using wrt::wasi::http::HeaderList;
using wrt::wasi::http::Readiness;

bool same_name(std::string_view left, std::string_view right)
{
    return beast::iequals({left.data(), left.size()}, {right.data(), right.size()});
}

}  // namespace

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
           (of_.sent_ == of_.out_.size() && !of_.transport_->wants_to_send());
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
        of_.append_fields(trailers);
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
