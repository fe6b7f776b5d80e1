// Operation: a translated instruction before it has a place in the code. The translator changes
// operations while later ones show what becomes of their results; only FunctionWriter turns them
// into cells.
#pragma once

#include <cstdint>

#include <wrt/decoder/instruction.hpp>

#include "handler_tables.hpp"

namespace wrt::runtime {

/// Which handlers an operation may have and where its fields go.
enum class Family : uint8_t {
    enter,
    binary,
    unary,
    load,
    load_sum,
    wide_load,
    store,
    store_sum,
    wide_store,
    atomic,
    move,
    constant,
    vector_unary,
    vector_binary,
    vector_ternary,
    extract_lane,
    replace_lane,
    shuffle,
    permute,
    select,
    global_get,
    global_set,
    compare_branch,
    branch_if,
    branch,
    branch_table,
    call,
    call_import,
    call_indirect,
    call_wide,
    tail_call,
    tail_call_other,
    return_none,
    return_value,
    return_many,
    copy_slots,
    float_pins,
    window,
    struct_get,
    struct_set,
    array_get,
    array_set,
    gc_unary,
    null_check,
    ref_test,
    ref_cast,
    cast_branch,
    charge,
    unreachable,
    // Made by fusion only.
    nothing,  ///< Became part of the operation after it.
    binary_pair,
    binary_branch,
    load_branch,
    move_pair,
    call_moved,       ///< A call after one or two moves to slots.
    move_branch,      ///< A branch after a move or a constant.
    global_sum,       ///< d = global + constant; `flag`: the global as well.
    sum_to_global,    ///< global = a + constant
    load_load,        ///< d = memory[memory[a + index] + constant2]
    load_store,       ///< memory[d + constant2] = memory[a + index]
    binary_store,     ///< memory[d + index] = a op b
    load_binary,      ///< d = memory[a + index] op x; `flag`: the other way round
    load_scaled,      ///< d = memory[(a << constant2) + b + index]
    load_test,        ///< d = memory[a + index], a branch on d and x; `flag`: on x and d
    indexed_table,    ///< A branch table whose index is memory[a + constant2] or a + constant2.
    move_test,        ///< d = x, a branch on a and b
    binary_wide,      ///< d = a op constant; `flag`: constant op a
    select_constant,  ///< d = condition ? a : constant; `flag`: the other way round
    sum_branch,       ///< d = a + b, then a branch
    sum_move,         ///< d = a + constant, x = d; x_class: where to.
    call_spilled,     ///< A call, with the slots of float pins in `x` and `d`.
    last = call_spilled,
};
inline constexpr size_t family_count = static_cast<size_t>(Family::last) + 1;

inline constexpr uint32_t no_operation = 0xffffffffu;

/// Slots in `a`, `b`, `d` and `x` count from the frame's base and mean something where the class is
/// `slot`.
struct Operation {
    Family family = Family::unreachable;
    Bank bank = Bank::integer;
    Class a_class = Class::slot;
    Class b_class = Class::slot;
    Class d_class = Class::slot;
    Class x_class = Class::slot;
    bool flag = false;   ///< compare_branch, branch_if, cast_branch: negated; global_*: imported;
                         ///< enter: has float pins.
    bool polls = false;  ///< Branches: backward, and looking for an interrupt on the way.
    bool wide = false;   ///< branch_if: 64 bits; binary_branch: updates `a`. ref_test, ref_cast,
                         ///< cast_branch: concrete.
    bool labelled = false;             ///< A label stands before it; known to fusion only.
    Instr instr = Instr::nop;          ///< binary, unary, load*, store*, compare_branch, vector_*,
                                       ///< *_lane.
    Instr instr2 = Instr::nop;         ///< Of fused operations: the second one.
    Plain plain = Plain::count_;       ///< Families whose handler has no operand classes.
    FieldKind field = FieldKind::i32;  ///< struct_*, array_*.
    // In the order in which they stand in the second cell.
    uint16_t a = 0;
    uint16_t d = 0;
    uint16_t b = 0;
    uint16_t x = 0;
    uint32_t label = 0;    ///< Branches: the label; calls: the function; branch_table: its first
                           ///< entry in the target list.
    uint32_t index = 0;    ///< Memory or field offset, global, type, lane: whatever 32 bits the
                           ///< family needs.
    uint32_t source = 0;   ///< Byte offset of the instruction in the binary.
    uint32_t source2 = 0;  ///< Of load_load and load_store: where the second access came from.
    uint32_t place = 0;  ///< First cell, from the function's first one; FunctionWriter fills it in.
    uint8_t results = 0;     ///< While it is translated: a bit for each class that `d` may have, or
                             ///< 0 where nobody looked yet.
    uint64_t constant = 0;   ///< Operand of class `constant` (bits of a slot; a v128's place in
                             ///< the translator's vectors), wide offset, the
                             ///< immediates of a window, or what a cast asks for.
    uint32_t constant2 = 0;  ///< array_set: the index, where it is a constant; of fused operations
                             ///< the second one's.
};
static_assert(sizeof(Operation) == 64);

}  // namespace wrt::runtime
