// A branch that moved several values at once sent the result of the operation before it to the
// second temp, where nobody looked: a constant among the values was moved first and took the first
// temp. Found by differential_modes_test.
#include <wrt/runtime/call.hpp>

#include "runtime/world.hpp"

namespace wrt::test {
namespace {

TEST(branch, moves_a_constant_and_the_result_just_computed)
{
    World world;
    const Bytes body = bytes(0x00,                    // no locals
                             0x02, 0x01,              // block (result i32 i32)
                             0x41, 0x07,              // i32.const 7, which the branch drops
                             0x41, 0x00,              // i32.const 0
                             0x20, 0x00, 0x41, 0x01,  // local.get 0, i32.const 1
                             0x6a,                    // i32.add
                             0x0c, 0x00,              // br 0
                             0x0b,                    // end
                             0x6a, 0x0b);             // i32.add, end
    const auto& instance = world.instance(
        wasm({types({func_type({{i32}}, {{i32}}), func_type({}, {{i32}, {i32}})}),
              functions({leb(0)}), exports({bytes(name("f"), 0x00, leb(0))}), code({body})}));
    const runtime::Value args[] = {41};
    runtime::Value results[1];
    ASSERT_TRUE(runtime::call(world.store(), func(instance, "f"), args, results));
    EXPECT_EQ(results[0].i32, 42);
}

}  // namespace
}  // namespace wrt::test
