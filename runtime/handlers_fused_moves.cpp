// Handlers of calls and branches with the moves before them, and of sums with a global: what calls
// cost apart from calling.
#include "fused.hpp"
#include "push_record.hpp"

namespace wrt::runtime {

namespace {

/// Moves a value to a slot; source and destination stand at bytes `from` and `to`, a constant at
/// byte `imm`. Only another move may want to find the value in t0 as well.
#define WRT_MOVE(cls, from, to, imm, keeps)                                                        \
    do {                                                                                           \
        uint64_t value_;                                                                           \
        if constexpr ((cls) == Class::constant)                                                    \
            value_ = static_cast<uint64_t>(int64_t{load_at<int32_t>(pc, imm)});                    \
        else                                                                                       \
            value_ = WRT_OPERAND(cls, uint64_t, from, 0);                                          \
        fp[load_at<uint16_t>(pc, to)].bits = value_;                                               \
        if constexpr (keeps) t0 = value_;                                                          \
    } while (0)

/// A function of this module after a move. Fields as in `call`, the first move in `x` and `d`; word
/// 3: the constants; word 4: the second move.
template <bool Two, Class First, Class Second>
WRT_HANDLER call_moved(WRT_REGISTERS)
{
    WRT_BEGIN
    const Cell* const entry = target_at(pc, 2);
    WRT_MOVE(First, 14, 10, 24, (Two && Second == Class::t0));
    if constexpr (Two) WRT_MOVE(Second, 32, 34, 28, false);
    Slot* const base = fp + field_a(pc);
    WRT_PUSH_RECORD(base, field_b(pc), pc + (Two ? 5 : 4));
    WRT_GOTO(entry);
}

/// d = a, then to word 2's target
template <Class A, Class D>
WRT_HANDLER move_branch(WRT_REGISTERS)
{
    WRT_BEGIN
    const Cell* const target = target_at(pc, 2);
    if constexpr (A == Class::constant)
        WRT_D(D, uint64_t, static_cast<uint64_t>(int64_t{immediate(pc)}));
    else
        WRT_D(D, uint64_t, WRT_A(A, uint64_t));
    WRT_GOTO(target);
}

/// d = global + word 2
template <bool Updates, Class D>
WRT_HANDLER global_sum(WRT_REGISTERS)
{
    WRT_BEGIN
    Slot* const global = ex->globals + load_at<uint32_t>(pc, 12);
    const uint32_t sum = global->as<uint32_t>() + static_cast<uint32_t>(pc[2].bits);
    if constexpr (Updates) *global = Slot::of(sum);
    WRT_D(D, uint32_t, sum);
    WRT_NEXT(3);
}

/// global = a + word 2
template <Class A>
WRT_HANDLER sum_to_global(WRT_REGISTERS)
{
    WRT_BEGIN
    Slot* const global = ex->globals + load_at<uint32_t>(pc, 12);
    *global = Slot::of(WRT_A(A, uint32_t) + static_cast<uint32_t>(pc[2].bits));
    WRT_NEXT(3);
}

struct MakeCallMoved {
    template <Class First>
    static constexpr Handler at()
    {
        if constexpr (has_call_moved(First, Class::slot))
            return &call_moved<false, First, Class::slot>;
        else
            return nullptr;
    }
    template <Class First, Class Second>
    static constexpr Handler at()
    {
        if constexpr (has_call_moved(First, Second))
            return &call_moved<true, First, Second>;
        else
            return nullptr;
    }
};

struct MakeMoveBranch {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_move_branch(A, D))
            return &move_branch<A, D>;
        else
            return nullptr;
    }
};

template <bool Updates>
struct MakeGlobalSum {
    template <Class D>
    static constexpr Handler at()
    {
        if constexpr (has_global_sum(D))
            return &global_sum<Updates, D>;
        else
            return nullptr;
    }
};

struct MakeSumToGlobal {
    template <Class A>
    static constexpr Handler at()
    {
        if constexpr (has_sum_to_global(A))
            return &sum_to_global<A>;
        else
            return nullptr;
    }
};

}  // namespace

Handler call_moved_handler(bool two, Class first, Class second)
{
    return two ? ClassTable<2, MakeCallMoved>::value[static_cast<size_t>(
                     class_index(first, second))]
               : ClassTable<1, MakeCallMoved>::value[static_cast<size_t>(class_index(first))];
}

Handler move_branch_handler(Class a, Class d)
{
    return ClassTable<2, MakeMoveBranch>::value[static_cast<size_t>(class_index(a, d))];
}

Handler global_sum_handler(bool updates, Class d)
{
    const auto at = static_cast<size_t>(class_index(d));
    return updates ? ClassTable<1, MakeGlobalSum<true>>::value[at]
                   : ClassTable<1, MakeGlobalSum<false>>::value[at];
}

Handler sum_to_global_handler(Class a)
{
    return ClassTable<1, MakeSumToGlobal>::value[static_cast<size_t>(class_index(a))];
}

}  // namespace wrt::runtime
