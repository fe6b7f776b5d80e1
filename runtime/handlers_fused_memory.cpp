// Handlers of memory accesses fused with what comes before them. Where two accesses are one
// operation, the second one traps at the cell after the first: the source map knows both.
#include "fused.hpp"
#include "meaning.hpp"
#include "memory_access.hpp"

namespace wrt::runtime {

namespace {

#define WRT_CHECK_SECOND(address, size)                                                            \
    if ((address) + (size) > mem_len) [[unlikely]]                                                 \
    WRT_CONTINUE_IN(op_second_out_of_bounds)

/// d = Second(memory[i32 at a + offset] + second offset), which word 2 holds
template <Instr First, Instr Second, Class A, Class D>
WRT_HANDLER load_load(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_ADDRESS(A);
    WRT_CHECK_BOUNDS(address, sizeof(typename Access<First>::Memory));
    const uint64_t next =
        uint64_t{static_cast<uint32_t>(load_value<First>(mem + address))} + pc[2].bits;
    WRT_CHECK_SECOND(next, sizeof(typename Access<Second>::Memory));
    WRT_D(D, typename Access<Second>::Value, load_value<Second>(mem + next));
    WRT_NEXT(3);
}

/// memory[address + second offset] = memory[a + offset]; the address's slot stands in `d`, its
/// offset in word 2
template <Instr Load, Instr Store, Class A, Class To>
WRT_HANDLER load_store(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_ADDRESS(A);
    WRT_CHECK_BOUNDS(address, sizeof(typename Access<Load>::Memory));
    auto value = load_value<Load>(mem + address);
    asm volatile("" : "+r"(value));  // before the other address needs its registers
    const uint64_t to = uint64_t{WRT_OPERAND(To, uint32_t, 10, 0)} + pc[2].bits;
    WRT_CHECK_SECOND(to, sizeof(typename Access<Store>::Memory));
    store_value<Store>(mem + to, value);
    WRT_NEXT(3);
}

/// memory[address + offset] = Op(a, b); the address's slot stands in `d`, its offset in word 2
template <Instr Op, Instr Store, Class A, Class B, Class To>
WRT_HANDLER binary_store(WRT_REGISTERS)
{
    WRT_BEGIN
    using T = typename Meaning<Op>::Operand;
    const T a = WRT_A(A, T);
    const T b = WRT_B(B, T);
    const auto value = Meaning<Op>::apply(a, b);
    const uint64_t to = uint64_t{WRT_OPERAND(To, uint32_t, 10, 0)} + pc[2].bits;
    WRT_CHECK_BOUNDS(to, sizeof(typename Access<Store>::Memory));
    store_value<Store>(mem + to, value);
    WRT_NEXT(3);
}

template <Instr First, Instr Second>
struct MakeLoadLoad {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_load_load(A, D))
            return &load_load<First, Second, A, D>;
        else
            return nullptr;
    }
};

template <Instr Load, Instr Store>
struct MakeLoadStore {
    template <Class A, Class To>
    static constexpr Handler at()
    {
        if constexpr (has_load_store(A, To))
            return &load_store<Load, Store, A, To>;
        else
            return nullptr;
    }
};

template <Instr Op, Instr Store>
struct MakeBinaryStore {
    template <Class A, Class B, Class To>
    static constexpr Handler at()
    {
        if constexpr (has_binary_store(is_float<typename Meaning<Op>::Operand>, A, B, To))
            return &binary_store<Op, Store, A, B, To>;
        else
            return nullptr;
    }
};

}  // namespace

WRT_HANDLER op_second_out_of_bounds(WRT_REGISTERS)
{
    WRT_BEGIN
    const MemoryInstance* const memory = ex->memory;
    // The whole operation once more: so far it has only read.
    if (memory != nullptr && memory->shared != nullptr && memory->shared->size() > mem_len)
        WRT_OUT_OF_BOUNDS();
    ++pc;
    WRT_TRAP(out_of_bounds_memory_access);
}

Handler load_load_handler(Instr first, Instr second, Class a, Class d)
{
    if (first != Instr::i32_load) return nullptr;
    const auto at = static_cast<size_t>(class_index(a, d));
    switch (raw(second)) {  // those only
#define WRT_ROW(name)                                                                              \
    case raw(Instr::name):                                                                         \
        return ClassTable<2, MakeLoadLoad<Instr::i32_load, Instr::name>>::value[at];
        WRT_LOADS_AFTER_LOAD(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

Handler load_store_handler(Instr load, Instr store, Class a, Class address)
{
    const auto at = static_cast<size_t>(class_index(a, address));
#define WRT_ROW(one, two)                                                                          \
    if (load == Instr::one && store == Instr::two)                                                 \
        return ClassTable<2, MakeLoadStore<Instr::one, Instr::two>>::value[at];
    WRT_COPIES(WRT_ROW)
#undef WRT_ROW
    return nullptr;
}

Handler binary_store_handler(Instr op, Instr store, Class a, Class b, Class address)
{
    const auto at = static_cast<size_t>(class_index(a, b, address));
#define WRT_ROW(one, two)                                                                          \
    if (op == Instr::one && store == Instr::two)                                                   \
        return ClassTable<3, MakeBinaryStore<Instr::one, Instr::two>>::value[at];
    WRT_STORES_AFTER_BINARY(WRT_ROW)
#undef WRT_ROW
    return nullptr;
}

}  // namespace wrt::runtime
