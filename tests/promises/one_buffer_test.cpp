// One buffer (N-08) and no allocation while guests run (N-05): the specification's suite inside a
// buffer of the caller's, with everything watched that could ask for memory elsewhere.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/mman.h>

#include <gtest/gtest.h>

#include <wast/runner.hpp>
#include <wast/script.hpp>

#include "promises/asked.hpp"
#include "promises/system_memory.hpp"
#include "support/malloc_counter.hpp"

namespace wrt::test {
namespace {

namespace fs = std::filesystem;

/// Address space that only this test's engines use; what they do not touch costs nothing.
std::span<std::byte> buffer()
{
    constexpr size_t bytes = size_t{64} << 30;
    void* const base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) return {};
    return {static_cast<std::byte*>(base), bytes};
}

std::vector<fs::path> scripts()
{
    std::vector<fs::path> paths;
    std::error_code problem;
    for (const auto& entry : fs::recursive_directory_iterator{WRT_SUITE "/core", problem}) {
        if (entry.path().extension() == ".wast") paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

TEST(one_buffer, holds_the_whole_suite)
{
    const std::vector<fs::path> paths = scripts();
    if (paths.empty()) GTEST_SKIP() << "no suite at " << WRT_SUITE;
    if (!counts_system_memory()) GTEST_SKIP() << "sanitizers have an mmap of their own";
    const std::span<std::byte> bytes = buffer();
    if (bytes.empty()) GTEST_SKIP() << "this system has no 64 GiB of address space to give";

    wast::EngineOptions options;
    options.buffer = bytes;
    options.memory_bytes = size_t{64} << 20;
    options.watch = watch;
    size_t commands = 0;
    std::vector<std::string> failures;
    for (const fs::path& path : paths) {
        std::string problem;
        const auto script = wast::read_wast(path.string(), path.filename().string(), problem);
        ASSERT_TRUE(script) << problem;
        const wast::FileReport report =
            wast::run(*script, path.parent_path().string(), wast::Mode::execute, options);
        commands += report.commands.size();
        for (const wast::CommandReport& each : report.commands) {
            if (each.outcome.kind != wast::Outcome::Kind::failed) continue;
            failures.push_back(path.filename().string() + ":" + std::to_string(each.line) + ": " +
                               each.outcome.note);
        }
        // What lies there was one script's; the next must find zeros where it wants them.
        madvise(bytes.data(), bytes.size(), MADV_DONTNEED);
    }
    std::printf("%zu scripts, %zu commands, the runtime entered %llu times\n", paths.size(),
                commands, static_cast<unsigned long long>(asked.entries));
    // The script wants a table without maximum to grow by 800; in a buffer tables may refuse, for
    // room to grow is taken when they are made.
    EXPECT_EQ(failures, std::vector<std::string>{
                            "table_grow.wast:65: expected (i32 0x3), got (i32 0xffffffff)"});
    EXPECT_GT(asked.entries, 50'000u);
    EXPECT_EQ(asked.of_the_heap, 0u);
    EXPECT_EQ(asked.of_the_system, 0u);
}

/// That the counting counts.
TEST(one_buffer, would_notice)
{
    const uint64_t heap = heap_allocations();
    const uint64_t system = system_memory_calls();
    std::string* volatile text = new std::string(1000, 'x');
    delete text;
    EXPECT_EQ(heap_allocations() - heap, 2u);
    munmap(mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096);
    EXPECT_EQ(system_memory_calls() - system, counts_system_memory() ? 2u : 0u);
}

}  // namespace
}  // namespace wrt::test
