// The custom section "wrt.limits", with which a module says what it gets along with. Whoever runs
// it applies the more restrictive of that and of its own bounds.
//
//     section  ::= version:0x01 entry*          to the end of the section
//     entry    ::= key:byte value:u64           LEB128; keys rise, so none comes twice
//
//     key   bounds
//     0x01  bytes of everything: module, stack, memories, tables, objects
//     0x02  bytes of the stack
//     0x03  bytes of linear memory, all memories together
//     0x04  elements of tables, all tables together
//     0x05  bytes of garbage-collected objects
//     0x06  fuel of a run
//
// Any other version or key is malformed: a bound that is not understood would not be kept.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <wrt/foundation/result.hpp>
#include <wrt/store.hpp>

namespace wrt {

/// What the section says; a missing entry, or a missing section, bounds nothing.
struct ModuleLimits {
    std::optional<uint64_t> budget = std::nullopt;
    std::optional<uint64_t> stack_bytes = std::nullopt;
    std::optional<uint64_t> memory_bytes = std::nullopt;
    std::optional<uint64_t> table_elements = std::nullopt;
    std::optional<uint64_t> heap_bytes = std::nullopt;
    std::optional<uint64_t> fuel = std::nullopt;

    friend bool operator==(const ModuleLimits&, const ModuleLimits&) = default;
};

/// Reads the section of a binary; of several the last one that a reader meets would be a matter of
/// taste, so more than one is malformed. Errors: malformed_limits_section and what reading numbers
/// refuses, with the byte's offset. A binary that ends within a section is refused by loading, not
/// here. load_module() reads it, so what is loaded has none that is malformed.
[[nodiscard]] Result<ModuleLimits> read_limits(std::span<const uint8_t> binary) noexcept;

/// `config` with the bounds of `limits` where those are lower. A store whose stack or heap the
/// config leaves open gets as much as the limits say at most.
[[nodiscard]] StoreConfig restricted(const StoreConfig& config,
                                     const ModuleLimits& limits) noexcept;

}  // namespace wrt
