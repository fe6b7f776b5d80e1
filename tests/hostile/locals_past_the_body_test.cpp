// The declarations of locals of a body one byte long take bytes of the next body, up to the end of
// the binary. Choosing pinned locals went on reading from there, outside of the binary, until
// something looked wrong. Found by differential_mutants under UBSan.
#include <algorithm>
#include <memory>

#include <wrt/foundation/arena.hpp>
#include <wrt/runtime/load.hpp>

#include "runtime/world.hpp"

namespace wrt::test {
namespace {

TEST(locals, that_run_over_the_end_of_their_body_are_refused)
{
    const Bytes bodies = bytes(0x02,         // two bodies
                               0x01, 0x01,   // one byte: one group of locals,
                               0x01, 0x7f);  // which is the second body: one i32
    const Bytes binary =
        wasm({types({func_type({}, {})}), functions({leb(0), leb(0)}), section(10, bodies)});
    // Exactly as long as it is, so that a sanitizer sees who reads on.
    const auto exact = std::make_unique<uint8_t[]>(binary.size());
    std::copy(binary.begin(), binary.end(), exact.get());
    World world;
    EXPECT_EQ(
        text_of(runtime::load_module_from_binary({exact.get(), binary.size()}, world.arena())),
        "malformed at 0x1a: unexpected end of section or function");
}

}  // namespace
}  // namespace wrt::test
