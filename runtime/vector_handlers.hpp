// The handlers of vector instructions: movement only. What is computed stands in vector.hpp.
#pragma once

#include <array>
#include <utility>

#include "handler_tables.hpp"
#include "vector_meaning.hpp"
#include "vector_variants.hpp"

namespace wrt::runtime {

/// d = Op(a, b); a constant v128 stands in words 2 and 3, a constant count in the immediate
template <Instr Op, Class A, Class B, Class D>
WRT_HANDLER vector_binary(WRT_REGISTERS)
{
    WRT_BEGIN
    using Second = typename Meaning<Op>::Second;
    const Vector a = WRT_A(A, Vector);
    const Second b = WRT_B(B, Second);
    WRT_D(D, Vector, Meaning<Op>::apply(a, b));
    WRT_NEXT((words_with<Second, B>(2)));
}

/// d = Op(a)
template <Instr Op, Class A, Class D>
WRT_HANDLER vector_unary(WRT_REGISTERS)
{
    WRT_BEGIN
    using Operand = typename Meaning<Op>::Operand;
    using Result = typename Meaning<Op>::Result;
    const Operand a = WRT_A(A, Operand);
    WRT_D(D, Result, Meaning<Op>::apply(a));
    WRT_NEXT(2);
}

/// d = Op(a, b, c); c's slot stands in `x`
template <Instr Op, Class A, Class B, Class C, Class D>
WRT_HANDLER vector_ternary(WRT_REGISTERS)
{
    WRT_BEGIN
    const Vector a = WRT_A(A, Vector);
    const Vector b = WRT_B(B, Vector);
    const Vector c = WRT_OPERAND(C, Vector, 14, 2);
    WRT_D(D, Vector, Meaning<Op>::apply(a, b, c));
    WRT_NEXT(2);
}

template <Instr Op>
struct MakeVectorBinary {
    template <Class A, Class B, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_vector_binary(Op, A, B, D))
            return &vector_binary<Op, A, B, D>;
        else
            return nullptr;
    }
};

template <Instr Op>
struct MakeVectorUnary {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_vector_unary(Op, A, D))
            return &vector_unary<Op, A, D>;
        else
            return nullptr;
    }
};

template <Instr Op>
struct MakeVectorTernary {
    template <Class A, Class B, Class C, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_vector_ternary(A, B, C, D))
            return &vector_ternary<Op, A, B, C, D>;
        else
            return nullptr;
    }
};

/// Which file makes the handlers of a vector instruction with two operands.
enum class VectorGroup : uint8_t { bytes, words, wide, floating };

template <Instr Op>
constexpr VectorGroup vector_group()
{
    const std::string_view text = info(Op).text;
    if (text.starts_with("i8x16")) return VectorGroup::bytes;
    if (text.starts_with("i16x8")) return VectorGroup::words;
    return text.starts_with("f") ? VectorGroup::floating : VectorGroup::wide;
}

template <Instr Op, VectorGroup Group>
const Handler* vector_binary_table()
{
    if constexpr (Meaning<Op>::arity == 2 && vector_group<Op>() == Group)
        return ClassTable<3, MakeVectorBinary<Op>>::value.data();
    else
        return nullptr;
}

/// The body of tables::vector_*(): asks every vector row.
template <VectorGroup Group>
const Handler* vector_binary_table_of(Instr op)
{
    switch (raw(op)) {  // vector rows only
#define WRT_VECTOR(prefix, opcode, name, text, signature, feature)                                 \
    case raw(Instr::name): return vector_binary_table<Instr::name, Group>();
#include <wrt/decoder/instructions.def>
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
