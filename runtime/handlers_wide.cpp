// Handlers of wide arithmetic. Operands lie in slots from field `a` on, and the two results take
// the places of the first. What is computed stands in numeric_wide.hpp.
#include "handler_tables.hpp"
#include "numeric_wide.hpp"

namespace wrt::runtime {

namespace {

constexpr int window_words = 3;

WRT_INLINE void write_wide(Slot* to, numeric::Wide value)
{
    to[0] = Slot::of(value.low);
    to[1] = Slot::of(value.high);
}

/// Two numbers of 128 bits in, one out.
template <numeric::Wide (*Compute)(int64_t, int64_t, int64_t, int64_t) noexcept>
WRT_HANDLER of_halves(WRT_REGISTERS)
{
    WRT_BEGIN
    Slot* const operands = fp + field_a(pc);
    write_wide(operands, Compute(operands[0].as<int64_t>(), operands[1].as<int64_t>(),
                                 operands[2].as<int64_t>(), operands[3].as<int64_t>()));
    WRT_NEXT(window_words);
}

/// Two numbers of 64 bits in, one of 128 out.
template <numeric::Wide (*Compute)(int64_t, int64_t) noexcept>
WRT_HANDLER widening(WRT_REGISTERS)
{
    WRT_BEGIN
    Slot* const operands = fp + field_a(pc);
    write_wide(operands, Compute(operands[0].as<int64_t>(), operands[1].as<int64_t>()));
    WRT_NEXT(window_words);
}

}  // namespace

Handler tables::plain_wide(Plain op)
{
    switch (raw(op)) {  // the rest is elsewhere
    case raw(Plain::i64_add128): return &of_halves<numeric::i64_add128>;
    case raw(Plain::i64_sub128): return &of_halves<numeric::i64_sub128>;
    case raw(Plain::i64_mul_wide_s): return &widening<numeric::i64_mul_wide_s>;
    case raw(Plain::i64_mul_wide_u): return &widening<numeric::i64_mul_wide_u>;
    default: return nullptr;
    }
}

}  // namespace wrt::runtime
