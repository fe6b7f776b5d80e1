// wasi:filesystem: what a descriptor of a directory has for the paths below it.
#include "wasi/p2/filesystem.hpp"

namespace wrt::wasi::p2 {

namespace {

FileOutcome<> create_directory_at(State& state, HostCall& call, Borrow<FileDescriptor> self,
                                  std::string_view path) noexcept
{
    return outcome_of(preview1::path_create_directory(
        state.context, memory_of(call), fd_of(state, self), place_of(call, path), size_of(path)));
}

/// What preview 1 says of a path: the record in the call's memory.
using FileStat = Record<preview1::FileStatLayout::size>;
Result<OrErrno<FileStat>> stat_path(State& state, HostCall& call, Borrow<FileDescriptor> self,
                                    PathFlags flags, std::string_view path) noexcept
{
    WRT_TRY(const uint32_t at, call.memory.allocate(8, preview1::FileStatLayout::size));
    const Errno error =
        preview1::path_filestat_get(state.context, memory_of(call), fd_of(state, self),
                                    lookup(flags), place_of(call, path), size_of(path), Ptr{at});
    if (error != Errno::success) return OrErrno<FileStat>{error};
    return OrErrno<FileStat>{loaded<FileStat>(call, at)};
}

Result<FileOutcome<Stat>> stat_at(State& state, HostCall& call, Borrow<FileDescriptor> self,
                                  PathFlags flags, std::string_view path) noexcept
{
    using Layout = preview1::FileStatLayout;
    WRT_TRY(const OrErrno<FileStat> found, stat_path(state, call, self, flags, path));
    if (!found) return FileOutcome<Stat>{failure(found.error)};
    const FileStat& record = found.value;
    const auto time = [&](size_t offset) { return datetime_of(record.get<uint64_t>(offset)); };
    return FileOutcome<Stat>{Stat{type_of(record.get<FileType>(Layout::filetype)),
                                  record.get<uint64_t>(Layout::nlink),
                                  record.get<uint64_t>(Layout::file_size), time(Layout::atim),
                                  time(Layout::mtim), time(Layout::ctim)}};
}

FileOutcome<> set_times_at(State& state, HostCall& call, Borrow<FileDescriptor> self,
                           PathFlags flags, std::string_view path, NewTimestamp accessed,
                           NewTimestamp modified) noexcept
{
    const OrErrno<Times> times = times_of(accessed, modified);
    if (!times) return failure(times.error);
    return outcome_of(preview1::path_filestat_set_times(
        state.context, memory_of(call), fd_of(state, self), lookup(flags), place_of(call, path),
        size_of(path), times.value.accessed, times.value.modified,
        preview1::FstFlags{times.value.flags}));
}

FileOutcome<> link_at(State& state, HostCall& call, Borrow<FileDescriptor> self,
                      PathFlags old_flags, std::string_view old_path,
                      Borrow<FileDescriptor> new_descriptor, std::string_view new_path) noexcept
{
    return outcome_of(preview1::path_link(state.context, memory_of(call), fd_of(state, self),
                                          lookup(old_flags), place_of(call, old_path),
                                          size_of(old_path), fd_of(state, new_descriptor),
                                          place_of(call, new_path), size_of(new_path)));
}

/// Rights for what is opened. Reading and writing are asked for only where the guest does, since
/// they decide how the file is opened; what is done by path is up to the directory above.
Rights rights_for(DescriptorFlags flags, OpenFlags how) noexcept
{
    Rights rights = without(right::all, right::of_reading | right::of_writing);
    const bool directory = how.has(label::directory) && !flags.has(label::write);
    if (flags.has(label::read) || directory) rights = rights | right::of_reading;
    if (flags.has(label::write)) rights = rights | right::of_writing;
    return rights;
}

Result<FileOutcome<Own<FileDescriptor>>> open_at(State& state, HostCall& call,
                                                 Borrow<FileDescriptor> self, PathFlags path_flags,
                                                 std::string_view path, OpenFlags open_flags,
                                                 DescriptorFlags flags) noexcept
{
    using Opened = FileOutcome<Own<FileDescriptor>>;
    uint32_t how = 0;
    if (open_flags.has(label::create)) how |= preview1::oflag::creat;
    if (open_flags.has(label::directory)) how |= preview1::oflag::directory;
    if (open_flags.has(label::exclusive)) how |= preview1::oflag::excl;
    if (open_flags.has(label::truncate)) how |= preview1::oflag::trunc;
    uint32_t fdflags = 0;
    if (flags.has(label::file_integrity_sync)) fdflags |= fdflag::sync;
    if (flags.has(label::data_integrity_sync)) fdflags |= fdflag::dsync;
    if (flags.has(label::requested_write_sync)) fdflags |= fdflag::rsync;
    WRT_TRY(const uint32_t at, call.memory.allocate(4, 4));
    const Errno error = preview1::path_open(state.context, memory_of(call), fd_of(state, self),
                                            lookup(path_flags), place_of(call, path), size_of(path),
                                            preview1::OFlags{how}, rights_for(flags, open_flags),
                                            right::all, preview1::FdFlags{fdflags}, Ptr{at});
    if (error != Errno::success) return Opened{failure(error)};
    const Fd fd{loaded<uint32_t>(call, at)};
    WRT_TRY(
        const Own<FileDescriptor> made,
        state.make<FileDescriptor>({.kind = Resource::Kind::descriptor, .owned = true, .fd = fd}));
    return Opened{made};
}

Result<FileOutcome<std::string_view>> readlink_at(State& state, HostCall& call,
                                                  Borrow<FileDescriptor> self,
                                                  std::string_view path) noexcept
{
    constexpr uint32_t longest = 4096;  // PATH_MAX
    WRT_TRY(const uint32_t at, call.memory.allocate(1, longest));
    WRT_TRY(const uint32_t used_at, call.memory.allocate(4, 4));
    const GuestMemory memory = memory_of(call);
    const Errno error =
        preview1::path_readlink(state.context, memory, fd_of(state, self), place_of(call, path),
                                size_of(path), Ptr{at}, longest, Ptr{used_at});
    if (error != Errno::success) return FileOutcome<std::string_view>{failure(error)};
    return FileOutcome<std::string_view>{std::string_view{
        reinterpret_cast<const char*>(memory.base) + at, loaded<uint32_t>(call, used_at)}};
}

FileOutcome<> remove_directory_at(State& state, HostCall& call, Borrow<FileDescriptor> self,
                                  std::string_view path) noexcept
{
    return outcome_of(preview1::path_remove_directory(
        state.context, memory_of(call), fd_of(state, self), place_of(call, path), size_of(path)));
}

FileOutcome<> rename_at(State& state, HostCall& call, Borrow<FileDescriptor> self,
                        std::string_view old_path, Borrow<FileDescriptor> new_descriptor,
                        std::string_view new_path) noexcept
{
    return outcome_of(preview1::path_rename(state.context, memory_of(call), fd_of(state, self),
                                            place_of(call, old_path), size_of(old_path),
                                            fd_of(state, new_descriptor), place_of(call, new_path),
                                            size_of(new_path)));
}

FileOutcome<> symlink_at(State& state, HostCall& call, Borrow<FileDescriptor> self,
                         std::string_view old_path, std::string_view new_path) noexcept
{
    return outcome_of(preview1::path_symlink(
        state.context, memory_of(call), place_of(call, old_path), size_of(old_path),
        fd_of(state, self), place_of(call, new_path), size_of(new_path)));
}

FileOutcome<> unlink_file_at(State& state, HostCall& call, Borrow<FileDescriptor> self,
                             std::string_view path) noexcept
{
    return outcome_of(preview1::path_unlink_file(state.context, memory_of(call), fd_of(state, self),
                                                 place_of(call, path), size_of(path)));
}

Result<FileOutcome<MetadataHash>> metadata_hash_at(State& state, HostCall& call,
                                                   Borrow<FileDescriptor> self, PathFlags flags,
                                                   std::string_view path) noexcept
{
    using Layout = preview1::FileStatLayout;
    WRT_TRY(const OrErrno<FileStat> found, stat_path(state, call, self, flags, path));
    if (!found) return FileOutcome<MetadataHash>{failure(found.error)};
    return FileOutcome<MetadataHash>{
        hash_of(found.value.get<uint64_t>(Layout::dev), found.value.get<uint64_t>(Layout::ino))};
}

constexpr HostFunctionRow path_functions[] = {
    row<&create_directory_at>("[method]descriptor.create-directory-at"),
    row<&stat_at>("[method]descriptor.stat-at"),
    row<&set_times_at>("[method]descriptor.set-times-at"),
    row<&link_at>("[method]descriptor.link-at"),
    row<&open_at>("[method]descriptor.open-at"),
    row<&readlink_at>("[method]descriptor.readlink-at"),
    row<&remove_directory_at>("[method]descriptor.remove-directory-at"),
    row<&rename_at>("[method]descriptor.rename-at"),
    row<&symlink_at>("[method]descriptor.symlink-at"),
    row<&unlink_file_at>("[method]descriptor.unlink-file-at"),
    row<&metadata_hash_at>("[method]descriptor.metadata-hash-at"),
};

}  // namespace

Status add_paths(component::Imports& imports, State& state) noexcept
{
    return imports.define("wasi:filesystem/types@0.2.12", path_functions, {}, &state);
}

}  // namespace wrt::wasi::p2
