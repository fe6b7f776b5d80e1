// Handlers of pairs of i32 instructions.
#include "pair_handlers.hpp"

namespace wrt::runtime {

Handler tables::pair_i32(Instr first, Instr second, bool reversed, size_t at)
{
    WRT_PAIRS_I32(WRT_PAIR_CASE)
    WRT_PAIRS_I32_REVERSED(WRT_PAIR_CASE_REVERSED)
    return nullptr;
}

}  // namespace wrt::runtime
