// Loads and stores: what each row of instructions.def reads or writes, and the handlers.
#pragma once

#include <array>
#include <utility>

#include <wrt/runtime/memory.hpp>

#include "handler_tables.hpp"
#include "variants.hpp"

namespace wrt::runtime {

/// The type on the operand stack and the type in memory.
template <Instr Op>
struct Access;
#define WRT_ACCESS(name, value_type, memory_type)                                                  \
    template <>                                                                                    \
    struct Access<Instr::name> {                                                                   \
        using Value = value_type;                                                                  \
        using Memory = memory_type;                                                                \
    };
#define WRT_LOADS(row)                                                                             \
    row(i32_load, int32_t, int32_t) row(i64_load, int64_t, int64_t) row(f32_load, float, float)    \
        row(f64_load, double, double) row(i32_load8_s, int32_t, int8_t)                            \
            row(i32_load8_u, int32_t, uint8_t) row(i32_load16_s, int32_t, int16_t)                 \
                row(i32_load16_u, int32_t, uint16_t) row(i64_load8_s, int64_t, int8_t)             \
                    row(i64_load8_u, int64_t, uint8_t) row(i64_load16_s, int64_t, int16_t)         \
                        row(i64_load16_u, int64_t, uint16_t) row(i64_load32_s, int64_t, int32_t)   \
                            row(i64_load32_u, int64_t, uint32_t)
#define WRT_STORES(row)                                                                            \
    row(i32_store, int32_t, int32_t) row(i64_store, int64_t, int64_t) row(f32_store, float, float) \
        row(f64_store, double, double) row(i32_store8, int32_t, uint8_t)                           \
            row(i32_store16, int32_t, uint16_t) row(i64_store8, int64_t, uint8_t)                  \
                row(i64_store16, int64_t, uint16_t) row(i64_store32, int64_t, uint32_t)
WRT_LOADS(WRT_ACCESS)
WRT_STORES(WRT_ACCESS)

// Memory is little-endian, and so are the hosts that this reads and writes directly on.
static_assert(std::endian::native == std::endian::little,
              "memory accesses need byte swaps on this host");

template <Instr Op>
WRT_INLINE typename Access<Op>::Value load_value(const uint8_t* at)
{
    typename Access<Op>::Memory value;
    std::memcpy(&value, at, sizeof value);
    if constexpr (requires { Access<Op>::widen(value); })
        return Access<Op>::widen(value);
    else
        return static_cast<typename Access<Op>::Value>(value);
}

template <Instr Op>
WRT_INLINE void store_value(uint8_t* at, typename Access<Op>::Value value)
{
    const auto narrow = static_cast<typename Access<Op>::Memory>(value);
    std::memcpy(at, &narrow, sizeof narrow);
}

// Address and offset have 32 bits each, so their sum with the size cannot wrap in 64.
#define WRT_CHECK_BOUNDS(address, size)                                                            \
    if ((address) + (size) > mem_len) [[unlikely]]                                                 \
    WRT_OUT_OF_BOUNDS()

/// The address of an operation whose offset stands at byte 12; a constant address has the offset in
/// it.
#define WRT_ADDRESS(cls)                                                                           \
    uint64_t address = load_at<uint32_t>(pc, 12);                                                  \
    if constexpr ((cls) != Class::constant) address += WRT_A(cls, uint32_t)

/// d = memory[a + offset]
template <Instr Op, Class A, Class D>
WRT_HANDLER load(WRT_REGISTERS)
{
    WRT_BEGIN
    using Operand = typename Access<Op>::Value;
    WRT_ADDRESS(A);
    WRT_CHECK_BOUNDS(address, sizeof(typename Access<Op>::Memory));
    WRT_D(D, Operand, load_value<Op>(mem + address));
    WRT_NEXT(2);
}

/// d = memory[(a + b) + offset], the sum modulo 2^32
template <Instr Op, Class A, Class B, Class D>
WRT_HANDLER load_sum(WRT_REGISTERS)
{
    WRT_BEGIN
    using Operand = typename Access<Op>::Value;
    const uint64_t address =
        uint64_t{WRT_A(A, uint32_t) + WRT_B(B, uint32_t)} + load_at<uint32_t>(pc, 16);
    WRT_CHECK_BOUNDS(address, sizeof(typename Access<Op>::Memory));
    WRT_D(D, Operand, load_value<Op>(mem + address));
    WRT_NEXT(3);
}

/// memory[a + offset] = value; the value's slot stands in `d`, a constant in word 2
template <Instr Op, Class A, Class V>
WRT_HANDLER store(WRT_REGISTERS)
{
    WRT_BEGIN
    using Operand = typename Access<Op>::Value;
    Operand value;
    if constexpr (V == Class::constant)
        value = Slot{pc[2].bits}.as<Operand>();
    else
        value = WRT_OPERAND(V, Operand, 10, 2);
    WRT_ADDRESS(A);
    WRT_CHECK_BOUNDS(address, sizeof(typename Access<Op>::Memory));
    store_value<Op>(mem + address, value);
    WRT_NEXT(V == Class::constant ? 3 : 2);
}

/// memory[(a + b) + offset] = value
template <Instr Op, Class A, Class B, Class V>
WRT_HANDLER store_sum(WRT_REGISTERS)
{
    WRT_BEGIN
    using Operand = typename Access<Op>::Value;
    const Operand value = WRT_OPERAND(V, Operand, 10, 2);
    const uint64_t address =
        uint64_t{WRT_A(A, uint32_t) + WRT_B(B, uint32_t)} + load_at<uint32_t>(pc, 16);
    WRT_CHECK_BOUNDS(address, sizeof(typename Access<Op>::Memory));
    store_value<Op>(mem + address, value);
    WRT_NEXT(3);
}

/// The effective address of an access of `size` bytes in the memory that the operation names; false
/// when out of bounds. Address and offset may have 64 bits here, so the sum can wrap.
WRT_INLINE bool wide_address(const MemoryInstance& memory, uint64_t address, uint64_t offset,
                             uint64_t size, uint64_t& effective)
{
    if (__builtin_add_overflow(address, offset, &effective)) return false;
    if (memory.size >= size && effective <= memory.size - size) [[likely]]
        return true;
    return memory.shared != nullptr && in_bounds(effective, size, memory_size(memory));
}

/// `address` as the memory's address type reads it.
WRT_INLINE uint64_t address_of(const MemoryInstance& memory, Slot slot)
{
    return memory.type.limits.is64 ? slot.bits : slot.as<uint32_t>();
}

/// d = memories[b][a + offset]: word 2 is the 64-bit offset
template <Instr Op>
WRT_HANDLER wide_load(WRT_REGISTERS)
{
    WRT_BEGIN
    using Operand = typename Access<Op>::Value;
    const MemoryInstance& memory = *ex->instance->memories[field_b(pc)];
    uint64_t address = 0;
    if (!wide_address(memory, address_of(memory, fp[field_a(pc)]), pc[2].bits,
                      sizeof(typename Access<Op>::Memory), address)) [[unlikely]]
        WRT_TRAP(out_of_bounds_memory_access);
    WRT_D(Class::slot, Operand, load_value<Op>(memory.base + address));
    WRT_NEXT(3);
}

/// memories[b][a + offset] = value, whose slot stands in `d`: word 2 is the 64-bit offset
template <Instr Op>
WRT_HANDLER wide_store(WRT_REGISTERS)
{
    WRT_BEGIN
    using Operand = typename Access<Op>::Value;
    const MemoryInstance& memory = *ex->instance->memories[field_b(pc)];
    uint64_t address = 0;
    if (!wide_address(memory, address_of(memory, fp[field_a(pc)]), pc[2].bits,
                      sizeof(typename Access<Op>::Memory), address)) [[unlikely]]
        WRT_TRAP(out_of_bounds_memory_access);
    store_value<Op>(memory.base + address, read_slots<Operand>(fp + field_d(pc)));
    WRT_NEXT(3);
}

}  // namespace wrt::runtime
