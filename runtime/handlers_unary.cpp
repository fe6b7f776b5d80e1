// Handlers of the numeric instructions with one operand.
#include "numeric_handlers.hpp"

namespace wrt::runtime {

namespace {

template <Instr Op>
constexpr const Handler* table()
{
    if constexpr (Meaning<Op>::arity == 1)
        return ClassTable<2, MakeUnary<Op>>::value.data();
    else
        return nullptr;
}

const Handler* table_of(Instr op)
{
    switch (raw(op)) {  // numeric rows only
#define WRT_NUMERIC(prefix, opcode, name, text, signature, feature)                                \
    case raw(Instr::name): return table<Instr::name>();
#include <wrt/decoder/instructions.def>
    default: return nullptr;
    }
}

}  // namespace

Handler unary_handler(Instr op, Class a, Class d)
{
    const Handler* const found = table_of(op);
    return found != nullptr ? found[class_index(a, d)] : nullptr;
}

}  // namespace wrt::runtime
