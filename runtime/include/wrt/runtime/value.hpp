// Value: a value with its type, as the host sees it; and how values lie in slots.
#pragma once

#include <cstdint>
#include <span>

#include <wrt/decoder/instruction.hpp>
#include <wrt/decoder/types.hpp>
#include <wrt/runtime/slot.hpp>

namespace wrt::runtime {

/// A value of WebAssembly. `type` says which member holds it; the indices in a reference type are
/// type ids of a store.
struct Value {
    ValType type;
    union {
        int32_t i32;
        int64_t i64;
        float f32;
        double f64;
        Ref ref;
        V128 v128;
    };

    constexpr Value() noexcept : v128{} {}
    constexpr Value(int32_t value) noexcept : type(ValType::i32), i32(value) {}
    constexpr Value(uint32_t value) noexcept : Value(static_cast<int32_t>(value)) {}
    constexpr Value(int64_t value) noexcept : type(ValType::i64), i64(value) {}
    constexpr Value(uint64_t value) noexcept : Value(static_cast<int64_t>(value)) {}
    constexpr Value(float value) noexcept : type(ValType::f32), f32(value) {}
    constexpr Value(double value) noexcept : type(ValType::f64), f64(value) {}
    constexpr Value(V128 value) noexcept : type(ValType::v128), v128(value) {}
    constexpr Value(ValType reference_type, Ref value) noexcept : type(reference_type), ref(value)
    {
    }

    /// A null of a nullable reference type, zero of every other.
    static constexpr Value default_of(ValType type) noexcept
    {
        Value value;
        value.type = type;
        return value;
    }
};

/// Slots that a value of this type takes in a frame, a global or a window.
constexpr uint32_t slots_of(ValType type) noexcept
{
    return type.is_vector() ? 2 : 1;
}

constexpr uint32_t slots_of(std::span<const ValType> types) noexcept
{
    uint32_t slots = 0;
    for (const ValType type : types)
        slots += slots_of(type);
    return slots;
}

/// Writes `value` to its slots_of(value.type) slots.
void store_value(const Value& value, Slot* slots) noexcept;

/// Reads a value of `type`.
Value load_value(ValType type, const Slot* slots) noexcept;

}  // namespace wrt::runtime
