// What lies behind the resources of wasi:http. Several resources may share an object (a message and
// the headers that a guest got of it), so that each counts its users; all lie in one BlockPool.
#pragma once

#include "wasi/p2/block_pool.hpp"
#include "wasi/p2/http_values.hpp"
#include "wasi/p2/state.hpp"

namespace wrt::wasi::p2 {

/// One name with one value; the text lies behind it.
struct Field {
    Field* next = nullptr;
    uint32_t name_size = 0;
    uint32_t value_size = 0;

    std::string_view name() const noexcept { return {text(), name_size}; }
    std::string_view value() const noexcept { return {text() + name_size, value_size}; }
    const char* text() const noexcept { return reinterpret_cast<const char*>(this + 1); }
    size_t block_bytes() const noexcept { return sizeof(Field) + name_size + value_size; }
};

struct Fields {
    uint32_t users = 1;
    uint32_t count = 0;
    Field* first = nullptr;
    Field* last = nullptr;
    bool is_immutable = false;
};

/// A ClientExchange in use.
struct ClientUse {
    uint32_t users = 1;
    http::ClientExchange* exchange = nullptr;
    ClientUse* next = nullptr;
    ClientUse* previous = nullptr;
};

struct IncomingBody {
    uint32_t users = 1;
    bool is_taken = false;
    bool stream_is_taken = false;
    http::BodySource* source = nullptr;
    ClientUse* client = nullptr;  ///< Whose body it is; null: the server's.
};

struct OutgoingBody {
    uint32_t users = 1;
    bool is_request = false;
    bool stream_is_taken = false;
    bool is_over = false;     ///< Finished, or given up.
    bool is_whole = false;    ///< Finished.
    bool has_failed = false;  ///< `failure` says how.
    http::BodySink* sink =
        nullptr;  ///< Null until the message is sent; bytes are staged till then.
    ClientUse* client = nullptr;
    Fields* trailers = nullptr;
    uint8_t* staged = nullptr;
    uint32_t staged_bytes = 0;
    std::optional<uint64_t> declared;  ///< content-length
    uint64_t written = 0;
    http::ErrorCode failure;
    OutgoingBody* next = nullptr;  ///< In HttpState::sending.
    OutgoingBody* previous = nullptr;
};

struct IncomingRequest {
    PoolText method;
    PoolText scheme;
    PoolText authority;
    PoolText path_with_query;
    Fields* headers = nullptr;
    IncomingBody* body = nullptr;
};

struct OutgoingRequest {
    PoolText method;  ///< Empty: GET.
    PoolText scheme;
    PoolText authority;
    PoolText path_with_query;
    bool has_scheme = false;
    bool has_authority = false;
    bool has_path = false;
    Fields* headers = nullptr;
    OutgoingBody* body = nullptr;
};

struct RequestOptions {
    http::Timeouts timeouts;
};

struct ResponseOutparam {
    http::ServerExchange* exchange = nullptr;
};

struct IncomingResponse {
    uint16_t status = 0;
    Fields* headers = nullptr;
    IncomingBody* body = nullptr;
};

struct OutgoingResponse {
    uint16_t status = 200;
    Fields* headers = nullptr;
    OutgoingBody* body = nullptr;
};

/// Of a resource of its own: the body that the trailers follow, and whether they were given.
struct FutureTrailers {
    IncomingBody* body = nullptr;
    bool is_given = false;
};

struct FutureIncomingResponse {
    ClientUse* client = nullptr;
    bool is_given = false;
};

struct HttpState {
    BlockPool pool;
    http::Client* client = nullptr;
    ClientUse* clients = nullptr;     ///< All of them.
    OutgoingBody* sending = nullptr;  ///< Bodies whose sink may hold something back.
};

Result<HttpState*> make_http_state(Arena& arena, const P2Options& options) noexcept;

/// The guest ends while the wire works for it.
void release_clients(HttpState& http) noexcept;

/// The guest has more of wasi:http than P2Options::http_bytes has room for.
inline Error out_of_http_bytes() noexcept
{
    return Error{.code = Errc::account_limit_exceeded, .account = Account::wasi};
}

template <class T>
T& object_of(State& state, uint32_t rep) noexcept
{
    return *static_cast<T*>(state.at(rep).object);
}

/// A resource for a new object; `parent`: whose child it is. The object is not kept where there is
/// no room for the resource.
template <class T>
Result<Own<T>> make_resource(State& state, Resource::Kind kind, T* object,
                             uint32_t parent = Resource::no_parent) noexcept;

/// Lets go of what a resource stands for.
void release_http(HttpState& http, Resource& resource) noexcept;

// Each gives up one use; null is none.
void release(HttpState& http, Fields* fields) noexcept;
void release(HttpState& http, IncomingBody* body) noexcept;
void release(HttpState& http, OutgoingBody* body) noexcept;
void release(HttpState& http, ClientUse* client) noexcept;

template <class T>
T* share(T* object) noexcept
{
    ++object->users;
    return object;
}

// http_fields.cpp

/// Fields with these entries, immutable, which nobody has looked at. Null: no room.
Fields* make_fields(HttpState& http, http::HeaderList entries, bool keep_forbidden) noexcept;
/// A use of what a guest handed over, which nobody may change any more.
Fields* take_fields(State& state, Own<Fields> own) noexcept;
/// The entries without content-length, in the call's memory; `declared` is told that.
/// http_protocol_error where it is no number or said twice.
Result<Outcome<http::HeaderList, http::ErrorCode>>
list_fields(HostCall& call, const Fields& fields, std::optional<uint64_t>& declared) noexcept;
/// The content-length of a message, if it is a number.
std::optional<uint64_t> content_length(const Fields& fields) noexcept;
std::optional<uint64_t> decimal(std::string_view text) noexcept;
bool is_token(std::string_view text) noexcept;

// http_bodies.cpp

/// The body of an outgoing message, made when the guest first asks for it. Null: no room.
OutgoingBody* make_body(HttpState& http, bool is_request, const Fields& headers) noexcept;
/// It will not be finished any more.
void give_up(HttpState& http, OutgoingBody& body) noexcept;
/// The message is sent: what was written goes to the sink, and what was said of the end.
/// Errc::interrupted.
Status attach(State& state, HostCall& call, OutgoingBody& body, http::BodySink& sink,
              ClientUse* client) noexcept;
/// A resource for the body that comes in, if none was made yet.
Result<Outcome<Own<IncomingBody>>> consume(State& state, IncomingBody& body) noexcept;
// http_streams.cpp

/// Bytes of a body that a guest may write before its message is sent.
inline constexpr uint32_t staged_bytes_max = 16 * 1024;

/// The content-length was another.
http::ErrorCode wrong_size(const OutgoingBody& body, uint64_t written) noexcept;
/// Gives all of `bytes` to the sink, with waiting. intr; io: the body has failed.
Errno send(State& state, OutgoingBody& body, std::span<const uint8_t> bytes) noexcept;

/// Whether all has come, what is left being dropped; or it failed.
bool is_drained(IncomingBody& body) noexcept;

// What wasi:io asks of streams and pollables that are not a descriptor's.

OrErrno<uint32_t> read_body(State& state, IncomingBody& body, std::span<uint8_t> into,
                            bool may_block) noexcept;
OrErrno<uint64_t> body_room(State& state, OutgoingBody& body) noexcept;
Errno write_body(State& state, OutgoingBody& body, std::span<const uint8_t> bytes) noexcept;
Errno flush_body(State& state, OutgoingBody& body, bool may_block) noexcept;
/// The error of a stream on a body that failed: something to ask http-error-code about.
Result<StreamError> body_error(State& state, const Resource& stream) noexcept;
/// What a pollable on a stream or future of wasi:http waits for.
http::Readiness readiness_of(State& state, const Resource& pollable) noexcept;
Result<Own<Pollable>> subscribe_http(State& state, uint32_t parent) noexcept;

Status define_fields(component::Imports& imports, State& state) noexcept;
Status define_messages(component::Imports& imports, State& state) noexcept;
Status define_bodies(component::Imports& imports, State& state) noexcept;
Status define_handlers(component::Imports& imports, State& state) noexcept;

template <class T>
Result<Own<T>> make_resource(State& state, Resource::Kind kind, T* object, uint32_t parent) noexcept
{
    if (object == nullptr) return out_of_http_bytes();
    Resource resource{.kind = kind, .parent = parent};
    resource.object = object;
    const Result<uint32_t> rep = state.add(resource);
    if (rep) return Own<T>{*rep};
    release_http(*state.http, resource);
    return rep.error();
}

/// Room for a list in the call's memory.
template <class T>
Result<std::span<T>> take_list(HostCall& call, size_t count) noexcept
{
    WRT_TRY(const uint32_t at, call.memory.allocate(alignof(T), count * sizeof(T)));
    auto* const first = reinterpret_cast<T*>(call.memory.bytes().data() + at);
    std::uninitialized_value_construct_n(first, count);
    return std::span<T>{first, count};
}

}  // namespace wrt::wasi::p2
