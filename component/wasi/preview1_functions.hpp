// The tables of host functions: name, wasm type and how to call it, made from preview1.def and the
// C++ types of preview1.hpp. A runtime needs one generic thunk per row (preview1_binding.cpp) and
// nothing else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "wasi/preview1.hpp"

namespace wrt::wasi {

/// The value types that WASI preview 1 uses.
enum class CoreType : uint8_t { i32, i64 };

/// Calls a function with its arguments as the 64-bit slots of a frame, an i32 in the low half.
using Invoke = Outcome (*)(Context&, GuestMemory, const uint64_t* arguments) noexcept;

struct Preview1Function {
    std::string_view name;
    std::span<const CoreType> params;
    bool returns_errno = true;  ///< One i32, or nothing for proc_exit.
    Invoke invoke = nullptr;
};

namespace detail {

template <class T>
constexpr CoreType core_type_of() noexcept
{
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "a parameter is an i32 or an i64");
    return sizeof(T) == 4 ? CoreType::i32 : CoreType::i64;
}

template <class T>
constexpr T argument(uint64_t slot) noexcept
{
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    if constexpr (std::is_same_v<T, Ptr>)
        return Ptr{static_cast<uint32_t>(slot)};
    else
        return static_cast<T>(static_cast<Bits>(slot));
}

/// What a C++ function says about its wasm type.
template <auto Function>
struct Binding;

template <class R, class... Params, R (*Function)(Context&, GuestMemory, Params...) noexcept>
struct Binding<Function> {
    static constexpr std::array<CoreType, sizeof...(Params)> params{core_type_of<Params>()...};

    static Outcome invoke(Context& context, GuestMemory memory, const uint64_t* arguments) noexcept
    {
        return invoke_with(context, memory, arguments, std::index_sequence_for<Params...>{});
    }

private:
    template <size_t... I>
    static Outcome invoke_with(Context& context, GuestMemory memory,
                               [[maybe_unused]] const uint64_t* arguments,
                               std::index_sequence<I...>) noexcept
    {
        return Function(context, memory, argument<Params>(arguments[I])...);
    }
};

template <auto Function>
constexpr Preview1Function row(std::string_view name) noexcept
{
    return {.name = name,
            .params = Binding<Function>::params,
            .returns_errno = name != "proc_exit",
            .invoke = &Binding<Function>::invoke};
}

}  // namespace detail

/// The 46 functions of wasi_snapshot_preview1.
inline constexpr Preview1Function preview1_table[] = {
#define WRT_WASI(name, before) detail::row<&preview1::name>(#name),
#include "wasi/preview1.def"
};
static_assert(std::size(preview1_table) == 46);

/// The 45 functions of wasi_unstable, which old toolchains import.
inline constexpr Preview1Function unstable_table[] = {
#define WRT_BEFORE_same(name) detail::row<&preview1::name>(#name),
#define WRT_BEFORE_differs(name) detail::row<&unstable::name>(#name),
#define WRT_BEFORE_absent(name)
#define WRT_WASI(name, before) WRT_BEFORE_##before(name)
#include "wasi/preview1.def"
#undef WRT_BEFORE_same
#undef WRT_BEFORE_differs
#undef WRT_BEFORE_absent
};
static_assert(std::size(unstable_table) == 45);

}  // namespace wrt::wasi
