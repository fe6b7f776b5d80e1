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
Handler pick(Class a, Class b, Class d)
{
    if constexpr (is_hot_load(Op))
        return ClassTable<3, MakeLoadSum<Op>>::value[static_cast<size_t>(class_index(a, b, d))];
    else
        return nullptr;
}

}  // namespace

Handler load_sum_handler(Instr op, Class a, Class b, Class d)
{
    switch (raw(op)) {  // loads only
#define WRT_ROW(name, value_type, memory_type)                                                     \
    case raw(Instr::name): return pick<Instr::name>(a, b, d);
        WRT_LOADS(WRT_ROW)
#undef WRT_ROW
    default: return vector_load_sum_handler(op, a, b, d);
    }
}

}  // namespace wrt::runtime
