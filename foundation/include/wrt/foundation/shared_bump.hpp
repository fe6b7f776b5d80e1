// SharedBump: an area that many threads allocate from at once, without a lock. It only ever grows;
// it has no scopes, because a scope of one thread would rewind over blocks of another. Emptying it
// takes being alone with it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/backing.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt {

/// Must outlive its leases. An area over reserved address space is committed as a whole.
class SharedBump {
public:
    /// The right to allocate; one for each thread that does.
    class Lease;
    /// Being the only one: no lease exists and none can be had.
    class Exclusive;

    explicit SharedBump(Backing backing) noexcept;
    SharedBump(const SharedBump&) = delete;
    SharedBump& operator=(const SharedBump&) = delete;

    /// Errc::in_use while somebody is exclusive.
    Result<Lease> lease() noexcept;

    size_t capacity() const noexcept { return capacity_; }
    size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

private:
    static constexpr uint32_t exclusive = 0x80000000U;

    AllocResult try_allocate(size_t bytes, size_t align) noexcept;

    Backing backing_;
    size_t capacity_ = 0;
    std::atomic<size_t> used_{0};
    std::atomic<uint32_t> leases_{0};  // how many, or `exclusive`
};

class [[nodiscard]] SharedBump::Lease {
public:
    Lease(Lease&& other) noexcept : area_(std::exchange(other.area_, nullptr)) {}
    Lease& operator=(Lease&& other) noexcept
    {
        std::swap(area_, other.area_);
        return *this;
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

    /// As Arena::try_allocate; any number of threads at once, each through a lease of its own.
    AllocResult try_allocate(size_t bytes, size_t align) noexcept
    {
        return area_->try_allocate(bytes, align);
    }
    /// Turns the only lease into exclusive access; Errc::in_use, and it stays a lease, when there
    /// are others.
    Result<Exclusive> make_exclusive() noexcept;

private:
    friend class SharedBump;
    explicit Lease(SharedBump* area) noexcept : area_(area) {}

    SharedBump* area_;
};

class [[nodiscard]] SharedBump::Exclusive {
public:
    Exclusive(Exclusive&& other) noexcept : area_(std::exchange(other.area_, nullptr)) {}
    Exclusive& operator=(Exclusive&& other) noexcept
    {
        std::swap(area_, other.area_);
        return *this;
    }
    Exclusive(const Exclusive&) = delete;
    Exclusive& operator=(const Exclusive&) = delete;
    ~Exclusive();

    /// Frees every block.
    void reset() noexcept { area_->used_.store(0, std::memory_order_relaxed); }

private:
    friend class SharedBump::Lease;
    explicit Exclusive(SharedBump* area) noexcept : area_(area) {}

    SharedBump* area_;
};

}  // namespace wrt
