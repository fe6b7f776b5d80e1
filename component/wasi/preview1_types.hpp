// The records of WASI preview 1 as they lie in the guest's memory: sizes and the offsets of their
// fields. https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/witx/typenames.witx
#pragma once

#include <cstddef>
#include <cstdint>

#include <wrt/component/wasi/clocks.hpp>
#include <wrt/component/wasi/descriptor_table.hpp>
#include <wrt/component/wasi/errno.hpp>
#include <wrt/component/wasi/guest_memory.hpp>
#include <wrt/component/wasi/rights.hpp>

namespace wrt::wasi::preview1 {

using Size = uint32_t;
using FileSize = uint64_t;
using FileDelta = int64_t;
using Timestamp = uint64_t;
using DirCookie = uint64_t;
using UserData = uint64_t;

// Enumerations and flags arrive as whole i32 values, so that one with unknown bits is refused and
// not cut.
enum class Whence : uint32_t { set, cur, end };
enum class Advice : uint32_t { normal, sequential, random, willneed, dontneed, noreuse };
enum class Signal : uint32_t {};
enum class FdFlags : uint32_t {};
enum class LookupFlags : uint32_t {};
enum class OFlags : uint32_t {};
enum class FstFlags : uint32_t {};
enum class RiFlags : uint32_t {};
enum class SiFlags : uint32_t {};
enum class SdFlags : uint32_t {};

/// The bits of `flags` if all of them are in `known`; inval otherwise.
template <class Flags>
OrErrno<uint16_t> known_flags(Flags flags, uint16_t known) noexcept
{
    const auto bits = static_cast<uint32_t>(flags);
    if ((bits & ~uint32_t{known}) != 0) return Errno::inval;
    return static_cast<uint16_t>(bits);
}

namespace lookupflag {
inline constexpr uint16_t symlink_follow = 1;
}
namespace oflag {
inline constexpr uint16_t creat = 1, directory = 2, excl = 4, trunc = 8, all = 15;
}
namespace fstflag {
inline constexpr uint16_t atim = 1, atim_now = 2, mtim = 4, mtim_now = 8, all = 15;
}
namespace riflag {
inline constexpr uint16_t recv_peek = 1, recv_waitall = 2, all = 3;
}
namespace roflag {
inline constexpr uint16_t recv_data_truncated = 1;
}
namespace sdflag {
inline constexpr uint16_t rd = 1, wr = 2, all = 3;
}
namespace eventrwflag {
inline constexpr uint16_t fd_readwrite_hangup = 1;
}
namespace subclockflag {
inline constexpr uint16_t abstime = 1;
}

enum class EventType : uint8_t { clock, fd_read, fd_write };

/// $iovec and $ciovec.
struct IoVecLayout {
    static constexpr size_t buf = 0, buf_len = 4, size = 8;
};
struct FdStatLayout {
    static constexpr size_t filetype = 0, flags = 2, rights_base = 8, rights_inheriting = 16,
                            size = 24;
};
/// $prestat with the one variant there is, a directory.
struct PrestatLayout {
    static constexpr size_t tag = 0, name_len = 4, size = 8;
};
struct DirentLayout {
    static constexpr size_t next = 0, ino = 8, namlen = 16, type = 20, size = 24;
};
struct FileStatLayout {
    static constexpr size_t dev = 0, ino = 8, filetype = 16, nlink = 24, file_size = 32, atim = 40,
                            mtim = 48, ctim = 56, size = 64;
    using LinkCount = uint64_t;
};
struct SubscriptionLayout {
    static constexpr size_t userdata = 0, tag = 8, fd = 16, clock_id = 16, timeout = 24,
                            precision = 32, flags = 40, size = 48;
};
struct EventLayout {
    static constexpr size_t userdata = 0, error = 8, type = 10, nbytes = 16, flags = 24, size = 32;
};

}  // namespace wrt::wasi::preview1

namespace wrt::wasi::unstable {

// Where wasi_unstable, preview 1's predecessor, lays records out differently.
// https://github.com/WebAssembly/WASI/blob/main/legacy/preview0/witx/typenames.witx

enum class Whence : uint32_t { cur, end, set };

struct FileStatLayout {
    static constexpr size_t dev = 0, ino = 8, filetype = 16, nlink = 20, file_size = 24, atim = 32,
                            mtim = 40, ctim = 48, size = 56;
    using LinkCount = uint32_t;
};
/// Its clock has an identifier of its own in front.
struct SubscriptionLayout {
    static constexpr size_t userdata = 0, tag = 8, fd = 16, clock_id = 24, timeout = 32,
                            precision = 40, flags = 48, size = 56;
};

}  // namespace wrt::wasi::unstable
