#include "wasi/sandbox.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <wrt/component/wasi/descriptor_table.hpp>
#include <wrt/foundation/utf8.hpp>

namespace wrt::wasi::sandbox {

namespace {

/// The kernel reports EAGAIN when a rename elsewhere might have changed what ".." means. It is
/// asked so often again.
constexpr int resolution_attempts = 64;

constexpr mode_t new_file_mode = 0666;
constexpr mode_t new_directory_mode = 0777;

Errno host_error() noexcept
{
    return errno_from_host(errno);
}
Errno check(int result) noexcept
{
    return result == 0 ? Errno::success : host_error();
}

/// What the last component of a path is. "." and ".." can be looked at, but not made, removed or
/// moved.
enum class LastComponent : uint8_t { name, dot };

/// A path as its parent directory, opened, and its last component.
struct Place {
    HostFd owned;
    int parent = -1;
    const char* name = nullptr;
    LastComponent last = LastComponent::name;
    bool directory = false;
};

/// Splits `path` in place and opens the parent.
OrErrno<Place> locate(Root root, Path path) noexcept
{
    Place place;
    place.directory = path.directory;
    char* const slash = std::strrchr(path.text, '/');
    if (slash == nullptr) {
        place.parent = root.fd;
        place.name = path.text;
    } else {
        *slash = '\0';
        OrErrno<HostFd> parent = open_beneath(root, path.text, O_PATH | O_DIRECTORY);
        if (!parent) return parent.error;
        place.owned = std::move(parent.value);
        place.parent = place.owned.get();
        place.name = slash + 1;
    }
    WRT_ASSERT(*place.name != '\0' && std::strchr(place.name, '/') == nullptr);
    if (std::strcmp(place.name, ".") == 0 || std::strcmp(place.name, "..") == 0) {
        place.last = LastComponent::dot;
    }
    return place;
}

OrErrno<struct stat> status_at(const Place& place) noexcept
{
    struct stat status{};
    if (::fstatat(place.parent, place.name, &status, AT_SYMLINK_NOFOLLOW) != 0) return host_error();
    return status;
}

/// success if a directory is at `place` and not a link to one.
Errno require_directory(const Place& place) noexcept
{
    const OrErrno<struct stat> status = status_at(place);
    if (!status) return status.error;
    return S_ISDIR(status.value.st_mode) ? Errno::success : Errno::notdir;
}

/// What creating something other than a directory under a name with a slash at its end comes to.
/// Never success.
Errno refuse_slash_after_new_name(const Place& place) noexcept
{
    const Errno found = require_directory(place);
    return found == Errno::success ? Errno::exist : found;
}

/// Opens what `path` names without access to its contents, with or without following a last link.
OrErrno<HostFd> open_to_look(Root root, Path path, bool follow) noexcept
{
    uint64_t flags = O_PATH;
    if (!follow) flags |= O_NOFOLLOW;
    if (path.directory) flags |= O_DIRECTORY;
    return open_beneath(root, path.text, flags);
}

Errno copy_checked(std::string_view text, PathBuffer buffer) noexcept
{
    if (text.empty()) return Errno::noent;
    if (text.size() >= buffer.size()) return Errno::nametoolong;
    if (text.find('\0') != std::string_view::npos) return Errno::inval;
    if (!is_valid_utf8({reinterpret_cast<const uint8_t*>(text.data()), text.size()}))
        return Errno::ilseq;
    if (text.front() == '/') return Errno::notcapable;
    std::memcpy(buffer.data(), text.data(), text.size());
    buffer[text.size()] = '\0';
    return Errno::success;
}

}  // namespace

OrErrno<Path> check_path(std::string_view guest_path, PathBuffer buffer) noexcept
{
    WRT_ERRNO_CHECK(copy_checked(guest_path, buffer));
    size_t size = guest_path.size();
    while (buffer[size - 1] == '/') {
        --size;  // ends at the first character, which is not a slash
    }
    buffer[size] = '\0';
    return Path{.text = buffer.data(), .directory = size < guest_path.size()};
}

OrErrno<const char*> check_link_target(std::string_view target, PathBuffer buffer) noexcept
{
    WRT_ERRNO_CHECK(copy_checked(target, buffer));
    return buffer.data();
}

OrErrno<HostFd> open_beneath(Root root, const char* path, uint64_t flags, uint64_t mode) noexcept
{
    open_how how{};
    how.flags = flags | O_CLOEXEC;
    if ((flags & O_PATH) == 0) how.flags |= O_NOCTTY | O_NONBLOCK;
    how.mode = mode;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    if (root.same_device) how.resolve |= RESOLVE_NO_XDEV;

    for (int attempt = 0; attempt < resolution_attempts; ++attempt) {
        const long fd = ::syscall(SYS_openat2, root.fd, path, &how, sizeof how);
        if (fd >= 0) return HostFd{static_cast<int>(fd)};
        if (errno != EAGAIN && errno != EINTR) break;
    }
    // EXDEV is how openat2 says that a path would leave the root, or the root's device.
    return errno == EXDEV ? Errno::notcapable : host_error();
}

OrErrno<Opened> open(Root root, Path path, const OpenRequest& request) noexcept
{
    // Linux leaves O_CREAT | O_DIRECTORY open or refuses it, by version; a slash at the end is the
    // same request.
    if (request.create && request.directory) return Errno::inval;
    if (request.create && path.directory) return Errno::isdir;

    uint64_t flags = O_RDONLY;
    if (request.write) flags = request.read ? O_RDWR : O_WRONLY;
    if (request.create) flags |= O_CREAT;
    if (request.exclusive) flags |= O_EXCL;
    if (request.truncate) flags |= O_TRUNC;
    if (request.directory || path.directory) flags |= O_DIRECTORY;
    if (!request.follow) flags |= O_NOFOLLOW;
    if ((request.flags & fdflag::append) != 0) flags |= O_APPEND;
    if ((request.flags & fdflag::dsync) != 0) flags |= O_DSYNC;
    if ((request.flags & (fdflag::rsync | fdflag::sync)) != 0) flags |= O_SYNC;

    OrErrno<HostFd> fd = open_beneath(root, path.text, flags, request.create ? new_file_mode : 0);
    if (!fd) return fd.error;
    Opened opened{.fd = std::move(fd.value)};
    if (::fstat(opened.fd.get(), &opened.status) != 0) return host_error();
    const mode_t mode = opened.status.st_mode;
    if (!request.allow_devices && (S_ISCHR(mode) || S_ISBLK(mode))) return Errno::notcapable;
    return opened;
}

OrErrno<struct stat> status(Root root, Path path, bool follow) noexcept
{
    const OrErrno<HostFd> found = open_to_look(root, path, follow);
    if (!found) return found.error;
    struct stat status{};
    if (::fstat(found.value.get(), &status) != 0) return host_error();
    return status;
}

Errno set_times(Root root, Path path, bool follow, const std::array<timespec, 2>& times) noexcept
{
    const OrErrno<HostFd> found = open_to_look(root, path, follow);
    if (!found) return found.error;
    return check(::utimensat(found.value.get(), "", times.data(), AT_EMPTY_PATH));
}

Errno create_directory(Root root, Path path) noexcept
{
    const OrErrno<Place> place = locate(root, path);
    if (!place) return place.error;
    if (place.value.last == LastComponent::dot) return Errno::exist;
    return check(::mkdirat(place.value.parent, place.value.name, new_directory_mode));
}

Errno remove_directory(Root root, Path path) noexcept
{
    const OrErrno<Place> place = locate(root, path);
    if (!place) return place.error;
    if (place.value.last == LastComponent::dot) return Errno::inval;
    return check(::unlinkat(place.value.parent, place.value.name, AT_REMOVEDIR));
}

Errno unlink_file(Root root, Path path) noexcept
{
    const OrErrno<Place> place = locate(root, path);
    if (!place) return place.error;
    if (place.value.last == LastComponent::dot) return Errno::isdir;
    if (place.value.directory) {
        const Errno found = require_directory(place.value);
        return found == Errno::success ? Errno::isdir : found;
    }
    return check(::unlinkat(place.value.parent, place.value.name, 0));
}

Errno rename(Root old_root, Path old_path, Root new_root, Path new_path) noexcept
{
    const OrErrno<Place> from = locate(old_root, old_path);
    if (!from) return from.error;
    const OrErrno<Place> to = locate(new_root, new_path);
    if (!to) return to.error;
    if (from.value.last == LastComponent::dot || to.value.last == LastComponent::dot)
        return Errno::busy;
    if (from.value.directory || to.value.directory) WRT_ERRNO_CHECK(require_directory(from.value));
    return check(::renameat(from.value.parent, from.value.name, to.value.parent, to.value.name));
}

Errno link(Root old_root, Path old_path, bool follow, Root new_root, Path new_path) noexcept
{
    const OrErrno<Place> to = locate(new_root, new_path);
    if (!to) return to.error;
    if (to.value.last == LastComponent::dot) return Errno::exist;

    if (follow) {
        const OrErrno<HostFd> source = open_to_look(old_root, old_path, true);
        if (!source) return source.error;
        if (to.value.directory) return refuse_slash_after_new_name(to.value);
        // AT_EMPTY_PATH would need CAP_DAC_READ_SEARCH; the link in /proc leads to our own
        // descriptor.
        std::array<char, 32> self{};
        std::snprintf(self.data(), self.size(), "/proc/self/fd/%d", source.value.get());
        return check(
            ::linkat(AT_FDCWD, self.data(), to.value.parent, to.value.name, AT_SYMLINK_FOLLOW));
    }

    const OrErrno<Place> from = locate(old_root, old_path);
    if (!from) return from.error;
    if (from.value.last == LastComponent::dot) return Errno::perm;
    if (from.value.directory) {
        WRT_ERRNO_CHECK(require_directory(from.value));
        return Errno::perm;
    }
    if (to.value.directory) return refuse_slash_after_new_name(to.value);
    return check(::linkat(from.value.parent, from.value.name, to.value.parent, to.value.name, 0));
}

Errno symlink(const char* target, Root root, Path path) noexcept
{
    const OrErrno<Place> place = locate(root, path);
    if (!place) return place.error;
    if (place.value.last == LastComponent::dot) return Errno::exist;
    if (place.value.directory) return refuse_slash_after_new_name(place.value);
    return check(::symlinkat(target, place.value.parent, place.value.name));
}

OrErrno<size_t> read_link(Root root, Path path, std::span<char> text) noexcept
{
    const OrErrno<Place> place = locate(root, path);
    if (!place) return place.error;
    if (place.value.last == LastComponent::dot) return Errno::inval;
    if (place.value.directory) {
        const Errno found = require_directory(place.value);
        return found == Errno::success ? Errno::inval : found;
    }
    const ssize_t size =
        ::readlinkat(place.value.parent, place.value.name, text.data(), text.size());
    if (size < 0) return host_error();
    if (size > 0 && text[0] == '/') return Errno::notcapable;
    return static_cast<size_t>(size);
}

}  // namespace wrt::wasi::sandbox
