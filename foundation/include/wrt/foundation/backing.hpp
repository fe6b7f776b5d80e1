// Backing: where an arena's bytes come from. One of the static 256 KiB, a span of the caller's, or
// address space that is reserved first and committed as frontiers advance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <wrt/foundation/limits.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt {

/// Owns what it stands for until it is destroyed; nobody else may hand out the same bytes
/// meanwhile.
class Backing {
public:
    enum class Kind : uint8_t {
        none,
        fixed,      ///< All bytes are there from the start.
        reserved,   ///< Address space; commit() makes a part of it usable.
        rehearsal,  ///< The same, for an arena that is to behave as a fixed one of that size would.
    };

    /// The alignment of base().
    static constexpr size_t alignment = 64;

    Backing() noexcept = default;
    Backing(Backing&& other) noexcept;
    Backing& operator=(Backing&& other) noexcept;
    Backing(const Backing&) = delete;
    Backing& operator=(const Backing&) = delete;
    ~Backing();

    /// The caller's bytes, which must outlive the backing. Bytes before the first multiple of 64
    /// and after the last are left unused: so what fits does not depend on where they lie.
    static Backing over(std::span<std::byte> bytes) noexcept;
    /// The static buffer of 256 KiB, of which a process has one: Errc::in_use while another Backing
    /// holds it.
    static Result<Backing> static_heap() noexcept;
    /// `bytes` of address space, rounded up to pages, without memory behind it:
    /// Errc::reserve_failed.
    static Result<Backing> reserve(size_t bytes) noexcept;
    /// `bytes` bytes of the system's, fixed from the start; memory comes as they are first written.
    static Result<Backing> fixed(size_t bytes) noexcept;
    /// Address space as reserve() gives, but an arena over it does everything as over `bytes` bytes
    /// of the caller's, except that it leaves linear memories unwritten: what fits into it fits
    /// into those, and it costs no more memory than is written to.
    static Result<Backing> rehearse(size_t bytes) noexcept;

    Kind kind() const noexcept { return kind_; }
    std::byte* base() const noexcept { return base_; }
    size_t capacity() const noexcept { return capacity_; }

    /// Makes [from, to) readable and writable; what was never used before reads as zero. Both are
    /// offsets, multiples of commit_granule or the capacity.
    Status commit(size_t from, size_t to) noexcept;
    /// Gives the memory behind [from, to) back to the system.
    void decommit(size_t from, size_t to) noexcept;

    /// Bytes that are committed at a time.
    static constexpr size_t commit_granule = size_t{256} * 1024;
    /// The same at the retained end of an arena that has become large: there the system is asked
    /// for huge pages, a quarter of whose price small ones have.
    static constexpr size_t huge_granule = size_t{2} * 1024 * 1024;
    static constexpr size_t huge_from = 2 * huge_granule;

private:
    enum class Owner : uint8_t { nobody, static_heap, mapping };

    Backing(std::byte* base, size_t capacity, Kind kind, Owner owner) noexcept
        : base_(base), capacity_(capacity), kind_(kind), owner_(owner)
    {
    }
    void release() noexcept;

    std::byte* base_ = nullptr;
    size_t capacity_ = 0;
    Kind kind_ = Kind::none;
    Owner owner_ = Owner::nobody;
};

}  // namespace wrt
