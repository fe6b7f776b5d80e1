// Component binaries: what the commands do with them.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <wrt/decoder/features.hpp>
#include <wrt/foundation/result.hpp>

namespace wrtd {

/// Whether the preamble says component.
[[nodiscard]] bool is_component(std::span<const uint8_t> binary);

/// Decodes and validates a component, core modules in it included.
[[nodiscard]] wrt::Status validate_component(std::span<const uint8_t> binary,
                                             wrt::FeatureSet features);

/// `wrtd inspect`: prints imports, exports and counts, and gives the exit code.
[[nodiscard]] int inspect_component(const std::string& path, std::span<const uint8_t> binary,
                                    wrt::FeatureSet features, bool json);

}  // namespace wrtd
