// What an instruction says about who calls whom.
#include <wrt/runtime/call_sites.hpp>

#include <wrt/decoder/instruction.hpp>

namespace wrt::runtime {

Status CallSites::note(uint32_t caller, const decoder::Instruction& instruction,
                       uint32_t base) noexcept
{
    if (instruction.op == Instr::ref_func) return taken_.push(instruction.index);
    const bool direct = instruction.op == Instr::call || instruction.op == Instr::return_call;
    const Site site{.caller = caller,
                    .target = instruction.index,
                    .base = static_cast<uint16_t>(base),
                    .indirect = !direct};
    return sites_.push(site);
}

}  // namespace wrt::runtime
