// The two builds of vector.hpp compute the same.
#include "vector_rows.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <random>

namespace wrt::test {
namespace {

using numeric::v128;

/// Bytes, words, floats and doubles at the edges, and anything.
v128 interesting(std::mt19937_64& random)
{
    constexpr uint32_t words[] = {0,          1,          0x7fffffff, 0x80000000, 0xffffffff,
                                  0x7f80007f, 0x80ff0180, 0x7fff8000, 0x3f800000, 0xbf000000,
                                  0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001, 0x4f000000,
                                  0x4f800000, 0xcf000000, 0x00000001, 0x4effffff, 0x0f101f7f};
    constexpr uint64_t wide[] = {0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000,
                                 0x41efffffffe00000, 0x41dfffffffc00000, 0xc1e0000000000000,
                                 0x8000000000000000, 0x7fffffffffffffff, 0x3fe0000000000000,
                                 0xc004000000000000, 0x41e0000000000000, 0x7ff0000000000001};
    std::array<uint64_t, 2> halves;
    for (uint64_t& half : halves) {
        const auto word = [&] { return uint64_t{words[random() % std::size(words)]}; };
        switch (random() % 4) {
        case 0: half = random(); break;
        case 1: half = wide[random() % std::size(wide)]; break;
        case 2: half = word() | word() << 32; break;
        default: half = static_cast<uint64_t>(static_cast<int64_t>(random() % 64) - 32);
        }
    }
    return std::bit_cast<v128>(halves);
}

/// Equal, or NaN both: which NaN is open where operands were some.
template <class F>
bool agree(v128 a, v128 b)
{
    using Array = std::array<F, 16 / sizeof(F)>;
    const auto x = std::bit_cast<Array>(a);
    const auto y = std::bit_cast<Array>(b);
    for (size_t i = 0; i < x.size(); ++i) {
        const bool same = std::memcmp(&x[i], &y[i], sizeof(F)) == 0;
        if (!same && !(std::isnan(x[i]) && std::isnan(y[i]))) return false;
    }
    return true;
}

TEST(vector_rows, compute_the_same_with_and_without_vector_instructions)
{
    ASSERT_EQ(host_rows().size(), portable_rows().size());
    std::mt19937_64 random{20261125};
    for (size_t i = 0; i < host_rows().size(); ++i) {
        const VectorRow& host = host_rows()[i];
        for (int round = 0; round < 3000; ++round) {
            const v128 a = interesting(random);
            const v128 b = round % 8 == 0 ? a : interesting(random);
            const v128 c = interesting(random);
            const v128 x = host.apply(a, b, c);
            const v128 y = portable_rows()[i].apply(a, b, c);
            const bool same = host.text.starts_with("f32x4")   ? agree<float>(x, y)
                              : host.text.starts_with("f64x2") ? agree<double>(x, y)
                                                               : x[0] == y[0] && x[1] == y[1];
            ASSERT_TRUE(same) << host.text << std::hex << " of " << a[1] << ':' << a[0] << ", "
                              << b[1] << ':' << b[0] << ", " << c[1] << ':' << c[0] << ": " << x[1]
                              << ':' << x[0] << " and " << y[1] << ':' << y[0];
        }
    }
}

}  // namespace
}  // namespace wrt::test
