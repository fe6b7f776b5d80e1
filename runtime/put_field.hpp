// Writes fields of an operation's cells, where dispatch.hpp reads them.
#pragma once

#include <cstdint>
#include <cstring>

#include <wrt/runtime/cell.hpp>

namespace wrt::runtime {

/// `byte`: from the operation's first cell.
inline void put16(Cell* operation, int byte, uint16_t value)
{
    std::memcpy(reinterpret_cast<char*>(operation) + byte, &value, sizeof value);
}
inline void put32(Cell* operation, int byte, uint32_t value)
{
    std::memcpy(reinterpret_cast<char*>(operation) + byte, &value, sizeof value);
}

}  // namespace wrt::runtime
