// wasi:http/types: requests and responses, incoming and outgoing, and request-options.
#include "wasi/p2/http_objects.hpp"

namespace wrt::wasi::p2 {

namespace {

using Duration = std::optional<uint64_t>;

MaybeText text_if(bool there, const PoolText& text) noexcept
{
    return there ? MaybeText{text.view()} : std::nullopt;
}

std::optional<Scheme> scheme_if(bool there, const PoolText& text) noexcept
{
    if (!there) return std::nullopt;
    return case_of(text.view(), scheme_names);
}

/// A view of a message's headers, which has to go before the message does.
Result<Own<Fields>> view_headers(State& state, uint32_t message, Fields& headers) noexcept
{
    return make_resource(state, Resource::Kind::fields, share(&headers), message);
}

// What a URI may be made of. https://www.rfc-editor.org/rfc/rfc3986#appendix-A

bool is_alpha(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

/// Looser than the grammar, as servers are: no control, no space, no fragment.
bool is_path_with_query(std::string_view text) noexcept
{
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

bool is_scheme(std::string_view text) noexcept
{
    return !text.empty() && is_alpha(text.front()) && std::ranges::all_of(text, [](char c) {
        return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
    });
}

bool is_authority(std::string_view text) noexcept
{
    constexpr std::string_view marks = "-._~!$&'()*+,;=:@%[]";
    if (text.empty() || !std::ranges::all_of(text, [&](char c) {
            return is_alpha(c) || is_digit(c) || marks.find(c) != std::string_view::npos;
        })) {
        return false;
    }
    const size_t host = text.rfind('@') == std::string_view::npos ? 0 : text.rfind('@') + 1;
    const std::string_view rest = text.substr(host);
    const size_t colon = rest.rfind(':');
    // What follows the last colon is a port, unless that lies in an IPv6 address.
    const bool has_port = colon != std::string_view::npos &&
                          (rest.find(']') == std::string_view::npos || rest.find(']') < colon);
    if (!has_port) return !rest.empty();
    const std::optional<uint64_t> port = decimal(rest.substr(colon + 1));
    return colon != 0 && port && *port <= 65535;
}

// Incoming requests.

Method incoming_method(State& state, Borrow<IncomingRequest> self) noexcept
{
    return case_of(object_of<IncomingRequest>(state, self.rep).method.view(), method_names);
}

MaybeText incoming_path(State& state, Borrow<IncomingRequest> self) noexcept
{
    const PoolText& path = object_of<IncomingRequest>(state, self.rep).path_with_query;
    return text_if(path.size != 0, path);
}

std::optional<Scheme> incoming_scheme(State& state, Borrow<IncomingRequest> self) noexcept
{
    const PoolText& scheme = object_of<IncomingRequest>(state, self.rep).scheme;
    return scheme_if(scheme.size != 0, scheme);
}

MaybeText incoming_authority(State& state, Borrow<IncomingRequest> self) noexcept
{
    const PoolText& authority = object_of<IncomingRequest>(state, self.rep).authority;
    return text_if(authority.size != 0, authority);
}

template <class Message>
Result<Own<Fields>> headers_of(State& state, Borrow<Message> self) noexcept
{
    return view_headers(state, self.rep, *object_of<Message>(state, self.rep).headers);
}

template <class Message>
Result<Outcome<Own<IncomingBody>>> consume_body(State& state, Borrow<Message> self) noexcept
{
    return consume(state, *object_of<Message>(state, self.rep).body);
}

// Outgoing messages.

template <class Message, Resource::Kind kind>
Result<Own<Message>> construct(State& state, Own<Fields> headers) noexcept
{
    Message* const message = state.http->pool.make<Message>();
    if (message == nullptr) return out_of_http_bytes();
    message->headers = take_fields(state, headers);
    return make_resource(state, kind, message);
}

template <class Message>
Result<Outcome<Own<OutgoingBody>>> body_of(State& state, Borrow<Message> self) noexcept
{
    using Taken = Outcome<Own<OutgoingBody>>;
    Message& message = object_of<Message>(state, self.rep);
    if (message.body != nullptr) return Taken{Failure<void>{}};
    constexpr bool is_request = std::is_same_v<Message, OutgoingRequest>;
    message.body = make_body(*state.http, is_request, *message.headers);
    if (message.body == nullptr) return out_of_http_bytes();
    WRT_TRY(const Own<OutgoingBody> made,
            make_resource(state, Resource::Kind::outgoing_body, share(message.body)));
    return Taken{made};
}

Method outgoing_method(State& state, Borrow<OutgoingRequest> self) noexcept
{
    const OutgoingRequest& request = object_of<OutgoingRequest>(state, self.rep);
    return request.method.size == 0 ? Method{} : case_of(request.method.view(), method_names);
}

/// Puts text into a field of a request where it may be put.
Result<Outcome<>> assign(State& state, PoolText& to, std::string_view text, bool is_valid) noexcept
{
    if (!is_valid) return Outcome<>{Failure<void>{}};
    if (!to.assign(state.http->pool, text)) return out_of_http_bytes();
    return Outcome<>{};
}

Result<Outcome<>> set_method(State& state, Borrow<OutgoingRequest> self, Method method) noexcept
{
    const std::string_view name = name_of(method, method_names);
    return assign(state, object_of<OutgoingRequest>(state, self.rep).method, name, is_token(name));
}

MaybeText outgoing_path(State& state, Borrow<OutgoingRequest> self) noexcept
{
    const OutgoingRequest& request = object_of<OutgoingRequest>(state, self.rep);
    return text_if(request.has_path, request.path_with_query);
}

Result<Outcome<>> set_path(State& state, Borrow<OutgoingRequest> self, MaybeText path) noexcept
{
    OutgoingRequest& request = object_of<OutgoingRequest>(state, self.rep);
    WRT_TRY(const Outcome<> done, assign(state, request.path_with_query, path.value_or(""),
                                         is_path_with_query(path.value_or(""))));
    if (done) request.has_path = path.has_value();
    return done;
}

std::optional<Scheme> outgoing_scheme(State& state, Borrow<OutgoingRequest> self) noexcept
{
    const OutgoingRequest& request = object_of<OutgoingRequest>(state, self.rep);
    return scheme_if(request.has_scheme, request.scheme);
}

Result<Outcome<>> set_scheme(State& state, Borrow<OutgoingRequest> self,
                             std::optional<Scheme> scheme) noexcept
{
    OutgoingRequest& request = object_of<OutgoingRequest>(state, self.rep);
    const std::string_view name = scheme ? name_of(*scheme, scheme_names) : std::string_view{};
    WRT_TRY(const Outcome<> done, assign(state, request.scheme, name, !scheme || is_scheme(name)));
    if (done) request.has_scheme = scheme.has_value();
    return done;
}

MaybeText outgoing_authority(State& state, Borrow<OutgoingRequest> self) noexcept
{
    const OutgoingRequest& request = object_of<OutgoingRequest>(state, self.rep);
    return text_if(request.has_authority, request.authority);
}

Result<Outcome<>> set_authority(State& state, Borrow<OutgoingRequest> self,
                                MaybeText authority) noexcept
{
    OutgoingRequest& request = object_of<OutgoingRequest>(state, self.rep);
    WRT_TRY(const Outcome<> done, assign(state, request.authority, authority.value_or(""),
                                         !authority || is_authority(*authority)));
    if (done) request.has_authority = authority.has_value();
    return done;
}

uint16_t outgoing_status(State& state, Borrow<OutgoingResponse> self) noexcept
{
    return object_of<OutgoingResponse>(state, self.rep).status;
}

Outcome<> set_status(State& state, Borrow<OutgoingResponse> self, uint16_t status) noexcept
{
    if (status < 100 || status > 999) return Failure<void>{};
    object_of<OutgoingResponse>(state, self.rep).status = status;
    return {};
}

uint16_t incoming_status(State& state, Borrow<IncomingResponse> self) noexcept
{
    return object_of<IncomingResponse>(state, self.rep).status;
}

// request-options

Result<Own<RequestOptions>> construct_options(State& state) noexcept
{
    return make_resource(state, Resource::Kind::request_options,
                         state.http->pool.make<RequestOptions>());
}

template <Duration http::Timeouts::* Which>
Duration timeout(State& state, Borrow<RequestOptions> self) noexcept
{
    return object_of<RequestOptions>(state, self.rep).timeouts.*Which;
}

template <Duration http::Timeouts::* Which>
Outcome<> set_timeout(State& state, Borrow<RequestOptions> self, Duration duration) noexcept
{
    object_of<RequestOptions>(state, self.rep).timeouts.*Which = duration;
    return {};
}

using http::Timeouts;

constexpr HostFunctionRow functions[] = {
    row<&incoming_method>("[method]incoming-request.method"),
    row<&incoming_path>("[method]incoming-request.path-with-query"),
    row<&incoming_scheme>("[method]incoming-request.scheme"),
    row<&incoming_authority>("[method]incoming-request.authority"),
    row<&headers_of<IncomingRequest>>("[method]incoming-request.headers"),
    row<&consume_body<IncomingRequest>>("[method]incoming-request.consume"),

    row<&construct<OutgoingRequest, Resource::Kind::outgoing_request>>(
        "[constructor]outgoing-request"),
    row<&body_of<OutgoingRequest>>("[method]outgoing-request.body"),
    row<&outgoing_method>("[method]outgoing-request.method"),
    row<&set_method>("[method]outgoing-request.set-method"),
    row<&outgoing_path>("[method]outgoing-request.path-with-query"),
    row<&set_path>("[method]outgoing-request.set-path-with-query"),
    row<&outgoing_scheme>("[method]outgoing-request.scheme"),
    row<&set_scheme>("[method]outgoing-request.set-scheme"),
    row<&outgoing_authority>("[method]outgoing-request.authority"),
    row<&set_authority>("[method]outgoing-request.set-authority"),
    row<&headers_of<OutgoingRequest>>("[method]outgoing-request.headers"),

    row<&construct_options>("[constructor]request-options"),
    row<&timeout<&Timeouts::connect>>("[method]request-options.connect-timeout"),
    row<&set_timeout<&Timeouts::connect>>("[method]request-options.set-connect-timeout"),
    row<&timeout<&Timeouts::first_byte>>("[method]request-options.first-byte-timeout"),
    row<&set_timeout<&Timeouts::first_byte>>("[method]request-options.set-first-byte-timeout"),
    row<&timeout<&Timeouts::between_bytes>>("[method]request-options.between-bytes-timeout"),
    row<&set_timeout<&Timeouts::between_bytes>>(
        "[method]request-options.set-between-bytes-timeout"),

    row<&incoming_status>("[method]incoming-response.status"),
    row<&headers_of<IncomingResponse>>("[method]incoming-response.headers"),
    row<&consume_body<IncomingResponse>>("[method]incoming-response.consume"),

    row<&construct<OutgoingResponse, Resource::Kind::outgoing_response>>(
        "[constructor]outgoing-response"),
    row<&outgoing_status>("[method]outgoing-response.status-code"),
    row<&set_status>("[method]outgoing-response.set-status-code"),
    row<&headers_of<OutgoingResponse>>("[method]outgoing-response.headers"),
    row<&body_of<OutgoingResponse>>("[method]outgoing-response.body"),
};
constexpr HostResourceRow resources[] = {
    resource_row<IncomingRequest>("incoming-request"),
    resource_row<OutgoingRequest>("outgoing-request"),
    resource_row<RequestOptions>("request-options"),
    resource_row<IncomingResponse>("incoming-response"),
    resource_row<OutgoingResponse>("outgoing-response"),
};

}  // namespace

Status define_messages(component::Imports& imports, State& state) noexcept
{
    return imports.define("wasi:http/types@0.2.12", functions, resources, &state);
}

}  // namespace wrt::wasi::p2
