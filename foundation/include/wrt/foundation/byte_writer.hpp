// ByteWriter: little-endian numbers and bytes to a function that takes them in blocks, counted and
// summed up on the way. For files that are written front to back.
#pragma once

#include <array>
#include <cstring>
#include <span>
#include <type_traits>

#include <wrt/foundation/checksum.hpp>
#include <wrt/foundation/little_endian.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt {

/// Takes bytes; an Error ends the writing and is what its writer gets.
struct ByteSink {
    Status (*write)(void* context, std::span<const uint8_t> bytes) = nullptr;
    void* context = nullptr;
};

/// The first error stays; after it nothing is written any more.
class ByteWriter {
public:
    /// Without a function, bytes are only counted.
    explicit ByteWriter(ByteSink sink = {}) noexcept : sink_{sink} {}

    template <class T>
    void put(T value) noexcept
    {
        std::array<uint8_t, sizeof(T)> bytes;
        if constexpr (std::is_enum_v<T>)
            store_le(bytes.data(), static_cast<std::underlying_type_t<T>>(value));
        else
            store_le(bytes.data(), value);
        put_bytes(bytes);
    }
    void put_bytes(std::span<const uint8_t> bytes) noexcept
    {
        written_ += bytes.size();
        if (bytes.size() > buffer_.size() - filled_) flush();
        if (bytes.size() > buffer_.size()) return hand_on(bytes);
        if (!bytes.empty()) std::memcpy(buffer_.data() + filled_, bytes.data(), bytes.size());
        filled_ += bytes.size();
    }
    void put_zeros(uint64_t count) noexcept
    {
        for (; count != 0; --count)
            put(uint8_t{0});
    }

    /// Bytes so far.
    [[nodiscard]] uint64_t written() const noexcept { return written_; }
    /// Of all bytes so far.
    [[nodiscard]] Digest digest() noexcept
    {
        flush();
        Checksum so_far = checksum_;
        return so_far.finish();
    }
    [[nodiscard]] Status finish() noexcept
    {
        flush();
        return status_;
    }

private:
    void flush() noexcept
    {
        hand_on(std::span<const uint8_t>{buffer_}.first(filled_));
        filled_ = 0;
    }
    void hand_on(std::span<const uint8_t> bytes) noexcept
    {
        if (sink_.write == nullptr || bytes.empty()) return;
        checksum_.add(bytes);
        if (status_) status_ = sink_.write(sink_.context, bytes);
    }

    ByteSink sink_;
    Status status_ = ok();
    Checksum checksum_;
    uint64_t written_ = 0;
    size_t filled_ = 0;
    std::array<uint8_t, 4096> buffer_;
};

}  // namespace wrt
