// TextSink: numbers and guests' texts into a bounded buffer.
#include <wrt/foundation/text.hpp>

#include <cstring>

#include <wrt/foundation/utf8.hpp>

namespace wrt {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

uint32_t decode_sequence(std::span<const uint8_t> bytes, size_t length) noexcept
{
    if (length == 1) return bytes[0];
    uint32_t point = bytes[0] & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; ++i)
        point = (point << 6) | (bytes[i] & 0x3fU);
    return point;
}

/// Control characters, and those that reorder or break the line they stand in.
bool is_hostile(uint32_t point) noexcept
{
    if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return true;
    if (point == 0x061c || point == 0x200e || point == 0x200f) return true;
    return (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
           point == 0xfeff;
}

}  // namespace

TextSink& TextSink::append(std::string_view text) noexcept
{
    size_t count = text.size();
    if (count > buffer_.size() - size_) {
        count = buffer_.size() - size_;
        // Never cut inside a character.
        while (count > 0 && (static_cast<uint8_t>(text[count]) & 0xc0) == 0x80)
            --count;
        truncated_ = true;
    }
    if (count > 0) std::memcpy(buffer_.data() + size_, text.data(), count);
    size_ += count;
    return *this;
}

TextSink& TextSink::append_decimal(uint64_t value) noexcept
{
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value != 0);
    return append(std::string_view(digits + first, sizeof digits - first));
}

TextSink& TextSink::append_hex(uint64_t value) noexcept
{
    char digits[16];
    size_t first = sizeof digits;
    do {
        digits[--first] = hex_digits[value & 0xf];
        value >>= 4;
    } while (value != 0);
    return append("0x").append(std::string_view(digits + first, sizeof digits - first));
}

TextSink& TextSink::append_escaped(std::string_view text, size_t limit) noexcept
{
    const bool cut = text.size() > limit;
    const auto* const data = reinterpret_cast<const uint8_t*>(text.data());
    std::span<const uint8_t> rest(data, text.size());
    const size_t keep_at_least = cut ? text.size() - limit : 0;
    while (rest.size() > keep_at_least) {
        const size_t length = utf8_sequence_length(rest);
        if (cut && length > rest.size() - keep_at_least) break;  // the limit falls into a character
        if (rest[0] == '\\') {
            append("\\\\");
        } else if (length != 0 && !is_hostile(decode_sequence(rest, length))) {
            append(std::string_view(reinterpret_cast<const char*>(rest.data()), length));
        } else {
            for (size_t i = 0; i < (length == 0 ? 1 : length); ++i) {
                const char escaped[] = {'\\', 'x', hex_digits[rest[i] >> 4],
                                        hex_digits[rest[i] & 0xf]};
                append(std::string_view(escaped, sizeof escaped));
            }
        }
        rest = rest.subspan(length == 0 ? 1 : length);
    }
    if (cut) append("...");
    return *this;
}

}  // namespace wrt
