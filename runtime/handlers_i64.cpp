// Handlers of the i64 instructions with two operands, comparisons apart.
#include "numeric_handlers.hpp"

namespace wrt::runtime {

const Handler* tables::binary_i64(Instr op)
{
    return binary_table_of<BinaryGroup::i64>(op);
}

}  // namespace wrt::runtime
