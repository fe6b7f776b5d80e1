// Handlers of the i64 instructions with two operands, comparisons apart.
#include "numeric_handlers.hpp"

namespace wrt::runtime {

const tables::Rows tables::binary_i64 = binary_rows<BinaryGroup::i64>();

}  // namespace wrt::runtime
