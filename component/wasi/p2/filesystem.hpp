// wasi:filesystem: its values, and how they become those of preview 1, whose functions do the work.
// https://github.com/WebAssembly/WASI/blob/v0.2.12/proposals/filesystem/wit/types.wit
#pragma once

#include <sys/stat.h>

#include <cstring>

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

using component::Flags;
using DescriptorFlags = Flags<6>;
using PathFlags = Flags<1>;
using OpenFlags = Flags<4>;

namespace label {
// descriptor-flags
inline constexpr uint32_t read = 0, write = 1, file_integrity_sync = 2, data_integrity_sync = 3,
                          requested_write_sync = 4, mutate_directory = 5;
// open-flags
inline constexpr uint32_t create = 0, directory = 1, exclusive = 2, truncate = 3;
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

inline constexpr uint64_t ns_per_second = 1'000'000'000;

ErrorCode code_of(Errno error) noexcept;
inline Failure<ErrorCode> failure(Errno error) noexcept
{
    return {code_of(error)};
}
FileOutcome<> outcome_of(Errno error) noexcept;
DescriptorType type_of(FileType type) noexcept;
Stat stat_of(const struct stat& status, FileType type) noexcept;
/// Of device and inode: the same for as long as the file is there, and telling neither.
MetadataHash hash_of(uint64_t device, uint64_t inode) noexcept;

/// Both times as preview 1 takes them.
struct Times {
    preview1::Timestamp accessed = 0;
    preview1::Timestamp modified = 0;
    uint32_t flags = 0;
};
OrErrno<Times> times_of(const NewTimestamp& accessed, const NewTimestamp& modified) noexcept;

inline Datetime datetime_of(uint64_t ns) noexcept
{
    return {ns / ns_per_second, static_cast<uint32_t>(ns % ns_per_second)};
}

// The functions of preview 1 find what they are given in the call's memory.

inline GuestMemory memory_of(const HostCall& call) noexcept
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
inline Ptr place_of(const HostCall& call, std::string_view text) noexcept
{
    return {static_cast<uint32_t>(reinterpret_cast<const uint8_t*>(text.data()) -
                                  call.memory.bytes().data())};
}

inline preview1::Size size_of(std::string_view text) noexcept
{
    return static_cast<preview1::Size>(text.size());
}

inline preview1::LookupFlags lookup(PathFlags flags) noexcept
{
    return preview1::LookupFlags{flags.bits & preview1::lookupflag::symlink_follow};
}

inline Fd fd_of(State& state, Borrow<FileDescriptor> self) noexcept
{
    return state.at(self.rep).fd;
}

/// What a descriptor has for the paths below it.
Status add_paths(component::Imports& imports, State& state) noexcept;

}  // namespace wrt::wasi::p2
