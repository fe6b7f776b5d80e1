// wasi:sockets/ip-name-lookup.
// https://github.com/WebAssembly/WASI/blob/v0.2.12/proposals/sockets/wit/ip-name-lookup.wit
#include <poll.h>

#include <algorithm>

#include <wrt/component/wasi/name_lookup.hpp>

#include "wasi/p2/sockets.hpp"

namespace wrt::wasi::p2 {

namespace {

constexpr size_t longest_name = 253;

using Resolving = SocketOutcome<Own<ResolveAddressStream>>;
using Resolved = SocketOutcome<std::optional<IpAddress>>;

/// What getaddrinfo(3) can be asked; names of other alphabets come as RFC 5890 writes them.
bool is_name(std::string_view text) noexcept
{
    if (text.ends_with('.')) text.remove_suffix(1);
    return !text.empty() && text.size() <= longest_name &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

Result<Resolving> make_stream(State& state, const Lookup& lookup, const Resource& resource) noexcept
{
    const auto place = std::ranges::find(state.lookups, false, &Lookup::used);
    WRT_ASSERT(place != state.lookups.end());
    *place = lookup;
    place->used = true;
    Resource stream = resource;
    stream.kind = Resource::Kind::resolve_address_stream;
    stream.place = static_cast<uint32_t>(place - state.lookups.begin());
    WRT_TRY(const Own<ResolveAddressStream> made, state.make<ResolveAddressStream>(stream));
    return Resolving{made};
}

Result<Resolving> resolve_addresses(State& state, Borrow<Network>, std::string_view name) noexcept
{
    const wasi::Network& network = state.context.network;
    if (!network.allows_any()) return Resolving{refused(NetworkError::access_denied)};
    const bool has_room =
        std::ranges::find(state.lookups, false, &Lookup::used) != state.lookups.end();
    if (!has_room) return Resolving{refused(NetworkError::temporary_resolver_failure)};
    if (const auto address = parse_address(name)) {
        return make_stream(state, {.address = *address}, {});  // nobody needs to be asked
    }
    if (!is_name(name)) return Resolving{refused(NetworkError::invalid_argument)};
    if (!network.allows_name(name)) return Resolving{refused(NetworkError::access_denied)};
    const name_lookup::Started started = name_lookup::start(name);
    if (started.lookup == 0) {
        return Resolving{refused(NetworkError::temporary_resolver_failure)};
    }
    Descriptor event;
    event.host = started.event;
    event.kind = DescriptorKind::stream;
    const OrErrno<Fd> fd = state.context.descriptors.insert(event);
    if (!fd) {
        name_lookup::forget(started.lookup);
        return Resolving{refused(NetworkError::temporary_resolver_failure)};
    }
    return make_stream(state, {.lookup = started.lookup}, {.owned = true, .fd = fd.value});
}

Resolved resolve_next_address(State& state, Borrow<ResolveAddressStream> self) noexcept
{
    Lookup& lookup = state.lookups[state.at(self.rep).place];
    if (lookup.lookup == 0) {
        if (lookup.next++ > 0) return std::optional<IpAddress>{};
        return std::optional{to_wit(lookup.address)};
    }
    switch (name_lookup::outcome(lookup.lookup)) {
    case name_lookup::Outcome::running: return refused(NetworkError::would_block);
    case name_lookup::Outcome::no_such_name: return refused(NetworkError::name_unresolvable);
    case name_lookup::Outcome::try_again: return refused(NetworkError::temporary_resolver_failure);
    case name_lookup::Outcome::failed: return refused(NetworkError::permanent_resolver_failure);
    case name_lookup::Outcome::found: break;
    }
    if (lookup.next == name_lookup::count(lookup.lookup)) return std::optional<IpAddress>{};
    const NetAddress address = name_lookup::address(lookup.lookup, lookup.next++);
    state.context.network.learn(name_lookup::name(lookup.lookup), address);
    return std::optional{to_wit(address)};
}

Result<Own<Pollable>> resolve_subscribe(State& state, Borrow<ResolveAddressStream> self) noexcept
{
    const Resource& stream = state.at(self.rep);
    if (!stream.owned) return state.make<Pollable>({.kind = Resource::Kind::pollable});
    return subscribe(state, stream.fd, POLLIN);
}

constexpr HostResourceRow lookup_resources[] = {
    resource_row<ResolveAddressStream>("resolve-address-stream")};
constexpr HostFunctionRow lookup_functions[] = {
    row<&resolve_addresses>("resolve-addresses"),
    row<&resolve_next_address>("[method]resolve-address-stream.resolve-next-address"),
    row<&resolve_subscribe>("[method]resolve-address-stream.subscribe"),
};

}  // namespace

void release_lookup(State& state, uint32_t place) noexcept
{
    Lookup& lookup = state.lookups[place];
    if (lookup.lookup != 0) name_lookup::forget(lookup.lookup);
    lookup = Lookup{};
}

Status add_name_lookup(component::Imports& imports, State& state) noexcept
{
    return imports.define("wasi:sockets/ip-name-lookup@0.2.12", lookup_functions, lookup_resources,
                          &state);
}

}  // namespace wrt::wasi::p2
