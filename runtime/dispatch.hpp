// How one operation reaches the next, and how operands are read and written. All dispatch macros
// live here; handlers never name a calling convention.
//
// An operation is a run of cells. Word 0 holds its handler, word 1 four 16-bit fields
//
//     a | d | b | x        with `b` and `x` together also serving as one 32-bit immediate
//
// and further words a branch target, a 64-bit constant or a wide offset. `a`, `b`, `d` name slots
// of the frame when the operand's class is `slot`; other classes live in machine registers:
//
//     t0, t1   the last values computed and not yet consumed    (ft0, ft1 for floats)
//     l0, l1   the function's two hottest locals                (fl0, fl1 for floats)
//
// A destination of class `slot` is written to the frame *and* t0.
//
// Three forms of dispatch share the handlers:
//   tail     clang: musttail + preserve_none, twelve integer registers.
//   sibling  other optimising compilers: plain calls in tail position that the optimiser turns into
//            jumps; six integer registers, so l1 and t1 lie in the execution, as the memory's size
//            does.
//   loop     everywhere else (sanitizers, no optimisation): a handler returns the next operation.
// Handlers are not noexcept: clang refuses musttail inside noexcept functions.
//
// Each handler begins a cache line. Processors remember branches by line, a few for each: handlers
// that share one take those places from each other, and how fast a program runs would depend on
// where the linker happened to put what it uses.
#pragma once

#include <bit>
#include <concepts>
#include <cstring>
#include <type_traits>

#include <wrt/foundation/error.hpp>
#include <wrt/runtime/cell.hpp>
#include <wrt/runtime/execution.hpp>

#include "v128.hpp"

#define WRT_DISPATCH_LOOP_FORM 1
#define WRT_DISPATCH_SIBLING_FORM 2
#define WRT_DISPATCH_TAIL_FORM 3

// Not every compiler has it, and one that has not cannot read a line that names it.
#if !defined(__has_feature)
#define __has_feature(feature) 0
#endif

#if !defined(WRT_DISPATCH)
#if defined(WRT_PORTABLE_DISPATCH)
#define WRT_DISPATCH WRT_DISPATCH_LOOP_FORM
#elif defined(__clang__) && defined(__OPTIMIZE__) && defined(__x86_64__) &&                        \
    __has_attribute(preserve_none) && !__has_feature(address_sanitizer) &&                         \
    !__has_feature(thread_sanitizer) && !__has_feature(memory_sanitizer)
#define WRT_DISPATCH WRT_DISPATCH_TAIL_FORM
#elif !defined(__clang__) && defined(__GNUC__) && defined(__OPTIMIZE__) && defined(__x86_64__) &&  \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WRT_DISPATCH WRT_DISPATCH_SIBLING_FORM
#else
#define WRT_DISPATCH WRT_DISPATCH_LOOP_FORM
#endif
#endif

#define WRT_INLINE [[gnu::always_inline]] inline

namespace wrt::runtime {

/// A float register. f32 and f64 use its low lane, a v128 all of it.
using FloatRegister = double __attribute__((vector_size(16)));

/// For switches that name a few enumerators of many: -Wswitch-enum is for those that mean to name
/// all.
template <class Enum>
constexpr auto raw(Enum value) noexcept
{
    return static_cast<std::underlying_type_t<Enum>>(value);
}

/// Where an operand lives.
enum class Class : uint8_t { slot, constant, t0, t1, l0, l1 };
inline constexpr int class_count = 6;

/// A v128 as operand.
using Vector = numeric::v128;

template <class T>
inline constexpr bool is_float = std::same_as<T, float> || std::same_as<T, double>;
template <class T>
inline constexpr bool is_vector = std::same_as<T, Vector>;

#if WRT_DISPATCH == WRT_DISPATCH_TAIL_FORM

// The eighth integer register is rcx: nobody keeps a value there, so that shifts need not save it.
#define WRT_REGISTERS                                                                              \
    [[maybe_unused]] const Cell *pc, [[maybe_unused]] Slot *fp, [[maybe_unused]] uint8_t *mem,     \
        [[maybe_unused]] Execution *ex, [[maybe_unused]] uint64_t t0,                              \
        [[maybe_unused]] uint64_t l0, [[maybe_unused]] uint64_t l1,                                \
        [[maybe_unused]] uint64_t scratch_rcx, [[maybe_unused]] uint64_t mem_len,                  \
        [[maybe_unused]] uint64_t t1, [[maybe_unused]] int64_t fuel,                               \
        [[maybe_unused]] FloatRegister ft0, [[maybe_unused]] FloatRegister fl0,                    \
        [[maybe_unused]] FloatRegister fl1, [[maybe_unused]] FloatRegister ft1
#define WRT_PASS(next)                                                                             \
    next, fp, mem, ex, t0, l0, l1, undefined_register(), mem_len, t1, fuel, ft0, fl0, fl1, ft1
#define WRT_HANDLER __attribute__((preserve_none, aligned(64))) void
#define WRT_BEGIN
#define WRT_GOTO(target)                                                                           \
    do {                                                                                           \
        const Cell* const next_ = (target);                                                        \
        [[clang::musttail]] return handler_of(next_)(WRT_PASS(next_));                             \
    } while (0)
using Handler = void(__attribute__((preserve_none)) *)(const Cell*, Slot*, uint8_t*, Execution*,
                                                       uint64_t, uint64_t, uint64_t, uint64_t,
                                                       uint64_t, uint64_t, int64_t, FloatRegister,
                                                       FloatRegister, FloatRegister, FloatRegister);
// The fuel that is left lies in a register: from one charge to the next by way of memory takes
// longer than what is charged for.
#define WRT_SAVE_FUEL() (void)(ex->fuel = fuel)
#define WRT_LOAD_FUEL() (void)(fuel = ex->fuel)
#define WRT_STOP()                                                                                 \
    do {                                                                                           \
        [[clang::musttail]] return op_stop(WRT_PASS(pc));                                          \
    } while (0)

WRT_INLINE uint64_t undefined_register()
{
    uint64_t value;
    asm("" : "=r"(value));
    return value;
}

#elif WRT_DISPATCH == WRT_DISPATCH_SIBLING_FORM

#define WRT_REGISTERS                                                                              \
    [[maybe_unused]] const Cell *pc, [[maybe_unused]] Slot *fp, [[maybe_unused]] uint8_t *mem,     \
        [[maybe_unused]] Execution *ex, [[maybe_unused]] uint64_t t0,                              \
        [[maybe_unused]] uint64_t l0, [[maybe_unused]] FloatRegister ft0,                          \
        [[maybe_unused]] FloatRegister fl0, [[maybe_unused]] FloatRegister fl1,                    \
        [[maybe_unused]] FloatRegister ft1
#define WRT_PASS(next) next, fp, mem, ex, t0, l0, ft0, fl0, fl1, ft1
#define WRT_HANDLER __attribute__((aligned(64))) void
#define WRT_BEGIN                                                                                  \
    [[maybe_unused]] uint64_t &l1 = ex->seconds.l1, &t1 = ex->seconds.t1;                          \
    [[maybe_unused]] uint64_t mem_len = ex->memory_size;                                           \
    [[maybe_unused]] int64_t& fuel = ex->fuel;
#define WRT_SAVE_FUEL() (void)0
#define WRT_LOAD_FUEL() (void)0
#define WRT_GOTO(target)                                                                           \
    do {                                                                                           \
        const Cell* const next_ = (target);                                                        \
        return handler_of(next_)(WRT_PASS(next_));                                                 \
    } while (0)
using Handler = void (*)(const Cell*, Slot*, uint8_t*, Execution*, uint64_t, uint64_t,
                         FloatRegister, FloatRegister, FloatRegister, FloatRegister);
#define WRT_STOP()                                                                                 \
    do {                                                                                           \
        return op_stop(WRT_PASS(pc));                                                              \
    } while (0)

#else

/// The machine registers of the loop form.
struct Registers {
    Slot* fp;
    uint8_t* mem;
    Execution* ex;
    uint64_t t0, t1, l0, l1, mem_len;
    FloatRegister ft0, ft1, fl0, fl1;
};
#define WRT_REGISTERS const Cell *pc, Registers &registers_
#define WRT_HANDLER const Cell*
#define WRT_BEGIN                                                                                  \
    [[maybe_unused]] Slot*& fp = registers_.fp;                                                    \
    [[maybe_unused]] uint8_t*& mem = registers_.mem;                                               \
    [[maybe_unused]] Execution*& ex = registers_.ex;                                               \
    [[maybe_unused]] uint64_t &t0 = registers_.t0, &t1 = registers_.t1, &l0 = registers_.l0,       \
                              &l1 = registers_.l1, &mem_len = registers_.mem_len;                  \
    [[maybe_unused]] FloatRegister &ft0 = registers_.ft0, &ft1 = registers_.ft1,                   \
                                   &fl0 = registers_.fl0, &fl1 = registers_.fl1;                   \
    [[maybe_unused]] int64_t& fuel = ex->fuel;                                                     \
    (void)pc;
#define WRT_SAVE_FUEL() (void)0
#define WRT_LOAD_FUEL() (void)0
#define WRT_GOTO(target) return (target)
using Handler = const Cell* (*)(const Cell*, Registers&);
#define WRT_STOP()                                                                                 \
    do {                                                                                           \
        return op_stop(pc, registers_);                                                            \
    } while (0)

#endif

/// A conditional branch that is always taken. Processors predict an indirect jump from the branches
/// taken before it, and some (Zen 5 among them) note conditional ones only: where a jump goes to
/// many places in turn, this tells them how it was come by. It costs a cycle, so it stands only
/// where guessing wrong is the rule: calls through tables, returns, branch tables.
#if defined(__x86_64__) && WRT_DISPATCH != WRT_DISPATCH_LOOP_FORM
#define WRT_MARK_PATH() asm volatile("test %%rsp, %%rsp\n\tjnz 1f\n1:" ::: "cc")
#else
#define WRT_MARK_PATH() (void)0
#endif

#if WRT_DISPATCH == WRT_DISPATCH_TAIL_FORM
#define WRT_OUT_OF_BOUNDS()                                                                        \
    do {                                                                                           \
        [[clang::musttail]] return op_out_of_bounds(WRT_PASS(pc));                                 \
    } while (0)
#elif WRT_DISPATCH == WRT_DISPATCH_SIBLING_FORM
#define WRT_OUT_OF_BOUNDS()                                                                        \
    do {                                                                                           \
        return op_out_of_bounds(WRT_PASS(pc));                                                     \
    } while (0)
#else
#define WRT_OUT_OF_BOUNDS()                                                                        \
    do {                                                                                           \
        return op_out_of_bounds(pc, registers_);                                                   \
    } while (0)
#endif

/// Goes on with the operation `words` cells further.
#define WRT_NEXT(words) WRT_GOTO(pc + (words))

/// Ends the run with a trap at this operation.
#define WRT_TRAP(errc)                                                                             \
    do {                                                                                           \
        ex->trap.code = Errc::errc;                                                                \
        WRT_STOP();                                                                                \
    } while (0)

/// Ends the run: remembers where, and returns to run().
WRT_HANDLER op_stop(WRT_REGISTERS);

/// An access of memory 0 was out of bounds: once more where another thread made a shared memory
/// larger, else a trap. An operation has changed nothing when it comes here.
WRT_HANDLER op_out_of_bounds(WRT_REGISTERS);

/// Lets another handler do the rest of this operation.
#if WRT_DISPATCH == WRT_DISPATCH_TAIL_FORM
#define WRT_CONTINUE_IN(handler) [[clang::musttail]] return handler(WRT_PASS(pc))
#elif WRT_DISPATCH == WRT_DISPATCH_SIBLING_FORM
#define WRT_CONTINUE_IN(handler) return handler(WRT_PASS(pc))
#else
#define WRT_CONTINUE_IN(handler) return handler(pc, registers_)
#endif

WRT_INLINE Handler handler_of(const Cell* cell)
{
    return reinterpret_cast<Handler>(cell->bits);
}

// Fields of an operation. Slots are numbered from the frame's base.
template <class T>
WRT_INLINE T load_at(const Cell* pc, int byte)
{
    T value;
    std::memcpy(&value, reinterpret_cast<const char*>(pc) + byte, sizeof value);
    return value;
}
WRT_INLINE uint16_t field_a(const Cell* pc)
{
    return load_at<uint16_t>(pc, 8);
}
WRT_INLINE uint16_t field_d(const Cell* pc)
{
    return load_at<uint16_t>(pc, 10);
}
WRT_INLINE uint16_t field_b(const Cell* pc)
{
    return load_at<uint16_t>(pc, 12);
}
WRT_INLINE uint16_t field_x(const Cell* pc)
{
    return load_at<uint16_t>(pc, 14);
}
WRT_INLINE int32_t immediate(const Cell* pc)
{
    return load_at<int32_t>(pc, 12);
}
/// Where the operation at a function's start names the slots of its pinned locals, in bytes.
inline constexpr int enter_l0 = 16;
inline constexpr int enter_l1 = 18;
inline constexpr int enter_fl0 = 20;
inline constexpr int enter_fl1 = 22;
WRT_INLINE const Cell* target_at(const Cell* pc, int word)
{
    return reinterpret_cast<const Cell*>(pc[word].bits);
}

/// Words of an operation of `words` words whose operand `b` has class `b`: a double constant takes
/// one more, a v128 two; other constants are the 32-bit immediate (an i64 sign-extended).
template <class T, Class B>
constexpr int words_with(int words)
{
    if (B != Class::constant) return words;
    return words + (is_vector<T> ? 2 : std::same_as<T, double> ? 1 : 0);
}

/// A value that begins at a slot; a v128 takes the next one too.
template <class T>
WRT_INLINE T read_slots(const Slot* slot)
{
    if constexpr (is_vector<T>) {
        Vector value;
        std::memcpy(&value, slot, sizeof value);
        return value;
    } else {
        return slot->template as<T>();
    }
}
template <class T>
WRT_INLINE void write_slots(Slot* slot, T value)
{
    if constexpr (is_vector<T>)
        std::memcpy(static_cast<void*>(slot), &value, sizeof value);
    else
        *slot = Slot::of(value);
}

/// What a float register would hold if its value were two slots.
WRT_INLINE FloatRegister register_at(const Slot* slot)
{
    return std::bit_cast<FloatRegister>(read_slots<Vector>(slot));
}

template <class T>
WRT_INLINE T float_of(FloatRegister v)
{
    if constexpr (is_vector<T>) {
        return std::bit_cast<Vector>(v);
    } else if constexpr (std::same_as<T, double>) {
        return v[0];
    } else {
        using Floats = float __attribute__((vector_size(16)));
        return std::bit_cast<Floats>(v)[0];
    }
}

/// `value` in the low lane; the rest is whatever costs nothing.
template <class T>
WRT_INLINE FloatRegister register_of(T value)
{
    if constexpr (is_vector<T>) {
        return std::bit_cast<FloatRegister>(value);
    } else if constexpr (std::same_as<T, double>) {
        const FloatRegister v = {value, 0};
        return __builtin_shufflevector(v, v, 0, -1);
    } else {
        using Floats = float __attribute__((vector_size(16)));
        const Floats v = {value, 0, 0, 0};
        return std::bit_cast<FloatRegister>(__builtin_shufflevector(v, v, 0, -1, -1, -1));
    }
}

/// The operand of class `C` and type `T`; its slot number stands at `Byte`, its constant in the
/// immediate or, a double, in word `Word`.
template <Class C, class T, int Byte, int Word>
WRT_INLINE T read_operand(const Cell* pc, Slot* fp, uint64_t t0, uint64_t t1, uint64_t l0,
                          uint64_t l1, FloatRegister ft0, FloatRegister ft1, FloatRegister fl0,
                          FloatRegister fl1)
{
    if constexpr (C == Class::slot) {
        return read_slots<T>(fp + load_at<uint16_t>(pc, Byte));
    } else if constexpr (C == Class::constant) {
        if constexpr (std::same_as<T, double> || is_vector<T>)
            return load_at<T>(pc, Word * 8);
        else if constexpr (std::same_as<T, float>)
            return load_at<float>(pc, 12);
        else
            return static_cast<T>(load_at<int32_t>(pc, 12));
    } else if constexpr (is_float<T> || is_vector<T>) {
        return float_of<T>(C == Class::t0   ? ft0
                           : C == Class::t1 ? ft1
                           : C == Class::l0 ? fl0
                                            : fl1);
    } else {
        return static_cast<T>(C == Class::t0 ? t0 : C == Class::t1 ? t1 : C == Class::l0 ? l0 : l1);
    }
}

template <Class C, class T>
WRT_INLINE void write_operand(T value, Slot* slot, uint64_t& t0, uint64_t& t1, uint64_t& l0,
                              uint64_t& l1, FloatRegister& ft0, FloatRegister& ft1,
                              FloatRegister& fl0, FloatRegister& fl1)
{
    static_assert(C != Class::constant);
    if constexpr (is_float<T> || is_vector<T>) {
        (C == Class::t1   ? ft1
         : C == Class::l0 ? fl0
         : C == Class::l1 ? fl1
                          : ft0) = register_of(value);
        if constexpr (C == Class::slot) write_slots(slot, value);
    } else {
        const uint64_t bits = Slot::of(value).bits;
        (C == Class::t1 ? t1 : C == Class::l0 ? l0 : C == Class::l1 ? l1 : t0) = bits;
        if constexpr (C == Class::slot) slot->bits = bits;
    }
}

#define WRT_OPERAND(cls, type, byte, word)                                                         \
    read_operand<cls, type, byte, word>(pc, fp, t0, t1, l0, l1, ft0, ft1, fl0, fl1)
#define WRT_A(cls, type) WRT_OPERAND(cls, type, 8, 2)
#define WRT_B(cls, type) WRT_OPERAND(cls, type, 12, 2)
#define WRT_D(cls, type, value)                                                                    \
    write_operand<cls, type>(value, fp + field_d(pc), t0, t1, l0, l1, ft0, ft1, fl0, fl1)

// Around what may charge fuel itself or look at it, WRT_SAVE_FUEL() and WRT_LOAD_FUEL(): in the
// tail form Execution::fuel is not up to date while code runs.

/// No temp waits for a reader: an operation that calls a function need not keep them.
#if WRT_DISPATCH == WRT_DISPATCH_TAIL_FORM
WRT_INLINE FloatRegister undefined_float_register()
{
    FloatRegister value;
    asm("" : "=x"(value));
    return value;
}
#define WRT_FORGET_TEMPS()                                                                         \
    do {                                                                                           \
        t0 = undefined_register();                                                                 \
        t1 = undefined_register();                                                                 \
        ft0 = undefined_float_register();                                                          \
        ft1 = undefined_float_register();                                                          \
    } while (0)
#else
#define WRT_FORGET_TEMPS() (void)0
#endif

/// Takes over what the current instance says after something that may have changed it.
#define WRT_RELOAD_MEMORY()                                                                        \
    do {                                                                                           \
        mem_len = ex->memory_size;                                                                 \
        mem = ex->memory ? ex->memory->base : nullptr;                                             \
    } while (0)

}  // namespace wrt::runtime
