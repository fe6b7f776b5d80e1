#include <wrt/component/wasi/random.hpp>

#include <sys/random.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace wrt::wasi {

namespace {

/// How much is filled between two looks at the interrupt.
constexpr size_t slice_bytes = 64 * 1024;

/// SplitMix64: spreads one seed over the whole state.
uint64_t split_mix(uint64_t& state) noexcept
{
    state += 0x9e3779b97f4a7c15;
    uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
}

}  // namespace

Random::Random(RandomMode mode, uint64_t seed) noexcept : mode_{mode}
{
    for (uint64_t& word : state_) {
        word = split_mix(seed);
    }
}

/// xoshiro256**, by Blackman and Vigna.
uint64_t Random::next() noexcept
{
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

Errno Random::fill(std::span<uint8_t> bytes, Pace& pace) noexcept
{
    while (!bytes.empty()) {
        const std::span<uint8_t> slice = bytes.first(std::min(bytes.size(), slice_bytes));
        size_t filled = slice.size();
        if (mode_ == RandomMode::seed) {
            for (size_t at = 0; at < slice.size(); at += sizeof(uint64_t)) {
                const uint64_t word = next();
                std::memcpy(slice.data() + at, &word, std::min(sizeof word, slice.size() - at));
            }
        } else {
            const ssize_t got = ::getrandom(slice.data(), slice.size(), 0);
            if (got < 0 && errno != EINTR) return errno_from_host(errno);
            filled = got < 0 ? 0 : static_cast<size_t>(got);
        }
        bytes = bytes.subspan(filled);
        if (!pace.go_on(filled) && !bytes.empty()) return Errno::intr;
    }
    return Errno::success;
}

}  // namespace wrt::wasi
