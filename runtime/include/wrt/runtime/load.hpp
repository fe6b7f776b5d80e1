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

/// When functions become code.
enum class CodeMode : uint8_t {
    eager,  ///< All while loading.
    /// Each when it is first called, in a code cache that is set aside while loading. All are
    /// validated while loading.
    lazy,
};

struct LoadOptions {
    BinaryLifetime lifetime = BinaryLifetime::borrowed;
    TranslateOptions translate = {};
    decoder::DecodeOptions decode =
        {};  ///< `defer_bodies` does not matter: bodies are validated as they are translated.
    CodeMode code = CodeMode::eager;
    /// CodeMode::lazy: bytes of the code cache, which holds code and what translating a function
    /// takes meanwhile; 0: in a reserved arena address space for 64 times the code and 64 MiB, in a
    /// fixed one a quarter of what is left.
    size_t code_cache = 0;
    size_t budget =
        0;  ///< Bytes that the Runtime scope may take; 0: what the arena's table grants.
};

/// Decodes, validates and translates a module under a Runtime scope, the Decoder scope nested in
/// it. What remains lies on the retained end of `arena`, every array exactly as long as it needs to
/// be; it belongs to the scope that was open before. On refusal (malformed, invalid, unsupported,
/// exhaustion) the arena is as it was. With CodeMode::lazy a module can be instantiated in the
/// stores of `arena` only, and a function that has no room for its code ends the run that calls it
/// with Errc::code_cache_exhausted.
Result<Module*> load_module_from_binary(std::span<const uint8_t> binary, Arena& arena,
                                        const LoadOptions& options = {}) noexcept;

}  // namespace wrt::runtime
