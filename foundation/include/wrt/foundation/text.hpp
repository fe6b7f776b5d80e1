// Text without allocation: TextSink appends to a caller's buffer and cuts what does not fit;
// FixedText carries its own buffer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wrt {

/// Appends text to a buffer that somebody else owns. What does not fit is dropped; `truncated()`
/// tells.
class TextSink {
public:
    explicit TextSink(std::span<char> buffer) noexcept : buffer_(buffer) {}

    TextSink& append(std::string_view text) noexcept;
    TextSink& append(char character) noexcept { return append(std::string_view(&character, 1)); }
    TextSink& append_decimal(uint64_t value) noexcept;
    /// "0x1f": lower case, no leading zeros.
    TextSink& append_hex(uint64_t value) noexcept;
    /// Text that a guest supplied: control characters, bidirectional controls and malformed UTF-8
    /// become \xNN, and after `limit` input bytes "..." follows, so that no terminal or log obeys
    /// it.
    TextSink& append_escaped(std::string_view text, size_t limit = 256) noexcept;

    std::string_view view() const noexcept { return {buffer_.data(), size_}; }
    size_t size() const noexcept { return size_; }
    bool truncated() const noexcept { return truncated_; }

private:
    std::span<char> buffer_;
    size_t size_ = 0;
    bool truncated_ = false;
};

/// A text of at most N bytes, held by value.
template <size_t N>
class FixedText {
public:
    static constexpr size_t capacity = N;

    constexpr FixedText() noexcept = default;
    explicit FixedText(std::string_view text) noexcept
    {
        size_ = text.size() < N ? text.size() : N;
        for (size_t i = 0; i < size_; ++i)
            bytes_[i] = text[i];
    }

    std::string_view view() const noexcept { return {bytes_.data(), size_}; }
    operator std::string_view() const noexcept
    {
        return view();
    }  // NOLINT(google-explicit-constructor)

    friend bool operator==(const FixedText& text, std::string_view other) noexcept
    {
        return text.view() == other;
    }

private:
    std::array<char, N> bytes_{};
    size_t size_ = 0;
};

using ErrorText = FixedText<256>;

}  // namespace wrt
