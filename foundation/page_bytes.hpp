// The size of the system's pages.
#pragma once

#include <unistd.h>

#include <cstddef>

namespace wrt {

/// In bytes; what is mapped or protected is a multiple of it.
inline size_t page_bytes() noexcept
{
    static const auto bytes = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    return bytes;
}

}  // namespace wrt
