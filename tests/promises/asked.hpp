// Counts what asks for memory outside the arena while the runtime is at work.
#pragma once

#include <cstdint>

#include "promises/system_memory.hpp"
#include "support/malloc_counter.hpp"

namespace wrt::test {

/// What was asked for while the runtime was at work.
struct Asked {
    uint64_t of_the_heap = 0;
    uint64_t of_the_system = 0;
    uint64_t entries = 0;  ///< Times that the runtime was entered.
};

inline Asked asked;

/// A runner's `watch`: the runtime is entered, or left.
inline void watch(bool inside)
{
    static uint64_t heap_before = 0;
    static uint64_t system_before = 0;
    if (inside) {
        ++asked.entries;
        heap_before = heap_allocations();
        system_before = system_memory_calls();
        return;
    }
    asked.of_the_system += system_memory_calls() - system_before;
    asked.of_the_heap += heap_allocations() - heap_before;
}

}  // namespace wrt::test
