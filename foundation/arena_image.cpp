#include <wrt/foundation/arena_image.hpp>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include <wrt/foundation/assert.hpp>
#include <wrt/foundation/shared_region.hpp>

#include "linear_mapping.hpp"
#include "page_bytes.hpp"
#include "poison.hpp"

namespace wrt {

struct ArenaImage::Region {
    LinearRegion::Mapping* mapping = nullptr;
    const PageFile* file = nullptr;  ///< Null: it was empty.
};

namespace {

// Linux 6.7's PAGEMAP_SCAN, which older headers do not have.
// https://docs.kernel.org/admin-guide/mm/pagemap.html
struct PageRun {
    uint64_t start, end, categories;
};
struct ScanArguments {
    uint64_t size, flags, start, end, walk_end, runs, most_runs, most_pages;
    uint64_t category_inverted, category_mask, category_any, returned;
};
constexpr unsigned long scan_request = _IOWR('f', 16, ScanArguments);
constexpr uint64_t is_file = 1u << 2;
constexpr uint64_t is_present = 1u << 3;
constexpr uint64_t is_swapped = 1u << 4;

size_t round_up(size_t bytes) noexcept
{
    return (bytes + page_bytes() - 1) / page_bytes() * page_bytes();
}

/// The next runs of pages from `at` on that are private copies, and no more the file's: how many,
/// with `at` where the search goes on; -1 where the system cannot tell.
int find_written(int pagemap, const std::byte*& at, const std::byte* end, std::span<PageRun> runs)
{
    ScanArguments scan{};
    scan.size = sizeof scan;
    scan.start = reinterpret_cast<uintptr_t>(at);
    scan.end = reinterpret_cast<uintptr_t>(end);
    scan.runs = reinterpret_cast<uintptr_t>(runs.data());
    scan.most_runs = runs.size();
    scan.category_inverted = is_file;
    scan.category_mask = is_file;
    scan.category_any = is_present | is_swapped;
    scan.returned = is_present;
    const int found = ::ioctl(pagemap, scan_request, &scan);
    if (found >= 0) at = reinterpret_cast<const std::byte*>(scan.walk_end);
    return found;
}

void discard(std::byte* from, const std::byte* to) noexcept
{
    if (from != to) ::madvise(from, static_cast<size_t>(to - from), MADV_DONTNEED);
}

constexpr uint64_t unknown_faults = ~uint64_t{0};

/// Faults that this thread had.
uint64_t faults_so_far() noexcept
{
    rusage usage{};
    if (::getrusage(RUSAGE_THREAD, &usage) != 0) return unknown_faults;
    return static_cast<uint64_t>(usage.ru_minflt) + static_cast<uint64_t>(usage.ru_majflt);
}

}  // namespace

ArenaImage::ArenaImage(ArenaImage&& other) noexcept
    : arena_(std::exchange(other.arena_, nullptr)),
      regions_(std::exchange(other.regions_, {})),
      retained_(std::move(other.retained_)),
      written_(std::exchange(other.written_, -1)),
      frontier_(other.frontier_)
{
    // What is known is found again.
}

ArenaImage& ArenaImage::operator=(ArenaImage&& other) noexcept
{
    std::swap(arena_, other.arena_);
    std::swap(regions_, other.regions_);
    std::swap(retained_, other.retained_);
    std::swap(written_, other.written_);
    std::swap(frontier_, other.frontier_);
    knows_all_ = other.knows_all_ = false;
    return *this;
}

ArenaImage::~ArenaImage()
{
    // What is mapped stays, for whoever leaves the scopes.
    if (written_ >= 0) ::close(written_);
}

Result<ArenaImage> ArenaImage::take(Arena& arena, PageFilePool& pool) noexcept
{
    if (!arena.is_reserved()) return Error{.code = Errc::invalid_argument};
    size_t count = 0;
    for (const Arena::Cleanup* each = arena.cleanups_; each != nullptr; each = each->next) {
        if (each->release == &LinearRegion::unmap) ++count;
        if (each->release == &SharedRegion::unmap) return Error{.code = Errc::invalid_argument};
    }
    WRT_TRY(const std::span<Region> regions,
            arena.make_array<Region>(End::retained, Account::registry, count));
    size_t next = 0;
    for (const Arena::Cleanup* each = arena.cleanups_; each != nullptr; each = each->next) {
        if (each->release != &LinearRegion::unmap) continue;
        auto* const mapping = static_cast<LinearRegion::Mapping*>(each->object);
        Region& region = regions[next++];
        region.mapping = mapping;
        if (mapping->committed == 0) continue;
        auto* const base = static_cast<std::byte*>(mapping->base);
        WRT_TRY(region.file, pool.file_of({base, mapping->committed}));
        WRT_CHECK(region.file->map_at(base));
    }
    // Last: the list is a part of it.
    ArenaImage image;
    WRT_TRY(image.retained_, PageFile::make({arena.base_, round_up(arena.lo_)}));
    WRT_CHECK(image.retained_.map_at(arena.base_));
    image.regions_ = regions;
    image.frontier_ = arena.lo_;
    image.arena_ = &arena;
    image.written_ = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    return image;
}

void ArenaImage::note(const Run& run) noexcept
{
    knows_all_ = knows_all_ && known_count_ < known_.size();
    if (knows_all_) known_[known_count_++] = run;
}

/// Puts the file's bytes back at `base`, where it is mapped: copies of up to `keep` bytes of pages
/// stay, and the rest is mapped from the file again.
void ArenaImage::put_back(const PageFile& file, std::byte* base, size_t& keep) noexcept
{
    const std::byte* const end = base + file.bytes().size();
    std::byte* done = base;  // up to here
    std::array<PageRun, 64> runs;
    while (written_ >= 0 && keep != 0 && done != end) {
        const std::byte* at = done;
        const int found = find_written(written_, at, end, runs);
        if (found < 0) {
            knows_all_ = false;
            break;
        }
        for (const PageRun& each : std::span{runs}.first(static_cast<size_t>(found))) {
            auto* const start = reinterpret_cast<std::byte*>(each.start);
            const Run run{start, file.bytes().data() + (start - base),
                          static_cast<size_t>(each.end - each.start)};
            if (run.bytes > keep) {
                keep = 0;
                return discard(start, end);
            }
            std::memcpy(run.start, run.from, run.bytes);
            note(run);
            keep -= run.bytes;
        }
        done = base + (at - base);
    }
    discard(done, end);
}

void ArenaImage::rewind(size_t keep) noexcept
{
    Arena& arena = *arena_;
    arena.check_owner();
    WRT_ASSERT(arena.lo_ == frontier_);
    const bool is_known = keep != 0 && knows_all_ && faults_so_far() == faults_;
    if (!is_known) {
        known_count_ = 0;
        knows_all_ = written_ >= 0 && keep != 0;
    }
    for (const Region& region : regions_) {
        const LinearRegion::Mapping& mapping = *region.mapping;
        auto* const base = static_cast<std::byte*>(mapping.base);
        const size_t size = region.file != nullptr ? region.file->bytes().size() : 0;
        if (mapping.committed > size) {
            const size_t more = mapping.committed - size;
            discard(base + size, base + mapping.committed);
            ::mprotect(base + size, more, PROT_NONE);
            arena.discharge_external(mapping.account, more);
        }
        if (region.file != nullptr && !is_known) put_back(*region.file, base, keep);
    }
    if (is_known) {
        for (const Run& run : std::span{known_}.first(known_count_))
            std::memcpy(run.start, run.from, run.bytes);
    } else {
        put_back(retained_, arena.base_, keep);
    }
    faults_ = faults_so_far();
    knows_all_ = knows_all_ && faults_ != unknown_faults;
}

void ArenaImage::rewind() noexcept
{
#if defined(WRT_ASAN)
    rewind(0);  // what is nobody's is not written to
#else
    rewind(kept_bytes);
#endif
}

void ArenaImage::trim() noexcept
{
    rewind(0);
}

}  // namespace wrt
