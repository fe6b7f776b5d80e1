#include "snapshot_frames.hpp"

#include <algorithm>

namespace wrt::runtime {

Result<FrameShapes> FrameShapes::make(const Numbering& numbering, Arena& arena,
                                      std::span<SnapshotFrame> frames) noexcept
{
    FrameShapes made;
    WRT_TRY(made.live_, arena.make_array<std::span<LiveSlot>>(End::retained, Account::scratch,
                                                              numbering.instances().size()));
    WRT_TRY(const std::span<StopPoint> points,
            arena.make_array<StopPoint>(End::retained, Account::scratch, frames.size()));
    for (uint32_t i = 0; i < made.live_.size(); ++i) {
        size_t count = 0;
        for (const SnapshotFrame& frame : frames) {
            if (frame.instance == i) points[count++] = frame.at;
        }
        if (count == 0) continue;
        const std::span<StopPoint> some = points.first(count);
        std::ranges::sort(some);
        const auto twice = std::ranges::unique(some);
        const std::span<StopPoint> once = some.first(count - twice.size());
        for (StopPoint& point : once)
            point.found = false;
        WRT_CHECK(find_stop_points(*numbering.instances()[i]->module, arena, once, made.live_[i]));
        for (SnapshotFrame& frame : frames) {
            if (frame.instance == i) frame.at = *std::ranges::lower_bound(once, frame.at);
        }
    }
    return made;
}

}  // namespace wrt::runtime
