// The frames of a stopped run as snapshots have them.
#pragma once

#include <cstdint>
#include <span>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/instance.hpp>

#include "numbering.hpp"
#include "stop_point.hpp"

namespace wrt::runtime {

/// A frame, outermost first.
struct SnapshotFrame {
    uint32_t instance = 0;  ///< Its number.
    StopPoint at;
    bool linked = false;    ///< It was called through a linkage.
    Slot* slots = nullptr;  ///< Where it lies, once it lies anywhere.
};

/// The stop points of frames, each once, with their live slots.
class FrameShapes {
public:
    /// Looks up where `frames` stand. Each frame's `at` is then complete, or not found.
    static Result<FrameShapes> make(const Numbering& numbering, Arena& arena,
                                    std::span<SnapshotFrame> frames) noexcept;

    [[nodiscard]] std::span<const LiveSlot> live(const SnapshotFrame& frame) const noexcept
    {
        return live_[frame.instance].subspan(frame.at.first_live, frame.at.live_count);
    }

private:
    std::span<std::span<LiveSlot>> live_;  ///< By instance.
};

}  // namespace wrt::runtime
