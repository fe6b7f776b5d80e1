// Vectors of random bodies. A v128 never holds a NaN whose bits the specification leaves open: what
// may make one is followed by putting the canonical one in its place.
#include "generator_body.hpp"

namespace wrt::test {

namespace {

/// Opcodes behind the prefix 0xfd.
constexpr uint32_t v128_const = 12, v128_store = 11, v128_and = 78, v128_bitselect = 82,
                   f32x4_eq = 65, f64x2_eq = 71, f32x4_convert_i32x4_s = 250,
                   f64x2_convert_low_i32x4_s = 254;

/// Lanes of a result that may be NaN.
enum class Nan : uint8_t { none, f32, f64 };

struct Operator {
    uint32_t code;
    Nan nan = Nan::none;
};

constexpr Operator unary[] = {
    {77},
    {94, Nan::f32},
    {95, Nan::f64},
    {96},
    {97},
    {98},
    {103, Nan::f32},
    {104, Nan::f32},
    {105, Nan::f32},
    {106, Nan::f32},
    {116, Nan::f64},
    {117, Nan::f64},
    {122, Nan::f64},
    {148, Nan::f64},
    {124},
    {125},
    {126},
    {127},
    {128},
    {129},
    {135},
    {136},
    {137},
    {138},
    {160},
    {161},
    {167},
    {168},
    {169},
    {170},
    {192},
    {193},
    {199},
    {200},
    {201},
    {202},
    {224},
    {225},
    {227, Nan::f32},
    {236},
    {237},
    {239, Nan::f64},
    {248},
    {249},
    {250},
    {251},
    {252},
    {253},
    {254},
    {255},
};

/// Runs of opcodes that take two vectors to one.
struct Run {
    uint32_t first;
    uint32_t last;
    Nan nan = Nan::none;
};
constexpr Run binary_runs[] = {
    {35, 64},   {65, 76},   {78, 81},   {101, 102}, {110, 115},           {118, 121},
    {123, 123}, {130, 130}, {133, 134}, {142, 147}, {149, 153},           {155, 159},
    {174, 174}, {177, 177}, {181, 186}, {188, 191}, {206, 206},           {209, 209},
    {213, 223}, {14, 14},   {234, 235}, {246, 247}, {228, 233, Nan::f32}, {240, 245, Nan::f64},
};
constexpr uint32_t shifts[] = {107, 108, 109, 139, 140, 141, 171, 172, 173, 203, 204, 205};
constexpr uint32_t tests[] = {83, 99, 100, 131, 132, 163, 164, 195, 196};

/// extract_lane and replace_lane of a type.
struct Lane {
    Type type;
    uint8_t lanes;
    uint32_t extract;
    uint32_t replace;
    uint32_t splat;
};
constexpr Lane lanes[] = {
    {Type::i32, 16, 21, 23, 15}, {Type::i32, 16, 22, 23, 15}, {Type::i32, 8, 24, 26, 16},
    {Type::i32, 8, 25, 26, 16},  {Type::i32, 4, 27, 28, 17},  {Type::i64, 2, 29, 30, 18},
    {Type::f32, 4, 31, 32, 19},  {Type::f64, 2, 33, 34, 20},
};

constexpr uint8_t lanes_of_access[] = {16, 8, 4, 2};

}  // namespace

void BodyGenerator::op_fd(uint32_t code)
{
    append(code_, bytes(0xfd, leb(code)));
}

/// A constant whose bytes `byte(i)` gives.
template <class Byte>
void BodyGenerator::vector_bytes(const Byte& byte)
{
    op_fd(v128_const);
    for (unsigned i = 0; i < 16; ++i)
        op(static_cast<uint8_t>(byte(i)));
}

void BodyGenerator::vector_constant()
{
    const uint32_t kind = random_.below(5);
    constexpr Type types[] = {Type::i32, Type::i64, Type::f32, Type::f64};
    if (kind == 4) return vector_bytes([&](unsigned) { return random_.bits(); });
    const bool wide = types[kind] == Type::i64 || types[kind] == Type::f64;
    const uint64_t low = interesting_bits(random_, types[kind]);
    const uint64_t high = random_.one_in(2) ? low : interesting_bits(random_, types[kind]);
    vector_bytes([&](unsigned i) {
        const uint64_t bits = i < 8 ? low : high;
        return bits >> 8 * (wide ? i % 8 : i % 4);
    });
}

/// Puts the canonical NaN where lanes of the vector on top are one.
void BodyGenerator::canonical_lanes(bool wide)
{
    const uint32_t local = local_of(Type::v128, false);
    op(op_local_tee, local);
    vector_bytes([&](unsigned i) {
        if (wide) return i % 8 == 7 ? 0x7f : i % 8 == 6 ? 0xf8 : 0;
        return i % 4 == 3 ? 0x7f : i % 4 == 2 ? 0xc0 : 0;
    });
    op(op_local_get, local);
    op(op_local_get, local);
    op_fd(wide ? f64x2_eq : f32x4_eq);
    op_fd(v128_bitselect);
    op(op_local_tee, local);
}

void BodyGenerator::vector_unary()
{
    const Operator chosen = random_.of(unary);
    op_fd(chosen.code);
    if (chosen.nan != Nan::none) canonical_lanes(chosen.nan == Nan::f64);
}

void BodyGenerator::vector_binary()
{
    const Run run = random_.of(binary_runs);
    op_fd(run.first + random_.below(run.last - run.first + 1));
    if (run.nan != Nan::none) canonical_lanes(run.nan == Nan::f64);
}

/// A vector without the bits that `byte` lacks in every byte.
void BodyGenerator::masked_vector(int depth, uint8_t byte)
{
    value(Type::v128, depth);
    vector_bytes([&](unsigned) { return byte; });
    op_fd(v128_and);
}

/// Floats that are small integers: sums and products of them are exact, and none is a NaN or -0.
void BodyGenerator::small_floats(int depth, bool wide)
{
    value(Type::v128, depth);
    vector_bytes([](unsigned i) { return i % 4 == 0 ? 0xff : 0; });
    op_fd(v128_and);
    op_fd(wide ? f64x2_convert_low_i32x4_s : f32x4_convert_i32x4_s);
}

/// Relaxed instructions, with operands for which there is only one answer.
void BodyGenerator::relaxed(int depth)
{
    switch (random_.below(7)) {
    case 0:
        value(Type::v128, depth);
        masked_vector(depth, 0x0f);
        return op_fd(256);
    case 1: {
        const bool wide = random_.one_in(2);
        small_floats(depth, wide);
        return op_fd((wide ? 259 : 257) + random_.below(2));
    }
    case 2: {
        const bool wide = random_.one_in(2);
        for (int i = 0; i < 3; ++i)
            small_floats(depth, wide);
        return op_fd((wide ? 263 : 261) + random_.below(2));
    }
    case 3: {
        constexpr uint32_t equal[] = {35, 45, 55, 214};
        const uint32_t width = random_.below(4);
        value(Type::v128, depth);
        value(Type::v128, depth);
        value(Type::v128, depth);
        leaf(Type::v128);
        op_fd(equal[width]);
        return op_fd(265 + width);
    }
    case 4: {
        const bool wide = random_.one_in(2);
        small_floats(depth, wide);
        small_floats(depth, wide);
        return op_fd((wide ? 271 : 269) + random_.below(2));
    }
    case 5:
        value(Type::v128, depth);
        masked_vector(depth, 0x7f);  // no lane is the least number
        return op_fd(273);
    default: {
        const bool sum = random_.one_in(2);
        value(Type::v128, depth);
        masked_vector(depth, 0x7f);
        if (sum) value(Type::v128, depth);
        return op_fd(sum ? 275 : 274);
    }
    }
}

void BodyGenerator::vector_load(int depth)
{
    const uint32_t memory = random_.skewed(shape_.memories.size());
    const bool is64 = shape_.memories[memory].is64;
    address(depth, is64);
    if (random_.one_in(4)) {
        const uint32_t width = random_.below(4);
        random_.one_in(2) ? leaf(Type::v128) : value(Type::v128, depth);
        op_fd(84 + width);
        memory_argument(memory);
        return op(static_cast<uint8_t>(random_.below(lanes_of_access[width])));
    }
    op_fd(random_.one_in(4)   ? 92 + random_.below(2)
          : random_.one_in(2) ? 0
                              : 1 + random_.below(10));
    memory_argument(memory);
}

void BodyGenerator::vector_store(int depth)
{
    const uint32_t memory = random_.skewed(shape_.memories.size());
    address(depth, shape_.memories[memory].is64);
    value(Type::v128, depth);
    if (random_.one_in(2)) {
        op_fd(v128_store);
        return memory_argument(memory);
    }
    const uint32_t width = random_.below(4);
    op_fd(88 + width);
    memory_argument(memory);
    op(static_cast<uint8_t>(random_.below(lanes_of_access[width])));
}

void BodyGenerator::vector_value(int depth)
{
    switch (random_.below(14)) {
    case 0: return vector_constant();
    case 1:
    case 2: return vector_load(depth);
    case 3: {
        const Lane lane = random_.of(lanes);
        value(lane.type, depth, true);
        return op_fd(lane.splat);
    }
    case 4: {
        const Lane lane = random_.of(lanes);
        value(Type::v128, depth);
        value(lane.type, depth, true);
        op_fd(lane.replace);
        return op(static_cast<uint8_t>(random_.below(lane.lanes)));
    }
    case 5:
    case 6: value(Type::v128, depth); return vector_unary();
    case 7:
        value(Type::v128, depth);
        value(Type::i32, depth);
        return op_fd(random_.of(shifts));
    case 8:
        value(Type::v128, depth);
        value(Type::v128, depth);
        value(Type::v128, depth);
        return op_fd(v128_bitselect);
    case 9:
        value(Type::v128, depth);
        value(Type::v128, depth);
        op_fd(13);
        for (int i = 0; i < 16; ++i)
            op(static_cast<uint8_t>(random_.below(32)));
        return;
    case 10: return relaxed(depth);
    default:
        value(Type::v128, depth);
        if (random_.one_in(8)) statement(depth - 1);
        value(Type::v128, depth);
        return vector_binary();
    }
}

/// A scalar out of a vector; false where that is no way to such a type.
bool BodyGenerator::lane_value(Type type, int depth)
{
    if (type == Type::i32 && random_.one_in(2)) {
        value(Type::v128, depth);
        op_fd(random_.of(tests));
        return true;
    }
    Lane lane = random_.of(lanes);
    if (type != Type::i32 && type != Type::i64 && type != Type::f32 && type != Type::f64)
        return false;
    while (lane.type != type)
        lane = random_.of(lanes);
    value(Type::v128, depth);
    op_fd(lane.extract);
    op(static_cast<uint8_t>(random_.below(lane.lanes)));
    return true;
}

}  // namespace wrt::test
