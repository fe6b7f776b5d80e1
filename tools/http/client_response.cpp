// What comes back: the head of a response, and bytes of its body.
#include <algorithm>
#include <limits>

#include "client_exchange.hpp"

namespace wrtd::http {
namespace {

namespace beast = boost::beast;

constexpr uint32_t most_head = 64 * 1024;

}  // namespace

void OutgoingExchange::expect_head()
{
    parser_.emplace();
    parser_->header_limit(most_head);
    // No limit; boost::none is one of 0 in Beast of Boost 1.74.
    parser_->body_limit(std::numeric_limits<uint64_t>::max());
    parser_->skip(is_head_request_);
}

void OutgoingExchange::on_end()
{
    parse();
    if (failure_ || parser_->is_done()) return;
    if (may_repeat()) return repeat();
    if (!parser_->got_some()) return fail(Case::connection_terminated);
    if (in_.size() != 0) return;  // asked again when the guest has read
    beast::error_code error;
    if (transport_->has_ended_cleanly()) parser_->put_eof(error);
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

}  // namespace wrtd::http
