// What README promises of loading: at most so many bytes for each byte of a module, and so many
// beside.
#pragma once

#include <cstddef>

namespace wrt::test {

inline constexpr size_t loading_bytes_per_byte = 150;
inline constexpr size_t loading_bytes_beside = 16'384;

}  // namespace wrt::test
