// try, catch, catch_all, delegate and rethrow: exception handling as it was before 3.0. Off unless
// asked for. https://github.com/WebAssembly/exception-handling (document/legacy)
#include <wrt/decoder/validate_function.hpp>

namespace wrt::decoder {

namespace {

/// What the frame of a try can turn into with its handlers.
bool is_try(Instr op)
{
    return op == Instr::try_ || op == Instr::catch_;
}

}  // namespace

/// catch and catch_all end the body, or the handler before, and begin a handler. There is none
/// behind catch_all.
bool FunctionValidator::legacy_handler(Instruction& instruction)
{
    if (!is_try(scratch_.frames.back().op)) return fail(Errc::end_opcode_expected);
    std::span<const ValType> caught;
    if (instruction.op == Instr::catch_) {
        if (instruction.index >= module_.tags.size()) {
            return fail_index(Errc::unknown_tag, instruction.index, module_.tags.size());
        }
        caught = module_.types.params(module_.tags[instruction.index].type);
    }
    if (!close_frame(instruction)) return false;
    scratch_.frames.back().op = instruction.op;
    unreachable_ = false;
    instruction.params = caught;
    return push_all(caught);
}

/// delegate ends a try that has no handlers. Its label counts from outside of the try.
bool FunctionValidator::delegate(Instruction& instruction)
{
    if (scratch_.frames.back().op != Instr::try_) return fail(Errc::end_opcode_expected);
    const uint32_t labels = scratch_.frames.size() - 1;
    if (instruction.index >= labels)
        return fail_index(Errc::unknown_label, instruction.index, labels);
    return end(instruction);
}

/// rethrow names the handler whose exception it throws again, by its label.
bool FunctionValidator::rethrow(const Instruction& instruction)
{
    const GrowingStack<ControlFrame>& frames = scratch_.frames;
    if (instruction.index >= frames.size())
        return fail_index(Errc::unknown_label, instruction.index, frames.size());
    const Instr op = frames[frames.size() - 1 - instruction.index].op;
    if (op != Instr::catch_ && op != Instr::catch_all) {
        return fail(Errc::invalid_rethrow_label);
    }
    set_unreachable();
    return true;
}

}  // namespace wrt::decoder
