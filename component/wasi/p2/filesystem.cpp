// wasi:filesystem, by the functions of preview 1: the same rights, the same sandbox. Their memory
// is that of the call, where paths lie already.
// https://github.com/WebAssembly/WASI/blob/v0.2.12/proposals/filesystem/wit/types.wit
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include <wrt/foundation/siphash.hpp>

#include "wasi/p2/state.hpp"
#include "wasi/preview1_memory.hpp"

namespace wrt::wasi::p2 {

enum class DescriptorType : uint8_t {
    unknown,
    block_device,
    character_device,
    directory,
    fifo,
    symbolic_link,
    regular_file,
    socket,
};

/// error-code, in its order.
enum class ErrorCode : uint8_t {
    access,
    would_block,
    already,
    bad_descriptor,
    busy,
    deadlock,
    quota,
    exist,
    file_too_large,
    illegal_byte_sequence,
    in_progress,
    interrupted,
    invalid,
    io,
    is_directory,
    loop,
    too_many_links,
    message_size,
    name_too_long,
    no_device,
    no_entry,
    no_lock,
    insufficient_memory,
    insufficient_space,
    not_directory,
    not_empty,
    not_recoverable,
    unsupported,
    no_tty,
    no_such_device,
    overflow,
    not_permitted,
    pipe,
    read_only,
    invalid_seek,
    text_file_busy,
    cross_device,
};

enum class Advice : uint8_t { normal, sequential, random, will_need, dont_need, no_reuse };

}  // namespace wrt::wasi::p2

template <>
inline constexpr uint32_t wrt::component::enum_cases<wrt::wasi::p2::DescriptorType> = 8;
template <>
inline constexpr uint32_t wrt::component::enum_cases<wrt::wasi::p2::ErrorCode> = 37;
template <>
inline constexpr uint32_t wrt::component::enum_cases<wrt::wasi::p2::Advice> = 6;

namespace wrt::wasi::p2 {

namespace {

using component::Flags;
using DescriptorFlags = Flags<6>;
using PathFlags = Flags<1>;
using OpenFlags = Flags<4>;

namespace label {
// descriptor-flags
constexpr uint32_t read = 0, write = 1, file_integrity_sync = 2, data_integrity_sync = 3,
                   requested_write_sync = 4, mutate_directory = 5;
// open-flags
constexpr uint32_t create = 0, directory = 1, exclusive = 2, truncate = 3;
}  // namespace label

struct Datetime {
    uint64_t seconds = 0;
    uint32_t nanoseconds = 0;
};

struct Stat {
    DescriptorType type = DescriptorType::unknown;
    uint64_t link_count = 0;
    uint64_t size = 0;
    std::optional<Datetime> accessed;
    std::optional<Datetime> modified;
    std::optional<Datetime> changed;
};

struct DirectoryEntry {
    DescriptorType type = DescriptorType::unknown;
    std::string_view name;
};

struct MetadataHash {
    uint64_t lower = 0;
    uint64_t upper = 0;
};

using NewTimestamp = std::variant<std::monostate, std::monostate, Datetime>;

template <class T = void>
using FileOutcome = Outcome<T, ErrorCode>;

constexpr uint64_t ns_per_second = 1'000'000'000;
/// What one read gives at most.
constexpr uint64_t most_bytes = 64 * 1024;

struct CodeRow {
    Errno error;
    ErrorCode code;
};
/// Errors that have no row are `io`.
constexpr CodeRow code_rows[] = {
    {Errno::acces, ErrorCode::access},
    {Errno::again, ErrorCode::would_block},
    {Errno::already, ErrorCode::already},
    {Errno::badf, ErrorCode::bad_descriptor},
    {Errno::busy, ErrorCode::busy},
    {Errno::deadlk, ErrorCode::deadlock},
    {Errno::dquot, ErrorCode::quota},
    {Errno::exist, ErrorCode::exist},
    {Errno::fbig, ErrorCode::file_too_large},
    {Errno::ilseq, ErrorCode::illegal_byte_sequence},
    {Errno::inprogress, ErrorCode::in_progress},
    {Errno::intr, ErrorCode::interrupted},
    {Errno::inval, ErrorCode::invalid},
    {Errno::isdir, ErrorCode::is_directory},
    {Errno::loop, ErrorCode::loop},
    {Errno::mlink, ErrorCode::too_many_links},
    {Errno::msgsize, ErrorCode::message_size},
    {Errno::nametoolong, ErrorCode::name_too_long},
    {Errno::nodev, ErrorCode::no_device},
    {Errno::noent, ErrorCode::no_entry},
    {Errno::nolck, ErrorCode::no_lock},
    {Errno::nomem, ErrorCode::insufficient_memory},
    {Errno::mfile, ErrorCode::insufficient_memory},
    {Errno::nfile, ErrorCode::insufficient_memory},
    {Errno::nospc, ErrorCode::insufficient_space},
    {Errno::notdir, ErrorCode::not_directory},
    {Errno::notempty, ErrorCode::not_empty},
    {Errno::notrecoverable, ErrorCode::not_recoverable},
    {Errno::notsup, ErrorCode::unsupported},
    {Errno::nosys, ErrorCode::unsupported},
    {Errno::notty, ErrorCode::no_tty},
    {Errno::nxio, ErrorCode::no_such_device},
    {Errno::overflow, ErrorCode::overflow},
    {Errno::perm, ErrorCode::not_permitted},
    {Errno::notcapable, ErrorCode::not_permitted},
    {Errno::pipe, ErrorCode::pipe},
    {Errno::rofs, ErrorCode::read_only},
    {Errno::spipe, ErrorCode::invalid_seek},
    {Errno::txtbsy, ErrorCode::text_file_busy},
    {Errno::xdev, ErrorCode::cross_device},
};

ErrorCode code_of(Errno error) noexcept
{
    const auto* const found = std::ranges::find(code_rows, error, &CodeRow::error);
    return found != std::end(code_rows) ? found->code : ErrorCode::io;
}

Failure<ErrorCode> failure(Errno error) noexcept
{
    return {code_of(error)};
}

/// Of reading and writing: a file that was not opened for that is the wrong descriptor, where
/// preview 1 misses a right.
Failure<ErrorCode> content_failure(Errno error) noexcept
{
    return failure(error == Errno::notcapable ? Errno::badf : error);
}

FileOutcome<> outcome_of(Errno error) noexcept
{
    if (error != Errno::success) return failure(error);
    return {};
}

DescriptorType type_of(FileType type) noexcept
{
    switch (type) {
    case FileType::unknown: return DescriptorType::unknown;
    case FileType::block_device: return DescriptorType::block_device;
    case FileType::character_device: return DescriptorType::character_device;
    case FileType::directory: return DescriptorType::directory;
    case FileType::regular_file: return DescriptorType::regular_file;
    case FileType::socket_dgram:
    case FileType::socket_stream: return DescriptorType::socket;
    case FileType::symbolic_link: return DescriptorType::symbolic_link;
    }
    return DescriptorType::unknown;
}

Datetime datetime_of(const timespec& time) noexcept
{
    const uint64_t ns = preview1::timestamp_from(time);
    return {ns / ns_per_second, static_cast<uint32_t>(ns % ns_per_second)};
}

Stat stat_of(const struct stat& status, FileType type) noexcept
{
    return {type_of(type),
            uint64_t{status.st_nlink},
            static_cast<uint64_t>(status.st_size),
            datetime_of(status.st_atim),
            datetime_of(status.st_mtim),
            datetime_of(status.st_ctim)};
}

GuestMemory memory_of(const HostCall& call) noexcept
{
    const std::span<uint8_t> bytes = call.memory.bytes();
    return {bytes.data(), bytes.size()};
}

/// What a function of preview 1 has put in the call's memory.
template <class T>
T loaded(const HostCall& call, uint32_t at) noexcept
{
    T value{};
    std::memcpy(&value, call.memory.bytes().data() + at, sizeof value);
    return value;
}

/// Where a string param lies.
Ptr place_of(const HostCall& call, std::string_view text) noexcept
{
    return {static_cast<uint32_t>(reinterpret_cast<const uint8_t*>(text.data()) -
                                  call.memory.bytes().data())};
}

preview1::Size size_of(std::string_view text) noexcept
{
    return static_cast<preview1::Size>(text.size());
}

preview1::LookupFlags lookup(PathFlags flags) noexcept
{
    return preview1::LookupFlags{flags.bits & preview1::lookupflag::symlink_follow};
}

Fd fd_of(State& state, Borrow<FileDescriptor> self) noexcept
{
    return state.at(self.rep).fd;
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

/// Both times as preview 1 takes them.
struct Times {
    preview1::Timestamp accessed = 0;
    preview1::Timestamp modified = 0;
    uint32_t flags = 0;
};

OrErrno<preview1::Timestamp> timestamp_of(const NewTimestamp& time, uint32_t given, uint32_t now,
                                          uint32_t& flags) noexcept
{
    if (time.index() == 0) return preview1::Timestamp{0};
    flags |= time.index() == 1 ? now : given;
    if (time.index() == 1) return preview1::Timestamp{0};
    const Datetime& when = *std::get_if<2>(&time);
    constexpr uint64_t most = std::numeric_limits<uint64_t>::max();
    if (when.nanoseconds >= ns_per_second || when.seconds > most / ns_per_second - 1) {
        return Errno::inval;
    }
    return when.seconds * ns_per_second + when.nanoseconds;
}

OrErrno<Times> times_of(const NewTimestamp& accessed, const NewTimestamp& modified) noexcept
{
    using namespace preview1;
    Times times;
    const OrErrno<Timestamp> first =
        timestamp_of(accessed, fstflag::atim, fstflag::atim_now, times.flags);
    if (!first) return first.error;
    const OrErrno<Timestamp> second =
        timestamp_of(modified, fstflag::mtim, fstflag::mtim_now, times.flags);
    if (!second) return second.error;
    times.accessed = first.value;
    times.modified = second.value;
    return times;
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

FileOutcome<> create_directory_at(State& state, HostCall& call, Borrow<FileDescriptor> self,
                                  std::string_view path) noexcept
{
    return outcome_of(preview1::path_create_directory(
        state.context, memory_of(call), fd_of(state, self), place_of(call, path), size_of(path)));
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
    const auto time = [&](size_t offset) {
        const auto ns = record.get<uint64_t>(offset);
        return Datetime{ns / ns_per_second, static_cast<uint32_t>(ns % ns_per_second)};
    };
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

bool is_same_object(State& state, Borrow<FileDescriptor> self,
                    Borrow<FileDescriptor> other) noexcept
{
    const OrErrno<struct stat> left = status_of(state, fd_of(state, self));
    const OrErrno<struct stat> right = status_of(state, fd_of(state, other));
    return left && right && left.value.st_dev == right.value.st_dev &&
           left.value.st_ino == right.value.st_ino;
}

/// Of device and inode: the same for as long as the file is there, and telling neither.
MetadataHash hash_of(uint64_t device, uint64_t inode) noexcept
{
    const uint64_t parts[] = {device, inode};
    const std::span<const uint8_t> bytes{reinterpret_cast<const uint8_t*>(parts), sizeof parts};
    return {siphash(bytes, {.low = 1, .high = 2}), siphash(bytes, {.low = 3, .high = 4})};
}

FileOutcome<MetadataHash> metadata_hash(State& state, Borrow<FileDescriptor> self) noexcept
{
    const OrErrno<struct stat> status = status_of(state, fd_of(state, self));
    if (!status) return failure(status.error);
    return hash_of(status.value.st_dev, status.value.st_ino);
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
    row<&create_directory_at>("[method]descriptor.create-directory-at"),
    row<&stat>("[method]descriptor.stat"),
    row<&stat_at>("[method]descriptor.stat-at"),
    row<&set_times_at>("[method]descriptor.set-times-at"),
    row<&link_at>("[method]descriptor.link-at"),
    row<&open_at>("[method]descriptor.open-at"),
    row<&readlink_at>("[method]descriptor.readlink-at"),
    row<&remove_directory_at>("[method]descriptor.remove-directory-at"),
    row<&rename_at>("[method]descriptor.rename-at"),
    row<&symlink_at>("[method]descriptor.symlink-at"),
    row<&unlink_file_at>("[method]descriptor.unlink-file-at"),
    row<&is_same_object>("[method]descriptor.is-same-object"),
    row<&metadata_hash>("[method]descriptor.metadata-hash"),
    row<&metadata_hash_at>("[method]descriptor.metadata-hash-at"),
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
    return imports.define("wasi:filesystem/preopens@0.2.12", preopen_functions, {}, &state);
}

}  // namespace wrt::wasi::p2
