// Handlers of branches on what was just loaded and is kept, and of branches after a move.
#include "branch.hpp"
#include "branch_test.hpp"
#include "fused_values.hpp"
#include "memory_access.hpp"

namespace wrt::runtime {

namespace {

/// d = memory[a + offset], then to word 2's target where Test(d, c) holds. c's slot stands in field
/// d; word 3: c's constant, then d's slot.
template <Instr Load, Instr Test, bool Reversed, Class A, Class C, Class D>
WRT_HANDLER load_test(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_ADDRESS(A);
    WRT_CHECK_BOUNDS(address, sizeof(typename Access<Load>::Memory));
    const int32_t loaded = load_value<Load>(mem + address);
    write_operand<D>(loaded, fp + load_at<uint16_t>(pc, 28), t0, t1, l0, l1, ft0, ft1, fl0, fl1);
    int32_t c;
    if constexpr (C == Class::constant)
        c = load_at<int32_t>(pc, 24);
    else
        c = WRT_OPERAND(C, int32_t, 10, 0);
    WRT_BRANCH((holds<Test, Reversed>(loaded, c)), false, 2, 4);
}

/// d = from, then to word 2's target where Test(a, b) holds. Word 3: the slot or constant `from`.
template <Instr Test, Class From, Class D, Class A, Class B>
WRT_HANDLER move_test(WRT_REGISTERS)
{
    WRT_BEGIN
    uint64_t value;
    if constexpr (From == Class::constant)
        value = static_cast<uint64_t>(int64_t{load_at<int32_t>(pc, 24)});
    else
        value = WRT_OPERAND(From, uint64_t, 24, 0);
    WRT_D(D, uint64_t, value);
    const auto a = WRT_A(A, int32_t);
    const auto b = WRT_B(B, int32_t);
    WRT_BRANCH((holds<Test, false>(a, b)), false, 2, 4);
}

template <Instr Load, Instr Test, bool Reversed>
struct MakeLoadTest {
    template <Class A, Class C, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_load_test(Test, Reversed, A, C, D))
            return &load_test<Load, Test, Reversed, A, C, D>;
        else
            return nullptr;
    }
};

template <Instr Test>
struct MakeMoveTest {
    template <Class From, Class D, Class A, Class B>
    static constexpr Handler at()
    {
        if constexpr (has_move_test(From, D, A, B))
            return &move_test<Test, From, D, A, B>;
        else
            return nullptr;
    }
};

template <Instr Load>
Handler pick(Instr test, bool reversed, size_t at)
{
    switch (raw(test)) {  // tests only
#define WRT_ROW(name)                                                                              \
    case raw(Instr::name):                                                                         \
        return reversed ? ClassTable<3, MakeLoadTest<Load, Instr::name, true>>::value[at]          \
                        : ClassTable<3, MakeLoadTest<Load, Instr::name, false>>::value[at];
        WRT_VALUE_TESTS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

}  // namespace

Handler load_test_handler(Instr load, Instr test, bool reversed, Class a, Class c, Class d)
{
    const auto at = static_cast<size_t>(class_index(a, c, d));
    switch (raw(load)) {  // those only
#define WRT_ROW(name)                                                                              \
    case raw(Instr::name): return pick<Instr::name>(test, reversed, at);
        WRT_TESTED_LOADS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

Handler move_test_handler(Instr test, Class from, Class d, Class a, Class b)
{
    const auto at = static_cast<size_t>(class_index(from, d, a, b));
    switch (raw(test)) {  // tests only
#define WRT_ROW(name)                                                                              \
    case raw(Instr::name): return ClassTable<4, MakeMoveTest<Instr::name>>::value[at];
        WRT_VALUE_TESTS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
