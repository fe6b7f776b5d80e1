// Values as a host sees them, and which C++ types stand for which WebAssembly types.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>

#include <wrt/decoder/instruction.hpp>
#include <wrt/decoder/types.hpp>
#include <wrt/runtime/slot.hpp>

namespace wrt {

class Func;

/// A reference of the host's, handed to a guest as externref: 62 bits that the guest can only pass
/// on, or null.
class ExternRef {
public:
    constexpr ExternRef() noexcept = default;  ///< null
    constexpr explicit ExternRef(uint64_t value) noexcept : ref_{runtime::Ref::host(value)} {}
    static constexpr ExternRef of(runtime::Ref ref) noexcept
    {
        ExternRef external;
        external.ref_ = ref;
        return external;
    }

    [[nodiscard]] constexpr bool is_null() const noexcept { return ref_.is_null(); }
    /// What it was made from. Not of a null.
    [[nodiscard]] constexpr uint64_t value() const noexcept { return ref_.host_value(); }
    [[nodiscard]] constexpr runtime::Ref ref() const noexcept { return ref_; }

    constexpr bool operator==(const ExternRef&) const = default;

private:
    runtime::Ref ref_;
};

/// C++ types that are one WebAssembly number. Signed and unsigned are the same to a guest.
template <class T>
concept WasmNumber =
    std::same_as<T, int32_t> || std::same_as<T, uint32_t> || std::same_as<T, int64_t> ||
    std::same_as<T, uint64_t> || std::same_as<T, float> || std::same_as<T, double>;

/// C++ types that are one WebAssembly value.
template <class T>
concept WasmScalar =
    WasmNumber<T> || std::same_as<T, V128> || std::same_as<T, ExternRef> || std::same_as<T, Func>;

/// The value type that a C++ type stands for.
template <WasmScalar T>
[[nodiscard]] constexpr ValType val_type_of() noexcept
{
    if constexpr (std::same_as<T, float>)
        return ValType::f32;
    else if constexpr (std::same_as<T, double>)
        return ValType::f64;
    else if constexpr (std::same_as<T, V128>)
        return ValType::v128;
    else if constexpr (std::same_as<T, ExternRef>)
        return ValType::externref;
    else if constexpr (std::same_as<T, Func>)
        return ValType::funcref;
    else if constexpr (sizeof(T) == 4)
        return ValType::i32;
    else
        return ValType::i64;
}

/// A value with its type, for calls whose types are known only at run time. 24 bytes, trivially
/// copyable. A default-made one is the i32 zero.
class Value {
public:
    constexpr Value() noexcept = default;
    template <WasmNumber T>
    constexpr Value(T number) noexcept
        : type_{val_type_of<T>()}, low_{runtime::Slot::of(number).bits}
    {
    }
    constexpr Value(V128 vector) noexcept
        : type_{ValType::v128},
          low_{std::bit_cast<std::array<uint64_t, 2>>(vector)[0]},
          high_{std::bit_cast<std::array<uint64_t, 2>>(vector)[1]}
    {
    }
    constexpr Value(ExternRef ref) noexcept : type_{ValType::externref}, low_{ref.ref().bits} {}
    inline Value(Func func) noexcept;  // store.hpp

    /// The null reference of a nullable reference type.
    static constexpr Value null(ValType type) noexcept { return {type, 0, 0}; }
    static constexpr Value v128(uint64_t low, uint64_t high) noexcept
    {
        return {ValType::v128, low, high};
    }
    /// A value as it lies in a slot (a v128 in two); `type` is believed.
    static constexpr Value of_bits(ValType type, uint64_t low, uint64_t high = 0) noexcept
    {
        return {type, low, high};
    }

    [[nodiscard]] constexpr ValType type() const noexcept { return type_; }
    /// The number, reinterpreted where T has the width of another type: ask type() first.
    template <WasmNumber T>
    [[nodiscard]] constexpr T as() const noexcept
    {
        return runtime::Slot{low_}.as<T>();
    }
    /// Only of a v128.
    [[nodiscard]] constexpr V128 vector() const noexcept
    {
        return std::bit_cast<V128>(std::array{low_, high_});
    }
    /// Only of references.
    [[nodiscard]] constexpr runtime::Ref ref() const noexcept { return {low_}; }
    /// The bits: of a number zero-extended, of a v128 its low and high half.
    [[nodiscard]] constexpr uint64_t low() const noexcept { return low_; }
    [[nodiscard]] constexpr uint64_t high() const noexcept { return high_; }

    /// Same type and same bits, so a NaN equals itself.
    constexpr bool operator==(const Value&) const noexcept = default;

private:
    constexpr Value(ValType type, uint64_t low, uint64_t high) noexcept
        : type_{type}, low_{low}, high_{high}
    {
    }

    ValType type_ = ValType::i32;
    uint64_t low_ = 0;
    uint64_t high_ = 0;
};

}  // namespace wrt
