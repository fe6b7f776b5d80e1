// 4294967295 means "none" inside the decoder, and was taken for that where a module said it: as the
// tag of a catch clause and as a supertype. Found by differential_verdicts.
#include "runtime/world.hpp"

namespace wrt::test {
namespace {

const Bytes largest = {0xff, 0xff, 0xff, 0xff, 0x0f};

TEST(largest_index, is_no_tag)
{
    World world;
    const Bytes body = bytes(0x00,                           // no locals
                             0x02, 0x69,                     // block (result exnref)
                             0x1f, 0x40, 0x01,               // try_table, one clause
                             0x01, largest, 0x00,            // catch_ref 4294967295 0
                             0x0b, 0x00, 0x0b, 0x1a, 0x0b);  // end, unreachable, end, drop, end
    const auto module =
        world.load(wasm({types({func_type({}, {})}), functions({leb(0)}), code({body})}));
    EXPECT_EQ(text_of(module), "invalid at 0x19: unknown tag 4294967295");
}

TEST(largest_index, is_no_supertype)
{
    World world;
    const Bytes type = bytes(0x50, 0x01, largest, 0x5f, 0x00);  // sub 4294967295 (struct)
    const auto module = world.load(wasm({types({type})}));
    EXPECT_EQ(text_of(module), "invalid at 0xb: unknown type 4294967295, there are 1000000");
}

}  // namespace
}  // namespace wrt::test
