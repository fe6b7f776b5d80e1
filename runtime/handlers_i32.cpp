// Handlers of the i32 instructions with two operands, comparisons apart.
#include "numeric_handlers.hpp"

namespace wrt::runtime {

const tables::Rows tables::binary_i32 = binary_rows<BinaryGroup::i32>();

}  // namespace wrt::runtime
