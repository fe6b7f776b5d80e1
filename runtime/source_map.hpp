// The source map of a function: which byte of the binary each operation came from. For each
// operation how many cells lie between its begin and the last one's, and how many bytes between the
// instructions: in one byte where both are small, which they nearly always are; else a mark and two
// LEB128 numbers, the bytes zigzag. Read only when something has to be reported.
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
/// One byte: cells less one in the low bits, bytes (zigzag) above them; all ones is the mark.
inline constexpr uint32_t short_cells = 4;
inline constexpr uint32_t short_bytes = 63;
inline constexpr uint8_t long_mark = 0xff;
/// Of one operation at most: the mark and two numbers.
inline constexpr uint32_t longest_bytes = 11;

constexpr bool is_short(uint32_t cells, uint32_t bytes)
{
    return cells - 1 < short_cells && bytes < short_bytes;
}

constexpr uint8_t short_byte(uint32_t cells, uint32_t bytes)
{
    return static_cast<uint8_t>(bytes * short_cells + (cells - 1));
}

/// Where a map begins: no operation lies there, so that the first one is some cells further too.
inline constexpr uint32_t before_first = 0xffffffffu;

}  // namespace detail

/// Writes a source map, or only counts its bytes.
template <bool Writes>
class SourceMapWriter {
public:
    /// `base`: byte offset of the function's body.
    SourceMapWriter(uint8_t* at, uint32_t base) : at_{at}, source_{base} {}

    void add(uint32_t place, uint32_t source)
    {
        const uint32_t cells = place - place_;
        const uint32_t bytes = detail::zigzag(source - source_);
        place_ = place;
        source_ = source;
        const bool is_short = detail::is_short(cells, bytes);
        put(is_short ? detail::short_byte(cells, bytes) : detail::long_mark);
        if (!is_short) [[unlikely]] {
            put_number(cells);
            put_number(bytes);
        }
    }
    [[nodiscard]] uint32_t bytes() const { return bytes_; }

private:
    void put(uint8_t byte)
    {
        if constexpr (Writes) at_[bytes_] = byte;
        ++bytes_;
    }
    void put_number(uint32_t value)
    {
        for (; value >= 0x80; value >>= 7)
            put(static_cast<uint8_t>(value | 0x80));
        put(static_cast<uint8_t>(value));
    }

    uint8_t* at_;
    uint32_t bytes_ = 0;
    uint32_t place_ = detail::before_first;
    uint32_t source_;
};

/// The operations of a function in their order, as its source map has them.
class SourceMapReader {
public:
    /// `base`: byte offset of the function's body.
    SourceMapReader(std::span<const uint8_t> map, uint32_t base)
        : at_{map.data()}, end_{map.data() + map.size()}, source_{base}
    {
    }

    /// Goes on to the next operation; false at the end.
    bool next()
    {
        if (at_ == end_) return false;
        const uint8_t first = *at_++;
        uint32_t bytes = 0;
        if (first != detail::long_mark) {
            place_ += first % detail::short_cells + 1;
            bytes = first / detail::short_cells;
        } else {
            place_ += take();
            bytes = take();
        }
        source_ += detail::unzigzag(bytes);
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
    uint32_t place_ = detail::before_first;
    uint32_t source_;
};

/// The byte offset of the operation that lies at cell `place` of its function, whose body begins at
/// byte `base`.
inline uint32_t source_of(std::span<const uint8_t> map, uint32_t base, uint32_t place)
{
    uint32_t found = base;
    for (SourceMapReader at{map, base}; at.next() && at.place() <= place;)
        found = at.source();
    return found;
}

}  // namespace wrt::runtime
