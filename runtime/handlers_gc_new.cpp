// Handlers that make objects, and those that work on ranges of arrays. Operands lie in slots from
// field `a` on, where the collector finds those that are references; the result takes the first
// one's place and stands in t0 as well. Word 2 holds two indices, or the type and a size.
#include <cstring>

#include <wrt/runtime/field_layout.hpp>
#include <wrt/runtime/heap.hpp>
#include <wrt/runtime/store.hpp>

#include "array.hpp"
#include "bulk_charge.hpp"
#include "handler_tables.hpp"

namespace wrt::runtime {

namespace {

constexpr int window_words = 3;

WRT_INLINE uint32_t first_index(const Cell* pc)
{
    return static_cast<uint32_t>(pc[2].bits);
}
WRT_INLINE uint32_t second_index(const Cell* pc)
{
    return static_cast<uint32_t>(pc[2].bits >> 32);
}
WRT_INLINE const RegisteredType& type_at(const Execution& execution, uint32_t type_index)
{
    return execution.store->types()[execution.type_ids[type_index]];
}

/// Slots of a value that takes so many bytes in an object.
WRT_INLINE uint32_t slots_of_bytes(uint32_t bytes)
{
    return bytes == 16 ? 2 : 1;
}

/// Makes room for the bytes in t0 and executes the operation again. Apart from those that allocate,
/// so that they need no frame.
WRT_HANDLER make_room_and_retry(WRT_REGISTERS)
{
    WRT_BEGIN
    if (!make_room(*ex, pc + window_words - 1, fp, t0)) [[unlikely]]
        WRT_TRAP(gc_heap_exhausted);
    WRT_GOTO(pc);
}

/// `made`: an object whose fields are not written yet. It may be the second try of an operation
/// that had to make room first: nothing before it may have an effect.
// Fuel for lengths is charged afterwards, so that a second try does not pay twice.
#define WRT_ALLOCATE(made, header_bits, bytes)                                                     \
    Object* const made = ex->heap->bump(bytes);                                                    \
    if (made == nullptr) [[unlikely]] {                                                            \
        t0 = bytes;                                                                                \
        WRT_CONTINUE_IN(make_room_and_retry);                                                      \
    }                                                                                              \
    made->header = header_bits

#define WRT_ALLOCATE_STRUCT(made, bytes)                                                           \
    WRT_ALLOCATE(made, Object::header_of(ObjectKind::struct_, ex->type_ids[first_index(pc)]), bytes)

#define WRT_ALLOCATE_ARRAY(made, length, element_bytes)                                            \
    const uint64_t unrounded_ = array_bytes(length, element_bytes);                                \
    WRT_ALLOCATE(made,                                                                             \
                 Object::header_of(ObjectKind::array, ex->type_ids[first_index(pc)], length),      \
                 round_to_word(unrounded_));                                                       \
    clear_last_word(*made, unrounded_)

#define WRT_OPERANDS Slot* const operands = fp + field_a(pc)

/// The object is complete: it is the result.
#define WRT_RETURN_OBJECT(made)                                                                    \
    t0 = operands[0].bits = Ref::object(made).bits;                                                \
    WRT_NEXT(window_words)

/// Word 2: type and bytes of the object, in all three.
WRT_HANDLER struct_new_of_words(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    const uint32_t bytes = second_index(pc);
    WRT_ALLOCATE_STRUCT(object, bytes);
    auto* const fields = reinterpret_cast<Slot*>(object->elements());
    const uint64_t count = bytes / sizeof(Slot) - 1;
    for (uint64_t i = 0; i != count; ++i) {
        fields[i] = operands[i];
        asm volatile("" ::: "memory");  // most have a few: not worth a vector loop
    }
    WRT_RETURN_OBJECT(object);
}

WRT_HANDLER struct_new(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    const uint32_t bytes = second_index(pc);
    const TypeId id = ex->type_ids[first_index(pc)];
    WRT_ALLOCATE_STRUCT(object, bytes);
    const RegisteredType& type = ex->store->types()[id];
    FieldPlacer placer;
    const Slot* from = operands;
    for (uint32_t i = 0; i < type.param_count; ++i) {
        const ValType storage = type.fields[i].storage;
        uint8_t* const at = object->at(placer.place(storage));
        switch (field_bytes(storage)) {
        case 1: std::memcpy(at, from, 1); break;
        case 2: std::memcpy(at, from, 2); break;
        case 4: std::memcpy(at, from, 4); break;
        case 8: std::memcpy(at, from, 8); break;
        default: std::memcpy(at, from++, 16);
        }
        ++from;
    }
    WRT_RETURN_OBJECT(object);
}

WRT_HANDLER struct_new_default(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    const uint32_t bytes = second_index(pc);
    WRT_ALLOCATE_STRUCT(object, bytes);
    WRT_CHARGE_LENGTH(bytes / sizeof(Slot));
    std::memset(object->elements(), 0, bytes - Object::header_bytes);
    WRT_RETURN_OBJECT(object);
}

/// Word 2: type, and the bytes of an element.
WRT_HANDLER array_new(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    const auto length = operands[slots_of_bytes(second_index(pc))].as<uint32_t>();
    WRT_ALLOCATE_ARRAY(array, length, second_index(pc));
    WRT_CHARGE_LENGTH(length);
    fill_elements(array->elements(), length, second_index(pc), operands);
    WRT_RETURN_OBJECT(array);
}

WRT_HANDLER array_new_default(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    const auto length = operands[0].as<uint32_t>();
    WRT_ALLOCATE_ARRAY(array, length, second_index(pc));
    WRT_CHARGE_LENGTH(length);
    std::memset(array->elements(), 0, uint64_t{length} * second_index(pc));
    WRT_RETURN_OBJECT(array);
}

/// Word 2: type, and how many.
WRT_HANDLER array_new_fixed(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    const uint32_t length = second_index(pc);
    const uint32_t bytes = type_at(*ex, first_index(pc)).words;
    WRT_ALLOCATE_ARRAY(array, length, bytes);
    for (uint32_t i = 0; i < length; ++i)
        fill_elements(array->elements() + uint64_t{i} * bytes, 1, bytes,
                      operands + uint64_t{i} * slots_of_bytes(bytes));
    WRT_RETURN_OBJECT(array);
}

/// Word 2: type and segment, in the rest but array.copy.
WRT_HANDLER array_new_data(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    const auto offset = operands[0].as<uint32_t>();
    const auto length = operands[1].as<uint32_t>();
    const uint32_t bytes = type_at(*ex, first_index(pc)).words;
    const DataInstance& data = ex->instance->data[second_index(pc)];
    if (!in_bounds(offset, uint64_t{length} * bytes, data.size)) [[unlikely]]
        WRT_TRAP(out_of_bounds_memory_access);
    WRT_ALLOCATE_ARRAY(array, length, bytes);
    WRT_CHARGE_LENGTH(length);
    if (length != 0) std::memcpy(array->elements(), data.bytes + offset, uint64_t{length} * bytes);
    WRT_RETURN_OBJECT(array);
}

WRT_HANDLER array_new_elem(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    const auto offset = operands[0].as<uint32_t>();
    const auto length = operands[1].as<uint32_t>();
    const ElementInstance& segment = ex->instance->elements[second_index(pc)];
    if (!in_bounds(offset, length, segment.count)) [[unlikely]]
        WRT_TRAP(out_of_bounds_table_access);
    WRT_ALLOCATE_ARRAY(array, length, sizeof(Slot));
    WRT_CHARGE_LENGTH(length);
    if (length != 0)
        std::memcpy(array->elements(), segment.items + offset, uint64_t{length} * sizeof(Slot));
    WRT_RETURN_OBJECT(array);
}

/// The array in operand `i`, which must not be null.
#define WRT_ARRAY(name, i)                                                                         \
    if (operands[i].bits == 0) [[unlikely]]                                                        \
        WRT_TRAP(null_array_reference);                                                            \
    Object& name = *Ref{operands[i].bits}.as_object()

WRT_HANDLER array_fill(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    WRT_ARRAY(array, 0);
    const uint32_t bytes = type_at(*ex, first_index(pc)).words;
    const auto count = operands[2 + slots_of_bytes(bytes)].as<uint32_t>();
    WRT_CHARGE_LENGTH(count);
    if (!runtime::array_fill(array, operands[1].as<uint32_t>(), count, bytes, operands + 2))
        [[unlikely]]
        WRT_TRAP(out_of_bounds_array_access);
    WRT_NEXT(window_words);
}

WRT_HANDLER array_copy(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    WRT_ARRAY(to, 0);
    WRT_ARRAY(from, 2);
    const auto count = operands[4].as<uint32_t>();
    WRT_CHARGE_LENGTH(count);
    if (!runtime::array_copy(to, operands[1].as<uint32_t>(), from, operands[3].as<uint32_t>(),
                             count, type_at(*ex, first_index(pc)).words)) [[unlikely]]
        WRT_TRAP(out_of_bounds_array_access);
    WRT_NEXT(window_words);
}

WRT_HANDLER array_init_data(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    WRT_ARRAY(array, 0);
    const auto index = operands[1].as<uint32_t>();
    const auto offset = operands[2].as<uint32_t>();
    const auto count = operands[3].as<uint32_t>();
    const uint32_t bytes = type_at(*ex, first_index(pc)).words;
    const DataInstance& data = ex->instance->data[second_index(pc)];
    WRT_CHARGE_LENGTH(count);
    if (!in_bounds(index, count, array.length())) [[unlikely]]
        WRT_TRAP(out_of_bounds_array_access);
    if (!in_bounds(offset, uint64_t{count} * bytes, data.size)) [[unlikely]]
        WRT_TRAP(out_of_bounds_memory_access);
    if (count != 0)
        std::memcpy(array.elements() + uint64_t{index} * bytes, data.bytes + offset,
                    uint64_t{count} * bytes);
    WRT_NEXT(window_words);
}

WRT_HANDLER array_init_elem(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    WRT_ARRAY(array, 0);
    const auto index = operands[1].as<uint32_t>();
    const auto offset = operands[2].as<uint32_t>();
    const auto count = operands[3].as<uint32_t>();
    const ElementInstance& segment = ex->instance->elements[second_index(pc)];
    WRT_CHARGE_LENGTH(count);
    if (!in_bounds(index, count, array.length())) [[unlikely]]
        WRT_TRAP(out_of_bounds_array_access);
    if (!in_bounds(offset, count, segment.count)) [[unlikely]]
        WRT_TRAP(out_of_bounds_table_access);
    if (count != 0)
        std::memcpy(array.elements() + uint64_t{index} * sizeof(Slot), segment.items + offset,
                    uint64_t{count} * sizeof(Slot));
    WRT_NEXT(window_words);
}

// Fields and elements of sixteen bytes. Word 2 of the first two: the field's offset.

#define WRT_STRUCT(name)                                                                           \
    if (operands[0].bits == 0) [[unlikely]]                                                        \
        WRT_TRAP(null_structure_reference);                                                        \
    Object& name = *Ref{operands[0].bits}.as_object()

WRT_HANDLER struct_get_vector(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    WRT_STRUCT(object);
    std::memcpy(operands, object.at(first_index(pc)), 16);
    WRT_NEXT(window_words);
}

WRT_HANDLER struct_set_vector(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    WRT_STRUCT(object);
    std::memcpy(object.at(first_index(pc)), operands + 1, 16);
    WRT_NEXT(window_words);
}

WRT_HANDLER array_get_vector(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    WRT_ARRAY(array, 0);
    const auto index = operands[1].as<uint32_t>();
    if (index >= array.length()) [[unlikely]]
        WRT_TRAP(out_of_bounds_array_access);
    std::memcpy(operands, array.elements() + uint64_t{index} * 16, 16);
    WRT_NEXT(window_words);
}

WRT_HANDLER array_set_vector(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_OPERANDS;
    WRT_ARRAY(array, 0);
    const auto index = operands[1].as<uint32_t>();
    if (index >= array.length()) [[unlikely]]
        WRT_TRAP(out_of_bounds_array_access);
    std::memcpy(array.elements() + uint64_t{index} * 16, operands + 2, 16);
    WRT_NEXT(window_words);
}

}  // namespace

Handler tables::plain_gc(Plain op)
{
    switch (raw(op)) {  // the rest is elsewhere
    case raw(Plain::struct_new): return &struct_new;
    case raw(Plain::struct_new_of_words): return &struct_new_of_words;
    case raw(Plain::struct_new_default): return &struct_new_default;
    case raw(Plain::struct_get_vector): return &struct_get_vector;
    case raw(Plain::struct_set_vector): return &struct_set_vector;
    case raw(Plain::array_get_vector): return &array_get_vector;
    case raw(Plain::array_set_vector): return &array_set_vector;
    case raw(Plain::array_new): return &array_new;
    case raw(Plain::array_new_default): return &array_new_default;
    case raw(Plain::array_new_fixed): return &array_new_fixed;
    case raw(Plain::array_new_data): return &array_new_data;
    case raw(Plain::array_new_elem): return &array_new_elem;
    case raw(Plain::array_fill): return &array_fill;
    case raw(Plain::array_copy): return &array_copy;
    case raw(Plain::array_init_data): return &array_init_data;
    case raw(Plain::array_init_elem): return &array_init_elem;
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
