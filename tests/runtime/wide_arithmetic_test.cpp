// Wide arithmetic in functions: two results among operands that registers repeat.
#include "world.hpp"

namespace wrt::test {
namespace {

constexpr uint8_t i64_add = 0x7c, i64_sub = 0x7d, i64_xor = 0x85, local_get = 0x20;

/// What (func (param i64 i64) (result i64) ...) gives for two operands.
int64_t result_of(const Bytes& instructions, bool slots_only, int64_t a, int64_t b)
{
    World world;
    runtime::LoadOptions options;
    options.decode.features = FeatureSet{}.with(Feature::wide_arithmetic);
    options.translate.slots_only = slots_only;
    const auto module =
        world.load(wasm({types({func_type({{i64}, {i64}}, {{i64}})}), functions({{0}}),
                         exports({export_func("f", 0)}), code({body({instructions})})}),
                   options);
    EXPECT_EQ(text_of(module), "ok");
    const auto instance = runtime::instantiate(world.store(), *module.value());
    const runtime::Value arguments[] = {a, b};
    runtime::Value result[1];
    EXPECT_EQ(
        text_of(runtime::call(world.store(), func(*instance.value(), "f"), arguments, result)),
        "ok");
    return result[0].i64;
}

const Bytes sum = {local_get, 0, local_get, 1, i64_add};
const Bytes difference = {local_get, 0, local_get, 1, i64_sub};

}  // namespace

TEST(wide_arithmetic, leaves_both_results_where_the_next_instruction_looks)
{
    for (const bool slots_only : {false, true}) {
        // (a + b) * (a - b), its halves subtracted: both operands come out of registers.
        const Bytes product = cat({sum, difference, {0xfc, 0x16, i64_sub}});
        EXPECT_EQ(result_of(product, slots_only, 5, 3), 16);
        // (2^32 + 1)^2: low 2^33 + 1, high 1.
        EXPECT_EQ(result_of(product, slots_only, (int64_t{1} << 32) + 1, 0), int64_t{1} << 33);
        // -1 * 1 is all ones in both halves; unsigned, the high one is 0.
        const Bytes signed_product = cat({sum, difference, {0xfc, 0x15, i64_sub}});
        EXPECT_EQ(result_of(signed_product, slots_only, 0, -1), 0);
        EXPECT_EQ(result_of(product, slots_only, 0, -1), -1);
    }
}

TEST(wide_arithmetic, adds_and_subtracts_temps_locals_and_constants)
{
    for (const bool slots_only : {false, true}) {
        const Bytes constant = {0x42, 7};
        // (b, a + b) + (7, a - b), xor of the halves.
        const Bytes add = cat({{local_get, 1}, sum, constant, difference, {0xfc, 0x13, i64_xor}});
        EXPECT_EQ(result_of(add, slots_only, 20, 3), (3 + 7) ^ (23 + 17));
        const Bytes subtract =
            cat({{local_get, 1}, sum, constant, difference, {0xfc, 0x14, i64_xor}});
        EXPECT_EQ(result_of(subtract, slots_only, 20, 3), (3 - 7) ^ (23 - 17 - 1)) << "a borrow";
    }
}

}  // namespace wrt::test
