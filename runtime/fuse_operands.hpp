// What the files that fuse operations ask of two neighbours.
#pragma once

#include "operation.hpp"
#include "variants.hpp"

namespace wrt::runtime {

inline bool is_commutative(Instr op)
{
    return heat_of_binary(op) == Heat::commutative;
}

/// An operand of the second operation that is not the first one's result.
struct Other {
    Class cls = Class::slot;
    uint16_t slot = 0;
    uint64_t constant = 0;
    bool reversed = false;  ///< It stands on the left.
};

/// Whether exactly one operand of `second`, which has two, is `made`; the other one then.
inline bool reads_once(const Operation& second, Class made, Other& other)
{
    const bool left = second.a_class == made;
    const bool right = second.b_class == made;
    if (left == right) return false;
    other = left ? Other{second.b_class, second.b, second.constant, false}
                 : Other{second.a_class, second.a, 0, true};
    return true;
}

/// `other` becomes the third operand of a fused operation.
inline void put_other(Operation& fused, const Other& other)
{
    fused.flag = other.reversed;
    fused.x_class = other.cls;
    fused.x = other.slot;
    fused.constant2 = static_cast<uint32_t>(other.constant);
}

/// A branch on a condition as a comparison with 0.
inline Operation as_comparison(const Operation& branch)
{
    Operation comparison = branch;
    if (branch.family == Family::branch_if && !branch.wide) {
        comparison.family = Family::compare_branch;
        comparison.instr = branch.flag ? Instr::i32_eq : Instr::i32_ne;
        comparison.flag = false;
        comparison.b_class = Class::constant;
        comparison.constant = 0;
    }
    return comparison;
}

// Of the operations of fused_values.hpp (translate_fuse_values.cpp): each makes `second` both, if
// there is a handler for it.
bool fuse_load_binary(const Operation& load, Operation& binary);
bool fuse_load_scaled(const Operation& shift, Operation& load);
bool fuse_load_test(const Operation& load, Operation& branch);
/// `index`: a load, or a sum with a constant.
bool fuse_table(const Operation& index, Operation& table);
bool fuse_move_test(const Operation& move, Operation& branch);
bool fuse_binary_wide(const Operation& constant, Operation& binary);
bool fuse_select_constant(const Operation& constant, Operation& select);
bool fuse_sum_branch(const Operation& sum, Operation& branch);
bool fuse_sum_move(const Operation& sum, Operation& move);
bool fuse_spilled_call(const Operation& spill, Operation& call);

}  // namespace wrt::runtime
