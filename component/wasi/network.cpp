#include <wrt/component/wasi/network.hpp>

#include <algorithm>

namespace wrt::wasi {

namespace {

constexpr size_t max_learned = 256;

bool learns(const NetworkRule& rule) noexcept
{
    return rule.host == NetworkRule::Host::name || rule.host == NetworkRule::Host::subdomain;
}

Result<std::span<const NetworkRule>> copy_rules(Arena& arena,
                                                std::span<const NetworkRule> rules) noexcept
{
    WRT_TRY(const std::span<NetworkRule> copies,
            arena.make_array<NetworkRule>(End::retained, Account::wasi, rules.size()));
    std::ranges::copy(rules, copies.begin());
    for (NetworkRule& rule : copies) {
        WRT_TRY(rule.name, arena.copy_text(End::retained, Account::wasi, rule.name));
    }
    return std::span<const NetworkRule>{copies};
}

}  // namespace

Result<Network> Network::create(Arena& arena, const NetworkGrant& grant) noexcept
{
    Network network;
    WRT_TRY(network.connect_, copy_rules(arena, grant.connect));
    WRT_TRY(network.listen_, copy_rules(arena, grant.listen));
    if (std::ranges::any_of(network.connect_, learns)) {
        WRT_TRY(network.learned_,
                arena.make_array<Learned>(End::retained, Account::wasi, max_learned));
    }
    if (network.allows_any()) network.max_sockets_ = grant.max_sockets;
    return network;
}

bool Network::allows_connecting(const NetAddress& address, uint16_t port) const noexcept
{
    const auto allows = [&](const NetworkRule& rule) {
        return rule.has_port(port) && rule.has_address(address);
    };
    if (std::ranges::any_of(connect_, allows)) return true;
    return std::ranges::any_of(learned_, [&](const Learned& learned) {
        return learned.rule != 0 && learned.address == address &&
               connect_[learned.rule - 1].has_port(port);
    });
}

bool Network::allows_listening(const NetAddress& address, uint16_t port) const noexcept
{
    return std::ranges::any_of(listen_, [&](const NetworkRule& rule) {
        return rule.has_port(port) && rule.has_address(address);
    });
}

bool Network::allows_name(std::string_view name) const noexcept
{
    return std::ranges::any_of(connect_,
                               [&](const NetworkRule& rule) { return rule.has_name(name); });
}

bool Network::allows_name(std::string_view name, uint16_t port) const noexcept
{
    return std::ranges::any_of(connect_, [&](const NetworkRule& rule) {
        return rule.has_port(port) && rule.has_name(name);
    });
}

void Network::learn(std::string_view name, const NetAddress& address) noexcept
{
    for (size_t i = 0; i < connect_.size(); ++i) {
        const NetworkRule& allowed = connect_[i];
        if (!learns(allowed) || !allowed.has_address_of_name(name, address)) continue;
        const auto rule = static_cast<uint32_t>(i + 1);
        const bool known = std::ranges::any_of(learned_, [&](const Learned& learned) {
            return learned.rule == rule && learned.address == address;
        });
        if (known) continue;
        learned_[next_learned_] = {.rule = rule, .address = address};
        next_learned_ = (next_learned_ + 1) % static_cast<uint32_t>(learned_.size());
    }
}

}  // namespace wrt::wasi
