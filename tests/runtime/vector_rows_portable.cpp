#define WRT_PORTABLE_LANES 1

#include "vector_rows_table.hpp"

namespace wrt::test {

std::span<const VectorRow> portable_rows()
{
    return rows;
}

}  // namespace wrt::test
