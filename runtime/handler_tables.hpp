// How the translator finds the handler of an operation: one function per family, each answered from
// constant tables that are filled from the predicates of variants.hpp. Null means there is no
// variant.
#pragma once

#include <array>
#include <utility>

#include <wrt/decoder/instruction.hpp>

#include "dispatch.hpp"
#include "variants.hpp"

namespace wrt::runtime {

/// Integer (also references), float or v128: which registers a value that is only moved may occupy,
/// and how much of them. Vectors share the registers of floats, but not those of pinned locals.
enum class Bank : uint8_t { integer, floating, vector };

Handler compare_branch_handler(Instr op, bool negate, bool polls, Class a, Class b);
Handler move_handler(Bank bank, Class a, Class d);
Handler constant_handler(Bank bank, bool wide, Class d);
Handler select_handler(Bank bank, Class a, Class b, Class condition, Class d);
Handler global_get_handler(Bank bank, bool imported, Class d);
Handler global_set_handler(Bank bank, bool imported, Class a);
Handler branch_if_handler(bool wide, bool negate, bool polls, Class condition);
Handler branch_table_handler(Class index);
Handler enter_handler(uint32_t zeroed, bool integer_pins, bool float_pins);
/// Returns from a function whose window has so many slots.
Handler return_none_handler(uint32_t window);
Handler return_value_handler(Bank bank, Class a, uint32_t window);
Handler call_indirect_handler(Class index);

/// How a field or an element is read and written. References are i64 to whoever only moves them.
enum class FieldKind : uint8_t { i8_s, i8_u, i16_s, i16_u, i32, i64, f32, f64 };

Handler struct_get_handler(FieldKind field, Class object, Class d);
Handler struct_set_handler(FieldKind field, Class object, Class value);
Handler array_get_handler(FieldKind field, Class object, Class index, Class d);
Handler array_set_handler(FieldKind field, Class index, Class value);
Handler gc_unary_handler(Instr op, Class a, Class d);
Handler null_check_handler(Class a);
/// `concrete`: the target is a structure or array type of the module.
Handler ref_test_handler(bool concrete, Class a, Class d);
Handler ref_cast_handler(bool concrete, Class a);
Handler cast_branch_handler(bool concrete, bool negate, bool polls, Class a);

/// Loads and stores with a 64-bit address or offset, or of another memory than 0.
Handler wide_load_handler(Instr op);
Handler wide_store_handler(Instr op);

/// Atomic memory instructions: operands lie in slots from field `a` on, field `b` is the memory,
/// word 2 the offset; a result takes the place of the first operand.
Handler atomic_handler(Instr op);

Handler vector_unary_handler(Instr op, Class a, Class d);
Handler vector_binary_handler(Instr op, Class a, Class b, Class d);
Handler vector_ternary_handler(Instr op, Class a, Class b, Class c, Class d);
Handler extract_lane_handler(Instr op, uint32_t lane, Class a, Class d);
Handler replace_lane_handler(Instr op, uint32_t lane, Class a, Class b, Class d);
Handler shuffle_handler(Class a, Class b, Class d);
Handler permute_handler(Class a, Class d);
// What the functions for loads and stores above ask where the row is a vector's.
Handler vector_load_handler(Instr op, Class a, Class d);
Handler vector_load_sum_handler(Instr op, Class a, Class b, Class d);
Handler vector_store_handler(Instr op, Class address, Class value);
Handler vector_store_sum_handler(Instr op, Class a, Class b, Class value);
Handler wide_vector_load_handler(Instr op);
Handler wide_vector_store_handler(Instr op);

/// Operations without operand classes: operands lie in consecutive slots from field `a` on.
enum class Plain : uint8_t {
    unreachable,
    branch,
    copy_slots,
    spill_floats,
    reload_floats,
    return_many,
    call,
    call_import,
    call_indirect_wide,
    call_ref,
    tail_call,
    tail_call_import,
    tail_call_indirect,
    tail_call_ref,
    throw_,
    throw_ref,
    ref_func,
    struct_new,
    struct_new_of_words,  ///< All its fields have eight bytes.
    struct_new_default,
    struct_get_vector,
    struct_set_vector,
    array_get_vector,
    array_set_vector,
    array_new,
    array_new_default,
    array_new_fixed,
    array_new_data,
    array_new_elem,
    array_fill,
    array_copy,
    array_init_data,
    array_init_elem,
    table_get,
    table_set,
    table_size,
    table_grow,
    table_fill,
    table_copy,
    table_init,
    elem_drop,
    memory_size,
    memory_grow,
    memory_fill,
    memory_copy,
    memory_init,
    data_drop,
    branch_polling,
    fuel,
    i64_add128,
    i64_sub128,
    i64_mul_wide_s,
    i64_mul_wide_u,
    count_,
};
Handler plain_handler(Plain op);

// A family's tables are spread over several files; each knows the rows it holds.
namespace tables {
/// For each instruction its handlers by class_index(); null where it has none here.
using Rows = std::array<const Handler*, instr_count>;
extern const Rows binary_i32;
extern const Rows binary_i64;
extern const Rows binary_float;
extern const Rows binary_compare;
extern const Rows unary;
extern const Rows load;
extern const Rows load_sum;
extern const Rows store;
extern const Rows store_sum;
const Handler* vector_bytes(Instr op);
const Handler* vector_words(Instr op);
const Handler* vector_wide(Instr op);
const Handler* vector_floating(Instr op);
Handler plain_call(Plain op);
Handler plain_bulk(Plain op);
Handler plain_exception(Plain op);
Handler plain_gc(Plain op);
Handler plain_control(Plain op);
Handler plain_wide(Plain op);
}  // namespace tables

/// Fills a table with `Make::template at<class...>()` over all combinations of `Dimensions`
/// classes.
template <int Dimensions, class Make>
struct ClassTable {
    static constexpr int size = Dimensions == 1   ? 6
                                : Dimensions == 2 ? 36
                                : Dimensions == 3 ? 216
                                                  : 1296;
    static constexpr Class digit(int index, int place)
    {
        for (int i = 0; i < place; ++i)
            index /= class_count;
        return static_cast<Class>(index % class_count);
    }
    template <int I>
    static constexpr Handler entry()
    {
        if constexpr (Dimensions == 1)
            return Make::template at<digit(I, 0)>();
        else if constexpr (Dimensions == 2)
            return Make::template at<digit(I, 0), digit(I, 1)>();
        else if constexpr (Dimensions == 3)
            return Make::template at<digit(I, 0), digit(I, 1), digit(I, 2)>();
        else
            return Make::template at<digit(I, 0), digit(I, 1), digit(I, 2), digit(I, 3)>();
    }
    template <int... I>
    static constexpr std::array<Handler, sizeof...(I)> fill(std::integer_sequence<int, I...>)
    {
        return {entry<I>()...};
    }
    static constexpr std::array<Handler, size> value =
        fill(std::make_integer_sequence<int, size>{});
};

constexpr int class_index(Class a)
{
    return static_cast<int>(a);
}
constexpr int class_index(Class a, Class b)
{
    return class_index(a) + 6 * static_cast<int>(b);
}
constexpr int class_index(Class a, Class b, Class c)
{
    return class_index(a, b) + 36 * static_cast<int>(c);
}
constexpr int class_index(Class a, Class b, Class c, Class d)
{
    return class_index(a, b, c) + 216 * static_cast<int>(d);
}

// The handlers that most operations have are found without a call.

/// Which file has the handlers of a numeric instruction with two operands; numeric_handlers.hpp
/// says the same when it spreads them.
constexpr const tables::Rows* binary_file_of(Instr op)
{
    const Heat heat = heat_of_binary(op);
    if (heat == Heat::compare || heat == Heat::none) return &tables::binary_compare;
    switch (raw(info(op).signature.params[0].kind())) {  // of numbers
    case raw(ValKind::i32): return &tables::binary_i32;
    case raw(ValKind::i64): return &tables::binary_i64;
    default: return &tables::binary_float;
    }
}

consteval auto make_binary_files()
{
    std::array<const tables::Rows*, instr_count> files{};
    for (uint32_t i = 0; i < instr_count; ++i)
        files[i] = binary_file_of(static_cast<Instr>(i));
    return files;
}
inline constexpr auto binary_files = make_binary_files();

inline Handler binary_handler(Instr op, Class a, Class b, Class d)
{
    const Handler* const table = (*binary_files[raw(op)])[raw(op)];
    return table != nullptr ? table[class_index(a, b, d)] : nullptr;
}
inline Handler unary_handler(Instr op, Class a, Class d)
{
    const Handler* const table = tables::unary[raw(op)];
    return table != nullptr ? table[class_index(a, d)] : nullptr;
}
inline Handler load_handler(Instr op, Class a, Class d)
{
    const Handler* const table = tables::load[raw(op)];
    return table != nullptr ? table[class_index(a, d)] : vector_load_handler(op, a, d);
}
inline Handler load_sum_handler(Instr op, Class a, Class b, Class d)
{
    const Handler* const table = tables::load_sum[raw(op)];
    return table != nullptr ? table[class_index(a, b, d)] : vector_load_sum_handler(op, a, b, d);
}
inline Handler store_handler(Instr op, Class address, Class value)
{
    const Handler* const table = tables::store[raw(op)];
    return table != nullptr ? table[class_index(address, value)]
                            : vector_store_handler(op, address, value);
}
inline Handler store_sum_handler(Instr op, Class a, Class b, Class value)
{
    const Handler* const table = tables::store_sum[raw(op)];
    return table != nullptr ? table[class_index(a, b, value)]
                            : vector_store_sum_handler(op, a, b, value);
}

}  // namespace wrt::runtime
