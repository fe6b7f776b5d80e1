// Files in the text format, taken as the modules that they say.
#pragma once

#include <optional>
#include <string>

#include "file.hpp"

namespace wrtd {

/// Where the file is text (what stands in it first is a parenthesis or a comment), puts the binary
/// of its module in place of its bytes. What is wrong with the text otherwise: "3:7: malformed at
/// 0x1f: unexpected token", with line and column.
[[nodiscard]] std::optional<std::string> assemble_text(File& file);

}  // namespace wrtd
