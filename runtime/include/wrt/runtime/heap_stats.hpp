// What a heap of objects tells of itself.
#pragma once

#include <cstdint>

namespace wrt::runtime {

struct HeapStats {
    uint64_t capacity = 0;   ///< Bytes that objects may take.
    uint64_t used = 0;       ///< Bytes of objects, live ones and those not collected yet.
    uint64_t committed = 0;  ///< Bytes with memory behind them, the collector's tables included.
    uint64_t allocated = 0;  ///< Bytes of objects ever made.
    uint64_t collections = 0;
    uint64_t live = 0;  ///< Bytes that the last collection left.
    uint64_t max_pause_ns = 0;
    uint64_t total_pause_ns = 0;
};

}  // namespace wrt::runtime
