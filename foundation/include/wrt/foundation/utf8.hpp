// UTF-8 as Unicode 15 table 3-7 and the specification's names define it: no surrogates, nothing
// overlong, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace wrt {

/// Whether all of `bytes` is well-formed UTF-8. Linear; eight bytes at a time while they are ASCII.
bool is_valid_utf8(std::span<const uint8_t> bytes) noexcept;

/// Bytes of the well-formed sequence at the front of `bytes` (1 to 4), or 0 when there is none.
size_t utf8_sequence_length(std::span<const uint8_t> bytes) noexcept;

}  // namespace wrt
