// Table instances without execution: access, growth, bounds and bulk operations.
#include <wrt/runtime/table.hpp>

#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::ElementInstance;
using runtime::Ref;
using runtime::Slot;
using runtime::TableInstance;

TableType bounded(uint64_t min, uint64_t max)
{
    return {.element = ValType::externref, .limits = {.min = min, .max = max, .has_max = true}};
}
TableType unbounded(uint64_t min)
{
    return {.element = ValType::externref, .limits = {.min = min}};
}

std::vector<uint64_t> contents(const TableInstance& table)
{
    std::vector<uint64_t> values;
    for (uint64_t i = 0; i < table.size; ++i) {
        const Ref ref{table.elements[i].bits};
        values.push_back(ref.is_null() ? 0 : ref.host_value());
    }
    return values;
}

TEST(table, starts_with_its_initial_reference)
{
    World world;
    EXPECT_EQ(contents(*world.store().make_table(bounded(3, 3)).value()),
              (std::vector<uint64_t>{0, 0, 0}));
    EXPECT_EQ(contents(*world.store().make_table(unbounded(2), Ref::host(7)).value()),
              (std::vector<uint64_t>{7, 7}));
}

TEST(table, refuses_access_beyond_its_size)
{
    World world;
    TableInstance& table = *world.store().make_table(bounded(2, 9)).value();
    Ref value;
    EXPECT_TRUE(runtime::table_set(table, 1, Ref::host(5)));
    EXPECT_TRUE(runtime::table_get(table, 1, value));
    EXPECT_EQ(value, Ref::host(5));
    EXPECT_FALSE(runtime::table_get(table, 2, value));
    EXPECT_FALSE(runtime::table_set(table, 2, value));
    EXPECT_FALSE(runtime::table_get(table, ~uint64_t{0}, value));
}

TEST(table, grows_in_place_with_the_given_reference)
{
    for (const TableType& type : {bounded(2, 4), bounded(2, 1'000'000), unbounded(2)}) {
        World world;
        TableInstance& table = *world.store().make_table(type, Ref::host(1)).value();
        Slot* const elements = table.elements;
        EXPECT_EQ(runtime::table_grow(table, 2, Ref::host(3)), 2u);
        EXPECT_EQ(contents(table), (std::vector<uint64_t>{1, 1, 3, 3}));
        EXPECT_EQ(table.elements, elements);
        EXPECT_EQ(runtime::table_grow(table, 0, {}), 4u);
        EXPECT_EQ(runtime::table_grow(table, ~uint64_t{0}, {}), runtime::grow_failed);
        EXPECT_EQ(table.size, 4u);
    }
}

TEST(table, does_not_grow_past_its_maximum)
{
    World world;
    TableInstance& table = *world.store().make_table(bounded(2, 4)).value();
    EXPECT_EQ(runtime::table_grow(table, 3, {}), runtime::grow_failed);
    EXPECT_EQ(runtime::table_grow(table, 2, {}), 2u);
    EXPECT_EQ(runtime::table_grow(table, 1, {}), runtime::grow_failed);
}

TEST(table, shares_the_stores_grant_with_other_tables)
{
    World world{{.limits = {.table_elements = 10, .stack_slots = 64}}};
    TableInstance& first = *world.store().make_table(unbounded(4)).value();
    ASSERT_TRUE(world.store().make_table(unbounded(4)));
    EXPECT_EQ(runtime::table_grow(first, 3, {}), runtime::grow_failed);
    EXPECT_EQ(runtime::table_grow(first, 2, {}), 4u);
    EXPECT_EQ(world.store().table_elements(), 10u);
    EXPECT_EQ(text_of(world.store().make_table(unbounded(1))),
              "exhaustion: account limit exceeded, for tables");
    EXPECT_EQ(text_of(world.store().make_table(unbounded(11))),
              "unsupported: table too large, at most 10, got 11");
}

TEST(table, in_a_fixed_arena_takes_no_more_than_a_little_room_to_grow)
{
    alignas(64) static std::byte bytes[64 * 1024];
    auto world = World::in(bytes, {.limits = {.stack_slots = 64}});
    TableInstance& table = *world->store().make_table(unbounded(10)).value();
    EXPECT_EQ(runtime::table_grow(table, 512, Ref::host(1)), 10u);
    EXPECT_EQ(runtime::table_grow(table, 1, {}), runtime::grow_failed);
}

TEST(table, fill_writes_all_or_nothing)
{
    World world;
    TableInstance& table = *world.store().make_table(bounded(4, 4)).value();
    EXPECT_TRUE(runtime::table_fill(table, 1, Ref::host(6), 2));
    EXPECT_FALSE(runtime::table_fill(table, 2, Ref::host(8), 3));
    EXPECT_EQ(contents(table), (std::vector<uint64_t>{0, 6, 6, 0}));
    EXPECT_TRUE(runtime::table_fill(table, 4, {}, 0));
    EXPECT_FALSE(runtime::table_fill(table, 5, {}, 0));
}

TEST(table, copy_moves_overlapping_elements_in_both_directions)
{
    World world;
    TableInstance& table = *world.store().make_table(bounded(5, 5)).value();
    for (uint64_t i = 0; i < 5; ++i)
        table.elements[i] = {Ref::host(i + 1).bits};
    EXPECT_TRUE(runtime::table_copy(table, 1, table, 0, 3));
    EXPECT_EQ(contents(table), (std::vector<uint64_t>{1, 1, 2, 3, 5}));
    EXPECT_TRUE(runtime::table_copy(table, 0, table, 2, 3));
    EXPECT_EQ(contents(table), (std::vector<uint64_t>{2, 3, 5, 3, 5}));
    EXPECT_FALSE(runtime::table_copy(table, 3, table, 0, 3));
    EXPECT_FALSE(runtime::table_copy(table, 0, table, 3, 3));
}

TEST(table, init_takes_from_a_segment_until_it_is_dropped)
{
    World world;
    TableInstance& table = *world.store().make_table(bounded(4, 4)).value();
    Slot items[] = {{Ref::host(1).bits}, {Ref::host(2).bits}, {Ref::host(3).bits}};
    ElementInstance elements{items, 3};
    EXPECT_TRUE(runtime::table_init(table, 2, elements, 1, 2));
    EXPECT_EQ(contents(table), (std::vector<uint64_t>{0, 0, 2, 3}));
    EXPECT_FALSE(runtime::table_init(table, 0, elements, 2, 2));
    EXPECT_FALSE(runtime::table_init(table, 3, elements, 0, 2));
    runtime::elem_drop(elements);
    EXPECT_TRUE(runtime::table_init(table, 0, elements, 0, 0));
    EXPECT_FALSE(runtime::table_init(table, 0, elements, 0, 1));
}

}  // namespace
}  // namespace wrt::test
