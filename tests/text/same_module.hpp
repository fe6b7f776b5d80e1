// When two binaries are the same module: what the decoder makes of them is equal in everything but
// the bytes where it lies.
#pragma once

#include <wrt/decoder/module.hpp>

#include <string>

namespace wrt::test {

/// What the first difference is; empty where there is none. Types, imports, definitions, exports,
/// segments, and every instruction of every body and constant expression, with its immediates. Not
/// compared: custom sections, offsets, how numbers are encoded, and how locals are put in runs.
std::string difference(const decoder::Module& a, const decoder::Module& b);

}  // namespace wrt::test
