// Table instances: opening one, growth, and the bulk operations.
#include <wrt/runtime/table.hpp>

#include <algorithm>
#include <cstring>

#include "open.hpp"
#include <wrt/runtime/store.hpp>

namespace wrt::runtime {
namespace {

/// Tables that can grow by no more than this lie in the arena at their full capacity.
constexpr uint64_t small_growth = 512;

void set_elements(Slot* elements, uint64_t count, Ref value) noexcept
{
    for (uint64_t i = 0; i < count; ++i)
        elements[i] = {value.bits};
}

}  // namespace

Status open_table(TableInstance& table, Store& store, const TableType& type, Ref init) noexcept
{
    const Limits& declared = type.limits;
    const uint64_t granted = store.limits().table_elements;
    uint64_t capacity = declared.has_max ? std::min(declared.max, granted) : granted;
    if (declared.min > capacity) {
        return Error{.code = Errc::table_too_large,
                     .detail = Detail::count,
                     .account = Account::tables,
                     .expected = saturate_u32(capacity),
                     .actual = saturate_u32(declared.min)};
    }
    if (!store.charge_table(declared.min)) {
        return Error{.code = Errc::account_limit_exceeded, .account = Account::tables};
    }
    // A fixed arena has no room to spare for growth that may never come.
    if (!store.arena().is_reserved()) capacity = std::min(capacity, declared.min + small_growth);
    table.size = declared.min;
    table.capacity = capacity;
    table.type = type;
    table.store = &store;
    store.add(table);
    if (capacity - declared.min <= small_growth) {
        WRT_TRY(const std::span<Slot> elements,
                store.arena().make_array<Slot>(End::retained, Account::tables, capacity));
        table.elements = elements.data();
    } else {
        WRT_CHECK(table.region.reserve(store.arena(), declared.min * sizeof(Slot),
                                       capacity * sizeof(Slot)));
        table.elements = reinterpret_cast<Slot*>(table.region.base());
        table.capacity = std::min(capacity, table.region.capacity() / sizeof(Slot));
    }
    if (!init.is_null()) set_elements(table.elements, table.size, init);
    return ok();
}

uint64_t table_grow(TableInstance& table, uint64_t delta, Ref value) noexcept
{
    const uint64_t old_size = table.size;
    if (delta == 0) return old_size;
    if (delta > table.capacity - table.size) return grow_failed;
    if (!table.store->charge_table(delta)) return grow_failed;
    if (table.region.base() != nullptr && !table.region.grow((table.size + delta) * sizeof(Slot))) {
        table.store->discharge_table(delta);
        return grow_failed;
    }
    table.size += delta;
    set_elements(table.elements + old_size, delta, value);
    return old_size;
}

bool table_fill(TableInstance& table, uint64_t index, Ref value, uint64_t count) noexcept
{
    if (!in_bounds(index, count, table.size)) return false;
    if (count != 0) set_elements(table.elements + index, count, value);
    return true;
}

bool table_copy(TableInstance& to, uint64_t to_index, const TableInstance& from,
                uint64_t from_index, uint64_t count) noexcept
{
    if (!in_bounds(to_index, count, to.size) || !in_bounds(from_index, count, from.size))
        return false;
    if (count != 0)
        std::memmove(to.elements + to_index, from.elements + from_index, count * sizeof(Slot));
    return true;
}

bool table_init(TableInstance& table, uint64_t index, const ElementInstance& elements,
                uint64_t elements_index, uint64_t count) noexcept
{
    if (!in_bounds(index, count, table.size) || !in_bounds(elements_index, count, elements.count))
        return false;
    if (count != 0)
        std::memcpy(table.elements + index, elements.items + elements_index, count * sizeof(Slot));
    return true;
}

}  // namespace wrt::runtime
