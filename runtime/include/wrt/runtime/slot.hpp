// Slot: eight bytes of a frame, a global or a table element, without its type; and how values lie
// in it.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

namespace wrt::runtime {

/// One eight-byte cell of execution state. i32 and f32 lie in the low half (an i32 zero-extended);
/// a v128 takes two slots, low half first; a reference is the bits of a `Ref`.
struct Slot {
    uint64_t bits = 0;

    template <class T>
    [[nodiscard]] constexpr T as() const noexcept
    {
        if constexpr (std::same_as<T, float>)
            return std::bit_cast<float>(static_cast<uint32_t>(bits));
        else if constexpr (std::same_as<T, double>)
            return std::bit_cast<double>(bits);
        else
            return static_cast<T>(bits);
    }

    template <class T>
    [[nodiscard]] static constexpr Slot of(T value) noexcept
    {
        if constexpr (std::same_as<T, float>)
            return {std::bit_cast<uint32_t>(value)};
        else if constexpr (std::same_as<T, double>)
            return {std::bit_cast<uint64_t>(value)};
        else if constexpr (sizeof(T) == 4)
            return {static_cast<uint32_t>(value)};
        else
            return {static_cast<uint64_t>(value)};
    }
};
static_assert(sizeof(Slot) == 8);

struct FuncInstance;
struct Object;

/// A reference value. Null is all zeros, so zeroed slots hold null. The two low bits tell the rest
/// apart: 00 an object of the runtime (a `FuncInstance`, or an `Object` of the heap; which of them
/// the type's hierarchy says), 01 an i31, 10 a host value that the embedder handed in as externref
/// or anyref (62 bits of it are kept). 11 is no reference: it marks the headers of objects. The
/// bits of a reference are the same as anyref and as externref.
struct Ref {
    uint64_t bits = 0;

    [[nodiscard]] constexpr bool is_null() const noexcept { return bits == 0; }
    /// A FuncInstance, say: something that lies in the store.
    [[nodiscard]] constexpr bool is_object() const noexcept { return bits != 0 && (bits & 3) == 0; }
    [[nodiscard]] constexpr bool is_host() const noexcept { return (bits & 3) == 2; }
    [[nodiscard]] constexpr uint64_t host_value() const noexcept { return bits >> 2; }
    [[nodiscard]] static constexpr Ref host(uint64_t value) noexcept { return {value << 2 | 2}; }
    [[nodiscard]] static Ref func(FuncInstance* func) noexcept
    {
        return {reinterpret_cast<uint64_t>(func)};
    }
    [[nodiscard]] FuncInstance* as_func() const noexcept
    {
        return reinterpret_cast<FuncInstance*>(bits);
    }
    [[nodiscard]] static Ref object(Object* object) noexcept
    {
        return {reinterpret_cast<uint64_t>(object)};
    }
    [[nodiscard]] Object* as_object() const noexcept { return reinterpret_cast<Object*>(bits); }
    /// The low 31 bits of `value`.
    [[nodiscard]] static constexpr Ref i31(uint32_t value) noexcept
    {
        return {uint64_t{value & 0x7fffffff} << 2 | 1};
    }
    [[nodiscard]] constexpr bool is_i31() const noexcept { return (bits & 3) == 1; }
    [[nodiscard]] constexpr uint32_t i31_u() const noexcept
    {
        return static_cast<uint32_t>(bits >> 2);
    }
    [[nodiscard]] constexpr int32_t i31_s() const noexcept
    {
        return static_cast<int32_t>(i31_u() << 1) >> 1;
    }
    constexpr bool operator==(const Ref&) const = default;
};

}  // namespace wrt::runtime
