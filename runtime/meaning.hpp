// From an instruction to the pure function of numeric.hpp that says what it computes.
#pragma once

#include <type_traits>

#include <wrt/decoder/instruction.hpp>

#include "numeric.hpp"

namespace wrt::runtime {

/// The function of a numeric instruction, its operand type and its result type.
template <Instr Op>
struct Meaning;

namespace detail {
template <class F>
struct FunctionTypes;
template <class R, class A, class... Rest>
struct FunctionTypes<R (*)(A, Rest...) noexcept> {
    using Operand = A;
    using Result = R;
    static constexpr int arity = 1 + sizeof...(Rest);
};
template <class R, class A, class... Rest>
struct FunctionTypes<R (*)(A, Rest...)> : FunctionTypes<R (*)(A, Rest...) noexcept> {};
}  // namespace detail

#define WRT_NUMERIC(prefix, opcode, name, text, signature, feature)                                \
    template <>                                                                                    \
    struct Meaning<Instr::name> : detail::FunctionTypes<decltype(&numeric::name)> {                \
        template <class... A>                                                                      \
        [[gnu::always_inline]] static constexpr auto apply(A... operands)                          \
        {                                                                                          \
            return numeric::name(operands...);                                                     \
        }                                                                                          \
    };
#include <wrt/decoder/instructions.def>

}  // namespace wrt::runtime
