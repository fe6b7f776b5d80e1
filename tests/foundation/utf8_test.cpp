// UTF-8: every sequence of up to three bytes, and the boundaries of four, against the definition by
// code points.
#include <wrt/foundation/utf8.hpp>

#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace wrt {
namespace {

bool valid(std::string_view text)
{
    return is_valid_utf8({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

std::string encode(uint32_t point)
{
    std::string text;
    if (point < 0x80) {
        text += static_cast<char>(point);
    } else if (point < 0x800) {
        text += static_cast<char>(0xc0 | point >> 6);
        text += static_cast<char>(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        text += static_cast<char>(0xe0 | point >> 12);
        text += static_cast<char>(0x80 | (point >> 6 & 0x3f));
        text += static_cast<char>(0x80 | (point & 0x3f));
    } else {
        text += static_cast<char>(0xf0 | point >> 18);
        text += static_cast<char>(0x80 | (point >> 12 & 0x3f));
        text += static_cast<char>(0x80 | (point >> 6 & 0x3f));
        text += static_cast<char>(0x80 | (point & 0x3f));
    }
    return text;
}

TEST(utf8, takes_every_scalar_value_and_no_surrogate)
{
    for (uint32_t point = 0; point < 0x110000; ++point) {
        const bool surrogate = point >= 0xd800 && point < 0xe000;
        ASSERT_EQ(valid(encode(point)), !surrogate) << point;
    }
    EXPECT_FALSE(valid(encode(0x110000)));
    EXPECT_FALSE(valid(encode(0x1fffff)));
}

TEST(utf8, takes_no_three_bytes_that_no_scalar_values_make)
{
    // How many sequences of length n are valid is known: count them.
    uint32_t found = 0;
    std::array<uint8_t, 3> text{};
    for (uint32_t bits = 0; bits < 1U << 24; ++bits) {
        text = {static_cast<uint8_t>(bits >> 16), static_cast<uint8_t>(bits >> 8),
                static_cast<uint8_t>(bits)};
        found += is_valid_utf8(text) ? 1 : 0;
    }
    constexpr uint32_t one = 0x80;
    constexpr uint32_t two = 0x800 - 0x80;
    constexpr uint32_t three = 0x10000 - 0x800 - 0x800;
    EXPECT_EQ(found, one * one * one + 2 * one * two + three);
}

TEST(utf8, refuses_overlong_cut_and_stray_bytes)
{
    for (const std::string_view text :
         {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",
          "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80",
          "\xfe", "\xff", "\x80", "\xbf", "\xc2", "\xe1\x80", "\xf1\x80\x80", "\xc2\x41",
          "\xe1\x80\x41", "\xf1\x80\x80\x41"}) {
        EXPECT_FALSE(valid(text));
    }
}

TEST(utf8, finds_a_bad_byte_at_any_place)
{
    for (size_t size = 1; size < 40; ++size) {
        for (size_t place = 0; place < size; ++place) {
            std::string text(size, 'a');
            EXPECT_TRUE(valid(text));
            text[place] = '\x80';
            EXPECT_FALSE(valid(text)) << size << ' ' << place;
        }
    }
    EXPECT_TRUE(valid("aaaaaaa\xc3\xa9"
                      "bbbbbbbb\xf0\x9f\xa6\x80"));
}

TEST(utf8, tells_the_length_of_the_first_sequence)
{
    const auto length = [](std::string_view text) {
        return utf8_sequence_length({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
    };
    EXPECT_EQ(length("a"), 1U);
    EXPECT_EQ(length("\xc3\xa9x"), 2U);
    EXPECT_EQ(length("\xe2\x82\xac"), 3U);
    EXPECT_EQ(length("\xf0\x9f\xa6\x80"), 4U);
    EXPECT_EQ(length("\x80"), 0U);
    EXPECT_EQ(length(""), 0U);
}

}  // namespace
}  // namespace wrt
