// Bytes of binaries, written down in tests: bytes(0x00, 0x61, "text", other).
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wrt::test {

using Bytes = std::vector<uint8_t>;

inline void append(Bytes& out, std::integral auto byte)
{
    out.push_back(static_cast<uint8_t>(byte));
}
inline void append(Bytes& out, std::string_view text)
{
    out.insert(out.end(), text.begin(), text.end());
}
inline void append(Bytes& out, const Bytes& more)
{
    out.insert(out.end(), more.begin(), more.end());
}

/// The parts one after the other: integers are single bytes, texts their characters.
template <class... Parts>
Bytes bytes(const Parts&... parts)
{
    Bytes out;
    (append(out, parts), ...);
    return out;
}

/// Unsigned LEB128 in as few bytes as it takes.
inline Bytes leb(uint64_t value)
{
    Bytes out;
    do {
        const uint8_t low = value & 0x7f;
        value >>= 7;
        out.push_back(static_cast<uint8_t>(value != 0 ? low | 0x80 : low));
    } while (value != 0);
    return out;
}

/// Signed LEB128 in as few bytes as it takes.
inline Bytes signed_leb(int64_t value)
{
    Bytes out;
    while (true) {
        const auto low = static_cast<uint8_t>(value & 0x7f);
        value >>= 7;
        const bool last = (value == 0 && (low & 0x40) == 0) || (value == -1 && (low & 0x40) != 0);
        out.push_back(static_cast<uint8_t>(last ? low : low | 0x80));
        if (last) return out;
    }
}

/// A vector in the binary format: how many bytes, then the bytes.
inline Bytes sized(const Bytes& content)
{
    return bytes(leb(content.size()), content);
}

/// A section: its id, its size, its content.
inline Bytes section(uint8_t id, const Bytes& content)
{
    return bytes(id, sized(content));
}

/// The preamble of a core module.
inline Bytes preamble()
{
    return bytes(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
}

}  // namespace wrt::test
