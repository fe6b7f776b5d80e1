// Handlers of the i16x8 instructions with two operands.
#include "vector_handlers.hpp"

namespace wrt::runtime {

const Handler* tables::vector_words(Instr op)
{
    return vector_binary_table_of<VectorGroup::words>(op);
}

}  // namespace wrt::runtime
