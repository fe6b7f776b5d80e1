// How much of an execution's stack the functions of a module can come to use: the longest path
// through the graph of its calls, each frame as long as the translated code makes it. A bound, not
// a need: an indirect call may reach every function of its type that a reference is made to.
//
// What it knows nothing of: host functions that call back (such a run begins above the window of
// the host function), functions of other instances, and references that a host or another instance
// puts into the module's tables.
#pragma once

#include <cstdint>
#include <span>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/call_sites.hpp>
#include <wrt/runtime/module.hpp>

namespace wrt::runtime {

/// The need of a function that may call itself, through others perhaps, without a tail call.
inline constexpr uint64_t unbounded_stack = ~uint64_t{0};

struct StackBound {
    static constexpr uint32_t most_listed = 12;

    /// Slots of a stack on which no call of anything the host can name is refused;
    /// unbounded_stack where there is recursion.
    uint64_t slots = 0;
    /// Of recursion: the functions of a shortest circle that does it, each called by the one
    /// before and the first by the last. The first `most_listed` of `circle_length`.
    uint32_t circle[most_listed] = {};
    uint32_t circle_length = 0;

    [[nodiscard]] bool bounded() const noexcept { return slots != unbounded_stack; }
    [[nodiscard]] uint64_t bytes() const noexcept { return slots * 8; }
};

/// The bound over exports and the start function, and, where others can see a table or a global
/// with references, over every function that a reference is made to. `sites` are those of loading
/// `module`. Time and memory, on the scratch end of `arena`, are linear in functions, types and
/// calls; nothing recurses.
Result<StackBound> stack_bound(const Module& module, const CallSites& sites, Arena& arena) noexcept;

/// Slots that a call of each function needs, by function index; 0 for imports. In `arena`.
Result<std::span<const uint64_t>> stack_needs(const Module& module, const CallSites& sites,
                                              Arena& arena) noexcept;

}  // namespace wrt::runtime
