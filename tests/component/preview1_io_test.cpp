#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "component/wasi_support.hpp"

namespace wrt::wasi::test {
namespace {

class preview1_io : public WasiTest {
protected:
    Errno pread(Fd fd, uint64_t offset, std::string& text, uint32_t size = 100)
    {
        const Ptr buffer = guest.space(size);
        const Ptr count = guest.put_value(uint32_t{0});
        const Errno result = p1::fd_pread(context(), memory(), fd,
                                          guest.put_buffers({{buffer, size}}), 1, offset, count);
        moved = guest.get<uint32_t>(count);
        text = guest.text(buffer, moved);
        return result;
    }
    Errno pwrite(Fd fd, uint64_t offset, std::string_view text)
    {
        const Ptr count = guest.put_value(uint32_t{0});
        const Errno result =
            p1::fd_pwrite(context(), memory(), fd,
                          guest.put_buffers({{guest.put(text), length(text)}}), 1, offset, count);
        moved = guest.get<uint32_t>(count);
        return result;
    }
    /// A pipe; the guest's stream 0 or 1 is one end and the result the other.
    int pipe_to(int stream)
    {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        const int guests = stream == 0 ? 0 : 1;
        (stream == 0 ? config.standard_input : config.standard_output) = {Stdio::Source::fd,
                                                                          ends[guests]};
        create();
        ::close(ends[guests]);
        return ends[1 - guests];
    }
};

TEST_F(preview1_io, scatters_and_gathers)
{
    const Fd fd = create_file("file");
    const Ptr a = guest.put("abc");
    const Ptr b = guest.put("defgh");
    const Ptr count = guest.space(4);
    EXPECT_EQ(p1::fd_write(context(), memory(), fd, guest.put_buffers({{a, 3}, {b, 0}, {b, 5}}), 3,
                           count),
              Errno::success);
    EXPECT_EQ(guest.get<uint32_t>(count), 8u);
    EXPECT_EQ(read_file(inside / "file"), "abcdefgh");
    seek(fd, 1, 0);
    const Ptr x = guest.put("....");
    const Ptr y = guest.put("....");
    EXPECT_EQ(p1::fd_read(context(), memory(), fd, guest.put_buffers({{x, 2}, {y, 4}}), 2, count),
              Errno::success);
    EXPECT_EQ(guest.get<uint32_t>(count), 6u);
    EXPECT_EQ(guest.text(x, 4), "bc..");
    EXPECT_EQ(guest.text(y, 4), "defg");
}

TEST_F(preview1_io, reads_and_writes_at_an_offset_without_moving)
{
    const Fd fd = create_file("file");
    EXPECT_EQ(write(fd, "0123456789"), Errno::success);
    std::string text;
    EXPECT_EQ(pread(fd, 3, text, 4), Errno::success);
    EXPECT_EQ(text, "3456");
    EXPECT_EQ(pwrite(fd, 2, "ab"), Errno::success);
    EXPECT_EQ(pwrite(fd, 12, "cd"), Errno::success);
    EXPECT_EQ(read_file(inside / "file"), (std::string{"01ab456789\0\0cd", 14}));
    uint64_t position = 0;
    seek(fd, 0, 1, &position);
    EXPECT_EQ(position, 10u);
    EXPECT_EQ(pread(fd, 1000, text), Errno::success);
    EXPECT_EQ(text, "");
    EXPECT_EQ(pread(fd, uint64_t{1} << 63, text), Errno::inval);
    EXPECT_EQ(pwrite(fd, UINT64_MAX, "x"), Errno::inval);
    EXPECT_EQ(pwrite(fd, INT64_MAX, "x"), Errno::inval);
}

TEST_F(preview1_io, has_no_offset_in_a_stream)
{
    const int writer = pipe_to(0);
    descriptor(Fd{0}).base = right::all;
    std::string text;
    EXPECT_EQ(pread(Fd{0}, 0, text), Errno::spipe);
    EXPECT_EQ(pwrite(Fd{0}, 0, "x"), Errno::spipe);
    ::close(writer);
}

TEST_F(preview1_io, reads_nothing_from_null_and_swallows_what_it_is_given)
{
    std::string text = "x";
    EXPECT_EQ(read(Fd{0}, text), Errno::success);
    EXPECT_EQ(text, "");
    EXPECT_EQ(write(Fd{1}, "gone"), Errno::success);
    EXPECT_EQ(moved, 4u);
    EXPECT_EQ(write(Fd{0}, "x"), Errno::notcapable);
    EXPECT_EQ(read(Fd{2}, text), Errno::notcapable);
    EXPECT_EQ(read(Fd{70}, text), Errno::badf);
}

TEST_F(preview1_io, limits_how_many_buffers_a_call_has)
{
    const Fd fd = create_file("file");
    const Ptr count = guest.space(4);
    const Ptr many = guest.space(8 * 1025);
    EXPECT_EQ(p1::fd_write(context(), memory(), fd, many, 1024, count), Errno::success);
    EXPECT_EQ(p1::fd_write(context(), memory(), fd, many, 1025, count), Errno::inval);
    EXPECT_EQ(p1::fd_read(context(), memory(), fd, many, 1025, count), Errno::inval);
    // The size of the array in bytes would wrap in 32 bits.
    for (const uint32_t huge : {0x20000000u, 0x20000001u, 0x80000000u, 0xffffffffu}) {
        EXPECT_EQ(p1::fd_write(context(), memory(), fd, many, huge, count), Errno::inval) << huge;
        EXPECT_EQ(p1::fd_read(context(), memory(), fd, many, huge, count), Errno::inval) << huge;
        EXPECT_EQ(p1::fd_pread(context(), memory(), fd, many, huge, 0, count), Errno::inval)
            << huge;
        EXPECT_EQ(p1::fd_pwrite(context(), memory(), fd, many, huge, 0, count), Errno::inval)
            << huge;
    }
}

TEST_F(preview1_io, checks_every_buffer_before_it_moves_a_byte)
{
    const Fd fd = create_file("file");
    const Ptr good = guest.put("good");
    const Ptr count = guest.put_value(uint32_t{77});
    const uint32_t end = guest.size();
    const std::pair<Ptr, uint32_t> bad[] = {
        {Ptr{end}, 1},        {Ptr{end - 4}, 5},    {Ptr{0}, end + 1},         {Ptr{4}, 0xffffffff},
        {Ptr{0xfffffffc}, 4}, {Ptr{0xffffffff}, 1}, {Ptr{end - 1}, 0xfffffff0}};
    for (const auto& [address, size] : bad) {
        const Ptr iovs = guest.put_buffers({{good, 4}, {address, size}});
        EXPECT_EQ(p1::fd_write(context(), memory(), fd, iovs, 2, count), Errno::fault)
            << address.address;
        EXPECT_EQ(p1::fd_read(context(), memory(), fd, iovs, 2, count), Errno::fault)
            << address.address;
    }
    const Ptr iovs = guest.put_buffers({{good, 4}});
    EXPECT_EQ(p1::fd_write(context(), memory(), fd, iovs, 1, Ptr{end - 3}), Errno::fault)
        << "the result's place";
    EXPECT_EQ(p1::fd_write(context(), memory(), fd, Ptr{end - 7}, 1, count), Errno::fault)
        << "the array";
    EXPECT_EQ(p1::fd_write(context(), memory(), fd, Ptr{0xfffffff8}, 2, count), Errno::fault);
    EXPECT_EQ(fs::file_size(inside / "file"), 0u);
    EXPECT_EQ(guest.get<uint32_t>(count), 77u);
    EXPECT_EQ(p1::fd_write(context(), memory(), fd, guest.put_buffers({{Ptr{end}, 0}}), 1, count),
              Errno::success)
        << "nothing at the end of the memory is inside it";
}

TEST_F(preview1_io, moves_more_than_one_slice)
{
    FakeGuest large{24 * 1024 * 1024};
    guest = std::move(large);
    std::string text(10'000'000, 'a');
    for (size_t i = 0; i < text.size(); ++i)
        text[i] = static_cast<char>('a' + i % 23);
    const Fd fd = create_file("file");
    const Ptr bytes = guest.put(text);
    const Ptr count = guest.space(4);
    const Ptr iovs =
        guest.put_buffers({{bytes, 3}, {bytes + 3, 9'000'000}, {bytes + 9'000'003, 999'997}});
    EXPECT_EQ(p1::fd_write(context(), memory(), fd, iovs, 3, count), Errno::success);
    EXPECT_EQ(guest.get<uint32_t>(count), 10'000'000u);
    EXPECT_EQ(read_file(inside / "file"), text);
    const Ptr back = guest.space(11'000'000);
    EXPECT_EQ(p1::fd_pread(context(), memory(), fd,
                           guest.put_buffers({{back, 4'194'304}, {back + 4'194'304, 6'805'696}}), 2,
                           0, count),
              Errno::success);
    EXPECT_EQ(guest.get<uint32_t>(count), 10'000'000u);
    EXPECT_EQ(guest.text(back, text.size()), text);
}

TEST_F(preview1_io, stops_a_long_transfer_when_interrupted)
{
    guest = FakeGuest{24 * 1024 * 1024};
    config.interrupt.requested = [](const void*) { return true; };
    const Fd fd = create_file("file");
    const Ptr count = guest.space(4);
    const Ptr bytes = guest.space(20'000'000);
    EXPECT_EQ(
        p1::fd_write(context(), memory(), fd, guest.put_buffers({{bytes, 20'000'000}}), 1, count),
        Errno::success);
    EXPECT_GT(guest.get<uint32_t>(count), 0u);
    EXPECT_LT(guest.get<uint32_t>(count), 20'000'000u);
    EXPECT_EQ(fs::file_size(inside / "file"), guest.get<uint32_t>(count));
}

TEST_F(preview1_io, reads_a_pipe_as_it_comes)
{
    const int writer = pipe_to(0);
    ASSERT_EQ(::write(writer, "abc", 3), 3);
    std::string text;
    EXPECT_EQ(read(Fd{0}, text), Errno::success);
    EXPECT_EQ(text, "abc");
    p1::fd_fdstat_set_flags(context(), memory(), Fd{0}, p1::FdFlags{fdflag::nonblock});
    EXPECT_EQ(read(Fd{0}, text), Errno::again);
    ::close(writer);
    EXPECT_EQ(read(Fd{0}, text), Errno::success);
    EXPECT_EQ(text, "");
}

TEST_F(preview1_io, ends_a_wait_when_interrupted)
{
    static std::atomic<bool> requested;
    requested = false;
    config.interrupt.requested = [](const void*) { return requested.load(); };
    const int writer = pipe_to(0);
    std::thread other{[] {
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
        requested = true;
    }};
    std::string text;
    EXPECT_EQ(read(Fd{0}, text), Errno::intr);
    other.join();
    ::close(writer);
}

TEST_F(preview1_io, is_woken_by_a_descriptor)
{
    int wake[2];
    ASSERT_EQ(::pipe2(wake, O_CLOEXEC), 0);
    config.interrupt.wake_fd = wake[0];
    const int writer = pipe_to(0);
    std::thread other{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        EXPECT_EQ(::write(wake[1], "x", 1), 1);
    }};
    std::string text;
    EXPECT_EQ(read(Fd{0}, text), Errno::intr);
    other.join();
    ::close(writer);
    ::close(wake[0]);
    ::close(wake[1]);
}

TEST_F(preview1_io, gets_an_error_and_no_signal_from_a_closed_pipe)
{
    const int reader = pipe_to(1);
    EXPECT_EQ(write(Fd{1}, "x"), Errno::success);
    ::close(reader);
    EXPECT_EQ(write(Fd{1}, "x"), Errno::pipe);
    sigset_t pending;
    ::sigpending(&pending);
    EXPECT_EQ(::sigismember(&pending, SIGPIPE), 0);
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    EXPECT_EQ(::sigismember(&mask, SIGPIPE), 0) << "the mask is as before";
}

TEST_F(preview1_io, writes_a_full_pipe_without_blocking_if_so_asked)
{
    const int reader = pipe_to(1);
    p1::fd_fdstat_set_flags(context(), memory(), Fd{1}, p1::FdFlags{fdflag::nonblock});
    const std::string block(60'000, 'x');
    uint64_t total = 0;
    Errno result = Errno::success;
    for (int i = 0; i < 1000 && result == Errno::success; ++i) {
        guest.forget();
        result = write(Fd{1}, block);
        if (result == Errno::success) total += moved;
    }
    EXPECT_EQ(result, Errno::again);
    EXPECT_GE(total, 4096u);
    ::close(reader);
}

TEST_F(preview1_io, writes_all_of_a_large_text_to_a_slow_pipe)
{
    guest = FakeGuest{4 * 1024 * 1024};
    const int reader = pipe_to(1);
    std::string text(1'000'000, 'x');
    for (size_t i = 0; i < text.size(); ++i)
        text[i] = static_cast<char>('a' + i % 23);
    std::string got;
    std::thread other{[&] {
        char bytes[10'000];
        while (got.size() < text.size()) {
            const ssize_t size = ::read(reader, bytes, sizeof bytes);
            if (size <= 0) break;
            got.append(bytes, static_cast<size_t>(size));
        }
    }};
    EXPECT_EQ(write(Fd{1}, text), Errno::success);
    EXPECT_EQ(moved, text.size());
    other.join();
    EXPECT_EQ(got, text);
    ::close(reader);
}

TEST_F(preview1_io, counts_what_it_moves_and_stops_past_the_limit)
{
    guest = FakeGuest{24 * 1024 * 1024};
    const Fd fd = create_file("file");
    const Ptr count = guest.space(4);
    const Ptr iovs = guest.put_buffers({{guest.space(20'000'000), 20'000'000}});
    context().pace.begin(1000);
    EXPECT_EQ(p1::fd_write(context(), memory(), fd, iovs, 1, count), Errno::success);
    EXPECT_EQ(context().pace.moved_bytes(), 4u * 1024 * 1024) << "one slice past the limit";
    EXPECT_EQ(guest.get<uint32_t>(count), context().pace.moved_bytes());
    context().pace.begin(UINT64_MAX);
    std::string text;
    seek(fd, 0, 0);
    EXPECT_EQ(read(fd, text, 1000), Errno::success);
    EXPECT_EQ(context().pace.moved_bytes(), 1000u);
}

TEST_F(preview1_io, shows_the_guests_control_characters_on_a_terminal)
{
    int terminal = -1;
    int guests = -1;
    ASSERT_EQ(::openpty(&terminal, &guests, nullptr, nullptr, nullptr), 0);
    config.standard_output = {Stdio::Source::fd, guests};
    EXPECT_EQ(write(Fd{1}, "a\x1b[31mb"), Errno::success);
    EXPECT_EQ(moved, 7u) << "counted as the guest wrote it";
    EXPECT_EQ(write(Fd{1}, "\xe2\x82"), Errno::success);
    EXPECT_EQ(write(Fd{1}, "\xac|"), Errno::success) << "a character in two pieces";
    // A terminal hands on what was written to it in pieces of its own.
    const auto shown = [&](std::string_view wanted) {
        std::string text(wanted.size(), '\0');
        size_t filled = 0;
        while (filled < text.size()) {
            const ssize_t size = ::read(terminal, text.data() + filled, text.size() - filled);
            if (size <= 0) break;
            filled += static_cast<size_t>(size);
        }
        return text.substr(0, filled);
    };
    constexpr std::string_view filtered = "a\\x1b[31mb\xe2\x82\xac|";
    EXPECT_EQ(shown(filtered), filtered);
    EXPECT_EQ(descriptor(Fd{1}).type, FileType::character_device);

    config.raw_terminal = true;
    config.standard_output = {Stdio::Source::fd, guests};
    create();
    EXPECT_EQ(write(Fd{1}, "\x1b[0m"), Errno::success);
    EXPECT_EQ(shown("\x1b[0m"), "\x1b[0m");
    ::close(terminal);
    ::close(guests);
}

TEST_F(preview1_io, filters_no_pipe_and_no_file)
{
    const int reader = pipe_to(1);
    EXPECT_EQ(write(Fd{1}, "\x1b[31m\xff"), Errno::success);
    char got[16];
    const ssize_t size = ::read(reader, got, sizeof got);
    EXPECT_EQ((std::string{got, static_cast<size_t>(size)}), "\x1b[31m\xff");
    ::close(reader);
}

TEST_F(preview1_io, moves_no_byte_through_a_directory)
{
    std::string text;
    EXPECT_EQ(read(first_preopen, text), Errno::notcapable);
    EXPECT_EQ(write(first_preopen, "x"), Errno::notcapable);
    descriptor(first_preopen).base = right::all;
    EXPECT_EQ(read(first_preopen, text), Errno::isdir);
    EXPECT_EQ(write(first_preopen, "x"), Errno::isdir);
    EXPECT_EQ(pread(first_preopen, 0, text), Errno::spipe);
}

TEST(terminal_filter, shows_what_could_move_the_cursor)
{
    const auto shown = [](std::string_view text) {
        TerminalFilter filter;
        std::string result;
        for (const char c : text) {
            std::array<char, TerminalFilter::max_growth> out;
            result.append(out.data(), filter.push(static_cast<uint8_t>(c), out));
        }
        return result;
    };
    EXPECT_EQ(shown("plain\ttext\r\n"), "plain\ttext\r\n");
    EXPECT_EQ(shown("\x1b]0;title\x07"), "\\x1b]0;title\\x07");
    EXPECT_EQ(shown("\x7f\b"), "\\x7f\\x08");
    EXPECT_EQ(shown("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
              "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    EXPECT_EQ(shown("\xc2\x9b"), "\\xc2\\x9b") << "the C1 control sequence introducer";
    EXPECT_EQ(shown("\x9b"), "\\x9b");
    EXPECT_EQ(shown("\xe2\x80\xae"), "\\xe2\\x80\\xae") << "right-to-left override";
    EXPECT_EQ(shown("\xe2\x81\xa7"), "\\xe2\\x81\\xa7") << "right-to-left isolate";
    EXPECT_EQ(shown("\xc0\x9b"), "\\xc0\\x9b") << "overlong";
    EXPECT_EQ(shown("\xe0\x80\x9b"), "\\xe0\\x80\\x9b");
    EXPECT_EQ(shown("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
    EXPECT_EQ(shown("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
    EXPECT_EQ(shown("\xe2\x82\x1b"), "\\xe2\\x82\\x1b") << "broken off by a control";
    EXPECT_EQ(shown("\xf0\x9f\x98"
                    "A"),
              "\\xf0\\x9f\\x98"
              "A");
    EXPECT_EQ(shown("\xf0\x9f\x98\xf0\x9f\x98\x80"), "\\xf0\\x9f\\x98\xf0\x9f\x98\x80");
}

}  // namespace
}  // namespace wrt::wasi::test
