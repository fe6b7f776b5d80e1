// The sections of a binary in their order, by what @custom annotations call them, and the places
// for custom sections among them: one before all, two around each, one behind all.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wrt::text {

struct SectionWord {
    std::string_view word;
    uint8_t id;
};

inline constexpr std::array<SectionWord, 13> section_order{{
    {"type", 1},
    {"import", 2},
    {"func", 3},
    {"table", 4},
    {"memory", 5},
    {"tag", 13},
    {"global", 6},
    {"export", 7},
    {"start", 8},
    {"elem", 9},
    {"datacount", 12},
    {"code", 10},
    {"data", 11},
}};

constexpr uint32_t place_before(uint32_t section)
{
    return 1 + 2 * section;
}
constexpr uint32_t place_after(uint32_t section)
{
    return 2 + 2 * section;
}
inline constexpr uint32_t last_place = 1 + 2 * static_cast<uint32_t>(section_order.size());
inline constexpr uint32_t no_place = last_place + 1;

}  // namespace wrt::text
