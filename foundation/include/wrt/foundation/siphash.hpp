// SipHash: a keyed hash, so that nobody can choose names or types that collide without knowing the
// key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wrt {

struct SipKey {
    uint64_t low = 0;
    uint64_t high = 0;

    /// From the system's random source. A fixed key makes runs repeatable and tables attackable.
    static SipKey random() noexcept;
};

/// SipHash-1-3: one round a word, three to finish, which is what hash tables use.
uint64_t siphash(std::span<const uint8_t> bytes, const SipKey& key) noexcept;
uint64_t siphash(std::string_view text, const SipKey& key) noexcept;
/// SipHash-2-4, the variant with published test vectors.
uint64_t siphash_2_4(std::span<const uint8_t> bytes, const SipKey& key) noexcept;

}  // namespace wrt
