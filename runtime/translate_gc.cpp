// Translation of the instructions on objects, arrays and i31.
#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/field_layout.hpp>

#include "ref_test.hpp"
#include "translator_steps.hpp"
#include "variants.hpp"

namespace wrt::runtime {

using decoder::Instruction;

namespace {

/// `extend`: packed fields are signed.
FieldKind field_kind(ValType storage, bool extend)
{
    switch (storage.kind()) {
    case ValKind::i8: return extend ? FieldKind::i8_s : FieldKind::i8_u;
    case ValKind::i16: return extend ? FieldKind::i16_s : FieldKind::i16_u;
    case ValKind::i32: return FieldKind::i32;
    case ValKind::f32: return FieldKind::f32;
    case ValKind::f64: return FieldKind::f64;
    case ValKind::i64:
    case ValKind::ref: return FieldKind::i64;
    case ValKind::v128:
    case ValKind::bot: break;
    }
    WRT_UNREACHABLE();
}

RefTest test_of(const decoder::Module& syntax, HeapType heap)
{
    if (heap.is_index()) {
        const bool function = syntax.types.defs[heap.index()].kind == CompositeKind::func;
        return function ? RefTest::function : RefTest::concrete;
    }
    switch (heap.abstract()) {
    case AbstractHeap::any:
    case AbstractHeap::func:
    case AbstractHeap::extern_:
    case AbstractHeap::exn: return RefTest::all;
    case AbstractHeap::eq: return RefTest::eq;
    case AbstractHeap::i31: return RefTest::i31;
    case AbstractHeap::struct_: return RefTest::struct_;
    case AbstractHeap::array: return RefTest::array;
    case AbstractHeap::none:
    case AbstractHeap::nofunc:
    case AbstractHeap::noextern:
    case AbstractHeap::noexn:
    case AbstractHeap::bot: return RefTest::none;
    }
    WRT_UNREACHABLE();
}

/// An operation of `family` that asks for `type`.
Operation cast_operation(Family family, const decoder::Module& syntax, ValType type)
{
    const HeapType heap = type.heap();
    const RefTest test = test_of(syntax, heap);
    Operation operation{.family = family, .wide = test == RefTest::concrete};
    operation.constant = cast_word(test, heap.is_index() ? heap.index() : 0, type.nullable());
    return operation;
}

}  // namespace

Status Translator::gc(const Instruction& instruction)
{
    const uint32_t type = instruction.index;
    const auto element_bytes = [&] {
        return field_bytes(module_.aggregates->fields[module_.types[type].first].storage);
    };
    switch (raw(instruction.op)) {  // those of garbage collection only
    case raw(Instr::struct_get):
    case raw(Instr::struct_get_s):
    case raw(Instr::struct_get_u): return struct_get(instruction);
    case raw(Instr::struct_set): return struct_set(instruction);
    case raw(Instr::array_get):
    case raw(Instr::array_get_s):
    case raw(Instr::array_get_u): return array_get(instruction);
    case raw(Instr::array_set): return array_set(instruction);
    case raw(Instr::array_len):
    case raw(Instr::i31_get_s):
    case raw(Instr::i31_get_u):
    case raw(Instr::ref_i31): return gc_unary(instruction);
    case raw(Instr::ref_test):
    case raw(Instr::ref_test_null): {
        Operand reference = pop();
        Class cls = Class::slot;
        WRT_CHECK(reference_class(reference, cls, false));
        Operation operation = cast_operation(Family::ref_test, syntax_, instruction.type);
        operation.a_class = cls;
        take(reference, cls, operation.a);
        return emit_result(operation, ValKind::i32);
    }
    case raw(Instr::ref_cast):
    case raw(Instr::ref_cast_null):
        return check_reference(cast_operation(Family::ref_cast, syntax_, instruction.type));
    case raw(Instr::br_on_cast):
    case raw(Instr::br_on_cast_fail): return cast_branch(instruction);
    case raw(Instr::any_convert_extern):
    case raw(Instr::extern_convert_any): return ok();  // the same bits mean the same
    case raw(Instr::struct_new):
    case raw(Instr::struct_new_default): {
        const StructLayout& layout = module_.aggregates->structs[type];
        if (instruction.op == Instr::struct_new_default)
            return new_object(instruction, Plain::struct_new_default, 0, layout.bytes);
        return new_object(instruction,
                          layout.words ? Plain::struct_new_of_words : Plain::struct_new,
                          module_.types[type].params, layout.bytes);
    }
    case raw(Instr::array_new):
        return new_object(instruction, Plain::array_new, 2, element_bytes());
    case raw(Instr::array_new_default):
        return new_object(instruction, Plain::array_new_default, 1, element_bytes());
    case raw(Instr::array_new_fixed):
        return new_object(instruction, Plain::array_new_fixed, instruction.index2,
                          instruction.index2);
    case raw(Instr::array_new_data):
        return new_object(instruction, Plain::array_new_data, 2, instruction.index2);
    case raw(Instr::array_new_elem):
        return new_object(instruction, Plain::array_new_elem, 2, instruction.index2);
    case raw(Instr::array_fill):
        return window_operation(Plain::array_fill, 4, ValKind::bot, type, 0);
    case raw(Instr::array_copy):
        return window_operation(Plain::array_copy, 5, ValKind::bot, type, 0);
    case raw(Instr::array_init_data):
        return window_operation(Plain::array_init_data, 4, ValKind::bot, type, instruction.index2);
    case raw(Instr::array_init_elem):
        return window_operation(Plain::array_init_elem, 4, ValKind::bot, type, instruction.index2);
    default: WRT_UNREACHABLE();
    }
}

/// Where an operation reads a reference: a slot, t0 or, if it may, t1.
Status Translator::reference_class(Operand& reference, Class& cls, bool second)
{
    if (reference.kind == Kind::constant) WRT_CHECK(to_home(reference));
    cls = class_of(reference);
    if (cls == Class::t1 && !second) WRT_CHECK(force_slot(reference, cls));
    return ok();
}

/// An operation that looks at the reference on top and leaves it there, whatever it is: a local
/// stays unread. What made it may not be changed any more, for it was read where it is now.
Status Translator::check_reference(Operation operation)
{
    Operand reference = pop();
    WRT_CHECK(reference_class(reference, operation.a_class, false));
    operation.a = static_cast<uint16_t>(reference.kind == Kind::local ? reference.local_slot()
                                                                      : reference.slot);
    if (reference.kind == Kind::temp) {
        Temps& t = temps(ValKind::ref);
        if (t.producer == reference.producer) t.producer = no_operation;
        reference.producer = no_operation;
    }
    WRT_CHECK(emit(operation));
    if (reference.kind == Kind::local) return push_local(reference.local());
    return push(reference);
}

/// The reference goes with the label's operands where it branches, and stays where it does not.
Status Translator::cast_branch(const Instruction& instruction)
{
    const bool fail = instruction.op == Instr::br_on_cast_fail;
    const auto count = static_cast<uint32_t>(instruction.params.size());
    Operation operation = cast_operation(Family::cast_branch, syntax_, instruction.type2);
    WRT_CHECK(settle_top(count));
    unbury_all();
    operation.a = static_cast<uint16_t>(operands_.back().slot);
    operation.a_class = class_of(operands_.back());
    Frame& frame = frame_at(instruction.index);
    frame.referenced = true;
    const uint32_t target = frame.label;
    if (!needs_moves(frame, count)) {
        operation.flag = fail;
        operation.label = target;
        operation.polls = polls(target);
        return emit(operation);
    }
    uint32_t skip = 0;
    WRT_CHECK(make_label(skip));
    operation.flag = !fail;
    operation.label = skip;
    WRT_CHECK(emit(operation));
    WRT_CHECK(move_to_label(frame_at(instruction.index), count));
    WRT_CHECK(emit_branch(target));
    barrier();
    bind(skip);
    return ok();
}

Status Translator::struct_get(const Instruction& instruction)
{
    const ValType storage = instruction.type;
    const uint32_t offset =
        module_.aggregates
            ->field_offsets[module_.types[instruction.index].first + instruction.index2];
    if (storage.is_vector())
        return window_operation(Plain::struct_get_vector, 1, ValKind::v128, offset, 0);
    Operand object = pop();
    Class cls = Class::slot;
    WRT_CHECK(reference_class(object, cls, true));
    Operation operation{.family = Family::struct_get,
                        .a_class = cls,
                        .field = field_kind(storage, instruction.op == Instr::struct_get_s),
                        .index = offset};
    take(object, cls, operation.a);
    return emit_result(operation, storage.unpacked().kind());
}

Status Translator::struct_set(const Instruction& instruction)
{
    const ValType storage = instruction.type;
    const uint32_t offset =
        module_.aggregates
            ->field_offsets[module_.types[instruction.index].first + instruction.index2];
    if (storage.is_vector())
        return window_operation(Plain::struct_set_vector, 2, ValKind::bot, offset, 0);
    Operand value = pop();
    Operand object = pop();
    if (object.kind == Kind::constant) WRT_CHECK(to_home(object));
    Class object_class = class_of(object);
    Class value_class = class_of(value);
    if (!has_struct_set(object_class, value_class) && object_class == Class::t1)
        WRT_CHECK(force_slot(object, object_class));
    if (!has_struct_set(object_class, value_class)) WRT_CHECK(force_slot(value, value_class));
    Operation operation{.family = Family::struct_set,
                        .a_class = object_class,
                        .b_class = value_class,
                        .field = field_kind(storage, false),
                        .index = offset};
    take(object, object_class, operation.a);
    take(value, value_class, operation.d);
    operation.constant = value.bits();
    return emit(operation);
}

Status Translator::array_get(const Instruction& instruction)
{
    const ValType storage = instruction.type;
    if (storage.is_vector())
        return window_operation(Plain::array_get_vector, 2, ValKind::v128, 0, 0);
    Operand index = pop();
    Operand array = pop();
    if (array.kind == Kind::constant) WRT_CHECK(to_home(array));
    Class array_class = class_of(array);
    Class index_class = class_of(index);
    if (index_class == Class::t1) WRT_CHECK(force_slot(index, index_class));
    if (!has_array_get(array_class, index_class, Class::slot))
        WRT_CHECK(force_slot(array, array_class));
    Operation operation{.family = Family::array_get,
                        .a_class = array_class,
                        .b_class = index_class,
                        .field = field_kind(storage, instruction.op == Instr::array_get_s)};
    take(array, array_class, operation.a);
    take(index, index_class, operation.b);
    operation.constant = index.bits();
    return emit_result(operation, storage.unpacked().kind());
}

Status Translator::array_set(const Instruction& instruction)
{
    const ValType storage = instruction.type;
    if (storage.is_vector())
        return window_operation(Plain::array_set_vector, 3, ValKind::bot, 0, 0);
    Operand value = pop();
    Operand index = pop();
    Operand array = pop();
    if (array.kind == Kind::constant) WRT_CHECK(to_home(array));
    Class array_class = class_of(array);
    Class index_class = class_of(index);
    Class value_class = class_of(value);
    // None of the three is a pinned local that has to be moved: nothing is emitted here.
    if (array_class != Class::slot) WRT_CHECK(force_slot(array, array_class));
    if (index_class == Class::t1) WRT_CHECK(force_slot(index, index_class));
    if (value_class == Class::t1) WRT_CHECK(force_slot(value, value_class));
    Operation operation{.family = Family::array_set,
                        .b_class = index_class,
                        .d_class = value_class,
                        .field = field_kind(storage, false)};
    take(array, array_class, operation.a);
    take(index, index_class, operation.b);
    take(value, value_class, operation.d);
    operation.constant = value.bits();
    operation.constant2 = static_cast<uint32_t>(index.bits());
    return emit(operation);
}

Status Translator::gc_unary(const Instruction& instruction)
{
    Operand a = pop();
    if (a.kind == Kind::constant) WRT_CHECK(to_home(a));
    Class cls = class_of(a);
    if (!has_gc_unary(instruction.op, cls, Class::slot)) WRT_CHECK(force_slot(a, cls));
    Operation operation{.family = Family::gc_unary, .a_class = cls, .instr = instruction.op};
    take(a, cls, operation.a);
    return emit_result(operation, instruction.op == Instr::ref_i31 ? ValKind::ref : ValKind::i32);
}

/// An operation that makes an object out of operands which lie at home, side by side, and may
/// collect before it reads them. `detail` goes with the type index.
Status Translator::new_object(const Instruction& instruction, Plain plain, uint32_t operands,
                              uint32_t detail)
{
    WRT_CHECK(settle_top(operands));
    WRT_CHECK(settle_roots(operands_.size()));
    unbury_all();
    const uint32_t first = operands_.size() - operands;
    Operation operation{.family = Family::window,
                        .plain = plain,
                        .a = static_cast<uint16_t>(slot_of_top(operands))};
    operation.constant = instruction.index | uint64_t{detail} << 32;
    WRT_CHECK(emit(operation));
    WRT_CHECK(note_safepoint());
    drop_to(first);
    barrier();
    if (!options_.slots_only) temps(ValKind::ref).slot = next_slot();
    return push_temp(ValKind::ref, no_operation);
}

}  // namespace wrt::runtime
