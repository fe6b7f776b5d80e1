// Every function with every combination of awkward arguments that a generator finds: nothing leaves
// the guest's memory (the address sanitizer watches it), nothing hangs, and nothing outside the
// tree changes.
#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <random>

#include "component/wasi_support.hpp"
#include "wasi/preview1_functions.hpp"

namespace wrt::wasi::test {
namespace {

class hostile_arguments : public WasiTest {
protected:
    /// A call that waits is ended after a few looks.
    static bool impatient(const void*)
    {
        static std::atomic<uint32_t> looks;
        return ++looks % 2 == 0;
    }
};

TEST_F(hostile_arguments, do_no_harm)
{
    config.interrupt.requested = &impatient;
    const uint32_t size = 64 * 1024;
    guest = FakeGuest{size};
    create();
    fs::create_directory(inside / "sub");
    fs::create_symlink("../outside", inside / "out");

    // Small values are descriptors, counts, flags and addresses at once; text lies at some of the
    // addresses.
    const char* const texts[] = {"file", "sub", "../outside/secret", "out/secret", "sub/file", ".",
                                 "/",    "out"};
    std::vector<uint64_t> values = {0,          1,
                                    2,          3,
                                    4,          5,
                                    6,          7,
                                    8,          24,
                                    48,         100,
                                    size - 1,   size,
                                    size + 1,   size - 8,
                                    0x7fffffff, 0x80000000,
                                    0xffffffff, 0xfffffff8,
                                    0xfffffffc, static_cast<uint64_t>(right::all),
                                    UINT64_MAX, uint64_t{1} << 63,
                                    INT64_MAX};
    for (const char* text : texts)
        values.push_back(guest.put(text).address);
    for (uint32_t i = 0; i < 8; ++i)
        values.push_back(guest.space(256).address);

    std::mt19937_64 random{20260929};
    const auto pick = [&] { return values[random() % values.size()]; };
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{2};
    uint64_t calls = 0;
    while (std::chrono::steady_clock::now() < until) {
        for (const auto table : {std::span<const Preview1Function>{preview1_table},
                                 std::span<const Preview1Function>{unstable_table}}) {
            for (const Preview1Function& row : table) {
                uint64_t arguments[9];
                for (uint64_t& argument : arguments)
                    argument = pick();
                row.invoke(context(), memory(), arguments);
                ++calls;
            }
        }
        // A guest writes its own memory too.
        for (int i = 0; i < 4; ++i)
            guest.set(Ptr{static_cast<uint32_t>(random() % (size - 8))}, pick());
        if (context().descriptors.find(first_preopen) == nullptr || random() % 64 == 0) create();
    }
    EXPECT_GT(calls, 1000u);
    EXPECT_EQ(read_file(outside / "secret"), "secret");
    EXPECT_EQ(fs::hard_link_count(outside / "secret"), 1u);
    EXPECT_EQ(std::distance(fs::directory_iterator{outside}, {}), 1);
    EXPECT_EQ(std::distance(fs::directory_iterator{tree.path()}, {}), 2);
}

TEST_F(hostile_arguments, find_no_memory_where_there_is_none)
{
    create();
    for (const Preview1Function& row : preview1_table) {
        if (row.name == "fd_close" || row.name == "fd_renumber") continue;
        const uint64_t arguments[9] = {3, 0, 1, 1, 1, 1, 1, 1, 1};
        const Outcome outcome = row.invoke(context(), GuestMemory{}, arguments);
        const bool takes_memory = row.name.starts_with("args_sizes") ||
                                  row.name.starts_with("path_") || row.name.ends_with("_get");
        if (takes_memory && row.name != "args_get" && row.name != "environ_get" &&
            row.name != "random_get" && row.name != "fd_prestat_dir_name") {
            EXPECT_NE(outcome.error, Errno::success) << row.name;
        }
    }
}

TEST_F(hostile_arguments, reach_the_last_byte_of_four_gibibytes)
{
    constexpr uint64_t size = uint64_t{1} << 32;
    void* const base = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) GTEST_SKIP() << "no room for 4 GiB of address space";
    const GuestMemory large{static_cast<uint8_t*>(base), size};
    const Fd fd = create_file("file");
    EXPECT_EQ(p1::clock_time_get(context(), large, ClockId::realtime, 0, Ptr{0xfffffff8}),
              Errno::success);
    EXPECT_EQ(p1::clock_time_get(context(), large, ClockId::realtime, 0, Ptr{0xfffffff9}),
              Errno::fault);
    EXPECT_NE(large.base[size - 1] | large.base[size - 2] | large.base[size - 3], 0);
    ASSERT_TRUE(large.store(Ptr{0xfffffff0}, uint32_t{0xfffffffe}));
    ASSERT_TRUE(large.store(Ptr{0xfffffff4}, uint32_t{2}));
    EXPECT_EQ(p1::fd_write(context(), large, fd, Ptr{0xfffffff0}, 1, Ptr{0xfffffffc}),
              Errno::success);
    ASSERT_TRUE(large.store(Ptr{0xfffffff4}, uint32_t{3}));
    EXPECT_EQ(p1::fd_write(context(), large, fd, Ptr{0xfffffff0}, 1, Ptr{0xfffffffc}),
              Errno::fault);
    EXPECT_EQ(p1::fd_write(context(), large, fd, Ptr{0xfffffff0}, 3, Ptr{0}), Errno::fault);
    EXPECT_EQ(p1::path_create_directory(context(), large, first_preopen, Ptr{0xffffffff}, 1),
              Errno::inval)
        << "a NUL";
    EXPECT_EQ(p1::path_create_directory(context(), large, first_preopen, Ptr{0xffffffff}, 2),
              Errno::fault);
    // Whole-memory transfers: one buffer of 4 GiB less one byte, cut by what the kernel moves at
    // once.
    ASSERT_TRUE(large.store(Ptr{8}, uint32_t{0}));
    ASSERT_TRUE(large.store(Ptr{12}, uint32_t{0xffffffff}));
    EXPECT_EQ(p1::fd_write(context(), large, Fd{1}, Ptr{8}, 1, Ptr{16}), Errno::success);
    uint32_t count = 0;
    ASSERT_TRUE(large.load(Ptr{16}, count));
    EXPECT_EQ(count, 0x7ffff000u);
    ::munmap(base, size);
}

TEST(guest_memory, never_wraps)
{
    uint8_t bytes[16] = {};
    const GuestMemory memory{bytes, sizeof bytes};
    EXPECT_TRUE(memory.holds(Ptr{0}, 16));
    EXPECT_TRUE(memory.holds(Ptr{16}, 0));
    EXPECT_FALSE(memory.holds(Ptr{17}, 0));
    EXPECT_FALSE(memory.holds(Ptr{0}, 17));
    EXPECT_FALSE(memory.holds(Ptr{1}, 16));
    EXPECT_FALSE(memory.holds(Ptr{0xffffffff}, 1));
    EXPECT_FALSE(memory.holds(Ptr{8}, UINT64_MAX));
    EXPECT_FALSE(memory.holds(Ptr{8}, UINT64_MAX - 7));
    EXPECT_FALSE(memory.holds(Ptr{0xffffffff}, UINT64_MAX - 0xfffffffe));
    uint32_t value = 0;
    EXPECT_TRUE(memory.load(Ptr{12}, value));
    EXPECT_FALSE(memory.load(Ptr{13}, value));
    EXPECT_FALSE(memory.store(Ptr{0xfffffffe}, value));
    EXPECT_FALSE((GuestMemory{}.holds(Ptr{0}, 1)));
    EXPECT_TRUE((GuestMemory{}.holds(Ptr{0}, 0)));
}

}  // namespace
}  // namespace wrt::wasi::test
