// The type of 128 bits that meaning and movement share.
#pragma once

#include <cstdint>

namespace wrt::numeric {

/// Lane 0 of any lane type lies in the lowest bits, as the specification has it.
using v128 = uint64_t __attribute__((vector_size(16)));

}  // namespace wrt::numeric
