// ByteBuffer: bytes of a binary as they are written, out of an arena. A refusal of the arena is
// kept until somebody asks: writing goes on and does nothing, so that what is written reads like a
// list.
#pragma once

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/result.hpp>

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace wrt::text {

class ByteBuffer {
public:
    explicit ByteBuffer(Arena& arena) : bytes_{arena} {}

    /// ok(), or why something that was written is not there.
    const Status& status() const { return status_; }
    uint32_t size() const { return bytes_.size(); }
    bool empty() const { return bytes_.empty(); }
    std::span<const uint8_t> bytes() const { return bytes_.as_span(); }
    void truncate(uint32_t size)
    {
        if (size < bytes_.size()) bytes_.truncate(size);
    }

    void byte(uint8_t value)
    {
        if (status_) [[likely]]
            status_ = bytes_.push(value);
    }
    void append(std::span<const uint8_t> bytes)
    {
        if (bytes.empty() || !status_) return;
        status_ = bytes_.reserve(bytes.size());
        if (!status_) return;
        const uint32_t old = bytes_.size();
        bytes_.resize_unchecked(old + bytes.size());
        std::memcpy(bytes_.data() + old, bytes.data(), bytes.size());
    }
    void append(std::string_view text)
    {
        append(std::span{reinterpret_cast<const uint8_t*>(text.data()), text.size()});
    }
    /// Room for `size` bytes behind those there are, to write into, and how many were written.
    Result<char*> room(size_t size)
    {
        WRT_CHECK(status_);
        WRT_CHECK(bytes_.reserve(size));
        return reinterpret_cast<char*>(bytes_.data() + bytes_.size());
    }
    void add_written(size_t size) { bytes_.resize_unchecked(bytes_.size() + size); }
    void fixed32(uint32_t value)
    {
        for (uint32_t i = 0; i < 4; ++i)
            byte(static_cast<uint8_t>(value >> (8 * i)));
    }
    void fixed64(uint64_t value)
    {
        for (uint32_t i = 0; i < 8; ++i)
            byte(static_cast<uint8_t>(value >> (8 * i)));
    }
    /// LEB128, unsigned and signed, as short as can be.
    void u64(uint64_t value)
    {
        while (value >= 0x80) {
            byte(static_cast<uint8_t>(value | 0x80));
            value >>= 7;
        }
        byte(static_cast<uint8_t>(value));
    }
    void u32(uint32_t value) { u64(value); }
    void s64(int64_t value)
    {
        while (value < -0x40 || value >= 0x40) {
            byte(static_cast<uint8_t>(value | 0x80));
            value >>= 7;
        }
        byte(static_cast<uint8_t>(value & 0x7f));
    }
    /// A vector of bytes: its length, then they.
    void sized(std::span<const uint8_t> bytes)
    {
        u64(bytes.size());
        append(bytes);
    }
    void name(std::string_view text)
    {
        u64(text.size());
        append(text);
    }

private:
    GrowingStack<uint8_t> bytes_;
    Status status_;
};

}  // namespace wrt::text
