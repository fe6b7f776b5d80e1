// Handlers of comparisons whose result is a value; handlers_branch.cpp has those that a branch
// consumes.
#include "numeric_handlers.hpp"

namespace wrt::runtime {

const Handler* tables::binary_compare(Instr op)
{
    return binary_table_of<BinaryGroup::compare>(op);
}

}  // namespace wrt::runtime
