// Handlers of runtime type tests. Casts leave the reference where it is.
#include <array>

#include "branch.hpp"
#include "handler_tables.hpp"
#include "ref_test.hpp"
#include "variants.hpp"

namespace wrt::runtime {

namespace {

template <Class A>
WRT_HANDLER null_check(WRT_REGISTERS)
{
    WRT_BEGIN
    if (WRT_A(A, uint64_t) == 0) [[unlikely]]
        WRT_TRAP(null_reference);
    WRT_NEXT(2);
}

/// d = whether a passes the test in word 2
template <bool Concrete, Class A, Class D>
WRT_HANDLER ref_test(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint64_t bits = WRT_A(A, uint64_t);
    WRT_D(D, uint32_t, passes<Concrete>(*ex, bits, pc[2].bits) ? 1u : 0u);
    WRT_NEXT(3);
}

template <bool Concrete, Class A>
WRT_HANDLER ref_cast(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint64_t bits = WRT_A(A, uint64_t);
    if (!passes<Concrete>(*ex, bits, pc[2].bits)) [[unlikely]]
        WRT_TRAP(cast_failure);
    WRT_NEXT(3);
}

/// Goes to word 2's target where a passes the test in word 3 (or, negated, does not).
template <bool Concrete, bool Negate, bool Polls, Class A>
WRT_HANDLER cast_branch(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint64_t bits = WRT_A(A, uint64_t);
    WRT_BRANCH((passes<Concrete>(*ex, bits, pc[3].bits) != Negate), Polls, 2, 4);
}

struct MakeNullCheck {
    template <Class A>
    static constexpr Handler at()
    {
        if constexpr (has_cast(A))
            return &null_check<A>;
        else
            return nullptr;
    }
};
template <bool Concrete>
struct MakeRefTest {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_ref_test(A, D))
            return &ref_test<Concrete, A, D>;
        else
            return nullptr;
    }
};
template <bool Concrete>
struct MakeRefCast {
    template <Class A>
    static constexpr Handler at()
    {
        if constexpr (has_cast(A))
            return &ref_cast<Concrete, A>;
        else
            return nullptr;
    }
};
template <bool Concrete, bool Negate, bool Polls>
struct MakeCastBranch {
    template <Class A>
    static constexpr Handler at()
    {
        if constexpr (has_cast(A))
            return &cast_branch<Concrete, Negate, Polls, A>;
        else
            return nullptr;
    }
};

template <bool Concrete>
Handler pick_branch(bool negate, bool polls, size_t at)
{
    if (polls)
        return negate ? ClassTable<1, MakeCastBranch<Concrete, true, true>>::value[at]
                      : ClassTable<1, MakeCastBranch<Concrete, false, true>>::value[at];
    return negate ? ClassTable<1, MakeCastBranch<Concrete, true, false>>::value[at]
                  : ClassTable<1, MakeCastBranch<Concrete, false, false>>::value[at];
}

}  // namespace

Handler null_check_handler(Class a)
{
    return ClassTable<1, MakeNullCheck>::value[static_cast<size_t>(class_index(a))];
}

Handler ref_test_handler(bool concrete, Class a, Class d)
{
    const auto at = static_cast<size_t>(class_index(a, d));
    return concrete ? ClassTable<2, MakeRefTest<true>>::value[at]
                    : ClassTable<2, MakeRefTest<false>>::value[at];
}

Handler ref_cast_handler(bool concrete, Class a)
{
    const auto at = static_cast<size_t>(class_index(a));
    return concrete ? ClassTable<1, MakeRefCast<true>>::value[at]
                    : ClassTable<1, MakeRefCast<false>>::value[at];
}

Handler cast_branch_handler(bool concrete, bool negate, bool polls, Class a)
{
    const auto at = static_cast<size_t>(class_index(a));
    return concrete ? pick_branch<true>(negate, polls, at) : pick_branch<false>(negate, polls, at);
}

}  // namespace wrt::runtime
