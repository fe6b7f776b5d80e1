// Handlers of loads whose value, or whose address, is part of one operation more.
#include "fused_values.hpp"
#include "meaning.hpp"
#include "memory_access.hpp"

namespace wrt::runtime {

namespace {

/// d = Op(memory[a + offset], c), or reversed. Word 2 holds c: its slot in the first field, a
/// constant in the upper half.
template <Instr Load, Instr Op, bool Reversed, Class A, Class C, Class D>
WRT_HANDLER load_binary(WRT_REGISTERS)
{
    WRT_BEGIN
    using T = typename Meaning<Op>::Operand;
    WRT_ADDRESS(A);
    WRT_CHECK_BOUNDS(address, sizeof(typename Access<Load>::Memory));
    const auto loaded = static_cast<T>(load_value<Load>(mem + address));
    T c;
    if constexpr (C == Class::constant)
        c = static_cast<T>(load_at<int32_t>(pc, 20));
    else
        c = WRT_OPERAND(C, T, 16, 0);
    const T result = Reversed ? Meaning<Op>::apply(c, loaded) : Meaning<Op>::apply(loaded, c);
    WRT_D(D, T, result);
    WRT_NEXT(3);
}

/// d = memory[(a << shift) + b + offset], the sum without offset modulo 2^32. Word 2 holds offset
/// and shift.
template <Instr Load, Class A, Class B, Class D>
WRT_HANDLER load_scaled(WRT_REGISTERS)
{
    WRT_BEGIN
    using Operand = typename Access<Load>::Value;
    const uint32_t index = WRT_A(A, uint32_t) << (load_at<uint32_t>(pc, 20) & 31);
    const uint64_t address = uint64_t{index + WRT_B(B, uint32_t)} + load_at<uint32_t>(pc, 16);
    WRT_CHECK_BOUNDS(address, sizeof(typename Access<Load>::Memory));
    WRT_D(D, Operand, load_value<Load>(mem + address));
    WRT_NEXT(3);
}

#define WRT_GOTO_INDEXED(index)                                                                    \
    const uint32_t index_ = (index);                                                               \
    const uint32_t count = load_at<uint32_t>(pc, 12);                                              \
    WRT_MARK_PATH();                                                                               \
    WRT_GOTO(target_at(pc, 3 + static_cast<int>(index_ < count ? index_ : count)))

/// Goes where memory[a + word 2] says: targets from word 3 on, the default one last; the immediate
/// is their count without it.
template <Instr Load, Class A>
WRT_HANDLER load_table(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint64_t address = uint64_t{WRT_A(A, uint32_t)} + pc[2].bits;
    WRT_CHECK_BOUNDS(address, sizeof(typename Access<Load>::Memory));
    WRT_GOTO_INDEXED(static_cast<uint32_t>(load_value<Load>(mem + address)));
}

/// Goes where a + word 2 says.
template <Class A>
WRT_HANDLER sum_table(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_GOTO_INDEXED(WRT_A(A, uint32_t) + static_cast<uint32_t>(pc[2].bits));
}

template <Instr Load, Instr Op, bool Reversed>
struct MakeLoadBinary {
    template <Class A, Class C, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_load_binary(Op, is_float<typename Meaning<Op>::Operand>, A, C, D))
            return &load_binary<Load, Op, Reversed, A, C, D>;
        else
            return nullptr;
    }
};

template <Instr Load>
struct MakeLoadScaled {
    template <Class A, Class B, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_load_scaled(A, B, D))
            return &load_scaled<Load, A, B, D>;
        else
            return nullptr;
    }
};

template <Instr Load>
struct MakeLoadTable {
    template <Class A>
    static constexpr Handler at()
    {
        if constexpr (is_common_place(A))
            return &load_table<Load, A>;
        else
            return nullptr;
    }
};

struct MakeSumTable {
    template <Class A>
    static constexpr Handler at()
    {
        if constexpr (is_common_place(A))
            return &sum_table<A>;
        else
            return nullptr;
    }
};

}  // namespace

Handler load_binary_handler(Instr load, Instr op, bool reversed, Class a, Class c, Class d)
{
    const auto at = static_cast<size_t>(class_index(a, c, d));
#define WRT_ROW(one, two)                                                                          \
    if (!reversed && load == Instr::one && op == Instr::two)                                       \
        return ClassTable<3, MakeLoadBinary<Instr::one, Instr::two, false>>::value[at];
    WRT_LOAD_BINARIES(WRT_ROW)
#undef WRT_ROW
#define WRT_ROW(one, two)                                                                          \
    if (reversed && load == Instr::one && op == Instr::two)                                        \
        return ClassTable<3, MakeLoadBinary<Instr::one, Instr::two, true>>::value[at];
    WRT_LOAD_BINARIES_REVERSED(WRT_ROW)
#undef WRT_ROW
    return nullptr;
}

Handler load_scaled_handler(Instr load, Class a, Class b, Class d)
{
    const auto at = static_cast<size_t>(class_index(a, b, d));
    switch (raw(load)) {  // those only
#define WRT_ROW(name)                                                                              \
    case raw(Instr::name): return ClassTable<3, MakeLoadScaled<Instr::name>>::value[at];
        WRT_SCALED_LOADS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

Handler indexed_table_handler(Instr index, Class a)
{
    const auto at = static_cast<size_t>(class_index(a));
    switch (raw(index)) {  // those only
    case raw(Instr::i32_add): return ClassTable<1, MakeSumTable>::value[at];
#define WRT_ROW(name)                                                                              \
    case raw(Instr::name): return ClassTable<1, MakeLoadTable<Instr::name>>::value[at];
        WRT_INDEX_LOADS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
