// The wire of wasi:http as the library sees it: who embeds it has the sockets and the protocol, and
// gives them by these classes. Nothing here waits: a call does what can be done now, and
// readiness() says what has to happen before more can be.
// https://github.com/WebAssembly/WASI/blob/v0.2.12/proposals/http/wit/types.wit
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <wrt/foundation/text.hpp>

namespace wrt::wasi::http {

/// error-code, with whatever payload its case has.
struct ErrorCode {
    enum class Case : uint8_t {
        dns_timeout,
        dns_error,  ///< `text`: rcode, `number`: info-code.
        destination_not_found,
        destination_unavailable,
        destination_ip_prohibited,
        destination_ip_unroutable,
        connection_refused,
        connection_terminated,
        connection_timeout,
        connection_read_timeout,
        connection_write_timeout,
        connection_limit_reached,
        tls_protocol_error,
        tls_certificate_error,
        tls_alert_received,  ///< `number`: alert-id, `text`: alert-message.
        http_request_denied,
        http_request_length_required,
        http_request_body_size,  ///< `number`
        http_request_method_invalid,
        http_request_uri_invalid,
        http_request_uri_too_long,
        http_request_header_section_size,   ///< `number`
        http_request_header_size,           ///< `text`: field-name, `number`: field-size.
        http_request_trailer_section_size,  ///< `number`
        http_request_trailer_size,          ///< `text`, `number`
        http_response_incomplete,
        http_response_header_section_size,   ///< `number`
        http_response_header_size,           ///< `text`, `number`
        http_response_body_size,             ///< `number`
        http_response_trailer_section_size,  ///< `number`
        http_response_trailer_size,          ///< `text`, `number`
        http_response_transfer_coding,       ///< `text`
        http_response_content_coding,        ///< `text`
        http_response_timeout,
        http_upgrade_failed,
        http_protocol_error,
        loop_detected,
        configuration_error,
        internal_error,  ///< `text`
    };
    static constexpr uint32_t case_count = 39;

    Case which = Case::internal_error;
    std::optional<uint64_t> number = std::nullopt;
    std::optional<FixedText<64>> text = std::nullopt;

    static ErrorCode internal(std::string_view text) noexcept
    {
        return {.which = Case::internal_error, .text = FixedText<64>{text}};
    }
};

/// "connection-refused"
std::string_view name_of(ErrorCode::Case which) noexcept;

struct Header {
    std::string_view name;
    std::string_view value;  ///< Bytes, of no particular encoding.
};
using HeaderList = std::span<const Header>;

/// What a wait waits for.
struct Readiness {
    bool ready = true;  ///< There is something to do now; the rest says nothing then.
    /// Where not ready: it may be once poll(2) reports one of `events` (or an error) on it; the
    /// wait asks again then. -1: nothing to wait for, it asks again every 10 ms.
    int fd = -1;
    short events = 0;
};

/// A body that comes in.
class BodySource {
public:
    /// Up to `into.size()` bytes that are there, or 0.
    virtual uint32_t read(std::span<uint8_t> into) noexcept = 0;
    /// Whether all of it has been read, and `trailers()` are known.
    virtual bool ended() noexcept = 0;
    /// Why nothing more comes, or null. It stays where it is as long as the source.
    virtual const ErrorCode* failure() noexcept = 0;
    /// Ready: read() would give something, or ended() or failure() has become true.
    virtual Readiness readiness() noexcept = 0;
    /// After ended(). The views hold as long as the source.
    virtual HeaderList trailers() noexcept = 0;

protected:
    ~BodySource() = default;
};

/// A body that goes out. What it takes it may hold back until flush() or finish(), so that small
/// pieces travel together.
class BodySink {
public:
    /// Bytes that write() would take now.
    virtual uint32_t room() noexcept = 0;
    /// Takes the first of `bytes`, as many as it has room for; returns how many.
    virtual uint32_t write(std::span<const uint8_t> bytes) noexcept = 0;
    /// Sends what it holds, as far as that goes without waiting. True: it holds nothing any more.
    virtual bool flush() noexcept = 0;
    /// Why nothing more goes out, or null. It stays where it is as long as the sink.
    virtual const ErrorCode* failure() noexcept = 0;
    /// Ready: there is room, or failure(). The descriptor is told in any case: it says when
    /// flush() may go on.
    virtual Readiness readiness() noexcept = 0;
    /// The body is complete: the wire sends what is left by itself. No call follows but failure().
    virtual void finish(HeaderList trailers) noexcept = 0;
    /// The body stays incomplete, which the other side must be able to tell. No call follows.
    virtual void abandon() noexcept = 0;

protected:
    ~BodySink() = default;
};

struct RequestHead {
    std::string_view method;           ///< "GET"
    std::string_view scheme;           ///< "http", "https"; empty: unknown, or the wire's choice.
    std::string_view authority;        ///< Empty where there is none.
    std::string_view path_with_query;  ///< Empty where there is none.
    HeaderList headers;                ///< Without those that are forbidden to guests.
    std::optional<uint64_t>
        body_bytes;  ///< Outgoing: the content-length, 0 where there is no body.
};

struct ResponseHead {
    uint16_t status = 200;
    HeaderList headers;
    std::optional<uint64_t> body_bytes;  ///< Outgoing: as in RequestHead.
};

/// A request that a guest serves: what the embedder gives to handle_request(). Used by the thread
/// that the guest runs on.
class ServerExchange {
public:
    virtual BodySource& request_body() noexcept = 0;
    /// The response begins. Called once, unless fail() is. The sink takes the body. A guest may
    /// end without having finished or abandoned it, and then it is incomplete. The head's views
    /// hold until this returns.
    virtual BodySink& respond(const ResponseHead& head) noexcept = 0;
    /// The guest says that there is no response but this error.
    virtual void fail(const ErrorCode& error) noexcept = 0;

protected:
    ~ServerExchange() = default;
};

/// request-options, in nanoseconds.
struct Timeouts {
    std::optional<uint64_t> connect;
    std::optional<uint64_t> first_byte;
    std::optional<uint64_t> between_bytes;
};

/// A request that a guest makes. Used by the thread that the guest runs on.
class ClientExchange {
public:
    virtual BodySink& request_body() noexcept = 0;
    /// Ready: response() or failure() gives something.
    virtual Readiness readiness() noexcept = 0;
    /// The head, once it is there; null before that. Its views hold until release().
    virtual const ResponseHead* response() noexcept = 0;
    /// Why there will be no response, or null. It stays where it is until release().
    virtual const ErrorCode* failure() noexcept = 0;
    /// After response().
    virtual BodySource& response_body() noexcept = 0;
    /// The guest has nothing of it any more: what is unfinished is given up. The last call.
    virtual void release() noexcept = 0;

protected:
    ~ClientExchange() = default;
};

/// Who makes the requests of guests, and decides which ones may be made.
class Client {
public:
    /// Begins a request, without waiting for the connection. Null: it is refused, and `why` tells.
    /// The views hold until this returns. A head with body_bytes of 0 has a body that is finished
    /// at once.
    virtual ClientExchange* send(const RequestHead& head, const Timeouts& timeouts,
                                 ErrorCode& why) noexcept = 0;

protected:
    ~Client() = default;
};

}  // namespace wrt::wasi::http
