// What the interfaces of WASI 0.2 share: the resources that a guest has, and how an error of the
// host layer becomes one of an interface.
#pragma once

#include <span>

#include <wrt/component/typed.hpp>
#include <wrt/component/wasi/p2.hpp>

#include "wasi/io.hpp"
#include "wasi/p2/socket_pool.hpp"
#include "wasi/preview1.hpp"

namespace wrt::wasi::p2 {

using component::Borrow;
using component::Failure;
using component::HostCall;
using component::HostFunctionRow;
using component::HostResourceRow;
using component::LentBytes;
using component::Outcome;
using component::Own;

/// What a guest's resource stands for.
struct Resource {
    enum class Kind : uint8_t {
        free,
        error,
        pollable,
        input_stream,
        output_stream,
        descriptor,
        directory_entry_stream,
        terminal,
        network,
        tcp_socket,
        udp_socket,
        incoming_datagram_stream,
        outgoing_datagram_stream,
        resolve_address_stream,
        fields,
        incoming_request,
        outgoing_request,
        request_options,
        response_outparam,
        incoming_response,
        outgoing_response,
        incoming_body,
        outgoing_body,
        future_trailers,
        future_incoming_response,
        gone,  ///< Was handed on while children of it lived, and ends with the last of them.
    };
    /// Where a stream of a file goes on.
    enum class Position : uint8_t { none, offset, end };

    static constexpr uint32_t no_place = 0xffffffff;

    Kind kind = Kind::free;
    bool owned = false;  ///< `fd` closes with it.
    Position position = Position::none;
    Errno error = Errno::success;
    Fd fd{};
    short events = 0;       ///< Of a pollable on a descriptor: what poll(2) waits for.
    bool has_time = false;  ///< A pollable of the monotonic clock.
    DescriptorTable::Handle waited{};
    uint64_t at = 0;  ///< Offset in the file, cookie in the directory, deadline, or association.
    uint32_t place = no_place;  ///< Of the socket that it uses or waits for, or of the lookup.
    uint32_t next_free = 0;
    static constexpr uint32_t no_parent = 0xffffffff;
    uint32_t parent = no_parent;  ///< Whose child it is: that must not be dropped before it.
    uint32_t children = 0;
    void* object = nullptr;  ///< What there is of wasi:http behind it (http_objects.hpp).
};

// Tags for Own and Borrow.
struct IoError;
struct Pollable;
struct InputStream;
struct OutputStream;
struct FileDescriptor;
struct DirectoryEntryStream;
struct TerminalInput;
struct TerminalOutput;
struct Network;

struct HttpState;

class State {
public:
    State(Context& of, std::span<Resource> resources) noexcept : context{of}, resources_{resources}
    {
    }

    /// A new resource. Errc::handle_table_full.
    Result<uint32_t> add(const Resource& resource) noexcept;
    /// Guests have no other reps than those that are in use.
    Resource& at(uint32_t rep) noexcept
    {
        WRT_ASSERT(rep < resources_.size() && resources_[rep].kind != Resource::Kind::free);
        return resources_[rep];
    }
    void remove(uint32_t rep) noexcept;
    /// What a guest does when it drops one. Errc::handle_lent where it has children.
    Status drop(uint32_t rep) noexcept;
    /// Ends one that was handed on; children of it may live on.
    void retire(uint32_t rep) noexcept;

    /// All that are in use, and some that are free.
    std::span<const Resource> resources() const noexcept { return resources_.first(used_); }

    template <class Tag>
    Result<Own<Tag>> make(const Resource& resource) noexcept
    {
        WRT_TRY(const uint32_t rep, add(resource));
        return Own<Tag>{rep};
    }

    Context& context;
    std::span<Socket> sockets;
    std::span<Lookup> lookups;
    HttpState* http = nullptr;
    uint32_t granted = 0;  ///< Descriptors below are the Config's, which no guest closes.

private:
    /// What it uses is used by it no more.
    void let_go(const Resource& resource) noexcept;

    std::span<Resource> resources_;
    uint32_t used_ = 0;
    uint32_t free_ = no_resource;
    static constexpr uint32_t no_resource = 0xffffffff;
};

/// Called when a guest drops a resource of any of the interfaces.
Status drop_resource(void* state, uint32_t rep) noexcept;

template <class Tag>
constexpr HostResourceRow resource_row(std::string_view name) noexcept
{
    return {.name = name, .key = component::resource_key<Tag>(), .destroy = &drop_resource};
}

template <auto Function>
constexpr HostFunctionRow row(std::string_view name) noexcept
{
    return component::host_function<State, Function>(name);
}

using StreamError = std::variant<Own<IoError>, std::monostate>;
template <class T = void>
using StreamOutcome = Outcome<T, StreamError>;
/// Of a stream that the other side closed (pipe) or that failed.
Result<StreamError> stream_error(State& state, Errno error) noexcept;

/// Whether a descriptor may be there and not ready: files always are.
inline bool waits_for_host(const Descriptor& descriptor) noexcept
{
    return descriptor.kind == DescriptorKind::stream || descriptor.kind == DescriptorKind::socket ||
           descriptor.kind == DescriptorKind::listener;
}

/// A pollable for reading from or writing to a descriptor.
Result<Own<Pollable>> subscribe(State& state, Fd fd, short events) noexcept;
/// One that the monotonic clock reaches.
Result<Own<Pollable>> subscribe_time(State& state, uint64_t when) noexcept;

/// One user less; the last one closes it.
void release_socket(State& state, uint32_t place) noexcept;
void release_lookup(State& state, uint32_t place) noexcept;

/// The interrupt that a host function came back for.
inline Error interrupted() noexcept
{
    return Error{.code = Errc::interrupted};
}

// Each defines the interfaces of one package; wasi:io/poll for itself.
Status add_io(component::Imports& imports, State& state) noexcept;
Status add_poll(component::Imports& imports, State& state) noexcept;
Status add_cli(component::Imports& imports, State& state) noexcept;
Status add_clocks(component::Imports& imports, State& state) noexcept;
Status add_filesystem(component::Imports& imports, State& state) noexcept;
Status add_random(component::Imports& imports, State& state) noexcept;
Status add_sockets(component::Imports& imports, State& state) noexcept;
Status add_http(component::Imports& imports, State& state) noexcept;

}  // namespace wrt::wasi::p2
