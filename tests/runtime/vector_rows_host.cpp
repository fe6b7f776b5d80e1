#include "vector_rows_table.hpp"

namespace wrt::test {

std::span<const VectorRow> host_rows()
{
    return rows;
}

}  // namespace wrt::test
