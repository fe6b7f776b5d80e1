// What an embedder grants to a guest. Everything it does not name, the guest does not have.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <wrt/component/wasi/network_rule.hpp>

namespace wrt::wasi {

/// One directory that the guest starts with.
struct Preopen {
    std::string_view host_path;   ///< Opened once, at creation.
    std::string_view guest_path;  ///< What the guest calls it: UTF-8 without NUL.
    bool read_only = false;
    bool same_device = false;  ///< Mount points below it are not crossed.
};

/// What one of the guest's descriptors 0, 1 and 2 is.
struct Stdio {
    enum class Source : uint8_t {
        null,     ///< Nothing to read; what is written is dropped.
        inherit,  ///< The host's descriptor of the same number, duplicated.
        fd,       ///< The host's descriptor `fd`, duplicated.
    };
    Source source = Source::null;
    int fd = -1;
};

enum class ClockMode : uint8_t {
    real,
    fixed,  ///< Starts at fixed_time_ns and moves only when the guest waits, so a run can be
            ///< repeated.
};

enum class RandomMode : uint8_t {
    os,
    seed,  ///< A fixed sequence from `random_seed`. Not for secrets.
};

/// What a guest may use of the network through wasi:sockets; of itself, nothing. Sockets that are
/// handed to a guest (Config::sockets) need none of it.
struct NetworkGrant {
    /// Whom it may connect and send to. Names among them may be looked up, and the addresses that
    /// are found are allowed then at the ports of the name.
    std::span<const NetworkRule> connect = {};
    /// Local addresses and ports where it may wait for connections and for datagrams of anybody. A
    /// port that the system chooses is port 0. Rules with names mean nothing here but "localhost".
    std::span<const NetworkRule> listen = {};
    uint32_t max_sockets = 256;  ///< At one time, lookups of names included.
};

/// Asks a waiting or long call to end early. All members are optional.
struct Interrupt {
    bool (*requested)(const void* data) =
        nullptr;  ///< Called between slices of work, on the guest's thread.
    const void* data = nullptr;
    /// Readable once an interrupt is requested, an eventfd for one: waits then end at once. Without
    /// it they look at requested() every 10 ms. Not owned.
    int wake_fd = -1;

    bool is_requested() const noexcept { return requested != nullptr && requested(data); }
};

/// Read by Context::create only: nothing in it needs to live longer, except what Interrupt points
/// to.
struct Config {
    std::span<const std::string_view> args;  ///< The first is the program's name.
    std::span<const std::string_view> env;   ///< NAME=value each.
    std::span<const Preopen> preopens;       ///< Become descriptors 3, 4, ... in this order.
    /// Listening or connected sockets; become the descriptors after the preopens. Duplicated.
    std::span<const int> sockets;
    Stdio standard_input;
    Stdio standard_output;
    Stdio standard_error;
    NetworkGrant network;

    ClockMode clock = ClockMode::real;
    uint64_t fixed_time_ns = 0;  ///< Since 1970-01-01T00:00:00Z.
    RandomMode random = RandomMode::os;
    uint64_t random_seed = 0;

    /// Descriptors open at once, the first ones included. Kept below the process's own limit.
    uint32_t max_descriptors = 1024;
    bool allow_devices = false;  ///< Device nodes below a preopen can be opened.
    /// Bytes for a terminal are written as they are. Otherwise control characters, bidirectional
    /// controls and malformed UTF-8 are shown, not sent.
    bool raw_terminal = false;
    Interrupt interrupt;
};

}  // namespace wrt::wasi
