#include "call_syntax.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include <wrt/foundation/text.hpp>

namespace wrtd {
namespace {

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

/// An integer of 32 or 64 bits, its sign optional, as its low bits.
std::optional<uint64_t> parse_integer(std::string_view text, int bits)
{
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    }
    std::string digits;
    for (const char c : text) {
        if (c != '_') digits += c;
    }
    uint64_t magnitude = 0;
    const auto parsed =
        std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
    if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size())
        return std::nullopt;

    const uint64_t mask = bits == 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
    const uint64_t most = negative ? uint64_t{1} << (bits - 1) : mask;
    if (magnitude > most) return std::nullopt;
    return (negative ? 0 - magnitude : magnitude) & mask;
}

template <class Float, class Bits>
std::optional<Bits> parse_float(std::string_view text)
{
    constexpr int mantissa_bits = sizeof(Float) == 4 ? 23 : 52;
    constexpr Bits sign = Bits{1} << (sizeof(Bits) * 8 - 1);
    constexpr Bits mantissa = (Bits{1} << mantissa_bits) - 1;
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);

    Bits magnitude = 0;
    if (text.starts_with("nan:")) {
        const std::optional<uint64_t> payload = parse_integer(text.substr(4), 64);
        if (!payload || *payload == 0 || *payload > mantissa) return std::nullopt;
        const Bits infinity = std::bit_cast<Bits>(std::numeric_limits<Float>::infinity());
        magnitude = static_cast<Bits>(infinity | *payload);
    } else {
        const bool hex = text.starts_with("0x") || text.starts_with("0X");
        if (hex) text.remove_prefix(2);
        if (text.starts_with('-') || text.starts_with('+')) return std::nullopt;
        Float value = 0;
        const auto parsed =
            std::from_chars(text.data(), text.data() + text.size(), value,
                            hex ? std::chars_format::hex : std::chars_format::general);
        if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size())
            return std::nullopt;
        magnitude = std::bit_cast<Bits>(value);
    }
    return negative ? magnitude | sign : magnitude;
}

template <class Float, class Bits>
std::string float_text(Bits bits)
{
    constexpr int mantissa_bits = sizeof(Float) == 4 ? 23 : 52;
    constexpr Bits mantissa = (Bits{1} << mantissa_bits) - 1;
    constexpr Bits quiet = Bits{1} << (mantissa_bits - 1);
    const Float value = std::bit_cast<Float>(bits);
    if (!std::isnan(value)) return fmt::format("{}", value);
    const std::string_view sign = std::signbit(value) ? "-" : "";
    if ((bits & mantissa) == quiet) return fmt::format("{}nan", sign);
    return fmt::format("{}nan:{:#x}", sign, bits & mantissa);
}

/// Cuts the first word off, and the spaces behind it.
std::string_view next_word(std::string_view& text)
{
    const std::string_view word = text.substr(0, text.find(' '));
    text = trimmed(text.substr(word.size()));
    return word;
}

std::optional<uint64_t> parse_lane(std::string_view text, char type, int bits)
{
    if (type == 'i') return parse_integer(text, bits);
    if (bits == 32) return parse_float<float, uint32_t>(text);
    return parse_float<double, uint64_t>(text);
}

/// "0x" and up to 32 digits, or a shape and its lanes from lane 0 on: "i32x4 1 2 3 -4".
std::optional<wrt::Value> parse_vector(std::string_view text)
{
    if (text.starts_with("0x")) {
        text.remove_prefix(2);
        if (text.empty() || text.size() > 32 ||
            text.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
            return std::nullopt;
        const size_t above = text.size() > 16 ? text.size() - 16 : 0;
        uint64_t high = 0;
        uint64_t low = 0;
        std::from_chars(text.data(), text.data() + above, high, 16);
        std::from_chars(text.data() + above, text.data() + text.size(), low, 16);
        return wrt::Value::v128(low, high);
    }
    struct Shape {
        std::string_view name;
        int bits;
    };
    constexpr Shape shapes[] = {{"i8x16", 8},  {"i16x8", 16}, {"i32x4", 32},
                                {"i64x2", 64}, {"f32x4", 32}, {"f64x2", 64}};
    const std::string_view name = next_word(text);
    const auto* const shape =
        std::find_if(std::begin(shapes), std::end(shapes),
                     [&](const Shape& candidate) { return candidate.name == name; });
    if (shape == std::end(shapes)) return std::nullopt;
    std::array<uint64_t, 2> halves{};
    for (int at = 0; at < 128; at += shape->bits) {
        const auto lane = parse_lane(next_word(text), name.front(), shape->bits);
        if (!lane) return std::nullopt;
        halves[static_cast<size_t>(at / 64)] |= *lane << at % 64;
    }
    if (!text.empty()) return std::nullopt;
    return wrt::Value::v128(halves[0], halves[1]);
}

std::optional<wrt::Value> parse_reference(std::string_view text, wrt::ValType type)
{
    if (text == "null" && type.nullable()) return wrt::Value::null(type);
    if (type.heap() != wrt::HeapType::extern_) return std::nullopt;
    const std::optional<uint64_t> host = parse_integer(text, 62);
    if (!host) return std::nullopt;
    return wrt::Value{wrt::ExternRef{*host}};
}

}  // namespace

std::variant<CallText, std::string> parse_call(std::span<const std::string> words)
{
    CallText call;
    const std::string_view first = trimmed(words.front());
    const size_t open = first.find('(');
    if (words.size() > 1 || open == std::string_view::npos) {
        call.name = words.front();
        call.arguments.assign(words.begin() + 1, words.end());
        return call;
    }
    if (!first.ends_with(')')) return fmt::format("'{}' has no closing parenthesis", first);
    call.name = trimmed(first.substr(0, open));
    std::string_view rest = trimmed(first.substr(open + 1, first.size() - open - 2));
    while (!rest.empty()) {
        const size_t comma = rest.find(',');
        const std::string_view argument = trimmed(rest.substr(0, comma));
        if (argument.empty()) return fmt::format("'{}' has an empty argument", first);
        call.arguments.emplace_back(argument);
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
        if (trimmed(rest).empty()) return fmt::format("'{}' has an empty argument", first);
    }
    return call;
}

std::optional<wrt::Value> parse_value(std::string_view text, wrt::ValType type)
{
    text = trimmed(text);
    const std::string prefix = type_text(type) + ":";
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    switch (type.kind()) {
    case wrt::ValKind::i32:
        if (const auto bits = parse_integer(text, 32)) return wrt::Value::of_bits(type, *bits);
        return std::nullopt;
    case wrt::ValKind::i64:
        if (const auto bits = parse_integer(text, 64)) return wrt::Value::of_bits(type, *bits);
        return std::nullopt;
    case wrt::ValKind::f32:
        if (const auto bits = parse_float<float, uint32_t>(text)) {
            return wrt::Value::of_bits(type, *bits);
        }
        return std::nullopt;
    case wrt::ValKind::f64:
        if (const auto bits = parse_float<double, uint64_t>(text)) {
            return wrt::Value::of_bits(type, *bits);
        }
        return std::nullopt;
    case wrt::ValKind::ref: return parse_reference(text, type);
    case wrt::ValKind::v128: return parse_vector(text);
    case wrt::ValKind::i8:
    case wrt::ValKind::i16:
    case wrt::ValKind::bot: return std::nullopt;
    }
    return std::nullopt;
}

std::string value_text(const wrt::Value& value)
{
    const std::string type = type_text(value.type());
    switch (value.type().kind()) {
    case wrt::ValKind::i32: return fmt::format("{}:{}", type, value.as<int32_t>());
    case wrt::ValKind::i64: return fmt::format("{}:{}", type, value.as<int64_t>());
    case wrt::ValKind::f32:
        return fmt::format("{}:{}", type, float_text<float>(static_cast<uint32_t>(value.low())));
    case wrt::ValKind::f64: return fmt::format("{}:{}", type, float_text<double>(value.low()));
    case wrt::ValKind::v128:
        return fmt::format("{}:0x{:016x}{:016x}", type, value.high(), value.low());
    case wrt::ValKind::ref:
        if (value.ref().is_null()) return fmt::format("{}:null", type);
        if (value.ref().is_host()) return fmt::format("{}:{}", type, value.ref().host_value());
        return fmt::format("{}:{}", type, "<reference>");
    case wrt::ValKind::i8:
    case wrt::ValKind::i16:
    case wrt::ValKind::bot: break;
    }
    return type;
}

std::string type_text(wrt::ValType type)
{
    std::array<char, 64> buffer;
    wrt::TextSink sink{buffer};
    wrt::write_type_name(type.bits(), sink);
    return std::string{sink.view()};
}

std::string func_type_text(std::span<const wrt::ValType> params,
                           std::span<const wrt::ValType> results)
{
    std::string text = "(func";
    const auto list = [&text](const char* what, std::span<const wrt::ValType> types) {
        if (types.empty()) return;
        text += fmt::format(" ({}", what);
        for (const wrt::ValType type : types)
            text += " " + type_text(type);
        text += ")";
    };
    list("param", params);
    list("result", results);
    return text + ")";
}

std::string extern_text(const wrt::ExternType& type)
{
    const auto limits = [](const wrt::Limits& bounds) {
        return fmt::format("{}{}{}", bounds.is64 ? " i64" : "", fmt::format(" {}", bounds.min),
                           bounds.has_max ? fmt::format(" {}", bounds.max) : "");
    };
    switch (type.kind) {
    case wrt::ExternKind::func: return func_type_text(type.func.params, type.func.results);
    case wrt::ExternKind::table:
        return fmt::format("(table{} {})", limits(type.table.limits),
                           type_text(type.table.element));
    case wrt::ExternKind::memory: {
        const bool usual = type.memory.page_shift == wrt::MemoryType{}.page_shift;
        return fmt::format("(memory{}{}{})", limits(type.memory.limits),
                           type.memory.limits.shared ? " shared" : "",
                           usual ? "" : fmt::format(" (pagesize {})", type.memory.page_bytes()));
    }
    case wrt::ExternKind::global:
        return type.global.mut ? fmt::format("(global (mut {}))", type_text(type.global.type))
                               : fmt::format("(global {})", type_text(type.global.type));
    case wrt::ExternKind::tag: return "(tag" + func_type_text(type.func.params, {}).substr(5);
    }
    return {};
}

}  // namespace wrtd
