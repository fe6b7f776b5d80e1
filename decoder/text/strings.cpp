// String literals. https://webassembly.github.io/spec/core/text/values.html#strings
#include <wrt/text/literals.hpp>

#include "characters.hpp"

#include <wrt/foundation/utf8.hpp>

namespace wrt::text {

namespace {

/// What stands behind a backslash for itself or for one control character; 0 for anything else.
char simple_escape(char c)
{
    switch (c) {
    case 't': return '\t';
    case 'n': return '\n';
    case 'r': return '\r';
    case '"':
    case '\'':
    case '\\': return c;
    default: return 0;
    }
}

/// Behind `{hexnum}` at `start`, with the number in `code_point`; 0 where there is none, or it is
/// no Unicode scalar value.
size_t braced_code_point(std::string_view source, size_t start, uint32_t& code_point)
{
    constexpr uint32_t beyond_unicode = 0x110000;
    if (start >= source.size() || source[start] != '{') return 0;
    code_point = 0;
    bool after_digit = false;
    for (size_t i = start + 1; i < source.size(); ++i) {
        const char c = source[i];
        if (c == '}') {
            const bool is_surrogate = code_point >= 0xd800 && code_point < 0xe000;
            return after_digit && code_point < beyond_unicode && !is_surrogate ? i + 1 : 0;
        }
        if (c == '_' && after_digit) {
            after_digit = false;
            continue;
        }
        const uint32_t digit = hex_digit(c);
        if (digit == 16) return 0;
        code_point = code_point * 16 + digit;
        if (code_point >= beyond_unicode) code_point = beyond_unicode;
        after_digit = true;
    }
    return 0;
}

/// Behind the escape whose backslash is at `start`, or 0.
size_t end_of_escape(std::string_view source, size_t start)
{
    if (start + 1 >= source.size()) return 0;
    if (simple_escape(source[start + 1]) != 0) return start + 2;
    if (source[start + 1] == 'u') {
        uint32_t ignored = 0;
        return braced_code_point(source, start + 2, ignored);
    }
    const bool is_byte = start + 2 < source.size() && hex_digit(source[start + 1]) < 16 &&
                         hex_digit(source[start + 2]) < 16;
    return is_byte ? start + 3 : 0;
}

size_t write_utf8(uint32_t code_point, char* out)
{
    const auto put = [&](size_t index, uint32_t byte) { out[index] = static_cast<char>(byte); };
    if (code_point < 0x80) {
        put(0, code_point);
        return 1;
    }
    if (code_point < 0x800) {
        put(0, 0xc0 | code_point >> 6);
        put(1, 0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        put(0, 0xe0 | code_point >> 12);
        put(1, 0x80 | (code_point >> 6 & 0x3f));
        put(2, 0x80 | (code_point & 0x3f));
        return 3;
    }
    put(0, 0xf0 | code_point >> 18);
    put(1, 0x80 | (code_point >> 12 & 0x3f));
    put(2, 0x80 | (code_point >> 6 & 0x3f));
    put(3, 0x80 | (code_point & 0x3f));
    return 4;
}

std::span<const uint8_t> bytes_of(std::string_view text)
{
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// Reads one character or escape at `position` of a well-formed literal, advances, and writes what
/// it stands for: at most four bytes, and no more than it is long.
size_t unescape_one(std::string_view literal, size_t& position, char* out)
{
    const char c = literal[position++];
    if (c != '\\') {
        out[0] = c;
        return 1;
    }
    const char kind = literal[position];
    if (const char simple = simple_escape(kind); simple != 0) {
        ++position;
        out[0] = simple;
        return 1;
    }
    if (kind == 'u') {
        uint32_t code_point = 0;
        position = braced_code_point(literal, position + 1, code_point);
        return write_utf8(code_point, out);
    }
    out[0] = static_cast<char>(hex_digit(kind) * 16 + hex_digit(literal[position + 1]));
    position += 2;
    return 1;
}

}  // namespace

StringEnd scan_string(std::string_view source, size_t start)
{
    size_t position = start + 1;
    while (position < source.size()) {
        const char c = source[position];
        const auto byte = static_cast<uint8_t>(c);
        if (c == '"') return {.end = position + 1};
        if (c == '\\') {
            const size_t stop = end_of_escape(source, position);
            if (stop == 0) return {.end = position, .error = Errc::illegal_escape};
            position = stop;
        } else if (c == '\n' || c == '\r') {
            return {.end = start, .error = Errc::unclosed_string};
        } else if (byte < 0x20 || byte == 0x7f) {
            return {.end = position, .error = Errc::illegal_character};
        } else {
            const size_t length =
                byte < 0x80 ? 1 : utf8_sequence_length(bytes_of(source.substr(position)));
            if (length == 0) return {.end = position, .error = Errc::malformed_utf8};
            position += length;
        }
    }
    return {.end = start, .error = Errc::unclosed_string};
}

size_t unescape(std::string_view literal, char* out)
{
    size_t size = 0;
    size_t position = 1;
    while (position + 1 < literal.size()) {
        size += unescape_one(literal, position, out + size);
    }
    return size;
}

bool is_name_literal(std::string_view literal)
{
    // Sequences of bytes may be put together from several escapes; whole ones are checked as soon
    // as they are there.
    char pending[8];
    size_t size = 0;
    size_t position = 1;
    while (position + 1 < literal.size() || size != 0) {
        const bool more = position + 1 < literal.size();
        if (more) size += unescape_one(literal, position, pending + size);
        while (size >= (more ? 4U : 1U)) {
            const size_t length = utf8_sequence_length(bytes_of(std::string_view{pending, size}));
            if (length == 0) return false;
            size -= length;
            for (size_t i = 0; i < size; ++i)
                pending[i] = pending[i + length];
        }
    }
    return true;
}

}  // namespace wrt::text
