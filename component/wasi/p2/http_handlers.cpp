// wasi:http/incoming-handler, which the guest exports, with its response-outparam; and
// wasi:http/outgoing-handler, which it imports, with the response to come.
#include "wasi/p2/http_objects.hpp"

#include <algorithm>

namespace wrt::wasi::p2 {

namespace {

using Case = http::ErrorCode::Case;

// response-outparam

/// Gives a response to the exchange, and its body on the way.
Status respond(State& state, HostCall& call, http::ServerExchange& exchange,
               OutgoingResponse& response) noexcept
{
    // A client would wait for another one.
    if (response.status < 200) {
        exchange.fail({.which = Case::http_protocol_error});
        return ok();
    }
    http::ResponseHead head;
    head.status = response.status;
    WRT_TRY(const auto headers, list_fields(call, *response.headers, head.body_bytes));
    if (!headers) {
        exchange.fail(headers.error());
        return ok();
    }
    head.headers = *headers;
    if (response.body == nullptr) {
        head.body_bytes = 0;
    } else if (response.body->is_whole && !head.body_bytes) {
        head.body_bytes = response.body->written;  // it is known by now
    }
    http::BodySink& sink = exchange.respond(head);
    if (response.body != nullptr) return attach(state, call, *response.body, sink, nullptr);
    sink.finish({});
    return ok();
}

Status set_response(State& state, HostCall& call, Own<ResponseOutparam> param,
                    Outcome<Own<OutgoingResponse>, http::ErrorCode> response) noexcept
{
    http::ServerExchange& exchange = *object_of<ResponseOutparam>(state, param.rep).exchange;
    WRT_CHECK(state.drop(param.rep));
    if (!response) {
        exchange.fail(response.error());
        return ok();
    }
    const Status done =
        respond(state, call, exchange, object_of<OutgoingResponse>(state, response.value().rep));
    state.retire(response.value().rep);
    return done;
}

Result<Outcome<void, http::ErrorCode>> send_informational(State& state, Borrow<ResponseOutparam>,
                                                          uint16_t status,
                                                          Own<Fields> headers) noexcept
{
    WRT_CHECK(state.drop(headers.rep));
    const bool is_informational = status >= 100 && status <= 199;
    return Outcome<void, http::ErrorCode>{Failure<http::ErrorCode>{
        is_informational ? http::ErrorCode::internal("no informational responses")
                         : http::ErrorCode{.which = Case::http_protocol_error}}};
}

// outgoing-handler and future-incoming-response

using Handled = Outcome<Own<FutureIncomingResponse>, http::ErrorCode>;

/// Hands a request to the client.
Result<Handled> send(State& state, HostCall& call, OutgoingRequest& request,
                     const http::Timeouts& timeouts) noexcept
{
    HttpState& http = *state.http;
    const auto refuse = [](const http::ErrorCode& why) {
        return Handled{Failure<http::ErrorCode>{why}};
    };
    if (http.client == nullptr) return refuse({.which = Case::http_request_denied});
    if (!request.has_authority) return refuse({.which = Case::http_request_uri_invalid});
    http::RequestHead head;
    head.method = request.method.size == 0 ? method_names[0] : request.method.view();
    if (request.has_scheme) head.scheme = request.scheme.view();
    head.authority = request.authority.view();
    if (request.has_path) head.path_with_query = request.path_with_query.view();
    WRT_TRY(const auto headers, list_fields(call, *request.headers, head.body_bytes));
    if (!headers) return refuse(headers.error());
    head.headers = *headers;
    if (request.body == nullptr) {
        head.body_bytes = 0;
    } else if (request.body->is_whole && !head.body_bytes) {
        head.body_bytes = request.body->written;
    }

    ClientUse* const use = http.pool.make<ClientUse>();
    FutureIncomingResponse* const future = http.pool.make<FutureIncomingResponse>();
    if (use == nullptr || future == nullptr) return out_of_http_bytes();
    http::ErrorCode why;
    use->exchange = http.client->send(head, timeouts, why);
    if (use->exchange == nullptr) {
        http.pool.destroy(use);
        http.pool.destroy(future);
        return refuse(why);
    }
    use->next = http.clients;
    if (use->next != nullptr) use->next->previous = use;
    http.clients = use;
    future->client = use;
    WRT_TRY(const Own<FutureIncomingResponse> made,
            make_resource(state, Resource::Kind::future_incoming_response, future));
    http::BodySink& sink = use->exchange->request_body();
    if (request.body != nullptr) {
        WRT_CHECK(attach(state, call, *request.body, sink, use));
    } else {
        sink.finish({});
    }
    return Handled{made};
}

Result<Handled> handle(State& state, HostCall& call, Own<OutgoingRequest> request,
                       std::optional<Own<RequestOptions>> options) noexcept
{
    http::Timeouts timeouts;
    if (options) {
        timeouts = object_of<RequestOptions>(state, options->rep).timeouts;
        WRT_CHECK(state.drop(options->rep));
    }
    const Result<Handled> handled =
        send(state, call, object_of<OutgoingRequest>(state, request.rep), timeouts);
    state.retire(request.rep);
    return handled;
}

Result<Own<Pollable>> subscribe_response(State& state, Borrow<FutureIncomingResponse> self) noexcept
{
    return subscribe_http(state, self.rep);
}

using Response = Outcome<Own<IncomingResponse>, http::ErrorCode>;
using GivenResponse = std::optional<Outcome<Response>>;

Result<GivenResponse> get_response(State& state, Borrow<FutureIncomingResponse> self) noexcept
{
    FutureIncomingResponse& future = object_of<FutureIncomingResponse>(state, self.rep);
    http::ClientExchange& exchange = *future.client->exchange;
    const http::ResponseHead* const head = exchange.response();
    const http::ErrorCode* const failure = head == nullptr ? exchange.failure() : nullptr;
    if (head == nullptr && failure == nullptr) return GivenResponse{};
    if (future.is_given) return GivenResponse{Outcome<Response>{Failure<void>{}}};
    future.is_given = true;
    if (failure != nullptr) {
        return GivenResponse{Outcome<Response>{Response{Failure<http::ErrorCode>{*failure}}}};
    }
    BlockPool& pool = state.http->pool;
    IncomingResponse* const response = pool.make<IncomingResponse>();
    if (response == nullptr) return out_of_http_bytes();
    response->status = head->status;
    response->headers = make_fields(*state.http, head->headers, false);
    response->body = pool.make<IncomingBody>();
    if (response->headers == nullptr || response->body == nullptr) return out_of_http_bytes();
    response->body->source = &exchange.response_body();
    response->body->client = share(future.client);
    WRT_TRY(const Own<IncomingResponse> made,
            make_resource(state, Resource::Kind::incoming_response, response));
    return GivenResponse{Outcome<Response>{Response{made}}};
}

constexpr HostFunctionRow type_functions[] = {
    row<&set_response>("[static]response-outparam.set"),
    row<&send_informational>("[method]response-outparam.send-informational"),
    row<&subscribe_response>("[method]future-incoming-response.subscribe"),
    row<&get_response>("[method]future-incoming-response.get"),
};
constexpr HostResourceRow type_resources[] = {
    resource_row<ResponseOutparam>("response-outparam"),
    resource_row<FutureIncomingResponse>("future-incoming-response"),
};
constexpr HostFunctionRow handler_functions[] = {row<&handle>("handle")};

Result<Own<IncomingRequest>> make_request(State& state, const http::RequestHead& head,
                                          http::BodySource& body) noexcept
{
    BlockPool& pool = state.http->pool;
    IncomingRequest* const request = pool.make<IncomingRequest>();
    if (request == nullptr) return out_of_http_bytes();
    const bool fits = request->method.assign(pool, head.method) &&
                      request->scheme.assign(pool, head.scheme) &&
                      request->authority.assign(pool, head.authority) &&
                      request->path_with_query.assign(pool, head.path_with_query);
    request->headers = make_fields(*state.http, head.headers, false);
    request->body = pool.make<IncomingBody>();
    if (!fits || request->headers == nullptr || request->body == nullptr) {
        return out_of_http_bytes();
    }
    request->body->source = &body;
    return make_resource(state, Resource::Kind::incoming_request, request);
}

}  // namespace

Status define_handlers(component::Imports& imports, State& state) noexcept
{
    WRT_CHECK(imports.define("wasi:http/types@0.2.12", type_functions, type_resources, &state));
    return imports.define("wasi:http/outgoing-handler@0.2.12", handler_functions, {}, &state);
}

}  // namespace wrt::wasi::p2

namespace wrt::wasi {

bool holds_exchange(const p2::State& state) noexcept
{
    using Kind = p2::Resource::Kind;
    constexpr Kind of_exchanges[] = {Kind::incoming_request,  Kind::incoming_body,
                                     Kind::future_trailers,   Kind::response_outparam,
                                     Kind::outgoing_response, Kind::outgoing_body};
    return std::ranges::any_of(state.resources(), [&](const p2::Resource& resource) {
        const bool is_stream =
            resource.kind == Kind::input_stream || resource.kind == Kind::output_stream;
        if (is_stream) return resource.object != nullptr;  // others are a descriptor's
        return std::ranges::find(of_exchanges, resource.kind) != std::end(of_exchanges);
    });
}

Status handle_request(p2::State& state, component::World& world,
                      const component::Instance& instance, const http::RequestHead& head,
                      http::ServerExchange& exchange) noexcept
{
    using Handle =
        component::TypedFunc<void(p2::Own<p2::IncomingRequest>, p2::Own<p2::ResponseOutparam>)>;
    const component::Func* const func =
        component::find_function(instance, "wasi:http/incoming-handler@0.2.0", "handle");
    if (func == nullptr) return Error{.code = Errc::unknown_import};
    WRT_TRY(const Handle handle, Handle::bind(world, *func));
    WRT_TRY(const auto request, p2::make_request(state, head, exchange.request_body()));
    WRT_TRY(const auto outparam,
            p2::make_resource(state, p2::Resource::Kind::response_outparam,
                              state.http->pool.make<p2::ResponseOutparam>(&exchange)));
    return handle(request, outparam);
}

}  // namespace wrt::wasi
