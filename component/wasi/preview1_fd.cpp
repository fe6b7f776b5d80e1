// fd_*: what is done through a descriptor, except reading and writing (preview1_io.cpp) and listing
// directories (preview1_readdir.cpp).
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "wasi/host_fd.hpp"
#include "wasi/preview1.hpp"
#include "wasi/preview1_memory.hpp"
#include "wasi/sandbox.hpp"

namespace wrt::wasi {

namespace {

using namespace preview1;

constexpr uint64_t max_offset = std::numeric_limits<off_t>::max();

Errno check(int result) noexcept
{
    return result == 0 ? Errno::success : errno_from_host(errno);
}

/// fsync or fdatasync of what is open. A directory opened with O_PATH is opened once more for it.
Errno synchronize(const Descriptor& descriptor, int (*sync)(int)) noexcept
{
    if (descriptor.kind == DescriptorKind::null) return Errno::success;
    if (!descriptor.path_only) return check(sync(descriptor.host));
    const OrErrno<HostFd> opened =
        sandbox::open_beneath({.fd = descriptor.host}, ".", O_RDONLY | O_DIRECTORY);
    if (!opened) return opened.error;
    return check(sync(opened.value.get()));
}

/// lseek with the host's whence; spipe for what has no offset.
Errno seek(const Descriptor& descriptor, GuestMemory memory, int64_t offset, int whence,
           Ptr result) noexcept
{
    if (!memory.holds(result, sizeof(FileSize))) return Errno::fault;
    if (descriptor.kind == DescriptorKind::directory) return Errno::isdir;
    if (descriptor.kind != DescriptorKind::file) return Errno::spipe;
    const off_t moved = ::lseek(descriptor.host, offset, whence);
    if (moved < 0) return errno_from_host(errno);
    return memory.store(result, static_cast<FileSize>(moved)) ? Errno::success : Errno::fault;
}

/// fd_seek after its whence is understood. Telling needs less of a right than moving.
Errno seek_from(Context& context, GuestMemory memory, Fd fd, FileDelta offset, int whence,
                Ptr newoffset) noexcept
{
    const bool tells = whence == SEEK_CUR && offset == 0;
    const OrErrno<Descriptor*> found =
        context.descriptors.find(fd, tells ? Operation::fd_tell : Operation::fd_seek);
    if (!found) return found.error;
    return seek(*found.value, memory, offset, whence, newoffset);
}

template <class Layout>
Errno put_filestat(Context& context, GuestMemory memory, Fd fd, Ptr stat) noexcept
{
    const OrErrno<Descriptor*> found = context.descriptors.find(fd, Operation::fd_filestat_get);
    if (!found) return found.error;
    if (!memory.holds(stat, Layout::size)) return Errno::fault;
    struct stat status{};
    if (found.value->host >= 0 && ::fstat(found.value->host, &status) != 0)
        return errno_from_host(errno);
    return memory.store(stat, filestat_from<Layout>(status, found.value->type)) ? Errno::success
                                                                                : Errno::fault;
}

}  // namespace

namespace preview1 {

Errno fd_advise(Context& context, GuestMemory, Fd fd, FileSize offset, FileSize len,
                Advice advice) noexcept
{
    const OrErrno<Descriptor*> found = context.descriptors.find(fd, Operation::fd_advise);
    if (!found) return found.error;
    constexpr int host_advice[] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                                   POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE};
    const auto number = static_cast<uint32_t>(advice);
    if (number >= std::size(host_advice) || offset > max_offset || len > max_offset)
        return Errno::inval;
    if (found.value->kind != DescriptorKind::file) return Errno::spipe;
    return errno_from_host(::posix_fadvise(found.value->host, static_cast<off_t>(offset),
                                           static_cast<off_t>(len), host_advice[number]));
}

Errno fd_allocate(Context& context, GuestMemory, Fd fd, FileSize offset, FileSize len) noexcept
{
    const OrErrno<Descriptor*> found = context.descriptors.find(fd, Operation::fd_allocate);
    if (!found) return found.error;
    return io::allocate(*found.value, offset, len);
}

Errno fd_close(Context& context, GuestMemory, Fd fd) noexcept
{
    return context.descriptors.close(fd);
}

Errno fd_datasync(Context& context, GuestMemory, Fd fd) noexcept
{
    const OrErrno<Descriptor*> found = context.descriptors.find(fd, Operation::fd_datasync);
    if (!found) return found.error;
    return synchronize(*found.value, ::fdatasync);
}

Errno fd_fdstat_get(Context& context, GuestMemory memory, Fd fd, Ptr stat) noexcept
{
    const Descriptor* const descriptor = context.descriptors.find(fd);
    if (descriptor == nullptr) return Errno::badf;
    Record<FdStatLayout::size> record;
    record.put(FdStatLayout::filetype, descriptor->type);
    record.put(FdStatLayout::flags, descriptor->flags);
    record.put(FdStatLayout::rights_base, descriptor->base);
    record.put(FdStatLayout::rights_inheriting, descriptor->inheriting);
    return memory.store(stat, record) ? Errno::success : Errno::fault;
}

Errno fd_fdstat_set_flags(Context& context, GuestMemory, Fd fd, FdFlags flags) noexcept
{
    const OrErrno<Descriptor*> found = context.descriptors.find(fd, Operation::fd_fdstat_set_flags);
    if (!found) return found.error;
    const OrErrno<uint16_t> wanted = known_flags(flags, fdflag::all);
    if (!wanted) return wanted.error;
    Descriptor& descriptor = *found.value;
    const uint16_t changed = descriptor.flags ^ wanted.value;
    // Linux fixes O_SYNC and O_DSYNC when it opens. nonblock is ours: reads and writes look at it.
    if ((changed & (fdflag::dsync | fdflag::rsync | fdflag::sync)) != 0) return Errno::notsup;
    if ((changed & fdflag::append) != 0) {
        if (descriptor.kind != DescriptorKind::file || descriptor.shared) return Errno::notsup;
        const int host_flags = ::fcntl(descriptor.host, F_GETFL);
        if (host_flags < 0) return errno_from_host(errno);
        WRT_ERRNO_CHECK(check(::fcntl(descriptor.host, F_SETFL, host_flags ^ O_APPEND)));
    }
    descriptor.flags = wanted.value;
    return Errno::success;
}

Errno fd_fdstat_set_rights(Context& context, GuestMemory, Fd fd, Rights base,
                           Rights inheriting) noexcept
{
    Descriptor* const descriptor = context.descriptors.find(fd);
    if (descriptor == nullptr) return Errno::badf;
    if (!includes(descriptor->base, base) || !includes(descriptor->inheriting, inheriting))
        return Errno::notcapable;
    descriptor->base = base;
    descriptor->inheriting = inheriting;
    return Errno::success;
}

Errno fd_filestat_get(Context& context, GuestMemory memory, Fd fd, Ptr stat) noexcept
{
    return put_filestat<preview1::FileStatLayout>(context, memory, fd, stat);
}

Errno fd_filestat_set_size(Context& context, GuestMemory, Fd fd, FileSize size) noexcept
{
    const OrErrno<Descriptor*> found =
        context.descriptors.find(fd, Operation::fd_filestat_set_size);
    if (!found) return found.error;
    return io::set_size(*found.value, size);
}

Errno fd_filestat_set_times(Context& context, GuestMemory, Fd fd, Timestamp atim, Timestamp mtim,
                            FstFlags flags) noexcept
{
    const OrErrno<Descriptor*> found =
        context.descriptors.find(fd, Operation::fd_filestat_set_times);
    if (!found) return found.error;
    const OrErrno<std::array<timespec, 2>> times = times_from(context.clocks, atim, mtim, flags);
    if (!times) return times.error;
    if (!found.value->path_only) return check(::futimens(found.value->host, times.value.data()));
    return check(::utimensat(found.value->host, "", times.value.data(), AT_EMPTY_PATH));
}

Errno fd_prestat_get(Context& context, GuestMemory memory, Fd fd, Ptr prestat) noexcept
{
    const Descriptor* const descriptor = context.descriptors.find(fd);
    // wasi-libc counts the preopens up to the first badf.
    if (descriptor == nullptr || descriptor->preopen_name.data() == nullptr) return Errno::badf;
    Record<PrestatLayout::size> record;  // the tag of a directory is 0
    record.put(PrestatLayout::name_len, static_cast<Size>(descriptor->preopen_name.size()));
    return memory.store(prestat, record) ? Errno::success : Errno::fault;
}

Errno fd_prestat_dir_name(Context& context, GuestMemory memory, Fd fd, Ptr path,
                          Size path_len) noexcept
{
    const Descriptor* const descriptor = context.descriptors.find(fd);
    if (descriptor == nullptr || descriptor->preopen_name.data() == nullptr) return Errno::badf;
    const std::string_view name = descriptor->preopen_name;
    if (name.size() > path_len) return Errno::nametoolong;
    if (!memory.holds(path, name.size())) return Errno::fault;
    std::copy(name.begin(), name.end(), memory.bytes(path, name.size()).begin());
    return Errno::success;
}

Errno fd_renumber(Context& context, GuestMemory, Fd fd, Fd to) noexcept
{
    return context.descriptors.renumber(fd, to);
}

Errno fd_seek(Context& context, GuestMemory memory, Fd fd, FileDelta offset, Whence whence,
              Ptr newoffset) noexcept
{
    switch (whence) {
    case Whence::set: return seek_from(context, memory, fd, offset, SEEK_SET, newoffset);
    case Whence::cur: return seek_from(context, memory, fd, offset, SEEK_CUR, newoffset);
    case Whence::end: return seek_from(context, memory, fd, offset, SEEK_END, newoffset);
    }
    return context.descriptors.find(fd) == nullptr ? Errno::badf : Errno::inval;
}

Errno fd_sync(Context& context, GuestMemory, Fd fd) noexcept
{
    const OrErrno<Descriptor*> found = context.descriptors.find(fd, Operation::fd_sync);
    if (!found) return found.error;
    return synchronize(*found.value, ::fsync);
}

Errno fd_tell(Context& context, GuestMemory memory, Fd fd, Ptr offset) noexcept
{
    const OrErrno<Descriptor*> found = context.descriptors.find(fd, Operation::fd_tell);
    if (!found) return found.error;
    return seek(*found.value, memory, 0, SEEK_CUR, offset);
}

}  // namespace preview1

namespace unstable {

Errno fd_filestat_get(Context& context, GuestMemory memory, Fd fd, Ptr stat) noexcept
{
    return put_filestat<unstable::FileStatLayout>(context, memory, fd, stat);
}

Errno fd_seek(Context& context, GuestMemory memory, Fd fd, FileDelta offset, Whence whence,
              Ptr newoffset) noexcept
{
    switch (whence) {
    case Whence::set:
        return preview1::fd_seek(context, memory, fd, offset, preview1::Whence::set, newoffset);
    case Whence::cur:
        return preview1::fd_seek(context, memory, fd, offset, preview1::Whence::cur, newoffset);
    case Whence::end:
        return preview1::fd_seek(context, memory, fd, offset, preview1::Whence::end, newoffset);
    }
    return context.descriptors.find(fd) == nullptr ? Errno::badf : Errno::inval;
}

}  // namespace unstable

}  // namespace wrt::wasi
