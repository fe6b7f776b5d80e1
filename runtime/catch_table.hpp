// The catch table of a function: which of its cells lie in which try, and where exceptions go that
// come out of them. It lies in the module's code behind the function's source map and holds offsets
// only, so that it moves with the code. Entering a try costs nothing; the table is read when
// something is thrown.
#pragma once

#include <cstdint>
#include <cstring>

#include <wrt/runtime/cell.hpp>

namespace wrt::runtime {

inline constexpr uint32_t no_region = 0xffffffffu;

/// The cells [begin, end) of a try's body, from the function's first one. Regions are nested, and
/// sorted by `begin`, an outer one before those inside.
struct CatchRegion {
    uint32_t begin = 0;
    uint32_t end = 0;
    uint32_t outer = no_region;  ///< The region around this one.
    uint32_t next = no_region;   ///< Where the search goes on: the same, unless a legacy delegate
                                 ///< says otherwise.
    uint32_t first_entry = 0;
    uint32_t entry_count = 0;
};

/// What a handler takes, and where control goes.
struct CatchEntry {
    static constexpr uint32_t any_tag = 0xffffffffu;
    static constexpr uint16_t no_slot = 0xffff;

    uint32_t tag = any_tag;
    uint32_t target = 0;         ///< Cell from the function's first one.
    uint16_t values = no_slot;   ///< First slot of the exception's values; no_slot: not wanted.
    uint16_t package = no_slot;  ///< Slot of the exnref; no_slot: there is none.
    bool wants_package = false;  ///< Else that slot gets null: nobody reads it.
    uint8_t unused[3] = {};      ///< So that all bytes of code are determined.
};

static_assert(sizeof(CatchRegion) % sizeof(Cell) == 0 && sizeof(CatchEntry) % sizeof(Cell) == 0);

/// Reads a table.
class CatchTable {
public:
    /// `at` is its first cell.
    explicit CatchTable(const Cell* at) : at_{at} {}

    static constexpr uint32_t cells_for(size_t regions, size_t entries)
    {
        return static_cast<uint32_t>(
            1 + (regions * sizeof(CatchRegion) + entries * sizeof(CatchEntry)) / sizeof(Cell));
    }

    [[nodiscard]] uint32_t region_count() const { return static_cast<uint32_t>(at_->bits); }
    [[nodiscard]] CatchRegion region(uint32_t index) const
    {
        return read<CatchRegion>(regions() + index * sizeof(CatchRegion));
    }
    [[nodiscard]] CatchEntry entry(uint32_t index) const
    {
        return read<CatchEntry>(regions() + region_count() * sizeof(CatchRegion) +
                                index * sizeof(CatchEntry));
    }

    /// The innermost region that `cell` lies in, or no_region.
    [[nodiscard]] uint32_t innermost(uint32_t cell) const
    {
        uint32_t low = 0;
        uint32_t high = region_count();
        while (low < high) {
            const uint32_t middle = low + (high - low) / 2;
            if (region(middle).begin <= cell)
                low = middle + 1;
            else
                high = middle;
        }
        // The last one that begins before the cell, or one around it.
        uint32_t found = low == 0 ? no_region : low - 1;
        while (found != no_region && region(found).end <= cell)
            found = region(found).outer;
        return found;
    }

private:
    [[nodiscard]] const char* regions() const { return reinterpret_cast<const char*>(at_ + 1); }

    template <class T>
    static T read(const char* from)
    {
        T value;
        std::memcpy(&value, from, sizeof value);
        return value;
    }

    const Cell* at_;
};

}  // namespace wrt::runtime
