// Counts what a test asks of the system's memory: mmap and its siblings. A test executable that
// wants it lists promises/system_memory.cpp among its sources.
#pragma once

#include <cstdint>

namespace wrt::test {

/// Calls of mmap, munmap, mremap, mprotect, madvise, brk and sbrk since the start, by any thread.
/// Calls that the C library makes inside its own malloc do not pass here; malloc_counter.hpp counts
/// malloc.
uint64_t system_memory_calls() noexcept;

/// Whether they are counted: sanitizers have an mmap of their own.
bool counts_system_memory() noexcept;

}  // namespace wrt::test
