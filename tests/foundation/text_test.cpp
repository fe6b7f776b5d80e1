// TextSink: numbers, cutting, and guests' texts made harmless.
#include <wrt/foundation/text.hpp>

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace wrt {
namespace {

std::string escaped(std::string_view text, size_t limit = 256)
{
    char buffer[512];
    TextSink sink{buffer};
    sink.append_escaped(text, limit);
    return std::string(sink.view());
}

TEST(text_sink, writes_numbers)
{
    char buffer[128];
    TextSink sink{buffer};
    sink.append_decimal(0).append(' ').append_decimal(UINT64_MAX).append(' ');
    sink.append_hex(0).append(' ').append_hex(0x1f).append(' ').append_hex(UINT64_MAX);
    EXPECT_EQ(sink.view(), "0 18446744073709551615 0x0 0x1f 0xffffffffffffffff");
    EXPECT_FALSE(sink.truncated());
}

TEST(text_sink, cuts_what_does_not_fit_between_characters)
{
    char buffer[5];
    TextSink sink{buffer};
    sink.append("abc").append("\xe2\x82\xac");  // a euro sign of three bytes
    EXPECT_EQ(sink.view(), "abc");
    EXPECT_TRUE(sink.truncated());
    TextSink none{std::span<char>{}};
    none.append("x").append("");
    EXPECT_EQ(none.view(), "");
}

TEST(text_sink, leaves_ordinary_text_alone)
{
    EXPECT_EQ(escaped("wasi_snapshot_preview1"), "wasi_snapshot_preview1");
    EXPECT_EQ(escaped("na\xc3\xafve \xe2\x82\xac \xf0\x9f\xa6\x80"),
              "na\xc3\xafve \xe2\x82\xac \xf0\x9f\xa6\x80");
    EXPECT_EQ(escaped(""), "");
}

TEST(text_sink, escapes_what_a_terminal_would_obey)
{
    EXPECT_EQ(escaped("a\x1b[31mb\n\t"), "a\\x1b[31mb\\x0a\\x09");
    EXPECT_EQ(escaped(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
    EXPECT_EQ(escaped("\xc2\x9b"), "\\xc2\\x9b");           // C1: CSI
    EXPECT_EQ(escaped("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // right-to-left override
    EXPECT_EQ(escaped("\xe2\x81\xa6"), "\\xe2\\x81\\xa6");  // left-to-right isolate
    EXPECT_EQ(escaped("\xd8\x9c"), "\\xd8\\x9c");           // arabic letter mark
    EXPECT_EQ(escaped("\xff\xc3"), "\\xff\\xc3");           // not UTF-8
    EXPECT_EQ(escaped("\\x1b"), "\\\\x1b");                 // cannot be mistaken for an escape
}

TEST(text_sink, cuts_long_texts_and_says_so)
{
    EXPECT_EQ(escaped("0123456789", 10), "0123456789");
    EXPECT_EQ(escaped("0123456789", 4), "0123...");
    EXPECT_EQ(escaped("ab\xe2\x82\xac", 4), "ab...");
    EXPECT_EQ(escaped(std::string(1000, 'a')).size(), 259U);
}

TEST(fixed_text, holds_what_fits)
{
    const FixedText<4> text{"abcdef"};
    EXPECT_EQ(text, "abcd");
    EXPECT_EQ(FixedText<4>{}, "");
    const std::string_view view = text;
    EXPECT_EQ(view.size(), 4U);
}

}  // namespace
}  // namespace wrt
