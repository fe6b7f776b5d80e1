// Values of a script: what it hands to a function, and what it expects back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wrt::wast {

/// A value that goes into a function or comes out of one.
struct Value {
    enum class Kind : uint8_t {
        i32,
        i64,
        f32,
        f64,
        v128,
        null_ref,
        host_ref,  ///< (ref.extern N) or (ref.host N); `low` is N.
        func_ref,  ///< A function; which one a script cannot say.
        i31_ref,
        struct_ref,
        array_ref,
        exn_ref,
        extern_ref,  ///< An externref that is not a host value: an internal reference,
                     ///< externalised.
    };

    Kind kind = Kind::i32;
    uint64_t low = 0;   ///< The bits; the low half of a v128.
    uint64_t high = 0;  ///< The high half of a v128.
};

/// One lane of an expected number; a scalar has one lane.
struct Lane {
    enum class Kind : uint8_t { bits, canonical_nan, arithmetic_nan };

    Kind kind = Kind::bits;
    uint64_t bits = 0;
};

/// What a result may be.
struct Pattern {
    enum class Kind : uint8_t {
        number,     ///< `lanes` of `lane_bits` each, `number` says of which type.
        null_ref,   ///< Null, of whatever type.
        host_ref,   ///< The host value `host`.
        reference,  ///< Any reference of the type that `type_name` names, not null.
    };

    Kind kind = Kind::number;
    Value::Kind number = Value::Kind::i32;
    uint8_t lane_bits = 32;
    std::vector<Lane> lanes;
    uint64_t host = 0;
    std::string type_name;
};

/// The one value that matches a pattern, if there is but one: an argument.
[[nodiscard]] std::optional<Value> only_value(const Pattern& pattern);

/// What a result has to be: one of these.
using Expectation = std::vector<Pattern>;

[[nodiscard]] bool matches(const Pattern& pattern, const Value& value);
[[nodiscard]] bool matches_any(const Expectation& expectation, const Value& value);

/// As a script would write it: "i32 7", "f32 0x7fc00000", "ref.null".
[[nodiscard]] std::string to_string(const Value& value);
[[nodiscard]] std::string to_string(const Pattern& pattern);
[[nodiscard]] std::string to_string(const Expectation& expectation);

}  // namespace wrt::wast
