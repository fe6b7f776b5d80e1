// Handlers that read and write objects of the heap. References are checked for null everywhere,
// also where their type says that they are not: it costs nothing that the load behind it does not.
// https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-reference-instructions
#include <array>
#include <cstring>

#include <wrt/runtime/object.hpp>

#include "handler_tables.hpp"
#include "variants.hpp"

namespace wrt::runtime {

namespace {

/// The type on the operand stack and the type in the object.
template <FieldKind Kind>
struct Field;
#define WRT_FIELDS(row)                                                                            \
    row(i8_s, int32_t, int8_t) row(i8_u, int32_t, uint8_t) row(i16_s, int32_t, int16_t)            \
        row(i16_u, int32_t, uint16_t) row(i32, int32_t, int32_t) row(i64, int64_t, int64_t)        \
            row(f32, float, float) row(f64, double, double)
#define WRT_FIELD(name, value_type, stored_type)                                                   \
    template <>                                                                                    \
    struct Field<FieldKind::name> {                                                                \
        using Value = value_type;                                                                  \
        using Stored = stored_type;                                                                \
    };
WRT_FIELDS(WRT_FIELD)
#undef WRT_FIELD

template <FieldKind Kind>
WRT_INLINE typename Field<Kind>::Value load_field(const uint8_t* at)
{
    typename Field<Kind>::Stored value;
    std::memcpy(&value, at, sizeof value);
    return static_cast<typename Field<Kind>::Value>(value);
}

template <FieldKind Kind>
WRT_INLINE void store_field(uint8_t* at, typename Field<Kind>::Value value)
{
    const auto narrow = static_cast<typename Field<Kind>::Stored>(value);
    std::memcpy(at, &narrow, sizeof narrow);
}

/// d = a.field, whose offset is the immediate
template <FieldKind Kind, Class A, Class D>
WRT_HANDLER struct_get(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint64_t bits = WRT_A(A, uint64_t);
    if (bits == 0) [[unlikely]]
        WRT_TRAP(null_structure_reference);
    WRT_D(D, typename Field<Kind>::Value,
          load_field<Kind>(Ref{bits}.as_object()->at(load_at<uint32_t>(pc, 12))));
    WRT_NEXT(2);
}

/// a.field = value, whose slot stands in `d` and whose constant in word 2
template <FieldKind Kind, Class A, Class V>
WRT_HANDLER struct_set(WRT_REGISTERS)
{
    WRT_BEGIN
    using Value = typename Field<Kind>::Value;
    const uint64_t bits = WRT_A(A, uint64_t);
    if (bits == 0) [[unlikely]]
        WRT_TRAP(null_structure_reference);
    uint8_t* const at = Ref{bits}.as_object()->at(load_at<uint32_t>(pc, 12));
    if constexpr (V == Class::constant) {
        store_field<Kind>(at, Slot{pc[2].bits}.as<Value>());
        WRT_NEXT(3);
    } else {
        store_field<Kind>(at, WRT_OPERAND(V, Value, 10, 2));
        WRT_NEXT(2);
    }
}

/// d = a[b]
template <FieldKind Kind, Class A, Class I, Class D>
WRT_HANDLER array_get(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint64_t bits = WRT_A(A, uint64_t);
    if (bits == 0) [[unlikely]]
        WRT_TRAP(null_array_reference);
    Object& array = *Ref{bits}.as_object();
    const uint32_t index = WRT_B(I, uint32_t);
    if (index >= array.length()) [[unlikely]]
        WRT_TRAP(out_of_bounds_array_access);
    constexpr size_t size = sizeof(typename Field<Kind>::Stored);
    WRT_D(D, typename Field<Kind>::Value,
          load_field<Kind>(array.elements() + uint64_t{index} * size));
    WRT_NEXT(2);
}

/// a[b] = value, whose slot stands in `d` and whose constant in word 2
template <FieldKind Kind, Class I, Class V>
WRT_HANDLER array_set(WRT_REGISTERS)
{
    WRT_BEGIN
    using Value = typename Field<Kind>::Value;
    const uint64_t bits = fp[field_a(pc)].bits;
    if (bits == 0) [[unlikely]]
        WRT_TRAP(null_array_reference);
    Object& array = *Ref{bits}.as_object();
    const uint32_t index = WRT_B(I, uint32_t);
    if (index >= array.length()) [[unlikely]]
        WRT_TRAP(out_of_bounds_array_access);
    uint8_t* const at = array.elements() + uint64_t{index} * sizeof(typename Field<Kind>::Stored);
    if constexpr (V == Class::constant) {
        store_field<Kind>(at, Slot{pc[2].bits}.as<Value>());
        WRT_NEXT(3);
    } else {
        store_field<Kind>(at, WRT_OPERAND(V, Value, 10, 2));
        WRT_NEXT(2);
    }
}

template <Class A, Class D>
WRT_HANDLER array_len(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint64_t bits = WRT_A(A, uint64_t);
    if (bits == 0) [[unlikely]]
        WRT_TRAP(null_array_reference);
    WRT_D(D, uint32_t, Ref{bits}.as_object()->length());
    WRT_NEXT(2);
}

template <Class A, Class D>
WRT_HANDLER i31_get_s(WRT_REGISTERS)
{
    WRT_BEGIN
    const Ref ref{WRT_A(A, uint64_t)};
    if (ref.is_null()) [[unlikely]]
        WRT_TRAP(null_i31_reference);
    WRT_D(D, int32_t, ref.i31_s());
    WRT_NEXT(2);
}

template <Class A, Class D>
WRT_HANDLER i31_get_u(WRT_REGISTERS)
{
    WRT_BEGIN
    const Ref ref{WRT_A(A, uint64_t)};
    if (ref.is_null()) [[unlikely]]
        WRT_TRAP(null_i31_reference);
    WRT_D(D, uint32_t, ref.i31_u());
    WRT_NEXT(2);
}

template <Class A, Class D>
WRT_HANDLER ref_i31(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_D(D, uint64_t, Ref::i31(WRT_A(A, uint32_t)).bits);
    WRT_NEXT(2);
}

template <FieldKind Kind>
struct MakeStructGet {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_struct_get(A, D))
            return &struct_get<Kind, A, D>;
        else
            return nullptr;
    }
};
template <FieldKind Kind>
struct MakeStructSet {
    template <Class A, Class V>
    static constexpr Handler at()
    {
        if constexpr (has_struct_set(A, V))
            return &struct_set<Kind, A, V>;
        else
            return nullptr;
    }
};
template <FieldKind Kind>
struct MakeArrayGet {
    template <Class A, Class I, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_array_get(A, I, D))
            return &array_get<Kind, A, I, D>;
        else
            return nullptr;
    }
};
template <FieldKind Kind>
struct MakeArraySet {
    template <Class I, Class V>
    static constexpr Handler at()
    {
        if constexpr (has_array_set(I, V))
            return &array_set<Kind, I, V>;
        else
            return nullptr;
    }
};
template <Instr Op>
struct MakeUnary {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (!has_gc_unary(Op, A, D))
            return nullptr;
        else if constexpr (Op == Instr::array_len)
            return &array_len<A, D>;
        else if constexpr (Op == Instr::i31_get_s)
            return &i31_get_s<A, D>;
        else if constexpr (Op == Instr::i31_get_u)
            return &i31_get_u<A, D>;
        else
            return &ref_i31<A, D>;
    }
};

template <int Dimensions, template <FieldKind> class Make, class... C>
Handler pick(FieldKind field, C... classes)
{
    const auto at = static_cast<size_t>(class_index(classes...));
    switch (field) {
#define WRT_ROW(name, value_type, stored_type)                                                     \
    case FieldKind::name: return ClassTable<Dimensions, Make<FieldKind::name>>::value[at];
        WRT_FIELDS(WRT_ROW)
#undef WRT_ROW
    }
    return nullptr;
}

/// Writing does not extend.
FieldKind written(FieldKind field)
{
    if (field == FieldKind::i8_s) return FieldKind::i8_u;
    return field == FieldKind::i16_s ? FieldKind::i16_u : field;
}

}  // namespace

Handler struct_get_handler(FieldKind field, Class object, Class d)
{
    return pick<2, MakeStructGet>(field, object, d);
}

Handler struct_set_handler(FieldKind field, Class object, Class value)
{
    return pick<2, MakeStructSet>(written(field), object, value);
}

Handler array_get_handler(FieldKind field, Class object, Class index, Class d)
{
    return pick<3, MakeArrayGet>(field, object, index, d);
}

Handler array_set_handler(FieldKind field, Class index, Class value)
{
    return pick<2, MakeArraySet>(written(field), index, value);
}

Handler gc_unary_handler(Instr op, Class a, Class d)
{
    const auto at = static_cast<size_t>(class_index(a, d));
    switch (raw(op)) {  // those four only
    case raw(Instr::array_len): return ClassTable<2, MakeUnary<Instr::array_len>>::value[at];
    case raw(Instr::i31_get_s): return ClassTable<2, MakeUnary<Instr::i31_get_s>>::value[at];
    case raw(Instr::i31_get_u): return ClassTable<2, MakeUnary<Instr::i31_get_u>>::value[at];
    case raw(Instr::ref_i31): return ClassTable<2, MakeUnary<Instr::ref_i31>>::value[at];
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
