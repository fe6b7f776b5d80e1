// Translation of straight-line code: the operand stack, and every instruction that is no control.
#include "translator_steps.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <wrt/foundation/assert.hpp>

#include "binary_variants.hpp"
#include "variants.hpp"

namespace wrt::runtime {

using decoder::Instruction;

namespace {

/// Whether `bits` of a constant of that type, which is no vector, fit the 32-bit immediate of an
/// operation.
bool fits_immediate(ValKind type, uint64_t bits)
{
    if (type != ValKind::i64 && type != ValKind::ref) return true;  // f64 has a word of its own
    return static_cast<int64_t>(bits) == static_cast<int64_t>(static_cast<int32_t>(bits));
}

/// The comparison that says the same with its operands exchanged, or nop.
constexpr Instr find_exchanged(Instr op)
{
    switch (raw(op)) {  // comparisons only
    case raw(Instr::i32_lt_s): return Instr::i32_gt_s;
    case raw(Instr::i32_lt_u): return Instr::i32_gt_u;
    case raw(Instr::i32_gt_s): return Instr::i32_lt_s;
    case raw(Instr::i32_gt_u): return Instr::i32_lt_u;
    case raw(Instr::i32_le_s): return Instr::i32_ge_s;
    case raw(Instr::i32_le_u): return Instr::i32_ge_u;
    case raw(Instr::i32_ge_s): return Instr::i32_le_s;
    case raw(Instr::i32_ge_u): return Instr::i32_le_u;
    case raw(Instr::i64_lt_s): return Instr::i64_gt_s;
    case raw(Instr::i64_lt_u): return Instr::i64_gt_u;
    case raw(Instr::i64_gt_s): return Instr::i64_lt_s;
    case raw(Instr::i64_gt_u): return Instr::i64_lt_u;
    case raw(Instr::i64_le_s): return Instr::i64_ge_s;
    case raw(Instr::i64_le_u): return Instr::i64_ge_u;
    case raw(Instr::i64_ge_s): return Instr::i64_le_s;
    case raw(Instr::i64_ge_u): return Instr::i64_le_u;
    case raw(Instr::f32_lt): return Instr::f32_gt;
    case raw(Instr::f32_gt): return Instr::f32_lt;
    case raw(Instr::f32_le): return Instr::f32_ge;
    case raw(Instr::f32_ge): return Instr::f32_le;
    case raw(Instr::f64_lt): return Instr::f64_gt;
    case raw(Instr::f64_gt): return Instr::f64_lt;
    case raw(Instr::f64_le): return Instr::f64_ge;
    case raw(Instr::f64_ge): return Instr::f64_le;
    default: return Instr::nop;
    }
}

consteval std::array<Instr, instr_count> make_exchanged()
{
    std::array<Instr, instr_count> table{};
    for (uint32_t i = 0; i < instr_count; ++i)
        table[i] = find_exchanged(static_cast<Instr>(i));
    return table;
}

Instr exchanged(Instr op)
{
    static constexpr auto table = make_exchanged();
    return table[raw(op)];
}

/// x > k as x >= k + 1 and x <= k as x < k + 1; false where k is the largest number.
bool next_constant(Instr& op, uint64_t& bits)
{
    const auto step = [&](Instr replacement, uint64_t largest, uint64_t mask) {
        if (bits == largest) return false;
        bits = (bits + 1) & mask;
        op = replacement;
        return true;
    };
    constexpr uint64_t word = 0xffffffffu;
    constexpr uint64_t all = ~uint64_t{0};
    switch (raw(op)) {  // those comparisons only
    case raw(Instr::i32_gt_s): return step(Instr::i32_ge_s, 0x7fffffffu, word);
    case raw(Instr::i32_gt_u): return step(Instr::i32_ge_u, word, word);
    case raw(Instr::i32_le_s): return step(Instr::i32_lt_s, 0x7fffffffu, word);
    case raw(Instr::i32_le_u): return step(Instr::i32_lt_u, word, word);
    case raw(Instr::i64_gt_s): return step(Instr::i64_ge_s, all >> 1, all);
    case raw(Instr::i64_gt_u): return step(Instr::i64_ge_u, all, all);
    case raw(Instr::i64_le_s): return step(Instr::i64_lt_s, all >> 1, all);
    case raw(Instr::i64_le_u): return step(Instr::i64_lt_u, all, all);
    default: return false;
    }
}

/// Adds the offset to a constant address, if 32 bits hold the sum.
bool fits_address(uint64_t address, uint32_t& offset)
{
    const uint64_t sum = uint64_t{static_cast<uint32_t>(address)} + offset;
    if (sum > 0xffffffffu) return false;
    offset = static_cast<uint32_t>(sum);
    return true;
}

}  // namespace

// Operands
// ---------------------------------------------------------------------------------------------------------------

/// The first locals take their slots; see find_local_slot().
void Translator::ready_first_locals()
{
    named_locals_ = 0;
    const uint32_t count = std::min(declared_.count(), first_locals);
    uint32_t local = 0;
    uint32_t slot = 0;
    for (const decoder::LocalRun& run : declared_.runs()) {
        Operand operand{.kind = Kind::local, .type = run.type.kind()};
        operand.set_place(Class::slot);
        const uint32_t width = width_of(operand.type);
        for (const uint32_t end = std::min(run.end, count); local < end; ++local) {
            const uint32_t gap = slot < param_slots_ ? 0 : locals_base_ - param_slots_;
            operand.constant = Operand::of_local(local, slot + gap, 0);
            ready_[local] = operand;
            slot += width;
        }
        if (local == count) break;
    }
    std::fill_n(weights_, count, 0u);
    if (lists_) std::fill_n(newest_, first_locals, no_operation);
    lists_ = false;
}

/// The place of a local that was named, or a free one.
Translator::LocalPlace& Translator::local_place(uint32_t local)
{
    const uint32_t mask = local_places_.size() - 1;
    constexpr uint32_t golden_ratio = 0x9e3779b9u;  // Fibonacci hashing
    for (uint32_t at = local * golden_ratio >> 7;; ++at) {
        LocalPlace& place = local_places_[at & mask];
        if (place.stamp != function_ + 1 || place.local == local) return place;
    }
}

/// name_local() where that takes a place.
Status Translator::name_far_local(uint32_t local)
{
    if (2 * (named_locals_ + 1) > local_places_.size()) {
        constexpr uint32_t first_size = 256;
        const uint32_t size = std::max(2 * local_places_.size(), first_size);
        WRT_CHECK(local_places_.reserve(size - local_places_.size()));
        local_places_.resize_unchecked(size);
        std::fill(local_places_.begin(), local_places_.end(), LocalPlace{});
        for (uint32_t i = 0; i < named_locals_; ++i)
            local_place(locals_[i].operand.local()) = {function_ + 1, locals_[i].operand.local(),
                                                       i};
    }
    LocalPlace& place = local_place(local);
    if (place.stamp == function_ + 1) return ok();
    place = {function_ + 1, local, named_locals_};
    if (named_locals_ == locals_.size()) WRT_CHECK(locals_.push({}));
    LocalState& state = locals_[named_locals_++];
    state = LocalState{};
    state.operand = {.constant = Operand::of_local(local, find_local_slot(local), 0),
                     .kind = Kind::local,
                     .type = declared_.type_of(local).kind()};
    state.operand.set_place(Class::slot);
    return ok();
}

Translator::LocalState& Translator::far_local(uint32_t local)
{
    const LocalPlace& place = local_place(local);
    WRT_ASSERT(place.stamp == function_ + 1);
    return locals_[place.state];
}

uint32_t& Translator::weight_of(uint32_t local)
{
    return local < first_locals ? weights_[local] : far_local(local).weight;
}

uint32_t& Translator::newest_of(uint32_t local)
{
    return local < first_locals ? newest_[local] : far_local(local).newest;
}

/// An operand of the local will be at `index` of the stack, which is among those that are listed.
/// The next one below.
uint32_t Translator::list(uint32_t local, uint32_t index)
{
    if (!lists_) std::fill_n(newest_, first_locals, no_operation);
    lists_ = true;
    return std::exchange(newest_of(local), index);
}

void Translator::unlist(uint32_t local, uint32_t older)
{
    newest_of(local) = older;
}

bool Translator::may_write_slowly(const Operation& operation, Class d)
{
    switch (raw(operation.family)) {  // families with a destination class
    case raw(Family::binary):
        return may_be_binary(operation.instr, operation.a_class, operation.b_class, d);
    case raw(Family::unary): return has_unary(operation.instr, operation.a_class, d);
    case raw(Family::load): return has_load(operation.instr, operation.a_class, d);
    case raw(Family::load_sum):
        return has_load_sum(operation.instr, operation.a_class, operation.b_class, d);
    case raw(Family::move):
    case raw(Family::constant):
    case raw(Family::global_get):
        return operation.bank == Bank::vector ? is_vector_place(d) : is_place(d);
    case raw(Family::struct_get): return has_struct_get(operation.a_class, d);
    case raw(Family::array_get): return has_array_get(operation.a_class, operation.b_class, d);
    case raw(Family::gc_unary): return has_gc_unary(operation.instr, operation.a_class, d);
    case raw(Family::ref_test): return has_ref_test(operation.a_class, d);
    case raw(Family::select):
        return has_select(operation.bank == Bank::integer, operation.a_class, operation.b_class,
                          operation.x_class, d);
    default: return vector_may_write(operation, d);
    }
}

/// What push_quickly() leaves.
Status Translator::push_apart(uint32_t local, uint32_t offset)
{
    source_ = offset;
    return push_local(local);
}

Status Translator::push_apart(ValKind type, uint64_t bits, uint32_t offset)
{
    source_ = offset;
    return push_constant(type, bits);
}

/// The stack is lower than some floor.
void Translator::lower_floors()
{
    const uint32_t height = operands_.size();
    lazy_floor_ = std::min(lazy_floor_, height);
    home_floor_ = std::min(home_floor_, height);
    roots_floor_ = std::min(roots_floor_, height);
    highest_floor_ = std::max({lazy_floor_, home_floor_, roots_floor_});
}

void Translator::drop_to(uint32_t height)
{
    unbury_all();
    while (operands_.size() > height)
        pop();
}

/// Results of a call or a block: temps that lie at home; after a call the first is in its register
/// too.
Status Translator::push_results(std::span<const ValType> types, bool first_in_register)
{
    for (size_t i = 0; i < types.size(); ++i) {
        const ValKind type = types[i].kind();
        if (i == 0 && first_in_register && types.size() == 1 && !options_.slots_only)
            temps(type) = {.slot = next_slot(), .width = width_of(type)};
        WRT_CHECK(push_temp(type, no_operation));
    }
    return ok();
}

// Emission
// ---------------------------------------------------------------------------------------------------------------

/// Nothing before this point may be changed any more, and registers hold nothing.
void Translator::barrier()
{
    unbury_all();
    forget_temps();
    barrier_ = operations_.size();
}

/// to_home() of a constant or a local.
Status Translator::move_home(Operand& operand, uint32_t index)
{
    const bool vector = operand.type == ValKind::v128;
    Operation operation{.bank = bank_of(operand.type),
                        .d = operand.slot,
                        .results = vector ? vector_move_results : move_results};
    if (operand.kind == Kind::constant) {
        operation.family = Family::constant;
        operation.constant = operand.constant;
        operation.wide =
            operation.bank != Bank::integer || !fits_immediate(operand.type, operand.constant);
    } else {
        operation.family = Family::move;
        operation.a_class = class_of(operand);
        take(operand, operation.a_class, operation.a);
    }
    WRT_CHECK(emit_write(operation, operand.type, index));
    operand.constant = operand.bits();
    operand.kind = Kind::temp;
    operand.producer = last_index();
    return ok();
}

/// The operand stays on the stack and lies at home from now on, whatever its consumer would prefer.
Status Translator::settle(uint32_t index)
{
    Operand operand = operands_[index];
    // Locals are settled newest first or all together, so this is the head of its list or the list
    // goes with it.
    if (index >= listed_from && operand.kind == Kind::local && newest_of(operand.local()) == index)
        unlist(operand.local(), operand.older());
    WRT_CHECK(to_home(operand, index));
    operand.producer = no_operation;
    operands_[index] = operand;
    return ok();
}

/// Settles the topmost operands, of which there are some.
Status Translator::settle_some(uint32_t count)
{
    const uint32_t first = operands_.size() - count;
    // From the top, so that the lists of locals shrink from their heads; below them nothing may
    // stay unlinked.
    for (uint32_t i = operands_.size(); i-- > first;) {
        if (operands_[i].kind == Kind::local) WRT_CHECK(settle(i));
    }
    for (uint32_t i = first; i < operands_.size(); ++i) {
        Operand& operand = operands_[i];
        if (operand.kind != Kind::temp) {
            WRT_CHECK(settle(i));
            continue;
        }
        if (in_second(operand)) unbury(operand.type);
        operand.producer = no_operation;
    }
    return ok();
}

/// The lowest `keep` operands lie in their slots, whatever they are. Each is looked at once.
Status Translator::settle_all(uint32_t keep)
{
    for (uint32_t i = keep; i-- > home_floor_;) {
        if (operands_[i].kind == Kind::local) WRT_CHECK(settle(i));
    }
    for (uint32_t i = home_floor_; i < keep; ++i)
        WRT_CHECK(settle(i));
    raise_floor(home_floor_, keep);
    return ok();
}

/// No operand reads a local later than here: what follows may run or not.
Status Translator::settle_locals()
{
    for (uint32_t i = operands_.size(); i-- > lazy_floor_;) {
        if (operands_[i].kind == Kind::local) WRT_CHECK(settle(i));
    }
    raise_floor(lazy_floor_, operands_.size());
    return ok();
}

/// The local is about to change: operands that stand for its old value take it now.
Status Translator::settle_uses(uint32_t local)
{
    if (lists_) {
        while (newest_of(local) != no_operation)
            WRT_CHECK(settle(newest_of(local)));
    }
    for (uint32_t i = std::min(operands_.size(), listed_from); i-- > lazy_floor_;) {
        const Operand& operand = operands_[i];
        if (operand.kind == Kind::local && operand.local() == local) WRT_CHECK(settle(i));
    }
    return ok();
}

// Instructions
// ----------------------------------------------------------------------------------------------------------

/// A constant comes second, as far as that can be.
Status Translator::constant_first(Binary& binary)
{
    const Instr other = is_commutative_binary(binary.op) ? binary.op : exchanged(binary.op);
    if (binary.b.kind == Kind::constant || other == Instr::nop) return to_home(binary.a);
    std::swap(binary.a, binary.b);
    binary.op = other;
    return ok();
}

/// Of what is no operation of its own: the one that does the same.
Status Translator::restate(Binary& binary)
{
    if (binary.b.kind == Kind::constant) {
        if (next_constant(binary.op, binary.b.constant)) return ok();
        WRT_CHECK(to_home(binary.b));
    }
    std::swap(binary.a, binary.b);
    binary.op = exchanged(binary.op);
    return ok();
}

/// There is no variant for operands that lie there: they lie elsewhere from now on.
Status Translator::force_binary(Binary& binary)
{
    const auto found = [&] {
        if (is_commutative_binary(binary.op) && binary.b_class != Class::constant &&
            binary.b_class < binary.a_class) {
            std::swap(binary.a, binary.b);
            std::swap(binary.a_class, binary.b_class);
        }
        return may_be_binary(binary.op, binary.a_class, binary.b_class, Class::slot);
    };
    if (binary.b_class == Class::t1) WRT_CHECK(force_slot(binary.b, binary.b_class));
    if (found()) return ok();
    if (binary.a_class == Class::t1) WRT_CHECK(force_slot(binary.a, binary.a_class));
    if (found()) return ok();
    WRT_CHECK(force_slot(binary.b, binary.b_class));
    return force_slot(binary.a, binary.a_class);
}

Status Translator::numeric_binary(Instr op, ValKind operand_type, ValKind result_type)
{
    Operand a;
    Operand b;
    Class a_class{};
    Class b_class{};
    pop_two(a, b);
    const auto apart = [&](auto member) __attribute__((always_inline)) -> Status {
        Binary binary{op, a_class, b_class, a, b};
        WRT_CHECK((this->*member)(binary));
        op = binary.op;
        a_class = binary.a_class;
        b_class = binary.b_class;
        a = binary.a;
        b = binary.b;
        return ok();
    };
    if (a.kind == Kind::constant) [[unlikely]]
        WRT_CHECK(apart(&Translator::constant_first));
    uint8_t traits = binary_traits(op);
    if ((traits & BinaryTraits::written_otherwise) != 0) [[unlikely]] {
        WRT_CHECK(apart(&Translator::restate));
        traits = binary_traits(op);
    }
    if (b.kind == Kind::constant) {
        if ((traits & BinaryTraits::subtracts) != 0) {
            b.constant = op == Instr::i32_sub ? uint64_t{0u - static_cast<uint32_t>(b.constant)}
                                              : 0u - b.constant;
            op = op == Instr::i32_sub ? Instr::i32_add : Instr::i64_add;
            traits = BinaryTraits::commutative;
        }
        if (!fits_immediate(operand_type, b.constant)) [[unlikely]]
            WRT_CHECK(to_home(b));
    }

    Temps& t = temps(operand_type);
    a_class = class_of(a, t);
    b_class = class_of(b, t);
    if ((traits & BinaryTraits::commutative) != 0 && b_class != Class::constant &&
        b_class < a_class) {
        std::swap(a, b);
        std::swap(a_class, b_class);
    }
    uint8_t results = binary_results(op, a_class, b_class);
    if (!has_class(results, Class::slot)) [[unlikely]] {
        WRT_CHECK(apart(&Translator::force_binary));
        results = binary_results(op, a_class, b_class);
    }
    Operation operation{.family = Family::binary,
                        .a_class = a_class,
                        .b_class = b_class,
                        .instr = op,
                        .results = results};
    take(a, a_class, operation.a, t);
    take(b, b_class, operation.b, t);
    operation.constant = b.bits();
    return emit_number(operation, result_type);
}

/// i32.wrap_i64 of a constant or a local.
Status Translator::wrap_other()
{
    Operand a = pop();
    a.type = ValKind::i32;
    if (a.kind == Kind::constant)
        a.constant &= 0xffffffffu;
    else
        WRT_CHECK(to_home(a, operands_.size()));
    return push(a);
}

Status Translator::numeric_unary(Instr op, ValKind result_type)
{
    // i32 operands are read from the low half, so wrapping is only another way to look at the same
    // slot.
    if (op == Instr::i32_wrap_i64) {
        Operand top = operands_.back();
        if (top.kind != Kind::temp) return wrap_other();
        top.type = ValKind::i32;
        put(operands_.back(), top);
        return ok();
    }
    if (op == Instr::i32_eqz && is_last(operands_.back()) && last().family == Family::binary) {
        if (const Instr other = opposite(last().instr); other != Instr::nop) {
            last().instr = other;
            return ok();
        }
    }
    Operand a = pop();
    if (a.kind == Kind::constant) WRT_CHECK(to_home(a));
    Class a_class = class_of(a);
    if (!has_class(unary_results(op, a_class), Class::slot)) WRT_CHECK(force_slot(a, a_class));
    Operation operation{.family = Family::unary,
                        .a_class = a_class,
                        .instr = op,
                        .results = unary_results(op, a_class)};
    take(a, a_class, operation.a);
    return emit_number(operation, result_type);
}

Status Translator::local_set(uint32_t local, bool tee)
{
    WRT_CHECK(name_local(local));
    const Operand value = pop();
    if (value.kind == Kind::local && value.local() == local) return tee ? push_local(local) : ok();

    if (operands_.size() > lazy_floor_) WRT_CHECK(settle_uses(local));
    const Operand& own = ready(local);
    const Class place = own.place();
    const auto slot = static_cast<uint16_t>(own.local_slot());
    const bool pinned = place != Class::slot;
    if (is_last(value) && may_write(last(), place)) {
        Temps& t = temps(value.type);
        t = {.second = t.second};
        last().d_class = place;
        if (!pinned) {
            forget_slots(slot, width_of(value.type));
            last().d = slot;
            t.slot = slot;
            t.width = width_of(value.type);
        }
        return tee ? push_local(local) : ok();
    }

    const ValKind type = own.type;
    Operation operation{.bank = bank_of(type), .d_class = place, .d = slot};
    if (value.kind == Kind::constant) {
        operation.family = Family::constant;
        operation.constant = value.constant;
        operation.wide =
            operation.bank != Bank::integer || !fits_immediate(value.type, value.constant);
    } else {
        operation.family = Family::move;
        operation.a_class = class_of(value);
        take(value, operation.a_class, operation.a);
    }
    WRT_CHECK(emit_write(operation, type, no_operation));
    if (!pinned) temps(type).producer = no_operation;  // a local's home is always written
    return tee ? push_local(local) : ok();
}

Status Translator::select(ValKind type)
{
    Operand condition = pop();
    Operand b = pop();
    Operand a = pop();
    if (a.kind == Kind::constant) WRT_CHECK(to_home(a));
    if (b.kind == Kind::constant) WRT_CHECK(to_home(b));
    if (condition.kind == Kind::constant) WRT_CHECK(to_home(condition));
    Class a_class = class_of(a);
    Class b_class = class_of(b);
    const Class condition_class = class_of(condition);
    // A select reads t1 only as its condition, and t0 once: the same local may be there for several
    // operands. Nothing may be emitted from here on, it would overwrite t0.
    const bool integers = bank_of(type) == Bank::integer;
    const auto clashes = [&](Class cls) {
        return cls == Class::t1 || (cls == Class::t0 && integers && condition_class == Class::t0);
    };
    if (clashes(a_class)) WRT_CHECK(force_slot(a, a_class));
    if (clashes(b_class) || (a_class == Class::t0 && b_class == Class::t0))
        WRT_CHECK(force_slot(b, b_class));
    WRT_ASSERT(has_select(integers, a_class, b_class, condition_class, Class::slot));
    Operation operation{.family = Family::select,
                        .a_class = a_class,
                        .b_class = b_class,
                        .x_class = condition_class};
    take(a, a_class, operation.a);
    take(b, b_class, operation.b);
    take(condition, condition_class, operation.x);
    return emit_result(operation, type);
}

/// What takes more than a 32-bit address and offset, or is of another memory than the first.
bool Translator::is_wide(const Instruction& access) const
{
    return access.index != 0 || access.value > 0xffffffffu || syntax_.memories[0].limits.is64;
}

Status Translator::wide_load(const Instruction& instruction, ValKind type)
{
    Operand address = pop();
    Class cls = class_of(address);
    WRT_CHECK(force_slot(address, cls));
    Operation operation{.family = Family::wide_load,
                        .instr = instruction.op,
                        .b = static_cast<uint16_t>(instruction.index)};
    take(address, cls, operation.a);
    operation.constant = instruction.value;
    return emit_result(operation, type);
}

Status Translator::load(const Instruction& instruction, ValKind type)
{
    if (is_wide(instruction)) return wide_load(instruction, type);
    const auto offset = static_cast<uint32_t>(instruction.value);
    return type == ValKind::v128 ? load<true>(instruction.op, offset, type)
                                 : load<false>(instruction.op, offset, type);
}

template <bool Vector>
Status Translator::load(Instr op, uint32_t offset, ValKind type)
{
    Operand address = pop();
    if (is_last(address) && last().family == Family::binary && last().instr == Instr::i32_add) {
        const uint8_t results = load_sum_results(op, last().a_class, last().b_class);
        if (has_class(results, Class::slot)) {
            Operation& sum = last();
            forget_slots(sum.d, 1);
            sum.family = Family::load_sum;
            sum.bank = bank_of(type);
            sum.instr = op;
            sum.results = results;
            sum.index = offset;
            sum.source = source_;
            if constexpr (!Vector) return note_number(type);
            note_write(sum.d, type, operands_.size());
            return push_temp(type, last_index());
        }
    }
    if (address.kind == Kind::constant &&
        (!has_load(op, Class::constant, Class::slot) || !fits_address(address.constant, offset)))
        WRT_CHECK(to_home(address));
    Class cls = class_of(address, temps_[0]);
    uint8_t results = load_results(op, cls);
    if (!has_class(results, Class::slot)) [[unlikely]] {
        WRT_CHECK(force_slot(address, cls));
        results = load_results(op, cls);
    }
    Operation operation{
        .family = Family::load, .a_class = cls, .instr = op, .index = offset, .results = results};
    take(address, cls, operation.a, temps_[0]);
    if constexpr (Vector) return emit_result(operation, type);
    return emit_number(operation, type);
}

template Status Translator::load<false>(Instr op, uint32_t offset, ValKind type);
template Status Translator::load<true>(Instr op, uint32_t offset, ValKind type);

Status Translator::wide_store(const Instruction& instruction)
{
    Operand value = pop();
    Operand address = pop();
    Class address_class = class_of(address);
    WRT_CHECK(force_slot(address, address_class));
    Class value_class = class_of(value);
    WRT_CHECK(force_slot(value, value_class));
    Operation operation{.family = Family::wide_store,
                        .instr = instruction.op,
                        .b = static_cast<uint16_t>(instruction.index)};
    take(address, address_class, operation.a);
    take(value, value_class, operation.d);
    operation.constant = instruction.value;
    return emit(operation);
}

Status Translator::store(const Instruction& instruction, ValKind type)
{
    if (is_wide(instruction)) return wide_store(instruction);
    return store(instruction.op, static_cast<uint32_t>(instruction.value), type);
}

Status Translator::store(Instr op, uint32_t offset, ValKind type)
{
    Operand value;
    Operand address;
    pop_two(address, value);
    if (value.kind == Kind::local && is_last(address) && last().family == Family::binary &&
        last().instr == Instr::i32_add) {
        Class value_class = class_of(value);
        if (value_class == Class::t0) value_class = Class::slot;
        Operation& sum = last();
        if (has_class(store_sum_values(op, sum.a_class, sum.b_class), value_class)) {
            forget_slots(sum.d, 1);
            sum.family = Family::store_sum;
            sum.bank = bank_of(type);
            sum.instr = op;
            sum.index = offset;
            sum.d_class = value_class;
            sum.source = source_;
            take(value, value_class, sum.d);
            return ok();
        }
    }
    if (address.kind == Kind::constant &&
        (!has_store(op, Class::constant, Class::slot) || !fits_address(address.constant, offset)))
        WRT_CHECK(to_home(address));
    Temps& value_temps = temps(type);
    Class address_class = class_of(address, temps_[0]);
    Class value_class = class_of(value, value_temps);
    const auto found = [&] { return has_class(store_values(op, address_class), value_class); };
    if (!found()) [[unlikely]] {
        if (address_class == Class::t1) WRT_CHECK(force_slot(address, address_class));
        if (!found()) WRT_CHECK(force_slot(value, value_class));
    }
    Operation operation{.family = Family::store,
                        .a_class = address_class,
                        .b_class = value_class,
                        .instr = op,
                        .index = offset};
    take(address, address_class, operation.a, temps_[0]);
    take(value, value_class, operation.d, value_temps);
    operation.constant = value.bits();
    return emit(operation);
}

Status Translator::global_get(uint32_t global)
{
    const ValType type = syntax_.globals[global].type;
    const bool imported = global < syntax_.imported_globals;
    Operation operation{.family = Family::global_get,
                        .flag = imported,
                        .index = imported ? global : module_.globals[global].slot,
                        .results =
                            type.kind() == ValKind::v128 ? vector_move_results : move_results};
    return emit_result(operation, type.kind());
}

Status Translator::global_set(uint32_t global)
{
    const ValType type = syntax_.globals[global].type;
    const bool imported = global < syntax_.imported_globals;
    Operand value = pop();
    if (value.kind == Kind::constant) WRT_CHECK(to_home(value));
    Operation operation{.family = Family::global_set,
                        .bank = bank_of(type.kind()),
                        .a_class = class_of(value),
                        .flag = imported,
                        .index = imported ? global : module_.globals[global].slot};
    take(value, operation.a_class, operation.a);
    return emit(operation);
}

}  // namespace wrt::runtime
