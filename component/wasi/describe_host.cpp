#include "wasi/describe_host.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace wrt::wasi {

namespace {

OrErrno<int> socket_option(int host, int option) noexcept
{
    int value = 0;
    socklen_t size = sizeof value;
    if (::getsockopt(host, SOL_SOCKET, option, &value, &size) != 0) return errno_from_host(errno);
    return value;
}

/// The rights that a descriptor's access mode does not allow.
Rights beyond_access(int status_flags) noexcept
{
    switch (status_flags & O_ACCMODE) {
    case O_RDONLY: return right::of_writing;
    case O_WRONLY: return right::of_reading;
    default: return Rights::none;
    }
}

}  // namespace

FileType file_type(mode_t mode) noexcept
{
    switch (mode & S_IFMT) {
    case S_IFREG: return FileType::regular_file;
    case S_IFDIR: return FileType::directory;
    case S_IFLNK: return FileType::symbolic_link;
    case S_IFBLK: return FileType::block_device;
    case S_IFCHR: return FileType::character_device;
    default: return FileType::unknown;
    }
}

OrErrno<Descriptor> describe_host(int host) noexcept
{
    struct stat status{};
    if (::fstat(host, &status) != 0) return errno_from_host(errno);
    const int status_flags = ::fcntl(host, F_GETFL);
    if (status_flags < 0) return errno_from_host(errno);

    Descriptor descriptor;
    descriptor.type = file_type(status.st_mode);
    if ((status_flags & O_APPEND) != 0) descriptor.flags |= fdflag::append;
    if (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode)) {
        descriptor.kind = DescriptorKind::file;
        descriptor.base = right::of_file;
    } else if (S_ISDIR(status.st_mode)) {
        descriptor.kind = DescriptorKind::directory;
        descriptor.base = right::of_directory;
        descriptor.inheriting = right::of_directory | right::of_file;
        return descriptor;
    } else if (S_ISSOCK(status.st_mode)) {
        const OrErrno<int> type = socket_option(host, SO_TYPE);
        if (!type) return type.error;
        const OrErrno<int> accepts = socket_option(host, SO_ACCEPTCONN);
        const bool listens = accepts && accepts.value != 0;
        descriptor.kind = listens ? DescriptorKind::listener : DescriptorKind::socket;
        descriptor.type =
            type.value == SOCK_DGRAM ? FileType::socket_dgram : FileType::socket_stream;
        descriptor.base = listens ? right::of_listener : right::of_socket;
        if (listens) descriptor.inheriting = right::of_socket;
    } else {
        descriptor.kind = DescriptorKind::stream;
        descriptor.base = right::of_stream;
        // A guest takes a character device without an offset for a terminal; only a terminal should
        // pass.
        if (S_ISCHR(status.st_mode) && ::isatty(host) == 0) descriptor.type = FileType::unknown;
    }
    descriptor.base = without(descriptor.base, beyond_access(status_flags));
    return descriptor;
}

}  // namespace wrt::wasi
