// Handlers of loads.
#include "memory_access.hpp"

namespace wrt::runtime {

namespace {

template <Instr Op>
struct MakeLoad {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_load(Op, A, D))
            return &load<Op, A, D>;
        else
            return nullptr;
    }
};

consteval tables::Rows make_load_rows()
{
    tables::Rows rows{};
#define WRT_ROW(name, value_type, memory_type)                                                     \
    rows[raw(Instr::name)] = ClassTable<2, MakeLoad<Instr::name>>::value.data();
    WRT_LOADS(WRT_ROW)
#undef WRT_ROW
    return rows;
}

}  // namespace

WRT_HANDLER op_out_of_bounds(WRT_REGISTERS)
{
    WRT_BEGIN
    MemoryInstance* const memory = ex->memory;
    if (memory != nullptr && memory->shared != nullptr) {
        memory->size = memory->shared->size();
        if (memory->size > mem_len) {
            mem_len = ex->memory_size = memory->size;
            WRT_GOTO(pc);
        }
    }
    WRT_TRAP(out_of_bounds_memory_access);
}

const tables::Rows tables::load = make_load_rows();

Handler wide_load_handler(Instr op)
{
    switch (raw(op)) {  // loads only
#define WRT_ROW(name, value_type, memory_type)                                                     \
    case raw(Instr::name): return &wide_load<Instr::name>;
        WRT_LOADS(WRT_ROW)
#undef WRT_ROW
    default: return wide_vector_load_handler(op);
    }
}

}  // namespace wrt::runtime
