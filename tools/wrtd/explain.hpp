// From an Error to an exit code, and to the place in the file that it is about.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <wrt/foundation/error.hpp>

namespace wrtd {

/// `timed_out` tells an interrupt by --timeout from one by a person.
[[nodiscard]] int exit_code_of(const wrt::Error& error, bool timed_out);

/// describe() with types by name.
[[nodiscard]] std::string error_text(const wrt::Error& error);

/// Where a byte of a module lies: "code section, function 812 $parse", "type section", or empty.
[[nodiscard]] std::string place_of(std::span<const uint8_t> binary, uint32_t offset);

/// The name of a section id: "code"; empty for an id that is none.
[[nodiscard]] std::string_view section_name(uint8_t id);

}  // namespace wrtd
