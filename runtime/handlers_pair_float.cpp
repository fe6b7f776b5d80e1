// Handlers of pairs of floating-point instructions.
#include "pair_handlers.hpp"

namespace wrt::runtime {

Handler tables::pair_float(Instr first, Instr second, bool reversed, size_t at)
{
    WRT_PAIRS_FLOAT(WRT_PAIR_CASE)
    WRT_PAIRS_FLOAT_REVERSED(WRT_PAIR_CASE_REVERSED)
    return nullptr;
}

}  // namespace wrt::runtime
