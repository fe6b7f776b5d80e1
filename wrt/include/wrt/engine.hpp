// Engine: the memory that everything lives in, and load_module(), which puts a module there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <wrt/decoder/features.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/budget.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/module.hpp>

namespace wrt {

/// When functions are translated to internal code.
enum class CodeMode : uint8_t {
    eager,  ///< All of them while a module is loaded.
    /// Each when it is first called, in a code cache set aside while the module is loaded: start-up
    /// is validation only, and what is never called takes no memory. Where the cache is full, the
    /// run that calls one function more ends with Errc::code_cache_exhausted.
    /// Such a module runs in the stores of its own engine only (Errc::lazy_module_elsewhere), so by
    /// one thread at a time.
    lazy,
};

struct LoadOptions {
    /// The caller keeps the binary alive and unchanged as long as the module, and saves the copy.
    bool borrow = false;
    /// Count fuel, at some cost in speed. Without it a store's fuel has no effect on this module.
    bool fuel = false;
    /// Look for an interrupt in loops. Without it Store::interrupt() waits for the next call of a
    /// function, which a loop need not make; loops run a little faster.
    bool interruptible = true;
    /// Bytes that loading may take of the arena, temporaries included; 0: what the arena has left.
    size_t budget = 0;
    /// What the binary may use, where that differs from EngineConfig::features.
    std::optional<FeatureSet> features = std::nullopt;
    /// Where that differs from EngineConfig::code.
    std::optional<CodeMode> code = std::nullopt;
    /// Bytes of the module's code cache, where that differs from EngineConfig::code_cache.
    std::optional<size_t> code_cache = std::nullopt;
};

/// Decodes, validates and translates a core module into the retained end of `arena`, in a Runtime
/// scope that is left with the module kept, or with the arena as it was. Errors: malformed,
/// invalid, unsupported (a component, which load_component() will take; a limit), exhaustion.
[[nodiscard]] Result<Module> load_module(Arena& arena, std::span<const uint8_t> binary,
                                         const LoadOptions& options = {}) noexcept;

struct EngineConfig {
    /// Bytes that modules, instances, stacks, tables and linear memories may take, all together.
    uint64_t budget = UINT64_MAX;
    /// One block of `budget` bytes with linear memories inside, instead of address space that is
    /// committed on need: the memory that measure() tells the size of.
    bool fixed = false;
    /// In such a block: bytes that each linear memory may grow to, which it gets at once. 0: its
    /// minimum, or two pages where that is more.
    uint64_t memory_room = 0;
    /// Bounds on everything, from a table of presets (find_preset()): the block, what a module may
    /// take while it loads, the stack, linear memory, tables. What is set otherwise bounds further.
    const Preset* profile = nullptr;
    /// What modules may use; WebAssembly 3.0 unless told otherwise. A module that needs more is
    /// refused, with an error that names the feature.
    FeatureSet features = {};
    CodeMode code = CodeMode::eager;
    /// CodeMode::lazy: bytes of each module's code cache, which holds code and, while a function is
    /// translated, what that takes. 0: address space for 64 times the module's code and 64 MiB,
    /// committed as it is used; in a buffer of fixed size a quarter of what is left of it.
    size_t code_cache = 0;
};

/// Owns the arena, or uses the caller's. One thread at a time uses it and its stores, except for
/// Store::interrupt() and for reading modules. Nothing in it is freed one by one: a scope (enter())
/// gives back what was made since, the engine the rest.
/// An engine that could not get its memory keeps the reason: status(), and every load's error.
class Engine {
public:
    /// Address space of its own, in which memory is committed as it is used.
    explicit Engine(const EngineConfig& config = {}) noexcept;
    /// Stays inside `buffer`, which must outlive it. Linear memories lie inside too.
    explicit Engine(std::span<std::byte> buffer) noexcept;
    /// Uses an arena of the caller's, which must outlive it.
    explicit Engine(Arena& arena) noexcept : arena_{&arena} {}
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    [[nodiscard]] const Status& status() const noexcept { return status_; }
    [[nodiscard]] Arena& arena() noexcept { return *arena_; }
    /// EngineConfig::budget; of an engine made otherwise unlimited, as its arena is the bound.
    [[nodiscard]] uint64_t budget() const noexcept { return budget_; }
    /// EngineConfig::profile.
    [[nodiscard]] const Preset* profile() const noexcept { return profile_; }

    [[nodiscard]] Result<Module> load_module(std::span<const uint8_t> binary,
                                             const LoadOptions& options = {}) noexcept;
    [[nodiscard]] Result<Module> load_module(std::span<const std::byte> binary,
                                             const LoadOptions& options = {}) noexcept
    {
        return load_module({reinterpret_cast<const uint8_t*>(binary.data()), binary.size()},
                           options);
    }

    /// EngineConfig::features.
    [[nodiscard]] FeatureSet features() const noexcept { return features_; }
    /// EngineConfig::code and EngineConfig::code_cache.
    [[nodiscard]] CodeMode code() const noexcept { return code_; }
    [[nodiscard]] size_t code_cache() const noexcept { return code_cache_; }

    /// Opens a scope: what is made until the guard goes is given back then, in constant time.
    /// Modules, stores and instances made inside end with it. `budget` bounds it; 0: what is left.
    [[nodiscard]] Result<ScopeGuard> enter(std::string_view name, size_t budget = 0) noexcept;

private:
    std::optional<Arena> own_;
    Arena* arena_ = nullptr;
    uint64_t budget_ = UINT64_MAX;
    const Preset* profile_ = nullptr;
    FeatureSet features_;
    CodeMode code_ = CodeMode::eager;
    size_t code_cache_ = 0;
    Status status_ = ok();
};

/// "0.1.0"
[[nodiscard]] const char* version() noexcept;

}  // namespace wrt
