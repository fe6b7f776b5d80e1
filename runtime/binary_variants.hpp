// has_binary() of variants.hpp as a table: the translator asks it several times for each
// instruction with two operands.
#pragma once

#include <array>
#include <cstdint>

#include "handler_tables.hpp"
#include "variants.hpp"

namespace wrt::runtime {

namespace detail {

/// What has_binary() looks at of an instruction.
constexpr uint32_t binary_kind(Instr op)
{
    return static_cast<uint32_t>(heat_of_binary(op)) * 4 + (is_float_compare(op) ? 2 : 0) +
           (is_symmetric_compare(op) ? 1 : 0);
}
inline constexpr uint32_t binary_kinds = 5 * 4;

consteval std::array<uint8_t, instr_count> make_binary_kind_of()
{
    std::array<uint8_t, instr_count> kinds{};
    for (uint32_t i = 0; i < instr_count; ++i)
        kinds[i] = static_cast<uint8_t>(binary_kind(static_cast<Instr>(i)));
    return kinds;
}
inline constexpr auto binary_kind_of = make_binary_kind_of();

/// For each kind and each pair of operand classes: a bit for each class of destination.
consteval std::array<std::array<uint8_t, 36>, binary_kinds> make_binary_destinations()
{
    std::array<std::array<uint8_t, 36>, binary_kinds> table{};
    std::array<bool, binary_kinds> seen{};
    for (uint32_t i = 0; i < instr_count; ++i) {
        const uint32_t kind = binary_kind_of[i];
        if (seen[kind]) continue;
        seen[kind] = true;
        for (int a = 0; a < class_count; ++a) {
            for (int b = 0; b < class_count; ++b) {
                for (int d = 0; d < class_count; ++d) {
                    if (has_binary(static_cast<Instr>(i), static_cast<Class>(a),
                                   static_cast<Class>(b), static_cast<Class>(d)))
                        table[kind][static_cast<size_t>(a + 6 * b)] |= static_cast<uint8_t>(1 << d);
                }
            }
        }
    }
    return table;
}
inline constexpr auto binary_destinations = make_binary_destinations();

}  // namespace detail

/// The classes that the result of has_binary(op, a, b, d) may have, a bit for each.
inline uint8_t binary_results(Instr op, Class a, Class b)
{
    return detail::binary_destinations[detail::binary_kind_of[raw(op)]]
                                      [static_cast<size_t>(class_index(a, b))];
}

/// has_binary(op, a, b, d)
inline bool may_be_binary(Instr op, Class a, Class b, Class d)
{
    return (binary_results(op, a, b) >> class_index(d) & 1) != 0;
}

/// What else the translator asks of an instruction with two operands, a bit for each.
struct BinaryTraits {
    static constexpr uint8_t commutative = 1;
    static constexpr uint8_t written_otherwise = 2;  ///< heat_of_binary(op) == Heat::none
    static constexpr uint8_t subtracts = 4;  ///< Integers: minus a constant is plus another.
};

namespace detail {

consteval std::array<uint8_t, instr_count> make_binary_traits()
{
    std::array<uint8_t, instr_count> traits{};
    for (uint32_t i = 0; i < instr_count; ++i) {
        const auto op = static_cast<Instr>(i);
        const Heat heat = heat_of_binary(op);
        if (heat == Heat::commutative || is_symmetric_compare(op))
            traits[i] |= BinaryTraits::commutative;
        if (heat == Heat::none) traits[i] |= BinaryTraits::written_otherwise;
        if (op == Instr::i32_sub || op == Instr::i64_sub) traits[i] |= BinaryTraits::subtracts;
    }
    return traits;
}
inline constexpr auto binary_traits = make_binary_traits();

}  // namespace detail

inline uint8_t binary_traits(Instr op)
{
    return detail::binary_traits[raw(op)];
}

inline bool is_commutative_binary(Instr op)
{
    return (binary_traits(op) & BinaryTraits::commutative) != 0;
}

}  // namespace wrt::runtime
