// Numbers: their grammar, integers, and floats rounded exactly.
// https://webassembly.github.io/spec/core/text/values.html
#include <wrt/text/literals.hpp>

#include "characters.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <system_error>

namespace wrt::text {

namespace {

bool is_sign(char c)
{
    return c == '+' || c == '-';
}

std::string_view without_sign(std::string_view text)
{
    return !text.empty() && is_sign(text.front()) ? text.substr(1) : text;
}

bool is_negative(std::string_view text)
{
    return !text.empty() && text.front() == '-';
}

/// Skips `num` or `hexnum` at the front: digits, with single underscores between them. False, and
/// nothing skipped, where there is none.
bool skip_digits(std::string_view& text, bool hex)
{
    size_t size = 0;
    bool after_digit = false;
    while (size < text.size()) {
        const bool digit = hex ? hex_digit(text[size]) < 16 : is_digit(text[size]);
        if (!digit && !(text[size] == '_' && after_digit)) break;
        after_digit = digit;
        ++size;
    }
    if (!after_digit) return false;
    text.remove_prefix(size);
    return true;
}

bool skip_hex_prefix(std::string_view& text)
{
    if (!text.starts_with("0x")) return false;
    text.remove_prefix(2);
    return true;
}

/// What `text`, without a sign, is: natural, floating or, where it is no number, reserved.
TokenKind magnitude_kind(std::string_view text)
{
    if (text == "inf" || text == "nan") return TokenKind::floating;
    if (text.starts_with("nan:0x")) {
        text.remove_prefix(6);
        return skip_digits(text, true) && text.empty() ? TokenKind::floating : TokenKind::reserved;
    }
    const bool hex = skip_hex_prefix(text);
    if (!skip_digits(text, hex)) return TokenKind::reserved;
    if (text.empty()) return TokenKind::natural;
    if (text.front() == '.') {
        text.remove_prefix(1);
        skip_digits(text, hex);
    }
    const auto is_exponent = [hex](char c) {
        return hex ? c == 'p' || c == 'P' : c == 'e' || c == 'E';
    };
    if (!text.empty() && is_exponent(text.front())) {
        text = without_sign(text.substr(1));
        if (!skip_digits(text, false)) return TokenKind::reserved;
    }
    return text.empty() ? TokenKind::floating : TokenKind::reserved;
}

/// The exponent behind `e` or `p`, held at a bound that no float comes near.
int64_t parse_exponent(std::string_view text)
{
    constexpr int64_t bound = int64_t{1} << 40;
    int64_t value = 0;
    for (const char c : without_sign(text)) {
        if (is_digit(c)) value = std::min(value * 10 + (c - '0'), bound);
    }
    return is_negative(text) ? -value : value;
}

/// The format of a float: its width is 1 + exponent_bits + fraction_bits.
struct Format {
    uint32_t exponent_bits;
    uint32_t fraction_bits;

    int64_t bias() const { return (int64_t{1} << (exponent_bits - 1)) - 1; }
    uint64_t infinity() const { return ((uint64_t{1} << exponent_bits) - 1) << fraction_bits; }
    uint64_t sign() const { return uint64_t{1} << (exponent_bits + fraction_bits); }
};

constexpr Format binary32{8, 23};
constexpr Format binary64{11, 52};

/// The bits of the float nearest to significand * 2^exponent, where `sticky` says that a little was
/// left out; at least infinity() where that is infinite. The significand is not 0.
uint64_t round_to(const Format& format, uint64_t significand, int64_t exponent, bool sticky)
{
    const int shift_up = std::countl_zero(significand);
    significand <<= shift_up;
    exponent += 63 - shift_up;  // now significand / 2^63 * 2^exponent, with 1 <= first factor < 2
    const int64_t smallest = 1 - format.bias();
    if (exponent > format.bias()) return format.infinity();
    // Bits that are dropped: those behind the fraction, and one more for each power of two below
    // the smallest normal number.
    const int64_t dropped =
        int64_t{63} - format.fraction_bits + (exponent < smallest ? smallest - exponent : 0);
    if (dropped > 64) return 0;
    const uint64_t kept = dropped == 64 ? 0 : significand >> dropped;
    const uint64_t half = uint64_t{1} << (dropped - 1);
    const uint64_t rest = dropped == 64 ? significand : significand & (half * 2 - 1);
    const bool up = rest > half || (rest == half && (sticky || (kept & 1) != 0));
    const uint64_t rounded = kept + (up ? 1 : 0);
    if (exponent < smallest) return rounded;
    // The leading bit of the significand adds the one that is missing in the exponent, and so does
    // a carry out of the fraction.
    return (static_cast<uint64_t>(exponent + format.bias() - 1) << format.fraction_bits) + rounded;
}

/// The magnitude of a hexadecimal float or integer; `text` is without sign and prefix.
uint64_t hex_magnitude(std::string_view text, const Format& format)
{
    uint64_t significand = 0;
    int64_t exponent = 0;
    bool sticky = false;
    bool in_fraction = false;
    size_t i = 0;
    for (; i < text.size() && text[i] != 'p' && text[i] != 'P'; ++i) {
        if (text[i] == '.') in_fraction = true;
        const uint32_t digit = hex_digit(text[i]);
        if (digit == 16) continue;
        if (significand >> 60 == 0) {
            significand = significand << 4 | digit;
            if (in_fraction) exponent -= 4;
        } else {
            sticky = sticky || digit != 0;
            if (!in_fraction) exponent += 4;
        }
    }
    if (significand == 0) return 0;
    if (i < text.size()) exponent += parse_exponent(text.substr(i + 1));
    return round_to(format, significand, exponent, sticky);
}

/// The magnitude of a decimal float or integer; `text` is without sign.
template <class Float, class Bits>
uint64_t decimal_magnitude(std::string_view text, const Format& format)
{
    // No more digits than these decide between two neighbours; what is behind them at most breaks a
    // tie, for which one more digit that is not 0 will do.
    constexpr size_t digits_that_matter = 800;
    char digits[digits_that_matter + 32];
    size_t count = 0;
    int64_t point = 0;  // the value is 0.DIGITS * 10^point
    bool in_fraction = false;
    bool more = false;
    size_t i = 0;
    for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
        const char c = text[i];
        if (c == '.') in_fraction = true;
        if (!is_digit(c)) continue;
        const bool is_leading_zero = count == 0 && c == '0';
        if (!in_fraction && !is_leading_zero) ++point;
        if (in_fraction && is_leading_zero) --point;
        if (is_leading_zero) continue;
        if (count < digits_that_matter) {
            digits[count++] = c;
        } else {
            more = more || c != '0';
        }
    }
    if (count == 0) return 0;
    if (i < text.size()) point += parse_exponent(text.substr(i + 1));
    if (point > std::numeric_limits<Float>::max_exponent10 + 1) return format.infinity();
    if (point < -400) return 0;
    if (more) digits[count++] = '1';
    const auto exponent = static_cast<int>(point - static_cast<int64_t>(count));
    digits[count] = 'e';
    const auto written = std::to_chars(digits + count + 1, digits + sizeof digits, exponent);
    Float value = 0;
    const auto [end, problem] = std::from_chars(digits, written.ptr, value);
    // Out of range may be either end of it.
    if (problem == std::errc::result_out_of_range) return point > 0 ? format.infinity() : 0;
    return std::bit_cast<Bits>(value);
}

template <class Float, class Bits>
bool parse_float(std::string_view text, const Format& format, Bits& bits)
{
    const uint64_t sign = is_negative(text) ? format.sign() : 0;
    std::string_view body = without_sign(text);
    if (body == "inf" || body == "nan") {
        const uint64_t quiet = body == "nan" ? uint64_t{1} << (format.fraction_bits - 1) : 0;
        bits = static_cast<Bits>(sign | format.infinity() | quiet);
        return true;
    }
    if (body.starts_with("nan:")) {
        uint64_t payload = 0;
        const uint64_t largest = (uint64_t{1} << format.fraction_bits) - 1;
        if (!parse_natural(body.substr(4), largest, payload) || payload == 0) return false;
        bits = static_cast<Bits>(sign | format.infinity() | payload);
        return true;
    }
    const uint64_t magnitude = skip_hex_prefix(body) ? hex_magnitude(body, format)
                                                     : decimal_magnitude<Float, Bits>(body, format);
    bits = static_cast<Bits>(sign | magnitude);
    return magnitude < format.infinity();
}

}  // namespace

TokenKind word_kind(std::string_view word)
{
    const char first = word.front();
    if (is_sign(first)) {
        const TokenKind kind = magnitude_kind(word.substr(1));
        return kind == TokenKind::natural ? TokenKind::integer : kind;
    }
    if (first == 'i' || first == 'n' || is_digit(first)) {
        const TokenKind kind = magnitude_kind(word);
        if (kind != TokenKind::reserved || is_digit(first)) return kind;
    }
    return first >= 'a' && first <= 'z' ? TokenKind::keyword : TokenKind::reserved;
}

bool parse_natural(std::string_view text, uint64_t largest, uint64_t& value)
{
    const bool hex = skip_hex_prefix(text);
    const uint64_t base = hex ? 16 : 10;
    uint64_t number = 0;
    for (const char c : text) {
        if (c == '_') continue;
        const uint64_t digit = hex_digit(c);
        if (number > (largest - std::min(digit, largest)) / base) return false;
        number = number * base + digit;
        if (number > largest) return false;
    }
    value = number;
    return true;
}

bool parse_integer(std::string_view text, uint32_t bits, uint64_t& value)
{
    const uint64_t largest = ~uint64_t{0} >> (64 - bits);
    const uint64_t most_negative = uint64_t{1} << (bits - 1);
    const bool negative = is_negative(text);
    // A plus sign announces a signed number, and is accepted with an unsigned one all the same.
    const uint64_t bound = negative ? most_negative : largest;
    uint64_t magnitude = 0;
    if (!parse_natural(without_sign(text), bound, magnitude)) return false;
    value = (negative ? 0 - magnitude : magnitude) & largest;
    return true;
}

bool parse_f32(std::string_view text, uint32_t& bits)
{
    return parse_float<float>(text, binary32, bits);
}

bool parse_f64(std::string_view text, uint64_t& bits)
{
    return parse_float<double>(text, binary64, bits);
}

}  // namespace wrt::text
