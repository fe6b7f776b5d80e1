// Which characters are which (6.2, 6.3.5), in one table.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wrt::text {

consteval std::array<bool, 256> make_id_characters()
{
    std::array<bool, 256> is_one{};
    for (char c = 'a'; c <= 'z'; ++c)
        is_one[static_cast<uint8_t>(c)] = true;
    for (char c = 'A'; c <= 'Z'; ++c)
        is_one[static_cast<uint8_t>(c)] = true;
    for (char c = '0'; c <= '9'; ++c)
        is_one[static_cast<uint8_t>(c)] = true;
    for (const char c : std::string_view{"!#$%&'*+-./:<=>?@\\^_`|~"})
        is_one[static_cast<uint8_t>(c)] = true;
    return is_one;
}

inline constexpr std::array<bool, 256> id_characters = make_id_characters();

constexpr bool is_id_character(char c)
{
    return id_characters[static_cast<uint8_t>(c)];
}

constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// The value of a hexadecimal digit, or 16.
constexpr uint32_t hex_digit(char c)
{
    if (is_digit(c)) return static_cast<uint32_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<uint32_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<uint32_t>(c - 'A' + 10);
    return 16;
}

}  // namespace wrt::text
