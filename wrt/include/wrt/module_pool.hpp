// ModulePool: modules that are loaded and unloaded in any order, each in a region of its own. (An
// Engine's arena gives back what is newest only.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <wrt/engine.hpp>
#include <wrt/foundation/region_pool.hpp>

namespace wrt {

/// A module and the region it lies in. Destroying it unloads the module, in constant time and
/// whatever else is loaded; stores and instances that use the module have to be gone by then.
class [[nodiscard]] PooledModule {
public:
    PooledModule(PooledModule&& other) noexcept
        : region_{std::move(other.region_)},
          arena_{std::exchange(other.arena_, nullptr)},
          image_{other.image_}
    {
    }
    PooledModule& operator=(PooledModule&&) = delete;
    ~PooledModule();

    [[nodiscard]] Module module() const noexcept { return Module{*image_}; }
    /// What it lies in. Stores may be made here too, by an Engine over it, where there is room.
    [[nodiscard]] Arena& arena() const noexcept { return *arena_; }

private:
    friend class ModulePool;
    PooledModule(Region region, Arena* arena, const runtime::Module* image) noexcept
        : region_{std::move(region)}, arena_{arena}, image_{image}
    {
    }

    Region region_;
    Arena* arena_;  ///< At the region's start.
    const runtime::Module* image_;
};

/// Equal sequences of calls give equal addresses; a region that was given back is found again by
/// what has the same size. Threads may share it: each load and unload takes one lock.
class ModulePool {
public:
    /// Inside `buffer`, which must outlive it.
    explicit ModulePool(std::span<std::byte> buffer) noexcept : regions_{Backing::over(buffer)} {}
    /// In address space of its own, or what else there is.
    explicit ModulePool(Backing backing) noexcept : regions_{std::move(backing)} {}

    /// What a region takes beside what the module takes of its arena.
    static constexpr size_t overhead = sizeof(Arena) + Backing::alignment;

    /// Loads a module in a region of `bytes` bytes (and `overhead`): Arena::peak() of an earlier
    /// load says how many it takes. Errors: of load_module(); arena_exhausted, region_table_full.
    [[nodiscard]] Result<PooledModule> load(std::span<const uint8_t> binary, size_t bytes,
                                            const LoadOptions& options = {}) noexcept;

    [[nodiscard]] size_t used() const noexcept { return regions_.used(); }
    /// Modules that are loaded.
    [[nodiscard]] size_t size() const noexcept { return regions_.regions(); }

private:
    RegionPool regions_;
};

}  // namespace wrt
