// Handlers of branches: on comparisons, on a condition, through a table.
#include "branch.hpp"
#include "meaning.hpp"
#include "variants.hpp"

namespace wrt::runtime {

namespace {

/// Goes to word 2's target where Op(a, b) holds (or, negated, does not). i32.and stands for "a and
/// b share a bit".
template <Instr Op, bool Negate, bool Polls, Class A, Class B>
WRT_HANDLER compare_branch(WRT_REGISTERS)
{
    WRT_BEGIN
    using T = typename Meaning<Op>::Operand;
    const T a = WRT_A(A, T);
    const T b = WRT_OPERAND(B, T, 12, 3);
    if constexpr (Op == Instr::i32_and && A == Class::slot && B == Class::slot) {
        T shared = a & b;
        asm("" : "+r"(shared));  // before the exits need their registers
        WRT_BRANCH((shared != 0) != Negate, Polls, 2, 3);
    }
    WRT_BRANCH((Meaning<Op>::apply(a, b) != 0) != Negate, Polls, 2, (words_with<T, B>(3)));
}

template <Instr Op, bool Negate, bool Polls>
struct MakeCompareBranch {
    template <Class A, Class B>
    static constexpr Handler at()
    {
        if constexpr (has_compare_branch(Op, Negate, A, B))
            return &compare_branch<Op, Negate, Polls, A, B>;
        else
            return nullptr;
    }
};

/// The tables of a comparison: two that do not poll, then two that do; of each pair the second is
/// negated.
template <Instr Op>
struct CompareTables {
    static constexpr std::array<const Handler*, 4> value = {
        ClassTable<2, MakeCompareBranch<Op, false, false>>::value.data(),
        ClassTable<2, MakeCompareBranch<Op, true, false>>::value.data(),
        ClassTable<2, MakeCompareBranch<Op, false, true>>::value.data(),
        ClassTable<2, MakeCompareBranch<Op, true, true>>::value.data()};
};

template <Instr Op>
constexpr const Handler* const* compare_tables()
{
    if constexpr (Op == Instr::i32_and ||
                  (heat_of_binary(Op) == Heat::compare && Meaning<Op>::arity == 2))
        return CompareTables<Op>::value.data();
    else
        return nullptr;
}

const Handler* const* compare_tables_of(Instr op)
{
    switch (raw(op)) {  // numeric rows only
#define WRT_NUMERIC(prefix, opcode, name, text, signature, feature)                                \
    case raw(Instr::name): return compare_tables<Instr::name>();
#include <wrt/decoder/instructions.def>
    default: return nullptr;
    }
}

/// Goes to word 2's target where the condition (i32, or 64 bits wide) is not zero or, negated, is.
template <class T, bool Negate, bool Polls, Class A>
WRT_HANDLER branch_if(WRT_REGISTERS)
{
    WRT_BEGIN
    const T condition = WRT_A(A, T);
    WRT_BRANCH((condition != 0) != Negate, Polls, 2, 3);
}

template <class T, bool Negate, bool Polls>
struct MakeBranchIf {
    template <Class A>
    static constexpr Handler at()
    {
        if constexpr (is_place(A))
            return &branch_if<T, Negate, Polls, A>;
        else
            return nullptr;
    }
};

/// Goes where the index says: targets from word 2 on, the default one last; the immediate is their
/// count without it.
template <Class A>
WRT_HANDLER branch_table(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint32_t index = WRT_A(A, uint32_t);
    const uint32_t count = load_at<uint32_t>(pc, 12);
    WRT_MARK_PATH();
    WRT_GOTO(target_at(pc, 2 + static_cast<int>(index < count ? index : count)));
}

struct MakeBranchTable {
    template <Class A>
    static constexpr Handler at()
    {
        if constexpr (is_place(A))
            return &branch_table<A>;
        else
            return nullptr;
    }
};

}  // namespace

Handler compare_branch_handler(Instr op, bool negate, bool polls, Class a, Class b)
{
    const Handler* const* const tables = compare_tables_of(op);
    if (tables == nullptr) return nullptr;
    return tables[(polls ? 2 : 0) + (negate ? 1 : 0)][class_index(a, b)];
}

namespace {

template <class T>
Handler pick_branch_if(bool negate, bool polls, size_t at)
{
    if (polls)
        return negate ? ClassTable<1, MakeBranchIf<T, true, true>>::value[at]
                      : ClassTable<1, MakeBranchIf<T, false, true>>::value[at];
    return negate ? ClassTable<1, MakeBranchIf<T, true, false>>::value[at]
                  : ClassTable<1, MakeBranchIf<T, false, false>>::value[at];
}

}  // namespace

Handler branch_if_handler(bool wide, bool negate, bool polls, Class condition)
{
    const auto at = static_cast<size_t>(class_index(condition));
    return wide ? pick_branch_if<uint64_t>(negate, polls, at)
                : pick_branch_if<uint32_t>(negate, polls, at);
}

Handler branch_table_handler(Class index)
{
    return ClassTable<1, MakeBranchTable>::value[static_cast<size_t>(class_index(index))];
}

}  // namespace wrt::runtime
