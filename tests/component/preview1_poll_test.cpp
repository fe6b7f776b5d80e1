#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "component/wasi_support.hpp"

namespace wrt::wasi::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Event {
    uint64_t userdata;
    Errno error;
    p1::EventType type;
    uint64_t nbytes;
    uint16_t flags;
};

class preview1_poll : public WasiTest {
protected:
    void add_clock(uint64_t userdata, ClockId clock, uint64_t timeout, uint16_t flags = 0)
    {
        const Ptr at = add(userdata, p1::EventType::clock);
        guest.set(at + 16, static_cast<uint32_t>(clock));
        guest.set(at + 24, timeout);
        guest.set(at + 40, flags);
    }
    void add_fd(uint64_t userdata, p1::EventType type, Fd fd)
    {
        guest.set(add(userdata, type) + 16, static_cast<uint32_t>(fd));
    }
    Errno poll()
    {
        const Ptr in = guest.space(subscriptions_.size() * 48);
        for (uint32_t i = 0; i < subscriptions_.size(); ++i) {
            for (uint32_t offset = 0; offset < 48; offset += 8) {
                guest.set(in + (i * 48 + offset), guest.get<uint64_t>(subscriptions_[i], offset));
            }
        }
        const Ptr out = overlapping ? in : guest.space(subscriptions_.size() * 32);
        const Ptr count = guest.put_value(uint32_t{0});
        const Errno result = p1::poll_oneoff(context(), memory(), in, out,
                                             static_cast<uint32_t>(subscriptions_.size()), count);
        events.clear();
        for (uint32_t i = 0; i < guest.get<uint32_t>(count); ++i) {
            const Ptr at = out + i * 32;
            events.push_back({guest.get<uint64_t>(at, 0), Errno{guest.get<uint16_t>(at, 8)},
                              p1::EventType{guest.get<uint8_t>(at, 10)},
                              guest.get<uint64_t>(at, 16), guest.get<uint16_t>(at, 24)});
        }
        subscriptions_.clear();
        return result;
    }
    int pipe_to_stdin()
    {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        config.standard_input = {Stdio::Source::fd, ends[0]};
        create();
        ::close(ends[0]);
        return ends[1];
    }

    std::vector<Event> events;
    bool overlapping = false;

private:
    Ptr add(uint64_t userdata, p1::EventType type)
    {
        const Ptr at = guest.space(48);
        for (uint32_t offset = 0; offset < 48; offset += 8)
            guest.set(at + offset, uint64_t{0});
        guest.set(at, userdata);
        guest.set(at + 8, static_cast<uint8_t>(type));
        subscriptions_.push_back(at);
        return at;
    }
    std::vector<Ptr> subscriptions_;
};

TEST_F(preview1_poll, waits_for_a_clock_without_spinning)
{
    const auto start = steady_clock::now();
    timespec busy_before{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &busy_before);
    add_clock(7, ClockId::monotonic, 60'000'000);
    ASSERT_EQ(poll(), Errno::success);
    EXPECT_GE(steady_clock::now() - start, milliseconds{60});
    timespec busy_after{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &busy_after);
    EXPECT_LT((busy_after.tv_sec - busy_before.tv_sec) * 1000 +
                  (busy_after.tv_nsec - busy_before.tv_nsec) / 1'000'000,
              30);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].userdata, 7u);
    EXPECT_EQ(events[0].error, Errno::success);
    EXPECT_EQ(events[0].type, p1::EventType::clock);
}

TEST_F(preview1_poll, takes_absolute_times)
{
    const uint64_t now = context().clocks.now_ns(ClockId::monotonic).value;
    const auto start = steady_clock::now();
    add_clock(1, ClockId::monotonic, now + 30'000'000, p1::subclockflag::abstime);
    ASSERT_EQ(poll(), Errno::success);
    EXPECT_GE(steady_clock::now() - start, milliseconds{29});
    add_clock(1, ClockId::realtime, 1, p1::subclockflag::abstime);
    ASSERT_EQ(poll(), Errno::success);
    EXPECT_EQ(events.size(), 1u) << "long past";
}

TEST_F(preview1_poll, fires_only_the_first_of_several_clocks)
{
    add_clock(1, ClockId::monotonic, UINT64_MAX);
    add_clock(2, ClockId::realtime, 10'000'000);
    add_clock(3, ClockId::monotonic, 3'600'000'000'000);
    ASSERT_EQ(poll(), Errno::success);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].userdata, 2u);
}

TEST_F(preview1_poll, reports_bad_subscriptions_as_events)
{
    add_clock(1, ClockId{9}, 0);
    add_clock(2, ClockId::process_cputime, 0);
    add_clock(3, ClockId::monotonic, UINT64_MAX, 2);
    add_fd(4, p1::EventType::fd_read, Fd{99});
    add_fd(5, p1::EventType::fd_write, first_preopen);
    add_clock(6, ClockId::monotonic, UINT64_MAX);
    ASSERT_EQ(poll(), Errno::success);
    ASSERT_EQ(events.size(), 5u);
    EXPECT_EQ(events[0].error, Errno::inval);
    EXPECT_EQ(events[1].error, Errno::notsup);
    EXPECT_EQ(events[2].error, Errno::inval);
    EXPECT_EQ(events[3].error, Errno::badf);
    EXPECT_EQ(events[3].type, p1::EventType::fd_read);
    EXPECT_EQ(events[4].error, Errno::notcapable);
    EXPECT_EQ(events[4].userdata, 5u);
}

TEST_F(preview1_poll, finds_files_and_null_always_ready)
{
    write_file(inside / "file", "12345678");
    const Fd file = open("file");
    seek(file, 3, 0);
    add_fd(1, p1::EventType::fd_read, file);
    add_fd(2, p1::EventType::fd_write, file);
    add_fd(3, p1::EventType::fd_read, Fd{0});
    add_fd(4, p1::EventType::fd_write, Fd{1});
    add_clock(5, ClockId::monotonic, UINT64_MAX);
    ASSERT_EQ(poll(), Errno::success);
    ASSERT_EQ(events.size(), 4u);
    EXPECT_EQ(events[0].nbytes, 5u);
    for (const Event& event : events)
        EXPECT_EQ(event.error, Errno::success);
}

TEST_F(preview1_poll, waits_for_a_pipe)
{
    const int writer = pipe_to_stdin();
    add_fd(1, p1::EventType::fd_read, Fd{0});
    add_clock(2, ClockId::monotonic, 10'000'000);
    ASSERT_EQ(poll(), Errno::success);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].userdata, 2u) << "nothing to read yet";

    std::thread other{[&] {
        std::this_thread::sleep_for(milliseconds{20});
        EXPECT_EQ(::write(writer, "abc", 3), 3);
    }};
    add_fd(1, p1::EventType::fd_read, Fd{0});
    add_clock(2, ClockId::monotonic, 10'000'000'000);
    ASSERT_EQ(poll(), Errno::success);
    other.join();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].userdata, 1u);
    EXPECT_EQ(events[0].nbytes, 3u);
    EXPECT_EQ(events[0].flags, 0u);
    ::close(writer);
    add_fd(1, p1::EventType::fd_read, Fd{0});
    ASSERT_EQ(poll(), Errno::success);
    EXPECT_EQ(events[0].flags, p1::eventrwflag::fd_readwrite_hangup);
}

TEST_F(preview1_poll, reports_a_pipe_nobody_reads)
{
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    config.standard_output = {Stdio::Source::fd, ends[1]};
    create();
    ::close(ends[1]);
    add_fd(1, p1::EventType::fd_write, Fd{1});
    ASSERT_EQ(poll(), Errno::success);
    EXPECT_EQ(events[0].error, Errno::success);
    ::close(ends[0]);
    add_fd(1, p1::EventType::fd_write, Fd{1});
    ASSERT_EQ(poll(), Errno::success);
    EXPECT_EQ(events[0].error, Errno::pipe);
}

TEST_F(preview1_poll, lets_events_overwrite_subscriptions)
{
    overlapping = true;
    for (uint64_t i = 0; i < 20; ++i)
        add_fd(i, p1::EventType::fd_read, Fd{i % 2 == 0 ? 0u : 99u});
    ASSERT_EQ(poll(), Errno::success);
    ASSERT_EQ(events.size(), 20u);
    for (uint64_t i = 0; i < 20; ++i) {
        EXPECT_EQ(events[i].userdata, i);
        EXPECT_EQ(events[i].error, i % 2 == 0 ? Errno::success : Errno::badf);
    }
}

TEST_F(preview1_poll, limits_the_number_of_subscriptions)
{
    const Ptr space = guest.space(64);
    for (const uint32_t count : {0u, 513u, 0x05555556u, 0x08000001u, 0xffffffffu}) {
        EXPECT_EQ(p1::poll_oneoff(context(), memory(), space, space, count, space), Errno::inval)
            << count;
    }
    for (uint64_t i = 0; i < 512; ++i)
        add_fd(i, p1::EventType::fd_read, Fd{0});
    EXPECT_EQ(poll(), Errno::success);
    EXPECT_EQ(events.size(), 512u);
}

TEST_F(preview1_poll, needs_its_arrays_inside_the_memory)
{
    const uint32_t end = guest.size();
    const Ptr good = guest.space(96);
    EXPECT_EQ(p1::poll_oneoff(context(), memory(), Ptr{end - 47}, good, 1, good), Errno::fault);
    EXPECT_EQ(p1::poll_oneoff(context(), memory(), good, Ptr{end - 31}, 1, good), Errno::fault);
    EXPECT_EQ(p1::poll_oneoff(context(), memory(), good, good, 1, Ptr{end - 3}), Errno::fault);
    EXPECT_EQ(p1::poll_oneoff(context(), memory(), Ptr{0xffffffd0}, good, 1, good), Errno::fault);
    EXPECT_EQ(p1::poll_oneoff(context(), memory(), good, Ptr{0xfffffff0}, 2, good), Errno::fault);
    guest.set(good + 8, uint8_t{3});
    EXPECT_EQ(p1::poll_oneoff(context(), memory(), good, good + 48, 1, good), Errno::inval)
        << "no such event type";
}

TEST_F(preview1_poll, jumps_over_waits_if_clocks_are_fixed)
{
    config.clock = ClockMode::fixed;
    const int writer = pipe_to_stdin();
    const auto start = steady_clock::now();
    add_clock(1, ClockId::monotonic, 3'600'000'000'000);
    add_fd(2, p1::EventType::fd_read, Fd{0});
    ASSERT_EQ(poll(), Errno::success);
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds{10});
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].userdata, 1u);
    EXPECT_EQ(context().clocks.now_ns(ClockId::monotonic).value, 3'600'000'000'000u);
    EXPECT_EQ(::write(writer, "x", 1), 1);
    add_clock(1, ClockId::monotonic, 3'600'000'000'000);
    add_fd(2, p1::EventType::fd_read, Fd{0});
    ASSERT_EQ(poll(), Errno::success);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].userdata, 2u)
        << "what is ready comes before what would have to be waited for";
    EXPECT_EQ(context().clocks.now_ns(ClockId::monotonic).value, 3'600'000'000'000u);
    ::close(writer);
}

TEST_F(preview1_poll, ends_when_interrupted)
{
    static std::atomic<bool> requested;
    requested = false;
    config.interrupt.requested = [](const void*) { return requested.load(); };
    std::thread other{[] {
        std::this_thread::sleep_for(milliseconds{30});
        requested = true;
    }};
    const auto start = steady_clock::now();
    add_clock(1, ClockId::monotonic, 60'000'000'000);
    EXPECT_EQ(poll(), Errno::intr);
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds{10});
    other.join();
}

TEST_F(preview1_poll, is_woken_by_a_descriptor)
{
    int wake[2];
    ASSERT_EQ(::pipe2(wake, O_CLOEXEC), 0);
    config.interrupt.wake_fd = wake[0];
    EXPECT_EQ(::write(wake[1], "x", 1), 1);
    add_clock(1, ClockId::monotonic, 60'000'000'000);
    EXPECT_EQ(poll(), Errno::intr);
    ::close(wake[0]);
    ::close(wake[1]);
}

}  // namespace
}  // namespace wrt::wasi::test
