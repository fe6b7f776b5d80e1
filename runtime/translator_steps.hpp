// Operands and emission: the steps that every translated instruction is made of, inline because
// nothing else is done so often.
#pragma once

#include <algorithm>

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

inline bool Translator::in_second(const Operand& operand) const
{
    return operand.kind == Kind::temp && operand.producer != no_operation &&
           operand.producer == temps_[registers_of(operand.type)].second;
}

/// Where an operand can be read best.
inline Class Translator::class_of(const Operand& operand)
{
    if (operand.kind == Kind::constant) return Class::constant;
    if (in_second(operand)) return Class::t1;
    uint32_t slot = operand.slot;
    if (operand.kind == Kind::local) {
        if (operand.place() != Class::slot) return operand.place();
        slot = operand.local_slot();
    }
    return temps(operand.type).slot == slot ? Class::t0 : Class::slot;
}

/// The operation before made this operand, and may still become something else.
inline bool Translator::is_last(const Operand& operand) const
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

[[gnu::always_inline]] inline Status Translator::push(const Operand& operand)
{
    next_slot_ = operand.slot + width_of(operand.type);
    if (next_slot_ > frame_slots_) [[unlikely]]
        WRT_CHECK(use_frame(next_slot_));
    if (operands_.full()) [[unlikely]]
        WRT_CHECK(operands_.reserve(1));
    operands_.push_unchecked(operand);
    return ok();
}

inline Status Translator::push_temp(ValKind type, uint32_t producer)
{
    return push({.producer = producer, .slot = static_cast<uint16_t>(next_slot()), .type = type});
}

[[gnu::always_inline]] inline Status Translator::push_local(uint32_t local)
{
    WRT_CHECK(name_local(local));
    Operand operand = ready(local);
    operand.slot = static_cast<uint16_t>(next_slot());
    if (operands_.size() >= listed_from) [[unlikely]]
        list(operands_.size(), operand);
    return push(operand);
}

inline Status Translator::push_constant(ValKind type, uint64_t bits)
{
    return push({.constant = bits,
                 .slot = static_cast<uint16_t>(next_slot()),
                 .kind = Kind::constant,
                 .type = type});
}

inline Translator::Operand Translator::pop()
{
    const Operand operand = operands_.pop();
    next_slot_ = operand.slot;
    const uint32_t size = operands_.size();
    if (size >= listed_from && operand.kind == Kind::local) [[unlikely]]
        unlist(operand);
    if (highest_floor_ > size) [[unlikely]]
        lower_floors();
    return operand;
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
inline void Translator::note_write(uint32_t slot, ValKind type, uint32_t operand)
{
    if (options_.slots_only) return;
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

/// t0 is about to be overwritten: if what it holds still waits for its consumer, let it wait in t1.
inline void Translator::bury(Temps& t)
{
    if (t.second != no_operation || t.producer == no_operation || t.producer < barrier_) return;
    if (t.operand >= operands_.size()) return;
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

/// The operand is consumed as class `cls`: settles what its producer writes.
inline void Translator::take(const Operand& operand, Class cls, uint16_t& slot)
{
    if (operand.kind == Kind::constant) return;
    if (operand.kind == Kind::local) {
        slot = static_cast<uint16_t>(operand.local_slot());
        return;
    }
    slot = operand.slot;
    Temps& t = temps(operand.type);
    if (in_second(operand)) {
        if (cls == Class::t1)
            t.second = no_operation;
        else
            unbury(operand.type);
        return;
    }
    if (cls != Class::t0 || operand.producer == no_operation || operand.producer != t.producer ||
        operand.producer < barrier_)
        return;
    Operation& producer = operations_[operand.producer];
    if (producer.d_class == Class::slot && producer.d == operand.slot &&
        may_write(producer, Class::t0))
        producer.d_class = Class::t0;
}

// The common instructions
// ---------------------------------------------------------------------------------------------------------------

inline void Translator::drop()
{
    const Operand operand = pop();
    if (in_second(operand)) unbury(operand.type);
}

template <decoder::detail::Quick Kind>
[[gnu::always_inline]] inline Status Translator::quick(const decoder::detail::QuickRow& row,
                                                       uint32_t offset, uint64_t value)
{
    using decoder::detail::Quick;
    source_ = offset;
    ++uncharged_;
    const auto number = static_cast<uint32_t>(value);
    if constexpr (Kind == Quick::local_get) {
        return push_local(number);
    } else if constexpr (Kind == Quick::local_set) {
        return local_set(number, false);
    } else if constexpr (Kind == Quick::local_tee) {
        return local_set(number, true);
    } else if constexpr (Kind == Quick::i32_const) {
        return push_constant(ValKind::i32, value);
    } else if constexpr (Kind == Quick::i64_const) {
        return push_constant(ValKind::i64, value);
    } else if constexpr (Kind == Quick::load) {
        return load(row.op, number, row.result);
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
