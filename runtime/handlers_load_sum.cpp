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

consteval tables::Rows make_load_sum_rows()
{
    tables::Rows rows{};
#define WRT_ROW(name, value_type, memory_type) rows[raw(Instr::name)] = sum_table<Instr::name>();
    WRT_LOADS(WRT_ROW)
#undef WRT_ROW
    return rows;
}

}  // namespace

const tables::Rows tables::load_sum = make_load_sum_rows();

}  // namespace wrt::runtime
