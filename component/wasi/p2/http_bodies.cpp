// wasi:http/types: bodies, and the trailers behind them.
#include "wasi/p2/http_objects.hpp"

namespace wrt::wasi::p2 {

namespace {

void unlink(HttpState& http, OutgoingBody& body) noexcept
{
    if (body.sink == nullptr || body.is_over) return;
    (body.previous != nullptr ? body.previous->next : http.sending) = body.next;
    if (body.next != nullptr) body.next->previous = body.previous;
}

/// Nothing more goes to the sink.
void end(HttpState& http, OutgoingBody& body) noexcept
{
    unlink(http, body);
    body.is_over = true;
}

void unstage(HttpState& http, OutgoingBody& body) noexcept
{
    if (body.staged != nullptr) http.pool.give(body.staged, staged_bytes_max);
    body.staged = nullptr;
    body.staged_bytes = 0;
}

// Incoming bodies.

Result<Outcome<Own<InputStream>>> input_stream(State& state, Borrow<IncomingBody> self) noexcept
{
    using Taken = Outcome<Own<InputStream>>;
    IncomingBody& body = object_of<IncomingBody>(state, self.rep);
    if (body.stream_is_taken) return Taken{Failure<void>{}};
    body.stream_is_taken = true;
    Resource stream{.kind = Resource::Kind::input_stream, .parent = self.rep};
    stream.object = share(&body);
    WRT_TRY(const Own<InputStream> made, state.make<InputStream>(stream));
    return Taken{made};
}

Result<Own<FutureTrailers>> finish_incoming(State& state, Own<IncomingBody> self) noexcept
{
    IncomingBody& body = object_of<IncomingBody>(state, self.rep);
    FutureTrailers* const trailers = state.http->pool.make<FutureTrailers>();
    if (trailers == nullptr) return out_of_http_bytes();
    trailers->body = share(&body);
    // "will trap if the input-stream child is still alive"
    WRT_CHECK(state.drop(self.rep));
    return make_resource(state, Resource::Kind::future_trailers, trailers);
}

Result<Own<Pollable>> subscribe_trailers(State& state, Borrow<FutureTrailers> self) noexcept
{
    return subscribe_http(state, self.rep);
}

using Trailers = Outcome<std::optional<Own<Fields>>, http::ErrorCode>;
using GivenTrailers = std::optional<Outcome<Trailers>>;

Result<GivenTrailers> get_trailers(State& state, Borrow<FutureTrailers> self) noexcept
{
    FutureTrailers& future = object_of<FutureTrailers>(state, self.rep);
    if (!is_drained(*future.body)) return GivenTrailers{};
    if (future.is_given) return GivenTrailers{Outcome<Trailers>{Failure<void>{}}};
    future.is_given = true;
    http::BodySource& source = *future.body->source;
    if (const http::ErrorCode* const failure = source.failure()) {
        return GivenTrailers{Outcome<Trailers>{Trailers{Failure<http::ErrorCode>{*failure}}}};
    }
    if (source.trailers().empty()) {
        return GivenTrailers{Outcome<Trailers>{Trailers{std::optional<Own<Fields>>{}}}};
    }
    WRT_TRY(const Own<Fields> fields,
            make_resource(state, Resource::Kind::fields,
                          make_fields(*state.http, source.trailers(), false), self.rep));
    return GivenTrailers{Outcome<Trailers>{Trailers{std::optional<Own<Fields>>{fields}}}};
}

// Outgoing bodies.

Result<Outcome<Own<OutputStream>>> output_stream(State& state, Borrow<OutgoingBody> self) noexcept
{
    using Taken = Outcome<Own<OutputStream>>;
    OutgoingBody& body = object_of<OutgoingBody>(state, self.rep);
    if (body.stream_is_taken) return Taken{Failure<void>{}};
    body.stream_is_taken = true;
    Resource stream{.kind = Resource::Kind::output_stream, .parent = self.rep};
    stream.object = share(&body);
    WRT_TRY(const Own<OutputStream> made, state.make<OutputStream>(stream));
    return Taken{made};
}

/// What is known of the end goes to the sink.
Status send_end(HostCall& call, OutgoingBody& body) noexcept
{
    if (!body.is_whole) {
        body.sink->abandon();
        return ok();
    }
    http::HeaderList trailers;
    if (body.trailers != nullptr) {
        std::optional<uint64_t> ignored;
        WRT_TRY(const auto list, list_fields(call, *body.trailers, ignored));
        if (list) trailers = *list;
    }
    body.sink->finish(trailers);
    return ok();
}

Result<Outcome<void, http::ErrorCode>> finish_outgoing(State& state, HostCall& call,
                                                       Own<OutgoingBody> self,
                                                       std::optional<Own<Fields>> trailers) noexcept
{
    using Finished = Outcome<void, http::ErrorCode>;
    if (state.at(self.rep).children != 0) return Error{.code = Errc::handle_lent};
    OutgoingBody& body = object_of<OutgoingBody>(state, self.rep);
    if (trailers) body.trailers = take_fields(state, *trailers);
    const auto refuse = [&](const http::ErrorCode& error) {
        state.remove(self.rep);  // which gives it up
        return Finished{Failure<http::ErrorCode>{error}};
    };
    if (body.has_failed) return refuse(body.failure);
    if (body.declared && *body.declared != body.written) {
        return refuse(wrong_size(body, body.written));
    }
    if (body.sink != nullptr) {
        if (const http::ErrorCode* const failure = body.sink->failure()) return refuse(*failure);
    }
    body.is_whole = true;
    end(*state.http, body);
    Status sent = ok();
    if (body.sink != nullptr) sent = send_end(call, body);
    state.remove(self.rep);
    WRT_CHECK(sent);
    return Finished{};
}

std::optional<http::ErrorCode> http_error_code(State& state, Borrow<IoError> error) noexcept
{
    const Resource& resource = state.at(error.rep);
    if (resource.object == nullptr) return std::nullopt;
    return *static_cast<const http::ErrorCode*>(resource.object);
}

constexpr HostFunctionRow functions[] = {
    row<&input_stream>("[method]incoming-body.stream"),
    row<&finish_incoming>("[static]incoming-body.finish"),
    row<&subscribe_trailers>("[method]future-trailers.subscribe"),
    row<&get_trailers>("[method]future-trailers.get"),
    row<&output_stream>("[method]outgoing-body.write"),
    row<&finish_outgoing>("[static]outgoing-body.finish"),
    row<&http_error_code>("http-error-code"),
};
constexpr HostResourceRow resources[] = {
    resource_row<IncomingBody>("incoming-body"),
    resource_row<FutureTrailers>("future-trailers"),
    resource_row<OutgoingBody>("outgoing-body"),
};

}  // namespace

OutgoingBody* make_body(HttpState& http, bool is_request, const Fields& headers) noexcept
{
    OutgoingBody* const body = http.pool.make<OutgoingBody>();
    if (body == nullptr) return nullptr;
    body->is_request = is_request;
    body->declared = content_length(headers);
    return body;
}

void give_up(HttpState& http, OutgoingBody& body) noexcept
{
    if (body.is_over) return;
    end(http, body);
    if (body.sink != nullptr) body.sink->abandon();
}

void release(HttpState& http, OutgoingBody* body) noexcept
{
    if (body == nullptr || --body->users != 0) return;
    give_up(http, *body);
    unstage(http, *body);
    release(http, body->trailers);
    release(http, body->client);
    http.pool.destroy(body);
}

Status attach(State& state, HostCall& call, OutgoingBody& body, http::BodySink& sink,
              ClientUse* client) noexcept
{
    HttpState& http = *state.http;
    body.sink = &sink;
    if (client != nullptr) body.client = share(client);
    const bool is_over = body.is_over;
    if (!is_over) {
        body.next = http.sending;
        if (body.next != nullptr) body.next->previous = &body;
        http.sending = &body;
    }
    const Errno sent = send(state, body, {body.staged, body.staged_bytes});
    unstage(http, body);
    if (sent == Errno::intr) return interrupted();
    return is_over ? send_end(call, body) : ok();
}

Result<Outcome<Own<IncomingBody>>> consume(State& state, IncomingBody& body) noexcept
{
    using Taken = Outcome<Own<IncomingBody>>;
    if (body.is_taken) return Taken{Failure<void>{}};
    body.is_taken = true;
    WRT_TRY(const Own<IncomingBody> made,
            make_resource(state, Resource::Kind::incoming_body, share(&body)));
    return Taken{made};
}

Status define_bodies(component::Imports& imports, State& state) noexcept
{
    return imports.define("wasi:http/types@0.2.12", functions, resources, &state);
}

}  // namespace wrt::wasi::p2
