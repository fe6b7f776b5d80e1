// SipHash against its published vectors, and little-endian loads.
#include <wrt/foundation/siphash.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include <wrt/foundation/little_endian.hpp>

namespace wrt {
namespace {

/// The key 00 01 .. 0f of the paper's appendix and of the reference implementation's vectors.
constexpr SipKey paper_key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};

TEST(siphash, gives_the_papers_value)
{
    std::array<uint8_t, 15> message{};
    for (size_t i = 0; i < message.size(); ++i)
        message[i] = static_cast<uint8_t>(i);
    EXPECT_EQ(siphash_2_4(message, paper_key), 0xa129ca6149be45e5U);
}

TEST(siphash, of_nothing_is_the_reference_value)
{
    EXPECT_EQ(siphash_2_4({}, paper_key), 0x726fdb47dd0e0e31U);
}

TEST(siphash, depends_on_every_byte_the_length_and_the_key)
{
    std::set<uint64_t> seen;
    for (size_t size = 0; size <= 40; ++size) {
        std::string text(size, '\0');
        EXPECT_TRUE(seen.insert(siphash(text, paper_key)).second) << size;
        for (size_t i = 0; i < size; ++i) {
            text[i] = 1;
            EXPECT_TRUE(seen.insert(siphash(text, paper_key)).second) << size << ' ' << i;
            text[i] = 0;
        }
    }
    EXPECT_NE(siphash("name", paper_key), siphash("name", SipKey{1, 2}));
    EXPECT_EQ(siphash("name", paper_key), siphash("name", paper_key));
}

TEST(siphash, random_keys_differ)
{
    const SipKey one = SipKey::random();
    const SipKey two = SipKey::random();
    EXPECT_FALSE(one.low == two.low && one.high == two.high);
}

TEST(little_endian, loads_and_stores_at_any_address)
{
    const uint8_t bytes[] = {0xff, 1, 2, 3, 4, 5, 6, 7, 8};
    EXPECT_EQ(load_le<uint8_t>(bytes + 1), 1);
    EXPECT_EQ(load_le<uint16_t>(bytes + 1), 0x0201);
    EXPECT_EQ(load_le<uint32_t>(bytes + 1), 0x04030201U);
    EXPECT_EQ(load_le<uint64_t>(bytes + 1), 0x0807060504030201U);
    EXPECT_EQ(load_le<int8_t>(bytes), -1);
    uint8_t target[9] = {};
    store_le<double>(target + 1, -0.0);
    EXPECT_EQ(target[8], 0x80);
    EXPECT_TRUE(std::signbit(load_le<double>(target + 1)));
    store_le<uint16_t>(target, 0x1234);
    EXPECT_EQ(target[0], 0x34);
    EXPECT_EQ(target[1], 0x12);
}

}  // namespace
}  // namespace wrt
