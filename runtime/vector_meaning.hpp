// From a vector instruction to the pure function of vector.hpp that says what it computes.
#pragma once

#include "meaning.hpp"
#include "vector.hpp"

namespace wrt::runtime {

/// The types of the operands after the first.
template <class F>
struct LaterOperands;
template <class R, class A, class B>
struct LaterOperands<R (*)(A, B) noexcept> {
    using Second = B;
};
template <class R, class A, class... Rest>
struct LaterOperands<R (*)(A, Rest...) noexcept> {
    using Second = void;
};

#define WRT_VECTOR(prefix, opcode, name, text, signature, feature)                                 \
    template <>                                                                                    \
    struct Meaning<Instr::name> : detail::FunctionTypes<decltype(&numeric::name)>,                 \
                                  LaterOperands<decltype(&numeric::name)> {                        \
        template <class... A>                                                                      \
        [[gnu::always_inline]] static auto apply(A... operands)                                    \
        {                                                                                          \
            return numeric::name(operands...);                                                     \
        }                                                                                          \
    };
#include <wrt/decoder/instructions.def>

/// Instructions on one lane, which is a parameter of the function: rows of
/// row(name, lanes, type of the scalar).
#define WRT_EXTRACT_LANES(row)                                                                     \
    row(i8x16_extract_lane_s, 16, int32_t) row(i8x16_extract_lane_u, 16, int32_t)                  \
        row(i16x8_extract_lane_s, 8, int32_t) row(i16x8_extract_lane_u, 8, int32_t)                \
            row(i32x4_extract_lane, 4, int32_t) row(i64x2_extract_lane, 2, int64_t)                \
                row(f32x4_extract_lane, 4, float) row(f64x2_extract_lane, 2, double)
#define WRT_REPLACE_LANES(row)                                                                     \
    row(i8x16_replace_lane, 16, int32_t) row(i16x8_replace_lane, 8, int32_t)                       \
        row(i32x4_replace_lane, 4, int32_t) row(i64x2_replace_lane, 2, int64_t)                    \
            row(f32x4_replace_lane, 4, float) row(f64x2_replace_lane, 2, double)

template <Instr Op>
struct LaneMeaning;
#define WRT_ROW(name, lane_count, scalar)                                                          \
    template <>                                                                                    \
    struct LaneMeaning<Instr::name> {                                                              \
        using Scalar = scalar;                                                                     \
        static constexpr int lanes = lane_count;                                                   \
        template <int Lane, class... A>                                                            \
        [[gnu::always_inline]] static auto apply(A... operands)                                    \
        {                                                                                          \
            return numeric::name<Lane>(operands...);                                               \
        }                                                                                          \
    };
WRT_EXTRACT_LANES(WRT_ROW)
WRT_REPLACE_LANES(WRT_ROW)
#undef WRT_ROW

}  // namespace wrt::runtime
