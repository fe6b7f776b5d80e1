// fd_readdir: a directory's entries, from a cookie on. Nothing is kept between calls: a cookie is
// the kernel's own position in the directory.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>

#include <wrt/foundation/utf8.hpp>

#include "wasi/describe_host.hpp"
#include "wasi/preview1.hpp"
#include "wasi/sandbox.hpp"

namespace wrt::wasi::preview1 {

namespace {

/// Entries are fetched from the kernel so many bytes at a time; the longest takes under 300.
constexpr size_t chunk_bytes = 16 * 1024;
static_assert(chunk_bytes <= scratch_bytes);

/// The kernel's linux_dirent64, whose name follows at once.
struct HostEntry {
    uint64_t ino;
    int64_t next;
    uint16_t size;
    uint8_t type;
};
constexpr size_t name_offset = 19;

/// Fills the guest's buffer; what does not fit any more is cut, as the specification wants.
class EntryWriter {
public:
    explicit EntryWriter(std::span<uint8_t> buffer) noexcept : buffer_{buffer} {}

    bool full() const noexcept { return used_ == buffer_.size(); }
    Size used() const noexcept { return static_cast<Size>(used_); }

    void add(const Record<DirentLayout::size>& entry, std::string_view name) noexcept
    {
        append(entry.bytes.data(), entry.bytes.size());
        append(name.data(), name.size());
    }

private:
    void append(const void* data, size_t size) noexcept
    {
        const size_t fitting = std::min(size, buffer_.size() - used_);
        if (fitting > 0) std::memcpy(buffer_.data() + used_, data, fitting);
        used_ += fitting;
    }

    std::span<uint8_t> buffer_;
    size_t used_ = 0;
};

FileType entry_type(int directory, const char* name, uint8_t host_type) noexcept
{
    if (host_type != DT_UNKNOWN) return file_type(static_cast<mode_t>(DTTOIF(host_type)));
    struct stat status{};  // some file systems do not tell
    if (::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return FileType::unknown;
    return file_type(status.st_mode);
}

/// Adds the entries of one chunk until the guest's buffer is full.
void add_entries(int directory, std::span<const uint8_t> chunk, EntryWriter& writer) noexcept
{
    while (!chunk.empty() && !writer.full()) {
        HostEntry entry;
        std::memcpy(&entry, chunk.data(), name_offset);
        const char* const text = reinterpret_cast<const char*>(chunk.data()) + name_offset;
        const std::string_view name{text};
        chunk = chunk.subspan(entry.size);
        // A name that is no UTF-8 cannot be said in WASI, so it is not told either.
        if (!is_valid_utf8({reinterpret_cast<const uint8_t*>(name.data()), name.size()})) continue;

        Record<DirentLayout::size> record;
        record.put(DirentLayout::next, static_cast<DirCookie>(entry.next));
        // What is above the directory is none of the guest's business; 0 says "ask", and asking is
        // refused.
        record.put(DirentLayout::ino, name == ".." ? uint64_t{0} : entry.ino);
        record.put(DirentLayout::namlen, static_cast<uint32_t>(name.size()));
        record.put(DirentLayout::type, entry_type(directory, text, entry.type));
        writer.add(record, name);
    }
}

}  // namespace

Errno fd_readdir(Context& context, GuestMemory memory, Fd fd, Ptr buf, Size buf_len,
                 DirCookie cookie, Ptr bufused) noexcept
{
    const OrErrno<Descriptor*> found = context.descriptors.find(fd, Operation::fd_readdir);
    if (!found) return found.error;
    const Descriptor& descriptor = *found.value;
    if (descriptor.kind != DescriptorKind::directory) return Errno::notdir;
    if (!memory.holds(buf, buf_len) || !memory.holds(bufused, sizeof(Size))) return Errno::fault;
    if (cookie > static_cast<uint64_t>(std::numeric_limits<off_t>::max())) return Errno::inval;

    HostFd reopened;
    int directory = descriptor.host;
    if (descriptor.path_only) {
        OrErrno<HostFd> opened =
            sandbox::open_beneath({.fd = descriptor.host}, ".", O_RDONLY | O_DIRECTORY);
        if (!opened) return opened.error;
        reopened = std::move(opened.value);
        directory = reopened.get();
    }
    if (::lseek(directory, static_cast<off_t>(cookie), SEEK_SET) < 0) return errno_from_host(errno);

    const Scratch::Frame frame{context.scratch};
    const std::span<uint8_t> chunk = context.scratch.take<uint8_t>(chunk_bytes);
    EntryWriter writer{memory.bytes(buf, buf_len)};
    while (!writer.full()) {
        const long size = ::syscall(SYS_getdents64, directory, chunk.data(), chunk.size());
        if (size < 0) return errno_from_host(errno);
        if (size == 0) break;
        add_entries(directory, chunk.first(static_cast<size_t>(size)), writer);
        if (!context.pace.go_on(static_cast<uint64_t>(size))) return Errno::intr;
    }
    return memory.store(bufused, writer.used()) ? Errno::success : Errno::fault;
}

}  // namespace wrt::wasi::preview1
