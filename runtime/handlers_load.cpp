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

/// d = memories[b][a + offset]: word 2 is the 64-bit offset
template <Instr Op>
WRT_HANDLER wide_load(WRT_REGISTERS)
{
    WRT_BEGIN
    using Value = typename Access<Op>::Value;
    const MemoryInstance& memory = *ex->instance->memories[field_b(pc)];
    uint64_t address = 0;
    if (!wide_address(memory, address_of(memory, fp[field_a(pc)]), pc[2].bits,
                      sizeof(typename Access<Op>::Memory), address)) [[unlikely]]
        WRT_TRAP(out_of_bounds_memory_access);
    WRT_D(Class::slot, Value, load_value<Op>(memory.base + address));
    WRT_NEXT(3);
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
    const auto at = static_cast<size_t>(class_index(a, d));
    switch (raw(op)) {  // loads only
#define WRT_ROW(name, value_type, memory_type)                                                     \
    case raw(Instr::name): return ClassTable<2, MakeLoad<Instr::name>>::value[at];
        WRT_LOADS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

Handler wide_load_handler(Instr op)
{
    switch (raw(op)) {  // loads only
#define WRT_ROW(name, value_type, memory_type)                                                     \
    case raw(Instr::name): return &wide_load<Instr::name>;
        WRT_LOADS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
