// Handlers of comparisons whose result is a value; handlers_branch.cpp has those that a branch
// consumes.
#include "numeric_handlers.hpp"

namespace wrt::runtime {

const tables::Rows tables::binary_compare = binary_rows<BinaryGroup::compare>();

}  // namespace wrt::runtime
