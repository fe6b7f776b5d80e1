// A hash table, keyed so that nobody who writes a text can choose names that collide.
#include "name_table.hpp"

#include <wrt/decoder/types.hpp>
#include <wrt/foundation/siphash.hpp>

#include <algorithm>

namespace wrt::text {

namespace {

uint32_t hash_of(Space space, uint32_t outer, std::string_view name)
{
    static const SipKey key = SipKey::random();
    SipKey of_space = key;
    of_space.low ^= uint64_t{outer} << 8 | static_cast<uint64_t>(space);
    return static_cast<uint32_t>(siphash(name, of_space));
}

}  // namespace

size_t NameTable::slot_of(uint32_t hash, Space space, uint32_t outer, std::string_view name) const
{
    const size_t mask = slots_.size() - 1;
    size_t slot = hash & mask;
    while (slots_[slot] != no_index) {
        const Entry& entry = entries_[slots_[slot]];
        if (entry.hash == hash && entry.space == space && entry.outer == outer &&
            std::string_view{entry.name, entry.size} == name) {
            break;
        }
        slot = (slot + 1) & mask;
    }
    return slot;
}

Result<uint32_t*> NameTable::place(Space space, uint32_t outer, std::string_view name)
{
    // At most half full.
    if (size_t{entries_.size()} * 2 >= slots_.size()) WRT_CHECK(grow());
    const uint32_t hash = hash_of(space, outer, name);
    const size_t slot = slot_of(hash, space, outer, name);
    if (slots_[slot] == no_index) {
        WRT_CHECK(entries_.push({.name = name.data(),
                                 .size = static_cast<uint32_t>(name.size()),
                                 .outer = outer,
                                 .value = no_index,
                                 .hash = hash,
                                 .space = space}));
        slots_[slot] = entries_.size() - 1;
    }
    return &entries_[slots_[slot]].value;
}

uint32_t NameTable::find(Space space, uint32_t outer, std::string_view name) const
{
    if (slots_.empty()) return no_index;
    const size_t slot = slot_of(hash_of(space, outer, name), space, outer, name);
    return slots_[slot] == no_index ? no_index : entries_[slots_[slot]].value;
}

Status NameTable::grow()
{
    constexpr size_t first_slots = 64;
    const size_t size = slots_.empty() ? first_slots : slots_.size() * 2;
    WRT_TRY(slots_,
            arena_.make_uninitialized_array<uint32_t>(End::scratch, Account::scratch, size));
    std::ranges::fill(slots_, no_index);
    for (uint32_t i = 0; i < entries_.size(); ++i) {
        size_t slot = entries_[i].hash & (size - 1);
        while (slots_[slot] != no_index)
            slot = (slot + 1) & (size - 1);
        slots_[slot] = i;
    }
    return ok();
}

}  // namespace wrt::text
