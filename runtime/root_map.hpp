// The root map of a function: which slots of its frame hold references, at each call and
// allocation.
//
// Parameters are told by the function's type. Other locals are always initialised, so a list of
// runs names them once. Operands differ from safepoint to safepoint: each safepoint names the
// topmost one that is a reference, each of these the next one below. Safepoints share these chains,
// so that the map is linear in the code however deep the operands lie.
//
// It lies behind the code as cells:  header | runs | safepoints by place | chain links
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include <wrt/runtime/cell.hpp>
#include <wrt/runtime/field_layout.hpp>
#include <wrt/runtime/module.hpp>
#include <wrt/runtime/slot.hpp>
#include <wrt/runtime/value.hpp>

namespace wrt::runtime {

/// Link 0 ends every chain and is not stored.
struct RootLink {
    uint32_t slot = 0;
    uint32_t below = 0;
};

struct RootRun {
    uint32_t slot = 0;
    uint32_t count = 0;
};

struct RootSafepoint {
    uint32_t cell = 0;  ///< Last cell of the operation, from the function's first one.
    uint32_t top = 0;   ///< Link of the topmost reference; never 0.
};

struct RootMapHeader {
    uint32_t runs = 0;
    uint32_t safepoints = 0;
};

static_assert(sizeof(RootLink) == sizeof(Cell) && sizeof(RootRun) == sizeof(Cell) &&
              sizeof(RootSafepoint) == sizeof(Cell) && sizeof(RootMapHeader) == sizeof(Cell));

/// Calls visit(Slot&) for every slot of a frame of `function` that holds a reference while the
/// operation that ends with cell `cell` (of the function's code) is under way.
template <class Visit>
void visit_frame_roots(const Module& module, const Function& function, uint32_t cell, Slot* frame,
                       Visit&& visit)
{
    uint32_t slot = 0;
    for (const ValType param : module.params(function.type)) {
        if (is_traced(param)) visit(frame[slot]);
        slot += slots_of(param);
    }
    if (function.root_map == 0) return;
    const Cell* at = module.code.data() + function.root_map;
    const auto header = std::bit_cast<RootMapHeader>(*at++);
    for (uint32_t i = 0; i < header.runs; ++i) {
        const auto run = std::bit_cast<RootRun>(*at++);
        for (uint32_t k = 0; k < run.count; ++k)
            visit(frame[run.slot + k]);
    }
    uint32_t low = 0;
    for (uint32_t high = header.safepoints; low < high;) {
        const uint32_t middle = low + (high - low) / 2;
        if (std::bit_cast<RootSafepoint>(at[middle]).cell < cell)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == header.safepoints) return;
    const auto found = std::bit_cast<RootSafepoint>(at[low]);
    if (found.cell != cell) return;
    const Cell* const links = at + header.safepoints - 1;  // link 1 is the first
    for (uint32_t top = found.top; top != 0;) {
        const auto link = std::bit_cast<RootLink>(links[top]);
        visit(frame[link.slot]);
        top = link.below;
    }
}

}  // namespace wrt::runtime
