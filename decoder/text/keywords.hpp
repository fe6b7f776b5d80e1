// Which words are instructions, out of instructions.def, and which are keywords otherwise.
#pragma once

#include <wrt/decoder/instruction.hpp>

#include <string_view>

namespace wrt::text {

/// The instruction that is called so, the first of several in the table's order; Instr::count_
/// where there is none.
Instr instruction_named(std::string_view word);

/// Whether a keyword of the grammar is called so: what makes it unexpected, and not unknown.
bool is_keyword(std::string_view word);

}  // namespace wrt::text
