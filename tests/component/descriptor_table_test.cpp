#include <fcntl.h>

#include "component/wasi_support.hpp"

namespace wrt::wasi::test {
namespace {

Descriptor a_descriptor()
{
    Descriptor descriptor;
    descriptor.kind = DescriptorKind::null;
    return descriptor;
}

bool is_open(int host)
{
    return ::fcntl(host, F_GETFD) >= 0;
}

TEST(descriptor_table, gives_the_lowest_free_number)
{
    TestArena arena;
    DescriptorTable table = DescriptorTable::create(*arena, 8).value();
    for (uint32_t i = 0; i < 5; ++i)
        EXPECT_EQ(table.insert(a_descriptor()).value, Fd{i});
    EXPECT_EQ(table.close(Fd{3}), Errno::success);
    EXPECT_EQ(table.close(Fd{1}), Errno::success);
    EXPECT_EQ(table.insert(a_descriptor()).value, Fd{1});
    EXPECT_EQ(table.insert(a_descriptor()).value, Fd{3});
    EXPECT_EQ(table.insert(a_descriptor()).value, Fd{5});
}

TEST(descriptor_table, refuses_one_more_than_its_capacity_and_closes_it)
{
    TestArena arena;
    DescriptorTable table = DescriptorTable::create(*arena, 2).value();
    EXPECT_TRUE(table.insert(a_descriptor()));
    EXPECT_TRUE(table.insert(a_descriptor()));
    Descriptor with_host = a_descriptor();
    with_host.host = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(table.insert(with_host).error, Errno::mfile);
    EXPECT_FALSE(is_open(with_host.host));
    EXPECT_EQ(table.open_count(), 2u);
    EXPECT_EQ(table.close(Fd{0}), Errno::success);
    EXPECT_TRUE(table.insert(a_descriptor()));
}

TEST(descriptor_table, knows_no_number_that_is_not_open)
{
    TestArena arena;
    DescriptorTable table = DescriptorTable::create(*arena, 2).value();
    EXPECT_TRUE(table.insert(a_descriptor()));
    for (const uint32_t number : {1u, 2u, 3u, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
        EXPECT_EQ(table.find(Fd{number}), nullptr) << number;
        EXPECT_EQ(table.close(Fd{number}), Errno::badf) << number;
        EXPECT_EQ(table.renumber(Fd{0}, Fd{number}), Errno::badf) << number;
        EXPECT_EQ(table.renumber(Fd{number}, Fd{0}), Errno::badf) << number;
    }
    EXPECT_NE(table.find(Fd{0}), nullptr);
}

TEST(descriptor_table, renumbers_onto_another_and_closes_that)
{
    TestArena arena;
    DescriptorTable table = DescriptorTable::create(*arena, 8).value();
    Descriptor from = a_descriptor();
    Descriptor to = a_descriptor();
    from.host = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    to.host = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    table.insert(from);
    table.insert(to);
    EXPECT_EQ(table.renumber(Fd{0}, Fd{1}), Errno::success);
    EXPECT_EQ(table.find(Fd{0}), nullptr);
    ASSERT_NE(table.find(Fd{1}), nullptr);
    EXPECT_EQ(table.find(Fd{1})->host, from.host);
    EXPECT_TRUE(is_open(from.host));
    EXPECT_FALSE(is_open(to.host));
    EXPECT_EQ(table.open_count(), 1u);
    EXPECT_EQ(table.insert(a_descriptor()).value, Fd{0});
    EXPECT_EQ(table.insert(a_descriptor()).value, Fd{2});
}

TEST(descriptor_table, renumbers_onto_itself_without_closing)
{
    TestArena arena;
    DescriptorTable table = DescriptorTable::create(*arena, 8).value();
    Descriptor descriptor = a_descriptor();
    descriptor.host = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    table.insert(descriptor);
    const DescriptorTable::Handle handle = table.handle_of(Fd{0}).value;
    EXPECT_EQ(table.renumber(Fd{0}, Fd{0}), Errno::success);
    EXPECT_TRUE(is_open(descriptor.host));
    EXPECT_NE(table.find(handle), nullptr);
    EXPECT_EQ(table.open_count(), 1u);
}

TEST(descriptor_table, lets_no_handle_outlive_its_descriptor)
{
    TestArena arena;
    DescriptorTable table = DescriptorTable::create(*arena, 4).value();
    table.insert(a_descriptor());
    table.insert(a_descriptor());
    const DescriptorTable::Handle first = table.handle_of(Fd{0}).value;
    const DescriptorTable::Handle second = table.handle_of(Fd{1}).value;
    EXPECT_EQ(table.find(first), table.find(Fd{0}));
    table.close(Fd{0});
    EXPECT_EQ(table.find(first), nullptr);
    table.insert(a_descriptor());
    EXPECT_EQ(table.find(first), nullptr) << "the number is in use again, by another";
    table.renumber(Fd{0}, Fd{1});
    EXPECT_EQ(table.find(second), nullptr) << "what was there is closed";
    EXPECT_EQ(table.handle_of(Fd{0}).error, Errno::badf);
}

TEST(descriptor_table, closes_all_at_its_end_and_only_once)
{
    TestArena arena;
    Descriptor descriptor = a_descriptor();
    descriptor.host = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    {
        DescriptorTable table = DescriptorTable::create(*arena, 4).value();
        table.insert(descriptor);
        const DescriptorTable moved{std::move(table)};
        EXPECT_TRUE(is_open(descriptor.host));
    }
    EXPECT_FALSE(is_open(descriptor.host));
}

TEST(descriptor_table, allocates_nothing_after_its_creation)
{
    TestArena arena;
    DescriptorTable table = DescriptorTable::create(*arena, 64).value();
    arena->seal();
    for (int round = 0; round < 3; ++round) {
        while (!table.full())
            table.insert(a_descriptor());
        for (uint32_t i = 0; i < 64; ++i)
            table.close(Fd{i});
    }
    EXPECT_EQ(table.open_count(), 0u);
    arena->unseal();
}

TEST(descriptor_table, refuses_to_be_made_without_room)
{
    TestArena arena{1024};
    const Result<DescriptorTable> table = DescriptorTable::create(*arena, 1024);
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code, Errc::arena_exhausted);
}

}  // namespace
}  // namespace wrt::wasi::test
