// Loading: from a binary to a Module that instances can be made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <wrt/decoder/decode.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/translate_options.hpp>

namespace wrt::runtime {

/// Who keeps the bytes that a module's names and data segments are views of.
enum class BinaryLifetime : uint8_t {
    borrowed,  ///< The caller, for as long as the module and its instances are used.
    copied,    ///< The arena: the bytes may go when loading is done.
};

struct LoadOptions {
    BinaryLifetime lifetime = BinaryLifetime::borrowed;
    TranslateOptions translate = {};
    decoder::DecodeOptions decode =
        {};  ///< `defer_bodies` does not matter: bodies are validated as they are translated.
    size_t budget =
        0;  ///< Bytes that the Runtime scope may take; 0: what the arena's table grants.
};

/// Decodes, validates and translates a module under a Runtime scope, the Decoder scope nested in
/// it. What remains lies on the retained end of `arena`, every array exactly as long as it needs to
/// be; it belongs to the scope that was open before. On refusal (malformed, invalid, unsupported,
/// exhaustion) the arena is as it was.
Result<Module*> load_module_from_binary(std::span<const uint8_t> binary, Arena& arena,
                                        const LoadOptions& options = {}) noexcept;

}  // namespace wrt::runtime
