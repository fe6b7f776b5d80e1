// Handlers of pairs of i64 instructions.
#include "pair_handlers.hpp"

namespace wrt::runtime {

Handler tables::pair_i64(Instr first, Instr second, bool reversed, size_t at)
{
    WRT_PAIRS_I64(WRT_PAIR_CASE)
    return nullptr;
}

}  // namespace wrt::runtime
