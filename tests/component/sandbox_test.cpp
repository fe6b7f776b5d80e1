// No path leaves the directory it starts from: the attempts of reliability.md, section 4, one by
// one.
#include <fcntl.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "component/wasi_support.hpp"

namespace wrt::wasi::test {
namespace {

/// Every operation that takes a path, tried with one.
struct Attempt {
    const char* name;
    Errno result;
};

class sandbox_paths : public WasiTest {
protected:
    /// What all operations say to `path`. None of them may succeed in reaching `outside`.
    std::vector<Attempt> try_all(std::string_view path)
    {
        guest.forget();
        if (!fs::exists(inside / "file")) write_file(inside / "file", "inside");
        return {
            {"open", open_error(path)},
            {"open following", open_error(path, 0, right::fd_read, follow)},
            {"open to write", open_error(path, 0, right::fd_write, follow)},
            {"create", open_error(path, p1::oflag::creat, right::fd_write, follow)},
            {"create anew", open_error(path, p1::oflag::creat | p1::oflag::excl, right::fd_write)},
            {"truncate", open_error(path, p1::oflag::trunc, right::fd_write, follow)},
            {"open directory", open_error(path, p1::oflag::directory, Rights::none, follow)},
            {"stat", stat(path)},
            {"stat following", stat(path, follow)},
            {"set times", set_times(path, 1, 1, p1::fstflag::atim | p1::fstflag::mtim)},
            {"set times following",
             set_times(path, 1, 1, p1::fstflag::atim | p1::fstflag::mtim, follow)},
            {"mkdir", mkdir(path)},
            {"rmdir", rmdir(path)},
            {"unlink", unlink(path)},
            {"readlink", readlink(path)},
            {"symlink at", symlink("file", path)},
            {"link from", link(path, "made")},
            {"link from following", link(path, "made", follow)},
            {"link to", link("file", path)},
            {"rename from", rename(path, "made")},
            {"rename to", rename("file", path)},
        };
    }

    void expect_all(std::string_view path, std::initializer_list<Errno> allowed)
    {
        for (const Attempt& attempt : try_all(path)) {
            EXPECT_NE(std::find(allowed.begin(), allowed.end(), attempt.result), allowed.end())
                << attempt.name << " \"" << path << "\": " << name_of(attempt.result);
        }
        expect_outside_untouched();
    }

    void expect_outside_untouched()
    {
        EXPECT_EQ(read_file(outside / "secret"), "secret");
        EXPECT_EQ(std::distance(fs::directory_iterator{outside}, {}), 1);
        EXPECT_EQ(std::distance(fs::directory_iterator{tree.path()}, {}), 2);
        EXPECT_FALSE(fs::exists(fs::symlink_status(inside / "made")));
        struct ::stat status{};
        ::stat((outside / "secret").c_str(), &status);
        EXPECT_NE(status.st_mtim.tv_sec, 0);
        EXPECT_EQ(status.st_nlink, 1u);
    }
};

TEST_F(sandbox_paths, refuse_to_climb_out)
{
    for (const char* path :
         {"../outside/secret", "../outside", "../inside/file", "./../outside/secret",
          "sub/../../outside/secret", "../outside/new", "../new", "../../../../../../etc/passwd"}) {
        if (!fs::exists(inside / "sub")) fs::create_directory(inside / "sub");
        expect_all(path, {Errno::notcapable});
    }
}

TEST_F(sandbox_paths, refuse_to_climb_out_with_dots_at_the_end)
{
    // The last component is never handed to the kernel as "." or "..", so each operation has its
    // own word for them.
    fs::create_directory(inside / "sub");
    expect_all("..", {Errno::notcapable, Errno::exist, Errno::inval, Errno::isdir, Errno::busy,
                      Errno::perm});
    expect_all("sub/../..", {Errno::notcapable, Errno::exist, Errno::inval, Errno::isdir,
                             Errno::busy, Errno::perm});
    expect_all("sub/../../", {Errno::notcapable, Errno::exist, Errno::inval, Errno::isdir,
                              Errno::busy, Errno::perm});
}

TEST_F(sandbox_paths, refuse_absolute_paths)
{
    expect_all("/", {Errno::notcapable});
    expect_all("//", {Errno::notcapable});
    expect_all("/file", {Errno::notcapable});
    expect_all("/etc/passwd", {Errno::notcapable});
    expect_all((outside / "secret").string(), {Errno::notcapable});
    expect_all((inside / "file").string(), {Errno::notcapable});
}

TEST_F(sandbox_paths, refuse_links_in_the_middle_that_lead_out)
{
    fs::create_directory_symlink("../outside", inside / "relative");
    fs::create_directory_symlink(outside, inside / "absolute");
    fs::create_directory_symlink("..", inside / "parent");
    fs::create_directory(inside / "sub");
    fs::create_directory_symlink("../relative", inside / "sub" / "chained");
    for (const char* path :
         {"relative/secret", "absolute/secret", "parent/outside/secret", "sub/chained/secret",
          "relative/new", "absolute/new", "parent/new", "sub/chained/new", "relative/../secret"}) {
        expect_all(path, {Errno::notcapable});
    }
}

TEST_F(sandbox_paths, refuse_to_follow_a_last_link_that_leads_out)
{
    fs::create_symlink("../outside/secret", inside / "relative");
    fs::create_symlink(outside / "secret", inside / "absolute");
    fs::create_directory_symlink("../outside", inside / "directory");
    fs::create_symlink("../outside/new", inside / "dangling");
    fs::create_symlink("relative", inside / "chained");
    for (const char* path : {"relative", "absolute", "directory", "dangling", "chained"}) {
        EXPECT_EQ(open_error(path), Errno::loop) << path;
        for (const uint32_t oflags : {0u, uint32_t{p1::oflag::creat}, uint32_t{p1::oflag::trunc},
                                      uint32_t{p1::oflag::directory}}) {
            EXPECT_EQ(open_error(path, oflags, right::fd_read, follow), Errno::notcapable)
                << path << ' ' << oflags;
        }
        EXPECT_EQ(open_error(path, p1::oflag::creat, right::fd_write), Errno::loop) << path;
        EXPECT_EQ(stat(path), Errno::success) << path;
        EXPECT_EQ(stat_type(), FileType::symbolic_link) << path;
        EXPECT_EQ(stat(path, follow), Errno::notcapable) << path;
        EXPECT_EQ(set_times(path, 1, 1, p1::fstflag::mtim, follow), Errno::notcapable) << path;
        EXPECT_EQ(set_times(path, 1, 1, p1::fstflag::mtim), Errno::success) << "the link itself";
        EXPECT_EQ(link(path, "made", follow), Errno::notcapable) << path;
        EXPECT_EQ(mkdir(path), Errno::exist) << path;
        EXPECT_EQ(rmdir(path), Errno::notdir) << path;
    }
    expect_outside_untouched();
}

TEST_F(sandbox_paths, let_no_trailing_slash_follow_a_last_link)
{
    fs::create_directory_symlink("../outside", inside / "directory");
    fs::create_directory_symlink(outside, inside / "absolute");
    fs::create_symlink("../outside/secret", inside / "file_link");
    for (const char* path :
         {"directory/", "directory//", "directory/.", "directory/./", "absolute/", "absolute///",
          "absolute/.", "file_link/", "file_link//"}) {
        for (const Attempt& attempt : try_all(path)) {
            EXPECT_NE(attempt.result, Errno::success) << attempt.name << ' ' << path;
        }
        expect_outside_untouched();
        EXPECT_TRUE(fs::is_symlink(inside / "directory"));
        EXPECT_TRUE(fs::is_symlink(inside / "absolute"));
        EXPECT_TRUE(fs::is_symlink(inside / "file_link"));
    }
}

TEST_F(sandbox_paths, move_a_link_and_not_what_it_leads_to)
{
    fs::create_directory_symlink("../outside", inside / "directory");
    EXPECT_EQ(rename("directory", "moved"), Errno::success);
    EXPECT_TRUE(fs::is_symlink(inside / "moved"));
    EXPECT_EQ(rename("moved/", "again"), Errno::notdir);
    EXPECT_EQ(link("moved", "twin"), Errno::success);
    EXPECT_TRUE(fs::is_symlink(inside / "twin"));
    EXPECT_EQ(unlink("moved"), Errno::success);
    EXPECT_EQ(unlink("twin"), Errno::success);
    expect_outside_untouched();
}

TEST_F(sandbox_paths, refuse_a_new_link_with_an_absolute_target)
{
    EXPECT_EQ(symlink("/", "link"), Errno::notcapable);
    EXPECT_EQ(symlink(outside.string(), "link"), Errno::notcapable);
    EXPECT_EQ(symlink("//etc/passwd", "link"), Errno::notcapable);
    EXPECT_FALSE(fs::exists(fs::symlink_status(inside / "link")));
    EXPECT_EQ(symlink("../outside/secret", "link"), Errno::success)
        << "relative: it can be made, and not be followed";
    EXPECT_EQ(open_error("link", 0, right::fd_read, follow), Errno::notcapable);
}

TEST_F(sandbox_paths, do_not_tell_absolute_link_texts)
{
    fs::create_symlink(outside / "secret", inside / "link");
    std::string text;
    EXPECT_EQ(readlink("link", &text), Errno::notcapable);
    EXPECT_EQ(text, "");
}

TEST_F(sandbox_paths, refuse_magic_links)
{
    // A magic link leads to an open file without a path, so no check of components would see it.
    const std::string host = "/proc/self";
    const Preopen proc[] = {{.host_path = host, .guest_path = "/"}};
    config.preopens = proc;
    create();
    EXPECT_EQ(open_error("fd/0", 0, right::fd_read, follow), Errno::loop);
    EXPECT_EQ(open_error("exe", 0, right::fd_read, follow), Errno::loop);
    EXPECT_EQ(open_error("root/etc/passwd", 0, right::fd_read, follow), Errno::loop);
    EXPECT_EQ(open_error("cwd/x", 0, right::fd_read, follow), Errno::loop);
    EXPECT_EQ(stat("root", follow), Errno::loop);
}

TEST_F(sandbox_paths, refuse_device_nodes_unless_allowed)
{
    if (::mknod((inside / "null").c_str(), S_IFCHR | 0666, ::makedev(1, 3)) != 0)
        GTEST_SKIP() << "needs CAP_MKNOD";
    EXPECT_EQ(open_error("null"), Errno::notcapable);
    EXPECT_EQ(open_error("null", p1::oflag::creat | p1::oflag::trunc, right::fd_write),
              Errno::notcapable);
    config.allow_devices = true;
    create();
    EXPECT_EQ(open_error("null"), Errno::success);
}

TEST_F(sandbox_paths, open_a_fifo_without_blocking)
{
    ASSERT_EQ(::mkfifo((inside / "fifo").c_str(), 0666), 0);
    EXPECT_EQ(open_error("fifo"), Errno::success);
    EXPECT_EQ(open_error("fifo", 0, right::fd_read | right::fd_write), Errno::success);
}

TEST_F(sandbox_paths, check_what_the_kernel_does_not)
{
    expect_all("", {Errno::noent});
    using namespace std::string_view_literals;
    expect_all("file\0"sv, {Errno::inval});
    expect_all("\0"sv, {Errno::inval});
    expect_all("file\0/../../outside/secret"sv, {Errno::inval});
    expect_all("\xff", {Errno::ilseq});
    expect_all("a/\xc0\xaf/b", {Errno::ilseq});  // an overlong "/"
    expect_all("\xed\xa0\x80", {Errno::ilseq});  // a surrogate
    expect_all(std::string(4096, 'a'), {Errno::nametoolong});
    expect_all(std::string(5000, '/') + "x", {Errno::nametoolong});
    expect_all(std::string(300, 'a'),
               {Errno::nametoolong});  // longer than a name may be, refused by the kernel
    std::string deep;
    while (deep.size() < 4094)
        deep += "./";
    EXPECT_EQ(stat(deep.substr(0, 4094) + "."), Errno::success) << "4,095 bytes are not too long";
}

TEST_F(sandbox_paths, resolve_dots_inside)
{
    fs::create_directories(inside / "dir" / "nested");
    write_file(inside / "dir" / "nested" / "file", "x");
    EXPECT_EQ(open_error("dir/.//nested/../../dir/nested/../nested///./file"), Errno::success);
    EXPECT_EQ(open_error("dir/nested/../../../dir/nested/file"), Errno::notcapable);
    EXPECT_EQ(stat("dir/.."), Errno::success);
    EXPECT_EQ(stat("."), Errno::success);
    EXPECT_EQ(stat_type(), FileType::directory);
    EXPECT_EQ(stat("./"), Errno::success);
}

TEST_F(sandbox_paths, make_each_opened_directory_a_root_of_its_own)
{
    fs::create_directories(inside / "sub" / "deep");
    write_file(inside / "file", "x");
    fs::create_symlink("../file", inside / "sub" / "up");
    const Fd sub = open_directory("sub");
    ASSERT_EQ(error, Errno::success);
    open("../file", 0, right::fd_read, all_rights, 0, 0, sub);
    EXPECT_EQ(error, Errno::notcapable);
    open("up", 0, right::fd_read, all_rights, follow, 0, sub);
    EXPECT_EQ(error, Errno::notcapable)
        << "the link stays inside the preopen, but not inside this descriptor";
    open("sub/up", 0, right::fd_read, all_rights, follow);
    EXPECT_EQ(error, Errno::success);
    EXPECT_EQ(rename("../file", "file", sub, sub), Errno::notcapable);
}

TEST_F(sandbox_paths, stay_inside_a_directory_that_moves)
{
    fs::create_directories(inside / "sub" / "deep");
    const Fd deep = open_directory("sub/deep");
    ASSERT_EQ(error, Errno::success);
    fs::rename(inside / "sub" / "deep", outside / "deep");
    open("../secret", 0, right::fd_read, all_rights, 0, 0, deep);
    EXPECT_EQ(error, Errno::notcapable);
    EXPECT_EQ(mkdir("../made", deep), Errno::notcapable);
    fs::remove_all(outside / "deep");
}

TEST_F(sandbox_paths, cross_no_mount_point_where_that_is_forbidden)
{
    const std::string host = "/";
    const Preopen root[] = {
        {.host_path = host, .guest_path = "/", .read_only = true, .same_device = true}};
    config.preopens = root;
    create();
    EXPECT_EQ(stat("proc/self/status"), Errno::notcapable);
    EXPECT_EQ(stat("proc"), Errno::notcapable);
    EXPECT_EQ(stat("."), Errno::success);
}

TEST_F(sandbox_paths, hold_while_a_link_and_a_directory_change_places)
{
    // A neighbour swaps "door" between a directory and a link to `outside` as fast as it can.
    // Whatever the moment, "door/secret" is either the file inside or refused.
    fs::create_directory(inside / "real");
    write_file(inside / "real" / "secret", "inside");
    fs::create_directory_symlink("../outside", inside / "lure");
    fs::rename(inside / "real", inside / "door");
    context();

    std::atomic<bool> over = false;
    std::atomic<uint64_t> swaps = 0;
    const int directory = ::open(inside.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    std::thread neighbour{[&] {
        while (!over) {
            ::renameat(directory, "door", directory, "real");
            ::renameat(directory, "lure", directory, "door");
            ::renameat(directory, "door", directory, "lure");
            ::renameat(directory, "real", directory, "door");
            ++swaps;
        }
    }};
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{1500};
    uint64_t opened = 0;
    uint64_t refused = 0;
    while (std::chrono::steady_clock::now() < until) {
        guest.forget();
        const Fd fd = open("door/secret", 0, right::fd_read, all_rights, follow);
        if (error == Errno::success) {
            std::string text;
            ASSERT_EQ(read(fd, text), Errno::success);
            ASSERT_EQ(text, "inside");
            close(fd);
            ++opened;
        } else {
            ASSERT_TRUE(error == Errno::notcapable || error == Errno::noent ||
                        error == Errno::again)
                << name_of(error);
            ++refused;
        }
        mkdir("door/made");
        rename("door/made", "door/moved");
        rmdir("door/moved");
        ASSERT_EQ(std::distance(fs::directory_iterator{outside}, {}), 1);
    }
    over = true;
    neighbour.join();
    ::close(directory);
    EXPECT_GT(swaps, 100u);
    EXPECT_GT(opened, 0u);
    EXPECT_GT(refused, 0u);
    EXPECT_EQ(read_file(outside / "secret"), "secret");
    EXPECT_EQ(std::distance(fs::directory_iterator{outside}, {}), 1);
}

TEST_F(sandbox_paths, hold_while_the_last_component_becomes_a_link)
{
    write_file(inside / "real", "inside");
    fs::create_symlink("../outside/secret", inside / "lure");
    context();
    std::atomic<bool> over = false;
    const int directory = ::open(inside.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    std::thread neighbour{[&] {
        while (!over) {
            ::linkat(directory, "real", directory, "swap", 0);
            ::renameat(directory, "swap", directory, "door");
            ::linkat(directory, "lure", directory, "swap", 0);
            ::renameat(directory, "swap", directory, "door");
        }
    }};
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{500};
    while (std::chrono::steady_clock::now() < until) {
        guest.forget();
        for (const uint32_t lookup : {0u, follow}) {
            const Fd fd = open("door", 0, right::fd_read | right::fd_write, all_rights, lookup);
            if (error != Errno::success) continue;
            std::string text;
            ASSERT_EQ(read(fd, text), Errno::success);
            ASSERT_EQ(text, "inside");
            close(fd);
        }
        set_times("door", 1, 1, p1::fstflag::mtim, follow);
        const Fd cut = open("door", p1::oflag::trunc, right::fd_write, all_rights, follow);
        if (error == Errno::success) {
            write_file(inside / "real", "inside");
            close(cut);
        }
    }
    over = true;
    neighbour.join();
    ::close(directory);
    expect_outside_untouched();
}

}  // namespace
}  // namespace wrt::wasi::test
