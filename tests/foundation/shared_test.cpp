// What threads share: SharedBump and RegionPool.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/region_pool.hpp>
#include <wrt/foundation/shared_bump.hpp>

namespace wrt {
namespace {

struct Block {
    uintptr_t start;
    size_t size;
};

TEST(shared_bump, gives_eight_threads_disjoint_blocks)  // S-18
{
    alignas(64) static std::byte storage[512 * 1024];
    SharedBump area{Backing::over(storage)};
    std::vector<std::vector<Block>> blocks(8);
    std::vector<std::thread> threads;
    for (size_t id = 0; id < blocks.size(); ++id) {
        threads.emplace_back([&, id] {
            auto lease = area.lease();
            std::minstd_rand random{static_cast<uint32_t>(id + 1)};
            while (true) {
                const size_t size = 1 + random() % 200;
                const size_t align = size_t{1} << random() % 7;
                const auto block = lease->try_allocate(size, align);
                if (!block) break;
                std::memset(block.pointer, static_cast<int>(id), size);  // a race if it overlaps
                blocks[id].push_back({reinterpret_cast<uintptr_t>(block.pointer), size});
                if (reinterpret_cast<uintptr_t>(block.pointer) % align != 0) break;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();

    std::vector<Block> all;
    for (const auto& some : blocks)
        all.insert(all.end(), some.begin(), some.end());
    std::sort(all.begin(), all.end(), [](Block a, Block b) { return a.start < b.start; });
    EXPECT_GT(all.size(), 1000U);
    for (size_t i = 1; i < all.size(); ++i) {
        ASSERT_LE(all[i - 1].start + all[i - 1].size, all[i].start);
    }
    EXPECT_LE(area.used(), area.capacity());
    EXPECT_GT(area.used(), area.capacity() - 300);
}

TEST(shared_bump, is_emptied_and_filled_again_by_turns)
{
    alignas(64) static std::byte storage[4096];
    SharedBump area{Backing::over(storage)};
    std::atomic<int> resets{0};
    std::atomic<int> spoilt{0};
    std::vector<std::thread> threads;
    for (int id = 0; id < 4; ++id) {
        threads.emplace_back([&, id] {
            for (int round = 0; round < 2000; ++round) {
                auto lease = area.lease();
                if (!lease) continue;
                const auto block = lease->try_allocate(32, 8);
                if (block) {
                    std::memset(block.pointer, id, 32);
                    const auto* bytes = static_cast<const uint8_t*>(block.pointer);
                    for (int i = 0; i < 32; ++i)
                        spoilt += bytes[i] != id ? 1 : 0;
                }
                if (auto alone = lease->make_exclusive()) {
                    alone->reset();
                    ++resets;
                }
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_GT(resets, 0);
    EXPECT_EQ(spoilt, 0);
}

TEST(shared_bump, refuses_like_an_arena)
{
    alignas(64) std::byte storage[256];
    SharedBump area{Backing::over(storage)};
    auto lease = area.lease();
    ASSERT_TRUE(lease);
    EXPECT_EQ(lease->try_allocate(1, 3).error.code, Errc::invalid_argument);
    EXPECT_EQ(lease->try_allocate(SIZE_MAX, 1).error.code, Errc::arena_exhausted);
    ASSERT_TRUE(lease->try_allocate(200, 1));
    const auto refused = lease->try_allocate(57, 1);
    EXPECT_EQ(describe(refused.error), "exhaustion: arena exhausted, asked 57 bytes, 56 left");
    EXPECT_EQ(area.used(), 200U);
}

TEST(region_pool, takes_the_smallest_gap_that_fits)
{
    alignas(64) static std::byte storage[64 * 100];
    RegionPool pool{Backing::over(storage)};
    std::vector<Region> regions;
    for (const size_t size : {64U * 10, 64U, 64U * 3, 64U, 64U * 5, 64U}) {
        auto region = pool.lease(size);
        ASSERT_TRUE(region);
        regions.push_back(std::move(*region));
    }
    const void* const third = regions[2].bytes().data();
    regions[0] = Region{};
    regions[2] = Region{};
    regions[4] = Region{};
    auto small = pool.lease(64 * 2);
    ASSERT_TRUE(small);
    EXPECT_EQ(small->bytes().data(), third);
    EXPECT_EQ(small->bytes().size(), 128U);
}

TEST(region_pool, joins_neighbours_that_come_back)
{
    alignas(64) static std::byte storage[64 * 4];
    RegionPool pool{Backing::over(storage)};
    auto a = pool.lease(64);
    auto b = pool.lease(100);
    auto c = pool.lease(1);
    ASSERT_TRUE(a && b && c);
    EXPECT_EQ(pool.lease(1).error().code, Errc::arena_exhausted);
    *a = Region{};
    *c = Region{};
    const auto refused = pool.lease(65);
    ASSERT_FALSE(refused);
    EXPECT_EQ(describe(refused.error()), "exhaustion: arena exhausted, asked 128 bytes, 64 left");
    *b = Region{};
    EXPECT_TRUE(pool.lease(256));
}

TEST(region_pool, has_a_bounded_table)
{
    alignas(64) static std::byte storage[64 * 100];
    RegionPool pool{Backing::over(storage)};
    std::vector<Region> regions;
    for (size_t i = 0; i < limits::regions; ++i) {
        auto region = pool.lease(64);
        ASSERT_TRUE(region);
        regions.push_back(std::move(*region));
    }
    EXPECT_EQ(pool.lease(64).error().code, Errc::region_table_full);
    EXPECT_EQ(pool.lease(0).error().code, Errc::invalid_argument);
    regions.pop_back();
    EXPECT_TRUE(pool.lease(64));
}

TEST(region_pool, commits_regions_of_reserved_space)
{
    auto backing = Backing::reserve(size_t{1} << 30);
    ASSERT_TRUE(backing);
    RegionPool pool{std::move(*backing)};
    for (int round = 0; round < 2; ++round) {
        auto region = pool.lease(100'000);
        ASSERT_TRUE(region);
        EXPECT_EQ(region->bytes()[50'000], std::byte{0});  // given back in between
        std::memset(region->bytes().data(), 1, region->bytes().size());
    }
}

TEST(region_pool, serves_eight_threads)  // N-12
{
    alignas(64) static std::byte storage[64 * 1024];
    RegionPool pool{Backing::over(storage)};
    std::atomic<int> spoilt{0};
    std::vector<std::thread> threads;
    for (int id = 0; id < 8; ++id) {
        threads.emplace_back([&, id] {
            for (int round = 0; round < 300; ++round) {
                auto region = pool.lease(static_cast<size_t>(64 * (1 + (round + id) % 60)));
                if (!region) continue;
                std::memset(region->bytes().data(), id, region->bytes().size());
                for (const std::byte byte : region->bytes())
                    spoilt += byte != std::byte(id) ? 1 : 0;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(spoilt, 0);
    EXPECT_EQ(pool.used(), 0U);
}

}  // namespace
}  // namespace wrt
