// Vectors in translated code: where they lie between scalars, and what they cross. Every test runs
// in both modes of translation. What is expected is what another engine computed.
#include <array>
#include <bit>
#include <cstring>

#include <wrt/runtime/host.hpp>

#include "fixtures.hpp"
#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::ModuleInstance;
using runtime::Slot;
using runtime::Value;

V128 vector_of(std::array<uint32_t, 4> lanes)
{
    return std::bit_cast<V128>(lanes);
}
V128 floats_of(std::array<float, 4> lanes)
{
    return std::bit_cast<V128>(lanes);
}
/// first, first + 1, ...
V128 bytes_from(uint8_t first)
{
    V128 result;
    for (uint8_t& byte : result.bytes)
        byte = first++;
    return result;
}

const V128 v = vector_of({10, 0u - 20, 30, 0x7fffffff});
const V128 w = vector_of({3, 5, 0u - 7, 11});

/// (i32, v128, i64) -> (v128, i32): twice the vector, the sum of the numbers.
Status twice(runtime::Caller&, void*, Slot* slots)
{
    std::array<uint32_t, 4> lanes;
    std::memcpy(&lanes, slots + 1, sizeof lanes);
    for (uint32_t& lane : lanes)
        lane *= 2;
    const uint32_t sum = slots[0].as<uint32_t>() + slots[3].as<uint32_t>();
    std::memcpy(static_cast<void*>(slots), &lanes, sizeof lanes);
    slots[2] = Slot::of(sum);
    return ok();
}

class vector_execution : public ::testing::TestWithParam<bool> {
protected:
    ModuleInstance& make(const std::string& title)
    {
        const ValType params[] = {ValType::i32, ValType::v128, ValType::i64};
        const ValType results[] = {ValType::v128, ValType::i32};
        auto& names = world_.store().names();
        EXPECT_TRUE(names.define_function("host", "twice", params, results, twice));
        EXPECT_TRUE(
            names.define("host", "base",
                         world_.store()
                             .make_global({ValType::v128, false}, vector_of({100, 200, 300, 400}))
                             .value()));
        const auto module = world_.load(fixture(title), {.translate = {.slots_only = GetParam()}});
        EXPECT_EQ(text_of(module), "ok");
        const auto instance = runtime::instantiate(world_.store(), *module.value());
        EXPECT_EQ(text_of(instance), "ok");
        return *instance.value();
    }
    Result<Value> call(ModuleInstance& instance, std::string_view name,
                       std::initializer_list<Value> args)
    {
        Value result[1];
        WRT_CHECK(runtime::call(world_.store(), func(instance, name), {args.begin(), args.size()},
                                result));
        return result[0];
    }
    void expect(ModuleInstance& instance, std::string_view name, std::initializer_list<Value> args,
                uint64_t low, uint64_t high)
    {
        const auto result = call(instance, name, args);
        ASSERT_EQ(text_of(result), "ok") << name;
        const auto halves = std::bit_cast<std::array<uint64_t, 2>>(result->v128);
        EXPECT_EQ(halves[0], low) << name;
        EXPECT_EQ(halves[1], high) << name;
    }

    World world_;
};

INSTANTIATE_TEST_SUITE_P(folded_and_in_slots, vector_execution, ::testing::Bool(),
                         [](const auto& mode) { return mode.param ? "slots_only" : "folded"; });

TEST_P(vector_execution, locals_of_either_size_keep_apart)
{
    expect(make("vectors"), "locals", {7, v, int64_t{0x500000003}, w}, 0x0000000900000025,
           0x800000220000002f);
}

TEST_P(vector_execution, a_local_that_changes_leaves_its_old_values_waiting)
{
    expect(make("vectors"), "waiting", {v}, 0xffffffc50000001f, 0x7ffffffe0000005b);
}

TEST_P(vector_execution, operands_find_their_places_when_there_are_more_than_registers)
{
    expect(make("vectors"), "deep", {floats_of({1.5f, -2.0f, 0.25f, 8.0f}), 2.5f},
           0xc2520000c1390000, 0xc400800041024000);
}

TEST_P(vector_execution, branches_move_values_of_either_size)
{
    ModuleInstance& instance = make("vectors");
    expect(instance, "blocks", {1, v}, 0x000003d8000003f6, 0x800003eb0000040a);
    expect(instance, "blocks", {0, v}, 0x000ef45d000f698d, 0x000f3e95000fb7ad);
    expect(instance, "table", {0, v}, 0x000000a0000000dc, 0x000000c600000104);
    expect(instance, "table", {1, v}, 0x000027b0000027ec, 0x000027d600002814);
    expect(instance, "loop", {5, v}, 0xfffffd9400000136, 0x7fffffe1000003a2);
}

TEST_P(vector_execution, select_chooses_between_vectors)
{
    ModuleInstance& instance = make("vectors");
    expect(instance, "either", {1, v, w}, 0xffffffb500000027, 0x8000006effffff5f);
    expect(instance, "either", {0, v, w}, 0xffffffd80000000a, 0xfffffffc0000005a);
}

TEST_P(vector_execution, globals_hold_vectors)
{
    ModuleInstance& instance = make("vectors");
    expect(instance, "globals", {v}, 0x000001cc00000121, 0x80000371000002c7);
    expect(instance, "globals", {w}, 0x0000029800000188, 0x80000509000003ea);
}

TEST_P(vector_execution, calls_of_every_kind_pass_vectors)
{
    ModuleInstance& instance = make("vectors");
    expect(instance, "calls", {v, 9}, 0x000002730000001b, 0xffffff550000065b);
    expect(instance, "count_down", {10, v}, 0xffffffe10000001d, 0x0000000700000045);
    expect(instance, "count_down", {6, w}, 0x0000000f0000000b, 0x0000001bfffffff7);
}

TEST_P(vector_execution, memory_is_read_and_written_in_every_shape)
{
    ModuleInstance& instance = make("vectors");
    expect(instance, "memory", {0, bytes_from(1)}, 0x4c1736292023261d, 0x7c64805c64687464);
    expect(instance, "memory", {48, v}, 0x202e8d0d1c83894d, 0x100f7f31100f7f21);
}

TEST_P(vector_execution, memories_other_than_the_first_32_bit_one_hold_vectors)
{
    expect(make("vector_memories"), "other_memories", {bytes_from(1)}, 0x00000000100e0c0a,
           0x1c1a000018161412);
}

TEST_P(vector_execution, accesses_end_where_memory_does)
{
    ModuleInstance& instance = make("vectors");
    const auto outcome = [&](ModuleInstance& where, std::string_view name, Value at) {
        Value results[1];
        const auto& function = func(where, name);
        const std::span<Value> wanted{results, function.result_slots == 0 ? 0u : 1u};
        const Status status = runtime::call(world_.store(), func(where, name), {&at, 1}, wanted);
        return status ? std::string{"ok"} : std::string{phrase(status.error().code)};
    };
    EXPECT_EQ(outcome(instance, "load_at", 65536 - 20), "ok");
    EXPECT_EQ(outcome(instance, "load_at", 65536 - 19), "out of bounds memory access");
    EXPECT_EQ(outcome(instance, "load_at", -1), "out of bounds memory access");
    EXPECT_EQ(outcome(instance, "store_lane_at", 65536 - 8), "ok");
    EXPECT_EQ(outcome(instance, "store_lane_at", 65536 - 7), "out of bounds memory access");
    ModuleInstance& wide = make("vector_memories");
    EXPECT_EQ(outcome(wide, "load_long", int64_t{65536 - 16}), "ok");
    EXPECT_EQ(outcome(wide, "load_long", int64_t{65536 - 15}), "out of bounds memory access");
    EXPECT_EQ(outcome(wide, "load_long", int64_t{-8}), "out of bounds memory access");
}

TEST_P(vector_execution, shuffles_take_one_source_or_two)
{
    expect(make("vectors"), "shuffles",
           {bytes_from(1),
            [] {
                V128 last = bytes_from(101);
                last.bytes[15] = 0xf0;
                return last;
            }()},
           0xec70ec74e47868f8, 0x98601c6404781474);
}

TEST_P(vector_execution, lanes_go_to_scalars_and_back)
{
    const auto result = call(make("vectors"), "lanes", {v, -5, 1.25});
    ASSERT_EQ(text_of(result), "ok");
    EXPECT_EQ(result->i64, 0x4004000000007005);
}

TEST_P(vector_execution, three_operands_meet)
{
    expect(make("vectors"), "ternary", {v, w, vector_of({0, 100, 0u - 100, 0})}, 0xffffffe30000000a,
           0x7ffffff4ffffff9a);
}

}  // namespace
}  // namespace wrt::test
