// The fields of an aggregate, by the number of values that braces take.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <wrt/foundation/assert.hpp>

namespace wrt::component::detail {

/// Stands for a value of any type.
struct AnyField {
    template <class T>
    operator T() const noexcept  // only in unevaluated operands
    {
        WRT_UNREACHABLE();
    }
};

template <class T, size_t... I>
constexpr bool braces_take(std::index_sequence<I...>)
{
    return requires { T{((void)I, AnyField{})...}; };
}

template <class T, size_t Count = 12>
constexpr size_t field_count()
{
    if constexpr (braces_take<T>(std::make_index_sequence<Count>{})) {
        return Count;
    } else {
        static_assert(Count > 0, "no aggregate of up to 12 fields");
        return field_count<T, Count - 1>();
    }
}

/// References to the fields.
template <class T>
constexpr auto fields_of(T& object)
{
    constexpr size_t count = field_count<std::remove_const_t<T>>();
    if constexpr (count == 1) {
        auto& [a] = object;
        return std::tie(a);
    } else if constexpr (count == 2) {
        auto& [a, b] = object;
        return std::tie(a, b);
    } else if constexpr (count == 3) {
        auto& [a, b, c] = object;
        return std::tie(a, b, c);
    } else if constexpr (count == 4) {
        auto& [a, b, c, d] = object;
        return std::tie(a, b, c, d);
    } else if constexpr (count == 5) {
        auto& [a, b, c, d, e] = object;
        return std::tie(a, b, c, d, e);
    } else if constexpr (count == 6) {
        auto& [a, b, c, d, e, f] = object;
        return std::tie(a, b, c, d, e, f);
    } else if constexpr (count == 7) {
        auto& [a, b, c, d, e, f, g] = object;
        return std::tie(a, b, c, d, e, f, g);
    } else if constexpr (count == 8) {
        auto& [a, b, c, d, e, f, g, h] = object;
        return std::tie(a, b, c, d, e, f, g, h);
    } else if constexpr (count == 9) {
        auto& [a, b, c, d, e, f, g, h, i] = object;
        return std::tie(a, b, c, d, e, f, g, h, i);
    } else if constexpr (count == 10) {
        auto& [a, b, c, d, e, f, g, h, i, j] = object;
        return std::tie(a, b, c, d, e, f, g, h, i, j);
    } else if constexpr (count == 11) {
        auto& [a, b, c, d, e, f, g, h, i, j, k] = object;
        return std::tie(a, b, c, d, e, f, g, h, i, j, k);
    } else {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l] = object;
        return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
    }
}

}  // namespace wrt::component::detail
