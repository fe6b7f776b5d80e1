// The guest's descriptors: own numbers, own rights, a limit, and the host's descriptors behind
// them, which the guest never sees.
#pragma once

#include <cstdint>
#include <string_view>

#include <wrt/component/wasi/errno.hpp>
#include <wrt/component/wasi/rights.hpp>
#include <wrt/component/wasi/terminal_filter.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/foundation/static_vector.hpp>

namespace wrt::wasi {

/// A descriptor's number as the guest knows it.
enum class Fd : uint32_t {};

/// $filetype of WASI preview 1.
enum class FileType : uint8_t {
    unknown,
    block_device,
    character_device,
    directory,
    regular_file,
    socket_dgram,
    socket_stream,
    symbolic_link,
};

/// $fdflags of WASI preview 1.
namespace fdflag {
inline constexpr uint16_t append = 1;
inline constexpr uint16_t dsync = 2;
inline constexpr uint16_t nonblock = 4;
inline constexpr uint16_t rsync = 8;
inline constexpr uint16_t sync = 16;
inline constexpr uint16_t all = 31;
}  // namespace fdflag

/// How a descriptor is read, written and waited for.
enum class DescriptorKind : uint8_t {
    closed,     ///< A free place in the table.
    null,       ///< At its end when read, swallows what is written; no host descriptor.
    file,       ///< A regular file: has an offset, is always ready.
    directory,  ///< A root for paths.
    stream,     ///< A pipe, terminal or device.
    socket,     ///< A connected or datagram socket.
    listener,   ///< A socket that accepts.
};

/// One place of the table.
struct Descriptor {
    int host = -1;  ///< Owned by the table; -1 for null and closed.
    DescriptorKind kind = DescriptorKind::closed;
    FileType type = FileType::unknown;
    uint16_t flags = 0;  ///< $fdflags as the guest set them.
    bool path_only =
        false;  ///< A directory opened with O_PATH: must be opened again to be listed or synced.
    bool read_only = false;  ///< A directory below a read-only preopen.
    bool shared = false;  ///< The host's open file is the embedder's too, so its flags are not ours
                          ///< to change.
    bool same_device = false;     ///< Paths from here do not cross mount points.
    bool size_limited = false;    ///< RLIMIT_FSIZE is set, so a write may raise SIGXFSZ.
    bool escapes_output = false;  ///< A terminal to which the guest's bytes go escaped.
    TerminalFilter filter;  ///< What an escaping terminal holds back until a character is whole.
    Rights base = Rights::none;
    Rights inheriting = Rights::none;
    std::string_view
        preopen_name;  ///< The guest's name of a preopened directory; its data is null for others.
};

/// Descriptors by number. All memory is taken at creation; the table owns the host descriptors in
/// it.
class DescriptorTable {
public:
    /// Names one descriptor for as long as it is open: a number that was closed and given again has
    /// another generation.
    struct Handle {
        uint32_t index = 0;
        uint32_t generation = 0;
    };

    DescriptorTable() noexcept = default;
    DescriptorTable(DescriptorTable&&) noexcept;
    DescriptorTable& operator=(DescriptorTable&&) = delete;
    ~DescriptorTable();

    void swap(DescriptorTable& other) noexcept;

    static Result<DescriptorTable> create(Arena& arena, uint32_t capacity) noexcept;

    /// Puts `descriptor` at the lowest free number and owns its host descriptor from now on. mfile
    /// when the table is full; the host descriptor is closed then too.
    OrErrno<Fd> insert(const Descriptor& descriptor) noexcept;

    /// Null when nothing is open at `fd`. Valid until the next call that changes the table.
    Descriptor* find(Fd fd) noexcept;

    /// The descriptor at `fd` if it has what `operation` needs; badf or notcapable otherwise.
    OrErrno<Descriptor*> find(Fd fd, Operation operation) noexcept;

    /// Closes `fd`. The number is free afterwards even when the host reports an error.
    Errno close(Fd fd) noexcept;

    /// Moves `from` to the number `to`, which must be open and is closed. Onto itself it does
    /// nothing.
    Errno renumber(Fd from, Fd to) noexcept;

    OrErrno<Handle> handle_of(Fd fd) const noexcept;
    /// Null when the descriptor the handle was made for is closed, whatever has its number now.
    Descriptor* find(Handle handle) noexcept;

    bool full() const noexcept { return open_count_ == slots_.size(); }
    uint32_t open_count() const noexcept { return open_count_; }
    uint32_t capacity() const noexcept { return static_cast<uint32_t>(slots_.size()); }

private:
    struct Slot {
        Descriptor descriptor;
        uint32_t generation = 0;  ///< Counts what was opened here.
    };

    bool is_open(uint32_t index) const noexcept;

    static_vector<Slot> slots_;
    uint32_t open_count_ = 0;
    uint32_t lowest_free_ = 0;  ///< No free place has a lower number.
};

}  // namespace wrt::wasi
