// What literals stand for (6.3.1 to 6.3.4): integers, floats, strings.
// https://webassembly.github.io/spec/core/text/values.html
#pragma once

#include <wrt/foundation/error.hpp>
#include <wrt/text/tokens.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wrt::text {

/// What kind of token a run of id characters is, that does not begin with `$`: a number, a keyword,
/// or reserved.
TokenKind word_kind(std::string_view word);

/// The number of a `natural`; false where it is above `largest`.
[[nodiscard]] bool parse_natural(std::string_view text, uint64_t largest, uint64_t& value);

/// The number of a `natural` or an `integer`, as the low `bits` bits of its two's complement; false
/// where it is neither a signed nor an unsigned integer of so many bits.
[[nodiscard]] bool parse_integer(std::string_view text, uint32_t bits, uint64_t& value);

/// The bits of the f32 or f64 that is nearest to a number (`natural`, `integer` or `floating`; ties
/// to even), of an infinity, or of a NaN with its payload. False where the number rounds to none
/// that is finite, or the payload is 0 or does not fit.
[[nodiscard]] bool parse_f32(std::string_view text, uint32_t& bits);
[[nodiscard]] bool parse_f64(std::string_view text, uint64_t& bits);

/// Where a string literal ends.
struct StringEnd {
    size_t end = 0;  ///< Behind the closing quote; after an error, its place.
    Errc error =
        Errc::none;  ///< unclosed_string, illegal_escape, illegal_character, malformed_utf8
};
/// Of the string literal whose opening quote is at `start`.
StringEnd scan_string(std::string_view source, size_t start);

/// How many bytes a string literal (with its quotes, well formed) stands for, at most.
constexpr size_t string_bound(std::string_view literal)
{
    return literal.size() - 2;
}
/// Writes the bytes that it stands for, and says how many they are. `out` has room for
/// string_bound().
size_t unescape(std::string_view literal, char* out);
/// Whether the bytes that it stands for are well-formed UTF-8.
bool is_name_literal(std::string_view literal);

}  // namespace wrt::text
