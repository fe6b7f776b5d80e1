// Handlers of operations with constants that have no operand class, of sums with the move or branch
// behind them, and of calls with float pins.
#include "fused_values.hpp"
#include "meaning.hpp"
#include "push_record.hpp"

namespace wrt::runtime {

namespace {

/// d = Op(a, word 2), or reversed
template <Instr Op, bool Reversed, Class A, Class D>
WRT_HANDLER binary_wide(WRT_REGISTERS)
{
    WRT_BEGIN
    using T = typename Meaning<Op>::Operand;
    const T a = WRT_A(A, T);
    const T constant = load_at<T>(pc, 16);
    const T result = Reversed ? Meaning<Op>::apply(constant, a) : Meaning<Op>::apply(a, constant);
    WRT_D(D, T, result);
    WRT_NEXT(3);
}

/// d = condition ? a : word 2, or reversed; the condition's slot stands in `x`
template <class T, bool Reversed, Class A, Class C, Class D>
WRT_HANDLER select_constant(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint32_t condition = WRT_OPERAND(C, uint32_t, 14, 0);
    const T a = WRT_A(A, T);
    const T constant = load_at<T>(pc, 16);
    WRT_D(D, T, (condition != 0) != Reversed ? a : constant);
    WRT_NEXT(3);
}

/// d = a + b, then to word 2's target
template <Class A, Class B, Class D>
WRT_HANDLER sum_branch(WRT_REGISTERS)
{
    WRT_BEGIN
    const Cell* const target = target_at(pc, 2);
    const uint32_t sum = WRT_A(A, uint32_t) + WRT_B(B, uint32_t);
    WRT_D(D, uint32_t, sum);
    WRT_GOTO(target);
}

/// Slot d = a + the immediate; the same to the place that word 2 names.
template <Class A, Class To>
WRT_HANDLER sum_move(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint32_t sum = WRT_A(A, uint32_t) + static_cast<uint32_t>(immediate(pc));
    WRT_D(Class::slot, uint32_t, sum);
    write_operand<To>(sum, fp + load_at<uint16_t>(pc, 16), t0, t1, l0, l1, ft0, ft1, fl0, fl1);
    WRT_NEXT(3);
}

/// As `call`; the slots of the float pins stand in `x` and `d`, the same one where there is only
/// fl0, which is therefore written last.
WRT_HANDLER call_spilled(WRT_REGISTERS)
{
    WRT_BEGIN
    const Cell* const entry = target_at(pc, 2);
    fp[field_d(pc)] = Slot::of(float_of<double>(fl1));
    fp[field_x(pc)] = Slot::of(float_of<double>(fl0));
    Slot* const base = fp + field_a(pc);
    WRT_PUSH_RECORD(base, field_b(pc), pc + call_words);
    WRT_GOTO(entry);
}

template <Instr Op, bool Reversed>
struct MakeBinaryWide {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_binary_wide(A, D))
            return &binary_wide<Op, Reversed, A, D>;
        else
            return nullptr;
    }
};

template <class T, bool Reversed>
struct MakeSelectConstant {
    template <Class A, Class C, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_select_constant(!is_float<T>, A, C, D))
            return &select_constant<T, Reversed, A, C, D>;
        else
            return nullptr;
    }
};

struct MakeSumBranch {
    template <Class A, Class B, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_sum_branch(A, B, D))
            return &sum_branch<A, B, D>;
        else
            return nullptr;
    }
};

struct MakeSumMove {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_sum_move(A, D))
            return &sum_move<A, D>;
        else
            return nullptr;
    }
};

}  // namespace

Handler binary_wide_handler(Instr op, bool reversed, Class a, Class d)
{
    const auto at = static_cast<size_t>(class_index(a, d));
#define WRT_ROW(name)                                                                              \
    if (!reversed && op == Instr::name)                                                            \
        return ClassTable<2, MakeBinaryWide<Instr::name, false>>::value[at];
    WRT_WIDE_BINARIES(WRT_ROW)
#undef WRT_ROW
#define WRT_ROW(name)                                                                              \
    if (reversed && op == Instr::name)                                                             \
        return ClassTable<2, MakeBinaryWide<Instr::name, true>>::value[at];
    WRT_WIDE_BINARIES_REVERSED(WRT_ROW)
#undef WRT_ROW
    return nullptr;
}

Handler select_constant_handler(Bank bank, bool reversed, Class a, Class condition, Class d)
{
    const auto at = static_cast<size_t>(class_index(a, condition, d));
    switch (bank) {
    case Bank::integer:
        return reversed ? ClassTable<3, MakeSelectConstant<uint64_t, true>>::value[at]
                        : ClassTable<3, MakeSelectConstant<uint64_t, false>>::value[at];
    case Bank::floating:
        return reversed ? ClassTable<3, MakeSelectConstant<double, true>>::value[at]
                        : ClassTable<3, MakeSelectConstant<double, false>>::value[at];
    case Bank::vector: return nullptr;
    }
    return nullptr;
}

Handler sum_branch_handler(Class a, Class b, Class d)
{
    return ClassTable<3, MakeSumBranch>::value[static_cast<size_t>(class_index(a, b, d))];
}

Handler sum_move_handler(Class a, Class d)
{
    return ClassTable<2, MakeSumMove>::value[static_cast<size_t>(class_index(a, d))];
}

Handler call_spilled_handler()
{
    return &call_spilled;
}

}  // namespace wrt::runtime
