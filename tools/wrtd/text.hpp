// Files in the text format, taken as the modules and components that they say.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "file.hpp"

namespace wrtd {

/// Where the file is text (what stands in it first is a parenthesis or a comment), puts the binary
/// of its module or component in place of its bytes. What is wrong with the text otherwise: "3:7:
/// malformed at 0x1f: unexpected token", with line and column.
[[nodiscard]] std::optional<std::string> assemble_text(File& file);

/// Whether that is what it would put there.
[[nodiscard]] bool is_text_of_component(std::span<const uint8_t> bytes);

}  // namespace wrtd
