// Addresses of names, asked for on threads of their own, so that a guest never blocks its host.
//
// The system's resolver cannot be cancelled. So what a lookup needs lies in a pool of the process,
// not in the guest's arena, and a guest that goes away leaves its lookup behind to end by itself.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <wrt/component/wasi/network_rule.hpp>

namespace wrt::wasi::name_lookup {

/// The most lookups of the process at one time; as many threads work on them as `max_threads`.
inline constexpr uint32_t max_lookups = 64;
inline constexpr uint32_t max_threads = 8;
/// The most addresses of one name. The rest is left out.
inline constexpr uint32_t max_addresses = 32;

enum class Outcome : uint8_t {
    running,
    found,
    no_such_name,
    try_again,  ///< A server did not answer.
    failed,
};

struct Started {
    uint32_t lookup = 0;  ///< Counted from 1; 0: there is no room for another one.
    int event = -1;       ///< Readable once the lookup is over. The caller's.
};

/// Asks for the addresses of `name`: at most 253 bytes, no NUL.
Started start(std::string_view name) noexcept;

Outcome outcome(uint32_t lookup) noexcept;
/// What was asked for. Holds until forget().
std::string_view name(uint32_t lookup) noexcept;
/// Of one that was found; in the order in which the system would try them.
uint32_t count(uint32_t lookup) noexcept;
NetAddress address(uint32_t lookup, uint32_t index) noexcept;

/// The lookup is not asked about again.
void forget(uint32_t lookup) noexcept;

}  // namespace wrt::wasi::name_lookup
