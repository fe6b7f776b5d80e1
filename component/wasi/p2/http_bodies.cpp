// wasi:http/types: bodies and their streams, and the trailers behind them.
#include <poll.h>

#include <array>

#include "wasi/p2/http_objects.hpp"

namespace wrt::wasi::p2 {

namespace {

/// Bytes of a body that a guest may write before its message is sent.
constexpr uint32_t staged_bytes_max = 16 * 1024;
/// What one write may bring.
constexpr uint64_t most_bytes = 64 * 1024;
constexpr uint64_t interrupt_period_ns = 10'000'000;

/// Waits until something has happened that `what` waits for; what is held back goes out meanwhile.
/// intr when the guest is to be interrupted.
Errno wait_for(State& state, const http::Readiness& what) noexcept
{
    const Interrupt& interrupt = state.context.pace.interrupt;
    if (interrupt.is_requested()) return Errno::intr;
    std::array<pollfd, 8> host{};
    size_t count = 0;
    const auto add = [&](int fd, short events) {
        if (fd >= 0 && count < host.size())
            host[count++] = {.fd = fd, .events = events, .revents = 0};
    };
    if (interrupt.wake_fd >= 0) add(interrupt.wake_fd, POLLIN);
    add(what.fd, what.events);
    for (OutgoingBody* body = state.http->sending; body != nullptr; body = body->next) {
        if (body->sink->flush() || body->sink->failure() != nullptr) continue;
        const http::Readiness readiness = body->sink->readiness();
        add(readiness.fd, readiness.events);
    }
    timespec timeout{};
    timeout.tv_nsec = interrupt_period_ns;
    const bool is_woken = interrupt.wake_fd >= 0 && what.fd >= 0 && count < host.size();
    ::ppoll(host.data(), count, is_woken ? nullptr : &timeout, nullptr);
    const bool woken = interrupt.wake_fd >= 0 && host[0].revents != 0;
    return woken || interrupt.is_requested() ? Errno::intr : Errno::success;
}

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

Errno fail(OutgoingBody& body, const http::ErrorCode& error) noexcept
{
    body.has_failed = true;
    body.failure = error;
    return Errno::io;
}

/// The content-length was another.
http::ErrorCode wrong_size(const OutgoingBody& body, uint64_t written) noexcept
{
    using Case = http::ErrorCode::Case;
    return {.which = body.is_request ? Case::http_request_body_size : Case::http_response_body_size,
            .number = written};
}

/// All of `bytes`, with waiting.
Errno send(State& state, OutgoingBody& body, std::span<const uint8_t> bytes) noexcept
{
    while (!bytes.empty()) {
        if (const http::ErrorCode* const failure = body.sink->failure())
            return fail(body, *failure);
        const uint32_t taken = body.sink->write(bytes);
        bytes = bytes.subspan(taken);
        if (taken == 0) {
            body.sink->flush();
            if (body.sink->room() == 0) WRT_ERRNO_CHECK(wait_for(state, body.sink->readiness()));
        }
    }
    return Errno::success;
}

/// Before there is a sink. again: it does not fit.
Errno stage(State& state, OutgoingBody& body, std::span<const uint8_t> bytes) noexcept
{
    if (body.staged == nullptr) {
        body.staged = static_cast<uint8_t*>(state.http->pool.take(staged_bytes_max));
        if (body.staged == nullptr) return Errno::nomem;
    }
    if (bytes.size() > staged_bytes_max - body.staged_bytes) return Errno::again;
    std::ranges::copy(bytes, body.staged + body.staged_bytes);
    body.staged_bytes += static_cast<uint32_t>(bytes.size());
    return Errno::success;
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

bool is_drained(IncomingBody& body) noexcept
{
    std::array<uint8_t, 4096> dropped;
    while (body.source->read(dropped) != 0) {
    }
    return body.source->ended() || body.source->failure() != nullptr;
}

OrErrno<uint32_t> read_body(State& state, IncomingBody& body, std::span<uint8_t> into,
                            bool may_block) noexcept
{
    http::BodySource& source = *body.source;
    while (true) {
        if (const uint32_t size = source.read(into)) return size;
        if (source.failure() != nullptr) return Errno::io;
        if (source.ended()) return Errno::pipe;
        if (!may_block) return uint32_t{0};
        if (const http::Readiness readiness = source.readiness(); !readiness.ready) {
            WRT_ERRNO_CHECK(wait_for(state, readiness));
        }
    }
}

OrErrno<uint64_t> body_room(State&, OutgoingBody& body) noexcept
{
    if (body.has_failed) return Errno::io;
    if (body.sink == nullptr) return uint64_t{staged_bytes_max - body.staged_bytes};
    if (const http::ErrorCode* const failure = body.sink->failure()) return fail(body, *failure);
    if (body.sink->room() == 0) body.sink->flush();
    return std::min<uint64_t>(body.sink->room(), most_bytes);
}

Errno write_body(State& state, OutgoingBody& body, std::span<const uint8_t> bytes) noexcept
{
    if (body.has_failed) return Errno::io;
    if (body.declared && bytes.size() > *body.declared - body.written) {
        return fail(body, wrong_size(body, body.written + bytes.size()));
    }
    Errno done = Errno::success;
    if (body.sink != nullptr) {
        done = send(state, body, bytes);
    } else {
        done = stage(state, body, bytes);
        // It is the guest that would have to send the message: there is nothing to wait for.
        if (done == Errno::again || done == Errno::nomem) {
            return fail(body, http::ErrorCode::internal("more written than fits before sending"));
        }
    }
    if (done == Errno::success) body.written += bytes.size();
    return done;
}

Errno flush_body(State& state, OutgoingBody& body, bool may_block) noexcept
{
    if (body.has_failed) return Errno::io;
    if (body.sink == nullptr) return Errno::success;
    while (!body.sink->flush()) {
        if (const http::ErrorCode* const failure = body.sink->failure())
            return fail(body, *failure);
        if (!may_block) return Errno::success;
        WRT_ERRNO_CHECK(wait_for(state, body.sink->readiness()));
    }
    const http::ErrorCode* const failure = body.sink->failure();
    return failure != nullptr ? fail(body, *failure) : Errno::success;
}

Result<StreamError> body_error(State& state, const Resource& stream) noexcept
{
    const http::ErrorCode* failure = nullptr;
    if (stream.kind == Resource::Kind::input_stream) {
        failure = static_cast<IncomingBody*>(stream.object)->source->failure();
    } else {
        failure = &static_cast<OutgoingBody*>(stream.object)->failure;
    }
    auto* const copy = state.http->pool.make<http::ErrorCode>(*failure);
    if (copy == nullptr) return out_of_http_bytes();
    Resource error{.kind = Resource::Kind::error, .error = Errno::io};
    error.object = copy;
    WRT_TRY(const Own<IoError> made, state.make<IoError>(error));
    return StreamError{made};
}

http::Readiness readiness_of(State& state, const Resource& pollable) noexcept
{
    const Resource& parent = state.at(pollable.parent);
    switch (parent.kind) {
    case Resource::Kind::input_stream:
        return static_cast<IncomingBody*>(parent.object)->source->readiness();
    case Resource::Kind::output_stream: {
        OutgoingBody& body = *static_cast<OutgoingBody*>(parent.object);
        if (body.has_failed) return {};
        if (body.sink == nullptr) return {.ready = body.staged_bytes < staged_bytes_max};
        if (body.sink->room() == 0) body.sink->flush();
        return body.sink->readiness();
    }
    case Resource::Kind::future_trailers: {
        IncomingBody& body = *static_cast<FutureTrailers*>(parent.object)->body;
        return is_drained(body) ? http::Readiness{} : body.source->readiness();
    }
    case Resource::Kind::future_incoming_response: {
        const ClientUse* const client = static_cast<FutureIncomingResponse*>(parent.object)->client;
        return client->exchange->readiness();
    }
    case Resource::Kind::free:
    case Resource::Kind::error:
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
    case Resource::Kind::fields:
    case Resource::Kind::incoming_request:
    case Resource::Kind::outgoing_request:
    case Resource::Kind::request_options:
    case Resource::Kind::response_outparam:
    case Resource::Kind::incoming_response:
    case Resource::Kind::outgoing_response:
    case Resource::Kind::incoming_body:
    case Resource::Kind::outgoing_body:
    case Resource::Kind::gone: break;
    }
    WRT_UNREACHABLE();
}

Result<Own<Pollable>> subscribe_http(State& state, uint32_t parent) noexcept
{
    return state.make<Pollable>({.kind = Resource::Kind::pollable, .parent = parent});
}

Status define_bodies(component::Imports& imports, State& state) noexcept
{
    return imports.define("wasi:http/types@0.2.12", functions, resources, &state);
}

}  // namespace wrt::wasi::p2
