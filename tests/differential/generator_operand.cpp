// Operands of random bodies.
#include "generator_body.hpp"

#include <iterator>

namespace wrt::test {

namespace {

constexpr int32_t small_bound = 0x3fff;

bool is_float(Type type)
{
    return type == Type::f32 || type == Type::f64;
}
bool is_reference(Type type)
{
    return type >= Type::funcref && type != Type::v128;  // exn too
}

/// First opcode of the type's operators, and how many of them there are.
struct Run {
    uint8_t first;
    uint8_t count;
};
constexpr Run binary_runs[] = {{0x6a, 15}, {0x7c, 15}, {0x92, 7}, {0xa0, 7}};
constexpr Run compare_runs[] = {{0x46, 10}, {0x51, 10}, {0x5b, 6}, {0x61, 6}};
constexpr Run unary_runs[] = {{0x67, 3}, {0x79, 3}, {0x8b, 7}, {0x99, 7}};
constexpr Run extend_runs[] = {{0xc0, 2}, {0xc2, 3}};

uint8_t any_of(Random& random, Run run)
{
    return static_cast<uint8_t>(run.first + random.below(run.count));
}

}  // namespace

uint64_t interesting_bits(Random& random, Type type)
{
    constexpr uint64_t words[] = {0,          1,          2,          7,          8,
                                  31,         63,         0x7f,       0x80,       0xff,
                                  0x7fff,     0x8000,     0xffff,     0x10000,    0x7ffffffe,
                                  0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff};
    constexpr uint64_t wide[] = {0x100000000,        0x7fffffffffffffff, 0x8000000000000000,
                                 0x8000000000000001, 0xfffffffffffffffe, 0xffffffffffffffff,
                                 0xffffffff80000000, 0xffffffff7fffffff};
    constexpr uint64_t floats[] = {0,          0x80000000, 0x3f800000, 0xbf800000, 0x3f000000,
                                   0x7f800000, 0xff800000, 0x7fc00000, 0x4f000000, 0xcf000000,
                                   0x4f800000, 0x00000001, 0x7f7fffff, 0x42280000};
    constexpr uint64_t doubles[] = {0,
                                    0x8000000000000000,
                                    0x3ff0000000000000,
                                    0xbff0000000000000,
                                    0x3fe0000000000000,
                                    0x7ff0000000000000,
                                    0xfff0000000000000,
                                    0x7ff8000000000000,
                                    0x41e0000000000000,
                                    0xc1e0000000200000,
                                    0x43e0000000000000,
                                    0x0000000000000001,
                                    0x7fefffffffffffff,
                                    0x4045000000000000};
    switch (type) {
    case Type::i32: return random.one_in(3) ? random.bits() & 0xffffffff : random.of(words);
    case Type::i64:
        if (random.one_in(3)) return random.bits();
        return random.one_in(2) ? random.of(words) : random.of(wide);
    case Type::f32: return random.one_in(4) ? random.bits() & 0xffffffff : random.of(floats);
    case Type::f64: return random.one_in(4) ? random.bits() : random.of(doubles);
    case Type::funcref:
    case Type::externref:
    case Type::callee:
    case Type::some_func:
    case Type::v128:
    case Type::exn:
    case Type::anyref:
    case Type::object:
    case Type::packed:
    case Type::numbers:
    case Type::list:
    case Type::i31: break;
    }
    return 0;
}

uint32_t BodyGenerator::local_of(Type type, bool clean)
{
    std::vector<uint32_t> found;
    for (uint32_t i = 0; i < locals_.size(); ++i) {
        if (locals_[i].type == type && (!clean || locals_[i].clean)) found.push_back(i);
    }
    return found.empty() ? ModuleShape::no_entry : found[random_.skewed(found.size())];
}

uint32_t BodyGenerator::small_local()
{
    std::vector<uint32_t> found;
    for (uint32_t i = 0; i < locals_.size(); ++i) {
        if (locals_[i].small) found.push_back(i);
    }
    return random_.of(found);
}

void BodyGenerator::constant(Type type)
{
    const uint64_t bits = interesting_bits(random_, type);
    switch (type) {
    case Type::i32: return i32_const(static_cast<int32_t>(bits));
    case Type::i64: return i64_const(static_cast<int64_t>(bits));
    case Type::f32:
        op(0x43);
        for (int i = 0; i < 4; ++i)
            op(static_cast<uint8_t>(bits >> 8 * i));
        return;
    case Type::f64:
        op(0x44);
        for (int i = 0; i < 8; ++i)
            op(static_cast<uint8_t>(bits >> 8 * i));
        return;
    case Type::funcref: return append(code_, bytes(op_ref_null, 0x70));
    case Type::externref: return append(code_, bytes(op_ref_null, 0x6f));
    case Type::callee: return append(code_, bytes(op_ref_null, 0x00));
    case Type::some_func: return op(op_ref_func, random_.below(shape_.functions.size()));
    case Type::v128: return vector_constant();
    case Type::exn: return append(code_, bytes(op_ref_null, 0x69));
    case Type::anyref:
    case Type::object:
    case Type::packed:
    case Type::numbers:
    case Type::list:
    case Type::i31:
        if (type == Type::i31 && random_.one_in(2)) {
            i32_const(static_cast<int32_t>(random_.bits()));
            return append(code_, bytes(0xfb, 28));
        }
        return append(code_, bytes(op_ref_null, 0x71));
    }
}

void BodyGenerator::leaf(Type type, bool clean)
{
    if (random_.one_in(3)) return constant(type);
    const uint32_t local = local_of(type, clean && is_float(type));
    if (local == ModuleShape::no_entry) return constant(type);
    op(op_local_get, local);
}

void BodyGenerator::values(const Types& types, int depth)
{
    for (const Type type : types) {
        value(type, depth);
        if (random_.one_in(10)) statement(depth - 1);
    }
    if (types.empty() || !random_.one_in(6)) return;
    // They may go elsewhere now.
    for (uint32_t i = 0; i < labels_.size(); ++i) {
        if (labels_[labels_.size() - 1 - i] != types) continue;
        condition(depth - 1);
        return op(0x0d, i);
    }
}

void BodyGenerator::value(Type type, int depth, bool clean)
{
    if (depth <= 0 || !spend() || type == Type::some_func) return leaf(type, clean);
    clean = clean && is_float(type);
    switch (random_.below(24)) {
    case 0:
    case 1:
    case 2: return leaf(type, clean);
    case 3:
    case 4: return select(type, depth - 1, clean);
    case 5:
    case 6: {
        const uint32_t local = local_of(type, clean);
        if (local == ModuleShape::no_entry) return leaf(type, clean);
        return set_local(local, depth - 1, op_local_tee);
    }
    case 7: statement(depth - 1); return value(type, depth - 1, clean);
    case 8:
        value(type, depth - 1);
        statement(depth - 1);
        change_top(type, depth - 1);
        break;
    case 9: block_values({type}, depth - 1); break;
    case 10: if_values({type}, depth - 1); break;
    case 11: loop_values({type}, depth - 1, random_.one_in(4)); break;
    case 12:
        if (!call_value(type, depth - 1)) return leaf(type, clean);
        break;
    case 13: {
        std::vector<uint32_t> found;
        for (uint32_t i = 0; i < shape_.globals.size(); ++i) {
            if (shape_.globals[i] == type) found.push_back(i);
        }
        if (found.empty()) return leaf(type, clean);
        op(op_global_get, random_.of(found));
        break;
    }
    default:
        if (shape_.features.vectors && random_.one_in(6) && lane_value(type, depth - 1)) return;
        if (shape_.features.objects && random_.one_in(6) && type < Type::anyref &&
            value_of_object(type, depth - 1))
            break;
        switch (type) {
        case Type::i32: return i32_value(depth - 1);
        case Type::i64: return i64_value(depth - 1);
        case Type::f32:
        case Type::f64: return float_value(type, depth - 1, clean);
        case Type::funcref:
        case Type::externref:
        case Type::callee:
        case Type::some_func: return reference(type, depth - 1);
        case Type::v128: return vector_value(depth - 1);
        case Type::exn: return reference(type, depth - 1);
        case Type::anyref:
        case Type::object:
        case Type::packed:
        case Type::numbers:
        case Type::list:
        case Type::i31: return object_value(type, depth - 1);
        }
    }
    if (clean) canonical(type);
}

/// The float on top, with the canonical NaN for every NaN.
void BodyGenerator::canonical(Type type)
{
    const uint32_t local = local_of(type, false);
    // A clean one is as good: it gets no other NaN than it may hold once this is over.
    op(op_local_tee, local);
    if (type == Type::f32)
        append(code_, bytes(0x43, 0x00, 0x00, 0xc0, 0x7f));
    else
        append(code_, bytes(0x44, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0x7f));
    op(op_local_get, local);
    op(op_local_get, local);
    op(type == Type::f32 ? op_f32_eq : op_f64_eq);
    op(op_select);
    if (locals_[local].clean) op(op_local_tee, local);
}

/// An i32 in [0, small_bound].
void BodyGenerator::small_value(int depth)
{
    switch (random_.below(4)) {
    case 0: return i32_const(static_cast<int32_t>(random_.below(small_bound)));
    case 1: return op(op_local_get, small_local());
    case 2:
        op(op_local_get, small_local());
        i32_const(static_cast<int32_t>(random_.below(16)));
        op(op_i32_add);
        break;
    default: value(Type::i32, depth);
    }
    i32_const(small_bound);
    op(op_i32_and);
}

/// The operator over the two operands on top; divisors are mostly made to fit first.
void BodyGenerator::operator_on(Type type)
{
    const Run run = binary_runs[static_cast<size_t>(type)];
    const auto code = random_.one_in(3) ? run.first : any_of(random_, run);
    if (type == Type::i32 && code >= 0x6d && code <= 0x70 && !random_.one_in(4)) {
        i32_const(0xff);
        op(op_i32_and);
        i32_const(1);
        op(op_i32_or);
    } else if (type == Type::i64 && code >= 0x7f && code <= 0x82 && !random_.one_in(4)) {
        i64_const(0xff);
        op(op_i64_and);
        i64_const(1);
        op(op_i64_or);
    }
    op(code);
}

void BodyGenerator::binary(Type type, int depth)
{
    value(type, depth);
    if (random_.one_in(8)) statement(depth - 1);
    value(type, depth);
    operator_on(type);
}

/// Makes something else of the value on top.
void BodyGenerator::change_top(Type type, int depth)
{
    if (is_reference(type)) return;
    if (random_.one_in(3)) {
        const uint32_t local = local_of(type, false);
        if (local != ModuleShape::no_entry && !locals_[local].clean && !locals_[local].small)
            op(op_local_tee, local);
        return;
    }
    if (type == Type::v128) {
        if (random_.one_in(2)) return vector_unary();
        value(type, depth);
        return vector_binary();
    }
    if (random_.one_in(3)) return op(any_of(random_, unary_runs[static_cast<size_t>(type)]));
    // The sign of a NaN would show in copysign.
    value(type, depth, true);
    operator_on(type);
}

void BodyGenerator::comparison(int depth)
{
    const Type type = number();
    const bool plain = random_.one_in(2);
    plain ? leaf(type) : value(type, depth);
    random_.one_in(2) ? leaf(type) : value(type, depth);
    op(any_of(random_, compare_runs[static_cast<size_t>(type)]));
}

/// An i32 that something branches on.
void BodyGenerator::condition(int depth)
{
    switch (random_.below(8)) {
    case 0:
    case 1:
    case 2: comparison(depth); break;
    case 3: value(Type::i32, depth); break;
    case 4:
        value(Type::i32, depth);
        leaf(Type::i32);
        op(op_i32_and);
        break;
    case 5:
        value(Type::i64, depth);
        op(op_i64_eqz);
        break;
    case 6:
        value(Type::i64, depth);
        op(op_i32_wrap_i64);
        break;
    default:
        reference(random_.one_in(2) ? Type::funcref : Type::externref, depth);
        op(op_ref_is_null);
    }
    if (random_.one_in(4)) op(op_i32_eqz);
    if (random_.one_in(8)) op(op_i32_eqz);
}

/// A float to an integer: what traps gets a small operand, mostly.
void BodyGenerator::truncation(Type to, int depth)
{
    const bool from64 = random_.one_in(2);
    const Type from = from64 ? Type::f64 : Type::f32;
    const bool is_unsigned = random_.one_in(2);
    const uint32_t variant = (from64 ? 2u : 0u) + (is_unsigned ? 1u : 0u);
    if (random_.one_in(2)) {
        value(from, depth);
        return op_fc((to == Type::i64 ? 4 : 0) + variant);
    }
    if (random_.one_in(6)) {
        value(from, depth);
    } else {
        small_value(depth);
        op(from64 ? op_f64_convert_i32_s : op_f32_convert_i32_s);
    }
    op(static_cast<uint8_t>((to == Type::i64 ? 0xae : 0xa8) + variant));
}

void BodyGenerator::select(Type type, int depth, bool clean)
{
    const uint32_t same = local_of(type, clean);
    const auto operand = [&] {
        if (same != ModuleShape::no_entry && random_.one_in(3)) return op(op_local_get, same);
        random_.one_in(3) ? leaf(type, clean) : value(type, depth, clean);
    };
    operand();
    operand();
    if (type == Type::i32 && same != ModuleShape::no_entry && random_.one_in(4))
        op(op_local_get, same);
    else
        condition(depth);
    if (!is_reference(type) && !random_.one_in(4)) return op(op_select);
    op(op_select_typed);
    append(code_, bytes(0x01, encoded(type)));
}

void BodyGenerator::i32_value(int depth)
{
    switch (random_.below(16)) {
    case 0:
    case 1:
    case 2:
    case 3: return binary(Type::i32, depth);
    case 4:
    case 5:
    case 6: return load(Type::i32, depth);
    case 7:
    case 8: return comparison(depth);
    case 9: value(Type::i64, depth); return op(op_i32_wrap_i64);
    case 10: return truncation(Type::i32, depth);
    case 11: value(Type::f32, depth, true); return op(0xbc);
    case 12:
        value(Type::i32, depth);
        return op(any_of(random_, random_.one_in(2) ? unary_runs[0] : extend_runs[0]));
    case 13: value(Type::i32, depth); return op(op_i32_eqz);
    case 14:
        for (uint32_t i = 0; i < shape_.memories.size(); ++i) {
            if (!shape_.memories[i].is64) return op(op_memory_size, i);
        }
        return leaf(Type::i32);
    default: return condition(depth);
    }
}

void BodyGenerator::i64_value(int depth)
{
    switch (random_.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3: return binary(Type::i64, depth);
    case 4:
    case 5: return load(Type::i64, depth);
    case 6:
    case 7:
        value(Type::i32, depth);
        return op(random_.one_in(2) ? uint8_t{0xac} : op_i64_extend_i32_u);
    case 8: return truncation(Type::i64, depth);
    case 9: value(Type::f64, depth, true); return op(0xbd);
    case 10:
        value(Type::i64, depth);
        return op(any_of(random_, random_.one_in(2) ? unary_runs[1] : extend_runs[1]));
    default: comparison(depth); return op(op_i64_extend_i32_u);
    }
}

void BodyGenerator::float_value(Type type, int depth, bool clean)
{
    const bool wide = type == Type::f64;
    switch (random_.below(clean ? 6 : 12)) {
    case 0: return load(type, depth);
    case 1: {
        const bool from64 = random_.one_in(2);
        value(from64 ? Type::i64 : Type::i32, depth);
        return op(static_cast<uint8_t>((wide ? 0xb7 : 0xb2) + (from64 ? 2 : 0) +
                                       (random_.one_in(2) ? 1 : 0)));
    }
    case 2: value(wide ? Type::i64 : Type::i32, depth); return op(wide ? 0xbf : 0xbe);
    case 3:
        value(type, depth, clean);
        return op(static_cast<uint8_t>((wide ? 0x99 : 0x8b) + random_.below(2)));  // abs, neg
    case 4:
        value(type, depth, clean);
        value(type, depth, true);
        return op(wide ? 0xa6 : 0x98);  // copysign
    case 5: value(type, depth); return canonical(type);
    case 6:
    case 7:
    case 8:
    case 9:
        value(type, depth);
        if (random_.one_in(8)) statement(depth - 1);
        value(type, depth, true);
        return operator_on(type);
    case 10: value(type, depth); return op(any_of(random_, unary_runs[static_cast<size_t>(type)]));
    default: value(wide ? Type::f32 : Type::f64, depth); return op(wide ? 0xbb : 0xb6);
    }
}

void BodyGenerator::reference(Type type, int depth)
{
    const uint32_t local = local_of(type, false);
    const uint32_t kind = random_.below(5);
    if (kind == 0) return constant(type);
    if (kind == 1 && local != ModuleShape::no_entry) return op(op_local_get, local);
    if (type == Type::externref || type == Type::exn) return leaf(type);
    if (type == Type::callee) {
        for (uint32_t i = 0; i < shape_.functions.size(); ++i) {
            if (shape_.functions[i] == 0 && random_.one_in(2)) return op(op_ref_func, i);
        }
        return constant(type);
    }
    if (kind != 2 || depth <= 0) return op(op_ref_func, random_.below(shape_.functions.size()));
    const uint32_t table = random_.below(shape_.tables.size());
    value(Type::i32, depth - 1);
    i32_const(7);
    op(op_i32_and);
    if (shape_.tables[table].is64) op(op_i64_extend_i32_u);
    op(op_table_get, table);
}

// Memory

/// Mostly inside the first page.
void BodyGenerator::address(int depth, bool is64)
{
    if (is64 && random_.one_in(3)) {
        value(Type::i64, depth);
        if (!random_.one_in(8)) {
            i64_const(small_bound);
            op(op_i64_and);
        }
        return;
    }
    const auto masked = [&] {
        value(Type::i32, depth);
        i32_const(small_bound);
        op(op_i32_and);
    };
    switch (random_.below(12)) {
    case 0: op(op_local_get, small_local()); break;
    case 1:
    case 2:
        op(op_local_get, small_local());
        op(op_local_get, small_local());
        op(op_i32_add);
        break;
    case 3:
        op(op_local_get, small_local());
        i32_const(static_cast<int32_t>(random_.below(small_bound)));
        op(op_i32_add);
        break;
    case 4: i32_const(static_cast<int32_t>(random_.below(small_bound))); break;
    case 5:
        masked();
        op(op_local_get, small_local());
        op(op_i32_add);
        break;
    case 6:
        masked();
        masked();
        op(op_i32_add);
        break;
    case 7:
        masked();
        op(op_local_tee, small_local());
        break;
    case 8:
        value(Type::i64, depth);
        i64_const(small_bound);
        op(op_i64_and);
        op(op_i32_wrap_i64);
        break;
    case 9:
        if (random_.one_in(4)) {
            value(Type::i32, depth);
            break;
        }
        [[fallthrough]];
    default: masked();
    }
    if (is64) op(op_i64_extend_i32_u);
}

void BodyGenerator::memory_argument(uint32_t memory)
{
    uint64_t offset = random_.one_in(2) ? 0 : random_.below(200);
    if (random_.one_in(40)) offset = random_.one_in(2) ? 0xff00 : 0xffffffff;
    if (shape_.memories[memory].is64 && random_.one_in(40)) offset = uint64_t{1} << 33;
    if (memory != 0 || random_.one_in(30))
        append(code_, bytes(0x40, leb(memory)));
    else
        op(0x00);
    append(code_, leb(offset));
}

void BodyGenerator::load(Type type, int depth)
{
    constexpr uint8_t codes[4][7] = {{0x28, 0x2c, 0x2d, 0x2e, 0x2f, 0x28, 0x28},
                                     {0x29, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35},
                                     {0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a},
                                     {0x2b, 0x2b, 0x2b, 0x2b, 0x2b, 0x2b, 0x2b}};
    const uint32_t memory = random_.skewed(shape_.memories.size());
    address(depth, shape_.memories[memory].is64);
    op(codes[static_cast<size_t>(type)][random_.below(7)]);
    memory_argument(memory);
}

void BodyGenerator::store(int depth)
{
    constexpr uint8_t codes[4][4] = {{0x36, 0x36, 0x3a, 0x3b},
                                     {0x37, 0x3c, 0x3d, 0x3e},
                                     {0x38, 0x38, 0x38, 0x38},
                                     {0x39, 0x39, 0x39, 0x39}};
    if (shape_.features.vectors && random_.one_in(4)) return vector_store(depth);
    const Type type = number();
    const uint32_t memory = random_.skewed(shape_.memories.size());
    address(depth, shape_.memories[memory].is64);
    if (random_.one_in(10)) statement(depth - 1);
    random_.one_in(3) ? leaf(type, true) : value(type, depth, true);
    op(codes[static_cast<size_t>(type)][random_.below(4)]);
    memory_argument(memory);
}

}  // namespace wrt::test
