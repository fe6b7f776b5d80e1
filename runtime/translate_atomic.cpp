// Translation of atomic memory instructions: operands at home, side by side. What waits for other
// threads or a locked bus does not gain from registers.
#include "translator_steps.hpp"

namespace wrt::runtime {

Status Translator::atomic(const decoder::Instruction& instruction)
{
    const Signature& signature = info(instruction.op).signature;
    WRT_CHECK(settle_top(signature.param_count));
    drop_to(operands_.size() - signature.param_count);
    Operation operation{.family = Family::atomic,
                        .instr = instruction.op,
                        .a = static_cast<uint16_t>(next_slot()),
                        .constant = instruction.value};
    // atomic.fence names no memory, and its instruction's fields are of an earlier one.
    if (signature.has_addr) operation.b = static_cast<uint16_t>(instruction.index);
    forget_slots(next_slot(), 1);
    WRT_CHECK(emit(operation));
    if (signature.result_count == 0) return ok();
    return push_temp(signature.result.kind(), no_operation);
}

}  // namespace wrt::runtime
