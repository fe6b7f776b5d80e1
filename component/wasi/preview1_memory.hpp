// What several functions of preview 1 read from and write to the guest's memory.
#pragma once

#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>

#include <array>
#include <limits>
#include <span>

#include <wrt/component/wasi/context.hpp>

#include "wasi/describe_host.hpp"
#include "wasi/io.hpp"
#include "wasi/preview1_types.hpp"

namespace wrt::wasi::preview1 {

/// Checks the guest's $iovec_array and every buffer in it. inval for more than io::max_buffers,
/// fault for anything outside the memory. The result lies in the context's scratch memory.
OrErrno<std::span<iovec>> gather_buffers(Context& context, GuestMemory memory, Ptr iovs,
                                         Size iovs_len) noexcept;

/// utimensat's times for a guest's; inval for unknown bits and for a time both given and "now".
OrErrno<std::array<timespec, 2>> times_from(const Clocks& clocks, Timestamp atim, Timestamp mtim,
                                            FstFlags flags) noexcept;

/// Nanoseconds since 1970; 0 for what was before and the largest value for what does not fit.
Timestamp timestamp_from(const timespec& time) noexcept;

/// $filestat in the layout of one version.
template <class Layout>
Record<Layout::size> filestat_from(const struct stat& status, FileType type) noexcept
{
    using LinkCount = typename Layout::LinkCount;
    constexpr uint64_t most_links = std::numeric_limits<LinkCount>::max();
    Record<Layout::size> record;
    record.put(Layout::dev, uint64_t{status.st_dev});
    record.put(Layout::ino, uint64_t{status.st_ino});
    record.put(Layout::filetype, type);
    record.put(Layout::nlink,
               static_cast<LinkCount>(status.st_nlink < most_links ? status.st_nlink : most_links));
    record.put(Layout::file_size, static_cast<FileSize>(status.st_size));
    record.put(Layout::atim, timestamp_from(status.st_atim));
    record.put(Layout::mtim, timestamp_from(status.st_mtim));
    record.put(Layout::ctim, timestamp_from(status.st_ctim));
    return record;
}

}  // namespace wrt::wasi::preview1
