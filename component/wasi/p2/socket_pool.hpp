// The sockets and lookups of a guest, which resources name by their places.
#pragma once

#include <cstdint>

#include <wrt/component/wasi/descriptor_table.hpp>
#include <wrt/component/wasi/network_rule.hpp>

namespace wrt::wasi::p2 {

enum class AddressFamily : uint8_t { ipv4, ipv6 };

/// A socket. Its streams use it too: it closes when the last of them is dropped.
struct Socket {
    /// The states of a TCP socket; one for UDP is unbound, bind_started or bound.
    enum class Phase : uint8_t {
        unbound,
        bind_started,
        bound,
        listen_started,
        listening,
        connect_started,
        connected,
        closed,
    };

    uint32_t users = 0;  ///< 0: a free place.
    Fd fd{};
    DescriptorTable::Handle handle{};
    Phase phase = Phase::unbound;
    AddressFamily family = AddressFamily::ipv4;
    /// Bound to a port that the system chose, without leave to wait for anybody.
    bool only_sends = false;
    bool has_remote = false;   ///< Of UDP: the last stream() had an address.
    uint16_t permits = 0;      ///< Of UDP: datagrams that check-send allowed.
    uint32_t association = 0;  ///< Of UDP: counts calls of stream().
    int backlog = 128;
    int failure = 0;  ///< The errno that what was started has come to already.
};

/// A resolve-address-stream.
struct Lookup {
    bool used = false;
    uint32_t lookup = 0;  ///< Of wasi/name_lookup; 0: `address` is all there is.
    uint32_t next = 0;    ///< Which address the guest gets next.
    NetAddress address{};
};

/// The most lookups of one guest at one time; others of the process want some too.
inline constexpr uint32_t most_lookups = 16;

}  // namespace wrt::wasi::p2
