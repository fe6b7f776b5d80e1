// What atomic memory instructions do to bytes: pure of movement and dispatch. On a shared memory
// the compiler's atomics, sequentially consistent, which are atomic for other threads and for the
// tools that watch them. A memory that is not shared belongs to one thread.
// https://webassembly.github.io/threads/core/exec/relaxed.html
//
// All of it is inlined into handlers: a local whose address leaves a function would keep g++ from
// making a jump of the call that follows.
#pragma once

#include <cstdint>
#include <cstring>

#include <wrt/foundation/error.hpp>
#include <wrt/runtime/memory.hpp>

namespace wrt::runtime {

enum class Rmw : uint8_t { add, sub, and_, or_, xor_, xchg };

template <Rmw Op, class T>
constexpr T combined(T old, T operand) noexcept
{
    switch (Op) {
    case Rmw::add: return static_cast<T>(old + operand);
    case Rmw::sub: return static_cast<T>(old - operand);
    case Rmw::and_: return static_cast<T>(old & operand);
    case Rmw::or_: return static_cast<T>(old | operand);
    case Rmw::xor_: return static_cast<T>(old ^ operand);
    case Rmw::xchg: return operand;
    }
    return operand;
}

template <class T>
[[gnu::always_inline]] inline T atomic_load(const uint8_t* at, bool shared) noexcept
{
    if (shared) return __atomic_load_n(reinterpret_cast<const T*>(at), __ATOMIC_SEQ_CST);
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <class T>
[[gnu::always_inline]] inline void atomic_store(uint8_t* at, T value, bool shared) noexcept
{
    if (shared) {
        __atomic_store_n(reinterpret_cast<T*>(at), value, __ATOMIC_SEQ_CST);
    } else {
        std::memcpy(at, &value, sizeof value);
    }
}

/// Replaces the value by what `Op` makes of it; gives the old one.
template <Rmw Op, class T>
[[gnu::always_inline]] inline T atomic_rmw(uint8_t* at, T operand, bool shared) noexcept
{
    if (!shared) {
        const T old = atomic_load<T>(at, false);
        atomic_store(at, combined<Op>(old, operand), false);
        return old;
    }
    T* const place = reinterpret_cast<T*>(at);
    switch (Op) {
    case Rmw::add: return __atomic_fetch_add(place, operand, __ATOMIC_SEQ_CST);
    case Rmw::sub: return __atomic_fetch_sub(place, operand, __ATOMIC_SEQ_CST);
    case Rmw::and_: return __atomic_fetch_and(place, operand, __ATOMIC_SEQ_CST);
    case Rmw::or_: return __atomic_fetch_or(place, operand, __ATOMIC_SEQ_CST);
    case Rmw::xor_: return __atomic_fetch_xor(place, operand, __ATOMIC_SEQ_CST);
    case Rmw::xchg: return __atomic_exchange_n(place, operand, __ATOMIC_SEQ_CST);
    }
    return operand;
}

/// Replaces the value where it is as `expected`; gives the old one either way.
template <class T>
[[gnu::always_inline]] inline T atomic_cmpxchg(uint8_t* at, T expected, T replacement,
                                               bool shared) noexcept
{
    if (!shared) {
        const T old = atomic_load<T>(at, false);
        if (old == expected) atomic_store(at, replacement, false);
        return old;
    }
    __atomic_compare_exchange_n(reinterpret_cast<T*>(at), &expected, replacement, false,
                                __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}

/// The effective address of an atomic access of `size` bytes, or why there is none: alignment is
/// looked at before bounds.
[[gnu::always_inline]] inline Errc atomic_address(const MemoryInstance& memory, uint64_t address,
                                                  uint64_t offset, uint32_t size,
                                                  uint64_t& effective) noexcept
{
    const bool wraps = __builtin_add_overflow(address, offset, &effective);
    if (effective % size != 0) return Errc::unaligned_atomic;
    if (wraps || !in_bounds(effective, size, memory_size(memory))) {
        return Errc::out_of_bounds_memory_access;
    }
    return Errc::none;
}

}  // namespace wrt::runtime
