#include <algorithm>
#include <limits>

#include <wrt/foundation/siphash.hpp>

#include "wasi/p2/filesystem.hpp"

namespace wrt::wasi::p2 {

namespace {

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

}  // namespace

ErrorCode code_of(Errno error) noexcept
{
    const auto* const found = std::ranges::find(code_rows, error, &CodeRow::error);
    return found != std::end(code_rows) ? found->code : ErrorCode::io;
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

Stat stat_of(const struct stat& status, FileType type) noexcept
{
    return {type_of(type),
            uint64_t{status.st_nlink},
            static_cast<uint64_t>(status.st_size),
            datetime_of(preview1::timestamp_from(status.st_atim)),
            datetime_of(preview1::timestamp_from(status.st_mtim)),
            datetime_of(preview1::timestamp_from(status.st_ctim))};
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

MetadataHash hash_of(uint64_t device, uint64_t inode) noexcept
{
    const uint64_t parts[] = {device, inode};
    const std::span<const uint8_t> bytes{reinterpret_cast<const uint8_t*>(parts), sizeof parts};
    return {siphash(bytes, {.low = 1, .high = 2}), siphash(bytes, {.low = 3, .high = 4})};
}

}  // namespace wrt::wasi::p2
