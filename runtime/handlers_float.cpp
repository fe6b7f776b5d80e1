// Handlers of the f32 and f64 instructions with two operands, comparisons apart.
#include "numeric_handlers.hpp"

namespace wrt::runtime {

const Handler* tables::binary_float(Instr op)
{
    return binary_table_of<BinaryGroup::floating>(op);
}

}  // namespace wrt::runtime
