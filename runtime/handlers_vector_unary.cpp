// Handlers of the vector instructions with one operand.
#include "vector_handlers.hpp"

namespace wrt::runtime {

namespace {

template <Instr Op>
Handler pick(Class a, Class d)
{
    if constexpr (Meaning<Op>::arity == 1)
        return ClassTable<2, MakeVectorUnary<Op>>::value[static_cast<size_t>(class_index(a, d))];
    else
        return nullptr;
}

}  // namespace

Handler vector_unary_handler(Instr op, Class a, Class d)
{
    switch (raw(op)) {  // vector rows only
#define WRT_VECTOR(prefix, opcode, name, text, signature, feature)                                 \
    case raw(Instr::name): return pick<Instr::name>(a, d);
#include <wrt/decoder/instructions.def>
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
