// Handlers of loads whose address is a sum.
#include "memory_access.hpp"

namespace wrt::runtime {

namespace {

template <Instr Op>
struct MakeLoadSum {
    template <Class A, Class B, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_load_sum(Op, A, B, D))
            return &load_sum<Op, A, B, D>;
        else
            return nullptr;
    }
};

template <Instr Op>
constexpr const Handler* sum_table()
{
    if constexpr (is_hot_load(Op))
        return ClassTable<3, MakeLoadSum<Op>>::value.data();
    else
        return nullptr;
}

/// The handlers of a load; null where there are none or it is no scalar's.
const Handler* load_sum_table(Instr op)
{
    switch (raw(op)) {  // loads only
#define WRT_ROW(name, value_type, memory_type)                                                     \
    case raw(Instr::name): return sum_table<Instr::name>();
        WRT_LOADS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

}  // namespace

Handler load_sum_handler(Instr op, Class a, Class b, Class d)
{
    const Handler* const table = load_sum_table(op);
    return table != nullptr ? table[class_index(a, b, d)] : vector_load_sum_handler(op, a, b, d);
}

}  // namespace wrt::runtime
