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

/// The handlers of a store; null where it is no scalar's.
const Handler* store_table(Instr op)
{
    switch (raw(op)) {  // stores only
#define WRT_ROW(name, value_type, memory_type)                                                     \
    case raw(Instr::name): return ClassTable<2, MakeStore<Instr::name>>::value.data();
        WRT_STORES(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

template <Instr Op>
constexpr const Handler* sum_table()
{
    if constexpr (is_hot_store(Op))
        return ClassTable<3, MakeStoreSum<Op>>::value.data();
    else
        return nullptr;
}

/// The same of a store whose address is a sum.
const Handler* store_sum_table(Instr op)
{
    switch (raw(op)) {  // stores only
#define WRT_ROW(name, value_type, memory_type)                                                     \
    case raw(Instr::name): return sum_table<Instr::name>();
        WRT_STORES(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

}  // namespace

Handler store_handler(Instr op, Class address, Class value)
{
    const Handler* const table = store_table(op);
    return table != nullptr ? table[class_index(address, value)]
                            : vector_store_handler(op, address, value);
}

Handler store_sum_handler(Instr op, Class a, Class b, Class value)
{
    const Handler* const table = store_sum_table(op);
    return table != nullptr ? table[class_index(a, b, value)]
                            : vector_store_sum_handler(op, a, b, value);
}

Handler wide_store_handler(Instr op)
{
    switch (raw(op)) {  // stores only
#define WRT_ROW(name, value_type, memory_type)                                                     \
    case raw(Instr::name): return &wide_store<Instr::name>;
        WRT_STORES(WRT_ROW)
#undef WRT_ROW
    default: return wide_vector_store_handler(op);
    }
}

}  // namespace wrt::runtime
