#include "value.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wrt::wast {
namespace {

constexpr std::array<std::string_view, 13> kind_names{
    "i32",      "i64",     "f32",        "f64",       "v128",    "ref.null",  "ref.host",
    "ref.func", "ref.i31", "ref.struct", "ref.array", "ref.exn", "ref.extern"};

std::string_view name_of(Value::Kind kind)
{
    return kind_names.at(static_cast<size_t>(kind));
}

/// The lane of `value` that lies `index` lanes of `bits` bits from its low end.
uint64_t lane_of(const Value& value, size_t index, unsigned bits)
{
    const size_t at = index * bits;
    const uint64_t half = at < 64 ? value.low : value.high;
    const uint64_t shifted = half >> (at % 64);
    return bits == 64 ? shifted : shifted & ((uint64_t{1} << bits) - 1);
}

/// https://webassembly.github.io/spec/core/exec/numerics.html#nan-propagation
bool lane_matches(const Lane& lane, uint64_t actual, unsigned bits)
{
    if (lane.kind == Lane::Kind::bits) return lane.bits == actual;
    const uint64_t canonical = bits == 32 ? 0x7fc00000u : 0x7ff8000000000000u;
    const uint64_t sign = uint64_t{1} << (bits - 1);
    if (lane.kind == Lane::Kind::canonical_nan) return (actual & ~sign) == canonical;
    return (actual & canonical) == canonical;
}

bool number_matches(const Pattern& pattern, const Value& value)
{
    if (pattern.number != value.kind) return false;
    for (size_t i = 0; i < pattern.lanes.size(); ++i) {
        const uint64_t actual = lane_of(value, i, pattern.lane_bits);
        if (!lane_matches(pattern.lanes[i], actual, pattern.lane_bits)) return false;
    }
    return true;
}

bool is_any_of(Value::Kind kind, std::initializer_list<Value::Kind> kinds)
{
    return std::ranges::find(kinds, kind) != kinds.end();
}

/// (ref.func), (ref.eq) and so on: not null and of that type.
bool reference_matches(std::string_view type_name, Value::Kind kind)
{
    using enum Value::Kind;
    if (type_name == "funcref") return kind == func_ref;
    if (type_name == "externref") return is_any_of(kind, {host_ref, extern_ref});
    if (type_name == "i31ref") return kind == i31_ref;
    if (type_name == "structref") return kind == struct_ref;
    if (type_name == "arrayref") return kind == array_ref;
    if (type_name == "exnref") return kind == exn_ref;
    if (type_name == "eqref") return is_any_of(kind, {i31_ref, struct_ref, array_ref});
    if (type_name == "anyref") return is_any_of(kind, {i31_ref, struct_ref, array_ref, host_ref});
    return false;
}

std::string to_string(const Lane& lane)
{
    if (lane.kind == Lane::Kind::canonical_nan) return "nan:canonical";
    if (lane.kind == Lane::Kind::arithmetic_nan) return "nan:arithmetic";
    return fmt::format("{:#x}", lane.bits);
}

}  // namespace

bool matches(const Pattern& pattern, const Value& value)
{
    switch (pattern.kind) {
    case Pattern::Kind::number: return number_matches(pattern, value);
    case Pattern::Kind::null_ref: return value.kind == Value::Kind::null_ref;
    case Pattern::Kind::host_ref:
        return value.kind == Value::Kind::host_ref && value.low == pattern.host;
    case Pattern::Kind::reference: return reference_matches(pattern.type_name, value.kind);
    }
    return false;
}

std::optional<Value> only_value(const Pattern& pattern)
{
    if (pattern.kind == Pattern::Kind::null_ref) return Value{Value::Kind::null_ref, 0, 0};
    if (pattern.kind == Pattern::Kind::host_ref) {
        return Value{Value::Kind::host_ref, pattern.host, 0};
    }
    if (pattern.kind != Pattern::Kind::number) return std::nullopt;
    Value value{pattern.number, 0, 0};
    for (size_t i = 0; i < pattern.lanes.size(); ++i) {
        if (pattern.lanes[i].kind != Lane::Kind::bits) return std::nullopt;
        const size_t at = i * pattern.lane_bits;
        (at < 64 ? value.low : value.high) |= pattern.lanes[i].bits << (at % 64);
    }
    return value;
}

bool matches_any(const Expectation& expectation, const Value& value)
{
    return std::ranges::any_of(expectation,
                               [&](const Pattern& pattern) { return matches(pattern, value); });
}

std::string to_string(const Value& value)
{
    using enum Value::Kind;
    if (value.kind == v128) return fmt::format("v128 {:#018x}{:016x}", value.high, value.low);
    if (is_any_of(value.kind, {i32, i64, f32, f64})) {
        return fmt::format("{} {:#x}", name_of(value.kind), value.low);
    }
    if (value.kind == host_ref) return fmt::format("ref.host {}", value.low);
    return std::string{name_of(value.kind)};
}

std::string to_string(const Pattern& pattern)
{
    switch (pattern.kind) {
    case Pattern::Kind::null_ref: return "ref.null";
    case Pattern::Kind::host_ref: return fmt::format("ref.host {}", pattern.host);
    case Pattern::Kind::reference: return pattern.type_name;
    case Pattern::Kind::number: break;
    }
    std::string text{name_of(pattern.number)};
    for (const Lane& lane : pattern.lanes)
        text += ' ' + to_string(lane);
    return text;
}

std::string to_string(const Expectation& expectation)
{
    std::string text;
    for (const Pattern& pattern : expectation) {
        if (!text.empty()) text += " or ";
        text += to_string(pattern);
    }
    return text;
}

}  // namespace wrt::wast
