// The streams of bodies, as wasi:io asks for them: bytes between a guest and the wire, and what its
// polls wait for.
#include <poll.h>

#include <array>

#include "wasi/p2/http_objects.hpp"

namespace wrt::wasi::p2 {

namespace {

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

Errno fail(OutgoingBody& body, const http::ErrorCode& error) noexcept
{
    body.has_failed = true;
    body.failure = error;
    return Errno::io;
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

}  // namespace

http::ErrorCode wrong_size(const OutgoingBody& body, uint64_t written) noexcept
{
    using Case = http::ErrorCode::Case;
    return {.which = body.is_request ? Case::http_request_body_size : Case::http_response_body_size,
            .number = written};
}

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

}  // namespace wrt::wasi::p2
