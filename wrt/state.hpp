// What a facade Store keeps in the arena beside the runtime's.
#pragma once

#include <array>
#include <cstddef>

#include <wrt/runtime/store.hpp>
#include <wrt/store.hpp>

namespace wrt::detail {

struct StoreState {
    runtime::Store* store = nullptr;
    uint64_t budget = UINT64_MAX;  ///< The engine's.
    std::array<char, 200> host_message{};
    size_t host_message_size = 0;

    [[nodiscard]] Arena& arena() noexcept { return store->arena(); }
    [[nodiscard]] runtime::Execution& execution() noexcept { return store->execution(); }
    [[nodiscard]] const runtime::RegisteredType& type_of(const runtime::FuncInstance& func) noexcept
    {
        return store->types()[func.type];
    }

    void set_host_message(std::string_view text) noexcept
    {
        host_message_size = text.copy(host_message.data(), host_message.size());
    }
};

/// Bytes of arena and linear memories may not exceed the budget together: gives linear memory what
/// the arena has left of it, and refuses where it has too much already.
/// `heap_bytes`: what is kept for objects.
[[nodiscard]] Status share_budget(Arena& arena, uint64_t budget, uint64_t heap_bytes = 0) noexcept;
[[nodiscard]] Status share_budget(StoreState& state) noexcept;

/// Whether a value may be given where `type` (closed) is wanted.
[[nodiscard]] bool fits(StoreState& state, const Value& value, ValType type) noexcept;

inline void put_value(const Value& value, runtime::Slot* slots) noexcept
{
    slots[0].bits = value.low();
    if (value.type().is_vector()) slots[1].bits = value.high();
}

[[nodiscard]] inline Value take_value(ValType type, const runtime::Slot* slots) noexcept
{
    return Value::of_bits(type, slots[0].bits, type.is_vector() ? slots[1].bits : 0);
}

}  // namespace wrt::detail
