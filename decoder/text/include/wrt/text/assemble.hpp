// From the text format to the binary format: the same decoder then judges both.
// https://webassembly.github.io/spec/core/text/index.html
#pragma once

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wrt::text {

struct AssembleOptions {
    /// Write a name section: what identifiers and @name annotations call things.
    bool names = true;
    /// Bytes that the scope of assemble() may take; 0: what the arena and its scopes have left.
    size_t scope_budget = 0;
};

/// Whether bytes are a binary, by the magic number that no text begins with.
bool is_binary(std::span<const uint8_t> bytes);
/// Whether a source is the text of a component: `(component` is what it begins with, behind spaces
/// and comments.
bool is_component_text(std::string_view source);

/// Assembles one module: `(module ...)` in any of its forms (`definition`, `binary`, `quote`), or
/// its fields alone; or one component, `(component ...)` in the same forms. In a component, an item
/// of an instance, a type or an instance may be written where its index would stand, and
/// identifiers of components around are good: each becomes a definition in front. What comes is a
/// binary in the form's syntax, not validated; it lies on the retained end of the arena. Everything
/// else goes to the scratch end, under a scope of its own. In time linear in the source, without
/// recursion.
///
/// Errors: malformed, with the specification's phrase and the byte of the source (of a quoted
/// module: of what is quoted); exhaustion; unsupported (a source of more than
/// limits::module_bytes, components nested more than limits::component_nesting deep, definitions of
/// values). Does not throw.
Result<std::span<const uint8_t>> assemble(std::string_view source, Arena& arena,
                                          const AssembleOptions& options = {}) noexcept;

}  // namespace wrt::text
