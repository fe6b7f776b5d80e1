// The handlers of numeric instructions: movement only. What is computed stands in numeric.hpp.
#pragma once

#include <array>
#include <utility>

#include "handler_tables.hpp"
#include "meaning.hpp"
#include "variants.hpp"

namespace wrt::runtime {

/// d = Op(a, b)
template <Instr Op, Class A, Class B, Class D>
WRT_HANDLER binary(WRT_REGISTERS)
{
    WRT_BEGIN
    using T = typename Meaning<Op>::Operand;
    const T a = WRT_A(A, T);
    const T b = WRT_B(B, T);
    const auto result = Meaning<Op>::apply(a, b);
    if constexpr (requires { result.trap; }) {
        if (result.trap != Errc::none) [[unlikely]] {
            ex->trap.code = result.trap;
            WRT_STOP();
        }
        WRT_D(D, std::remove_cvref_t<decltype(result.value)>, result.value);
    } else {
        WRT_D(D, std::remove_cvref_t<decltype(result)>, result);
    }
    WRT_NEXT((words_with<T, B>(2)));
}

/// d = Op(a)
template <Instr Op, Class A, Class D>
WRT_HANDLER unary(WRT_REGISTERS)
{
    WRT_BEGIN
    using T = typename Meaning<Op>::Operand;
    const T a = WRT_A(A, T);
    const auto result = Meaning<Op>::apply(a);
    if constexpr (requires { result.trap; }) {
        if (result.trap != Errc::none) [[unlikely]] {
            ex->trap.code = result.trap;
            WRT_STOP();
        }
        WRT_D(D, std::remove_cvref_t<decltype(result.value)>, result.value);
    } else {
        WRT_D(D, std::remove_cvref_t<decltype(result)>, result);
    }
    WRT_NEXT(2);
}

template <Instr Op>
struct MakeBinary {
    template <Class A, Class B, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_binary(Op, A, B, D))
            return &binary<Op, A, B, D>;
        else
            return nullptr;
    }
};

template <Instr Op>
struct MakeUnary {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_unary(Op, A, D))
            return &unary<Op, A, D>;
        else
            return nullptr;
    }
};

/// Which file makes the handlers of a numeric instruction with two operands.
enum class BinaryGroup : uint8_t { i32, i64, floating, compare };

template <Instr Op>
constexpr BinaryGroup binary_group()
{
    using T = typename Meaning<Op>::Operand;
    if (heat_of_binary(Op) == Heat::compare || heat_of_binary(Op) == Heat::none)
        return BinaryGroup::compare;
    if (is_float<T>) return BinaryGroup::floating;
    return sizeof(T) == 4 ? BinaryGroup::i32 : BinaryGroup::i64;
}

/// The table of `Op` if it has two operands and belongs to `Group`, else null.
template <Instr Op, BinaryGroup Group>
constexpr const Handler* binary_table()
{
    if constexpr (Meaning<Op>::arity == 2 && heat_of_binary(Op) != Heat::none) {
        if constexpr (binary_group<Op>() == Group)
            return ClassTable<3, MakeBinary<Op>>::value.data();
        else
            return nullptr;
    } else {
        return nullptr;
    }
}

/// tables::binary_*: of every numeric row.
template <BinaryGroup Group>
consteval tables::Rows binary_rows()
{
    tables::Rows rows{};
#define WRT_NUMERIC(prefix, opcode, name, text, signature, feature)                                \
    rows[raw(Instr::name)] = binary_table<Instr::name, Group>();
#include <wrt/decoder/instructions.def>
    return rows;
}

}  // namespace wrt::runtime
