// How far one call may go: long work is done in slices, and between them it is counted and may be
// stopped.
#pragma once

#include <cstdint>
#include <limits>

#include <wrt/component/wasi/config.hpp>

namespace wrt::wasi {

class Pace {
public:
    Interrupt interrupt;

    /// A call begins that may move `limit_bytes`; what goes beyond is at most one slice.
    void begin(uint64_t limit_bytes) noexcept
    {
        moved_bytes_ = 0;
        limit_bytes_ = limit_bytes;
    }

    /// Counts `bytes` that were moved. False: no further slice, the limit is passed or an interrupt
    /// requested.
    [[nodiscard]] bool go_on(uint64_t bytes) noexcept
    {
        count(bytes);
        return moved_bytes_ <= limit_bytes_ && !interrupt.is_requested();
    }

    /// Counts the bytes of work that is done in one piece.
    void count(uint64_t bytes) noexcept { moved_bytes_ += bytes; }

    uint64_t moved_bytes() const noexcept { return moved_bytes_; }

private:
    uint64_t moved_bytes_ = 0;
    uint64_t limit_bytes_ = std::numeric_limits<uint64_t>::max();
};

}  // namespace wrt::wasi
