// A call settled the references below its arguments before its arguments. Where both were the same
// local the list of its readers broke, and the next write of the local went round in it for ever,
// while loading. Found by differential_engine.
#include "runtime/world.hpp"

namespace wrt::test {
namespace {

TEST(call, settles_a_local_among_its_arguments_before_the_same_local_below_them)
{
    World world;
    const Bytes object = {0x63, 0x00};            // (ref null 0), a struct
    const Bytes body = bytes(0x01, 0x01, object,  // one local
                             0x20, 0x00,          // local.get 0
                             0x20, 0x00,          // local.get 0
                             0x10, 0x00,          // call 0, with the upper one
                             0xd0, 0x00,          // ref.null 0
                             0x21, 0x00,          // local.set 0
                             0x1a, 0x0b);         // drop, end
    const auto module =
        world.load(wasm({types({struct_type({}), func_type({object}, {}), func_type({}, {})}),
                         functions({leb(1), leb(2)}), code({{0x00, 0x0b}, body})}));
    EXPECT_EQ(text_of(module), "ok");
}

}  // namespace
}  // namespace wrt::test
