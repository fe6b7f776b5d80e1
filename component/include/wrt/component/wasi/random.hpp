// Random bytes: the operating system's, or a sequence that a seed determines.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <wrt/component/wasi/config.hpp>
#include <wrt/component/wasi/errno.hpp>
#include <wrt/component/wasi/pace.hpp>

namespace wrt::wasi {

class Random {
public:
    Random() noexcept = default;
    Random(RandomMode mode, uint64_t seed) noexcept;

    /// Fills `bytes`, 64 KiB at a time. intr when `pace` does not let it go on.
    Errno fill(std::span<uint8_t> bytes, Pace& pace) noexcept;

private:
    uint64_t next() noexcept;

    RandomMode mode_ = RandomMode::os;
    std::array<uint64_t, 4> state_{};
};

}  // namespace wrt::wasi
