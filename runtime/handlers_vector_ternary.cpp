// Handlers of the vector instructions with three operands.
#include "vector_handlers.hpp"

namespace wrt::runtime {

namespace {

template <Instr Op>
Handler pick(Class a, Class b, Class c, Class d)
{
    if constexpr (Meaning<Op>::arity == 3)
        return ClassTable<4, MakeVectorTernary<Op>>::value[static_cast<size_t>(
            class_index(a, b, c, d))];
    else
        return nullptr;
}

}  // namespace

Handler vector_ternary_handler(Instr op, Class a, Class b, Class c, Class d)
{
    switch (raw(op)) {  // vector rows only
#define WRT_VECTOR(prefix, opcode, name, text, signature, feature)                                 \
    case raw(Instr::name): return pick<Instr::name>(a, b, c, d);
#include <wrt/decoder/instructions.def>
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
