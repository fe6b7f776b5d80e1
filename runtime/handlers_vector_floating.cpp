// Handlers of the f32x4 and f64x2 instructions with two operands.
#include "vector_handlers.hpp"

namespace wrt::runtime {

const Handler* tables::vector_floating(Instr op)
{
    return vector_binary_table_of<VectorGroup::floating>(op);
}

}  // namespace wrt::runtime
