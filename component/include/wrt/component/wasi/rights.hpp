// Rights: what may be done through a descriptor. One table says which operation needs which;
// everything else here is arithmetic on sets.
#pragma once

#include <cstdint>

namespace wrt::wasi {

/// A set of rights; the bits are WASI preview 1's.
enum class Rights : uint64_t { none = 0 };

constexpr Rights operator|(Rights a, Rights b) noexcept
{
    return static_cast<Rights>(static_cast<uint64_t>(a) | static_cast<uint64_t>(b));
}
constexpr Rights operator&(Rights a, Rights b) noexcept
{
    return static_cast<Rights>(static_cast<uint64_t>(a) & static_cast<uint64_t>(b));
}
/// The rights of `a` that are not in `b`.
constexpr Rights without(Rights a, Rights b) noexcept
{
    return static_cast<Rights>(static_cast<uint64_t>(a) & ~static_cast<uint64_t>(b));
}
constexpr bool includes(Rights all, Rights wanted) noexcept
{
    return (all & wanted) == wanted;
}
constexpr bool intersects(Rights a, Rights b) noexcept
{
    return (a & b) != Rights::none;
}

namespace right {
namespace detail {
enum Bit : uint8_t {
#define WRT_RIGHT(name) name,
#include <wrt/component/wasi/rights.def>
    count,
};
}  // namespace detail
#define WRT_RIGHT(name) inline constexpr Rights name{uint64_t{1} << detail::name};
#include <wrt/component/wasi/rights.def>
inline constexpr uint32_t count = detail::count;
inline constexpr Rights all{(uint64_t{1} << detail::count) - 1};
}  // namespace right
static_assert(right::count == 30, "witx knows 30 rights");

/// What a guest may ask of a descriptor, as far as it needs a right.
enum class Operation : uint8_t {
#define WRT_OPERATION(name, rights) name,
#include <wrt/component/wasi/rights.def>
};

/// The base rights a descriptor must have for `operation`.
constexpr Rights required_rights(Operation operation) noexcept
{
    constexpr Rights table[] = {
#define WRT_OPERATION(name, rights) rights,
#include <wrt/component/wasi/rights.def>
    };
    return table[static_cast<uint8_t>(operation)];
}

namespace right {

/// Rights that mean something on a regular file.
inline constexpr Rights of_file = fd_datasync | fd_read | fd_seek | fd_fdstat_set_flags | fd_sync |
                                  fd_tell | fd_write | fd_advise | fd_allocate | fd_filestat_get |
                                  fd_filestat_set_size | fd_filestat_set_times | poll_fd_readwrite;

/// Rights that mean something on a directory itself; what is opened through it may have of_file
/// too.
inline constexpr Rights of_directory =
    fd_datasync | fd_sync | fd_fdstat_set_flags | path_create_directory | path_create_file |
    path_link_source | path_link_target | path_open | fd_readdir | path_readlink |
    path_rename_source | path_rename_target | path_filestat_get | path_filestat_set_size |
    path_filestat_set_times | fd_filestat_get | fd_filestat_set_times | path_symlink |
    path_remove_directory | path_unlink_file;

/// Rights that mean something on a pipe, a terminal or another stream of bytes.
inline constexpr Rights of_stream = fd_read | fd_write | fd_fdstat_set_flags | fd_filestat_get |
                                    fd_sync | fd_datasync | poll_fd_readwrite;

inline constexpr Rights of_socket =
    fd_read | fd_write | fd_fdstat_set_flags | fd_filestat_get | poll_fd_readwrite | sock_shutdown;

/// A listener can be read only in the sense of poll_oneoff: a connection is waiting.
inline constexpr Rights of_listener =
    fd_read | fd_fdstat_set_flags | fd_filestat_get | poll_fd_readwrite | sock_accept;

/// Every right by which the file system, or what a file grants elsewhere, can change. A read-only
/// directory has none of them. A hard link made elsewhere would be a second, writable name, so its
/// source counts as a change.
inline constexpr Rights of_change =
    fd_write | fd_allocate | path_create_directory | path_create_file | path_link_source |
    path_link_target | path_rename_source | path_rename_target | path_filestat_set_size |
    path_filestat_set_times | fd_filestat_set_size | fd_filestat_set_times | path_symlink |
    path_remove_directory | path_unlink_file;

/// Rights that need a file opened for reading, and for writing.
inline constexpr Rights of_reading = fd_read | fd_readdir;
inline constexpr Rights of_writing = fd_write | fd_allocate | fd_filestat_set_size;

}  // namespace right

/// Adds what a right implies: fd_seek includes fd_tell.
constexpr Rights with_implied(Rights rights) noexcept
{
    return includes(rights, right::fd_seek) ? rights | right::fd_tell : rights;
}

}  // namespace wrt::wasi
