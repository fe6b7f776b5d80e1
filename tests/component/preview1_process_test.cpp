#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include "component/wasi_support.hpp"

namespace wrt::wasi::test {
namespace {

class preview1_process : public WasiTest {
protected:
    uint64_t now(ClockId clock)
    {
        const Ptr at = guest.space(8);
        EXPECT_EQ(p1::clock_time_get(context(), memory(), clock, 0, at), Errno::success);
        return guest.get<uint64_t>(at);
    }
    std::string random(uint32_t size)
    {
        const Ptr at = guest.space(size);
        EXPECT_EQ(p1::random_get(context(), memory(), at, size), Errno::success);
        return guest.text(at, size);
    }
};

TEST_F(preview1_process, hands_out_arguments_and_variables)
{
    const std::string_view args[] = {"program", "", "--x=\xc3\xa9"};
    const std::string_view env[] = {"A=1"};
    config.args = args;
    config.env = env;
    create();
    const Ptr count = guest.space(4);
    const Ptr size = guest.space(4);
    ASSERT_EQ(p1::args_sizes_get(context(), memory(), count, size), Errno::success);
    EXPECT_EQ(guest.get<uint32_t>(count), 3u);
    EXPECT_EQ(guest.get<uint32_t>(size), 8u + 1 + 7);
    const Ptr argv = guest.space(12);
    const Ptr bytes = guest.space(16);
    ASSERT_EQ(p1::args_get(context(), memory(), argv, bytes), Errno::success);
    EXPECT_EQ(guest.text(bytes, 16), (std::string{"program\0\0--x=\xc3\xa9\0", 16}));
    EXPECT_EQ(guest.get<uint32_t>(argv, 0), bytes.address);
    EXPECT_EQ(guest.get<uint32_t>(argv, 4), bytes.address + 8);
    EXPECT_EQ(guest.get<uint32_t>(argv, 8), bytes.address + 9);
    ASSERT_EQ(p1::environ_sizes_get(context(), memory(), count, size), Errno::success);
    EXPECT_EQ(guest.get<uint32_t>(count), 1u);
    EXPECT_EQ(guest.get<uint32_t>(size), 4u);
    ASSERT_EQ(p1::environ_get(context(), memory(), argv, bytes), Errno::success);
    EXPECT_EQ(guest.text(bytes, 4), (std::string{"A=1\0", 4}));
}

TEST_F(preview1_process, hands_out_nothing_where_there_is_nothing)
{
    const Ptr count = guest.put_value(uint32_t{9});
    const Ptr size = guest.put_value(uint32_t{9});
    EXPECT_EQ(p1::environ_sizes_get(context(), memory(), count, size), Errno::success);
    EXPECT_EQ(guest.get<uint32_t>(count), 0u);
    EXPECT_EQ(guest.get<uint32_t>(size), 0u);
    EXPECT_EQ(p1::environ_get(context(), memory(), count, size), Errno::success);
    EXPECT_EQ(guest.get<uint32_t>(count), 0u) << "untouched";
}

TEST_F(preview1_process, writes_arguments_only_where_they_fit)
{
    const std::string_view args[] = {"abc", "defg"};
    config.args = args;
    create();
    const uint32_t end = guest.size();
    const Ptr bytes = guest.space(16);
    EXPECT_EQ(p1::args_get(context(), memory(), Ptr{end - 7}, bytes), Errno::fault);
    EXPECT_EQ(p1::args_get(context(), memory(), bytes, Ptr{end - 8}), Errno::fault);
    EXPECT_EQ(p1::args_get(context(), memory(), Ptr{0xfffffffc}, bytes), Errno::fault);
    EXPECT_EQ(p1::args_get(context(), memory(), bytes, Ptr{0xffffffff}), Errno::fault);
    EXPECT_EQ(guest.get<uint64_t>(bytes), 0u) << "nothing was written before it was found out";
    EXPECT_EQ(p1::args_get(context(), memory(), bytes, Ptr{end - 9}), Errno::success);
    EXPECT_EQ(p1::args_sizes_get(context(), memory(), Ptr{end - 3}, bytes), Errno::fault);
    EXPECT_EQ(p1::args_sizes_get(context(), memory(), bytes, Ptr{end - 3}), Errno::fault);
}

TEST_F(preview1_process, has_clocks_that_run)
{
    for (const ClockId clock : {ClockId::realtime, ClockId::monotonic, ClockId::process_cputime,
                                ClockId::thread_cputime}) {
        const uint64_t first = now(clock);
        EXPECT_LE(first, now(clock));
        const Ptr at = guest.space(8);
        EXPECT_EQ(p1::clock_res_get(context(), memory(), clock, at), Errno::success);
        EXPECT_GT(guest.get<uint64_t>(at), 0u);
        EXPECT_LE(guest.get<uint64_t>(at), 1'000'000'000u);
    }
    EXPECT_GT(now(ClockId::realtime), 1'500'000'000'000'000'000u);
    EXPECT_LT(now(ClockId::monotonic), 60'000'000'000u) << "began when it was first read";
}

TEST_F(preview1_process, has_a_monotonic_clock_that_starts_when_it_is_read)
{
    context();
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    EXPECT_LT(now(ClockId::monotonic), 50'000'000u) << "how long nobody read it is not told";
}

TEST_F(preview1_process, knows_no_other_clock)
{
    for (const uint32_t clock : {4u, 100u, 0xffffffffu}) {
        EXPECT_EQ(p1::clock_time_get(context(), memory(), ClockId{clock}, 0, guest.space(8)),
                  Errno::inval);
        EXPECT_EQ(p1::clock_res_get(context(), memory(), ClockId{clock}, guest.space(8)),
                  Errno::inval);
    }
    EXPECT_EQ(p1::clock_time_get(context(), memory(), ClockId::realtime, 0, Ptr{guest.size() - 7}),
              Errno::fault);
    EXPECT_EQ(p1::clock_res_get(context(), memory(), ClockId::realtime, Ptr{0xffffffff}),
              Errno::fault);
}

TEST_F(preview1_process, has_clocks_that_stand_still_if_fixed)
{
    config.clock = ClockMode::fixed;
    config.fixed_time_ns = 1'234'567'890'123'456'789;
    EXPECT_EQ(now(ClockId::realtime), 1'234'567'890'123'456'789u);
    EXPECT_EQ(now(ClockId::realtime), 1'234'567'890'123'456'789u);
    EXPECT_EQ(now(ClockId::monotonic), 0u);
    context().clocks.advance(1000);
    EXPECT_EQ(now(ClockId::realtime), 1'234'567'890'123'457'789u);
    EXPECT_EQ(now(ClockId::monotonic), 1000u);
    context().clocks.advance(UINT64_MAX);
    EXPECT_EQ(now(ClockId::realtime), UINT64_MAX) << "time ends and does not begin again";
}

TEST_F(preview1_process, gives_random_bytes)
{
    EXPECT_NE(random(32), random(32));
    std::set<char> seen;
    for (const char c : random(100'000))
        seen.insert(c);
    EXPECT_EQ(seen.size(), 256u) << "also past the first slice";
    EXPECT_EQ(random(0), "");
    EXPECT_EQ(p1::random_get(context(), memory(), Ptr{guest.size() - 9}, 10), Errno::fault);
    EXPECT_EQ(p1::random_get(context(), memory(), Ptr{16}, 0xffffffff), Errno::fault);
    EXPECT_EQ(p1::random_get(context(), memory(), Ptr{0xfffffff0}, 0x20), Errno::fault);
}

TEST_F(preview1_process, repeats_the_random_bytes_of_a_seed)
{
    config.random = RandomMode::seed;
    config.random_seed = 42;
    const std::string first = random(1001);
    const std::string second = random(10);
    create();
    EXPECT_EQ(random(1001), first);
    EXPECT_EQ(random(10), second);
    config.random_seed = 43;
    create();
    EXPECT_NE(random(1001), first);
}

TEST_F(preview1_process, stops_filling_when_interrupted)
{
    config.interrupt.requested = [](const void*) { return true; };
    EXPECT_EQ(p1::random_get(context(), memory(), Ptr{0}, guest.size()), Errno::intr);
    EXPECT_EQ(p1::random_get(context(), memory(), Ptr{0}, 64), Errno::success);
}

TEST_F(preview1_process, exits)
{
    for (const uint32_t status : {0u, 1u, 125u, 255u, 0xffffffffu}) {
        const Outcome outcome = p1::proc_exit(context(), memory(), status);
        EXPECT_TRUE(outcome.exits);
        EXPECT_EQ(outcome.status, status);
    }
}

TEST_F(preview1_process, ends_by_signals_that_end_a_program)
{
    const auto raise = [&](uint32_t signal) {
        return p1::proc_raise(context(), memory(), p1::Signal{signal});
    };
    EXPECT_FALSE(raise(0).exits);
    EXPECT_EQ(raise(0).error, Errno::success);
    EXPECT_TRUE(raise(6).exits);
    EXPECT_EQ(raise(6).status, 128u + SIGABRT);
    EXPECT_EQ(raise(30).status, 128u + SIGSYS);
    EXPECT_FALSE(raise(16).exits) << "chld is ignored";
    EXPECT_EQ(raise(16).error, Errno::success);
    EXPECT_EQ(raise(18).error, Errno::notsup) << "stop: nobody could continue it";
    EXPECT_EQ(raise(31).error, Errno::inval);
    EXPECT_EQ(raise(0xffffffff).error, Errno::inval);
}

TEST_F(preview1_process, yields)
{
    EXPECT_EQ(p1::sched_yield(context(), memory()), Errno::success);
}

TEST(wasi_errno, agrees_with_the_specifications_numbers)
{
    EXPECT_EQ(static_cast<int>(Errno::e2big), 1);
    EXPECT_EQ(static_cast<int>(Errno::badf), 8);
    EXPECT_EQ(static_cast<int>(Errno::inval), 28);
    EXPECT_EQ(static_cast<int>(Errno::noent), 44);
    EXPECT_EQ(static_cast<int>(Errno::notsup), 58);
    EXPECT_EQ(static_cast<int>(Errno::xdev), 75);
    EXPECT_EQ(name_of(Errno::e2big), "2big");
    EXPECT_EQ(name_of(Errno::xdev), "xdev");
    EXPECT_EQ(name_of(Errno{9999}), "unknown");
    EXPECT_EQ(errno_from_host(0), Errno::success);
    EXPECT_EQ(errno_from_host(ENOENT), Errno::noent);
    EXPECT_EQ(errno_from_host(EWOULDBLOCK), Errno::again);
    EXPECT_EQ(errno_from_host(EOPNOTSUPP), Errno::notsup);
    EXPECT_EQ(errno_from_host(123456), Errno::io);
    for (uint16_t i = 0; i < 76; ++i)
        EXPECT_EQ(errno_from_host(host_from_errno(Errno{i})), Errno{i}) << i;
}

}  // namespace
}  // namespace wrt::wasi::test
