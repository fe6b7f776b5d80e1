// Handlers of atomic memory instructions. What they do to bytes stands in atomic_access.hpp, and
// waiting in shared_memory.hpp.
#include "atomic_access.hpp"
#include "memory_access.hpp"

namespace wrt::runtime {

namespace {

constexpr int atomic_words = 3;

// Operands, memory and place of an access of a `type`; or a trap.
#define WRT_ATOMIC_PLACE(type)                                                                     \
    Slot* const operands = fp + field_a(pc);                                                       \
    const MemoryInstance& memory = *ex->instance->memories[field_b(pc)];                           \
    uint64_t address = 0;                                                                          \
    if (const Errc wrong = atomic_address(memory, address_of(memory, operands[0]), pc[2].bits,     \
                                          sizeof(type), address);                                  \
        wrong != Errc::none) [[unlikely]] {                                                        \
        ex->trap.code = wrong;                                                                     \
        WRT_STOP();                                                                                \
    }                                                                                              \
    [[maybe_unused]] uint8_t* const at = memory.base + address;                                    \
    [[maybe_unused]] const bool shared = memory.shared != nullptr

/// `Value` is the type on the operand stack, `Memory` the one in memory; both are unsigned.
template <class Value, class Memory>
WRT_HANDLER load_atomically(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_ATOMIC_PLACE(Memory);
    operands[0] = Slot::of(Value{atomic_load<Memory>(at, shared)});
    WRT_NEXT(atomic_words);
}

template <class Value, class Memory>
WRT_HANDLER store_atomically(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_ATOMIC_PLACE(Memory);
    atomic_store(at, static_cast<Memory>(operands[1].as<Value>()), shared);
    WRT_NEXT(atomic_words);
}

template <Rmw Op, class Value, class Memory>
WRT_HANDLER rmw(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_ATOMIC_PLACE(Memory);
    const auto operand = static_cast<Memory>(operands[1].as<Value>());
    operands[0] = Slot::of(Value{atomic_rmw<Op>(at, operand, shared)});
    WRT_NEXT(atomic_words);
}

template <class Value, class Memory>
WRT_HANDLER cmpxchg(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_ATOMIC_PLACE(Memory);
    const auto expected = operands[1].as<Value>();
    const auto replacement = static_cast<Memory>(operands[2].as<Value>());
    // What does not fit the memory's type is equal to nothing there.
    const bool possible = Value{static_cast<Memory>(expected)} == expected;
    operands[0] = Slot::of(
        Value{possible ? atomic_cmpxchg(at, static_cast<Memory>(expected), replacement, shared)
                       : atomic_load<Memory>(at, shared)});
    WRT_NEXT(atomic_words);
}

WRT_HANDLER fence(WRT_REGISTERS)
{
    WRT_BEGIN
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    WRT_NEXT(atomic_words);
}

WRT_HANDLER notify(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_ATOMIC_PLACE(uint32_t);
    const uint32_t count = operands[1].as<uint32_t>();
    // Nobody can wait at a memory that is not shared.
    operands[0] = Slot::of(shared ? memory.shared->notify(address, count) : 0u);
    WRT_NEXT(atomic_words);
}

/// Asked while a thread sleeps. Time costs fuel too, or a guest without a waker would sleep for
/// ever on none.
bool stop_asked(void* context)
{
    constexpr int64_t fuel_per_look = 1000;
    auto& execution = *static_cast<Execution*>(context);
    if (execution.interrupt.load(std::memory_order_relaxed) != 0) return true;
    if (!execution.metered) return false;
    execution.fuel -= fuel_per_look;
    return execution.fuel < 0;
}

template <class T>
WRT_HANDLER wait(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_ATOMIC_PLACE(T);
    if (!shared) [[unlikely]]
        WRT_TRAP(expected_shared_memory);
    WRT_SAVE_FUEL();
    const Waited waited = memory.shared->wait(address, sizeof(T), operands[1].as<T>(),
                                              operands[2].as<int64_t>(), &stop_asked, ex);
    WRT_LOAD_FUEL();
    if (waited == Waited::stopped) [[unlikely]] {
        if (ex->interrupt.load(std::memory_order_relaxed) != 0) WRT_TRAP(interrupted);
        WRT_TRAP(out_of_fuel);
    }
    operands[0] = Slot::of(static_cast<uint32_t>(waited));
    WRT_NEXT(atomic_words);
}

}  // namespace

// The seven widths of each kind: its name before and behind the width.
#define WRT_WIDTHS(row, before, behind, narrow)                                                    \
    row(i32_atomic_##before##behind, uint32_t, uint32_t)                                           \
        row(i64_atomic_##before##behind, uint64_t, uint64_t)                                       \
            row(i32_atomic_##before##8##behind##narrow, uint32_t, uint8_t)                         \
                row(i32_atomic_##before##16##behind##narrow, uint32_t, uint16_t)                   \
                    row(i64_atomic_##before##8##behind##narrow, uint64_t, uint8_t)                 \
                        row(i64_atomic_##before##16##behind##narrow, uint64_t, uint16_t)           \
                            row(i64_atomic_##before##32##behind##narrow, uint64_t, uint32_t)

Handler atomic_handler(Instr op)
{
    switch (raw(op)) {  // atomic instructions only
    case raw(Instr::memory_atomic_notify): return &notify;
    case raw(Instr::memory_atomic_wait32): return &wait<uint32_t>;
    case raw(Instr::memory_atomic_wait64): return &wait<uint64_t>;
    case raw(Instr::atomic_fence): return &fence;
#define WRT_ROW(name, value, memory)                                                               \
    case raw(Instr::name): return &load_atomically<value, memory>;
        WRT_WIDTHS(WRT_ROW, load, , _u)
#undef WRT_ROW
#define WRT_ROW(name, value, memory)                                                               \
    case raw(Instr::name): return &store_atomically<value, memory>;
        WRT_WIDTHS(WRT_ROW, store, , )
#undef WRT_ROW
#define WRT_ROW(name, value, memory)                                                               \
    case raw(Instr::name): return &rmw<Rmw::add, value, memory>;
        WRT_WIDTHS(WRT_ROW, rmw, _add, _u)
#undef WRT_ROW
#define WRT_ROW(name, value, memory)                                                               \
    case raw(Instr::name): return &rmw<Rmw::sub, value, memory>;
        WRT_WIDTHS(WRT_ROW, rmw, _sub, _u)
#undef WRT_ROW
#define WRT_ROW(name, value, memory)                                                               \
    case raw(Instr::name): return &rmw<Rmw::and_, value, memory>;
        WRT_WIDTHS(WRT_ROW, rmw, _and, _u)
#undef WRT_ROW
#define WRT_ROW(name, value, memory)                                                               \
    case raw(Instr::name): return &rmw<Rmw::or_, value, memory>;
        WRT_WIDTHS(WRT_ROW, rmw, _or, _u)
#undef WRT_ROW
#define WRT_ROW(name, value, memory)                                                               \
    case raw(Instr::name): return &rmw<Rmw::xor_, value, memory>;
        WRT_WIDTHS(WRT_ROW, rmw, _xor, _u)
#undef WRT_ROW
#define WRT_ROW(name, value, memory)                                                               \
    case raw(Instr::name): return &rmw<Rmw::xchg, value, memory>;
        WRT_WIDTHS(WRT_ROW, rmw, _xchg, _u)
#undef WRT_ROW
#define WRT_ROW(name, value, memory)                                                               \
    case raw(Instr::name): return &cmpxchg<value, memory>;
        WRT_WIDTHS(WRT_ROW, rmw, _cmpxchg, _u)
#undef WRT_ROW
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
