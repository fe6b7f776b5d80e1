#include "quantities.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <span>

#include <fmt/format.h>

namespace wrtd {
namespace {

struct Unit {
    std::string_view name;
    double factor;
};

constexpr double kib = 1024;
constexpr double mib = 1024 * kib;
constexpr double gib = 1024 * mib;
constexpr double tib = 1024 * gib;
constexpr std::array size_units{
    Unit{"", 1},      Unit{"B", 1},     Unit{"k", kib},   Unit{"K", kib},   Unit{"KiB", kib},
    Unit{"KB", 1e3},  Unit{"m", mib},   Unit{"M", mib},   Unit{"MiB", mib}, Unit{"MB", 1e6},
    Unit{"g", gib},   Unit{"G", gib},   Unit{"GiB", gib}, Unit{"GB", 1e9},  Unit{"T", tib},
    Unit{"TiB", tib}, Unit{"TB", 1e12},
};
constexpr std::array duration_units{
    Unit{"", 1e9},  Unit{"ns", 1},   Unit{"us", 1e3},   Unit{"ms", 1e6},
    Unit{"s", 1e9}, Unit{"m", 60e9}, Unit{"min", 60e9}, Unit{"h", 3600e9},
};
constexpr std::array count_units{Unit{"", 1}, Unit{"K", 1e3}, Unit{"k", 1e3}, Unit{"M", 1e6},
                                 Unit{"G", 1e9}};

/// A number, perhaps with a fraction, then one of `units`.
std::optional<uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units)
{
    std::string digits;
    size_t at = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if ((c >= '0' && c <= '9') || c == '.')
            digits += c;
        else if (c != '_')
            break;
    }
    while (at < text.size() && text[at] == ' ')
        ++at;
    const std::string_view unit = text.substr(at);

    for (const Unit& known : units) {
        if (known.name != unit) continue;
        const char* const end = digits.data() + digits.size();
        if (digits.find('.') == std::string::npos) {
            // Whole numbers stay exact up to 64 bits.
            uint64_t whole = 0;
            const auto parsed = std::from_chars(digits.data(), end, whole);
            if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
            uint64_t product = 0;
            if (__builtin_mul_overflow(whole, static_cast<uint64_t>(known.factor), &product)) {
                return std::nullopt;
            }
            return product;
        }
        double value = 0;
        const auto parsed = std::from_chars(digits.data(), end, value);
        if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
        value *= known.factor;
        if (!(value < 0x1p63)) return std::nullopt;
        return static_cast<uint64_t>(std::llround(value));
    }
    return std::nullopt;
}

}  // namespace

std::optional<uint64_t> parse_size(std::string_view text)
{
    return parse_quantity(text, size_units);
}
std::optional<uint64_t> parse_duration(std::string_view text)
{
    return parse_quantity(text, duration_units);
}
std::optional<uint64_t> parse_count(std::string_view text)
{
    return parse_quantity(text, count_units);
}

std::string size_text(uint64_t bytes)
{
    constexpr std::array names{"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) return fmt::format("{} B", bytes);
    double value = static_cast<double>(bytes) / 1024;
    size_t unit = 0;
    for (; value >= 1024 && unit + 1 < names.size(); ++unit)
        value /= 1024;
    return fmt::format("{:.1f} {}", value, names[unit]);
}

std::string count_text(uint64_t count)
{
    std::string text = std::to_string(count);
    for (size_t at = text.size(); at > 3;) {
        at -= 3;
        text.insert(at, 1, ',');
    }
    return text;
}

}  // namespace wrtd
