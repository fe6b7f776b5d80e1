// wasi:filesystem, by the functions of preview 1: the same rights, the same sandbox. Their memory
// is that of the call, where paths lie already. Here are descriptors, streams on them and preopens;
// paths are in filesystem_paths.cpp.
#include "wasi/p2/filesystem.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace wrt::wasi::p2 {

namespace {

/// What one read gives at most.
constexpr uint64_t most_bytes = 64 * 1024;

/// Of reading and writing: a file that was not opened for that is the wrong descriptor, where
/// preview 1 misses a right.
Failure<ErrorCode> content_failure(Errno error) noexcept
{
    return failure(error == Errno::notcapable ? Errno::badf : error);
}

/// A second descriptor of what is open at `fd`, with the same rights.
OrErrno<Fd> duplicate(State& state, Fd fd) noexcept
{
    const Descriptor* const found = state.context.descriptors.find(fd);
    if (found == nullptr) return Errno::badf;
    if (state.context.descriptors.full()) return Errno::mfile;
    Descriptor copy = *found;
    copy.preopen_name = {};
    if (copy.host >= 0) {
        copy.host = ::fcntl(copy.host, F_DUPFD_CLOEXEC, 0);
        if (copy.host < 0) return errno_from_host(errno);
    }
    return state.context.descriptors.insert(copy);
}

template <class Tag>
Result<FileOutcome<Own<Tag>>> stream_on(State& state, Borrow<FileDescriptor> self, Operation needed,
                                        Resource stream) noexcept
{
    const Fd fd = fd_of(state, self);
    const OrErrno<Descriptor*> found = state.context.descriptors.find(fd, needed);
    if (!found) return FileOutcome<Own<Tag>>{content_failure(found.error)};
    if (found.value->kind == DescriptorKind::directory) {
        return FileOutcome<Own<Tag>>{failure(Errno::isdir)};
    }
    const OrErrno<Fd> copy = duplicate(state, fd);
    if (!copy) return FileOutcome<Own<Tag>>{failure(copy.error)};
    stream.fd = copy.value;
    stream.owned = true;
    WRT_TRY(const Own<Tag> made, state.make<Tag>(stream));
    return FileOutcome<Own<Tag>>{made};
}

Result<FileOutcome<Own<InputStream>>> read_via_stream(State& state, Borrow<FileDescriptor> self,
                                                      uint64_t offset) noexcept
{
    return stream_on<InputStream>(state, self, Operation::fd_read,
                                  {.kind = Resource::Kind::input_stream,
                                   .position = Resource::Position::offset,
                                   .at = offset});
}

Result<FileOutcome<Own<OutputStream>>> write_via_stream(State& state, Borrow<FileDescriptor> self,
                                                        uint64_t offset) noexcept
{
    return stream_on<OutputStream>(state, self, Operation::fd_write,
                                   {.kind = Resource::Kind::output_stream,
                                    .position = Resource::Position::offset,
                                    .at = offset});
}

Result<FileOutcome<Own<OutputStream>>> append_via_stream(State& state,
                                                         Borrow<FileDescriptor> self) noexcept
{
    return stream_on<OutputStream>(
        state, self, Operation::fd_write,
        {.kind = Resource::Kind::output_stream, .position = Resource::Position::end});
}

FileOutcome<> advise(State& state, HostCall& call, Borrow<FileDescriptor> self, uint64_t offset,
                     uint64_t length, Advice advice) noexcept
{
    return outcome_of(preview1::fd_advise(state.context, memory_of(call), fd_of(state, self),
                                          offset, length,
                                          preview1::Advice{static_cast<uint32_t>(advice)}));
}

FileOutcome<> sync_data(State& state, HostCall& call, Borrow<FileDescriptor> self) noexcept
{
    return outcome_of(preview1::fd_datasync(state.context, memory_of(call), fd_of(state, self)));
}

FileOutcome<> sync(State& state, HostCall& call, Borrow<FileDescriptor> self) noexcept
{
    return outcome_of(preview1::fd_sync(state.context, memory_of(call), fd_of(state, self)));
}

FileOutcome<DescriptorFlags> get_flags(State& state, Borrow<FileDescriptor> self) noexcept
{
    const Descriptor* const descriptor = state.context.descriptors.find(fd_of(state, self));
    if (descriptor == nullptr) return failure(Errno::badf);
    DescriptorFlags flags;
    const auto set = [&](uint32_t which, bool on) { flags.bits |= (on ? 1u : 0u) << which; };
    const bool directory = descriptor->kind == DescriptorKind::directory;
    set(label::read, directory || includes(descriptor->base, right::fd_read));
    set(label::write, !directory && includes(descriptor->base, right::fd_write));
    set(label::mutate_directory,
        directory && includes(descriptor->base, right::path_create_directory));
    set(label::file_integrity_sync, (descriptor->flags & fdflag::sync) != 0);
    set(label::data_integrity_sync, (descriptor->flags & fdflag::dsync) != 0);
    set(label::requested_write_sync, (descriptor->flags & fdflag::rsync) != 0);
    return flags;
}

FileOutcome<DescriptorType> get_type(State& state, Borrow<FileDescriptor> self) noexcept
{
    const Descriptor* const descriptor = state.context.descriptors.find(fd_of(state, self));
    if (descriptor == nullptr) return failure(Errno::badf);
    return type_of(descriptor->type);
}

FileOutcome<> set_size(State& state, HostCall& call, Borrow<FileDescriptor> self,
                       uint64_t size) noexcept
{
    return outcome_of(
        preview1::fd_filestat_set_size(state.context, memory_of(call), fd_of(state, self), size));
}

FileOutcome<> set_times(State& state, HostCall& call, Borrow<FileDescriptor> self,
                        NewTimestamp accessed, NewTimestamp modified) noexcept
{
    const OrErrno<Times> times = times_of(accessed, modified);
    if (!times) return failure(times.error);
    return outcome_of(preview1::fd_filestat_set_times(
        state.context, memory_of(call), fd_of(state, self), times.value.accessed,
        times.value.modified, preview1::FstFlags{times.value.flags}));
}

using BytesAndEnd = std::tuple<std::span<const uint8_t>, bool>;

Result<FileOutcome<BytesAndEnd>> read(State& state, HostCall& call, Borrow<FileDescriptor> self,
                                      uint64_t length, uint64_t offset) noexcept
{
    const uint64_t most = std::min(length, most_bytes);
    WRT_TRY(const uint32_t at, call.memory.allocate(1, most));
    const std::span<uint8_t> buffer = call.memory.bytes().subspan(at, static_cast<size_t>(most));
    const OrErrno<Descriptor*> found =
        state.context.descriptors.find(fd_of(state, self), Operation::fd_pread);
    if (!found) return FileOutcome<BytesAndEnd>{content_failure(found.error)};
    iovec piece{.iov_base = buffer.data(), .iov_len = buffer.size()};
    const OrErrno<uint32_t> size =
        io::read_at(*found.value, {&piece, 1}, offset, state.context.pace);
    if (!size) return FileOutcome<BytesAndEnd>{failure(size.error)};
    return FileOutcome<BytesAndEnd>{
        BytesAndEnd{buffer.first(size.value), size.value == 0 && length != 0}};
}

FileOutcome<uint64_t> write(State& state, Borrow<FileDescriptor> self, LentBytes buffer,
                            uint64_t offset) noexcept
{
    const OrErrno<Descriptor*> found =
        state.context.descriptors.find(fd_of(state, self), Operation::fd_pwrite);
    if (!found) return content_failure(found.error);
    iovec piece{.iov_base = const_cast<uint8_t*>(buffer.view.data()),
                .iov_len = buffer.view.size()};
    const OrErrno<uint32_t> size =
        io::write_at(*found.value, {&piece, 1}, offset, state.context.pace);
    if (!size) return failure(size.error);
    return uint64_t{size.value};
}

Result<FileOutcome<Own<DirectoryEntryStream>>> read_directory(State& state,
                                                              Borrow<FileDescriptor> self) noexcept
{
    using Stream = FileOutcome<Own<DirectoryEntryStream>>;
    const Fd fd = fd_of(state, self);
    const OrErrno<Descriptor*> found = state.context.descriptors.find(fd, Operation::fd_readdir);
    if (!found) return Stream{failure(found.error)};
    if (found.value->kind != DescriptorKind::directory) return Stream{failure(Errno::notdir)};
    const OrErrno<Fd> copy = duplicate(state, fd);
    if (!copy) return Stream{failure(copy.error)};
    WRT_TRY(const Own<DirectoryEntryStream> made,
            state.make<DirectoryEntryStream>(
                {.kind = Resource::Kind::directory_entry_stream, .owned = true, .fd = copy.value}));
    return Stream{made};
}

Result<FileOutcome<std::optional<DirectoryEntry>>>
read_directory_entry(State& state, HostCall& call, Borrow<DirectoryEntryStream> self) noexcept
{
    using Layout = preview1::DirentLayout;
    using Entry = FileOutcome<std::optional<DirectoryEntry>>;
    constexpr uint32_t longest_name = 255;
    constexpr uint32_t room = Layout::size + longest_name;
    Resource& stream = state.at(self.rep);
    WRT_TRY(const uint32_t at, call.memory.allocate(8, room));
    WRT_TRY(const uint32_t used_at, call.memory.allocate(4, 4));
    const GuestMemory memory = memory_of(call);
    for (;;) {
        const Errno error = preview1::fd_readdir(state.context, memory, stream.fd, Ptr{at}, room,
                                                 stream.at, Ptr{used_at});
        if (error != Errno::success) return Entry{failure(error)};
        if (loaded<uint32_t>(call, used_at) < Layout::size) {
            return Entry{std::optional<DirectoryEntry>{}};
        }
        const auto record = loaded<Record<Layout::size>>(call, at);
        stream.at = record.get<uint64_t>(Layout::next);
        const auto length = record.get<uint32_t>(Layout::namlen);
        const std::string_view name{reinterpret_cast<const char*>(memory.base) + at + Layout::size,
                                    std::min(length, longest_name)};
        if (name == "." || name == "..") continue;
        return Entry{std::optional<DirectoryEntry>{
            DirectoryEntry{type_of(FileType{record.get<uint8_t>(Layout::type)}), name}}};
    }
}

OrErrno<struct stat> status_of(State& state, Fd fd) noexcept
{
    const OrErrno<Descriptor*> found =
        state.context.descriptors.find(fd, Operation::fd_filestat_get);
    if (!found) return found.error;
    struct stat status{};
    if (found.value->host >= 0 && ::fstat(found.value->host, &status) != 0) {
        return errno_from_host(errno);
    }
    return status;
}

FileOutcome<Stat> stat(State& state, Borrow<FileDescriptor> self) noexcept
{
    const OrErrno<struct stat> status = status_of(state, fd_of(state, self));
    if (!status) return failure(status.error);
    return stat_of(status.value, state.context.descriptors.find(fd_of(state, self))->type);
}

bool is_same_object(State& state, Borrow<FileDescriptor> self,
                    Borrow<FileDescriptor> other) noexcept
{
    const OrErrno<struct stat> left = status_of(state, fd_of(state, self));
    const OrErrno<struct stat> right = status_of(state, fd_of(state, other));
    return left && right && left.value.st_dev == right.value.st_dev &&
           left.value.st_ino == right.value.st_ino;
}

FileOutcome<MetadataHash> metadata_hash(State& state, Borrow<FileDescriptor> self) noexcept
{
    const OrErrno<struct stat> status = status_of(state, fd_of(state, self));
    if (!status) return failure(status.error);
    return hash_of(status.value.st_dev, status.value.st_ino);
}

std::optional<ErrorCode> filesystem_error_code(State& state, Borrow<IoError> error) noexcept
{
    return code_of(state.at(error.rep).error);
}

using Preopened = std::tuple<Own<FileDescriptor>, std::string_view>;

/// The descriptors stay open when the guest drops what it got for them.
Result<std::span<const Preopened>> get_directories(State& state, HostCall& call) noexcept
{
    DescriptorTable& table = state.context.descriptors;
    const auto visit = [&](auto&& found) -> Status {
        for (uint32_t i = 0; i < table.capacity(); ++i) {
            const Descriptor* const descriptor = table.find(Fd{i});
            if (descriptor == nullptr || descriptor->preopen_name.data() == nullptr) continue;
            WRT_CHECK(found(Fd{i}, descriptor->preopen_name));
        }
        return ok();
    };
    size_t count = 0;
    WRT_CHECK(visit([&](Fd, std::string_view) -> Status {
        ++count;
        return ok();
    }));
    WRT_TRY(const uint32_t at, call.memory.allocate(alignof(Preopened), count * sizeof(Preopened)));
    auto* const first = reinterpret_cast<Preopened*>(call.memory.bytes().data() + at);
    std::uninitialized_value_construct_n(first, count);
    Preopened* next = first;
    WRT_CHECK(visit([&](Fd fd, std::string_view name) -> Status {
        WRT_TRY(const Own<FileDescriptor> made,
                state.make<FileDescriptor>({.kind = Resource::Kind::descriptor, .fd = fd}));
        *next++ = {made, name};
        return ok();
    }));
    return std::span<const Preopened>{first, count};
}

constexpr HostFunctionRow type_functions[] = {
    row<&read_via_stream>("[method]descriptor.read-via-stream"),
    row<&write_via_stream>("[method]descriptor.write-via-stream"),
    row<&append_via_stream>("[method]descriptor.append-via-stream"),
    row<&advise>("[method]descriptor.advise"),
    row<&sync_data>("[method]descriptor.sync-data"),
    row<&get_flags>("[method]descriptor.get-flags"),
    row<&get_type>("[method]descriptor.get-type"),
    row<&set_size>("[method]descriptor.set-size"),
    row<&set_times>("[method]descriptor.set-times"),
    row<&read>("[method]descriptor.read"),
    row<&write>("[method]descriptor.write"),
    row<&read_directory>("[method]descriptor.read-directory"),
    row<&sync>("[method]descriptor.sync"),
    row<&stat>("[method]descriptor.stat"),
    row<&is_same_object>("[method]descriptor.is-same-object"),
    row<&metadata_hash>("[method]descriptor.metadata-hash"),
    row<&read_directory_entry>("[method]directory-entry-stream.read-directory-entry"),
    row<&filesystem_error_code>("filesystem-error-code"),
};
constexpr HostResourceRow type_resources[] = {
    resource_row<FileDescriptor>("descriptor"),
    resource_row<DirectoryEntryStream>("directory-entry-stream"),
};
constexpr HostFunctionRow preopen_functions[] = {row<&get_directories>("get-directories")};

}  // namespace

Status add_filesystem(component::Imports& imports, State& state) noexcept
{
    WRT_CHECK(
        imports.define("wasi:filesystem/types@0.2.12", type_functions, type_resources, &state));
    WRT_CHECK(add_paths(imports, state));
    return imports.define("wasi:filesystem/preopens@0.2.12", preopen_functions, {}, &state);
}

}  // namespace wrt::wasi::p2
