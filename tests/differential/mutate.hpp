// Binaries with one thing changed: where a decoder goes wrong is next to what is right.
#pragma once

#include <cstdint>
#include <vector>

#include "support/bytes.hpp"

namespace wrt::test {

struct Mutation {
    enum class Kind : uint8_t {
        cut,        ///< Only the first `at` bytes.
        flip,       ///< Bit `variant` of byte `at`.
        integer,    ///< Another LEB128 instead of the byte at `at`; `variant` says which.
        swap,       ///< Section `at` behind the next one.
        duplicate,  ///< Section `at` twice.
        remove,     ///< Without section `at`.
    };
    Kind kind;
    uint8_t variant = 0;
    bool fitted = false;  ///< The sizes of the section and the body around it fit again.
    uint32_t at = 0;
};

/// All mutations of a binary, always in the same order: cuts in its first 2 KB, bits of section
/// headers and of what comes first in each section, integers in its first 4 KB, whole sections.
std::vector<Mutation> mutations_of(const Bytes& binary);

Bytes mutated(const Bytes& binary, const Mutation& mutation);

}  // namespace wrt::test
