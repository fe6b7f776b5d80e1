// A decoded module for looking at: not translated, not run, bodies not validated.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include <wrt/decoder/decode.hpp>
#include <wrt/foundation/result.hpp>

namespace wrtd {

/// Decodes `binary` in memory of its own and shows the module to `look`, which must not keep it.
[[nodiscard]] wrt::Status with_decoded(std::span<const uint8_t> binary, wrt::FeatureSet features,
                                       const std::function<void(const wrt::decoder::Module&)>& look,
                                       bool validate_bodies = false);

}  // namespace wrtd
