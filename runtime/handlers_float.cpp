// Handlers of the f32 and f64 instructions with two operands, comparisons apart.
#include "numeric_handlers.hpp"

namespace wrt::runtime {

const tables::Rows tables::binary_float = binary_rows<BinaryGroup::floating>();

}  // namespace wrt::runtime
