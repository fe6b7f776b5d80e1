// Checksum: 128 bits over a stream of bytes, the same however the stream is cut. It finds damage;
// whoever wants to can compute one, so it proves nothing about where bytes come from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <wrt/foundation/siphash.hpp>

namespace wrt {

struct Digest {
    uint64_t low = 0;
    uint64_t high = 0;

    friend bool operator==(const Digest&, const Digest&) = default;
};

class Checksum {
public:
    void add(std::span<const uint8_t> bytes) noexcept;
    Digest finish() noexcept;

private:
    void fold(std::span<const uint8_t> block) noexcept;

    // Two hashes over blocks, each block's going into the keys of the next.
    SipKey low_{0x7772742d73756d30, 0x6c6f77206f6e6521};
    SipKey high_{0x7772742d73756d31, 0x6869676820747770};
    std::array<uint8_t, 4096> block_;
    size_t filled_ = 0;
    uint64_t total_ = 0;
};

Digest digest_of(std::span<const uint8_t> bytes) noexcept;

}  // namespace wrt
