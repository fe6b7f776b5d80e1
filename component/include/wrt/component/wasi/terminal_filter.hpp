// What a guest writes to a terminal, made harmless: nothing in it can move the cursor, recolour,
// rename the window or reorder text. Newline, tab and carriage return pass; other controls,
// bidirectional controls and malformed UTF-8 are shown as text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace wrt::wasi {

/// Keeps the bytes of a character that is not whole yet, since a guest may write it in pieces.
class TerminalFilter {
public:
    /// The most bytes that one byte of input can become (four bytes of a malformed character at
    /// once, as "\xNN").
    static constexpr size_t max_growth = 16;

    /// Appends to `out` what `byte` makes visible; returns how many bytes that are, at most
    /// max_growth.
    size_t push(uint8_t byte, std::span<char, max_growth> out) noexcept;

private:
    size_t show_pending(std::span<char, max_growth> out) noexcept;

    std::array<uint8_t, 4> pending_{};
    uint8_t count_ = 0;
    uint8_t expected_ = 0;  ///< Bytes of the character that began.
};

}  // namespace wrt::wasi
