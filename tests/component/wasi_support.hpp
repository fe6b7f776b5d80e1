// What the tests of WASI share: a temporary tree, a context over it, and a guest that is only a
// memory.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/backing.hpp>

#include "wasi/preview1.hpp"

namespace wrt::wasi {

inline void PrintTo(Errno error, std::ostream* out)
{
    *out << name_of(error);
}

}  // namespace wrt::wasi

namespace wrt::wasi::test {

namespace fs = std::filesystem;
namespace p1 = preview1;

/// A directory that is removed at the end, whatever the test left in it.
class TemporaryTree {
public:
    TemporaryTree()
    {
        std::string pattern = (fs::temp_directory_path() / "wrt_wasi_XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    TemporaryTree(const TemporaryTree&) = delete;
    TemporaryTree& operator=(const TemporaryTree&) = delete;
    ~TemporaryTree()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }

    fs::path operator/(std::string_view name) const { return path_ / name; }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

inline void write_file(const fs::path& path, std::string_view text)
{
    std::ofstream{path} << text;
}
inline std::string read_file(const fs::path& path)
{
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// An arena over bytes of its own.
class TestArena {
public:
    explicit TestArena(size_t bytes = 256 * 1024)
        : bytes_(bytes), arena_{std::make_unique<Arena>(Backing::over(bytes_))}
    {
    }
    Arena& operator*() { return *arena_; }
    Arena* operator->() { return arena_.get(); }

private:
    std::vector<std::byte> bytes_;
    std::unique_ptr<Arena> arena_;
};

/// A guest's memory, with room handed out from its start. Exactly as large as it says, so that the
/// address sanitizer sees what goes beyond it.
class FakeGuest {
public:
    explicit FakeGuest(size_t size = 256 * 1024) : bytes_(size) {}

    GuestMemory memory() { return {bytes_.data(), bytes_.size()}; }
    uint32_t size() const { return static_cast<uint32_t>(bytes_.size()); }

    Ptr space(size_t count)
    {
        next_ = (next_ + 7) / 8 * 8;
        const Ptr at{next_};
        next_ += static_cast<uint32_t>(count);
        EXPECT_LE(next_, bytes_.size());
        return at;
    }
    Ptr put(std::string_view text)
    {
        const Ptr at = space(text.size());
        std::memcpy(bytes_.data() + at.address, text.data(), text.size());
        return at;
    }
    template <class T>
    Ptr put_value(T value)
    {
        const Ptr at = space(sizeof value);
        set(at, value);
        return at;
    }
    /// An iovec array over buffers.
    Ptr put_buffers(std::initializer_list<std::pair<Ptr, uint32_t>> buffers)
    {
        const Ptr at = space(buffers.size() * 8);
        uint32_t offset = 0;
        for (const auto& [address, length] : buffers) {
            set(at + offset, address.address);
            set(at + (offset + 4), length);
            offset += 8;
        }
        return at;
    }
    template <class T>
    void set(Ptr at, T value)
    {
        std::memcpy(bytes_.data() + at.address, &value, sizeof value);
    }
    template <class T>
    T get(Ptr at, uint32_t offset = 0) const
    {
        T value;
        std::memcpy(&value, bytes_.data() + at.address + offset, sizeof value);
        return value;
    }
    std::string text(Ptr at, size_t count) const
    {
        return {reinterpret_cast<const char*>(bytes_.data()) + at.address, count};
    }
    void forget() { next_ = start; }

private:
    static constexpr uint32_t start = 64;
    std::vector<uint8_t> bytes_;
    uint32_t next_ = start;
};

inline constexpr Rights file_rights = right::of_file;
inline constexpr Rights all_rights = right::of_file | right::of_directory;
inline constexpr uint32_t follow = p1::lookupflag::symlink_follow;
inline constexpr Fd first_preopen{3};

/// A test with a tree of two directories: `inside`, which is preopened as "/", and `outside`, which
/// is not.
class WasiTest : public testing::Test {
protected:
    WasiTest()
    {
        fs::create_directory(inside);
        fs::create_directory(outside);
        write_file(outside / "secret", "secret");
    }

    /// Makes the context; called by the first use of context() unless the test has changed `config`
    /// and called it.
    Context& create()
    {
        context_.reset();
        arena->reset().value();
        const std::string host = inside.string();
        const Preopen standard{.host_path = host, .guest_path = "/"};
        if (config.preopens.empty()) config.preopens = {&standard, 1};
        Result<Context> made = Context::create(*arena, config);
        made.value();
        context_.emplace(std::move(*made));
        config.preopens = {};
        return *context_;
    }
    Context& context() { return context_ ? *context_ : create(); }
    GuestMemory memory() { return guest.memory(); }

    /// Opens `path`; -1 and `error` when that fails.
    Fd open(std::string_view path, uint32_t oflags = 0, Rights base = file_rights,
            Rights inheriting = all_rights, uint32_t lookup = 0, uint32_t fdflags = 0,
            Fd directory = first_preopen)
    {
        const Ptr at = guest.put(path);
        const Ptr result = guest.put_value(uint32_t{0xffffffff});
        error = p1::path_open(context(), memory(), directory, p1::LookupFlags{lookup}, at,
                              static_cast<uint32_t>(path.size()), p1::OFlags{oflags}, base,
                              inheriting, p1::FdFlags{fdflags}, result);
        return Fd{guest.get<uint32_t>(result)};
    }
    Errno open_error(std::string_view path, uint32_t oflags = 0, Rights base = right::fd_read,
                     uint32_t lookup = 0)
    {
        open(path, oflags, base, all_rights, lookup);
        return error;
    }
    Fd create_file(std::string_view path) { return open(path, p1::oflag::creat); }
    Fd open_directory(std::string_view path, Rights base = right::of_directory,
                      Rights inheriting = all_rights)
    {
        return open(path, p1::oflag::directory, base, inheriting);
    }

    Errno close(Fd fd) { return p1::fd_close(context(), memory(), fd); }
    Errno mkdir(std::string_view path, Fd directory = first_preopen)
    {
        return p1::path_create_directory(context(), memory(), directory, guest.put(path),
                                         length(path));
    }
    Errno rmdir(std::string_view path, Fd directory = first_preopen)
    {
        return p1::path_remove_directory(context(), memory(), directory, guest.put(path),
                                         length(path));
    }
    Errno unlink(std::string_view path, Fd directory = first_preopen)
    {
        return p1::path_unlink_file(context(), memory(), directory, guest.put(path), length(path));
    }
    Errno rename(std::string_view from, std::string_view to, Fd old_fd = first_preopen,
                 Fd new_fd = first_preopen)
    {
        return p1::path_rename(context(), memory(), old_fd, guest.put(from), length(from), new_fd,
                               guest.put(to), length(to));
    }
    Errno link(std::string_view from, std::string_view to, uint32_t lookup = 0,
               Fd old_fd = first_preopen, Fd new_fd = first_preopen)
    {
        return p1::path_link(context(), memory(), old_fd, p1::LookupFlags{lookup}, guest.put(from),
                             length(from), new_fd, guest.put(to), length(to));
    }
    Errno symlink(std::string_view target, std::string_view path, Fd directory = first_preopen)
    {
        return p1::path_symlink(context(), memory(), guest.put(target), length(target), directory,
                                guest.put(path), length(path));
    }
    Errno readlink(std::string_view path, std::string* text = nullptr, uint32_t size = 100,
                   Fd directory = first_preopen)
    {
        const Ptr buffer = guest.space(size);
        const Ptr used = guest.put_value(uint32_t{0});
        const Errno result = p1::path_readlink(context(), memory(), directory, guest.put(path),
                                               length(path), buffer, size, used);
        if (text != nullptr) *text = guest.text(buffer, guest.get<uint32_t>(used));
        return result;
    }
    /// path_filestat_get; the record is at `stat_at` afterwards.
    Errno stat(std::string_view path, uint32_t lookup = 0, Fd directory = first_preopen)
    {
        stat_at = guest.space(64);
        return p1::path_filestat_get(context(), memory(), directory, p1::LookupFlags{lookup},
                                     guest.put(path), length(path), stat_at);
    }
    Errno set_times(std::string_view path, uint64_t atim, uint64_t mtim, uint32_t flags,
                    uint32_t lookup = 0, Fd directory = first_preopen)
    {
        return p1::path_filestat_set_times(context(), memory(), directory, p1::LookupFlags{lookup},
                                           guest.put(path), length(path), atim, mtim,
                                           p1::FstFlags{flags});
    }
    FileType stat_type() { return FileType{guest.get<uint8_t>(stat_at, 16)}; }

    Errno write(Fd fd, std::string_view text)
    {
        const Ptr iovs = guest.put_buffers({{guest.put(text), length(text)}});
        const Ptr count = guest.put_value(uint32_t{0});
        const Errno result = p1::fd_write(context(), memory(), fd, iovs, 1, count);
        moved = guest.get<uint32_t>(count);
        return result;
    }
    /// Reads up to `size` bytes into `text`.
    Errno read(Fd fd, std::string& text, uint32_t size = 100)
    {
        const Ptr buffer = guest.space(size);
        const Ptr iovs = guest.put_buffers({{buffer, size}});
        const Ptr count = guest.put_value(uint32_t{0});
        const Errno result = p1::fd_read(context(), memory(), fd, iovs, 1, count);
        moved = guest.get<uint32_t>(count);
        text = guest.text(buffer, result == Errno::success ? moved : 0);
        return result;
    }
    Errno seek(Fd fd, int64_t offset, uint32_t whence, uint64_t* position = nullptr)
    {
        const Ptr at = guest.put_value(uint64_t{0});
        const Errno result = p1::fd_seek(context(), memory(), fd, offset, p1::Whence{whence}, at);
        if (position != nullptr) *position = guest.get<uint64_t>(at);
        return result;
    }
    Descriptor& descriptor(Fd fd) { return *context().descriptors.find(fd); }

    static uint32_t length(std::string_view text) { return static_cast<uint32_t>(text.size()); }

    TemporaryTree tree;
    fs::path inside = tree / "inside";
    fs::path outside = tree / "outside";
    TestArena arena;
    FakeGuest guest;
    Config config;
    Errno error = Errno::success;
    uint32_t moved = 0;
    Ptr stat_at;

private:
    std::optional<Context> context_;
};

}  // namespace wrt::wasi::test
