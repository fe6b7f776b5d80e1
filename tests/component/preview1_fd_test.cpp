#include <fcntl.h>
#include <sys/resource.h>

#include <csignal>

#include "component/wasi_support.hpp"

namespace wrt::wasi::test {
namespace {

class preview1_fd : public WasiTest {
protected:
    Errno fdstat(Fd fd)
    {
        stat_at = guest.space(24);
        return p1::fd_fdstat_get(context(), memory(), fd, stat_at);
    }
    Errno filestat(Fd fd)
    {
        stat_at = guest.space(64);
        return p1::fd_filestat_get(context(), memory(), fd, stat_at);
    }
    uint64_t file_size() { return guest.get<uint64_t>(stat_at, 32); }
    Errno set_flags(Fd fd, uint32_t flags)
    {
        return p1::fd_fdstat_set_flags(context(), memory(), fd, p1::FdFlags{flags});
    }
};

TEST_F(preview1_fd, seeks_and_tells)
{
    const Fd fd = create_file("file");
    EXPECT_EQ(write(fd, std::string(100, 'x')), Errno::success);
    uint64_t position = 0;
    EXPECT_EQ(seek(fd, -50, 1, &position), Errno::success);
    EXPECT_EQ(position, 50u);
    EXPECT_EQ(seek(fd, 0, 0, &position), Errno::success);
    EXPECT_EQ(position, 0u);
    EXPECT_EQ(seek(fd, -1, 2, &position), Errno::success);
    EXPECT_EQ(position, 99u);
    EXPECT_EQ(seek(fd, 1000, 1, &position), Errno::success);
    EXPECT_EQ(position, 1099u);
    EXPECT_EQ(seek(fd, -2000, 1), Errno::inval);
    const Ptr at = guest.space(8);
    EXPECT_EQ(p1::fd_tell(context(), memory(), fd, at), Errno::success);
    EXPECT_EQ(guest.get<uint64_t>(at), 1099u);
}

TEST_F(preview1_fd, refuses_to_seek_where_there_is_no_offset)
{
    const Fd fd = create_file("file");
    EXPECT_EQ(seek(fd, 0, 3), Errno::inval);
    EXPECT_EQ(seek(fd, 0, 0x100), Errno::inval) << "no value is cut to eight bits";
    EXPECT_EQ(seek(Fd{77}, 0, 3), Errno::badf);
    EXPECT_EQ(seek(Fd{77}, 0, 0), Errno::badf);
    descriptor(Fd{0}).base = right::all;
    EXPECT_EQ(seek(Fd{0}, 0, 0), Errno::spipe);
    descriptor(first_preopen).base = right::all;
    EXPECT_EQ(seek(first_preopen, 0, 0), Errno::isdir);
}

TEST_F(preview1_fd, tells_with_less_than_it_takes_to_move)
{
    const Fd fd = open("file", p1::oflag::creat, right::fd_read | right::fd_tell);
    uint64_t position = 1;
    EXPECT_EQ(seek(fd, 0, 1, &position), Errno::success);
    EXPECT_EQ(position, 0u);
    EXPECT_EQ(seek(fd, 1, 1), Errno::notcapable);
    EXPECT_EQ(seek(fd, 0, 0), Errno::notcapable);
}

TEST_F(preview1_fd, implies_tell_by_seek)
{
    const Fd fd = open("file", p1::oflag::creat, right::fd_seek);
    EXPECT_EQ(p1::fd_tell(context(), memory(), fd, guest.space(8)), Errno::success);
}

TEST_F(preview1_fd, describes_a_file)
{
    const Fd fd = open("file", p1::oflag::creat, right::fd_read | right::fd_write, all_rights, 0,
                       fdflag::append);
    ASSERT_EQ(fdstat(fd), Errno::success);
    EXPECT_EQ(guest.get<uint8_t>(stat_at, 0), static_cast<uint8_t>(FileType::regular_file));
    EXPECT_EQ(guest.get<uint8_t>(stat_at, 1), 0) << "padding";
    EXPECT_EQ(guest.get<uint16_t>(stat_at, 2), fdflag::append);
    EXPECT_EQ(guest.get<uint32_t>(stat_at, 4), 0u) << "padding";
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 8),
              static_cast<uint64_t>(right::fd_read | right::fd_write));
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 16), 0u);
    EXPECT_EQ(fdstat(Fd{50}), Errno::badf);
}

TEST_F(preview1_fd, describes_a_preopened_directory)
{
    ASSERT_EQ(fdstat(first_preopen), Errno::success);
    EXPECT_EQ(guest.get<uint8_t>(stat_at, 0), static_cast<uint8_t>(FileType::directory));
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 8), static_cast<uint64_t>(right::of_directory));
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 16), static_cast<uint64_t>(all_rights));
}

TEST_F(preview1_fd, tells_a_files_attributes)
{
    write_file(inside / "file", "12345");
    const Fd fd = open("file");
    ASSERT_EQ(filestat(fd), Errno::success);
    struct ::stat host{};
    ::stat((inside / "file").c_str(), &host);
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 0), host.st_dev);
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 8), host.st_ino);
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 16), static_cast<uint64_t>(FileType::regular_file))
        << "padding is zero";
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 24), 1u);
    EXPECT_EQ(file_size(), 5u);
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 48),
              static_cast<uint64_t>(host.st_mtim.tv_sec) * 1'000'000'000 +
                  static_cast<uint64_t>(host.st_mtim.tv_nsec));
    EXPECT_EQ(filestat(first_preopen), Errno::success);
    EXPECT_EQ(filestat(Fd{0}), Errno::success) << "a stream that is nothing has no size";
    EXPECT_EQ(file_size(), 0u);
}

TEST_F(preview1_fd, sets_a_files_size)
{
    const Fd fd = create_file("file");
    EXPECT_EQ(p1::fd_filestat_set_size(context(), memory(), fd, 100), Errno::success);
    EXPECT_EQ(fs::file_size(inside / "file"), 100u);
    EXPECT_EQ(p1::fd_filestat_set_size(context(), memory(), fd, 0), Errno::success);
    EXPECT_EQ(fs::file_size(inside / "file"), 0u);
    EXPECT_EQ(p1::fd_filestat_set_size(context(), memory(), fd, UINT64_MAX), Errno::inval);
    EXPECT_EQ(p1::fd_filestat_set_size(context(), memory(), fd, uint64_t{1} << 63), Errno::inval);
}

TEST_F(preview1_fd, allocates_space_in_a_file)
{
    const Fd fd = create_file("file");
    EXPECT_EQ(p1::fd_allocate(context(), memory(), fd, 100, 100), Errno::success);
    EXPECT_EQ(fs::file_size(inside / "file"), 200u);
    EXPECT_EQ(p1::fd_allocate(context(), memory(), fd, 0, 10), Errno::success);
    EXPECT_EQ(fs::file_size(inside / "file"), 200u);
    EXPECT_EQ(p1::fd_allocate(context(), memory(), fd, 0, 0), Errno::inval);
    EXPECT_EQ(p1::fd_allocate(context(), memory(), fd, UINT64_MAX, 1), Errno::fbig);
    EXPECT_EQ(p1::fd_allocate(context(), memory(), fd, 1, UINT64_MAX), Errno::fbig);
    EXPECT_EQ(p1::fd_allocate(context(), memory(), fd, INT64_MAX, 1), Errno::fbig);
}

TEST_F(preview1_fd, gets_an_error_and_no_signal_past_the_hosts_file_size_limit)
{
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit limited = before;
    limited.rlim_cur = 4096;
    ::setrlimit(RLIMIT_FSIZE, &limited);
    create();
    const Fd fd = create_file("file");
    EXPECT_EQ(p1::fd_filestat_set_size(context(), memory(), fd, 8192), Errno::fbig);
    EXPECT_EQ(p1::fd_allocate(context(), memory(), fd, 0, 8192), Errno::fbig);
    EXPECT_EQ(write(fd, std::string(4096, 'x')), Errno::success);
    EXPECT_EQ(write(fd, "y"), Errno::fbig);
    ::setrlimit(RLIMIT_FSIZE, &before);
    sigset_t pending;
    ::sigpending(&pending);
    EXPECT_EQ(::sigismember(&pending, SIGXFSZ), 0);
}

TEST_F(preview1_fd, sets_times_as_asked)
{
    const Fd fd = create_file("file");
    const auto set = [&](uint64_t atim, uint64_t mtim, uint32_t flags) {
        return p1::fd_filestat_set_times(context(), memory(), fd, atim, mtim, p1::FstFlags{flags});
    };
    EXPECT_EQ(set(1'500'000'001, 2'000'000'002, p1::fstflag::atim | p1::fstflag::mtim),
              Errno::success);
    ASSERT_EQ(filestat(fd), Errno::success);
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 40), 1'500'000'001u);
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 48), 2'000'000'002u);
    EXPECT_EQ(set(7, 0, p1::fstflag::atim), Errno::success);
    ASSERT_EQ(filestat(fd), Errno::success);
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 40), 7u);
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 48), 2'000'000'002u) << "not asked for";
    EXPECT_EQ(set(0, 0, p1::fstflag::mtim_now), Errno::success);
    ASSERT_EQ(filestat(fd), Errno::success);
    EXPECT_GT(guest.get<uint64_t>(stat_at, 48), 1'000'000'000'000'000'000u);
    EXPECT_EQ(set(1, 1, p1::fstflag::atim | p1::fstflag::atim_now), Errno::inval);
    EXPECT_EQ(set(1, 1, p1::fstflag::mtim | p1::fstflag::mtim_now), Errno::inval);
    EXPECT_EQ(set(1, 1, 16), Errno::inval);
    EXPECT_EQ(set(1, 1, 0x10001), Errno::inval) << "no value is cut to sixteen bits";
    EXPECT_EQ(p1::fd_filestat_set_times(context(), memory(), first_preopen, 5, 6,
                                        p1::FstFlags{p1::fstflag::atim | p1::fstflag::mtim}),
              Errno::success);
    ASSERT_EQ(filestat(first_preopen), Errno::success);
    EXPECT_EQ(guest.get<uint64_t>(stat_at, 48), 6u);
}

TEST_F(preview1_fd, advises_and_refuses_unknown_advice)
{
    const Fd fd = create_file("file");
    for (uint32_t advice = 0; advice <= 5; ++advice) {
        EXPECT_EQ(p1::fd_advise(context(), memory(), fd, 0, 100, p1::Advice{advice}),
                  Errno::success)
            << advice;
    }
    EXPECT_EQ(p1::fd_advise(context(), memory(), fd, 0, 100, p1::Advice{6}), Errno::inval);
    EXPECT_EQ(p1::fd_advise(context(), memory(), fd, 0, 100, p1::Advice{256}), Errno::inval);
    EXPECT_EQ(p1::fd_advise(context(), memory(), fd, UINT64_MAX, 100, p1::Advice::normal),
              Errno::inval);
    EXPECT_EQ(p1::fd_advise(context(), memory(), Fd{0}, 0, 0, p1::Advice::normal),
              Errno::notcapable);
}

TEST_F(preview1_fd, synchronizes_files_and_directories)
{
    const Fd fd = create_file("file");
    EXPECT_EQ(p1::fd_sync(context(), memory(), fd), Errno::success);
    EXPECT_EQ(p1::fd_datasync(context(), memory(), fd), Errno::success);
    EXPECT_EQ(p1::fd_sync(context(), memory(), first_preopen), Errno::success);
    EXPECT_EQ(p1::fd_datasync(context(), memory(), first_preopen), Errno::success);
    EXPECT_EQ(p1::fd_sync(context(), memory(), Fd{1}), Errno::success);
    EXPECT_EQ(p1::fd_sync(context(), memory(), Fd{9}), Errno::badf);
}

TEST_F(preview1_fd, switches_append_on_and_off)
{
    const Fd fd = open("file", p1::oflag::creat, file_rights, all_rights, 0, fdflag::append);
    EXPECT_EQ(write(fd, "one"), Errno::success);
    EXPECT_EQ(seek(fd, 0, 0), Errno::success);
    EXPECT_EQ(write(fd, "two"), Errno::success);
    EXPECT_EQ(read_file(inside / "file"), "onetwo");
    EXPECT_EQ(set_flags(fd, 0), Errno::success);
    EXPECT_EQ(seek(fd, 0, 0), Errno::success);
    EXPECT_EQ(write(fd, "six"), Errno::success);
    EXPECT_EQ(read_file(inside / "file"), "sixtwo");
    EXPECT_EQ(set_flags(fd, fdflag::append | fdflag::nonblock), Errno::success);
    EXPECT_EQ(seek(fd, 0, 0), Errno::success);
    EXPECT_EQ(write(fd, "!"), Errno::success);
    EXPECT_EQ(read_file(inside / "file"), "sixtwo!");
    ASSERT_EQ(fdstat(fd), Errno::success);
    EXPECT_EQ(guest.get<uint16_t>(stat_at, 2), fdflag::append | fdflag::nonblock);
    EXPECT_EQ(set_flags(fd, fdflag::sync), Errno::notsup);
    EXPECT_EQ(set_flags(fd, 32), Errno::inval);
    EXPECT_EQ(set_flags(fd, 0x10000), Errno::inval);
}

TEST_F(preview1_fd, leaves_the_embedders_open_file_as_it_is)
{
    const int host = ::open((inside / "out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    config.standard_output = {Stdio::Source::fd, host};
    EXPECT_EQ(set_flags(Fd{1}, fdflag::append), Errno::notsup);
    EXPECT_EQ(set_flags(Fd{1}, fdflag::nonblock), Errno::success);
    EXPECT_EQ(::fcntl(host, F_GETFL) & (O_NONBLOCK | O_APPEND), 0);
    EXPECT_EQ(close(Fd{1}), Errno::success);
    EXPECT_GE(::fcntl(host, F_GETFD), 0) << "the guest closed a duplicate";
    ::close(host);
}

TEST_F(preview1_fd, tells_the_names_of_preopens_and_of_nothing_else)
{
    const std::string host = inside.string();
    const Preopen preopens[] = {{.host_path = host, .guest_path = "/data"},
                                {.host_path = host, .guest_path = ""}};
    config.preopens = preopens;
    create();
    const Ptr prestat = guest.space(8);
    ASSERT_EQ(p1::fd_prestat_get(context(), memory(), Fd{3}, prestat), Errno::success);
    EXPECT_EQ(guest.get<uint32_t>(prestat, 0), 0u);
    EXPECT_EQ(guest.get<uint32_t>(prestat, 4), 5u);
    const Ptr name = guest.put("????????");
    EXPECT_EQ(p1::fd_prestat_dir_name(context(), memory(), Fd{3}, name, 4), Errno::nametoolong);
    EXPECT_EQ(p1::fd_prestat_dir_name(context(), memory(), Fd{3}, name, 8), Errno::success);
    EXPECT_EQ(guest.text(name, 8), "/data???");
    EXPECT_EQ(p1::fd_prestat_get(context(), memory(), Fd{4}, prestat), Errno::success)
        << "an empty name is a name";
    EXPECT_EQ(p1::fd_prestat_dir_name(context(), memory(), Fd{4}, name, 0), Errno::success);
    const Fd file = create_file("file");
    for (const Fd fd : {Fd{0}, Fd{1}, Fd{2}, file, Fd{6}, Fd{0xffffffff}}) {
        EXPECT_EQ(p1::fd_prestat_get(context(), memory(), fd, prestat), Errno::badf);
        EXPECT_EQ(p1::fd_prestat_dir_name(context(), memory(), fd, name, 8), Errno::badf);
    }
}

TEST_F(preview1_fd, closes_preopens_and_streams_like_others)
{
    EXPECT_EQ(close(first_preopen), Errno::success);
    EXPECT_EQ(close(first_preopen), Errno::badf);
    EXPECT_EQ(open_error("file", p1::oflag::creat), Errno::badf);
    EXPECT_EQ(close(Fd{0}), Errno::success);
}

TEST_F(preview1_fd, renumbers)
{
    const Fd one = create_file("one");
    const Fd two = create_file("two");
    EXPECT_EQ(p1::fd_renumber(context(), memory(), one, two), Errno::success);
    EXPECT_EQ(close(one), Errno::badf);
    EXPECT_EQ(write(two, "moved"), Errno::success);
    EXPECT_EQ(read_file(inside / "one"), "moved");
    EXPECT_EQ(read_file(inside / "two"), "");
    EXPECT_EQ(p1::fd_renumber(context(), memory(), two, two), Errno::success);
    EXPECT_EQ(write(two, "!"), Errno::success) << "onto itself closes nothing";
    EXPECT_EQ(p1::fd_renumber(context(), memory(), two, one), Errno::badf)
        << "the target must be open";
    EXPECT_EQ(p1::fd_renumber(context(), memory(), two, Fd{0x7fffffff}), Errno::badf);
    EXPECT_EQ(p1::fd_renumber(context(), memory(), two, first_preopen), Errno::success);
    EXPECT_EQ(p1::fd_prestat_get(context(), memory(), first_preopen, guest.space(8)), Errno::badf);
    EXPECT_EQ(p1::fd_renumber(context(), memory(), Fd{0}, first_preopen), Errno::success)
        << "streams too";
    EXPECT_EQ(fdstat(Fd{0}), Errno::badf);
}

TEST_F(preview1_fd, opens_no_more_than_the_limit)
{
    config.max_descriptors = 10;
    for (int i = 4; i < 10; ++i)
        create_file("file");
    EXPECT_EQ(error, Errno::success);
    open("made", p1::oflag::creat);
    EXPECT_EQ(error, Errno::mfile);
    EXPECT_FALSE(fs::exists(inside / "made")) << "refused before it had an effect";
    write_file(inside / "file", "text");
    open("file", p1::oflag::trunc);
    EXPECT_EQ(error, Errno::mfile);
    EXPECT_EQ(read_file(inside / "file"), "text");
    EXPECT_EQ(close(Fd{5}), Errno::success);
    EXPECT_EQ(open("file"), Fd{5});
}

}  // namespace
}  // namespace wrt::wasi::test
