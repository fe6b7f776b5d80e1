// Counts what a test asks of the heap. A test executable that wants it lists
// support/malloc_counter.cpp among its sources; the whole malloc family, and operator new through
// it, is counted from then on.
#pragma once

#include <cstdint>

namespace wrt::test {

/// Allocations of the calling thread since it began: malloc, calloc, realloc, aligned forms,
/// operator new.
uint64_t heap_allocations() noexcept;

/// How many happened since it was made.
class HeapWatch {
public:
    HeapWatch() noexcept : start_(heap_allocations()) {}
    uint64_t allocations() const noexcept { return heap_allocations() - start_; }

private:
    uint64_t start_;
};

}  // namespace wrt::test
