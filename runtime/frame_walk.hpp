// FrameWalk: the frames of a run, from the innermost outwards, as call records and linkages tell
// them. For what happens rarely: backtraces, exceptions.
#pragma once

#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/module.hpp>

#include "frame.hpp"
#include "function_at.hpp"

namespace wrt::runtime {

class FrameWalk {
public:
    /// Starts at the frame `frame` of a function of `instance`, which is at `pc`.
    FrameWalk(ModuleInstance& instance, const Cell* pc, Slot* frame) noexcept
        : instance_{&instance}, pc_{pc}, frame_{frame}
    {
        find_function();
    }

    /// There is a frame here.
    [[nodiscard]] bool valid() const noexcept { return function_ != no_function; }

    [[nodiscard]] ModuleInstance& instance() const noexcept { return *instance_; }
    [[nodiscard]] Slot* frame() const noexcept { return frame_; }
    [[nodiscard]] uint32_t function_index() const noexcept { return function_; }
    [[nodiscard]] const Function& function() const noexcept
    {
        return instance_->module->functions[function_];
    }
    /// Where the frame is, in cells from the function's first one: at the operation that stopped,
    /// or inside the call that it waits for.
    [[nodiscard]] uint32_t cell() const noexcept
    {
        return static_cast<uint32_t>(pc_ - instance_->module->code.data()) - function().code;
    }
    [[nodiscard]] const Cell* code() const noexcept
    {
        return instance_->module->code.data() + function().code;
    }
    /// The pinned locals of this frame, which its callee's record keeps. Not of the innermost
    /// frame, whose are in registers.
    [[nodiscard]] uint64_t l0() const noexcept { return l0_; }
    [[nodiscard]] uint64_t l1() const noexcept { return l1_; }

    /// Goes on to the caller. Nothing is there where the run began.
    void next() noexcept
    {
        const CallRecord& record = *record_at(frame_ + function().window);
        const Cell* return_to = record.return_to;
        frame_ = record.frame;
        l0_ = record.l0;
        l1_ = record.l1;
        if (return_to == &return_foreign_cell) {
            const Linkage& linkage = *linkage_at(frame_);
            return_to = linkage.return_to;
            frame_ = linkage.frame;
            instance_ = linkage.instance;
        }
        function_ = no_function;
        if (return_to == &exit_cell) return;
        pc_ = return_to - 1;  // a cell of the call itself
        find_function();
    }

private:
    void find_function() noexcept { function_ = function_index_at(*instance_->module, pc_); }

    ModuleInstance* instance_;
    const Cell* pc_;
    Slot* frame_;
    uint32_t function_ = no_function;
    uint64_t l0_ = 0;
    uint64_t l1_ = 0;
};

}  // namespace wrt::runtime
