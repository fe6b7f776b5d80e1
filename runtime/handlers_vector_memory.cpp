// Handlers of vector loads and stores. Those of single lanes are written as a scalar's and a
// lane's.
#include "memory_access.hpp"
#include "vector_meaning.hpp"

namespace wrt::runtime {

// Rows of row(name, type in memory, the v128 that `value` of that type becomes).
#define WRT_VECTOR_LOADS(row)                                                                      \
    row(v128_load, Vector, value) row(v128_load8x8_s, uint64_t,                                    \
                                      extended(i16x8_extend_low_i8x16_s))                          \
        row(v128_load8x8_u, uint64_t, extended(i16x8_extend_low_i8x16_u))                          \
            row(v128_load16x4_s, uint64_t, extended(i32x4_extend_low_i16x8_s))                     \
                row(v128_load16x4_u, uint64_t, extended(i32x4_extend_low_i16x8_u))                 \
                    row(v128_load32x2_s, uint64_t, extended(i64x2_extend_low_i32x4_s))             \
                        row(v128_load32x2_u, uint64_t, extended(i64x2_extend_low_i32x4_u))         \
                            row(v128_load8_splat, uint8_t, splat_bits(value))                      \
                                row(v128_load16_splat, uint16_t, splat_bits(value))                \
                                    row(v128_load32_splat, uint32_t, splat_bits(value))            \
                                        row(v128_load64_splat, uint64_t, splat_bits(value)) row(   \
                                            v128_load32_zero, uint32_t, (Vector{value, 0}))        \
                                            row(v128_load64_zero, uint64_t, (Vector{value, 0}))

#define extended(function) numeric::function(Vector{value, 0})
#define WRT_ROW(name, memory_type, result)                                                         \
    template <>                                                                                    \
    struct Access<Instr::name> {                                                                   \
        using Value = Vector;                                                                      \
        using Memory = memory_type;                                                                \
        [[gnu::always_inline]] static Value widen(Memory value)                                    \
        {                                                                                          \
            using numeric::lanes::splat_bits;                                                      \
            return result;                                                                         \
        }                                                                                          \
    };
WRT_VECTOR_LOADS(WRT_ROW)
#undef WRT_ROW
#undef extended

template <>
struct Access<Instr::v128_store> {
    using Value = Vector;
    using Memory = Vector;
};

namespace {

template <Instr Op>
struct MakeLoad {
    template <Class A, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_load(Op, A, D))
            return &load<Op, A, D>;
        else
            return nullptr;
    }
};
struct MakeLoadSum {
    template <Class A, Class B, Class D>
    static constexpr Handler at()
    {
        if constexpr (has_load_sum(Instr::v128_load, A, B, D))
            return &load_sum<Instr::v128_load, A, B, D>;
        else
            return nullptr;
    }
};
struct MakeStore {
    template <Class A, Class V>
    static constexpr Handler at()
    {
        if constexpr (has_store(Instr::v128_store, A, V))
            return &store<Instr::v128_store, A, V>;
        else
            return nullptr;
    }
};
struct MakeStoreSum {
    template <Class A, Class B, Class V>
    static constexpr Handler at()
    {
        if constexpr (has_store_sum(Instr::v128_store, A, B, V))
            return &store_sum<Instr::v128_store, A, B, V>;
        else
            return nullptr;
    }
};

}  // namespace

Handler vector_load_handler(Instr op, Class a, Class d)
{
    const auto at = static_cast<size_t>(class_index(a, d));
    switch (raw(op)) {  // loads only
#define WRT_ROW(name, memory_type, result)                                                         \
    case raw(Instr::name): return ClassTable<2, MakeLoad<Instr::name>>::value[at];
        WRT_VECTOR_LOADS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

Handler wide_vector_load_handler(Instr op)
{
    switch (raw(op)) {  // loads only
#define WRT_ROW(name, memory_type, result)                                                         \
    case raw(Instr::name): return &wide_load<Instr::name>;
        WRT_VECTOR_LOADS(WRT_ROW)
#undef WRT_ROW
    default: return nullptr;
    }
}

Handler vector_load_sum_handler(Instr op, Class a, Class b, Class d)
{
    if (op != Instr::v128_load) return nullptr;
    return ClassTable<3, MakeLoadSum>::value[static_cast<size_t>(class_index(a, b, d))];
}

Handler vector_store_handler(Instr op, Class address, Class value)
{
    if (op != Instr::v128_store) return nullptr;
    return ClassTable<2, MakeStore>::value[static_cast<size_t>(class_index(address, value))];
}

Handler vector_store_sum_handler(Instr op, Class a, Class b, Class value)
{
    if (op != Instr::v128_store) return nullptr;
    return ClassTable<3, MakeStoreSum>::value[static_cast<size_t>(class_index(a, b, value))];
}

Handler wide_vector_store_handler(Instr op)
{
    return op == Instr::v128_store ? &wide_store<Instr::v128_store> : nullptr;
}

}  // namespace wrt::runtime
