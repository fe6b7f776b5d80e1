// The source map of a function: which byte of the binary each operation came from. Pairs of LEB128
// numbers, cells since the last operation and (zigzag) bytes since the last instruction; read only
// when something has to be reported.
#pragma once

#include <cstdint>
#include <span>

namespace wrt::runtime {

namespace detail {

constexpr uint32_t zigzag(uint32_t delta)
{
    return delta << 1 ^ (0u - (delta >> 31));
}
constexpr uint32_t unzigzag(uint32_t value)
{
    return value >> 1 ^ (0u - (value & 1));
}
constexpr uint32_t leb_size(uint32_t value)
{
    uint32_t bytes = 1;
    for (; value >= 0x80; value >>= 7)
        ++bytes;
    return bytes;
}

}  // namespace detail

/// Counts what SourceMapWriter will write.
class SourceMapSize {
public:
    void add(uint32_t place, uint32_t source)
    {
        bytes_ +=
            detail::leb_size(place - place_) + detail::leb_size(detail::zigzag(source - source_));
        place_ = place;
        source_ = source;
    }
    [[nodiscard]] uint32_t bytes() const { return bytes_; }

private:
    uint32_t bytes_ = 0;
    uint32_t place_ = 0;
    uint32_t source_ = 0;
};

class SourceMapWriter {
public:
    explicit SourceMapWriter(uint8_t* at) : at_{at} {}

    void add(uint32_t place, uint32_t source)
    {
        put(place - place_);
        put(detail::zigzag(source - source_));
        place_ = place;
        source_ = source;
    }

private:
    void put(uint32_t value)
    {
        for (; value >= 0x80; value >>= 7)
            *at_++ = static_cast<uint8_t>(value | 0x80);
        *at_++ = static_cast<uint8_t>(value);
    }

    uint8_t* at_;
    uint32_t place_ = 0;
    uint32_t source_ = 0;
};

/// The operations of a function in their order, as its source map has them.
class SourceMapReader {
public:
    explicit SourceMapReader(std::span<const uint8_t> map)
        : at_{map.data()}, end_{map.data() + map.size()}
    {
    }

    /// Goes on to the next operation; false at the end.
    bool next()
    {
        if (at_ == end_) return false;
        place_ += take();
        source_ += detail::unzigzag(take());
        return true;
    }

    /// Of this operation: its first cell, from the function's first one; its byte of the binary.
    [[nodiscard]] uint32_t place() const { return place_; }
    [[nodiscard]] uint32_t source() const { return source_; }

private:
    uint32_t take()
    {
        uint32_t value = 0;
        for (uint32_t shift = 0;; shift += 7) {
            const uint8_t byte = *at_++;
            value |= static_cast<uint32_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
    }

    const uint8_t* at_;
    const uint8_t* end_;
    uint32_t place_ = 0;
    uint32_t source_ = 0;
};

/// The byte offset of the operation that lies at cell `place` of its function.
inline uint32_t source_of(std::span<const uint8_t> map, uint32_t place)
{
    uint32_t found = 0;
    for (SourceMapReader at{map}; at.next() && at.place() <= place;)
        found = at.source();
    return found;
}

}  // namespace wrt::runtime
