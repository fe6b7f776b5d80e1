// From the binary format to the text format, and so that assemble() makes the same module of it.
#pragma once

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wrt::text {

struct PrintOptions {
    /// Call things what the name section calls them, where that is not said of two.
    bool names = true;
    /// Write custom sections as @custom annotations; the name section is in the identifiers.
    bool customs = true;
    /// Bytes that the scope of print() may take; 0: what the arena and its scopes have left.
    size_t scope_budget = 0;
};

/// Writes a module as text, on the retained end of the arena: instructions flat, one a line. The
/// module need not be valid, only well formed where print() looks. assemble() of the text decodes
/// to the same module: the same definitions under the same indices, instructions with the same
/// immediates, constants with the same bits. What may differ is what the binary format leaves open:
/// the length of LEB128 numbers, which of two encodings a segment has, runs of locals; custom
/// sections whose place between the others cannot be told; and names that are empty, said twice, or
/// of nothing.
///
/// Errors: malformed, with the byte of the binary; exhaustion. Does not throw.
Result<std::string_view> print(std::span<const uint8_t> binary, Arena& arena,
                               const PrintOptions& options = {}) noexcept;

}  // namespace wrt::text
