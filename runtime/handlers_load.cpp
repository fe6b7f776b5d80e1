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

/// The handlers of a load; null where it is no scalar's.
const Handler* load_table(Instr op)
{
    switch (raw(op)) {  // loads only
#define WRT_ROW(name, value_type, memory_type)                                                     \
    case raw(Instr::name): return ClassTable<2, MakeLoad<Instr::name>>::value.data();
        WRT_LOADS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
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

Handler load_handler(Instr op, Class a, Class d)
{
    const Handler* const table = load_table(op);
    return table != nullptr ? table[class_index(a, d)] : vector_load_handler(op, a, d);
}

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
