// Paths below a directory: every file system operation of a guest, such that none leaves the
// directory it starts from.
//
// One primitive resolves paths: openat2 with RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS (Linux 5.6).
// The kernel resolves
// "..", links and races in one step, and there is no second way that a guest could force.
// Operations without an openat2 form work on the last component inside a parent that openat2
// opened, and never follow a link there; where a link is to be followed, openat2 opens what it
// leads to and the operation works on that descriptor.
#pragma once

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <wrt/component/wasi/errno.hpp>

#include "wasi/host_fd.hpp"

namespace wrt::wasi::sandbox {

/// Bytes of a path with its NUL, as the kernel counts them (PATH_MAX).
inline constexpr size_t max_path_bytes = 4096;
using PathBuffer = std::span<char, max_path_bytes>;

/// A directory that paths start from and do not leave.
struct Root {
    int fd = -1;               ///< Not owned; O_PATH is enough.
    bool same_device = false;  ///< Mount points are not crossed (RESOLVE_NO_XDEV).
};

/// A path that has passed check_path. Refers to the buffer it was copied to.
struct Path {
    char* text = nullptr;    ///< NUL-terminated, relative, not empty, without slashes at its end.
    bool directory = false;  ///< It had slashes at its end, so it must name a directory.
};

/// Copies a guest's path to `buffer` and checks what the kernel cannot: valid UTF-8 (ilseq), no NUL
/// (inval), not empty (noent), shorter than max_path_bytes (nametoolong), relative (notcapable).
OrErrno<Path> check_path(std::string_view guest_path, PathBuffer buffer) noexcept;

/// The same checks for the text of a new symbolic link, of which slashes at the end stay.
OrErrno<const char*> check_link_target(std::string_view target, PathBuffer buffer) noexcept;

/// openat2 below `root`. O_CLOEXEC is added, and O_NOCTTY | O_NONBLOCK unless O_PATH is asked for.
/// notcapable when the path leads out; again when the tree changed under the resolution 64 times.
OrErrno<HostFd> open_beneath(Root root, const char* path, uint64_t flags,
                             uint64_t mode = 0) noexcept;

struct OpenRequest {
    bool read = false;
    bool write = false;
    bool create = false;
    bool exclusive = false;
    bool truncate = false;
    bool directory = false;
    bool follow = false;         ///< A link as the last component is followed.
    bool allow_devices = false;  ///< Otherwise a device node is refused with notcapable.
    uint16_t flags = 0;          ///< fdflag::append, dsync, rsync and sync.
};
struct Opened {
    HostFd fd;
    struct stat status{};
};
OrErrno<Opened> open(Root root, Path path, const OpenRequest& request) noexcept;

OrErrno<struct stat> status(Root root, Path path, bool follow) noexcept;
Errno set_times(Root root, Path path, bool follow, const std::array<timespec, 2>& times) noexcept;
Errno create_directory(Root root, Path path) noexcept;
Errno remove_directory(Root root, Path path) noexcept;
Errno unlink_file(Root root, Path path) noexcept;
Errno rename(Root old_root, Path old_path, Root new_root, Path new_path) noexcept;
Errno link(Root old_root, Path old_path, bool follow, Root new_root, Path new_path) noexcept;
Errno symlink(const char* target, Root root, Path path) noexcept;
/// Bytes of the link's text put in `text`, cut to its size. notcapable for an absolute text, which
/// would tell a path of the host.
OrErrno<size_t> read_link(Root root, Path path, std::span<char> text) noexcept;

}  // namespace wrt::wasi::sandbox
