// Cell: one word of translated code. What an operation's words mean is said in
// runtime/dispatch.hpp.
#pragma once

#include <cstdint>

namespace wrt::runtime {

/// One eight-byte word of translated code.
struct Cell {
    uint64_t bits = 0;
};
static_assert(sizeof(Cell) == 8);

}  // namespace wrt::runtime
