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

consteval tables::Rows make_rows()
{
    tables::Rows rows{};
#define WRT_NUMERIC(prefix, opcode, name, text, signature, feature)                                \
    rows[raw(Instr::name)] = table<Instr::name>();
#include <wrt/decoder/instructions.def>
    return rows;
}

}  // namespace

const tables::Rows tables::unary = make_rows();

}  // namespace wrt::runtime
