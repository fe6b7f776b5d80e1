#include <wrt/component/wasi/terminal_filter.hpp>

namespace wrt::wasi {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

size_t put_hex_byte(uint8_t byte, char* out) noexcept
{
    out[0] = '\\';
    out[1] = 'x';
    out[2] = hex_digits[byte >> 4];
    out[3] = hex_digits[byte & 15];
    return 4;
}

bool passes(uint8_t ascii) noexcept
{
    return (ascii >= 0x20 && ascii < 0x7f) || ascii == '\n' || ascii == '\t' || ascii == '\r';
}

/// C1 controls, and what changes the direction of text (Unicode UAX #9, Bidi_Control).
bool is_control(uint32_t code_point) noexcept
{
    return (code_point >= 0x80 && code_point < 0xa0) || code_point == 0x061c ||
           code_point == 0x200e || code_point == 0x200f ||
           (code_point >= 0x202a && code_point <= 0x202e) ||
           (code_point >= 0x2066 && code_point <= 0x2069);
}

/// The length that a first byte announces; 0 if no character starts so.
uint8_t length_from(uint8_t first) noexcept
{
    if (first >= 0xc2 && first <= 0xdf) return 2;
    if (first >= 0xe0 && first <= 0xef) return 3;
    if (first >= 0xf0 && first <= 0xf4) return 4;
    return 0;
}

/// Whether `second` may follow `first`: refuses overlong forms, surrogates and code points past
/// U+10FFFF.
bool may_follow(uint8_t first, uint8_t second) noexcept
{
    const uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high;
}

}  // namespace

size_t TerminalFilter::show_pending(std::span<char, max_growth> out) noexcept
{
    size_t size = 0;
    for (uint8_t i = 0; i < count_; ++i) {
        size += put_hex_byte(pending_[i], out.data() + size);
    }
    count_ = 0;
    return size;
}

size_t TerminalFilter::push(uint8_t byte, std::span<char, max_growth> out) noexcept
{
    size_t size = 0;
    if (count_ > 0) {
        const bool fits = count_ == 1 ? may_follow(pending_[0], byte) : (byte & 0xc0) == 0x80;
        if (fits) {
            pending_[count_++] = byte;
            if (count_ < expected_) return 0;
            uint32_t code_point = pending_[0] & (0x7fu >> expected_);
            for (uint8_t i = 1; i < count_; ++i) {
                code_point = code_point << 6 | (pending_[i] & 0x3fu);
            }
            if (is_control(code_point)) return show_pending(out);
            for (uint8_t i = 0; i < count_; ++i) {
                out[size++] = static_cast<char>(pending_[i]);
            }
            count_ = 0;
            return size;
        }
        size = show_pending(out);  // at most three bytes, so the new one still has room
    }
    if (passes(byte)) {
        out[size++] = static_cast<char>(byte);
        return size;
    }
    expected_ = length_from(byte);
    if (expected_ == 0) return size + put_hex_byte(byte, out.data() + size);
    pending_[0] = byte;
    count_ = 1;
    return size;
}

}  // namespace wrt::wasi
