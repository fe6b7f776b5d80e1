// FixedReader: fixed-width little-endian numbers out of bytes that somebody else keeps. A read past
// the end gives zero and is remembered: ask once, before anything is done with what was read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <wrt/foundation/little_endian.hpp>

namespace wrt {

class FixedReader {
public:
    explicit FixedReader(std::span<const uint8_t> bytes) noexcept : bytes_{bytes} {}

    template <class T>
    T get() noexcept
    {
        const std::span<const uint8_t> place = bytes(sizeof(T));
        return place.empty() ? T{} : load_le<T>(place.data());
    }
    /// The next `size` bytes, in place; none where there are fewer.
    std::span<const uint8_t> bytes(uint64_t size) noexcept
    {
        if (size > remaining()) {
            good_ = false;
            at_ = bytes_.size();
            return {};
        }
        at_ += static_cast<size_t>(size);
        return bytes_.subspan(at_ - static_cast<size_t>(size), static_cast<size_t>(size));
    }
    /// A count of things that take `each` bytes at least; a count that cannot be is none.
    uint32_t count(uint64_t each) noexcept
    {
        const uint32_t count = get<uint32_t>();
        if (count <= remaining() / each) return count;
        good_ = false;
        return 0;
    }

    [[nodiscard]] size_t remaining() const noexcept { return bytes_.size() - at_; }
    [[nodiscard]] size_t offset() const noexcept { return at_; }
    /// Nothing was read that is not there.
    [[nodiscard]] bool good() const noexcept { return good_; }
    /// ... and everything was read.
    [[nodiscard]] bool done() const noexcept { return good_ && remaining() == 0; }

private:
    std::span<const uint8_t> bytes_;
    size_t at_ = 0;
    bool good_ = true;
};

}  // namespace wrt
