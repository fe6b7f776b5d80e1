// UTF-8 by the ranges of Unicode's table 3-7: the first byte of a sequence decides its length and
// what its second byte may be; later bytes are plain continuations.
#include <wrt/foundation/utf8.hpp>

#include <cstring>

namespace wrt {

namespace {

constexpr uint64_t high_bits = 0x8080808080808080U;

struct SequenceRule {
    size_t length;
    uint8_t second_min;
    uint8_t second_max;
};

constexpr SequenceRule rule_of(uint8_t first) noexcept
{
    if (first < 0xc2) return {0, 0, 0};  // a continuation, or an overlong pair
    if (first < 0xe0) return {2, 0x80, 0xbf};
    if (first == 0xe0) return {3, 0xa0, 0xbf};  // below: overlong
    if (first == 0xed) return {3, 0x80, 0x9f};  // above: surrogates
    if (first < 0xf0) return {3, 0x80, 0xbf};
    if (first == 0xf0) return {4, 0x90, 0xbf};  // below: overlong
    if (first < 0xf4) return {4, 0x80, 0xbf};
    if (first == 0xf4) return {4, 0x80, 0x8f};  // above: beyond U+10FFFF
    return {0, 0, 0};
}

}  // namespace

size_t utf8_sequence_length(std::span<const uint8_t> bytes) noexcept
{
    if (bytes.empty()) return 0;
    if (bytes[0] < 0x80) return 1;
    const SequenceRule rule = rule_of(bytes[0]);
    if (rule.length == 0 || bytes.size() < rule.length) return 0;
    if (bytes[1] < rule.second_min || bytes[1] > rule.second_max) return 0;
    for (size_t i = 2; i < rule.length; ++i) {
        if ((bytes[i] & 0xc0) != 0x80) return 0;
    }
    return rule.length;
}

bool is_valid_utf8(std::span<const uint8_t> bytes) noexcept
{
    size_t at = 0;
    while (at < bytes.size()) {
        if (bytes.size() - at >= sizeof(uint64_t)) {
            uint64_t word;
            std::memcpy(&word, bytes.data() + at, sizeof word);
            if ((word & high_bits) == 0) {
                at += sizeof word;
                continue;
            }
        }
        const size_t length = utf8_sequence_length(bytes.subspan(at));
        if (length == 0) return false;
        at += length;
    }
    return true;
}

}  // namespace wrt
