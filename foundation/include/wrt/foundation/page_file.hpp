// PageFile: bytes of whole pages in a file in memory, which mappings share until they are written
// to.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <span>

#include <wrt/foundation/result.hpp>

namespace wrt {

/// Never changed. Mappings of it outlive it.
class PageFile {
public:
    PageFile() noexcept = default;
    PageFile(PageFile&& other) noexcept;
    PageFile& operator=(PageFile&& other) noexcept;
    PageFile(const PageFile&) = delete;
    PageFile& operator=(const PageFile&) = delete;
    ~PageFile();

    /// A file of those bytes: whole pages. Pages of zeros take no memory. Errors: reserve_failed.
    static Result<PageFile> make(std::span<const std::byte> pages) noexcept;

    /// Maps it at `base`, in place of what is there, which had the same bytes: a page that is
    /// written to becomes a copy of its own. Errors: reserve_failed, and nothing changed.
    Status map_at(std::byte* base) const noexcept;

    /// What it holds, at an address of its own.
    std::span<const std::byte> bytes() const noexcept { return {origin_, size_}; }

private:
    int file_ = -1;
    const std::byte* origin_ = nullptr;
    size_t size_ = 0;
};

/// Files by what they hold, so that many who have the same bytes share one. Any thread. Never
/// moves; must outlive whoever was given a file.
class PageFilePool {
public:
    PageFilePool() noexcept = default;
    PageFilePool(const PageFilePool&) = delete;
    PageFilePool& operator=(const PageFilePool&) = delete;

    /// The file of those bytes, which is made unless there is one. Errors: reserve_failed, also
    /// when there are `most` others.
    Result<const PageFile*> file_of(std::span<const std::byte> pages) noexcept;

    static constexpr size_t most = 32;

private:
    std::mutex mutex_;
    std::array<PageFile, most> files_;
    size_t count_ = 0;
};

}  // namespace wrt
