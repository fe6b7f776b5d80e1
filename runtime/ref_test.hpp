// Runtime type tests (4.2.3, 4.4.5): what ref.test, ref.cast and the branches on casts ask.
#pragma once

#include <wrt/runtime/execution.hpp>
#include <wrt/runtime/object.hpp>
#include <wrt/runtime/store.hpp>

#include "dispatch.hpp"

namespace wrt::runtime {

/// What a reference is tested for. Within a hierarchy the type of the operand has said which it is.
enum class RefTest : uint8_t {
    concrete,  ///< A structure or array type.
    function,  ///< A function type.
    all,       ///< any, extern, func, exn: whatever is not null.
    none,      ///< Their bottoms: nothing is.
    eq,
    i31,
    struct_,
    array,
};

/// The word that an operation carries: type index, test, and whether null passes.
constexpr uint64_t cast_word(RefTest test, uint32_t type_index, bool nullable)
{
    return type_index | uint64_t{static_cast<uint8_t>(test)} << 32 | uint64_t{nullable} << 40;
}

WRT_INLINE bool is_of_object(uint64_t bits)
{
    return (bits & 3) == 0;
}

/// `bits` are not null.
WRT_INLINE bool is_concrete(const Execution& execution, uint64_t bits, uint32_t type_index)
{
    if (!is_of_object(bits)) return false;
    const TypeId wanted = execution.type_ids[type_index];
    const TypeId actual = Ref{bits}.as_object()->type();
    return actual == wanted || execution.store->types().is_subtype(actual, wanted);
}

/// The tests that are not concrete. `bits` are not null.
[[gnu::noinline]] inline bool is_of(const Execution& execution, uint64_t bits, uint64_t word)
{
    switch (static_cast<RefTest>(word >> 32 & 0xff)) {
    case RefTest::concrete: return is_concrete(execution, bits, static_cast<uint32_t>(word));
    case RefTest::function:
        return execution.store->types().is_subtype(Ref{bits}.as_func()->type,
                                                   execution.type_ids[static_cast<uint32_t>(word)]);
    case RefTest::all: return true;
    case RefTest::none: return false;
    case RefTest::eq: return !Ref{bits}.is_host();
    case RefTest::i31: return Ref{bits}.is_i31();
    case RefTest::struct_:
        return is_of_object(bits) && Ref{bits}.as_object()->kind() == ObjectKind::struct_;
    case RefTest::array:
        return is_of_object(bits) && Ref{bits}.as_object()->kind() == ObjectKind::array;
    }
    WRT_UNREACHABLE();
}

template <bool Concrete>
WRT_INLINE bool passes(const Execution& execution, uint64_t bits, uint64_t word)
{
    if (bits == 0) return (word >> 40 & 1) != 0;
    if constexpr (Concrete)
        return is_concrete(execution, bits, static_cast<uint32_t>(word));
    else
        return is_of(execution, bits, word);
}

}  // namespace wrt::runtime
