// SipHash-c-d after Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012).
#include <wrt/foundation/siphash.hpp>

#include <sys/random.h>

#include <bit>

#include <wrt/foundation/little_endian.hpp>

namespace wrt {

namespace {

struct SipState {
    uint64_t v0, v1, v2, v3;

    explicit SipState(const SipKey& key) noexcept
        : v0(key.low ^ 0x736f6d6570736575U),
          v1(key.high ^ 0x646f72616e646f6dU),
          v2(key.low ^ 0x6c7967656e657261U),
          v3(key.high ^ 0x7465646279746573U)
    {
    }

    void round() noexcept
    {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }
    template <int Rounds>
    void absorb(uint64_t word) noexcept
    {
        v3 ^= word;
        for (int i = 0; i < Rounds; ++i)
            round();
        v0 ^= word;
    }
};

template <int WordRounds, int FinalRounds>
uint64_t hash(std::span<const uint8_t> bytes, const SipKey& key) noexcept
{
    SipState state(key);
    size_t at = 0;
    for (; bytes.size() - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        state.absorb<WordRounds>(load_le<uint64_t>(bytes.data() + at));
    }
    // The last word: what is left, and the length's low byte on top.
    uint64_t last = static_cast<uint64_t>(bytes.size()) << 56;
    for (size_t i = 0; at + i < bytes.size(); ++i) {
        last |= static_cast<uint64_t>(bytes[at + i]) << (8 * i);
    }
    state.absorb<WordRounds>(last);
    state.v2 ^= 0xff;
    for (int i = 0; i < FinalRounds; ++i)
        state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace

SipKey SipKey::random() noexcept
{
    SipKey key;
    if (::getrandom(&key, sizeof key, 0) != static_cast<ssize_t>(sizeof key)) {
        // Before the pool is ready at boot, or under a filter that forbids the call: addresses are
        // random at least.
        key.low = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(&key));
        key.high = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(&SipKey::random));
    }
    return key;
}

uint64_t siphash(std::span<const uint8_t> bytes, const SipKey& key) noexcept
{
    return hash<1, 3>(bytes, key);
}

uint64_t siphash(std::string_view text, const SipKey& key) noexcept
{
    return siphash(
        std::span<const uint8_t>(reinterpret_cast<const uint8_t*>(text.data()), text.size()), key);
}

uint64_t siphash_2_4(std::span<const uint8_t> bytes, const SipKey& key) noexcept
{
    return hash<2, 4>(bytes, key);
}

}  // namespace wrt
