// ByteReader: integers at every boundary, names, counts, sub-readers, and where each error points.
#include <wrt/foundation/byte_reader.hpp>

#include <limits>
#include <optional>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include <wrt/foundation/limits.hpp>

#include "support/bytes.hpp"

namespace wrt {
namespace {

using test::bytes;
using test::Bytes;

std::string text_of(const Error& error)
{
    return std::string(describe(error).view());
}

TEST(byte_reader, reads_bytes_and_knows_where_it_is)
{
    const Bytes input = bytes(1, 2, 3);
    ByteReader reader{input, 0x10};
    EXPECT_EQ(reader.offset(), 0x10U);
    EXPECT_EQ(*reader.peek(), 1);
    EXPECT_EQ(*reader.byte(), 1);
    EXPECT_EQ(*reader.byte(), 2);
    EXPECT_EQ(reader.offset(), 0x12U);
    EXPECT_EQ(reader.remaining(), 1U);
    EXPECT_FALSE(reader.at_end());
    EXPECT_EQ(*reader.byte(), 3);
    EXPECT_TRUE(reader.at_end());
    EXPECT_EQ(text_of(reader.byte().error()), "malformed at 0x13: unexpected end");
    EXPECT_EQ(text_of(reader.peek().error()), "malformed at 0x13: unexpected end");
}

TEST(byte_reader, of_nothing_is_at_its_end)
{
    ByteReader reader{std::span<const uint8_t>{}};
    EXPECT_TRUE(reader.at_end());
    EXPECT_FALSE(reader.byte());
    EXPECT_FALSE(reader.u32());
    EXPECT_FALSE(reader.s64());
    EXPECT_FALSE(reader.fixed_u32());
    EXPECT_FALSE(reader.name());
    EXPECT_TRUE(reader.bytes(0));
    EXPECT_TRUE(reader.skip(0));
    EXPECT_FALSE(reader.skip(1));
    EXPECT_TRUE(reader.sub_reader(0));
}

TEST(byte_reader, goes_back_where_it_was_told_to)
{
    const Bytes input = bytes(1, 2, 3);
    ByteReader reader{input};
    const uint8_t* const start = reader.position();
    ASSERT_TRUE(reader.skip(3));
    reader.move_to(start + 1);
    EXPECT_EQ(*reader.byte(), 2);
    EXPECT_EQ(reader.offset_of(start), 0U);
    EXPECT_EQ(reader.end(), start + 3);
}

TEST(byte_reader, reads_unsigned_integers_of_every_length)
{
    for (const uint64_t value :
         {uint64_t{0}, uint64_t{1}, uint64_t{0x7f}, uint64_t{0x80}, uint64_t{0x3fff},
          uint64_t{0x4000}, uint64_t{0x1fffff}, uint64_t{0x200000}, uint64_t{0xfffffff},
          uint64_t{0x10000000}, uint64_t{0xffffffff}}) {
        const Bytes input = bytes(test::leb(value), 0x55);
        ByteReader reader{input};
        const auto narrow = reader.u32();
        ASSERT_TRUE(narrow) << value;
        EXPECT_EQ(*narrow, value);
        EXPECT_EQ(*reader.byte(), 0x55);
        ByteReader again{input};
        EXPECT_EQ(*again.u64(), value);
    }
    for (uint64_t value = 1; value != 0; value <<= 1) {
        for (const uint64_t around : {value - 1, value, value + 1, ~value}) {
            const Bytes input = test::leb(around);
            ByteReader reader{input};
            EXPECT_EQ(*reader.u64(), around);
            EXPECT_TRUE(reader.at_end());
        }
    }
}

TEST(byte_reader, reads_signed_integers_of_every_length)
{
    const auto check = [](int64_t value) {
        const Bytes input = bytes(test::signed_leb(value), 0x55);
        ByteReader wide{input};
        EXPECT_EQ(*wide.s64(), value);
        EXPECT_EQ(*wide.byte(), 0x55);
        if (value >= std::numeric_limits<int32_t>::min() &&
            value <= std::numeric_limits<int32_t>::max()) {
            ByteReader reader{input};
            EXPECT_EQ(*reader.s32(), value);
            EXPECT_EQ(*reader.byte(), 0x55);
        }
        if (value >= -(int64_t{1} << 32) && value < int64_t{1} << 32) {
            ByteReader reader{input};
            EXPECT_EQ(*reader.s33(), value);
        }
    };
    for (int shift = 0; shift < 63; ++shift) {
        const int64_t value = int64_t{1} << shift;
        for (const int64_t around : {value, value - 1, value + 1, -value, -value - 1, -value + 1}) {
            check(around);
        }
    }
    check(std::numeric_limits<int64_t>::min());
    check(std::numeric_limits<int64_t>::max());
}

TEST(byte_reader, takes_padded_integers_up_to_the_longest_form)
{
    const Bytes padded = bytes(0x83, 0x80, 0x80, 0x80, 0x00);
    ByteReader reader{padded};
    EXPECT_EQ(*reader.u32(), 3U);
    const Bytes negative = bytes(0xff, 0xff, 0xff, 0xff, 0x7f);
    ByteReader signed_reader{negative};
    EXPECT_EQ(*signed_reader.s32(), -1);
    const Bytes wide = bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f);
    ByteReader wide_reader{wide};
    EXPECT_EQ(*wide_reader.s64(), -1);
}

TEST(byte_reader, refuses_a_leb_that_is_too_long)
{
    const Bytes input = bytes(0x00, 0x82, 0x80, 0x80, 0x80, 0x80, 0x00);
    ByteReader reader{input};
    ASSERT_TRUE(reader.byte());
    EXPECT_EQ(text_of(reader.u32().error()), "malformed at 0x1: integer representation too long");
    EXPECT_EQ(reader.offset(), 1U);  // where it was
    EXPECT_EQ(reader.s32().error().code, Errc::integer_representation_too_long);
    EXPECT_EQ(*reader.u64(), 2U);
    const Bytes eleven = bytes(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
    ByteReader wide{eleven};
    EXPECT_EQ(wide.u64().error().code, Errc::integer_representation_too_long);
    EXPECT_EQ(wide.s64().error().code, Errc::integer_representation_too_long);
    EXPECT_EQ(wide.s33().error().code, Errc::integer_representation_too_long);
}

TEST(byte_reader, refuses_bits_that_the_integer_does_not_have)
{
    const auto u32 = [](uint8_t last) {
        const Bytes input = bytes(0x82, 0x80, 0x80, 0x80, last);
        ByteReader reader{input};
        return reader.u32();
    };
    EXPECT_TRUE(u32(0x0f));
    EXPECT_EQ(u32(0x10).error().code, Errc::integer_too_large);
    EXPECT_EQ(u32(0x70).error().code, Errc::integer_too_large);

    const auto s32 = [](uint8_t last) {
        const Bytes input = bytes(0x80, 0x80, 0x80, 0x80, last);
        ByteReader reader{input};
        return reader.s32();
    };
    EXPECT_EQ(*s32(0x07), 0x70000000);
    EXPECT_EQ(*s32(0x78), std::numeric_limits<int32_t>::min());
    for (const uint8_t last : std::initializer_list<uint8_t>{0x08, 0x0f, 0x1f, 0x40, 0x4f, 0x70}) {
        EXPECT_EQ(s32(last).error().code, Errc::integer_too_large) << int{last};
    }

    const auto s33 = [](uint8_t last) {
        const Bytes input = bytes(0x80, 0x80, 0x80, 0x80, last);
        ByteReader reader{input};
        return reader.s33();
    };
    EXPECT_EQ(*s33(0x0f), int64_t{0xf0000000});
    EXPECT_EQ(*s33(0x70), -(int64_t{1} << 32));
    EXPECT_EQ(s33(0x10).error().code, Errc::integer_too_large);
    EXPECT_EQ(s33(0x60).error().code, Errc::integer_too_large);

    const auto wide = [](uint8_t last) {
        return bytes(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, last);
    };
    for (const uint8_t last : std::initializer_list<uint8_t>{0x02, 0x7e, 0x7f}) {
        const Bytes input = wide(last);
        EXPECT_EQ(ByteReader{input}.u64().error().code, Errc::integer_too_large);
    }
    for (const uint8_t last : std::initializer_list<uint8_t>{0x01, 0x02, 0x40, 0x7e}) {
        const Bytes input = wide(last);
        EXPECT_EQ(ByteReader{input}.s64().error().code, Errc::integer_too_large);
    }
    const Bytes least = wide(0x7f);
    EXPECT_EQ(*ByteReader{least}.s64(), std::numeric_limits<int64_t>::min());
}

TEST(byte_reader, reports_the_end_inside_an_integer_at_the_end)
{
    const Bytes input = bytes(0x80, 0x80);
    ByteReader reader{input, 0x20};
    EXPECT_EQ(text_of(reader.u32().error()), "malformed at 0x22: unexpected end");
    EXPECT_EQ(reader.offset(), 0x20U);
    EXPECT_FALSE(reader.u64());
    EXPECT_FALSE(reader.s33());
}

/// The specification's definition of uN and sN, digit by digit, to compare with.
template <bool Signed>
std::optional<uint64_t> reference_leb(std::span<const uint8_t> input, int bits, size_t& used)
{
    uint64_t value = 0;
    int shift = 0;
    used = 0;
    while (true) {
        if (bits <= 0 || used == input.size()) return std::nullopt;
        const uint8_t byte = input[used++];
        const auto payload = static_cast<uint8_t>(byte & 0x7f);
        if (bits < 7) {
            if constexpr (Signed) {
                const auto mask = static_cast<uint8_t>((0x7f << (bits - 1)) & 0x7f);
                if ((payload & mask) != 0 && (payload & mask) != mask) return std::nullopt;
            } else if (payload >> bits != 0) {
                return std::nullopt;
            }
        }
        value |= uint64_t{payload} << shift;
        shift += 7;
        if (byte < 0x80) {
            if (Signed && shift < 64 && (byte & 0x40) != 0) value |= ~uint64_t{0} << shift;
            return value;
        }
        bits -= 7;
    }
}

TEST(byte_reader, agrees_with_the_definition_on_random_bytes)
{
    std::mt19937_64 random{7};
    for (int round = 0; round < 200'000; ++round) {
        Bytes input(random() % 12);
        for (uint8_t& byte : input) {
            byte = static_cast<uint8_t>(random());
            if (random() % 4 != 0) byte |= 0x80;
            if (random() % 4 == 0) byte = random() % 2 != 0 ? 0x80 : 0xff;
        }
        size_t used = 0;
        const auto compare = [&](auto result, const ByteReader& reader,
                                 std::optional<uint64_t> expected) {
            ASSERT_EQ(result.has_value(), expected.has_value());
            if (!result) {
                ASSERT_EQ(reader.offset(), 0U);
                return;
            }
            ASSERT_EQ(static_cast<uint64_t>(static_cast<int64_t>(*result)), *expected);
            ASSERT_EQ(reader.offset(), used);
        };
        ByteReader a{input}, b{input}, c{input}, d{input}, e{input};
        const auto u32 = a.u32();
        compare(u32 ? Result<int64_t>(int64_t{*u32}) : Result<int64_t>(u32.error()), a,
                reference_leb<false>(input, 32, used));
        compare(b.u64(), b, reference_leb<false>(input, 64, used));
        compare(c.s32(), c, reference_leb<true>(input, 32, used));
        compare(d.s33(), d, reference_leb<true>(input, 33, used));
        compare(e.s64(), e, reference_leb<true>(input, 64, used));
        if (HasFatalFailure()) return;
    }
}

TEST(byte_reader, reads_fixed_words_in_little_endian)
{
    const Bytes input = bytes(0x00, 0x61, 0x73, 0x6d, 1, 2, 3, 4, 5, 6, 7, 0x88);
    ByteReader reader{input};
    EXPECT_EQ(*reader.fixed_u32(), 0x6d736100U);
    EXPECT_EQ(*reader.fixed_u64(), 0x8807060504030201U);
    EXPECT_TRUE(reader.at_end());
    ByteReader short_reader{std::span(input).first(3)};
    EXPECT_EQ(text_of(short_reader.fixed_u32().error()), "malformed at 0x3: unexpected end");
}

TEST(byte_reader, refuses_more_bytes_than_there_are)
{
    const Bytes input = bytes(1, 2, 3);
    ByteReader reader{input};
    EXPECT_EQ(text_of(reader.bytes(4).error()),
              "malformed at 0x0: length out of bounds, expected 3, got 4");
    EXPECT_EQ(text_of(reader.skip(SIZE_MAX).error()),
              "malformed at 0x0: length out of bounds, expected 3, got 4294967295");
    EXPECT_EQ(reader.offset(), 0U);
    EXPECT_EQ(reader.bytes(3)->size(), 3U);
}

TEST(byte_reader, a_sub_reader_ends_where_its_section_does)
{
    const Bytes input = bytes(9, 1, 2, 3);
    ByteReader reader{input, 0x100};
    ASSERT_TRUE(reader.byte());
    auto section = reader.sub_reader(2);
    ASSERT_TRUE(section);
    EXPECT_EQ(reader.offset(), 0x103U);
    EXPECT_EQ(section->offset(), 0x101U);
    ASSERT_TRUE(section->skip(2));
    EXPECT_EQ(text_of(section->byte().error()),
              "malformed at 0x103: unexpected end of section or function");
    EXPECT_EQ(text_of(section->u32().error()),
              "malformed at 0x103: unexpected end of section or function");
    EXPECT_EQ(reader.sub_reader(2).error().code, Errc::length_out_of_bounds);
}

TEST(byte_reader, refuses_a_count_greater_than_the_bytes_left)
{
    const Bytes input = bytes(0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2);
    ByteReader reader{input};
    EXPECT_EQ(text_of(reader.count().error()),
              "malformed at 0x0: length out of bounds, expected 2, got 4294967295");
    EXPECT_EQ(reader.offset(), 0U);
    const Bytes fits = bytes(2, 1, 2);
    EXPECT_EQ(*ByteReader{fits}.count(), 2U);
    const Bytes too_many = bytes(3, 1, 2);
    EXPECT_FALSE(ByteReader{too_many}.count());
}

TEST(byte_reader, reads_names_in_place)
{
    const Bytes input = bytes(6, "na\xc3\xafve", 0);
    ByteReader reader{input};
    const auto name = reader.name();
    ASSERT_TRUE(name);
    EXPECT_EQ(*name, "na\xc3\xafve");
    EXPECT_EQ(static_cast<const void*>(name->data()), input.data() + 1);
    EXPECT_EQ(*reader.name(), "");
}

TEST(byte_reader, refuses_names_that_are_no_utf8_or_too_long)
{
    const Bytes malformed = bytes(3, "a\xffz");
    ByteReader reader{malformed};
    EXPECT_EQ(text_of(reader.name().error()), "malformed at 0x1: malformed UTF-8 encoding");
    EXPECT_EQ(reader.offset(), 0U);

    Bytes longest = bytes(test::leb(limits::name_bytes), std::string(limits::name_bytes, 'a'));
    EXPECT_TRUE(ByteReader{longest}.name());
    Bytes longer =
        bytes(test::leb(limits::name_bytes + 1), std::string(limits::name_bytes + 1, 'a'));
    EXPECT_EQ(text_of(ByteReader{longer}.name().error()),
              "unsupported at 0x3: name too long, at most 100000 bytes, got 100001");

    const Bytes cut = bytes(5, "four");
    EXPECT_EQ(ByteReader{cut}.name().error().code, Errc::length_out_of_bounds);
}

}  // namespace
}  // namespace wrt
