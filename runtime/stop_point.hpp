// Stop points: where a run can be taken apart and put together again. They are named by the module,
// not by its translation, so that another build finds them too: a fuel check point by the
// instruction it stands behind (or by the function's start), a call that waits by its instruction.
//
// Code that charges fuel keeps every operand in its slot there (Translator::charge()), so a frame
// is its locals and its operands, and validation says which and of what types: nothing about them
// is stored in the code.
#pragma once

#include <compare>
#include <cstdint>
#include <span>

#include <wrt/decoder/types.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/cell.hpp>
#include <wrt/runtime/module.hpp>

namespace wrt::runtime {

struct StopPoint {
    enum class Kind : uint8_t {
        entry,  ///< The check point at the function's start.
        check,  ///< The one behind the instruction at `offset`.
        call,   ///< The call at `offset`, which waits for its callee.
    };

    uint32_t function = 0;
    uint32_t offset = 0;  ///< Byte offset of the instruction in the binary.
    Kind kind = Kind::entry;

    // What find_stop_points() adds.

    bool found = false;       ///< There is such a place.
    bool listed = false;      ///< And it was come by.
    uint32_t cell = 0;        ///< The operation there, from the function's first cell.
    uint32_t slots = 0;       ///< Of the frame that are in use; a callee's begin there.
    uint32_t first_live = 0;  ///< Its slots, a run of the list of live ones.
    uint32_t live_count = 0;
    uint32_t callee_type = 0;  ///< call: type index of what is called.

    friend std::strong_ordering operator<=>(const StopPoint& a, const StopPoint& b) noexcept
    {
        if (const auto order = a.function <=> b.function; order != 0) return order;
        if (const auto order = a.offset <=> b.offset; order != 0) return order;
        return a.kind <=> b.kind;
    }
    friend bool operator==(const StopPoint& a, const StopPoint& b) noexcept
    {
        return (a <=> b) == 0;
    }
};

/// A value in a frame. Its type has the module's indices; a local is never called non-null, since
/// it may not have been set.
struct LiveSlot {
    uint32_t slot = 0;
    ValType type;
};

/// What stands at cell `cell` (from the function's first one) of metered code: a check point, or
/// where `waits` a call that this is a cell of. `found` is false where it is neither.
StopPoint stop_point_at(const Module& module, uint32_t function, uint32_t cell,
                        bool waits) noexcept;

/// Looks up `points`, which are sorted and each there once; those that do not exist stay not found.
/// `live` receives the live slots of all, on the retained end of `arena`. Errors: exhaustion.
Status find_stop_points(const Module& module, Arena& arena, std::span<StopPoint> points,
                        std::span<LiveSlot>& live) noexcept;

}  // namespace wrt::runtime
