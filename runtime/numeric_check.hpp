// Proof that numeric.hpp, vector.hpp and the instruction table agree: every WRT_NUMERIC and
// WRT_VECTOR row has its function, and the function's C++ type is the row's signature. Included by
// one source file; nothing to call.
#pragma once

#include "numeric.hpp"
#include "vector.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace wrt::numeric::check {

template <class T>
struct TypeName;
template <>
struct TypeName<int32_t> {
    static constexpr std::string_view text = "i32";
};
template <>
struct TypeName<int64_t> {
    static constexpr std::string_view text = "i64";
};
template <>
struct TypeName<float> {
    static constexpr std::string_view text = "f32";
};
template <>
struct TypeName<double> {
    static constexpr std::string_view text = "f64";
};
template <>
struct TypeName<v128> {
    static constexpr std::string_view text = "v128";
};
template <class T>
struct TypeName<OrTrap<T>> : TypeName<T> {};

/// Whether `signature` ("i32 i32 -> i32") is the type of the function.
template <class Result, class... Params>
consteval bool has_signature(Result (*)(Params...) noexcept, std::string_view signature)
{
    const std::array<std::string_view, sizeof...(Params)> params{TypeName<Params>::text...};
    for (const std::string_view param : params) {
        if (!signature.starts_with(param)) return false;
        signature.remove_prefix(param.size());
        if (!signature.starts_with(' ')) return false;
        signature.remove_prefix(1);
    }
    if (!signature.starts_with("-> ")) return false;
    signature.remove_prefix(3);
    return signature == TypeName<Result>::text;
}

#define WRT_NUMERIC(prefix, opcode, name, text, signature, feature)                                \
    static_assert(has_signature(&numeric::name, signature),                                        \
                  "runtime/numeric.hpp and instructions.def disagree on the type of " text);
#define WRT_VECTOR(prefix, opcode, name, text, signature, feature)                                 \
    static_assert(has_signature(&numeric::name, signature),                                        \
                  "runtime/vector.hpp and instructions.def disagree on the type of " text);
#include <wrt/decoder/instructions.def>

}  // namespace wrt::numeric::check
