// Handlers of the vector instructions that name lanes: extract_lane, replace_lane, shuffles.
#include "vector_handlers.hpp"

namespace wrt::runtime {

namespace {

template <Instr Op, int Lane, Class A, Class D>
WRT_HANDLER extract_lane(WRT_REGISTERS)
{
    WRT_BEGIN
    using Scalar = typename LaneMeaning<Op>::Scalar;
    const Vector a = WRT_A(A, Vector);
    WRT_D(D, Scalar, LaneMeaning<Op>::template apply<Lane>(a));
    WRT_NEXT(2);
}

template <Instr Op, int Lane, Class A, Class B, Class D>
WRT_HANDLER replace_lane(WRT_REGISTERS)
{
    WRT_BEGIN
    using Scalar = typename LaneMeaning<Op>::Scalar;
    const Vector a = WRT_A(A, Vector);
    const Scalar b = WRT_B(B, Scalar);
    WRT_D(D, Vector, LaneMeaning<Op>::template apply<Lane>(a, b));
    WRT_NEXT(2);
}

/// d = bytes of a and b; words 2 to 5 hold which, first of a and then of b
template <Class A, Class B, Class D>
WRT_HANDLER shuffle(WRT_REGISTERS)
{
    WRT_BEGIN
    const Vector a = WRT_A(A, Vector);
    const Vector b = WRT_B(B, Vector);
    WRT_D(D, Vector,
          numeric::i8x16_shuffle(a, b, load_at<Vector>(pc, 16), load_at<Vector>(pc, 32)));
    WRT_NEXT(6);
}

/// d = bytes of a; words 2 and 3 hold which
template <Class A, Class D>
WRT_HANDLER permute(WRT_REGISTERS)
{
    WRT_BEGIN
    const Vector a = WRT_A(A, Vector);
    WRT_D(D, Vector, numeric::pick_bytes(a, load_at<Vector>(pc, 16)));
    WRT_NEXT(4);
}

template <Instr Op, int Lane>
struct MakeExtractLane {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_extract_lane(A, D))
            return &extract_lane<Op, Lane, A, D>;
        else
            return nullptr;
    }
};
template <Instr Op, int Lane>
struct MakeReplaceLane {
    template <Class A, Class B, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_replace_lane(Op, A, B, D))
            return &replace_lane<Op, Lane, A, B, D>;
        else
            return nullptr;
    }
};
struct MakeShuffle {
    template <Class A, Class B, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_shuffle(A, B, D))
            return &shuffle<A, B, D>;
        else
            return nullptr;
    }
};
struct MakePermute {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_permute(A, D))
            return &permute<A, D>;
        else
            return nullptr;
    }
};

/// The tables of all lanes of an instruction.
template <Instr Op, template <Instr, int> class Make, int Dimensions, int... Lane>
Handler pick(uint32_t lane, int at, std::integer_sequence<int, Lane...>)
{
    static constexpr std::array<const Handler*, sizeof...(Lane)> tables{
        ClassTable<Dimensions, Make<Op, Lane>>::value.data()...};
    return tables[lane][at];
}

}  // namespace

Handler extract_lane_handler(Instr op, uint32_t lane, Class a, Class d)
{
    switch (raw(op)) {  // rows of that list only
#define WRT_ROW(name, lanes, scalar)                                                               \
    case raw(Instr::name):                                                                         \
        return pick<Instr::name, MakeExtractLane, 2>(lane, class_index(a, d),                      \
                                                     std::make_integer_sequence<int, lanes>{});
        WRT_EXTRACT_LANES(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

Handler replace_lane_handler(Instr op, uint32_t lane, Class a, Class b, Class d)
{
    switch (raw(op)) {  // rows of that list only
#define WRT_ROW(name, lanes, scalar)                                                               \
    case raw(Instr::name):                                                                         \
        return pick<Instr::name, MakeReplaceLane, 3>(lane, class_index(a, b, d),                   \
                                                     std::make_integer_sequence<int, lanes>{});
        WRT_REPLACE_LANES(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

Handler shuffle_handler(Class a, Class b, Class d)
{
    return ClassTable<3, MakeShuffle>::value[static_cast<size_t>(class_index(a, b, d))];
}

Handler permute_handler(Class a, Class d)
{
    return ClassTable<2, MakePermute>::value[static_cast<size_t>(class_index(a, d))];
}

}  // namespace wrt::runtime
