// ArenaImage: an arena goes back to how it was, whatever was written, grown and allocated since.
#include <wrt/foundation/arena_image.hpp>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <wrt/foundation/linear_region.hpp>
#include <wrt/foundation/shared_region.hpp>

namespace wrt {
namespace {

constexpr size_t page = 65536;

/// An arena with some bytes on its retained end and a linear region of three pages.
struct Filled {
    Arena arena{*Backing::reserve(size_t{1} << 30)};
    ScopeGuard scope = *arena.enter(LibraryId::host, "test", unlimited, End::retained);
    std::span<uint8_t> bytes = *arena.make_array<uint8_t>(End::retained, Account::data, 100'000);
    LinearRegion& region = **arena.make<LinearRegion>(End::retained, Account::instance);

    Filled()
    {
        std::ranges::fill(bytes, uint8_t{1});
        EXPECT_TRUE(region.reserve(arena, 3 * page, 64 * page));
        std::memset(region.base() + page, 2, page);
    }
    void scribble()
    {
        std::ranges::fill(bytes, uint8_t{7});
        EXPECT_TRUE(region.grow(9 * page));
        std::memset(region.base(), 7, 9 * page);
    }
    void expect_as_it_was()
    {
        EXPECT_TRUE(std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 1; }));
        ASSERT_EQ(region.size(), 3 * page);
        for (size_t i = 0; i < 3 * page; ++i)
            ASSERT_EQ(region.base()[i], i / page == 1 ? 2 : 0) << i;
    }
};

TEST(arena_image, goes_back_again_and_again)
{
    PageFilePool pool;
    Filled filled;
    auto image = ArenaImage::take(filled.arena, pool);
    ASSERT_TRUE(image);
    filled.expect_as_it_was();
    const size_t external = filled.arena.external();
    const size_t used = filled.arena.used();
    for (int i = 0; i < 3; ++i) {
        {
            const auto since = filled.arena.enter(LibraryId::host, "use", unlimited, End::retained);
            ASSERT_TRUE(since);
            EXPECT_TRUE(filled.arena.make_array<uint8_t>(End::retained, Account::data, 300'000));
            filled.scribble();
        }
        i == 1 ? image->trim() : image->rewind();
        filled.expect_as_it_was();
        EXPECT_EQ(filled.arena.external(), external);
        EXPECT_EQ(filled.arena.used(), used);
        EXPECT_TRUE(filled.arena.balanced());
        // What it grows by is zero, as it was before.
        ASSERT_TRUE(filled.region.grow(4 * page));
        EXPECT_EQ(filled.region.base()[3 * page], 0);
        image->rewind();
    }
}

TEST(arena_image, goes_back_where_more_was_written_than_is_kept)
{
    PageFilePool pool;
    Arena arena{*Backing::reserve(size_t{1} << 30)};
    LinearRegion& region = **arena.make<LinearRegion>(End::retained, Account::instance);
    constexpr size_t size = ArenaImage::kept_bytes + 4 * page;
    ASSERT_TRUE(region.reserve(arena, size, size));
    std::memset(region.base(), 5, size);
    auto image = ArenaImage::take(arena, pool);
    ASSERT_TRUE(image);
    // Every second page of 4 KiB, in more runs than are looked at at once; then all.
    for (size_t i = 0; i < size; i += 8192)
        region.base()[i] = 6;
    image->rewind();
    EXPECT_TRUE(std::all_of(region.base(), region.base() + size, [](uint8_t b) { return b == 5; }));
    std::memset(region.base(), 7, size);
    image->rewind();
    EXPECT_TRUE(std::all_of(region.base(), region.base() + size, [](uint8_t b) { return b == 5; }));
}

TEST(arena_image, goes_back_from_pages_that_were_private_before_and_from_others)
{
    PageFilePool pool;
    Filled filled;
    auto image = ArenaImage::take(filled.arena, pool);
    ASSERT_TRUE(image);
    uint8_t* const base = filled.region.base();
    for (int round = 0; round < 100; ++round) {
        // The same page each time, and now and then one that nobody has written to.
        base[page + 1] = 9;
        filled.bytes[0] = 9;
        if (round % 7 == 6) base[(static_cast<size_t>(round) * 4096) % (3 * page)] = 9;
        image->rewind();
        EXPECT_EQ(base[page + 1], 2);
        EXPECT_EQ(filled.bytes[0], 1);
        if (round % 20 == 19) filled.expect_as_it_was();
    }
    // More runs of pages than are remembered.
    Arena arena{*Backing::reserve(size_t{1} << 30)};
    LinearRegion& region = **arena.make<LinearRegion>(End::retained, Account::instance);
    ASSERT_TRUE(region.reserve(arena, 64 * page, 64 * page));
    auto many = ArenaImage::take(arena, pool);
    ASSERT_TRUE(many);
    for (int round = 0; round < 3; ++round) {
        for (size_t at = 0; at < 3 * 1024 * 1024; at += 8192)
            region.base()[at] = 9;
        many->rewind();
        for (size_t at = 0; at < 3 * 1024 * 1024; at += 8192)
            ASSERT_EQ(region.base()[at], 0) << at;
    }
}

TEST(arena_image, equal_regions_share_a_file_and_nothing_else)
{
    PageFilePool pool;
    Filled one;
    Filled other;
    auto first = ArenaImage::take(one.arena, pool);
    auto second = ArenaImage::take(other.arena, pool);
    ASSERT_TRUE(first && second);
    const std::span<const std::byte> region{reinterpret_cast<std::byte*>(one.region.base()),
                                            3 * page};
    const auto file = pool.file_of(region);
    ASSERT_TRUE(file);
    EXPECT_EQ((*file)->bytes().size(), region.size());
    one.scribble();
    other.expect_as_it_was();
    first->rewind();
    one.expect_as_it_was();
    // The files go, what is mapped stays.
    *first = ArenaImage{};
    one.expect_as_it_was();
}

TEST(arena_image, is_refused_where_it_cannot_be)
{
    PageFilePool pool;
    StaticArena<65536> block;
    EXPECT_EQ(ArenaImage::take(*block, pool).error().code, Errc::invalid_argument);
    Arena arena{*Backing::reserve(size_t{1} << 30)};
    SharedRegion shared;
    ASSERT_TRUE(shared.reserve(arena, page, 4 * page));
    EXPECT_EQ(ArenaImage::take(arena, pool).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace wrt
