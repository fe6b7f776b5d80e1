// RegionPool: a bounded table of regions of one backing, leased and returned in any order. A
// module's image, an instance or a thread's arena each get a region of their own, so unloading one
// never waits for another.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <wrt/foundation/backing.hpp>
#include <wrt/foundation/limits.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt {

class RegionPool;

/// Bytes leased from a pool; returned when it is destroyed, by any thread.
class [[nodiscard]] Region {
public:
    Region() noexcept = default;
    Region(Region&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), bytes_(std::exchange(other.bytes_, {}))
    {
    }
    Region& operator=(Region&& other) noexcept;
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;
    ~Region();

    std::span<std::byte> bytes() const noexcept { return bytes_; }
    /// For an Arena over this region, which must end before the region does.
    Backing backing() const noexcept { return Backing::over(bytes_); }

private:
    friend class RegionPool;
    Region(RegionPool* pool, std::span<std::byte> bytes) noexcept : pool_(pool), bytes_(bytes) {}

    RegionPool* pool_ = nullptr;
    std::span<std::byte> bytes_;
};

/// Shared by threads; the only object of foundation with a lock, taken once per lease and once per
/// return. Each takes at most limits::regions steps. Equal sequences of calls give equal addresses.
class RegionPool {
public:
    explicit RegionPool(Backing backing) noexcept;
    /// No region may be out any more.
    ~RegionPool();
    RegionPool(const RegionPool&) = delete;
    RegionPool& operator=(const RegionPool&) = delete;

    /// The smallest gap that holds `bytes`, lowest address first. Sizes are rounded up to 64 bytes,
    /// in a reserved backing to Backing::commit_granule. Errors: invalid_argument (no bytes),
    /// arena_exhausted (no gap is large enough), region_table_full, commit_failed.
    Result<Region> lease(size_t bytes) noexcept;

    size_t capacity() const noexcept { return backing_.capacity(); }
    /// Regions that are out.
    size_t regions() const noexcept;
    size_t used() const noexcept;
    /// Times the lock was taken.
    uint64_t locks() const noexcept { return locks_.load(std::memory_order_relaxed); }

private:
    friend class Region;
    struct Extent {
        size_t offset;
        size_t size;
    };
    class Locked;

    void give_back(std::span<std::byte> bytes) noexcept;

    Backing backing_;
    size_t granule_ = 0;
    mutable std::atomic_flag lock_ = ATOMIC_FLAG_INIT;
    mutable std::atomic<uint64_t> locks_{0};
    std::array<Extent, limits::regions> taken_{};  // by offset
    size_t count_ = 0;
};

}  // namespace wrt
