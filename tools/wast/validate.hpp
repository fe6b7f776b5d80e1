// What decoding and validation alone say of a module.
#pragma once

#include <cstdint>
#include <span>

#include <wrt/decoder/features.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt::wast {

/// Decodes and validates a module, and keeps nothing of it.
Status validate(std::span<const uint8_t> binary, FeatureSet features);

}  // namespace wrt::wast
