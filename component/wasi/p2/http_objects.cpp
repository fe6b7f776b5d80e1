#include "wasi/p2/http_objects.hpp"

namespace wrt::wasi::p2 {

namespace {

/// What requests and responses of both directions have: headers and a body.
template <class Message>
void release_message(HttpState& http, Message* message) noexcept
{
    release(http, message->headers);
    release(http, message->body);
    http.pool.destroy(message);
}

template <class Request>
void release_request(HttpState& http, Request* request) noexcept
{
    for (PoolText* const text :
         {&request->method, &request->scheme, &request->authority, &request->path_with_query})
        text->clear(http.pool);
    release_message(http, request);
}

}  // namespace

Result<HttpState*> make_http_state(Arena& arena, const P2Options& options) noexcept
{
    WRT_TRY(HttpState* const http, arena.make<HttpState>(End::retained, Account::wasi));
    const AllocResult region = arena.try_allocate(End::retained, options.http_bytes,
                                                  alignof(std::max_align_t), Account::wasi);
    if (!region) return region.error;
    http->pool = BlockPool{{static_cast<std::byte*>(region.pointer), options.http_bytes}};
    http->client = options.http_client;
    WRT_CHECK(
        arena.on_release([](void* of) { release_clients(*static_cast<HttpState*>(of)); }, http));
    return http;
}

void release_clients(HttpState& http) noexcept
{
    for (ClientUse* use = http.clients; use != nullptr; use = use->next)
        use->exchange->release();
    http.clients = nullptr;
}

void release(HttpState& http, ClientUse* client) noexcept
{
    if (client == nullptr || --client->users != 0) return;
    (client->previous != nullptr ? client->previous->next : http.clients) = client->next;
    if (client->next != nullptr) client->next->previous = client->previous;
    client->exchange->release();
    http.pool.destroy(client);
}

void release(HttpState& http, IncomingBody* body) noexcept
{
    if (body == nullptr || --body->users != 0) return;
    release(http, body->client);
    http.pool.destroy(body);
}

void release_http(HttpState& http, Resource& resource) noexcept
{
    BlockPool& pool = http.pool;
    void* const object = resource.object;
    switch (resource.kind) {
    case Resource::Kind::error: pool.destroy(static_cast<http::ErrorCode*>(object)); break;
    case Resource::Kind::fields: release(http, static_cast<Fields*>(object)); break;
    case Resource::Kind::incoming_request:
        release_request(http, static_cast<IncomingRequest*>(object));
        break;
    case Resource::Kind::outgoing_request:
        release_request(http, static_cast<OutgoingRequest*>(object));
        break;
    case Resource::Kind::request_options: pool.destroy(static_cast<RequestOptions*>(object)); break;
    case Resource::Kind::response_outparam:
        pool.destroy(static_cast<ResponseOutparam*>(object));
        break;
    case Resource::Kind::incoming_response:
        release_message(http, static_cast<IncomingResponse*>(object));
        break;
    case Resource::Kind::outgoing_response:
        release_message(http, static_cast<OutgoingResponse*>(object));
        break;
    case Resource::Kind::input_stream:
    case Resource::Kind::incoming_body: release(http, static_cast<IncomingBody*>(object)); break;
    case Resource::Kind::output_stream: release(http, static_cast<OutgoingBody*>(object)); break;
    case Resource::Kind::outgoing_body: {
        auto* const body = static_cast<OutgoingBody*>(object);
        give_up(http, *body);
        release(http, body);
        break;
    }
    case Resource::Kind::future_trailers: {
        auto* const trailers = static_cast<FutureTrailers*>(object);
        release(http, trailers->body);
        pool.destroy(trailers);
        break;
    }
    case Resource::Kind::future_incoming_response: {
        auto* const future = static_cast<FutureIncomingResponse*>(object);
        release(http, future->client);
        pool.destroy(future);
        break;
    }
    case Resource::Kind::free:
    case Resource::Kind::pollable:
    case Resource::Kind::descriptor:
    case Resource::Kind::directory_entry_stream:
    case Resource::Kind::terminal:
    case Resource::Kind::network:
    case Resource::Kind::tcp_socket:
    case Resource::Kind::udp_socket:
    case Resource::Kind::incoming_datagram_stream:
    case Resource::Kind::outgoing_datagram_stream:
    case Resource::Kind::resolve_address_stream:
    case Resource::Kind::gone: break;
    }
}

Status add_http(component::Imports& imports, State& state) noexcept
{
    WRT_CHECK(define_fields(imports, state));
    WRT_CHECK(define_messages(imports, state));
    WRT_CHECK(define_bodies(imports, state));
    return define_handlers(imports, state);
}

}  // namespace wrt::wasi::p2
