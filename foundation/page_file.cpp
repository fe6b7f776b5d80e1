#include <wrt/foundation/page_file.hpp>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#if defined(__clang__) || defined(__GNUC__)
#define WRT_NO_ASAN __attribute__((no_sanitize("address")))
#else
#define WRT_NO_ASAN
#endif

#include "page_bytes.hpp"

namespace wrt {

namespace {

// An arena has bytes that are nobody's between those of objects, and they are looked at too.
WRT_NO_ASAN bool is_zero(const std::byte* page, size_t bytes) noexcept
{
    const auto* const words = reinterpret_cast<const uint64_t*>(page);
    uint64_t any = 0;
    for (size_t i = 0; i < bytes / sizeof(uint64_t); ++i)
        any |= words[i];
    return any == 0;
}

WRT_NO_ASAN bool are_same(const std::byte* left, const std::byte* right, size_t bytes) noexcept
{
    const auto* const a = reinterpret_cast<const uint64_t*>(left);
    const auto* const b = reinterpret_cast<const uint64_t*>(right);
    uint64_t differ = 0;
    for (size_t i = 0; i < bytes / sizeof(uint64_t); ++i)
        differ |= a[i] ^ b[i];
    return differ == 0;
}

bool write_all(int file, const std::byte* from, size_t bytes, size_t offset) noexcept
{
    while (bytes != 0) {
        // The call itself: wrappers of sanitizers look at what is nobody's.
        const long written = ::syscall(SYS_pwrite64, file, from, bytes, offset);
        if (written <= 0) return false;
        from += written;
        bytes -= static_cast<size_t>(written);
        offset += static_cast<size_t>(written);
    }
    return true;
}

/// All that is not zero.
bool fill(int file, std::span<const std::byte> pages) noexcept
{
    const size_t page = page_bytes();
    for (size_t at = 0; at < pages.size();) {
        if (is_zero(pages.data() + at, page)) {
            at += page;
            continue;
        }
        size_t end = at + page;
        while (end < pages.size() && !is_zero(pages.data() + end, page))
            end += page;
        if (!write_all(file, pages.data() + at, end - at, at)) return false;
        at = end;
    }
    return true;
}

}  // namespace

PageFile::PageFile(PageFile&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      origin_(std::exchange(other.origin_, nullptr)),
      size_(std::exchange(other.size_, 0))
{
}

PageFile& PageFile::operator=(PageFile&& other) noexcept
{
    std::swap(file_, other.file_);
    std::swap(origin_, other.origin_);
    std::swap(size_, other.size_);
    return *this;
}

PageFile::~PageFile()
{
    if (origin_ != nullptr) ::munmap(const_cast<std::byte*>(origin_), size_);
    if (file_ >= 0) ::close(file_);
}

Result<PageFile> PageFile::make(std::span<const std::byte> pages) noexcept
{
    constexpr Error refused{.code = Errc::reserve_failed};
    WRT_ASSERT(!pages.empty() && pages.size() % page_bytes() == 0);
    PageFile made;
    made.file_ = ::memfd_create("wrt pages", MFD_CLOEXEC);
    if (made.file_ < 0) return refused;
    if (::ftruncate(made.file_, static_cast<off_t>(pages.size())) != 0) return refused;
    if (!fill(made.file_, pages)) return refused;
    void* const origin =
        ::mmap(nullptr, pages.size(), PROT_READ, MAP_PRIVATE | MAP_NORESERVE, made.file_, 0);
    if (origin == MAP_FAILED) return refused;
    made.origin_ = static_cast<const std::byte*>(origin);
    made.size_ = pages.size();
    return made;
}

Status PageFile::map_at(std::byte* base) const noexcept
{
    void* const mapped = ::mmap(base, size_, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, file_, 0);
    if (mapped == MAP_FAILED) return Error{.code = Errc::reserve_failed};
    return ok();
}

Result<const PageFile*> PageFilePool::file_of(std::span<const std::byte> pages) noexcept
{
    const std::lock_guard lock{mutex_};
    for (const PageFile& file : std::span{files_}.first(count_)) {
        if (file.bytes().size() != pages.size()) continue;
        if (are_same(file.bytes().data(), pages.data(), pages.size())) return &file;
    }
    if (count_ == most) return Error{.code = Errc::reserve_failed};
    WRT_TRY(files_[count_], PageFile::make(pages));
    return &files_[count_++];
}

}  // namespace wrt
