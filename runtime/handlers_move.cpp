// Handlers that only move values: moves, constants, select, globals.
#include <array>
#include <utility>

#include "handler_tables.hpp"
#include "variants.hpp"

namespace wrt::runtime {

namespace {

template <class T, Class A, Class D>
WRT_HANDLER move(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_D(D, T, WRT_A(A, T));
    WRT_NEXT(2);
}

/// d = the immediate, sign-extended
template <Class D>
WRT_HANDLER constant(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_D(D, uint64_t, static_cast<uint64_t>(int64_t{immediate(pc)}));
    WRT_NEXT(2);
}

/// d = word 2; a v128 takes the next one too
template <class T, Class D>
WRT_HANDLER wide_constant(WRT_REGISTERS)
{
    WRT_BEGIN
    WRT_D(D, T, load_at<T>(pc, 16));
    WRT_NEXT(is_vector<T> ? 4 : 3);
}

/// d = condition ? a : b; the condition's slot stands in `x`
template <class T, Class A, Class B, Class C, Class D>
WRT_HANDLER select(WRT_REGISTERS)
{
    WRT_BEGIN
    const uint32_t condition = WRT_OPERAND(C, uint32_t, 14, 2);
    const T a = WRT_A(A, T);
    const T b = WRT_B(B, T);
    WRT_D(D, T, condition != 0 ? a : b);
    WRT_NEXT(2);
}

/// d = a global: defined here at the slot in the immediate, or imported with that index
template <class T, bool Imported, Class D>
WRT_HANDLER global_get(WRT_REGISTERS)
{
    WRT_BEGIN
    const auto index = load_at<uint32_t>(pc, 12);
    const Slot* const global = Imported ? ex->instance->globals[index]->value : ex->globals + index;
    WRT_D(D, T, read_slots<T>(global));
    WRT_NEXT(2);
}

template <class T, bool Imported, Class A>
WRT_HANDLER global_set(WRT_REGISTERS)
{
    WRT_BEGIN
    const auto index = load_at<uint32_t>(pc, 12);
    Slot* const global = Imported ? ex->instance->globals[index]->value : ex->globals + index;
    write_slots(global, T{WRT_A(A, T)});
    WRT_NEXT(2);
}

template <class T>
constexpr bool may_hold(Class c)
{
    return is_vector<T> ? is_vector_place(c) : is_place(c);
}

template <class T>
struct MakeMove {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (may_hold<T>(A) && may_hold<T>(D))
            return &move<T, A, D>;
        else
            return nullptr;
    }
};
struct MakeConstant {
    template <Class D>
    static constexpr Handler at()
    {
        if constexpr (is_place(D))
            return &constant<D>;
        else
            return nullptr;
    }
};
template <class T>
struct MakeWideConstant {
    template <Class D>
    static constexpr Handler at()
    {
        if constexpr (may_hold<T>(D))
            return &wide_constant<T, D>;
        else
            return nullptr;
    }
};
template <class T>
struct MakeSelect {
    template <Class A, Class B, Class C, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_select(std::same_as<T, uint64_t>, A, B, C, D) && may_hold<T>(A) &&
                      may_hold<T>(B) && may_hold<T>(D))
            return &select<T, A, B, C, D>;
        else
            return nullptr;
    }
};
template <class T, bool Imported>
struct MakeGlobalGet {
    template <Class D>
    static constexpr Handler at()
    {
        if constexpr (may_hold<T>(D))
            return &global_get<T, Imported, D>;
        else
            return nullptr;
    }
};
template <class T, bool Imported>
struct MakeGlobalSet {
    template <Class A>
    static constexpr Handler at()
    {
        if constexpr (may_hold<T>(A))
            return &global_set<T, Imported, A>;
        else
            return nullptr;
    }
};

template <int Dimensions, class Make, class... C>
Handler pick(C... classes)
{
    return ClassTable<Dimensions, Make>::value[static_cast<size_t>(class_index(classes...))];
}

/// `Make` for the type that moves what the bank holds.
template <int Dimensions, template <class> class Make, class... C>
Handler pick_bank(Bank bank, C... classes)
{
    switch (bank) {
    case Bank::integer: return pick<Dimensions, Make<uint64_t>>(classes...);
    case Bank::floating: return pick<Dimensions, Make<double>>(classes...);
    case Bank::vector: return pick<Dimensions, Make<Vector>>(classes...);
    }
    return nullptr;
}
template <class T>
using MakeOwnGlobalGet = MakeGlobalGet<T, false>;
template <class T>
using MakeImportedGlobalGet = MakeGlobalGet<T, true>;
template <class T>
using MakeOwnGlobalSet = MakeGlobalSet<T, false>;
template <class T>
using MakeImportedGlobalSet = MakeGlobalSet<T, true>;

}  // namespace

Handler move_handler(Bank bank, Class a, Class d)
{
    return pick_bank<2, MakeMove>(bank, a, d);
}

Handler constant_handler(Bank bank, bool wide, Class d)
{
    if (!wide) return bank == Bank::integer ? pick<1, MakeConstant>(d) : nullptr;
    return pick_bank<1, MakeWideConstant>(bank, d);
}

Handler select_handler(Bank bank, Class a, Class b, Class condition, Class d)
{
    return pick_bank<4, MakeSelect>(bank, a, b, condition, d);
}

Handler global_get_handler(Bank bank, bool imported, Class d)
{
    return imported ? pick_bank<1, MakeImportedGlobalGet>(bank, d)
                    : pick_bank<1, MakeOwnGlobalGet>(bank, d);
}

Handler global_set_handler(Bank bank, bool imported, Class a)
{
    return imported ? pick_bank<1, MakeImportedGlobalSet>(bank, a)
                    : pick_bank<1, MakeOwnGlobalSet>(bank, a);
}

}  // namespace wrt::runtime
