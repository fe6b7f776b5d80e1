// Several activations of one Execution, of which one is current: for host functions that leave a
// run in the middle, natively too (wrt/foundation/fiber.hpp), and come back to it later.
#pragma once

#include <span>

#include <wrt/runtime/execution.hpp>

namespace wrt::runtime {

struct Safepoint;

/// What an Execution has of an activation that is not the current one. The store knows it from
/// leave_for() to forget(), and its collector finds what lies in the frames of whatever is here: so
/// it must not move meanwhile.
class Activation {
public:
    /// Puts the current activation of `execution` here, and begins another one on `stack`, with
    /// room for `depth` nested runs.
    void leave_for(Execution& execution, std::span<Slot> stack, uint32_t depth) noexcept;
    /// The current activation and the one that is here change places.
    void swap(Execution& execution) noexcept;
    /// Nobody comes back to what is here.
    void forget() noexcept;

private:
    friend class Collector;

    void save(const Execution& execution) noexcept;
    void restore(Execution& execution) const noexcept;

    ModuleInstance* instance_ = nullptr;
    Execution::Seconds seconds_ = {};
    Pins pins_;
    Slot* stack_base_ = nullptr;
    Slot* stack_end_ = nullptr;
    Slot* top_ = nullptr;
    uint32_t depth_ = 0;
    Exception exception_;
    Landing landing_;
    const Safepoint* waiting_ = nullptr;
    Activation* next_ = nullptr;  ///< Of those that the store knows.
    Activation** link_ = nullptr;
};

}  // namespace wrt::runtime
