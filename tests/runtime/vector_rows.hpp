// Every vector row of the instruction table as a function of one shape, so that the two builds of
// vector.hpp can be held against each other.
#pragma once

#include <span>
#include <string_view>

#include "v128.hpp"

namespace wrt::test {

/// Operands beyond those that the instruction has are ignored; scalars are taken from lane 0 and
/// given in it.
struct VectorRow {
    std::string_view text;
    numeric::v128 (*apply)(numeric::v128 a, numeric::v128 b, numeric::v128 c);
};

/// With the host's vector instructions where the build has them.
std::span<const VectorRow> host_rows();
/// Without.
std::span<const VectorRow> portable_rows();

}  // namespace wrt::test
