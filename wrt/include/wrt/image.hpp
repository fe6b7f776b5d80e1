// Images: modules as they are after loading, saved, so that later processes start at once. What an
// image is and whom to trust with it: wrt/runtime/image.hpp.
#pragma once

#include <cstdint>
#include <span>

#include <wrt/engine.hpp>
#include <wrt/foundation/section_file.hpp>
#include <wrt/module.hpp>
#include <wrt/runtime/image.hpp>

namespace wrt {

using runtime::image_kind;

/// Loads `binary` in `engine` and writes its image; nothing stays in the engine. The digest names
/// the image: the same module, options and version of wrt give the same bytes, and so the same
/// digest. The section wrt.limits is not kept. Errors: of Engine::load_module(); the sink's.
/// Without a sink only the digest is found.
[[nodiscard]] Result<Digest> write_image(Engine& engine, std::span<const uint8_t> binary,
                                         const LoadOptions& options, ByteSink sink) noexcept;

/// The module of an image that this version of wrt wrote. `image` stays and is not changed as long
/// as the module is used. Only of images that are trusted. Errors: malformed (damage), unlinkable
/// (of another version), exhaustion.
[[nodiscard]] Result<Module> load_image(Engine& engine, std::span<const uint8_t> image) noexcept;

/// Whether its code charges fuel.
[[nodiscard]] bool is_metered(Module module) noexcept;

}  // namespace wrt
