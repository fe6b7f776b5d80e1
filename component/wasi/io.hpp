// Bytes in and out of descriptors: reading, writing, waiting. Knows nothing of guests; the buffers
// are checked already.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <span>

#include <wrt/component/wasi/config.hpp>
#include <wrt/component/wasi/descriptor_table.hpp>
#include <wrt/component/wasi/errno.hpp>
#include <wrt/component/wasi/pace.hpp>

namespace wrt::wasi::io {

/// The most buffers of one call, which is also the kernel's limit (IOV_MAX).
inline constexpr uint32_t max_buffers = 1024;

// Each of these changes the entries of `buffers` while it works. They return the number of bytes
// moved; a short count is no error. intr only when an interrupt was requested before anything
// moved.

OrErrno<uint32_t> read(Descriptor& from, std::span<iovec> buffers, Pace& pace) noexcept;
OrErrno<uint32_t> write(Descriptor& to, std::span<iovec> buffers, Pace& pace) noexcept;

/// Without the descriptor's own offset. spipe where there is none.
OrErrno<uint32_t> read_at(Descriptor& from, std::span<iovec> buffers, uint64_t offset,
                          Pace& pace) noexcept;
OrErrno<uint32_t> write_at(Descriptor& to, std::span<iovec> buffers, uint64_t offset,
                           Pace& pace) noexcept;

/// Cuts or extends a file. inval for what is no file or a size past the kernel's.
Errno set_size(Descriptor& file, uint64_t size) noexcept;
/// Makes sure that [offset, offset + size) has space; the file grows where it must.
Errno allocate(Descriptor& file, uint64_t offset, uint64_t size) noexcept;

struct Received {
    uint32_t size = 0;
    bool truncated = false;  ///< A datagram was longer than the buffers.
};
OrErrno<Received> receive(Descriptor& from, std::span<iovec> buffers, bool peek, bool wait_for_all,
                          Pace& pace) noexcept;

/// The next connection, non-blocking and closed on exec.
OrErrno<int> accept(Descriptor& listener, const Interrupt& interrupt) noexcept;

/// Waits until `host` has one of the poll(2) `events`, an error or a hangup. again at once if not
/// `may_block`; intr when an interrupt is requested.
Errno wait_for(int host, short events, bool may_block, const Interrupt& interrupt) noexcept;

}  // namespace wrt::wasi::io
