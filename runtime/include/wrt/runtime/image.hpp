// Images: a module as it is after loading, as bytes without addresses, so that another process need
// not decode, validate and translate. In code, a handler is named by an operation that asks for it,
// another cell by its number. The same module and options give the same bytes, wherever and however
// often.
//
// Sections: 1 what it is an image of  2 everything but code  3 handlers  4 code. What keeps an
// image from another build is in section 1: the version, what instructions and operations there
// are, and whether handlers have second registers (they have in the tail-call and the portable form
// of dispatch, whichever compiler made it; g++'s optimised form has not, so its translation, and
// with it sections 1, 3 and 4, differ).
//
// The checksum finds damage. It does not find forgery: who can write code can write an image that
// does anything to the process that runs it, just as with a shared library. Load those only that
// you made; a module from elsewhere comes as WebAssembly.
#pragma once

#include <span>
#include <string_view>

#include <wrt/foundation/section_file.hpp>
#include <wrt/runtime/load.hpp>

namespace wrt::runtime {

inline constexpr FileKind image_kind{"wimag", 1};

/// Loads `binary` and writes its image; the arena is as it was afterwards. `version` is compared
/// when it is loaded. Errors: of load_module_from_binary(); the sink's.
Result<Digest> write_image(std::span<const uint8_t> binary, Arena& arena,
                           const LoadOptions& options, std::string_view version,
                           ByteSink sink) noexcept;

/// The module of an image. `image` has to stay as long as the module: names and data segments are
/// views of it. Errors: malformed (damage), unlinkable (of another version of wrt), exhaustion; the
/// arena is then as it was.
Result<Module*> load_image(std::span<const uint8_t> image, Arena& arena,
                           std::string_view version) noexcept;

}  // namespace wrt::runtime
