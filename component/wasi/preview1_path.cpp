// path_*: every function checks the rights of each directory it is given, takes its paths through
// sandbox::check_path, and leaves the resolution to the sandbox.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "wasi/preview1.hpp"
#include "wasi/preview1_memory.hpp"
#include "wasi/sandbox.hpp"

namespace wrt::wasi {

namespace {

using namespace preview1;

sandbox::PathBuffer take_buffer(Context& context) noexcept
{
    return sandbox::PathBuffer{context.scratch.take<char>(sandbox::max_path_bytes).data(),
                               sandbox::max_path_bytes};
}

/// The text of a path in the guest's memory; valid as long as the call.
OrErrno<std::string_view> guest_text(GuestMemory memory, Ptr path, Size path_len) noexcept
{
    if (!memory.holds(path, path_len)) return Errno::fault;
    const std::span<const uint8_t> bytes = memory.bytes(path, path_len);
    return std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

OrErrno<sandbox::Path> load_path(Context& context, GuestMemory memory, Ptr path,
                                 Size path_len) noexcept
{
    const OrErrno<std::string_view> text = guest_text(memory, path, path_len);
    if (!text) return text.error;
    return sandbox::check_path(text.value, take_buffer(context));
}

/// The directory at `fd`; notdir before notcapable, since no right makes a file one.
OrErrno<Descriptor*> find_directory(Context& context, Fd fd, Operation operation) noexcept
{
    const Descriptor* const descriptor = context.descriptors.find(fd);
    if (descriptor != nullptr && descriptor->kind != DescriptorKind::directory)
        return Errno::notdir;
    return context.descriptors.find(fd, operation);
}

sandbox::Root root_of(const Descriptor& directory) noexcept
{
    return {.fd = directory.host, .same_device = directory.same_device};
}

/// A directory for one operation on one path in it.
struct Target {
    sandbox::Root root;
    sandbox::Path path;
};
OrErrno<Target> find_target(Context& context, GuestMemory memory, Fd fd, Operation operation,
                            Ptr path, Size path_len) noexcept
{
    const OrErrno<Descriptor*> directory = find_directory(context, fd, operation);
    if (!directory) return directory.error;
    const OrErrno<sandbox::Path> checked = load_path(context, memory, path, path_len);
    if (!checked) return checked.error;
    return Target{root_of(*directory.value), checked.value};
}

OrErrno<bool> follows(LookupFlags flags) noexcept
{
    const OrErrno<uint16_t> known = known_flags(flags, lookupflag::symlink_follow);
    if (!known) return known.error;
    return (known.value & lookupflag::symlink_follow) != 0;
}

/// A file that gets a name below `to` may be opened there with what `to` hands on. That must not be
/// more than `from` hands on, or a link would be a way around rights.
Errno check_no_gain(const Descriptor& from, const Descriptor& to) noexcept
{
    return includes(from.inheriting, to.inheriting) ? Errno::success : Errno::notcapable;
}

template <class Layout>
Errno put_filestat(Context& context, GuestMemory memory, Fd fd, LookupFlags flags, Ptr path,
                   Size path_len, Ptr stat) noexcept
{
    const Scratch::Frame frame{context.scratch};
    const OrErrno<Target> target =
        find_target(context, memory, fd, Operation::path_filestat_get, path, path_len);
    if (!target) return target.error;
    const OrErrno<bool> follow = follows(flags);
    if (!follow) return follow.error;
    if (!memory.holds(stat, Layout::size)) return Errno::fault;
    const OrErrno<struct stat> status =
        sandbox::status(target.value.root, target.value.path, follow.value);
    if (!status) return status.error;
    const FileType type = file_type(status.value.st_mode);
    return memory.store(stat, filestat_from<Layout>(status.value, type)) ? Errno::success
                                                                         : Errno::fault;
}

/// Rights that the directory must hand on for these $fdflags.
bool may_sync(Rights inheriting, uint16_t fdflags) noexcept
{
    if ((fdflags & (fdflag::rsync | fdflag::sync)) != 0 && !includes(inheriting, right::fd_sync))
        return false;
    return (fdflags & fdflag::dsync) == 0 ||
           intersects(inheriting, right::fd_datasync | right::fd_sync);
}

/// The descriptor for what path_open opened: the rights that were asked for, that the directory
/// hands on, and that mean something on a file of this kind.
OrErrno<Descriptor> describe_opened(sandbox::Opened& opened, const Descriptor& directory,
                                    Rights base, Rights inheriting, uint16_t fdflags) noexcept
{
    OrErrno<Descriptor> described = describe_host(opened.fd.get());
    if (!described) return described;
    Descriptor& descriptor = described.value;
    descriptor.base = descriptor.base & with_implied(base & directory.inheriting);
    descriptor.inheriting = descriptor.inheriting & inheriting & directory.inheriting;
    descriptor.flags = fdflags;
    descriptor.same_device = directory.same_device;
    descriptor.read_only = directory.read_only;
    descriptor.size_limited = directory.size_limited;
    descriptor.host = opened.fd.release();
    return described;
}

}  // namespace

namespace preview1 {

Errno path_create_directory(Context& context, GuestMemory memory, Fd fd, Ptr path,
                            Size path_len) noexcept
{
    const Scratch::Frame frame{context.scratch};
    const OrErrno<Target> target =
        find_target(context, memory, fd, Operation::path_create_directory, path, path_len);
    if (!target) return target.error;
    return sandbox::create_directory(target.value.root, target.value.path);
}

Errno path_filestat_get(Context& context, GuestMemory memory, Fd fd, LookupFlags flags, Ptr path,
                        Size path_len, Ptr stat) noexcept
{
    return put_filestat<preview1::FileStatLayout>(context, memory, fd, flags, path, path_len, stat);
}

Errno path_filestat_set_times(Context& context, GuestMemory memory, Fd fd, LookupFlags flags,
                              Ptr path, Size path_len, Timestamp atim, Timestamp mtim,
                              FstFlags fst_flags) noexcept
{
    const Scratch::Frame frame{context.scratch};
    const OrErrno<Target> target =
        find_target(context, memory, fd, Operation::path_filestat_set_times, path, path_len);
    if (!target) return target.error;
    const OrErrno<bool> follow = follows(flags);
    if (!follow) return follow.error;
    const OrErrno<std::array<timespec, 2>> times =
        times_from(context.clocks, atim, mtim, fst_flags);
    if (!times) return times.error;
    return sandbox::set_times(target.value.root, target.value.path, follow.value, times.value);
}

Errno path_link(Context& context, GuestMemory memory, Fd old_fd, LookupFlags old_flags,
                Ptr old_path, Size old_path_len, Fd new_fd, Ptr new_path,
                Size new_path_len) noexcept
{
    const Scratch::Frame frame{context.scratch};
    const OrErrno<Descriptor*> source =
        find_directory(context, old_fd, Operation::path_link_source);
    if (!source) return source.error;
    const OrErrno<Descriptor*> destination =
        find_directory(context, new_fd, Operation::path_link_target);
    if (!destination) return destination.error;
    WRT_ERRNO_CHECK(check_no_gain(*source.value, *destination.value));
    const OrErrno<bool> follow = follows(old_flags);
    if (!follow) return follow.error;
    const OrErrno<sandbox::Path> from = load_path(context, memory, old_path, old_path_len);
    if (!from) return from.error;
    const OrErrno<sandbox::Path> to = load_path(context, memory, new_path, new_path_len);
    if (!to) return to.error;
    return sandbox::link(root_of(*source.value), from.value, follow.value,
                         root_of(*destination.value), to.value);
}

Errno path_open(Context& context, GuestMemory memory, Fd fd, LookupFlags dirflags, Ptr path,
                Size path_len, OFlags oflags, Rights base, Rights inheriting, FdFlags fdflags,
                Ptr opened_fd) noexcept
{
    const Scratch::Frame frame{context.scratch};
    const OrErrno<Descriptor*> found = find_directory(context, fd, Operation::path_open);
    if (!found) return found.error;
    const Descriptor& directory = *found.value;
    const OrErrno<bool> follow = follows(dirflags);
    const OrErrno<uint16_t> how = known_flags(oflags, oflag::all);
    const OrErrno<uint16_t> flags = known_flags(fdflags, fdflag::all);
    if (!follow || !how || !flags) return Errno::inval;
    if (!memory.holds(opened_fd, sizeof(Fd))) return Errno::fault;

    sandbox::OpenRequest request;
    request.create = (how.value & oflag::creat) != 0;
    request.exclusive = (how.value & oflag::excl) != 0;
    request.truncate = (how.value & oflag::trunc) != 0;
    request.directory = (how.value & oflag::directory) != 0;
    request.follow = follow.value;
    request.flags = flags.value;
    request.allow_devices = context.allow_devices;
    request.read = intersects(base, right::of_reading);
    request.write = intersects(base, right::of_writing);
    if (request.create && !includes(directory.base, required_rights(Operation::path_open_creat))) {
        return Errno::notcapable;
    }
    if (request.truncate &&
        !includes(directory.base, required_rights(Operation::path_open_trunc))) {
        return Errno::notcapable;
    }
    // Rights that decide how the file is opened must all be there. Others that the directory does
    // not hand on are left out without a word: libraries ask for all they know, and could open
    // nothing in a read-only directory.
    const Rights missing = without(base, directory.inheriting);
    if (intersects(missing, right::of_reading | right::of_writing) ||
        !may_sync(directory.inheriting, flags.value)) {
        return Errno::notcapable;
    }
    const OrErrno<sandbox::Path> checked = load_path(context, memory, path, path_len);
    if (!checked) return checked.error;
    if (context.descriptors.full()) return Errno::mfile;  // before anything is created or cut

    OrErrno<sandbox::Opened> opened = sandbox::open(root_of(directory), checked.value, request);
    if (!opened) return opened.error;
    const OrErrno<Descriptor> descriptor =
        describe_opened(opened.value, directory, base, inheriting, flags.value);
    if (!descriptor) return descriptor.error;
    const OrErrno<Fd> inserted = context.descriptors.insert(descriptor.value);
    if (!inserted) return inserted.error;
    return memory.store(opened_fd, static_cast<uint32_t>(inserted.value)) ? Errno::success
                                                                          : Errno::fault;
}

Errno path_readlink(Context& context, GuestMemory memory, Fd fd, Ptr path, Size path_len, Ptr buf,
                    Size buf_len, Ptr bufused) noexcept
{
    const Scratch::Frame frame{context.scratch};
    const OrErrno<Target> target =
        find_target(context, memory, fd, Operation::path_readlink, path, path_len);
    if (!target) return target.error;
    if (!memory.holds(buf, buf_len) || !memory.holds(bufused, sizeof(Size))) return Errno::fault;
    const sandbox::PathBuffer text = take_buffer(context);
    const OrErrno<size_t> size = sandbox::read_link(target.value.root, target.value.path, text);
    if (!size) return size.error;
    const size_t used = std::min<size_t>(size.value, buf_len);
    std::copy_n(text.begin(), used, memory.bytes(buf, used).begin());
    return memory.store(bufused, static_cast<Size>(used)) ? Errno::success : Errno::fault;
}

Errno path_remove_directory(Context& context, GuestMemory memory, Fd fd, Ptr path,
                            Size path_len) noexcept
{
    const Scratch::Frame frame{context.scratch};
    const OrErrno<Target> target =
        find_target(context, memory, fd, Operation::path_remove_directory, path, path_len);
    if (!target) return target.error;
    return sandbox::remove_directory(target.value.root, target.value.path);
}

Errno path_rename(Context& context, GuestMemory memory, Fd fd, Ptr old_path, Size old_path_len,
                  Fd new_fd, Ptr new_path, Size new_path_len) noexcept
{
    const Scratch::Frame frame{context.scratch};
    const OrErrno<Descriptor*> source = find_directory(context, fd, Operation::path_rename_source);
    if (!source) return source.error;
    const OrErrno<Descriptor*> destination =
        find_directory(context, new_fd, Operation::path_rename_target);
    if (!destination) return destination.error;
    WRT_ERRNO_CHECK(check_no_gain(*source.value, *destination.value));
    const OrErrno<sandbox::Path> from = load_path(context, memory, old_path, old_path_len);
    if (!from) return from.error;
    const OrErrno<sandbox::Path> to = load_path(context, memory, new_path, new_path_len);
    if (!to) return to.error;
    return sandbox::rename(root_of(*source.value), from.value, root_of(*destination.value),
                           to.value);
}

Errno path_symlink(Context& context, GuestMemory memory, Ptr old_path, Size old_path_len, Fd fd,
                   Ptr new_path, Size new_path_len) noexcept
{
    const Scratch::Frame frame{context.scratch};
    const OrErrno<Target> target =
        find_target(context, memory, fd, Operation::path_symlink, new_path, new_path_len);
    if (!target) return target.error;
    const OrErrno<std::string_view> text = guest_text(memory, old_path, old_path_len);
    if (!text) return text.error;
    const OrErrno<const char*> link_target =
        sandbox::check_link_target(text.value, take_buffer(context));
    if (!link_target) return link_target.error;
    return sandbox::symlink(link_target.value, target.value.root, target.value.path);
}

Errno path_unlink_file(Context& context, GuestMemory memory, Fd fd, Ptr path,
                       Size path_len) noexcept
{
    const Scratch::Frame frame{context.scratch};
    const OrErrno<Target> target =
        find_target(context, memory, fd, Operation::path_unlink_file, path, path_len);
    if (!target) return target.error;
    return sandbox::unlink_file(target.value.root, target.value.path);
}

}  // namespace preview1

namespace unstable {

Errno path_filestat_get(Context& context, GuestMemory memory, Fd fd, LookupFlags flags, Ptr path,
                        Size path_len, Ptr stat) noexcept
{
    return put_filestat<unstable::FileStatLayout>(context, memory, fd, flags, path, path_len, stat);
}

}  // namespace unstable

}  // namespace wrt::wasi
