// Tests of what an operation made or loaded, for branches.
#pragma once

#include "meaning.hpp"

namespace wrt::runtime {

/// Test(made, c) or, reversed, Test(c, made).
template <Instr Test, bool Reversed, class T>
[[gnu::always_inline]] inline bool holds(T made, T c)
{
    using Operand = typename Meaning<Test>::Operand;
    const auto left = static_cast<Operand>(Reversed ? c : made);
    const auto right = static_cast<Operand>(Reversed ? made : c);
    return Meaning<Test>::apply(left, right) != 0;
}

}  // namespace wrt::runtime
