// Handlers of the i32 instructions with two operands, comparisons apart.
#include "numeric_handlers.hpp"

namespace wrt::runtime {

const Handler* tables::binary_i32(Instr op)
{
    return binary_table_of<BinaryGroup::i32>(op);
}

}  // namespace wrt::runtime
