// What the path functions do where nothing hostile is afoot; the rest is in sandbox_test.cpp and
// rights_test.cpp.
#include <fcntl.h>

#include "component/wasi_support.hpp"

namespace wrt::wasi::test {
namespace {

class preview1_path : public WasiTest {};

TEST_F(preview1_path, opens_creates_and_truncates)
{
    EXPECT_EQ(open_error("file"), Errno::noent);
    EXPECT_EQ(open_error("file", p1::oflag::creat, right::fd_write), Errno::success);
    EXPECT_EQ(open_error("file", p1::oflag::creat | p1::oflag::excl, right::fd_write),
              Errno::exist);
    write_file(inside / "file", "text");
    EXPECT_EQ(open_error("file", p1::oflag::creat, right::fd_read), Errno::success);
    EXPECT_EQ(read_file(inside / "file"), "text");
    EXPECT_EQ(open_error("file", p1::oflag::trunc, Rights::none), Errno::success);
    EXPECT_EQ(read_file(inside / "file"), "");
    EXPECT_EQ(open_error("missing/file", p1::oflag::creat, right::fd_write), Errno::noent);
    EXPECT_EQ(open_error("file/file", p1::oflag::creat, right::fd_write), Errno::notdir);
}

TEST_F(preview1_path, opens_directories)
{
    fs::create_directory(inside / "sub");
    write_file(inside / "file", "text");
    EXPECT_EQ(open_error("sub", p1::oflag::directory), Errno::success);
    EXPECT_EQ(open_error("sub"), Errno::success) << "the flag asks, its absence does not forbid";
    EXPECT_EQ(open_error("sub/"), Errno::success);
    EXPECT_EQ(open_error("sub///"), Errno::success);
    EXPECT_EQ(open_error("."), Errno::success);
    EXPECT_EQ(open_error("file", p1::oflag::directory), Errno::notdir);
    EXPECT_EQ(open_error("file/"), Errno::notdir);
    EXPECT_EQ(open_error("file//"), Errno::notdir);
    EXPECT_EQ(open_error("file/."), Errno::notdir);
    EXPECT_EQ(open_error("sub", 0, right::fd_write), Errno::isdir);
    EXPECT_EQ(open_error("new", p1::oflag::creat | p1::oflag::directory), Errno::inval);
    EXPECT_EQ(open_error("new/", p1::oflag::creat), Errno::isdir);
    EXPECT_FALSE(fs::exists(inside / "new"));
}

TEST_F(preview1_path, refuses_flags_it_does_not_know)
{
    write_file(inside / "file", "text");
    EXPECT_EQ(open_error("file", 16), Errno::inval);
    EXPECT_EQ(open_error("file", 0x10000), Errno::inval);
    EXPECT_EQ(open_error("file", 0, right::fd_read, 2), Errno::inval);
    open("file", 0, right::fd_read, all_rights, 0, 32);
    EXPECT_EQ(error, Errno::inval);
    EXPECT_EQ(stat("file", 2), Errno::inval);
    EXPECT_EQ(set_times("file", 0, 0, 0, 2), Errno::inval);
    EXPECT_EQ(link("file", "new", 2), Errno::inval);
}

TEST_F(preview1_path, needs_a_directory_to_start_from)
{
    const Fd file = create_file("file");
    open("x", p1::oflag::creat, right::fd_read, all_rights, 0, 0, file);
    EXPECT_EQ(error, Errno::notdir);
    open("x", p1::oflag::creat, right::fd_read, all_rights, 0, 0, Fd{0});
    EXPECT_EQ(error, Errno::notdir);
    open("x", p1::oflag::creat, right::fd_read, all_rights, 0, 0, Fd{99});
    EXPECT_EQ(error, Errno::badf);
    EXPECT_EQ(mkdir("x", file), Errno::notdir);
    EXPECT_EQ(rename("x", "y", first_preopen, file), Errno::notdir);
    EXPECT_EQ(link("x", "y", 0, file, first_preopen), Errno::notdir);
}

TEST_F(preview1_path, syncs_when_opened_so)
{
    const Fd fd =
        open("file", p1::oflag::creat, file_rights, all_rights, 0, fdflag::sync | fdflag::append);
    ASSERT_EQ(error, Errno::success);
    EXPECT_EQ(::fcntl(descriptor(fd).host, F_GETFL) & (O_SYNC | O_APPEND), O_SYNC | O_APPEND);
    const Fd data = open("file", 0, file_rights, all_rights, 0, fdflag::dsync);
    EXPECT_EQ(::fcntl(descriptor(data).host, F_GETFL) & O_SYNC, O_DSYNC);
    // The directory must hand on the right to sync.
    const Fd weak = open_directory(".", right::of_directory, without(all_rights, right::fd_sync));
    open("file", 0, right::fd_write, all_rights, 0, fdflag::sync, weak);
    EXPECT_EQ(error, Errno::notcapable);
    open("file", 0, right::fd_write, all_rights, 0, fdflag::dsync, weak);
    EXPECT_EQ(error, Errno::success) << "fd_datasync is enough for that";
}

TEST_F(preview1_path, closes_host_descriptors_on_exec)
{
    const Fd fd = create_file("file");
    for (const Fd each : {fd, first_preopen})
        EXPECT_EQ(::fcntl(descriptor(each).host, F_GETFD), FD_CLOEXEC);
}

TEST_F(preview1_path, makes_and_removes_directories)
{
    EXPECT_EQ(mkdir("sub"), Errno::success);
    EXPECT_EQ(mkdir("sub"), Errno::exist);
    EXPECT_EQ(mkdir("sub/deep/"), Errno::success)
        << "a slash at the end of a directory's name is fine";
    EXPECT_EQ(mkdir("missing/deep"), Errno::noent);
    EXPECT_EQ(mkdir("sub/."), Errno::exist);
    EXPECT_EQ(rmdir("sub"), Errno::notempty);
    EXPECT_EQ(rmdir("sub/deep//"), Errno::success);
    EXPECT_EQ(rmdir("sub/."), Errno::inval);
    EXPECT_EQ(rmdir("sub"), Errno::success);
    EXPECT_EQ(rmdir("sub"), Errno::noent);
    write_file(inside / "file", "");
    EXPECT_EQ(rmdir("file"), Errno::notdir);
    EXPECT_EQ(rmdir("file/"), Errno::notdir);
}

TEST_F(preview1_path, unlinks_files_and_not_directories)
{
    write_file(inside / "file", "");
    fs::create_directory(inside / "sub");
    fs::create_directory_symlink("sub", inside / "link");
    EXPECT_EQ(unlink("file/"), Errno::notdir);
    EXPECT_EQ(unlink("file"), Errno::success);
    EXPECT_EQ(unlink("file"), Errno::noent);
    EXPECT_EQ(unlink("file/"), Errno::noent);
    EXPECT_EQ(unlink("sub"), Errno::isdir);
    EXPECT_EQ(unlink("sub/"), Errno::isdir);
    EXPECT_EQ(unlink("sub/."), Errno::isdir);
    EXPECT_EQ(unlink("link/"), Errno::notdir);
    EXPECT_EQ(unlink("link"), Errno::success);
    EXPECT_TRUE(fs::is_directory(inside / "sub"));
}

TEST_F(preview1_path, tells_attributes_of_links_and_of_what_they_lead_to)
{
    write_file(inside / "file", "12345");
    fs::create_symlink("file", inside / "link");
    ASSERT_EQ(stat("file"), Errno::success);
    EXPECT_EQ(stat_type(), FileType::regular_file);
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 32), 5u);
    ASSERT_EQ(stat("link"), Errno::success);
    EXPECT_EQ(stat_type(), FileType::symbolic_link);
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 32), 4u);
    ASSERT_EQ(stat("link", follow), Errno::success);
    EXPECT_EQ(stat_type(), FileType::regular_file);
    EXPECT_EQ(stat("file/"), Errno::notdir);
    EXPECT_EQ(stat("missing"), Errno::noent);
    fs::create_symlink("self", inside / "self");
    EXPECT_EQ(stat("self", follow), Errno::loop);
    EXPECT_EQ(stat("self"), Errno::success);
}

TEST_F(preview1_path, sets_times_of_links_and_of_what_they_lead_to)
{
    write_file(inside / "file", "");
    fs::create_symlink("file", inside / "link");
    EXPECT_EQ(set_times("link", 0, 1000, p1::fstflag::mtim), Errno::success);
    stat("link");
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 48), 1000u);
    stat("file");
    EXPECT_NE(guest.get<uint64_t>(stat_at, 48), 1000u);
    EXPECT_EQ(set_times("link", 0, 2000, p1::fstflag::mtim, follow), Errno::success);
    stat("file");
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 48), 2000u);
    EXPECT_EQ(set_times("file", 0, 0, p1::fstflag::mtim | p1::fstflag::mtim_now), Errno::inval);
    EXPECT_EQ(set_times("missing", 0, 0, 0), Errno::noent);
}

TEST_F(preview1_path, makes_hard_links)
{
    write_file(inside / "file", "text");
    fs::create_directory(inside / "sub");
    EXPECT_EQ(link("file", "sub/twin"), Errno::success);
    EXPECT_EQ(read_file(inside / "sub" / "twin"), "text");
    EXPECT_EQ(fs::hard_link_count(inside / "file"), 2u);
    EXPECT_EQ(link("file", "file"), Errno::exist);
    EXPECT_EQ(link("file", "sub"), Errno::exist);
    EXPECT_EQ(link("file", "sub/"), Errno::exist);
    EXPECT_EQ(link("file", "new/"), Errno::noent);
    EXPECT_EQ(link("file", "sub/twin/"), Errno::notdir);
    EXPECT_EQ(link("file/", "new"), Errno::notdir);
    EXPECT_EQ(link("sub", "new"), Errno::perm);
    EXPECT_EQ(link("sub/", "new"), Errno::perm);
    EXPECT_EQ(link("missing", "new"), Errno::noent);
    EXPECT_EQ(link("file", "sub/."), Errno::exist);
}

TEST_F(preview1_path, links_a_link_or_what_it_leads_to)
{
    write_file(inside / "file", "text");
    fs::create_symlink("file", inside / "symlink");
    fs::create_symlink("missing", inside / "dangling");
    EXPECT_EQ(link("symlink", "itself"), Errno::success);
    EXPECT_TRUE(fs::is_symlink(inside / "itself"));
    EXPECT_EQ(link("symlink", "target", follow), Errno::success);
    EXPECT_FALSE(fs::is_symlink(inside / "target"));
    EXPECT_EQ(fs::hard_link_count(inside / "file"), 2u);
    EXPECT_EQ(link("dangling", "new", follow), Errno::noent);
    EXPECT_EQ(link("dangling", "copy"), Errno::success);
    EXPECT_EQ(link("file", "dangling"), Errno::exist);
    EXPECT_EQ(link("symlink", "new/", follow), Errno::noent);
}

TEST_F(preview1_path, renames_files_and_directories)
{
    write_file(inside / "file", "text");
    fs::create_directories(inside / "full" / "x");
    fs::create_directory(inside / "empty");
    EXPECT_EQ(rename("file", "moved"), Errno::success);
    EXPECT_EQ(rename("file", "moved"), Errno::noent);
    EXPECT_EQ(rename("moved", "empty"), Errno::isdir);
    EXPECT_EQ(rename("full", "moved"), Errno::notdir);
    EXPECT_EQ(rename("empty", "full"), Errno::notempty);
    EXPECT_EQ(rename("full", "empty"), Errno::success);
    EXPECT_EQ(rename("empty", "empty/x/below"), Errno::inval);
    EXPECT_EQ(rename("empty", "."), Errno::busy);
    EXPECT_EQ(rename("empty/.", "new"), Errno::busy);
    EXPECT_EQ(rename("empty/x/..", "new"), Errno::busy);
}

TEST_F(preview1_path, renames_only_directories_by_names_with_a_slash)
{
    write_file(inside / "file", "text");
    fs::create_directory(inside / "source");
    EXPECT_EQ(rename("source/", "target"), Errno::success);
    EXPECT_EQ(rename("target", "source/"), Errno::success);
    EXPECT_EQ(rename("source/", "target//"), Errno::success);
    EXPECT_EQ(rename("file/", "new"), Errno::notdir);
    EXPECT_EQ(rename("file", "new/"), Errno::notdir);
    EXPECT_EQ(rename("missing/", "new"), Errno::noent);
}

TEST_F(preview1_path, makes_and_reads_symbolic_links)
{
    EXPECT_EQ(symlink("some/../where/", "link"), Errno::success);
    std::string text;
    EXPECT_EQ(readlink("link", &text), Errno::success);
    EXPECT_EQ(text, "some/../where/") << "as it was given";
    EXPECT_EQ(readlink("link", &text, 4), Errno::success);
    EXPECT_EQ(text, "some");
    EXPECT_EQ(readlink("link", &text, 0), Errno::success);
    EXPECT_EQ(text, "");
    EXPECT_EQ(symlink("x", "link"), Errno::exist);
    EXPECT_EQ(symlink("x", "new/"), Errno::noent);
    EXPECT_EQ(symlink("", "new"), Errno::noent);
    EXPECT_EQ(symlink("\xff", "new"), Errno::ilseq);
    EXPECT_EQ(symlink(std::string(5000, 'x'), "new"), Errno::nametoolong);
    write_file(inside / "file", "");
    fs::create_directory(inside / "sub");
    EXPECT_EQ(symlink("x", "file/"), Errno::notdir);
    EXPECT_EQ(symlink("x", "sub/"), Errno::exist);
    EXPECT_EQ(readlink("file"), Errno::inval);
    EXPECT_EQ(readlink("file/"), Errno::notdir);
    EXPECT_EQ(readlink("sub/"), Errno::inval);
    EXPECT_EQ(readlink("missing"), Errno::noent);
}

TEST_F(preview1_path, follows_links_that_stay_inside)
{
    fs::create_directories(inside / "a" / "b");
    write_file(inside / "a" / "file", "text");
    fs::create_directory_symlink("../../a", inside / "a" / "b" / "up");
    fs::create_symlink("a/b/up/file", inside / "link");
    EXPECT_EQ(open_error("link", 0, right::fd_read, follow), Errno::success);
    EXPECT_EQ(open_error("link"), Errno::loop);
    EXPECT_EQ(open_error("a/b/up/b/up/file"), Errno::success);
    EXPECT_EQ(open_error("a/b/up", p1::oflag::directory), Errno::notdir);
    EXPECT_EQ(open_error("a/b/up", p1::oflag::directory, right::fd_read, follow), Errno::success);
    EXPECT_EQ(mkdir("a/b/up/new"), Errno::success);
    EXPECT_TRUE(fs::is_directory(inside / "a" / "new"));
}

TEST_F(preview1_path, needs_addresses_inside_the_memory)
{
    const uint32_t end = guest.size();
    const Ptr good = guest.put("name");
    const Ptr out = guest.space(64);
    for (const auto& [at, size] :
         std::initializer_list<std::pair<Ptr, uint32_t>>{{Ptr{end}, 1},
                                                         {Ptr{end - 1}, 2},
                                                         {Ptr{0xffffffff}, 1},
                                                         {Ptr{0xfffffffe}, 0xffffffff},
                                                         {Ptr{8}, end}}) {
        EXPECT_EQ(p1::path_create_directory(context(), memory(), first_preopen, at, size),
                  Errno::fault);
        EXPECT_EQ(p1::path_symlink(context(), memory(), at, size, first_preopen, good, 4),
                  Errno::fault);
        EXPECT_EQ(
            p1::path_rename(context(), memory(), first_preopen, good, 4, first_preopen, at, size),
            Errno::fault);
        EXPECT_EQ(p1::path_readlink(context(), memory(), first_preopen, good, 4, at, size, out),
                  Errno::fault);
    }
    const auto open_into = [&](Ptr result) {
        return p1::path_open(context(), memory(), first_preopen, p1::LookupFlags{0}, good, 4,
                             p1::OFlags{p1::oflag::creat}, right::fd_write, Rights::none,
                             p1::FdFlags{0}, result);
    };
    EXPECT_EQ(open_into(Ptr{end - 3}), Errno::fault);
    EXPECT_EQ(open_into(Ptr{0xfffffffd}), Errno::fault);
    EXPECT_FALSE(fs::exists(inside / "name"))
        << "nothing is created for a descriptor that cannot be told";
    EXPECT_EQ(context().descriptors.open_count(), 4u);
    EXPECT_EQ(open_into(Ptr{end - 4}), Errno::success);
    EXPECT_EQ(p1::path_filestat_get(context(), memory(), first_preopen, p1::LookupFlags{0}, good, 4,
                                    Ptr{end - 63}),
              Errno::fault);
    EXPECT_EQ(p1::path_filestat_get(context(), memory(), first_preopen, p1::LookupFlags{0}, good, 4,
                                    Ptr{end - 64}),
              Errno::success);
}

}  // namespace
}  // namespace wrt::wasi::test
