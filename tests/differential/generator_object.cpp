// Objects of random bodies: structs in a chain of subtypes, arrays, i31 and casts between them.
#include "generator_body.hpp"

#include <iterator>

namespace wrt::test {

namespace {

/// Opcodes behind the prefix 0xfb.
constexpr uint32_t struct_new = 0, struct_new_default = 1, struct_get = 2, struct_set = 5,
                   array_new = 6, array_new_default = 7, array_new_fixed = 8, array_new_data = 9,
                   array_get = 11, array_get_s = 12, array_set = 14, array_len = 15,
                   array_fill = 16, array_copy = 17, array_init_data = 18, ref_test = 20,
                   ref_cast = 22, br_on_cast = 24, br_on_cast_fail = 25, any_convert_extern = 26,
                   extern_convert_any = 27, ref_i31 = 28, i31_get_s = 29;
constexpr uint8_t op_ref_eq = 0xd3, op_i32_rem_u = 0x70;
constexpr uint8_t heap_any = 0x6e, heap_i31 = 0x6c;

using Shape = ObjectTypes;

bool is_array(Type type)
{
    return type == Type::packed || type == Type::numbers || type == Type::list;
}

/// Of an array's type.
uint32_t index_of(Type type)
{
    switch (type) {
    case Type::packed: return Shape::packed;
    case Type::numbers: return Shape::numbers;
    case Type::list: return Shape::list;
    case Type::i32:
    case Type::i64:
    case Type::f32:
    case Type::f64:
    case Type::funcref:
    case Type::externref:
    case Type::callee:
    case Type::some_func:
    case Type::v128:
    case Type::exn:
    case Type::anyref:
    case Type::object:
    case Type::i31: break;
    }
    return Shape::structs;
}

uint8_t heap_type(Type type)
{
    if (type == Type::anyref) return heap_any;
    return type == Type::i31 ? heap_i31 : static_cast<uint8_t>(index_of(type));
}

constexpr Type below_any[] = {Type::object, Type::packed, Type::numbers, Type::list, Type::i31};

}  // namespace

void BodyGenerator::op_fb(uint32_t code)
{
    append(code_, bytes(0xfb, leb(code)));
}

void BodyGenerator::op_fb(uint32_t code, uint32_t index)
{
    op_fb(code);
    append(code_, leb(index));
}

Type BodyGenerator::element_of(Type array) const
{
    if (array == Type::packed) return Type::i32;
    return array == Type::list ? Type::anyref : shape_.objects.number;
}

/// Of an array that is not null, mostly within it; takes the array on top and puts it back.
void BodyGenerator::element_index(Type array, int depth)
{
    const uint32_t local = local_of(array, false);
    op(op_local_tee, local);
    value(Type::i32, depth);
    if (random_.one_in(8)) return;
    op(op_local_get, local);
    op_fb(array_len);
    op(op_i32_rem_u);
}

/// A value that is mostly not null.
void BodyGenerator::object_there(Type type, int depth)
{
    value(type, depth);
    if (random_.one_in(4)) return;
    const uint32_t local = local_of(type, false);
    op(op_local_tee, local);
    op(op_ref_is_null);
    open(op_if, {{}, {type}});
    if (type == Type::object) {
        op_fb(struct_new_default, Shape::structs + random_.below(3));
    } else if (type == Type::i31) {
        leaf(Type::i32);
        op_fb(ref_i31);
    } else {
        i32_const(1 + static_cast<int32_t>(random_.below(20)));
        op_fb(array_new_default, index_of(type));
    }
    op(op_else);
    op(op_local_get, local);
    close();
}

/// Small, mostly.
void BodyGenerator::array_length(int depth)
{
    value(Type::i32, depth);
    i32_const(random_.one_in(6) ? 255 : 15);
    op(op_i32_and);
}

void BodyGenerator::new_struct(int depth)
{
    const uint32_t kind = random_.below(3);
    if (random_.one_in(4)) return op_fb(struct_new_default, Shape::structs + kind);
    for (const ObjectTypes::Field& field : shape_.objects.fields[kind])
        value(field.type, depth);
    op_fb(struct_new, Shape::structs + kind);
}

void BodyGenerator::new_array(Type type, int depth)
{
    const uint32_t index = index_of(type);
    const Type element = element_of(type);
    switch (random_.below(4)) {
    case 0: array_length(depth); return op_fb(array_new_default, index);
    case 1: {
        const uint32_t count = random_.below(5);
        for (uint32_t i = 0; i < count; ++i)
            value(element, depth);
        op_fb(array_new_fixed, index);
        return append(code_, leb(count));
    }
    case 2:
        if (type != Type::list && shape_.data_segments != 0) {
            i32_const(static_cast<int32_t>(random_.below(6)));
            i32_const(static_cast<int32_t>(random_.below(random_.one_in(4) ? 8 : 2)));
            op_fb(array_new_data, index);
            return append(code_, leb(random_.below(shape_.data_segments)));
        }
        [[fallthrough]];
    default:
        value(element, depth);
        array_length(depth);
        op_fb(array_new, index);
    }
}

/// What an anyref is, if it is that; mostly null instead of a trap if not.
void BodyGenerator::cast_to(Type type, int depth)
{
    if (random_.one_in(6)) {
        value(Type::anyref, depth);
        op_fb(ref_cast + 1);
        return op(heap_type(type));
    }
    if (random_.one_in(2)) {
        open(op_block, {{}, {type}});
        value(Type::anyref, depth);
        op_fb(br_on_cast);
        append(code_, bytes(3, leb(0), heap_any, heap_type(type)));
        op(op_drop);
        constant(type);
        return close();
    }
    const uint32_t local = local_of(type, false);
    open(op_block, {{}, {Type::anyref}});
    value(Type::anyref, depth);
    op_fb(br_on_cast_fail);
    append(code_, bytes(3, leb(0), heap_any, heap_type(type)));
    op(op_local_tee, local);
    close();
    op(op_drop);
    op(op_local_get, local);
}

void BodyGenerator::object_value(Type type, int depth)
{
    if (random_.one_in(6)) return constant(type);
    if (type == Type::anyref) {
        switch (random_.below(8)) {
        case 0: value(Type::externref, depth); return op_fb(any_convert_extern);
        case 1:
            object_there(Type::object, depth);
            op_fb(struct_get, Shape::structs);
            return op(2);
        case 2:
            object_there(Type::list, depth);
            element_index(Type::list, depth);
            return op_fb(array_get, Shape::list);
        default: return value(random_.of(below_any), depth);
        }
    }
    if (random_.one_in(4)) return cast_to(type, depth);
    if (type == Type::i31) {
        value(Type::i32, depth);
        return op_fb(ref_i31);
    }
    if (is_array(type)) return new_array(type, depth);
    if (random_.one_in(4)) {
        object_there(Type::object, depth);
        op_fb(struct_get, Shape::structs);
        return op(1);
    }
    new_struct(depth);
}

/// A field of that type; false where no struct has one.
bool BodyGenerator::field_value(Type type, int depth)
{
    const uint32_t kind = random_.below(3);
    std::vector<uint8_t> found;
    const auto& fields = shape_.objects.fields[kind];
    for (uint8_t i = 0; i < fields.size(); ++i) {
        if (fields[i].type == type) found.push_back(i);
    }
    if (found.empty()) return false;
    const uint8_t field = random_.of(found);
    const uint32_t get =
        fields[field].storage == 0 ? struct_get : struct_get + 1 + random_.below(2);
    if (kind == 0) {
        object_there(Type::object, depth);
        op_fb(get, Shape::structs);
        op(field);
        return true;
    }
    const uint32_t local = local_of(Type::object, false);
    const auto subtype = static_cast<uint8_t>(Shape::structs + kind);
    value(Type::object, depth);
    op(op_local_tee, local);
    op_fb(ref_test);
    op(subtype);
    open(op_if, {{}, {type}});
    op(op_local_get, local);
    op_fb(ref_cast);
    op(subtype);
    op_fb(get, subtype);
    op(field);
    op(op_else);
    leaf(type);
    close();
    return true;
}

/// A number or an externref that comes out of objects; false where that is no way to such a type.
bool BodyGenerator::value_of_object(Type type, int depth)
{
    if (type == Type::externref) {
        value(Type::anyref, depth);
        op_fb(extern_convert_any);
        return true;
    }
    if (type == Type::i32) {
        switch (random_.below(6)) {
        case 0:
            object_there(Type::i31, depth);
            op_fb(i31_get_s + random_.below(2));
            return true;
        case 1: {
            const Type array = random_.of({Type::packed, Type::numbers, Type::list});
            object_there(array, depth);
            op_fb(array_len);
            return true;
        }
        case 2:
            value(random_.of(below_any), depth);
            value(random_.of(below_any), depth);
            op(op_ref_eq);
            return true;
        case 3:
            value(Type::anyref, depth);
            op_fb(ref_test + random_.below(2));
            op(heap_type(random_.of(below_any)));
            return true;
        case 4:
            object_there(Type::packed, depth);
            element_index(Type::packed, depth);
            op_fb(array_get_s + random_.below(2), Shape::packed);
            return true;
        default: break;
        }
    }
    if (type == shape_.objects.number && random_.one_in(2)) {
        object_there(Type::numbers, depth);
        element_index(Type::numbers, depth);
        op_fb(array_get, Shape::numbers);
        return true;
    }
    return field_value(type, depth);
}

void BodyGenerator::object_statement(int depth)
{
    const Type array = random_.of({Type::packed, Type::numbers, Type::list});
    const auto place = [&] {
        object_there(array, depth);
        element_index(array, depth);
    };
    switch (random_.below(7)) {
    case 0:
    case 1: {
        const uint32_t kind = random_.below(3);
        const auto& fields = shape_.objects.fields[kind];
        const auto field = static_cast<uint8_t>(random_.below(fields.size()));
        if (kind == 0) {
            object_there(Type::object, depth);
        } else if (random_.one_in(8)) {
            value(Type::object, depth);
            op_fb(ref_cast);
            op(static_cast<uint8_t>(Shape::structs + kind));
        } else {
            op_fb(struct_new_default, Shape::structs + kind);
        }
        value(fields[field].type, depth);
        op_fb(struct_set, Shape::structs + kind);
        return op(field);
    }
    case 2:
    case 3:
        place();
        value(element_of(array), depth);
        return op_fb(array_set, index_of(array));
    case 4:
        place();
        value(element_of(array), depth);
        i32_const(static_cast<int32_t>(random_.below(4)));
        return op_fb(array_fill, index_of(array));
    case 5:
        place();
        object_there(array, depth);
        i32_const(static_cast<int32_t>(random_.below(3)));
        i32_const(static_cast<int32_t>(random_.below(4)));
        op_fb(array_copy, index_of(array));
        return append(code_, leb(index_of(array)));
    default:
        if (array == Type::list || shape_.data_segments == 0) return;
        place();
        i32_const(static_cast<int32_t>(random_.below(4)));
        i32_const(static_cast<int32_t>(random_.below(2)));
        op_fb(array_init_data, index_of(array));
        append(code_, leb(random_.below(shape_.data_segments)));
    }
}

Bytes ObjectTypes::definitions() const
{
    const auto storage = [](const Field& field) {
        return field.storage != 0 ? Bytes{field.storage} : encoded(field.type);
    };
    const auto structure = [&](uint32_t kind) {
        Bytes layout = leb(fields[kind].size());
        for (const Field& field : fields[kind])
            append(layout, bytes(storage(field), 0x01));
        return bytes(0x5f, layout);
    };
    const auto array = [](const Bytes& element) { return bytes(0x5e, element, 0x01); };
    return bytes(0x4e, leb(count), 0x50, 0x00, structure(0), 0x50, 0x01, leb(structs), structure(1),
                 0x4f, 0x01, leb(structs + 1), structure(2), array({packed_storage}),
                 array(encoded(number)), array(encoded(Type::anyref)));
}

ObjectTypes ObjectTypes::random(Random& random, bool vectors)
{
    ObjectTypes types;
    const Type all[] = {Type::i32,    Type::i64,  Type::f32, Type::f64,
                        Type::anyref, Type::list, Type::i31, vectors ? Type::v128 : Type::i64};
    types.number = all[random.below(4)];
    if (vectors && random.one_in(6)) types.number = Type::v128;
    types.packed_storage = random.one_in(2) ? 0x78 : 0x77;
    std::vector<Field> fields = {{Type::i32, 0}, {Type::object, 0}, {Type::anyref, 0}};
    for (auto& of_struct : types.fields) {
        for (uint32_t i = random.below(4); i-- > 0;) {
            Field field{random.of(all), 0};
            if (field.type == Type::i32 && random.one_in(2))
                field.storage = random.one_in(2) ? 0x78 : 0x77;
            fields.push_back(field);
        }
        of_struct = fields;
    }
    return types;
}

}  // namespace wrt::test
