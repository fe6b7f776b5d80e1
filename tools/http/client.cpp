#include "client.hpp"

#include <algorithm>

#include "client_exchange.hpp"

namespace wrtd::http {
namespace {

using wrt::wasi::NetworkRule;
using wrt::wasi::http::ErrorCode;
using Case = ErrorCode::Case;

/// For a name: some of its addresses may be asked, if it has such.
bool may_ask(const std::vector<NetworkRule>& rules, const Authority& to)
{
    return std::ranges::any_of(rules, [&](const NetworkRule& rule) {
        return rule.has_port(to.port) &&
               (to.address ? rule.has_address(*to.address) : rule.has_name(to.host));
    });
}

/// What would be no request-line.
bool is_word(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c != '\x7f'; });
}

}  // namespace

Client::Client(ClientConfig config) : config_{std::move(config)}, connections_{config_.idle} {}

Client::~Client() = default;

wrt::wasi::http::ClientExchange* Client::send(const wrt::wasi::http::RequestHead& head,
                                              const wrt::wasi::http::Timeouts& timeouts,
                                              ErrorCode& why) noexcept
{
    const auto refuse = [&](const ErrorCode& reason) {
        why = reason;
        return nullptr;
    };
    const bool is_plain = head.scheme == "http";
    if (!is_plain && !head.scheme.empty() && head.scheme != "https") {
        return refuse({.which = Case::http_request_uri_invalid});
    }
    const std::optional<Authority> to = parse_authority(head.authority, is_plain ? 80 : 443);
    if (!to || !is_word(head.path_with_query)) {
        return refuse({.which = Case::http_request_uri_invalid});
    }
    if (head.method == "CONNECT" || head.method.empty() || !is_word(head.method)) {
        return refuse({.which = Case::http_request_method_invalid});
    }
    if (!may_ask(config_.rules, *to)) return refuse({.which = Case::http_request_denied});
    if (!is_plain) {
        std::call_once(tls_made_, [this] { tls_ = TlsContext::make(); });
        if (tls_ == nullptr) return refuse(ErrorCode::internal("there is no TLS here"));
    }
    if (++requests_ > config_.max_requests) {
        --requests_;
        return refuse({.which = Case::connection_limit_reached});
    }
    auto* const exchange = new OutgoingExchange{*this, head, *to, timeouts};
    if (exchange->start(why)) return exchange;
    exchange->release();
    return nullptr;
}

bool Client::allows(const Authority& to, const wrt::wasi::NetAddress& found) const
{
    return std::ranges::any_of(config_.rules, [&](const NetworkRule& rule) {
        return rule.has_port(to.port) && rule.has_address_of_name(to.host, found);
    });
}

std::unique_ptr<TlsSession> Client::start_tls(const Authority& to)
{
    return tls_->start(to.host, to.address.has_value());
}

}  // namespace wrtd::http
