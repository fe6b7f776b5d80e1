// From bytes to Module, and to a refusal that says where.
#pragma once

#include <wrt/decoder/module.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace wrt::decoder {

struct DecodeOptions {
    /// Bytes that the Decoder scope of decode_module_streaming() may take; 0: what the arena and
    /// its scopes have left.
    size_t scope_budget = 0;
    /// Leave the bodies to validate_module_bodies() or to a translator that validates as it goes.
    bool defer_bodies = false;
    /// What the binary may use.
    FeatureSet features = {};
    /// Key of the hash that groups equal types. Give each process its own where modules are
    /// hostile.
    uint64_t hash_key[2] = {0x9ae16a3b2f90404fu, 0xc3a5c85c97cb3127u};
};

/// What the preamble announces.
enum class BinaryKind : uint8_t { core_module, component };

/// Reads the eight bytes of the preamble. Refuses what is neither (malformed: magic header, binary
/// version).
Result<BinaryKind> detect_kind(std::span<const uint8_t> binary);

/// Decodes and validates everything but function bodies into `end` of the arena; bodies are
/// located. The module views `binary`. Temporaries go to the scratch end. Call it in a scope: what
/// was taken, temporaries and the beginnings of a refused module included, is freed when that is
/// left. Errors: malformed, invalid, exhaustion, unsupported (a limit of limits.hpp). Does not
/// throw.
Result<Module> decode_module(std::span<const uint8_t> binary, Arena& arena, End end,
                             const DecodeOptions& options = {}) noexcept;

/// Validates all function bodies. Scratch memory only, under a Decoder scope of its own.
Status validate_module_bodies(const Module& module, Arena& arena) noexcept;

/// What validate_function() reads of a module, and no more, copied to `end` of the arena: for who
/// looks at bodies again when `module` is gone. It views the same binary, and goes with the scope
/// it was made in.
Result<const Module*> keep_for_bodies(const Module& module, Arena& arena, End end) noexcept;

namespace detail {
/// The same in a scope that is open already.
Status validate_bodies_in_scope(const Module& module, Arena& arena) noexcept;
}  // namespace detail

/// Enters a Decoder scope on the scratch end, decodes into it, validates the bodies unless
/// options.defer_bodies, calls `Status consume(const Module&)` while the scope is open, and leaves
/// it: what should stay, `consume` puts elsewhere (the retained end). The module is gone on return.
template <class Consume>
Status decode_module_streaming(std::span<const uint8_t> binary, Arena& arena,
                               const DecodeOptions& options, Consume&& consume)
{
    const size_t budget =
        options.scope_budget != 0 ? options.scope_budget : arena.full_budget(LibraryId::decoder);
    WRT_TRY(ScopeGuard scope,
            arena.enter(LibraryId::decoder, "decode_module", budget, End::scratch));
    {
        WRT_TRY(const Module module, decode_module(binary, arena, End::scratch, options));
        if (!options.defer_bodies) WRT_CHECK(detail::validate_bodies_in_scope(module, arena));
        WRT_CHECK(std::forward<Consume>(consume)(module));
    }
    return scope.exit();
}

}  // namespace wrt::decoder
