#include <algorithm>
#include <map>
#include <set>

#include "component/wasi_support.hpp"

namespace wrt::wasi::test {
namespace {

struct Entry {
    uint64_t next;
    uint64_t ino;
    FileType type;
};

class preview1_readdir : public WasiTest {
protected:
    Errno readdir(Fd fd, uint32_t size, uint64_t cookie)
    {
        buffer = guest.space(size + 16);
        const Ptr count = guest.put_value(uint32_t{0});
        const Errno result = p1::fd_readdir(context(), memory(), fd, buffer, size, cookie, count);
        used = guest.get<uint32_t>(count);
        return result;
    }
    /// All whole entries in the buffer, by name, in order.
    std::vector<std::pair<std::string, Entry>> entries()
    {
        std::vector<std::pair<std::string, Entry>> found;
        for (uint32_t at = 0; at + 24 <= used;) {
            const auto size = guest.get<uint32_t>(buffer, at + 16);
            if (at + 24 + size > used) break;
            found.emplace_back(guest.text(buffer + (at + 24), size),
                               Entry{guest.get<uint64_t>(buffer, at),
                                     guest.get<uint64_t>(buffer, at + 8),
                                     FileType{guest.get<uint8_t>(buffer, at + 20)}});
            at += 24 + size;
        }
        return found;
    }
    /// Lists all of a directory with a buffer of `size`, as libraries do.
    std::multiset<std::string> list(Fd fd, uint32_t size)
    {
        std::multiset<std::string> names;
        uint64_t cookie = 0;
        while (true) {
            guest.forget();
            EXPECT_EQ(readdir(fd, size, cookie), Errno::success);
            const auto found = entries();
            for (const auto& [name, entry] : found) {
                names.insert(name);
                cookie = entry.next;
            }
            if (used < size) return names;
            if (found.empty()) ADD_FAILURE() << "no progress with " << size << " bytes";
            if (found.empty()) return names;
        }
    }

    Ptr buffer;
    uint32_t used = 0;
};

TEST_F(preview1_readdir, lists_an_empty_directory)
{
    ASSERT_EQ(readdir(first_preopen, 1000, 0), Errno::success);
    EXPECT_LT(used, 1000u);
    const auto found = entries();
    ASSERT_EQ(found.size(), 2u);
    for (const auto& [name, entry] : found) {
        EXPECT_TRUE(name == "." || name == "..");
        EXPECT_EQ(entry.type, FileType::directory);
    }
}

TEST_F(preview1_readdir, tells_types_and_inodes_but_not_the_parents)
{
    write_file(inside / "file", "");
    fs::create_directory(inside / "sub");
    fs::create_symlink("file", inside / "link");
    ASSERT_EQ(readdir(first_preopen, 1000, 0), Errno::success);
    std::map<std::string, Entry> found;
    for (const auto& [name, entry] : entries())
        found[name] = entry;
    EXPECT_EQ(found.at("file").type, FileType::regular_file);
    EXPECT_EQ(found.at("sub").type, FileType::directory);
    EXPECT_EQ(found.at("link").type, FileType::symbolic_link);
    struct ::stat host{};
    ::stat((inside / "file").c_str(), &host);
    EXPECT_EQ(found.at("file").ino, host.st_ino);
    ::stat(inside.c_str(), &host);
    EXPECT_EQ(found.at(".").ino, host.st_ino);
    EXPECT_EQ(found.at("..").ino, 0u);
}

TEST_F(preview1_readdir, continues_from_a_cookie)
{
    std::multiset<std::string> expected = {".", ".."};
    for (int i = 0; i < 300; ++i) {
        const std::string name = "file." + std::to_string(i);
        write_file(inside / name, "");
        expected.insert(name);
    }
    const Fd opened = open_directory(".");
    for (const Fd fd : {first_preopen, opened}) {
        for (const uint32_t size : {40u, 64u, 256u, 1000u, 20'000u})
            EXPECT_EQ(list(fd, size), expected) << size;
    }
}

TEST_F(preview1_readdir, cuts_the_last_entry_where_the_buffer_ends)
{
    write_file(inside / "a_file_with_quite_a_long_name", "");
    ASSERT_EQ(readdir(first_preopen, 1000, 0), Errno::success);
    const uint32_t all = used;
    const std::string whole = guest.text(buffer, all);
    for (uint32_t size = 0; size <= all; ++size) {
        guest.forget();
        guest.set(guest.space(1000), uint64_t{0});
        ASSERT_EQ(readdir(first_preopen, size, 0), Errno::success);
        EXPECT_EQ(used, size);
        EXPECT_EQ(guest.text(buffer, size), whole.substr(0, size));
    }
}

TEST_F(preview1_readdir, starts_again_at_cookie_zero)
{
    const Fd fd = open_directory(".");
    EXPECT_EQ(list(fd, 100).size(), 2u);
    write_file(inside / "later", "");
    EXPECT_EQ(list(fd, 100).size(), 3u);
    EXPECT_EQ(list(fd, 100).size(), 3u);
}

TEST_F(preview1_readdir, leaves_out_names_that_are_not_text)
{
    write_file(inside / "good", "");
    write_file(inside / "bad\xff", "");
    EXPECT_EQ(list(first_preopen, 1000), (std::multiset<std::string>{".", "..", "good"}));
}

TEST_F(preview1_readdir, refuses_what_is_no_directory_and_no_cookie)
{
    const Fd file = create_file("file");
    EXPECT_EQ(readdir(file, 100, 0), Errno::notcapable);
    descriptor(file).base = right::all;
    EXPECT_EQ(readdir(file, 100, 0), Errno::notdir);
    EXPECT_EQ(readdir(Fd{77}, 100, 0), Errno::badf);
    EXPECT_EQ(readdir(first_preopen, 100, uint64_t{1} << 63), Errno::inval);
    EXPECT_EQ(readdir(first_preopen, 100, UINT64_MAX), Errno::inval);
    for (const uint64_t cookie : {uint64_t{12345}, uint64_t{1} << 40, uint64_t{INT64_MAX}}) {
        const Errno result = readdir(first_preopen, 100, cookie);
        EXPECT_TRUE(result == Errno::success || result == Errno::inval || result == Errno::overflow)
            << name_of(result);
    }
}

TEST_F(preview1_readdir, needs_its_buffer_inside_the_memory)
{
    const Ptr count = guest.space(4);
    const uint32_t end = guest.size();
    EXPECT_EQ(p1::fd_readdir(context(), memory(), first_preopen, Ptr{end - 99}, 100, 0, count),
              Errno::fault);
    EXPECT_EQ(p1::fd_readdir(context(), memory(), first_preopen, Ptr{100}, 0xffffffff, 0, count),
              Errno::fault);
    EXPECT_EQ(p1::fd_readdir(context(), memory(), first_preopen, Ptr{0xffffffff}, 2, 0, count),
              Errno::fault);
    EXPECT_EQ(p1::fd_readdir(context(), memory(), first_preopen, Ptr{100}, 100, 0, Ptr{end - 3}),
              Errno::fault);
    EXPECT_EQ(p1::fd_readdir(context(), memory(), first_preopen, Ptr{end}, 0, 0, count),
              Errno::success);
}

}  // namespace
}  // namespace wrt::wasi::test
