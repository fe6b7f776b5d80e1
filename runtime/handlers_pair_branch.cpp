// Handlers of branches on what an operation or a load made, and of pairs of moves.
#include "branch.hpp"
#include "branch_test.hpp"
#include "fused.hpp"
#include "meaning.hpp"
#include "memory_access.hpp"

namespace wrt::runtime {

namespace {

// In branches on something made, c's slot stands in `d` and its constant in word 3.
constexpr int branch_words(Class c)
{
    return c == Class::constant ? 4 : 3;
}

#define WRT_TESTED(cls)                                                                            \
    int32_t c;                                                                                     \
    if constexpr (cls == Class::constant)                                                          \
        c = load_at<int32_t>(pc, 24);                                                              \
    else                                                                                           \
        c = WRT_OPERAND(cls, int32_t, 10, 0)

/// Goes to word 2's target where Test(First(a, b), c) holds. `Updates`: the result goes to where
/// `a` is.
template <Instr First, Instr Test, bool Reversed, bool Updates, bool Polls, Class A, Class B,
          Class C>
WRT_HANDLER binary_branch(WRT_REGISTERS)
{
    WRT_BEGIN
    using T = typename Meaning<First>::Operand;
    const T a = WRT_A(A, T);
    const T b = WRT_B(B, T);
    const T made = Meaning<First>::apply(a, b);
    if constexpr (Updates)
        write_operand<A>(made, fp + field_a(pc), t0, t1, l0, l1, ft0, ft1, fl0, fl1);
    WRT_TESTED(C);
    const bool goes = holds<Test, Reversed>(static_cast<int32_t>(made), c);
    if constexpr (Updates)
        WRT_LOOP_BRANCH(goes, Polls, 2, branch_words(C));
    else
        WRT_BRANCH(goes, Polls, 2, branch_words(C));
}

/// Goes to word 2's target where Test(memory[a + offset], c) holds.
template <Instr Load, Instr Test, bool Reversed, Class A, Class C>
WRT_HANDLER load_branch(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint64_t address = uint64_t{WRT_A(A, uint32_t)} + load_at<uint32_t>(pc, 12);
    WRT_CHECK_BOUNDS(address, sizeof(typename Access<Load>::Memory));
    const int32_t made = load_value<Load>(mem + address);
    WRT_TESTED(C);
    WRT_BRANCH((holds<Test, Reversed>(made, c)), false, 2, branch_words(C));
}

/// Two moves to slots, one after the other. The second one's fields are word 2's.
template <Class First, Class Second>
WRT_HANDLER move_pair(WRT_REGISTERS)
{
    WRT_BEGIN
    uint64_t value;
    if constexpr (First == Class::constant)
        value = static_cast<uint64_t>(int64_t{load_at<int32_t>(pc, 12)});
    else
        value = WRT_A(First, uint64_t);
    WRT_D(Class::slot, uint64_t, value);
    if constexpr (Second == Class::constant)
        value = static_cast<uint64_t>(int64_t{load_at<int32_t>(pc, 20)});
    else
        value = WRT_OPERAND(Second, uint64_t, 16, 0);
    write_operand<Class::slot>(value, fp + load_at<uint16_t>(pc, 18), t0, t1, l0, l1, ft0, ft1, fl0,
                               fl1);
    WRT_NEXT(3);
}

template <Instr First, Instr Test, bool Reversed, bool Updates, bool Polls>
struct MakeBinaryBranch {
    template <Class A, Class B, Class C>
    static constexpr Handler at()
    {
        if constexpr (has_binary_branch(First, Test, Reversed, Updates, Polls, A, B, C))
            return &binary_branch<First, Test, Reversed, Updates, Polls, A, B, C>;
        else
            return nullptr;
    }
};

template <Instr Load, Instr Test, bool Reversed>
struct MakeLoadBranch {
    template <Class A, Class C>
    static constexpr Handler at()
    {
        if constexpr (has_load_branch(Test, Reversed, A, C))
            return &load_branch<Load, Test, Reversed, A, C>;
        else
            return nullptr;
    }
};

struct MakeMovePair {
    template <Class A, Class B>
    static constexpr Handler at()
    {
        if constexpr (has_move_pair(A, B))
            return &move_pair<A, B>;
        else
            return nullptr;
    }
};

template <Instr First, Instr Test, bool Reversed, bool Updates>
Handler pick_binary(bool polls, size_t at)
{
    if constexpr ((Updates && First != Instr::i32_add) ||
                  (Reversed && is_symmetric_compare(Test))) {
        return nullptr;
    } else {
        return polls
                   ? ClassTable<3,
                                MakeBinaryBranch<First, Test, Reversed, Updates, true>>::value[at]
                   : ClassTable<3,
                                MakeBinaryBranch<First, Test, Reversed, Updates, false>>::value[at];
    }
}

template <Instr First, Instr Test>
Handler pick_binary(bool reversed, bool updates, bool polls, size_t at)
{
    if (updates)
        return reversed ? pick_binary<First, Test, true, true>(polls, at)
                        : pick_binary<First, Test, false, true>(polls, at);
    return reversed ? pick_binary<First, Test, true, false>(polls, at)
                    : pick_binary<First, Test, false, false>(polls, at);
}

template <Instr First>
Handler pick_test(Instr test, bool reversed, bool updates, bool polls, size_t at)
{
    switch (raw(test)) {  // tests only
#define WRT_ROW(name)                                                                              \
    case raw(Instr::name): return pick_binary<First, Instr::name>(reversed, updates, polls, at);
        WRT_BRANCH_TESTS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

template <Instr Load>
Handler pick_load(Instr test, bool reversed, size_t at)
{
    switch (raw(test)) {  // tests only
#define WRT_ROW(name)                                                                              \
    case raw(Instr::name):                                                                         \
        return reversed ? ClassTable<2, MakeLoadBranch<Load, Instr::name, true>>::value[at]        \
                        : ClassTable<2, MakeLoadBranch<Load, Instr::name, false>>::value[at];
        WRT_BRANCH_TESTS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

}  // namespace

Handler binary_branch_handler(Instr first, Instr test, bool reversed, bool updates, bool polls,
                              Class a, Class b, Class c)
{
    const auto at = static_cast<size_t>(class_index(a, b, c));
    switch (raw(first)) {  // those only
#define WRT_ROW(name)                                                                              \
    case raw(Instr::name): return pick_test<Instr::name>(test, reversed, updates, polls, at);
        WRT_BRANCH_FIRSTS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

Handler load_branch_handler(Instr load, Instr test, bool reversed, Class a, Class c)
{
    const auto at = static_cast<size_t>(class_index(a, c));
    switch (raw(load)) {  // those only
#define WRT_ROW(name)                                                                              \
    case raw(Instr::name): return pick_load<Instr::name>(test, reversed, at);
        WRT_BRANCH_LOADS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

Handler move_pair_handler(Class first, Class second)
{
    return ClassTable<2, MakeMovePair>::value[static_cast<size_t>(class_index(first, second))];
}

}  // namespace wrt::runtime
