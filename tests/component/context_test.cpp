#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cstddef>
#include <functional>

#include "component/wasi_support.hpp"
#include "wasi/preview1_functions.hpp"

namespace wrt::wasi::test {
namespace {

size_t open_host_descriptors()
{
    size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator{"/proc/self/fd"})
        ++count;
    return count;
}

class wasi_context : public WasiTest {
protected:
    ConfigFault fault;
    Error create_error()
    {
        arena->reset().value();
        const Result<Context> made = Context::create(*arena, config, &fault);
        return made ? Error{} : made.error();
    }
};

TEST_F(wasi_context, refuses_strings_with_a_nul)
{
    using namespace std::string_view_literals;
    const std::string_view strings[] = {"fine", "not\0fine"sv};
    config.args = strings;
    EXPECT_EQ(create_error().code, Errc::invalid_argument);
    EXPECT_EQ(fault.part, ConfigFault::Part::argument);
    EXPECT_EQ(fault.index, 1u);
    config.args = {};
    config.env = strings;
    EXPECT_EQ(create_error().code, Errc::invalid_argument);
    EXPECT_EQ(fault.part, ConfigFault::Part::variable);
}

TEST_F(wasi_context, tells_which_preopen_cannot_be_opened)
{
    const std::string good = inside.string();
    const std::string missing = (inside / "missing").string();
    const std::string file = (outside / "secret").string();
    Preopen preopens[] = {{.host_path = good, .guest_path = "/"},
                          {.host_path = missing, .guest_path = "/x"}};
    config.preopens = preopens;
    EXPECT_EQ(create_error().code, Errc::io_failure);
    EXPECT_EQ(fault.part, ConfigFault::Part::preopen);
    EXPECT_EQ(fault.index, 1u);
    EXPECT_EQ(fault.host_errno, ENOENT);
    preopens[1].host_path = file;
    EXPECT_EQ(create_error().code, Errc::io_failure);
    EXPECT_EQ(fault.host_errno, ENOTDIR);
    preopens[1] = {.host_path = good, .guest_path = "\xff"};
    EXPECT_EQ(create_error().code, Errc::invalid_argument);
}

/// Makes openat2 fail with `error` in this process from now on, as an old kernel or a filter would.
bool forbid_openat2(int error)
{
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<uint32_t>(error)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{.len = std::size(filter), .filter = filter};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// Runs `body` in a child, whose exit status it gives; 77 where a filter cannot be installed.
int in_child_without_openat2(int error, const std::function<int()>& body)
{
    const pid_t child = ::fork();
    if (child == 0) ::_exit(forbid_openat2(error) ? body() : 77);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(wasi_context, grants_no_directory_where_the_kernel_cannot_confine_paths)
{
    const std::string host = inside.string();
    const Preopen preopens[] = {{.host_path = host, .guest_path = "/"}};
    config.preopens = preopens;
    for (const int error_number : {ENOSYS, EPERM}) {
        const int status = in_child_without_openat2(error_number, [&] {
            const Error refused = create_error();
            if (refused.code != Errc::io_failure || fault.host_errno != error_number) return 1;
            config.preopens = {};
            return create_error().code == Errc::none ? 0 : 2;
        });
        if (status == 77) GTEST_SKIP() << "no seccomp filters here";
        EXPECT_EQ(status, 0) << error_number;
    }
}

TEST_F(wasi_context, has_no_second_way_to_resolve_a_path)
{
    write_file(inside / "file", "text");
    create();
    for (const auto& [host, guests] :
         {std::pair{ENOSYS, Errno::nosys}, std::pair{EPERM, Errno::perm},
          std::pair{EAGAIN, Errno::again}, std::pair{EINTR, Errno::intr}}) {
        const int status = in_child_without_openat2(host, [&, expected = guests] {
            if (open_error("file") != expected) return 1;
            if (stat("file") != expected) return 2;
            return fs::exists(inside / "file") ? 0 : 3;
        });
        if (status == 77) GTEST_SKIP() << "no seccomp filters here";
        EXPECT_EQ(status, 0) << name_of(guests);
    }
}

TEST_F(wasi_context, refuses_descriptors_that_are_not_what_they_should_be)
{
    config.standard_error = {Stdio::Source::fd, 12345};
    EXPECT_EQ(create_error().code, Errc::io_failure);
    EXPECT_EQ(fault.part, ConfigFault::Part::standard_stream);
    EXPECT_EQ(fault.index, 2u);
    EXPECT_EQ(fault.host_errno, EBADF);
    const int directory = ::open(inside.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    config.standard_error = {Stdio::Source::fd, directory};
    EXPECT_EQ(create_error().code, Errc::io_failure)
        << "a standard stream is never a root for paths";
    config.standard_error = {};
    const int sockets[] = {directory};
    config.sockets = sockets;
    EXPECT_EQ(create_error().code, Errc::io_failure);
    EXPECT_EQ(fault.part, ConfigFault::Part::socket);
    EXPECT_EQ(fault.host_errno, ENOTSOCK);
    ::close(directory);
}

TEST_F(wasi_context, refuses_more_descriptors_than_the_limit)
{
    config.max_descriptors = 3;
    const std::string good = inside.string();
    const Preopen preopens[] = {{.host_path = good, .guest_path = "/"}};
    config.preopens = preopens;
    EXPECT_EQ(create_error().code, Errc::invalid_argument);
    EXPECT_EQ(fault.part, ConfigFault::Part::preopen);
}

TEST_F(wasi_context, gives_streams_only_their_direction)
{
    const int host = ::open((inside / "both").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    config.standard_input = {Stdio::Source::fd, host};
    config.standard_output = {Stdio::Source::fd, host};
    EXPECT_FALSE(intersects(context().descriptors.find(Fd{0})->base, right::of_writing));
    EXPECT_FALSE(intersects(context().descriptors.find(Fd{1})->base, right::of_reading));
    EXPECT_EQ(context().descriptors.find(Fd{0})->type, FileType::regular_file);
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    config.standard_input = {Stdio::Source::fd, null};
    create();
    EXPECT_EQ(context().descriptors.find(Fd{0})->type, FileType::unknown)
        << "no terminal, whatever isatty guesses";
    ::close(host);
    ::close(null);
}

TEST_F(wasi_context, leaves_nothing_open_when_it_fails_or_ends)
{
    const size_t before = open_host_descriptors();
    const std::string_view strings[] = {"a=b"};
    config.args = strings;
    config.env = strings;
    const std::string good = inside.string();
    const Preopen preopens[] = {{.host_path = good, .guest_path = "/"},
                                {.host_path = good, .guest_path = "/b"}};
    config.preopens = preopens;
    config.standard_output = {Stdio::Source::inherit, -1};
    {
        const Result<Context> made = Context::create(*arena, config);
        ASSERT_TRUE(made);
        EXPECT_EQ(open_host_descriptors(), before + 3);
    }
    EXPECT_EQ(open_host_descriptors(), before);
    // Every allocation fails in turn; what was opened before it is closed again.
    uint64_t failures = 0;
    for (uint64_t nth = 1;; ++nth) {
        TestArena own;
        own->fail_at(nth);
        const Result<Context> made = Context::create(*own, config);
        if (made) break;
        EXPECT_EQ(made.error().code, Errc::arena_exhausted);
        EXPECT_EQ(open_host_descriptors(), before);
        ++failures;
    }
    EXPECT_EQ(failures, 8u) << "two blocks of strings, scratch memory, the table, two names";
    failures = 0;
    for (uint64_t nth = 1;; ++nth) {
        TestArena own;
        own->fail_at(nth);
        const Result<Context*> made = Context::make(*own, config);
        if (made) break;
        EXPECT_EQ(open_host_descriptors(), before);
        ++failures;
    }
    EXPECT_EQ(failures, 10u) << "the context itself and its registration";
    EXPECT_EQ(open_host_descriptors(), before) << "the arena closed them at its end";
}

TEST_F(wasi_context, charges_its_memory_to_wasi_and_allocates_none_later)
{
    create();
    EXPECT_GT(arena->usage(Account::wasi).used, scratch_bytes);
    EXPECT_EQ(arena->usage(Account::none).used, 0u);
    arena->seal();
    fs::create_directory(inside / "sub");
    for (int round = 0; round < 3; ++round) {
        guest.forget();
        const Fd fd = open("file", p1::oflag::creat);
        EXPECT_EQ(write(fd, "text"), Errno::success);
        EXPECT_EQ(rename("file", "sub/file"), Errno::success);
        EXPECT_EQ(stat("sub/file"), Errno::success);
        EXPECT_EQ(close(fd), Errno::success);
    }
    arena->unseal();
}

TEST(preview1_table, has_the_types_of_the_specification)
{
    const auto type_of = [](std::string_view name) -> std::string {
        for (const Preview1Function& row : preview1_table) {
            if (row.name != name) continue;
            std::string text;
            for (const CoreType type : row.params)
                text += type == CoreType::i32 ? 'i' : 'I';
            return text + (row.returns_errno ? ":i" : ":");
        }
        return "missing";
    };
    EXPECT_EQ(type_of("args_get"), "ii:i");
    EXPECT_EQ(type_of("clock_res_get"), "ii:i");
    EXPECT_EQ(type_of("clock_time_get"), "iIi:i");
    EXPECT_EQ(type_of("fd_advise"), "iIIi:i");
    EXPECT_EQ(type_of("fd_allocate"), "iII:i");
    EXPECT_EQ(type_of("fd_fdstat_set_rights"), "iII:i");
    EXPECT_EQ(type_of("fd_filestat_set_times"), "iIIi:i");
    EXPECT_EQ(type_of("fd_pread"), "iiiIi:i");
    EXPECT_EQ(type_of("fd_prestat_dir_name"), "iii:i");
    EXPECT_EQ(type_of("fd_read"), "iiii:i");
    EXPECT_EQ(type_of("fd_readdir"), "iiiIi:i");
    EXPECT_EQ(type_of("fd_seek"), "iIii:i");
    EXPECT_EQ(type_of("path_filestat_set_times"), "iiiiIIi:i");
    EXPECT_EQ(type_of("path_link"), "iiiiiii:i");
    EXPECT_EQ(type_of("path_open"), "iiiiiIIii:i");
    EXPECT_EQ(type_of("path_readlink"), "iiiiii:i");
    EXPECT_EQ(type_of("path_symlink"), "iiiii:i");
    EXPECT_EQ(type_of("poll_oneoff"), "iiii:i");
    EXPECT_EQ(type_of("proc_exit"), "i:");
    EXPECT_EQ(type_of("proc_raise"), "i:i");
    EXPECT_EQ(type_of("sched_yield"), ":i");
    EXPECT_EQ(type_of("sock_accept"), "iii:i");
    EXPECT_EQ(type_of("sock_recv"), "iiiiii:i");
    EXPECT_EQ(type_of("sock_shutdown"), "ii:i");
}

TEST(preview1_table, passes_slots_as_arguments)
{
    for (const Preview1Function& row : preview1_table) {
        if (row.name != "proc_exit") continue;
        TestArena arena;
        Context context = Context::create(*arena, {}).value();
        const uint64_t slots[] = {0xdeadbeef00000007};
        const Outcome outcome = row.invoke(context, {}, slots);
        EXPECT_TRUE(outcome.exits);
        EXPECT_EQ(outcome.status, 7u) << "an i32 is the low half of its slot";
    }
}

class wasi_unstable_layouts : public WasiTest {};

TEST_F(wasi_unstable_layouts, order_whence_their_own_way)
{
    const Fd fd = create_file("file");
    write(fd, "0123456789");
    const Ptr at = guest.space(8);
    const auto seek_to = [&](int64_t offset, uint32_t whence) {
        EXPECT_EQ(unstable::fd_seek(context(), memory(), fd, offset, unstable::Whence{whence}, at),
                  Errno::success);
        return guest.get<uint64_t>(at);
    };
    EXPECT_EQ(seek_to(3, 2), 3u) << "set";
    EXPECT_EQ(seek_to(2, 0), 5u) << "cur";
    EXPECT_EQ(seek_to(-1, 1), 9u) << "end";
    EXPECT_EQ(unstable::fd_seek(context(), memory(), fd, 0, unstable::Whence{3}, at), Errno::inval);
}

TEST_F(wasi_unstable_layouts, have_a_shorter_filestat)
{
    const Fd fd = create_file("file");
    write(fd, "12345");
    fs::create_hard_link(inside / "file", inside / "twin");
    const Ptr at = guest.space(64);
    for (const bool by_path : {false, true}) {
        for (uint32_t i = 0; i < 64; i += 8)
            guest.set(at + i, uint64_t{0x5555555555555555});
        EXPECT_EQ(by_path
                      ? unstable::path_filestat_get(context(), memory(), first_preopen,
                                                    p1::LookupFlags{0}, guest.put("file"), 4, at)
                      : unstable::fd_filestat_get(context(), memory(), fd, at),
                  Errno::success);
        EXPECT_EQ(guest.get<uint8_t>(at, 16), static_cast<uint8_t>(FileType::regular_file));
        EXPECT_EQ(guest.get<uint32_t>(at, 20), 2u) << "links";
        EXPECT_EQ(guest.get<uint64_t>(at, 24), 5u) << "size";
        EXPECT_EQ(guest.get<uint64_t>(at, 56), 0x5555555555555555u) << "what lies behind it";
    }
}

TEST_F(wasi_unstable_layouts, have_a_longer_subscription)
{
    config.clock = ClockMode::fixed;
    const Ptr in = guest.space(112);
    guest.set(in, uint64_t{11});
    guest.set(in + 8, uint8_t{0});
    guest.set(in + 16, uint64_t{0x1111111111111111});  // the clock's identifier, of no use
    guest.set(in + 24, uint32_t{1});
    guest.set(in + 32, uint64_t{5000});
    guest.set(in + 48, uint16_t{0});
    guest.set(in + 56, uint64_t{22});
    guest.set(in + 64, uint8_t{1});
    guest.set(in + 72, uint32_t{77});
    const Ptr out = guest.space(64);
    const Ptr count = guest.space(4);
    ASSERT_EQ(unstable::poll_oneoff(context(), memory(), in, out, 1, count), Errno::success);
    EXPECT_EQ(guest.get<uint64_t>(out), 11u);
    EXPECT_EQ(context().clocks.now_ns(ClockId::monotonic).value, 5000u);
    ASSERT_EQ(unstable::poll_oneoff(context(), memory(), in, out, 2, count), Errno::success);
    EXPECT_EQ(guest.get<uint32_t>(count), 1u);
    EXPECT_EQ(guest.get<uint64_t>(out), 22u);
    EXPECT_EQ(guest.get<uint16_t>(out, 8), static_cast<uint16_t>(Errno::badf));
}

}  // namespace
}  // namespace wrt::wasi::test
