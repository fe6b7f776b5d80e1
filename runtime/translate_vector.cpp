// Translation of the vector instructions. A v128 takes two slots and shares the registers of
// floats; a constant one stands in a list beside the operands.
#include <algorithm>

#include <wrt/foundation/assert.hpp>

#include "translator_steps.hpp"
#include "vector_variants.hpp"

namespace wrt::runtime {

using decoder::Instruction;

namespace {

/// What reads or writes the lane of a load or store of one lane.
struct LaneAccess {
    Instr memory;
    Instr lane;
    ValKind type;
};

LaneAccess lane_access(Instr op)
{
    switch (raw(op)) {  // loads and stores of lanes only
    case raw(Instr::v128_load8_lane):
        return {Instr::i32_load8_u, Instr::i8x16_replace_lane, ValKind::i32};
    case raw(Instr::v128_load16_lane):
        return {Instr::i32_load16_u, Instr::i16x8_replace_lane, ValKind::i32};
    case raw(Instr::v128_load32_lane):
        return {Instr::i32_load, Instr::i32x4_replace_lane, ValKind::i32};
    case raw(Instr::v128_load64_lane):
        return {Instr::i64_load, Instr::i64x2_replace_lane, ValKind::i64};
    case raw(Instr::v128_store8_lane):
        return {Instr::i32_store8, Instr::i8x16_extract_lane_u, ValKind::i32};
    case raw(Instr::v128_store16_lane):
        return {Instr::i32_store16, Instr::i16x8_extract_lane_u, ValKind::i32};
    case raw(Instr::v128_store32_lane):
        return {Instr::i32_store, Instr::i32x4_extract_lane, ValKind::i32};
    case raw(Instr::v128_store64_lane):
        return {Instr::i64_store, Instr::i64x2_extract_lane, ValKind::i64};
    default: WRT_UNREACHABLE();
    }
}

bool is_lane_access(Immediates immediates)
{
    return immediates == Immediates::memarg8_lane || immediates == Immediates::memarg16_lane ||
           immediates == Immediates::memarg32_lane || immediates == Immediates::memarg64_lane;
}

bool is_lane(Immediates immediates)
{
    return immediates == Immediates::lane2 || immediates == Immediates::lane4 ||
           immediates == Immediates::lane8 || immediates == Immediates::lane16;
}

/// Which byte of one operand of a shuffle each byte of the result is, 0xff where it is of the
/// other.
V128 mask_of(const V128& lanes, uint8_t first)
{
    V128 mask;
    std::transform(lanes.bytes.begin(), lanes.bytes.end(), mask.bytes.begin(), [&](uint8_t lane) {
        const auto index = static_cast<uint8_t>(lane - first);
        return index < 16 ? index : uint8_t{0xff};
    });
    return mask;
}

}  // namespace

/// Whether an operation of a vector family has a variant that writes to `d`.
bool Translator::vector_may_write(const Operation& o, Class d)
{
    switch (raw(o.family)) {  // vector families only
    case raw(Family::vector_unary): return has_vector_unary(o.instr, o.a_class, d);
    case raw(Family::vector_binary): return has_vector_binary(o.instr, o.a_class, o.b_class, d);
    case raw(Family::vector_ternary): return has_vector_ternary(o.a_class, o.b_class, o.x_class, d);
    case raw(Family::extract_lane): return has_extract_lane(o.a_class, d);
    case raw(Family::replace_lane): return has_replace_lane(o.instr, o.a_class, o.b_class, d);
    case raw(Family::shuffle): return has_shuffle(o.a_class, o.b_class, d);
    case raw(Family::permute): return has_permute(o.a_class, d);
    default: return false;
    }
}

Status Translator::vector(const Instruction& instruction)
{
    const InstrInfo& row = info(instruction.op);
    if (instruction.op == Instr::v128_const) return push_vector(instruction.vector);
    if (instruction.op == Instr::i8x16_shuffle) return shuffle(instruction.vector);
    if (is_lane_access(row.immediates))
        return row.signature.result_count != 0 ? load_lane(instruction) : store_lane(instruction);
    if (row.signature.has_addr)
        return row.signature.result_count != 0 ? load(instruction, ValKind::v128)
                                               : store(instruction, ValKind::v128);
    if (is_lane(row.immediates)) {
        if (row.signature.param_count == 1) return extract_lane(instruction.op, instruction.lane);
        const Operand scalar = pop();
        return replace_lane(instruction.op, instruction.lane, pop(), scalar);
    }
    switch (row.signature.param_count) {
    case 1: return vector_unary(instruction.op);
    case 2: return vector_binary(instruction.op);
    default: return vector_ternary(instruction.op);
    }
}

Status Translator::push_vector(const V128& value)
{
    WRT_CHECK(vectors_.push(value));
    return push_constant(ValKind::v128, vectors_.size() - 1);
}

Status Translator::vector_unary(Instr op)
{
    Operand a = pop();
    if (a.kind == Kind::constant) WRT_CHECK(to_home(a));
    Class a_class = class_of(a);
    if (!has_vector_unary(op, a_class, Class::slot)) WRT_CHECK(force_slot(a, a_class));
    Operation operation{.family = Family::vector_unary, .a_class = a_class, .instr = op};
    take(a, a_class, operation.a);
    return emit_result(operation, info(op).signature.result.kind());
}

Status Translator::vector_binary(Instr op)
{
    Operand b = pop();
    Operand a = pop();
    const bool ordered = heat_of_vector(op) == Heat::commutative;
    if (ordered && a.kind == Kind::constant) std::swap(a, b);
    if (b.kind == Kind::constant &&
        !has_vector_binary(op, Class::slot, Class::constant, Class::slot))
        WRT_CHECK(to_home(b));
    if (a.kind == Kind::constant) WRT_CHECK(to_home(a));

    Class a_class = class_of(a);
    Class b_class = class_of(b);
    const auto found = [&] {
        if (ordered && b_class != Class::constant && b_class < a_class) {
            std::swap(a, b);
            std::swap(a_class, b_class);
        }
        return has_vector_binary(op, a_class, b_class, Class::slot);
    };
    if (!found() && b_class == Class::t1) WRT_CHECK(force_slot(b, b_class));
    if (!found() && a_class == Class::t1) WRT_CHECK(force_slot(a, a_class));
    if (!found()) WRT_CHECK(force_slot(b, b_class));
    [[maybe_unused]] const bool exists = found();  // brings them in order again
    WRT_ASSERT(exists);
    Operation operation{
        .family = Family::vector_binary, .a_class = a_class, .b_class = b_class, .instr = op};
    take(a, a_class, operation.a);
    take(b, b_class, operation.b);
    operation.constant = b.bits();
    return emit_result(operation, ValKind::v128);
}

/// Readies an operand for an operation that reads slots and, of all its operands once, t0.
Status Translator::take_vector(Operand& operand, bool& t0_taken, Class& cls)
{
    cls = class_of(operand);
    if (cls == Class::t0 && !t0_taken) {
        t0_taken = true;
        return ok();
    }
    return force_slot(operand, cls);
}

Status Translator::vector_ternary(Instr op)
{
    Operand c = pop();
    Operand b = pop();
    Operand a = pop();
    for (Operand* const operand : {&a, &b, &c}) {
        if (operand->kind == Kind::constant) WRT_CHECK(to_home(*operand));
    }
    bool t0_taken = false;
    Operation operation{.family = Family::vector_ternary, .instr = op};
    WRT_CHECK(take_vector(c, t0_taken, operation.x_class));
    WRT_CHECK(take_vector(b, t0_taken, operation.b_class));
    WRT_CHECK(take_vector(a, t0_taken, operation.a_class));
    take(a, operation.a_class, operation.a);
    take(b, operation.b_class, operation.b);
    take(c, operation.x_class, operation.x);
    return emit_result(operation, ValKind::v128);
}

Status Translator::shuffle(const V128& lanes)
{
    Operand b = pop();
    Operand a = pop();
    const auto all = [&](auto&& holds) {
        return std::all_of(lanes.bytes.begin(), lanes.bytes.end(), holds);
    };
    V128 of_a = mask_of(lanes, 0);
    const V128 of_b = mask_of(lanes, 16);
    bool from_a = all([](uint8_t lane) { return lane < 16; });
    const bool from_b = all([](uint8_t lane) { return lane >= 16; });
    if (!from_b && a.kind == Kind::local && b.kind == Kind::local && a.local() == b.local()) {
        from_a = true;
        for (size_t i = 0; i < of_a.bytes.size(); ++i)
            of_a.bytes[i] = lanes.bytes[i] % 16;
    }
    if (from_a || from_b) {
        Operand& only = from_a ? a : b;
        const Operand& other = from_a ? b : a;
        if (in_second(other)) unbury(other.type);
        if (only.kind == Kind::constant) WRT_CHECK(to_home(only));
        Operation operation{.family = Family::permute, .constant = vectors_.size()};
        WRT_CHECK(vectors_.push(from_a ? of_a : of_b));
        bool t0_taken = false;
        WRT_CHECK(take_vector(only, t0_taken, operation.a_class));
        take(only, operation.a_class, operation.a);
        return emit_result(operation, ValKind::v128);
    }
    if (a.kind == Kind::constant) WRT_CHECK(to_home(a));
    if (b.kind == Kind::constant) WRT_CHECK(to_home(b));
    Operation operation{.family = Family::shuffle, .constant = vectors_.size()};
    WRT_CHECK(vectors_.push(of_a));
    WRT_CHECK(vectors_.push(of_b));
    bool t0_taken = false;
    WRT_CHECK(take_vector(b, t0_taken, operation.b_class));
    WRT_CHECK(take_vector(a, t0_taken, operation.a_class));
    take(a, operation.a_class, operation.a);
    take(b, operation.b_class, operation.b);
    return emit_result(operation, ValKind::v128);
}

Status Translator::extract_lane(Instr op, uint32_t lane)
{
    Operand a = pop();
    if (a.kind == Kind::constant) WRT_CHECK(to_home(a));
    Operation operation{.family = Family::extract_lane, .instr = op, .index = lane};
    bool t0_taken = false;
    WRT_CHECK(take_vector(a, t0_taken, operation.a_class));
    take(a, operation.a_class, operation.a);
    return emit_result(operation, info(op).signature.result.kind());
}

/// Both operands are popped; the result takes the place of the lower one.
Status Translator::replace_lane(Instr op, uint32_t lane, Operand a, Operand b)
{
    if (a.kind == Kind::constant) WRT_CHECK(to_home(a));
    if (b.kind == Kind::constant) WRT_CHECK(to_home(b));
    Operation operation{.family = Family::replace_lane, .instr = op, .index = lane};
    bool t0_taken = false;
    WRT_CHECK(take_vector(a, t0_taken, operation.a_class));
    operation.b_class = class_of(b);
    if (!has_replace_lane(op, operation.a_class, operation.b_class, Class::slot))
        WRT_CHECK(force_slot(b, operation.b_class));
    take(a, operation.a_class, operation.a);
    take(b, operation.b_class, operation.b);
    return emit_result(operation, ValKind::v128);
}

/// As a load of a scalar, which takes the address's place below the vector, and replace_lane.
Status Translator::load_lane(const Instruction& instruction)
{
    const LaneAccess access = lane_access(instruction.op);
    Operand vector = pop();
    if (vector.kind == Kind::constant) WRT_CHECK(to_home(vector));
    Instruction scalar = instruction;
    scalar.op = access.memory;
    WRT_CHECK(load(scalar, access.type));
    return replace_lane(access.lane, instruction.lane, vector, pop());
}

/// As extract_lane and a store of a scalar.
Status Translator::store_lane(const Instruction& instruction)
{
    const LaneAccess access = lane_access(instruction.op);
    WRT_CHECK(extract_lane(access.lane, instruction.lane));
    Instruction scalar = instruction;
    scalar.op = access.memory;
    return store(scalar, access.type);
}

}  // namespace wrt::runtime
