// Handlers of the i32x4, i64x2 and v128 instructions with two operands.
#include "vector_handlers.hpp"

namespace wrt::runtime {

const Handler* tables::vector_wide(Instr op)
{
    return vector_binary_table_of<VectorGroup::wide>(op);
}

}  // namespace wrt::runtime
