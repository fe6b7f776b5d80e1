// Handlers of stores.
#include "memory_access.hpp"

namespace wrt::runtime {

namespace {

template <Instr Op>
struct MakeStore {
    template <Class A, Class V>
    static constexpr Handler at()
    {
        if constexpr (has_store(Op, A, V))
            return &store<Op, A, V>;
        else
            return nullptr;
    }
};

template <Instr Op>
struct MakeStoreSum {
    template <Class A, Class B, Class V>
    static constexpr Handler at()
    {
        if constexpr (has_store_sum(Op, A, B, V))
            return &store_sum<Op, A, B, V>;
        else
            return nullptr;
    }
};

template <Instr Op>
Handler pick_sum(Class a, Class b, Class value)
{
    if constexpr (is_hot_store(Op))
        return ClassTable<3, MakeStoreSum<Op>>::value[static_cast<size_t>(
            class_index(a, b, value))];
    else
        return nullptr;
}

/// memories[b][a + offset] = value, whose slot stands in `d`: word 2 is the 64-bit offset
template <Instr Op>
WRT_HANDLER wide_store(WRT_REGISTERS)
{
    WRT_BEGIN
    using Value = typename Access<Op>::Value;
    const MemoryInstance& memory = *ex->instance->memories[field_b(pc)];
    uint64_t address = 0;
    if (!wide_address(memory, address_of(memory, fp[field_a(pc)]), pc[2].bits,
                      sizeof(typename Access<Op>::Memory), address)) [[unlikely]]
        WRT_TRAP(out_of_bounds_memory_access);
    store_value<Op>(memory.base + address, fp[field_d(pc)].template as<Value>());
    WRT_NEXT(3);
}

}  // namespace

Handler store_handler(Instr op, Class address, Class value)
{
    const auto at = static_cast<size_t>(class_index(address, value));
    switch (raw(op)) {  // stores only
#define WRT_ROW(name, value_type, memory_type)                                                     \
    case raw(Instr::name): return ClassTable<2, MakeStore<Instr::name>>::value[at];
        WRT_STORES(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

Handler store_sum_handler(Instr op, Class a, Class b, Class value)
{
    switch (raw(op)) {  // stores only
#define WRT_ROW(name, value_type, memory_type)                                                     \
    case raw(Instr::name): return pick_sum<Instr::name>(a, b, value);
        WRT_STORES(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

Handler wide_store_handler(Instr op)
{
    switch (raw(op)) {  // stores only
#define WRT_ROW(name, value_type, memory_type)                                                     \
    case raw(Instr::name): return &wide_store<Instr::name>;
        WRT_STORES(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
