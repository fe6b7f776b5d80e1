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

consteval tables::Rows make_store_rows()
{
    tables::Rows rows{};
#define WRT_ROW(name, value_type, memory_type)                                                     \
    rows[raw(Instr::name)] = ClassTable<2, MakeStore<Instr::name>>::value.data();
    WRT_STORES(WRT_ROW)
#undef WRT_ROW
    return rows;
}

template <Instr Op>
constexpr const Handler* sum_table()
{
    if constexpr (is_hot_store(Op))
        return ClassTable<3, MakeStoreSum<Op>>::value.data();
    else
        return nullptr;
}

consteval tables::Rows make_store_sum_rows()
{
    tables::Rows rows{};
#define WRT_ROW(name, value_type, memory_type) rows[raw(Instr::name)] = sum_table<Instr::name>();
    WRT_STORES(WRT_ROW)
#undef WRT_ROW
    return rows;
}

}  // namespace

const tables::Rows tables::store = make_store_rows();

const tables::Rows tables::store_sum = make_store_sum_rows();

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
