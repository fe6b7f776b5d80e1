// Modules of scripts, from text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <wrt/foundation/result.hpp>

namespace wrt::wast {

/// The binary of a module in the text format.
Result<std::vector<uint8_t>> assemble(std::string_view source);

}  // namespace wrt::wast
