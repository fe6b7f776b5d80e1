// Exact budgets: how many bytes an arena needs to load a module, make a store, instantiate the
// module and run it, found out by doing all of it but its effects in an arena that has room for
// anything. The figure is exact: a fixed arena of that size takes the same steps and gets through,
// one of a byte less does not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/load.hpp>
#include <wrt/runtime/stack_bound.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::runtime {

struct MeasureOptions {
    LoadOptions load = {};
    /// Where `stack_slots` is 0 the stack is as long as stack_bound() says, or measured_stack_slots
    /// where there is recursion. Where `heap_bytes` is the default, modules that can hold
    /// references to objects get measured_heap_bytes and others none.
    StoreOptions store = {};
    /// The budgets, and what a linear memory may come to have.
    ArenaOptions arena = {};
    /// What the host makes before instantiation, and where imports then come from; what that does
    /// not know is stubbed, and a null provider knows nothing. Null: nothing is made.
    Result<const ImportProvider*> (*provide)(void* context, Store& store) = nullptr;
    void* context = nullptr;
};

inline constexpr uint32_t measured_stack_slots = 8'192;  // 64 KiB
inline constexpr uint64_t measured_heap_bytes = 65'536;

/// The steps, in the order in which they are taken.
enum class Phase : uint8_t {
    load,      ///< Decoding, validation and translation: what is left is the module.
    store,     ///< The store with its stack and its heap.
    imports,   ///< What the host provides.
    instance,  ///< Instantiation: what is left is one instance.
};
inline constexpr size_t phase_count = 4;
std::string_view name_of(Phase) noexcept;

using AccountBytes = std::array<size_t, account_count>;

/// Bytes of the arena, padding included, that of earlier phases as well.
struct PhaseNeed {
    size_t peak = 0;      ///< The most that was in use meanwhile.
    size_t retained = 0;  ///< In use afterwards.
    AccountBytes at_peak{};
    AccountBytes at_end{};
};

struct Need {
    uint64_t minimum = 0;   ///< Declared, of all that the module defines.
    uint64_t maximum = 0;   ///< Likewise; what addresses allow where nothing is declared.
    uint64_t reserved = 0;  ///< What there is room for in the arena.
};

struct Measurement {
    size_t arena_bytes = 0;  ///< What a fixed arena needs, a multiple of Backing::alignment.
    size_t binary_bytes = 0;
    size_t binary_kept = 0;  ///< Of these in the arena (BinaryLifetime::copied).
    std::array<PhaseNeed, phase_count> phases;
    AccountBytes account_peaks{};  ///< The most of each account at any time.
    StoreLimits limits;            ///< Those of the options, with what was left open decided.
    StackBound stack;
    Need memory;  ///< Bytes.
    Need tables;  ///< Elements.

    [[nodiscard]] const PhaseNeed& phase(Phase which) const noexcept
    {
        return phases[static_cast<size_t>(which)];
    }
    /// Bytes that one instance adds.
    [[nodiscard]] size_t per_instance() const noexcept
    {
        return phase(Phase::instance).retained - phase(Phase::imports).retained;
    }
};

/// Measures. Takes address space and memory of its own for the time, nothing of any arena. What
/// `options.load.lifetime` says counts. Errors: those of loading and instantiation. The host's
/// imports are stubs unless `provide` defines them; `run` costs no bytes: calls allocate nothing.
Result<Measurement> measure(std::span<const uint8_t> binary,
                            const MeasureOptions& options = {}) noexcept;

/// Does in `arena` what was measured, effects included: loads, makes a store with `limits`, lets
/// the host provide, stubs the rest and instantiates. For those who check the figure.
struct Rehearsed {
    Module* module = nullptr;
    Store* store = nullptr;
    ModuleInstance* instance = nullptr;
};
Result<Rehearsed> perform(std::span<const uint8_t> binary, Arena& arena, const StoreLimits& limits,
                          const MeasureOptions& options = {}) noexcept;

}  // namespace wrt::runtime
