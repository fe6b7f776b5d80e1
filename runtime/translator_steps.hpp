// Operands and emission: the steps that every translated instruction is made of, inline because
// nothing else is done so often.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "access_variants.hpp"
#include "translator.hpp"
#include "variants.hpp"

namespace wrt::runtime {

inline constexpr uint32_t max_frame_slots = 0xffff;

// Operands
// ---------------------------------------------------------------------------------------------------------------

/// What local.get pushes. The local was named, in this function.
inline Translator::Operand& Translator::ready(uint32_t local)
{
    return local < first_locals ? ready_[local] : far_local(local).operand;
}

/// Before a local is looked at that may be none of the first ones: makes a place for it.
inline Status Translator::name_local(uint32_t local)
{
    if (local < first_locals) [[likely]]
        return ok();
    return name_far_local(local);
}

[[gnu::always_inline]] inline bool Translator::in_second(const Operand& operand) const
{
    return operand.kind == Kind::temp && operand.producer != no_operation &&
           operand.producer == temps_[registers_of(operand.type)].second;
}

/// Where an operand can be read best. `t` are the temps of its bank.
[[gnu::always_inline]] inline Class Translator::class_of(const Operand& operand,
                                                         const Temps& t) const
{
    if (operand.kind == Kind::temp) {
        if (t.slot == operand.slot) return Class::t0;
        const bool second = operand.producer == t.second && operand.producer != no_operation;
        return second ? Class::t1 : Class::slot;
    }
    if (operand.kind == Kind::constant) return Class::constant;
    if (operand.place() != Class::slot) return operand.place();
    return t.slot == operand.local_slot() ? Class::t0 : Class::slot;
}

[[gnu::always_inline]] inline Class Translator::class_of(const Operand& operand)
{
    return class_of(operand, temps(operand.type));
}

/// Whether an operation has a variant that writes to `d`.
inline bool Translator::may_write(const Operation& operation, Class d)
{
    if (operation.results != 0) [[likely]]
        return has_class(operation.results, d);
    return may_write_slowly(operation, d);
}

/// The operation before made this operand, and may still become something else.
[[gnu::always_inline]] inline bool Translator::is_last(const Operand& operand) const
{
    if (options_.slots_only || operand.kind != Kind::temp || operand.producer == no_operation)
        return false;
    if (operand.producer < barrier_ || operand.producer != last_index()) return false;
    const Operation& operation = operations_.back();
    return operation.d_class == Class::slot && operation.d == operand.slot;
}

inline Status Translator::use_frame(uint32_t slots)
{
    if (slots > frame_slots_) frame_slots_ = slots;
    if (slots > max_frame_slots) [[unlikely]] {
        return Error{.code = Errc::frame_too_large,
                     .detail = Detail::count,
                     .offset = source_,
                     .expected = max_frame_slots,
                     .actual = slots};
    }
    return ok();
}

[[gnu::always_inline]] inline Status Translator::push(const Operand& operand, uint32_t width)
{
    next_slot_ = operand.slot + width;
    if (next_slot_ > frame_slots_) [[unlikely]]
        WRT_CHECK(use_frame(next_slot_));
    if (operands_.full()) [[unlikely]]
        WRT_CHECK(operands_.reserve(1));
    operands_.resize_unchecked(operands_.size() + 1);
    put(operands_.back(), operand);
    return ok();
}

/// As two words, because they are read again at once, and a processor waits where it has to put
/// together what was written in parts.
[[gnu::always_inline]] inline void Translator::put(Operand& place, const Operand& operand)
{
    const auto words = std::bit_cast<std::array<uint64_t, 2>>(operand);
    auto* const bytes = reinterpret_cast<unsigned char*>(&place);
    std::memcpy(bytes, &words[0], sizeof words[0]);
    std::memcpy(bytes + sizeof words[0], &words[1], sizeof words[1]);
}

/// Pushes an operand that has no slot yet. False: there is more to it than that.
[[gnu::always_inline]] inline bool Translator::push_quickly(const Operand& operand, uint32_t width)
{
    const uint32_t height = operands_.size();
    const uint32_t slot = next_slot_;
    if (height >= quick_height_ || slot + width > frame_slots_) [[unlikely]]
        return false;
    next_slot_ = slot + width;
    auto words = std::bit_cast<std::array<uint64_t, 2>>(operand);
    words[1] |= uint64_t{slot} << 32;
    operands_.resize_unchecked(height + 1);
    put(operands_.back(), std::bit_cast<Operand>(words));
    return true;
}

[[gnu::always_inline]] inline Status Translator::push(const Operand& operand)
{
    return push(operand, width_of(operand.type));
}

[[gnu::always_inline]] inline Status Translator::push_temp(ValKind type, uint32_t producer)
{
    return push({.producer = producer, .slot = static_cast<uint16_t>(next_slot()), .type = type});
}

[[gnu::always_inline]] inline Status Translator::push_local(uint32_t local)
{
    WRT_CHECK(name_local(local));
    Operand operand = ready(local);
    operand.slot = static_cast<uint16_t>(next_slot());
    if (operands_.size() >= listed_from) [[unlikely]]
        operand.constant |= list(local, operands_.size());
    return push(operand);
}

inline Status Translator::push_constant(ValKind type, uint64_t bits)
{
    return push({.constant = bits,
                 .slot = static_cast<uint16_t>(next_slot()),
                 .kind = Kind::constant,
                 .type = type});
}

// No operand that was popped is passed on by its address, but for copies where that is rare: so
// that its fields stay in registers.

[[gnu::always_inline]] inline Translator::Operand Translator::pop()
{
    const Operand operand = operands_.pop();
    next_slot_ = operand.slot;
    if (operands_.size() >= listed_from && operand.kind == Kind::local) [[unlikely]]
        unlist(operand.local(), operand.older());
    if (highest_floor_ > operands_.size()) [[unlikely]]
        lower_floors();
    return operand;
}

/// `b` is the topmost.
[[gnu::always_inline]] inline void Translator::pop_two(Operand& a, Operand& b)
{
    const uint32_t size = operands_.size() - 2;
    b = operands_[size + 1];
    a = operands_[size];
    operands_.truncate(size);
    next_slot_ = a.slot;
    if (size + 1 >= listed_from) [[unlikely]] {
        if (b.kind == Kind::local) unlist(b.local(), b.older());
        if (a.kind == Kind::local && size >= listed_from) unlist(a.local(), a.older());
    }
    if (highest_floor_ > size) [[unlikely]]
        lower_floors();
}

/// No operand below `height` is what the floor says any more.
inline void Translator::raise_floor(uint32_t& floor, uint32_t height)
{
    floor = std::max(floor, height);
    highest_floor_ = std::max(highest_floor_, height);
}

// Emission
// ---------------------------------------------------------------------------------------------------------------

// What emits is inlined wherever it is called: an operation is then made field by field where it
// stays. Made elsewhere and copied, it would be read as a whole right after its fields were
// written, for which processors wait.

[[gnu::always_inline]] inline Status Translator::emit(Operation operation)
{
    if (operations_.full()) [[unlikely]]
        WRT_CHECK(operations_.reserve(1));
    operation.source = source_;
    operations_.push_unchecked(operation);
    return ok();
}

/// Emits an operation that writes its result to slot and t0 or to a pin; `operand` is the place on
/// the stack where the result is or will be, if it is one.
[[gnu::always_inline]] inline Status Translator::emit_write(const Operation& operation,
                                                            ValKind type, uint32_t operand)
{
    WRT_CHECK(emit(operation));
    if (operation.d_class == Class::slot) note_write(operation.d, type, operand);
    return ok();
}

[[gnu::always_inline]] inline Status Translator::emit_result(Operation operation, ValKind type)
{
    operation.d_class = Class::slot;
    operation.d = static_cast<uint16_t>(next_slot());
    operation.bank = bank_of(type);
    WRT_CHECK(emit_write(operation, type, operands_.size()));
    return push_temp(type, last_index());
}

/// The last operation writes to `slot`, and t0.
[[gnu::always_inline]] inline void Translator::note_write(uint32_t slot, ValKind type,
                                                          uint32_t operand)
{
    if (options_.slots_only) [[unlikely]]
        return;
    const uint32_t width = width_of(type);
    const int bank = registers_of(type);
    Temps& other = temps_[1 - bank];
    if (other.overlaps(slot, width)) other = {.second = other.second};
    Temps& t = temps_[bank];
    if (!t.overlaps(slot, width)) bury(t);
    t.slot = slot;
    t.width = width;
    t.producer = last_index();
    t.operand = operand;
}

/// The last operation makes a number, which is no vector, for the operand that is pushed next: to
/// its slot and t0.
[[gnu::always_inline]] inline Status Translator::note_number(ValKind type)
{
    WRT_ASSERT(type != ValKind::v128);
    const int bank = registers_of(type);
    const uint32_t slot = next_slot_;
    const uint32_t producer = last_index();
    if (!options_.slots_only) [[likely]] {
        Temps& other = temps_[1 - bank];
        if (slot - other.slot < other.width) other = {.second = other.second};
        Temps& t = temps_[bank];
        if (slot - t.slot >= t.width) bury(t);
        t = {.slot = slot, .producer = producer, .operand = operands_.size(), .second = t.second};
    }
    return push({.producer = producer, .slot = static_cast<uint16_t>(slot), .type = type}, 1);
}

/// emit_result() of a number that is no vector.
[[gnu::always_inline]] inline Status Translator::emit_number(Operation operation, ValKind type)
{
    operation.d_class = Class::slot;
    operation.d = static_cast<uint16_t>(next_slot());
    operation.bank = static_cast<Bank>(registers_of(type));
    WRT_CHECK(emit(operation));
    return note_number(type);
}

/// t0 is about to be overwritten: if what it holds still waits for its consumer, let it wait in t1.
[[gnu::always_inline]] inline void Translator::bury(Temps& t)
{
    if (t.operand >= operands_.size()) return;  // it is consumed, which is the rule
    if (t.second != no_operation || t.producer == no_operation || t.producer < barrier_) return;
    const Operand& waiting = operands_[t.operand];
    Operation& producer = operations_[t.producer];
    if (waiting.kind != Kind::temp || waiting.producer != t.producer) return;
    if (producer.d_class != Class::slot || producer.d != waiting.slot ||
        !may_write(producer, Class::t1))
        return;
    producer.d_class = Class::t1;
    t.second = t.producer;
}

/// What t1 holds goes to its slot after all.
inline void Translator::unbury(ValKind type)
{
    Temps& t = temps(type);
    if (t.second == no_operation) return;
    operations_[t.second].d_class = Class::slot;
    t.second = no_operation;
}

inline void Translator::unbury_all()
{
    unbury(ValKind::i64);
    unbury(ValKind::f64);
}

inline void Translator::forget_temps()
{
    for (Temps& t : temps_)
        t = {.second = t.second};
}

/// Slots are written: registers repeat them no longer.
inline void Translator::forget_slots(uint32_t slot, uint32_t width)
{
    for (Temps& t : temps_) {
        if (t.overlaps(slot, width)) t = {.second = t.second};
    }
}

/// The operand is consumed as class `cls`: settles what its producer writes. `t` are the temps of
/// its bank.
[[gnu::always_inline]] inline void Translator::take(const Operand& operand, Class cls,
                                                    uint16_t& slot, Temps& t)
{
    if (operand.kind == Kind::constant) return;
    if (operand.kind == Kind::local) {
        slot = static_cast<uint16_t>(operand.local_slot());
        return;
    }
    slot = operand.slot;
    if (operand.producer == no_operation) return;
    if (operand.producer == t.second) {
        if (cls == Class::t1)
            t.second = no_operation;
        else
            unbury(operand.type);
        return;
    }
    if (cls != Class::t0 || operand.producer != t.producer || operand.producer < barrier_) return;
    Operation& producer = operations_[operand.producer];
    if (producer.d_class == Class::slot && producer.d == operand.slot &&
        may_write(producer, Class::t0))
        producer.d_class = Class::t0;
}

inline void Translator::take(const Operand& operand, Class cls, uint16_t& slot)
{
    take(operand, cls, slot, temps(operand.type));
}

/// Moves a constant or a local into the operand's own slot, so that it is a temp. `index` says
/// where it is or soon will be on the stack; without, it was popped.
[[gnu::always_inline]] inline Status Translator::to_home(Operand& operand, uint32_t index)
{
    if (operand.kind == Kind::temp) {
        if (in_second(operand)) unbury(operand.type);
        return ok();
    }
    Operand moved = operand;
    WRT_CHECK(move_home(moved, index));
    operand = moved;
    return ok();
}

/// Makes the operand readable from a slot, for operations without a better variant.
[[gnu::always_inline]] inline Status Translator::force_slot(Operand& operand, Class& cls)
{
    if (cls == Class::constant || cls == Class::l0 || cls == Class::l1) WRT_CHECK(to_home(operand));
    if (in_second(operand)) unbury(operand.type);
    cls = Class::slot;
    return ok();
}

// The common instructions
// ---------------------------------------------------------------------------------------------------------------

inline void Translator::drop()
{
    const Operand operand = pop();
    if (in_second(operand)) unbury(operand.type);
}

/// quick() of what may emit something.
template <decoder::detail::Quick Kind>
[[gnu::always_inline]] inline Status
Translator::quick_operation(const decoder::detail::QuickRow& row, uint32_t number)
{
    using decoder::detail::Quick;
    if constexpr (Kind == Quick::local_set) {
        return local_set(number, false);
    } else if constexpr (Kind == Quick::local_tee) {
        return local_set(number, true);
    } else if constexpr (Kind == Quick::load) {
        return load<false>(row.op, number, row.result);
    } else if constexpr (Kind == Quick::store) {
        return store(row.op, number, row.operand);
    } else if constexpr (Kind == Quick::binary) {
        return numeric_binary(row.op, row.operand, row.result);
    } else if constexpr (Kind == Quick::unary) {
        return numeric_unary(row.op, row.result);
    } else {
        static_assert(Kind == Quick::drop);
        drop();
        return ok();
    }
}

template <decoder::detail::Quick Kind>
[[gnu::always_inline]] inline Status Translator::quick(const decoder::detail::QuickRow& row,
                                                       uint32_t offset, uint64_t value)
{
    using decoder::detail::Quick;
    ++uncharged_;
    const auto number = static_cast<uint32_t>(value);
    if constexpr (Kind == Quick::local_get) {
        const Operand& local = ready_[number];
        if (push_quickly(local, width_of(local.type))) [[likely]]
            return ok();
        return push_apart(number, offset);
    } else if constexpr (Kind == Quick::i32_const || Kind == Quick::i64_const) {
        constexpr ValKind type = Kind == Quick::i64_const ? ValKind::i64 : ValKind::i32;
        if (push_quickly({.constant = value, .kind = Translator::Kind::constant, .type = type}, 1))
            [[likely]]
            return ok();
        return push_apart(type, value, offset);
    } else {
        source_ = offset;
        return quick_operation<Kind>(row, number);
    }
}

template <decoder::detail::Quick Kind>
inline Status Translator::control(const decoder::Instruction& instruction)
{
    using decoder::detail::Quick;
    source_ = instruction.offset;
    ++uncharged_;
    if constexpr (Kind == Quick::block) {
        return open_block(instruction);
    } else if constexpr (Kind == Quick::else_) {
        return else_();
    } else if constexpr (Kind == Quick::end) {
        return end();
    } else if constexpr (Kind == Quick::br) {
        return branch(instruction.index);
    } else if constexpr (Kind == Quick::br_if) {
        return branch_if(instruction.index, pop(), false, false);
    } else if constexpr (Kind == Quick::return_) {
        dead_ = true;
        return return_();
    } else if constexpr (Kind == Quick::call) {
        return call(instruction);
    } else {
        static_assert(Kind == Quick::global);
        return instruction.op == Instr::global_get ? global_get(instruction.index)
                                                   : global_set(instruction.index);
    }
}

}  // namespace wrt::runtime
