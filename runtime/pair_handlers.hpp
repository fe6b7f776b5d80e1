// The handlers of pairs of numeric instructions: movement only, as in numeric_handlers.hpp.
#pragma once

#include "fused.hpp"
#include "meaning.hpp"

namespace wrt::runtime {

/// d = Second(First(a, b), c), or reversed. Word 2 holds c: its slot in the first field, a constant
/// in the upper half.
template <Instr First, Instr Second, bool Reversed, Class A, Class B, Class C, Class D>
WRT_HANDLER binary_pair(WRT_REGISTERS)
{
    WRT_BEGIN
    using T = typename Meaning<First>::Operand;
    const T a = WRT_A(A, T);
    const T b = WRT_B(B, T);
    const T inner = Meaning<First>::apply(a, b);
    T c;
    if constexpr (C == Class::constant)
        c = static_cast<T>(load_at<int32_t>(pc, 20));
    else
        c = WRT_OPERAND(C, T, 16, 0);
    const T result = Reversed ? Meaning<Second>::apply(c, inner) : Meaning<Second>::apply(inner, c);
    WRT_D(D, T, result);
    WRT_NEXT(3);
}

template <Instr First, Instr Second, bool Reversed>
struct PairTable {
    static constexpr bool floats = is_float<typename Meaning<First>::Operand>;
    template <size_t I>
    static constexpr Handler entry()
    {
        constexpr Class d = pair_d[I % std::size(pair_d)];
        constexpr PairRight right = pair_right[I / std::size(pair_d) % std::size(pair_right)];
        constexpr Class a = pair_a[I / std::size(pair_d) / std::size(pair_right)];
        if constexpr (has_binary_pair(First, Second, Reversed, floats, right.b, right.c))
            return &binary_pair<First, Second, Reversed, a, right.b, right.c, d>;
        else
            return nullptr;
    }
    template <size_t... I>
    static constexpr std::array<Handler, sizeof...(I)> fill(std::index_sequence<I...>)
    {
        return {entry<I>()...};
    }
    static constexpr std::array<Handler, pair_size> value =
        fill(std::make_index_sequence<pair_size>{});
};

#define WRT_PAIR_CASE(one, two)                                                                    \
    if (!reversed && first == Instr::one && second == Instr::two)                                  \
        return PairTable<Instr::one, Instr::two, false>::value[at];
#define WRT_PAIR_CASE_REVERSED(one, two)                                                           \
    if (reversed && first == Instr::one && second == Instr::two)                                   \
        return PairTable<Instr::one, Instr::two, true>::value[at];

}  // namespace wrt::runtime
