#include "mutate.hpp"

#include <algorithm>
#include <optional>

namespace wrt::test {

namespace {

constexpr size_t preamble_bytes = 8;
constexpr size_t most_cuts = 2048;
constexpr size_t most_integers = 4096;

/// Something with its size in front.
struct Part {
    size_t start;    ///< Of the section's id, or of a body's size.
    size_t size_at;  ///< Where the size is.
    size_t content;
    size_t end;
};

struct Layout {
    std::vector<Part> sections;
    std::vector<Part> bodies;
};

std::optional<uint64_t> number(const Bytes& binary, size_t& at)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 35 && at < binary.size(); shift += 7) {
        const uint8_t byte = binary[at++];
        value |= uint64_t{byte & 0x7fu} << shift;
        if (byte < 0x80) return value;
    }
    return std::nullopt;
}

/// The sections as far as they make sense.
Layout layout_of(const Bytes& binary)
{
    Layout layout;
    for (size_t at = preamble_bytes; at < binary.size();) {
        Part section{.start = at, .size_at = at + 1, .content = at + 1, .end = 0};
        const auto size = number(binary, section.content);
        if (!size || *size > binary.size() - section.content) break;
        section.end = at = section.content + *size;
        layout.sections.push_back(section);
        if (binary[section.start] != 10) continue;
        size_t in = section.content;
        const auto count = number(binary, in);
        for (uint64_t i = 0; count && i < *count && in < section.end; ++i) {
            Part body{.start = in, .size_at = in, .content = in, .end = 0};
            const auto body_size = number(binary, body.content);
            if (!body_size || *body_size > section.end - body.content) break;
            body.end = in = body.content + *body_size;
            layout.bodies.push_back(body);
        }
    }
    return layout;
}

/// What may stand for the byte of an integer: the same number too long, the largest ones,
/// neighbours.
constexpr uint8_t first_neighbour = 6;
constexpr uint8_t integer_variants = 8;

Bytes replacement(uint8_t byte, uint8_t variant)
{
    const auto more = static_cast<uint8_t>(byte | 0x80);
    switch (variant) {
    case 0: return {more, 0x00};
    case 1: return {more, 0x7f};
    case 2: return {more, 0x80, 0x80, 0x80, 0x80, 0x00};
    case 3: return {0xff, 0xff, 0xff, 0xff, 0x0f};
    case 4: return {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
    case 5: return {0xff, 0xff, 0xff, 0xff, 0x07};
    case 6: return {static_cast<uint8_t>(byte + 1)};
    default: return {static_cast<uint8_t>(byte - 1)};
    }
}

Bytes slice(const Bytes& binary, size_t from, size_t to)
{
    return {binary.begin() + static_cast<std::ptrdiff_t>(from),
            binary.begin() + static_cast<std::ptrdiff_t>(to)};
}

const Part* around(const std::vector<Part>& parts, size_t at)
{
    for (const Part& part : parts) {
        if (at >= part.content && at < part.end) return &part;
    }
    return nullptr;
}

Bytes with_integer(const Bytes& binary, const Mutation& mutation)
{
    const size_t at = mutation.at;
    const Bytes instead = replacement(binary[at], mutation.variant);
    if (!mutation.fitted)
        return bytes(slice(binary, 0, at), instead, slice(binary, at + 1, binary.size()));
    const Layout layout = layout_of(binary);
    const Part& section = *around(layout.sections, at);
    const Part* const body = around(layout.bodies, at);
    Bytes content;
    if (body != nullptr) {
        const Bytes changed =
            bytes(slice(binary, body->content, at), instead, slice(binary, at + 1, body->end));
        content = bytes(slice(binary, section.content, body->start), sized(changed),
                        slice(binary, body->end, section.end));
    } else {
        content =
            bytes(slice(binary, section.content, at), instead, slice(binary, at + 1, section.end));
    }
    return bytes(slice(binary, 0, section.size_at), sized(content),
                 slice(binary, section.end, binary.size()));
}

}  // namespace

std::vector<Mutation> mutations_of(const Bytes& binary)
{
    using Kind = Mutation::Kind;
    std::vector<Mutation> all;
    const auto add = [&](Kind kind, size_t at, int variant = 0, bool fitted = false) {
        all.push_back({kind, static_cast<uint8_t>(variant), fitted, static_cast<uint32_t>(at)});
    };
    const auto add_bits = [&](size_t from, size_t to) {
        for (size_t at = from; at < std::min(to, binary.size()); ++at) {
            for (int bit = 0; bit < 8; ++bit)
                add(Kind::flip, at, bit);
        }
    };
    for (size_t size = 0; size < std::min(binary.size(), most_cuts); ++size)
        add(Kind::cut, size);
    const Layout layout = layout_of(binary);
    add_bits(0, preamble_bytes);
    for (const Part& section : layout.sections)
        add_bits(section.start, section.content + 2);
    for (size_t at = preamble_bytes; at < std::min(binary.size(), most_integers); ++at) {
        const Part* const section = around(layout.sections, at);
        for (int variant = 0; variant < integer_variants; ++variant) {
            const bool neighbour = variant >= first_neighbour;
            if (binary[at] >= 0x80 && !neighbour) continue;
            add(Kind::integer, at, variant);
            if (section != nullptr && !neighbour) add(Kind::integer, at, variant, true);
        }
    }
    for (size_t i = 0; i < layout.sections.size(); ++i) {
        add(Kind::duplicate, i);
        add(Kind::remove, i);
        if (i + 1 < layout.sections.size()) add(Kind::swap, i);
    }
    return all;
}

Bytes mutated(const Bytes& binary, const Mutation& mutation)
{
    const auto cut_at = [&](size_t at) { return slice(binary, 0, at); };
    const auto section = [&](size_t i) {
        const Part part = layout_of(binary).sections[i];
        return slice(binary, part.start, part.end);
    };
    switch (mutation.kind) {
    case Mutation::Kind::cut: return cut_at(mutation.at);
    case Mutation::Kind::flip: {
        Bytes result = binary;
        result[mutation.at] = static_cast<uint8_t>(result[mutation.at] ^ (1u << mutation.variant));
        return result;
    }
    case Mutation::Kind::integer: return with_integer(binary, mutation);
    case Mutation::Kind::swap:
    case Mutation::Kind::duplicate:
    case Mutation::Kind::remove: break;
    }
    const std::vector<Part> sections = layout_of(binary).sections;
    const Part part = sections[mutation.at];
    const Bytes rest = slice(binary, part.end, binary.size());
    if (mutation.kind == Mutation::Kind::remove) return bytes(cut_at(part.start), rest);
    if (mutation.kind == Mutation::Kind::duplicate)
        return bytes(cut_at(part.end), section(mutation.at), rest);
    const Part next = sections[mutation.at + 1];
    return bytes(cut_at(part.start), section(mutation.at + 1), section(mutation.at),
                 slice(binary, next.end, binary.size()));
}

}  // namespace wrt::test
