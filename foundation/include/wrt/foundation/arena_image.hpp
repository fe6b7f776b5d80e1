// ArenaImage: an arena as it is at one moment, to go back to again and again, for what it costs to
// put back the pages that were written to since.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/page_file.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt {

/// The bytes of the retained end, and those of all linear regions: memories and heaps. They move
/// to files in memory, mapped where they are and copied where they are written to. One thread uses
/// it: the arena's. It ends before the scopes that were open when it was taken.
class ArenaImage {
public:
    ArenaImage() noexcept = default;
    ArenaImage(ArenaImage&& other) noexcept;
    ArenaImage& operator=(ArenaImage&& other) noexcept;
    ArenaImage(const ArenaImage&) = delete;
    ArenaImage& operator=(const ArenaImage&) = delete;
    ~ArenaImage();

    /// Takes it, of an arena of reserved address space, no page of which is protected: neither now
    /// nor when it goes back (NativeStack::release()). Regions that have the same bytes as those
    /// of other images of `pool` share their memory with them. Errors: invalid_argument (another
    /// kind of arena; a memory in it that threads share),
    /// arena_exhausted, reserve_failed (what the system refuses). Whatever it gives, the arena's
    /// bytes are what they were.
    static Result<ArenaImage> take(Arena& arena, PageFilePool& pool) noexcept;

    /// All bytes are again what they were, and regions as large. Scopes entered since must be left.
    /// Pages that were written to stay private, so that they are written to for less the next time:
    /// up to `kept_bytes` of them.
    void rewind() noexcept;
    /// The same, and gives the memory of all private pages back to the system.
    void trim() noexcept;

    static constexpr size_t kept_bytes = size_t{4} << 20;

    /// Whether take() gave it.
    explicit operator bool() const noexcept { return arena_ != nullptr; }

private:
    struct Region;

    /// Private pages, one behind the other, and what belongs there.
    struct Run {
        std::byte* start = nullptr;
        const std::byte* from = nullptr;
        size_t bytes = 0;
    };

    void rewind(size_t keep) noexcept;
    void put_back(const PageFile& file, std::byte* base, size_t& keep) noexcept;
    void note(const Run& run) noexcept;

    Arena* arena_ = nullptr;
    std::span<Region> regions_;  ///< In the arena.
    PageFile retained_;
    int written_ = -1;  ///< Tells which pages were written to; -1: nobody does.
    size_t frontier_ = 0;
    // A page becomes private by a fault of the thread. As long as it had none, those that are known
    // are all.
    std::array<Run, 128> known_;
    size_t known_count_ = 0;
    bool knows_all_ = false;
    uint64_t faults_ = 0;  ///< Of the thread, so far.
};

}  // namespace wrt
