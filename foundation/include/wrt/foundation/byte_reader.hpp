// ByteReader: a bounds-checked cursor over a binary. The common case of each read (a LEB128 of one
// byte, a byte that is there) is inline and touches nothing but the cursor; the rest is in
// byte_reader.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <wrt/foundation/result.hpp>

namespace wrt {

/// Reads forward through bytes that somebody else keeps. Every error carries the offset of the
/// place: of the byte that is missing, or of the first byte of what is wrong. A failed read leaves
/// the cursor where it was.
class ByteReader {
public:
    /// `base_offset` is the offset of bytes[0] in the whole binary; `at_end` is the error of a read
    /// past the end.
    explicit ByteReader(std::span<const uint8_t> bytes, uint32_t base_offset = 0,
                        Errc at_end = Errc::unexpected_end) noexcept
        : position_(bytes.data()),
          end_(bytes.data() + bytes.size()),
          begin_(bytes.data()),
          base_offset_(base_offset),
          at_end_(at_end)
    {
    }

    /// Offset in the whole binary of the next byte.
    uint32_t offset() const noexcept { return offset_of(position_); }
    uint32_t offset_of(const uint8_t* position) const noexcept
    {
        return base_offset_ + static_cast<uint32_t>(position - begin_);
    }
    size_t remaining() const noexcept { return static_cast<size_t>(end_ - position_); }
    bool at_end() const noexcept { return position_ == end_; }
    const uint8_t* position() const noexcept { return position_; }
    const uint8_t* end() const noexcept { return end_; }
    /// Moves to a place between the beginning and the end, back or forth.
    void move_to(const uint8_t* position) noexcept
    {
        WRT_ASSERT(begin_ <= position && position <= end_);
        position_ = position;
    }

    Result<uint8_t> byte() noexcept
    {
        if (position_ == end_) [[unlikely]]
            return end_error();
        return *position_++;
    }
    Result<uint8_t> peek() const noexcept
    {
        if (position_ == end_) [[unlikely]]
            return end_error();
        return *position_;
    }

    /// LEB128 integers: https://webassembly.github.io/spec/core/binary/values.html#integers
    Result<uint32_t> u32() noexcept
    {
        if (position_ != end_ && *position_ < 0x80) [[likely]]
            return uint32_t{*position_++};
        return long_leb<uint32_t, &long_u32>();
    }
    Result<uint64_t> u64() noexcept
    {
        if (position_ != end_ && *position_ < 0x80) [[likely]]
            return uint64_t{*position_++};
        return long_leb<uint64_t, &long_u64>();
    }
    Result<int32_t> s32() noexcept
    {
        if (position_ != end_ && *position_ < 0x80) [[likely]]
            return one_byte_signed<int32_t>();
        return long_leb<int32_t, &long_s32>();
    }
    Result<int64_t> s33() noexcept
    {
        if (position_ != end_ && *position_ < 0x80) [[likely]]
            return one_byte_signed<int64_t>();
        return long_leb<int64_t, &long_s33>();
    }
    Result<int64_t> s64() noexcept
    {
        if (position_ != end_ && *position_ < 0x80) [[likely]]
            return one_byte_signed<int64_t>();
        return long_leb<int64_t, &long_s64>();
    }

    /// Little-endian words: the preamble, and the bits of f32 and f64.
    Result<uint32_t> fixed_u32() noexcept;
    Result<uint64_t> fixed_u64() noexcept;

    /// The next `size` bytes, in place. Errc::length_out_of_bounds when fewer are left.
    Result<std::span<const uint8_t>> bytes(size_t size) noexcept;
    Status skip(size_t size) noexcept;
    /// A reader of the next `size` bytes, which this one skips. Reads past its end are
    /// Errc::unexpected_end_of_section_or_function.
    Result<ByteReader> sub_reader(size_t size) noexcept;

    /// A name: its length, then that many bytes of UTF-8, in place. At most limits::name_bytes.
    Result<std::string_view> name() noexcept;

    /// The length of a vector. Each element takes a byte at least, so a length greater than what is
    /// left is refused here (Errc::length_out_of_bounds), before anyone allocates for it.
    Result<uint32_t> count() noexcept
    {
        const uint8_t* const start = position_;
        const Result<uint32_t> length = u32();
        if (length && *length > remaining()) [[unlikely]] {
            return count_error(start, *length);
        }
        return length;
    }

private:
    /// What a LEB of several bytes came to. `size` is its bytes; 0 when `code` says why not.
    struct Leb {
        uint64_t value;
        uint32_t size;
        Errc code;
    };
    static Leb long_u32(const uint8_t* at, const uint8_t* end) noexcept;
    static Leb long_u64(const uint8_t* at, const uint8_t* end) noexcept;
    static Leb long_s32(const uint8_t* at, const uint8_t* end) noexcept;
    static Leb long_s33(const uint8_t* at, const uint8_t* end) noexcept;
    static Leb long_s64(const uint8_t* at, const uint8_t* end) noexcept;

    template <class T, auto Read>
    Result<T> long_leb() noexcept
    {
        const Leb leb = Read(position_, end_);
        if (leb.size == 0) [[unlikely]]
            return leb_error(leb.code);
        position_ += leb.size;
        return static_cast<T>(leb.value);
    }
    /// Sign-extends from bit 6.
    template <class T>
    Result<T> one_byte_signed() noexcept
    {
        return static_cast<T>(static_cast<int8_t>(static_cast<uint8_t>(*position_++ << 1)) >> 1);
    }

    Error end_error() const noexcept;
    Error leb_error(Errc code) const noexcept;
    Error count_error(const uint8_t* start, uint32_t length) noexcept;

    const uint8_t* position_;
    const uint8_t* end_;
    const uint8_t* begin_;
    uint32_t base_offset_;
    Errc at_end_;
};

}  // namespace wrt
