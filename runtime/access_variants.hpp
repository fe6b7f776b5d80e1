// has_unary(), has_load(), has_store() and those of accesses whose address is a sum, of
// variants.hpp, as tables: the translator asks them for each such instruction.
#pragma once

#include <array>
#include <cstdint>

#include "handler_tables.hpp"
#include "variants.hpp"

namespace wrt::runtime {

namespace detail {

/// A bit for each class of which `has` says so.
template <class Has>
constexpr uint8_t class_bits(Has has)
{
    uint8_t bits = 0;
    for (int c = 0; c < class_count; ++c) {
        if (has(static_cast<Class>(c))) bits |= static_cast<uint8_t>(1 << c);
    }
    return bits;
}

/// For each class, and for each pair of them as class_index() has it.
using ClassBits = std::array<uint8_t, class_count>;
using PairBits = std::array<uint8_t, size_t{class_count} * class_count>;

template <class Has>
constexpr ClassBits class_table(Has has)
{
    ClassBits table{};
    for (int a = 0; a < class_count; ++a)
        table[static_cast<size_t>(a)] =
            class_bits([&](Class d) { return has(static_cast<Class>(a), d); });
    return table;
}

template <class Has>
constexpr PairBits pair_table(Has has)
{
    PairBits table{};
    for (int a = 0; a < class_count; ++a) {
        for (int b = 0; b < class_count; ++b) {
            const auto ca = static_cast<Class>(a);
            const auto cb = static_cast<Class>(b);
            table[static_cast<size_t>(class_index(ca, cb))] =
                class_bits([&](Class d) { return has(ca, cb, d); });
        }
    }
    return table;
}

/// What the predicates look at of an access, and an instruction of each sort.
enum class AccessSort : uint8_t { rare, hot, vector, other_vector };

constexpr AccessSort sort_of_load(Instr op)
{
    if (op == Instr::v128_load) return AccessSort::vector;
    if (is_vector_access(op)) return AccessSort::other_vector;
    return is_hot_load(op) ? AccessSort::hot : AccessSort::rare;
}
constexpr AccessSort sort_of_store(Instr op)
{
    if (op == Instr::v128_store) return AccessSort::vector;
    if (is_vector_access(op)) return AccessSort::other_vector;
    return is_hot_store(op) ? AccessSort::hot : AccessSort::rare;
}

consteval std::array<AccessSort, instr_count> make_access_sorts()
{
    std::array<AccessSort, instr_count> sorts{};
    for (uint32_t i = 0; i < instr_count; ++i) {
        const auto op = static_cast<Instr>(i);
        // Stores have no result.
        sorts[i] = info(op).signature.result_count != 0 ? sort_of_load(op) : sort_of_store(op);
    }
    return sorts;
}
inline constexpr auto access_sorts = make_access_sorts();

inline constexpr Instr some_load[] = {Instr::i64_load8_u, Instr::i32_load, Instr::v128_load,
                                      Instr::v128_load8x8_s};
inline constexpr Instr some_store[] = {Instr::i64_store8, Instr::i32_store, Instr::v128_store,
                                       Instr::v128_store8_lane};

template <class Make>
constexpr auto for_each_sort(Make make)
{
    return std::array{make(0), make(1), make(2), make(3)};
}

inline constexpr auto load_results = for_each_sort([](int sort) {
    return class_table([&](Class a, Class d) { return has_load(some_load[sort], a, d); });
});
inline constexpr auto load_sum_results = for_each_sort([](int sort) {
    return pair_table(
        [&](Class a, Class b, Class d) { return has_load_sum(some_load[sort], a, b, d); });
});
inline constexpr auto store_values = for_each_sort([](int sort) {
    return class_table([&](Class a, Class value) { return has_store(some_store[sort], a, value); });
});
inline constexpr auto store_sum_values = for_each_sort([](int sort) {
    return pair_table([&](Class a, Class b, Class value) {
        return has_store_sum(some_store[sort], a, b, value);
    });
});

inline constexpr std::array unary_results = {
    class_table([](Class a, Class d) { return has_unary(Instr::i32_clz, a, d); }),
    class_table([](Class a, Class d) { return has_unary(Instr::i64_extend_i32_u, a, d); })};
static_assert(!is_hot_unary(Instr::i32_clz) && is_hot_unary(Instr::i64_extend_i32_u));

/// The place of an instruction's sort in the tables above.
inline size_t access_sort(Instr op)
{
    return static_cast<size_t>(access_sorts[raw(op)]);
}

}  // namespace detail

// A bit for each class that the result may have, or the value that is stored.

inline uint8_t unary_results(Instr op, Class a)
{
    return detail::unary_results[is_hot_unary(op) ? 1 : 0][raw(a)];
}
inline uint8_t load_results(Instr op, Class a)
{
    return detail::load_results[detail::access_sort(op)][raw(a)];
}
inline uint8_t load_sum_results(Instr op, Class a, Class b)
{
    return detail::load_sum_results[detail::access_sort(op)]
                                   [static_cast<size_t>(class_index(a, b))];
}
inline uint8_t store_values(Instr op, Class address)
{
    return detail::store_values[detail::access_sort(op)][raw(address)];
}
inline uint8_t store_sum_values(Instr op, Class a, Class b)
{
    return detail::store_sum_values[detail::access_sort(op)]
                                   [static_cast<size_t>(class_index(a, b))];
}

/// Whether one of those bits is the class's.
inline bool has_class(uint8_t bits, Class c)
{
    return (bits >> class_index(c) & 1) != 0;
}

/// Where what is only moved may go: has_move().
inline constexpr uint8_t move_results = detail::class_bits([](Class d) { return is_place(d); });
inline constexpr uint8_t vector_move_results =
    detail::class_bits([](Class d) { return is_vector_place(d); });

}  // namespace wrt::runtime
