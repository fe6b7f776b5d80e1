// Handlers of the i8x16 instructions with two operands.
#include "vector_handlers.hpp"

namespace wrt::runtime {

const Handler* tables::vector_bytes(Instr op)
{
    return vector_binary_table_of<VectorGroup::bytes>(op);
}

}  // namespace wrt::runtime
