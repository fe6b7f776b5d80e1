// Translation of wide arithmetic: the numeric instructions with two results.
#include <wrt/foundation/assert.hpp>

#include "translator_steps.hpp"

namespace wrt::runtime {

namespace {

Plain plain_of(Instr op)
{
    switch (raw(op)) {  // wide arithmetic only
    case raw(Instr::i64_add128): return Plain::i64_add128;
    case raw(Instr::i64_sub128): return Plain::i64_sub128;
    case raw(Instr::i64_mul_wide_s): return Plain::i64_mul_wide_s;
    case raw(Instr::i64_mul_wide_u): return Plain::i64_mul_wide_u;
    default: WRT_UNREACHABLE();
    }
}

}  // namespace

Status Translator::wide_arithmetic(Instr op)
{
    WRT_CHECK(window_operation(plain_of(op), info(op).signature.param_count, ValKind::bot, 0, 0));
    // The second result lies where an operand was, which a register may repeat.
    forget_slots(next_slot() + 1, 1);
    WRT_CHECK(push_temp(ValKind::i64, no_operation));
    return push_temp(ValKind::i64, no_operation);
}

}  // namespace wrt::runtime
