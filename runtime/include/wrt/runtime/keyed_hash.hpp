// KeyedHash: a keyed hash of words and texts in sequence, for tables over names and types that a
// guest chose.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <wrt/foundation/siphash.hpp>

namespace wrt::runtime {

/// SipHash over blocks; the hash of the blocks so far goes into the key of the next.
class KeyedHash {
public:
    explicit KeyedHash(const SipKey& key) noexcept : key_(key) {}

    void add(uint64_t word) noexcept
    {
        if (count_ == words_.size()) flush();
        words_[count_++] = word;
    }

    /// Ends a text, so that "ab" "c" is not "a" "bc".
    void add(std::string_view text) noexcept
    {
        flush();
        key_.low ^= siphash(text, key_);
    }

    uint64_t finish() noexcept
    {
        flush();
        return key_.low;
    }

private:
    void flush() noexcept
    {
        if (count_ == 0) return;
        const std::span<const uint64_t> words{words_.data(), count_};
        key_.low ^=
            siphash({reinterpret_cast<const uint8_t*>(words.data()), words.size_bytes()}, key_);
        count_ = 0;
    }

    SipKey key_;
    std::array<uint64_t, 16> words_;
    size_t count_ = 0;
};

}  // namespace wrt::runtime
