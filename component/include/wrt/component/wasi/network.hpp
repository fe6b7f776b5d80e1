// What a guest may use of the network: the rules it was given, and the addresses that names which
// they allow have turned out to have.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <wrt/component/wasi/config.hpp>
#include <wrt/component/wasi/network_rule.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt::wasi {

class Network {
public:
    Network() noexcept = default;

    /// Copies the rules into the arena. Errors: the arena is exhausted.
    static Result<Network> create(Arena& arena, const NetworkGrant& grant) noexcept;

    /// Whether there is anything that the guest may do.
    bool allows_any() const noexcept { return !connect_.empty() || !listen_.empty(); }
    /// Whether the guest may send to anybody at all.
    bool allows_sending() const noexcept { return !connect_.empty(); }

    /// To connect or to send there.
    bool allows_connecting(const NetAddress& address, uint16_t port) const noexcept;
    /// To wait there for others.
    bool allows_listening(const NetAddress& address, uint16_t port) const noexcept;
    /// To look up the addresses of a name, for some port.
    bool allows_name(std::string_view name) const noexcept;
    /// The same for one port.
    bool allows_name(std::string_view name, uint16_t port) const noexcept;

    /// Allows an address that an allowed name turned out to have, at the ports that the name has,
    /// if its rule allows such addresses (NetworkRule::may_be_private). Only the last 256 of them
    /// are known.
    void learn(std::string_view name, const NetAddress& address) noexcept;

    uint32_t max_sockets() const noexcept { return max_sockets_; }

private:
    struct Learned {
        uint32_t rule = 0;  ///< Of connect_, counted from 1; 0: nothing is here.
        NetAddress address;
    };

    std::span<const NetworkRule> connect_;
    std::span<const NetworkRule> listen_;
    std::span<Learned> learned_;
    uint32_t next_learned_ = 0;
    uint32_t max_sockets_ = 0;
};

}  // namespace wrt::wasi
