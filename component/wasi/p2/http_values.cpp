#include "wasi/p2/http_values.hpp"

namespace wrt::wasi::http {

std::string_view name_of(ErrorCode::Case which) noexcept
{
    static constexpr std::array<std::string_view, ErrorCode::case_count> names{
        "DNS-timeout",
        "DNS-error",
        "destination-not-found",
        "destination-unavailable",
        "destination-IP-prohibited",
        "destination-IP-unroutable",
        "connection-refused",
        "connection-terminated",
        "connection-timeout",
        "connection-read-timeout",
        "connection-write-timeout",
        "connection-limit-reached",
        "TLS-protocol-error",
        "TLS-certificate-error",
        "TLS-alert-received",
        "HTTP-request-denied",
        "HTTP-request-length-required",
        "HTTP-request-body-size",
        "HTTP-request-method-invalid",
        "HTTP-request-URI-invalid",
        "HTTP-request-URI-too-long",
        "HTTP-request-header-section-size",
        "HTTP-request-header-size",
        "HTTP-request-trailer-section-size",
        "HTTP-request-trailer-size",
        "HTTP-response-incomplete",
        "HTTP-response-header-section-size",
        "HTTP-response-header-size",
        "HTTP-response-body-size",
        "HTTP-response-trailer-section-size",
        "HTTP-response-trailer-size",
        "HTTP-response-transfer-coding",
        "HTTP-response-content-coding",
        "HTTP-response-timeout",
        "HTTP-upgrade-failed",
        "HTTP-protocol-error",
        "loop-detected",
        "configuration-error",
        "internal-error",
    };
    return names[static_cast<size_t>(which)];
}

}  // namespace wrt::wasi::http

namespace wrt::component {

namespace {

using wasi::http::ErrorCode;
using wasi::p2::ErrorVariant;

// Between the payload of a case and the fields of an ErrorCode.

void put(std::monostate, ErrorCode&) {}
void put(const wasi::p2::MaybeText& payload, ErrorCode& value)
{
    if (payload) value.text = FixedText<64>{*payload};
}
template <class T>
    requires std::is_integral_v<T>
void put(const std::optional<T>& payload, ErrorCode& value)
{
    if (payload) value.number = *payload;
}
void put(const wasi::p2::DnsErrorPayload& payload, ErrorCode& value)
{
    put(payload.rcode, value);
    put(payload.info_code, value);
}
void put(const wasi::p2::TlsAlertPayload& payload, ErrorCode& value)
{
    put(payload.alert_id, value);
    put(payload.alert_message, value);
}
void put(const wasi::p2::FieldSizePayload& payload, ErrorCode& value)
{
    put(payload.field_name, value);
    put(payload.field_size, value);
}
void put(const std::optional<wasi::p2::FieldSizePayload>& payload, ErrorCode& value)
{
    if (payload) put(*payload, value);
}

void take(std::monostate&, const ErrorCode&) {}
void take(wasi::p2::MaybeText& payload, const ErrorCode& value)
{
    if (value.text) payload = value.text->view();
}
template <class T>
    requires std::is_integral_v<T>
void take(std::optional<T>& payload, const ErrorCode& value)
{
    if (value.number) payload = static_cast<T>(*value.number);
}
void take(wasi::p2::DnsErrorPayload& payload, const ErrorCode& value)
{
    take(payload.rcode, value);
    take(payload.info_code, value);
}
void take(wasi::p2::TlsAlertPayload& payload, const ErrorCode& value)
{
    take(payload.alert_id, value);
    take(payload.alert_message, value);
}
void take(wasi::p2::FieldSizePayload& payload, const ErrorCode& value)
{
    take(payload.field_name, value);
    take(payload.field_size, value);
}
void take(std::optional<wasi::p2::FieldSizePayload>& payload, const ErrorCode& value)
{
    if (value.text || value.number) take(payload.emplace(), value);
}

template <size_t... I>
void emplace(ErrorVariant& variant, size_t which, std::index_sequence<I...>)
{
    ((which == I ? (void)variant.emplace<I>() : (void)0), ...);
}

}  // namespace

Status Codec<ErrorCode>::load(HostMemory& memory, uint32_t at, ErrorCode& value)
{
    Like like;
    WRT_CHECK(Codec<Like>::load(memory, at, like));
    value = ErrorCode{.which = static_cast<ErrorCode::Case>(like.index())};
    std::visit([&](const auto& payload) { put(payload, value); }, like);
    return ok();
}

Status Codec<ErrorCode>::store(HostMemory& memory, uint32_t at, const ErrorCode& value)
{
    Like like;
    emplace(like, static_cast<size_t>(value.which),
            std::make_index_sequence<ErrorCode::case_count>{});
    std::visit([&](auto& payload) { take(payload, value); }, like);
    return Codec<Like>::store(memory, at, like);
}

}  // namespace wrt::component
