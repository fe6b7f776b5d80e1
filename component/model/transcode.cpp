// Strings from one encoding to another: nine ways. Writing goes through addresses that are looked
// up again after each allocation, and never beyond what was allocated.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#storing
#include <cstring>

#include <wrt/foundation/utf8.hpp>
#include <wrt/runtime/memory.hpp>

#include "model/transfer.hpp"

namespace wrt::component {

namespace {

constexpr uint32_t utf16_tag = 1u << 31;

enum class Encoding : uint8_t { utf8, utf16, latin1 };

Error trap(Errc code)
{
    return {.code = code};
}

uint32_t load16(const uint8_t* at)
{
    uint16_t unit = 0;
    std::memcpy(&unit, at, sizeof unit);
    return unit;
}

void store16(uint8_t* at, uint32_t unit)
{
    const auto narrow = static_cast<uint16_t>(unit);
    std::memcpy(at, &narrow, sizeof narrow);
}

constexpr bool is_high(uint32_t unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}
constexpr bool is_low(uint32_t unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

bool is_valid_utf16(const uint8_t* bytes, uint32_t units)
{
    for (uint32_t i = 0; i < units; ++i) {
        const uint32_t unit = load16(bytes + 2 * size_t{i});
        if (is_low(unit)) return false;
        if (!is_high(unit)) continue;
        if (++i == units || !is_low(load16(bytes + 2 * size_t{i}))) return false;
    }
    return true;
}

/// The code point at `at`, a place in bytes, which moves behind it. The text is valid.
uint32_t next_point(Encoding encoding, const uint8_t* bytes, size_t& at)
{
    if (encoding == Encoding::latin1) return bytes[at++];
    if (encoding == Encoding::utf16) {
        const uint32_t unit = load16(bytes + at);
        at += 2;
        if (!is_high(unit)) return unit;
        const uint32_t low = load16(bytes + at);
        at += 2;
        return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
    const uint32_t first = bytes[at++];
    if (first < 0x80) return first;
    const auto tail = [&] { return uint32_t{bytes[at++]} & 0x3f; };
    if (first < 0xe0) return (first & 0x1f) << 6 | tail();
    if (first < 0xf0) {
        const uint32_t point = (first & 0x0f) << 12;
        const uint32_t middle = tail() << 6;
        return point | middle | tail();
    }
    const uint32_t point = (first & 0x07) << 18;
    const uint32_t second = tail() << 12;
    const uint32_t third = tail() << 6;
    return point | second | third | tail();
}

/// Writes a code point as UTF-8 and returns how many bytes that took.
uint32_t put_utf8(uint8_t* to, uint32_t point)
{
    const auto tail = [point](uint32_t shift) {
        return static_cast<uint8_t>(0x80 | (point >> shift & 0x3f));
    };
    if (point < 0x80) {
        to[0] = static_cast<uint8_t>(point);
        return 1;
    }
    if (point < 0x800) {
        to[0] = static_cast<uint8_t>(0xc0 | point >> 6);
        to[1] = tail(0);
        return 2;
    }
    if (point < 0x10000) {
        to[0] = static_cast<uint8_t>(0xe0 | point >> 12);
        to[1] = tail(6);
        to[2] = tail(0);
        return 3;
    }
    to[0] = static_cast<uint8_t>(0xf0 | point >> 18);
    to[1] = tail(12);
    to[2] = tail(6);
    to[3] = tail(0);
    return 4;
}

/// The same as UTF-16; bytes.
uint32_t put_utf16(uint8_t* to, uint32_t point)
{
    if (point < 0x10000) {
        store16(to, point);
        return 2;
    }
    store16(to, 0xd800 + ((point - 0x10000) >> 10));
    store16(to + 2, 0xdc00 + ((point - 0x10000) & 0x3ff));
    return 4;
}

}  // namespace

/// A string of the source side, checked.
struct Transfer::Text {
    Encoding encoding = Encoding::utf8;
    uint32_t at = 0;
    uint32_t units = 0;

    size_t bytes() const { return size_t{units} * (encoding == Encoding::utf16 ? 2 : 1); }
};

Status Transfer::string(Place source, Place target)
{
    Text text;
    uint32_t tagged = 0;
    read_pointer(source, text.at, tagged);
    text.units = tagged;
    uint32_t align = 1;
    switch (from_->encoding) {
    case StringEncoding::utf8: break;
    case StringEncoding::utf16:
        text.encoding = Encoding::utf16;
        align = 2;
        break;
    case StringEncoding::latin1_utf16:
        text.encoding = (tagged & utf16_tag) != 0 ? Encoding::utf16 : Encoding::latin1;
        text.units = tagged & ~utf16_tag;
        align = 2;
        break;
    }
    if (text.bytes() >= max_transfer_bytes) return trap(Errc::transfer_too_large);
    WRT_CHECK(check_range(*from_, text.at, text.bytes(), align, Errc::string_out_of_bounds));
    WRT_CHECK(charge(text.bytes()));
    const uint8_t* const bytes = from_->bytes().data() + text.at;
    if (text.encoding == Encoding::utf8 && !is_valid_utf8({bytes, text.bytes()})) {
        return trap(Errc::invalid_utf8);
    }
    if (text.encoding == Encoding::utf16 && !is_valid_utf16(bytes, text.units)) {
        return trap(Errc::invalid_utf16);
    }
    switch (to_->encoding) {
    case StringEncoding::utf8:
        if (text.encoding == Encoding::utf8) return copy_text(text, 1, 1, target);
        return to_utf8(text, target);
    case StringEncoding::utf16:
        if (text.encoding == Encoding::utf8) return utf8_to_utf16(text, target);
        if (text.encoding == Encoding::utf16) return copy_text(text, 2, 2, target);
        return widen_latin1(text, target);
    case StringEncoding::latin1_utf16:
        if (from_->encoding != StringEncoding::latin1_utf16)
            return to_latin1_or_utf16(text, target);
        if (text.encoding == Encoding::latin1) return copy_text(text, 1, 2, target);
        return narrow_utf16(text, target);
    }
    WRT_UNREACHABLE();
}

Status Transfer::copy_text(const Text& text, uint32_t unit, uint32_t align, Place target)
{
    const uint64_t bytes = uint64_t{text.units} * unit;
    WRT_TRY(const uint32_t at, allocate(*to_, align, bytes));
    if (bytes != 0) {
        std::memmove(to_->bytes().data() + at, from_->bytes().data() + text.at,
                     static_cast<size_t>(bytes));
    }
    write_pointer(target, at, text.units);
    return ok();
}

Status Transfer::widen_latin1(const Text& text, Place target)
{
    WRT_TRY(const uint32_t at, allocate(*to_, 2, uint64_t{text.units} * 2));
    const uint8_t* const from = from_->bytes().data() + text.at;
    uint8_t* const to = to_->bytes().data() + at;
    for (size_t i = 0; i < text.units; ++i)
        store16(to + 2 * i, from[i]);
    write_pointer(target, at, text.units);
    return ok();
}

/// From UTF-16 or Latin-1: a byte for each unit as long as they are ASCII, then the worst case,
/// then what it took.
Status Transfer::to_utf8(const Text& text, Place target)
{
    WRT_TRY(uint32_t at, allocate(*to_, 1, text.units));
    size_t place = 0;
    uint32_t size = 0;
    {
        const uint8_t* const from = from_->bytes().data() + text.at;
        uint8_t* const to = to_->bytes().data() + at;
        while (place < text.bytes()) {
            size_t after = place;
            const uint32_t point = next_point(text.encoding, from, after);
            if (point >= 0x80) break;
            to[size++] = static_cast<uint8_t>(point);
            place = after;
        }
    }
    if (place < text.bytes()) {
        const uint64_t worst = uint64_t{text.units} * (text.encoding == Encoding::utf16 ? 3 : 2);
        WRT_TRY(at, reallocate(*to_, at, text.units, 1, worst));
        const uint8_t* const from = from_->bytes().data() + text.at;
        uint8_t* const to = to_->bytes().data() + at;
        while (place < text.bytes())
            size += put_utf8(to + size, next_point(text.encoding, from, place));
        if (worst > size) {
            WRT_TRY(at, reallocate(*to_, at, worst, 1, size));
        }
    }
    write_pointer(target, at, size);
    return ok();
}

Status Transfer::utf8_to_utf16(const Text& text, Place target)
{
    const uint64_t worst = uint64_t{text.units} * 2;
    WRT_TRY(uint32_t at, allocate(*to_, 2, worst));
    uint32_t size = 0;
    {
        const uint8_t* const from = from_->bytes().data() + text.at;
        uint8_t* const to = to_->bytes().data() + at;
        for (size_t place = 0; place < text.bytes();)
            size += put_utf16(to + size, next_point(text.encoding, from, place));
    }
    if (size < worst) {
        WRT_TRY(at, reallocate(*to_, at, worst, 2, size));
    }
    write_pointer(target, at, size / 2);
    return ok();
}

/// Latin-1 as long as that is enough; else what is there becomes wide, and the rest is UTF-16.
Status Transfer::to_latin1_or_utf16(const Text& text, Place target)
{
    WRT_TRY(uint32_t at, allocate(*to_, 2, text.units));
    size_t place = 0;
    uint32_t size = 0;
    {
        const uint8_t* const from = from_->bytes().data() + text.at;
        uint8_t* const to = to_->bytes().data() + at;
        while (place < text.bytes()) {
            size_t after = place;
            const uint32_t point = next_point(text.encoding, from, after);
            if (point >= 0x100) break;
            to[size++] = static_cast<uint8_t>(point);
            place = after;
        }
    }
    if (place == text.bytes()) {
        if (size < text.units) {
            WRT_TRY(at, reallocate(*to_, at, text.units, 2, size));
        }
        write_pointer(target, at, size);
        return ok();
    }
    const uint64_t worst = uint64_t{text.units} * 2;
    WRT_TRY(at, reallocate(*to_, at, text.units, 2, worst));
    {
        const uint8_t* const from = from_->bytes().data() + text.at;
        uint8_t* const to = to_->bytes().data() + at;
        for (size_t i = size; i-- > 0;)
            store16(to + 2 * i, to[i]);
        size *= 2;
        while (place < text.bytes())
            size += put_utf16(to + size, next_point(text.encoding, from, place));
    }
    if (size < worst) {
        WRT_TRY(at, reallocate(*to_, at, worst, 2, size));
    }
    write_pointer(target, at, size / 2 | utf16_tag);
    return ok();
}

/// UTF-16 of the encoding that has Latin-1 too: most likely it has to stay so.
Status Transfer::narrow_utf16(const Text& text, Place target)
{
    WRT_TRY(uint32_t at, allocate(*to_, 2, text.bytes()));
    bool wide = false;
    {
        const uint8_t* const from = from_->bytes().data() + text.at;
        uint8_t* const to = to_->bytes().data() + at;
        for (size_t i = 0; i < text.units; ++i) {
            const uint32_t unit = load16(from + 2 * i);
            wide = wide || unit >= 0x100;
            store16(to + 2 * i, unit);
        }
        if (!wide) {
            for (size_t i = 0; i < text.units; ++i)
                to[i] = to[2 * i];
        }
    }
    if (wide) {
        write_pointer(target, at, text.units | utf16_tag);
        return ok();
    }
    WRT_TRY(at, reallocate(*to_, at, text.bytes(), 1, text.units));
    write_pointer(target, at, text.units);
    return ok();
}

}  // namespace wrt::component
