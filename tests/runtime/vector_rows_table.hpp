// The body of host_rows() and of portable_rows(). Included by one file each, after it has chosen.
#pragma once

#include <utility>

#include <wrt/decoder/instruction.hpp>

#include "vector.hpp"
#include "vector_rows.hpp"

namespace wrt::test {
namespace {

using numeric::v128;

template <class T>
T operand(v128 a)
{
    if constexpr (std::same_as<T, v128>)
        return a;
    else
        return numeric::lanes::as<T>(a)[0];
}

template <auto Function>
struct Row;
template <class R, class... P, R (*Function)(P...) noexcept>
struct Row<Function> {
    static v128 apply(v128 a, v128 b, v128 c)
    {
        const v128 all[] = {a, b, c};
        const R result = [&]<size_t... I>(std::index_sequence<I...>) {
            return Function(operand<P>(all[I])...);
        }(std::index_sequence_for<P...>{});
        if constexpr (std::same_as<R, v128>)
            return result;
        else
            return v128{static_cast<uint32_t>(result), 0};
    }
};

constexpr VectorRow rows[] = {
#define WRT_VECTOR(prefix, opcode, name, text, signature, feature)                                 \
    {text, &Row<&numeric::name>::apply},
#include <wrt/decoder/instructions.def>
};

}  // namespace
}  // namespace wrt::test
