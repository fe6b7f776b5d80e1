// Translation of control: blocks, branches, calls, and the frame around a function.
#include "translator_steps.hpp"

#include <algorithm>
#include <bit>

#include <wrt/decoder/instruction_decoder.hpp>
#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/call_sites.hpp>

#include "frame.hpp"
#include "variants.hpp"

namespace wrt::runtime {

using decoder::Instruction;

// Function
// --------------------------------------------------------------------------------------------------------------

Status Translator::begin(const decoder::FunctionContext& context)
{
    source_ = context.code_offset;
    function_ = context.function;
    declared_ = context.locals;
    operations_.clear();
    operands_.clear();
    frames_.clear();
    labels_.clear();
    targets_.clear();
    vectors_.clear();
    catches_.clear();
    for (Temps& t : temps_)
        t = {};
    dead_ = false;
    dead_depth_ = 0;
    lazy_floor_ = 0;
    roots_floor_ = 0;
    home_floor_ = 0;
    highest_floor_ = 0;
    maps_roots_ = module_.has_references;
    root_runs_.clear();
    root_links_.clear();
    safepoints_.clear();
    charge_operation_ = no_operation;
    uncharged_ = 0;

    param_slots_ = slots_of(context.params);
    window_ = std::max(param_slots_, slots_of(context.results));
    locals_base_ = window_ + record_slots;
    WRT_CHECK(lay_out_locals());
    next_slot_ = temps_base_;
    frame_slots_ = 0;
    WRT_CHECK(use_frame(temps_base_ + call_slack_slots));
    ready_first_locals();
    quick_height_ = std::min(operands_.capacity(), listed_from);

    WRT_CHECK(list_root_runs(context));
    WRT_CHECK(choose_pins(context));
    WRT_CHECK(emit({.family = Family::enter,
                    .flag = has_pins_[1],
                    .wide = has_pins_[0],
                    .a = static_cast<uint16_t>(locals_base_),
                    .d = static_cast<uint16_t>(temps_base_ - locals_base_)}));
    barrier();
    WRT_CHECK(charge());

    Frame frame{.slot = next_slot(), .results = context.results};
    WRT_CHECK(make_label(frame.label));
    return frames_.push(frame);
}

Status Translator::finish()
{
    WRT_ASSERT(frames_.empty());
    end_charge();
    fuse();
    return ok();
}

/// Locals take their slots one behind the other, a v128 two; only where there is one does anybody
/// have to look for them.
Status Translator::lay_out_locals()
{
    run_slots_.clear();
    const std::span<const decoder::LocalRun> runs = declared_.runs();
    uint32_t slots = declared_.count();
    if (std::any_of(runs.begin(), runs.end(), [](const auto& r) { return r.type.is_vector(); })) {
        WRT_CHECK(run_slots_.reserve(runs.size()));
        uint32_t first = 0;
        slots = 0;
        for (const decoder::LocalRun& run : runs) {
            run_slots_.push_unchecked(slots);
            slots += (run.end - first) * slots_of(run.type);
            first = run.end;
        }
    }
    temps_base_ = locals_base_ + (slots - param_slots_);
    return ok();
}

uint32_t Translator::find_local_slot(uint32_t local) const
{
    uint32_t slot = local;
    if (!run_slots_.empty()) {
        const uint32_t run = declared_.run_of(local);
        const decoder::LocalRun* const runs = declared_.runs().data();
        const uint32_t first = run == 0 ? 0 : runs[run - 1].end;
        slot = run_slots_[run] + (local - first) * slots_of(runs[run].type);
    }
    // Between params and other locals lie what the window has for results, and the record.
    return slot < param_slots_ ? slot : locals_base_ + (slot - param_slots_);
}

/// The charge before this place, if there is one, is of all instructions up to here.
void Translator::end_charge()
{
    if (charge_operation_ != no_operation) operations_[charge_operation_].index += uncharged_;
    uncharged_ = 0;
}

/// A cell that charges fuel for the instructions up to the next one. A run may be stopped there and
/// go on elsewhere: every operand lies in its slot and registers hold nothing but pins.
Status Translator::charge()
{
    if (!options_.fuel) return ok();
    end_charge();
    WRT_CHECK(settle_all(operands_.size()));
    barrier();
    WRT_CHECK(emit(
        {.family = Family::charge, .plain = Plain::fuel, .a = static_cast<uint16_t>(next_slot())}));
    charge_operation_ = last_index();
    return ok();
}

// Instructions
// ----------------------------------------------------------------------------------------------------------

Status Translator::instruction(const Instruction& instruction, bool)
{
    source_ = instruction.offset;
    if (dead_) {
        switch (raw(instruction.op)) {  // what opens and closes blocks
        case raw(Instr::block):
        case raw(Instr::loop):
        case raw(Instr::if_):
        case raw(Instr::try_):
        case raw(Instr::try_table): ++dead_depth_; return ok();
        case raw(Instr::else_): return dead_depth_ == 0 ? else_() : ok();
        case raw(Instr::catch_):
        case raw(Instr::catch_all): return dead_depth_ == 0 ? legacy_handler(instruction) : ok();
        case raw(Instr::delegate):
            if (dead_depth_ == 0) return delegate(instruction);
            --dead_depth_;
            return ok();
        case raw(Instr::end):
            if (dead_depth_ == 0) return end();
            --dead_depth_;
            return ok();
        default: return ok();
        }
    }
    ++uncharged_;
    return dispatch(instruction);
}

Status Translator::dispatch(const Instruction& instruction)
{
    switch (raw(instruction.op)) {  // the rest is decided by row
    case raw(Instr::unreachable):
        dead_ = true;
        return emit({.family = Family::unreachable, .plain = Plain::unreachable});
    case raw(Instr::nop): return ok();
    case raw(Instr::block):
    case raw(Instr::loop):
    case raw(Instr::if_): return open_block(instruction);
    case raw(Instr::else_): return else_();
    case raw(Instr::end): return end();
    case raw(Instr::br): return branch(instruction.index);
    case raw(Instr::br_if): {
        const Operand condition = pop();
        return branch_if(instruction.index, condition, false, false);
    }
    case raw(Instr::br_table): return branch_table(instruction);
    case raw(Instr::br_on_null): return branch_on_null(instruction, true);
    case raw(Instr::br_on_non_null): return branch_on_null(instruction, false);
    case raw(Instr::return_): dead_ = true; return return_();
    case raw(Instr::call):
    case raw(Instr::call_indirect):
    case raw(Instr::call_ref): return call(instruction);
    case raw(Instr::return_call):
    case raw(Instr::return_call_indirect):
    case raw(Instr::return_call_ref): return tail_call(instruction);
    case raw(Instr::drop): drop(); return ok();
    case raw(Instr::select):
    case raw(Instr::select_t): return select(instruction.type.kind());
    case raw(Instr::local_get): return push_local(instruction.index);
    case raw(Instr::local_set): return local_set(instruction.index, false);
    case raw(Instr::local_tee): return local_set(instruction.index, true);
    case raw(Instr::global_get): return global_get(instruction.index);
    case raw(Instr::global_set): return global_set(instruction.index);
    case raw(Instr::i32_const): return push_constant(ValKind::i32, instruction.value & 0xffffffffu);
    case raw(Instr::i64_const): return push_constant(ValKind::i64, instruction.value);
    case raw(Instr::f32_const): return push_constant(ValKind::f32, instruction.value & 0xffffffffu);
    case raw(Instr::f64_const): return push_constant(ValKind::f64, instruction.value);
    case raw(Instr::ref_null):
    case raw(Instr::ref_is_null):
    case raw(Instr::ref_eq):
    case raw(Instr::ref_func):
    case raw(Instr::ref_as_non_null): return reference(instruction);
    case raw(Instr::memory_size):
    case raw(Instr::memory_grow):
    case raw(Instr::memory_fill):
    case raw(Instr::memory_copy):
    case raw(Instr::memory_init):
    case raw(Instr::data_drop):
    case raw(Instr::table_get):
    case raw(Instr::table_set):
    case raw(Instr::table_size):
    case raw(Instr::table_grow):
    case raw(Instr::table_fill):
    case raw(Instr::table_copy):
    case raw(Instr::table_init):
    case raw(Instr::elem_drop): return bulk(instruction);
    default: break;
    }
    const InstrInfo& row = info(instruction.op);
    if (row.prefix == 0xfd) return vector(instruction);
    if (row.feature == Feature::exceptions) return exception(instruction);
    if (row.feature == Feature::legacy_exceptions) return legacy_exception(instruction);
    if (row.feature == Feature::gc) return gc(instruction);
    if (row.feature == Feature::threads) return atomic(instruction);
    if (row.feature == Feature::wide_arithmetic) return wide_arithmetic(instruction.op);
    const Signature& signature = row.signature;
    if (signature.has_addr) {
        return signature.result_count != 0 ? load(instruction, signature.result.kind())
                                           : store(instruction, signature.params[1].kind());
    }
    WRT_ASSERT(!signature.by_hand && signature.result_count == 1);
    if (signature.param_count == 1) return numeric_unary(instruction.op, signature.result.kind());
    return numeric_binary(instruction.op, signature.params[0].kind(), signature.result.kind());
}

// Blocks
// ----------------------------------------------------------------------------------------------------------------

Status Translator::make_label(uint32_t& label)
{
    label = labels_.size();
    return labels_.push(no_operation);
}

Status Translator::open_block(const Instruction& instruction)
{
    Frame frame{.op = instruction.op,
                .region = catches_.current(),
                .params = instruction.params,
                .results = instruction.results};
    Operand condition;
    if (instruction.op == Instr::if_) condition = pop();
    const auto params = static_cast<uint32_t>(instruction.params.size());
    // What follows may run once, never or often: operands may not wait for it.
    WRT_CHECK(settle_locals());
    if (options_.fuel) WRT_CHECK(settle_all(operands_.size() - params));
    frame.height = operands_.size() - params;
    frame.slot = slot_of_top(params);
    WRT_CHECK(make_label(frame.label));
    if (instruction.op == Instr::loop) {
        WRT_CHECK(settle_top(params));
        barrier();
        bind(frame.label);
        WRT_CHECK(charge());
    } else if (instruction.op == Instr::if_) {
        WRT_CHECK(settle_top(params));
        WRT_CHECK(make_label(frame.else_label));
        frame.else_pending = true;
        WRT_CHECK(condition_branch(condition, false, true, frame.else_label));
        WRT_CHECK(charge());
    }
    return frames_.push(frame);
}

Status Translator::else_()
{
    Frame& frame = frames_.back();
    if (!dead_) {
        WRT_CHECK(settle_top(static_cast<uint32_t>(frame.results.size())));
        frame.referenced = true;
        WRT_CHECK(emit({.family = Family::branch, .plain = Plain::branch, .label = frame.label}));
    }
    dead_ = false;
    drop_to(frame.height);
    barrier();
    bind(frame.else_label);
    frame.else_pending = false;
    frame.op = Instr::else_;
    WRT_CHECK(push_results(frame.params, false));
    return charge();
}

Status Translator::end()
{
    const Frame frame = frames_.pop();
    if (frame.op == Instr::try_table || frame.op == Instr::try_) catches_.close(operations_.size());
    const auto count = static_cast<uint32_t>(frame.results.size());
    const bool outermost = frames_.empty();
    const bool merges = frame.op != Instr::loop && (frame.referenced || frame.else_pending);
    if (!dead_) {
        if (outermost) {
            WRT_CHECK(return_());
        } else if (merges) {
            WRT_CHECK(bring_to_label(frame, count));  // a legacy handler has its exception below
        } else {
            return ok();
        }
    }
    if (!merges) return ok();  // and what follows is as dead as what came before

    dead_ = false;
    drop_to(frame.height);
    barrier();
    bind(frame.label);
    if (frame.else_pending) bind(frame.else_label);
    WRT_CHECK(push_results(frame.results, false));
    if (outermost) return return_();
    return charge();
}

// Branches
// --------------------------------------------------------------------------------------------------------------

bool Translator::needs_moves(const Frame& frame, uint32_t count)
{
    return count != 0 && slot_of_top(count) != frame.slot;
}

/// Copies the topmost operands to where the label wants them; they stay on the stack.
Status Translator::move_to_label(const Frame& frame, uint32_t count)
{
    constexpr uint32_t single_moves = 3;
    const uint32_t first = operands_.size() - count;
    unbury_all();
    if (count > single_moves) {
        return emit({.family = Family::copy_slots,
                     .plain = Plain::copy_slots,
                     .a = static_cast<uint16_t>(slot_of_top(count)),
                     .d = static_cast<uint16_t>(frame.slot),
                     .b = static_cast<uint16_t>(next_slot() - slot_of_top(count))});
    }
    // None of them may be sent to t1 by the move of another: the moves are not their last readers.
    for (uint32_t i = first; i < operands_.size(); ++i) {
        if (operands_[i].kind == Kind::temp) operands_[i].producer = no_operation;
    }
    // Upward, because a destination may be the source of one further up but never of one further
    // down.
    const uint32_t down = slot_of_top(count) - frame.slot;
    for (uint32_t i = 0; i < count; ++i) {
        const Operand& operand = operands_[first + i];
        Operation operation{.bank = bank_of(operand.type),
                            .d = static_cast<uint16_t>(operand.slot - down)};
        if (operand.kind == Kind::constant) {
            operation.family = Family::constant;
            operation.constant = operand.constant;
            operation.wide = true;
        } else {
            operation.family = Family::move;
            operation.a_class = class_of(operand);
            take(operand, operation.a_class, operation.a);
        }
        WRT_CHECK(emit_write(operation, operand.type, no_operation));
        temps(operand.type).producer = no_operation;
    }
    return ok();
}

/// The topmost operands are where the label wants them.
Status Translator::bring_to_label(const Frame& frame, uint32_t count)
{
    if (!needs_moves(frame, count)) return settle_top(count);
    if (count > 3) WRT_CHECK(settle_top(count));
    return move_to_label(frame, count);
}

/// Loops can be interrupted where they go round. (Charging fuel at their heads polls as well.)
bool Translator::polls(uint32_t label) const
{
    const bool backward = labels_[label] != no_operation;
    return backward && options_.interruptible && !options_.fuel;
}

Status Translator::emit_branch(uint32_t label)
{
    const bool poll = polls(label);
    return emit({.family = Family::branch,
                 .polls = poll,
                 .plain = poll ? Plain::branch_polling : Plain::branch,
                 .label = label});
}

Status Translator::branch(uint32_t depth)
{
    dead_ = true;
    if (depth + 1 == frames_.size()) return return_();
    Frame& frame = frame_at(depth);
    const auto count = static_cast<uint32_t>(frame.label_types().size());
    frame.referenced = true;
    WRT_CHECK(bring_to_label(frame, count));
    return emit_branch(frame.label);
}

/// Goes to `label` where the condition, already popped, is not zero (or, negated, is).
Status Translator::condition_branch(Operand condition, bool wide, bool negate, uint32_t label)
{
    if (!wide && is_last(condition)) {
        Operation& made = last();
        bool fused = false;
        if (made.family == Family::binary && heat_of_binary(made.instr) == Heat::compare) {
            const Instr other =
                negate && !is_float_compare(made.instr) ? opposite(made.instr) : made.instr;
            const bool flag = negate && is_float_compare(made.instr);
            if (has_compare_branch(other, flag, made.a_class, made.b_class)) {
                made.family = Family::compare_branch;
                made.instr = other;
                made.flag = flag;
                fused = true;
            }
        } else if (made.family == Family::binary && made.instr == Instr::i32_and) {
            made.family = Family::compare_branch;
            made.flag = negate;
            fused = true;
        } else if (made.family == Family::ref_test) {
            made.family = Family::cast_branch;
            made.flag = negate;
            fused = true;
        } else if (made.family == Family::unary &&
                   (made.instr == Instr::i32_eqz || made.instr == Instr::i64_eqz)) {
            made.family = Family::branch_if;
            made.flag = !negate;
            made.wide = made.instr == Instr::i64_eqz;
            fused = true;
        }
        if (fused) {
            made.label = label;
            made.polls = polls(label);
            Temps& t = temps_[0];
            t = {.second = t.second};
            return ok();
        }
    }
    if (condition.kind == Kind::constant) WRT_CHECK(to_home(condition));
    Operation operation{.family = Family::branch_if,
                        .a_class = class_of(condition),
                        .flag = negate,
                        .polls = polls(label),
                        .wide = wide,
                        .label = label};
    take(condition, operation.a_class, operation.a);
    return emit(operation);
}

Status Translator::branch_if(uint32_t depth, Operand condition, bool wide, bool negate)
{
    Frame& frame = frame_at(depth);
    const auto count = static_cast<uint32_t>(frame.label_types().size());
    if (!needs_moves(frame, count)) {
        frame.referenced = true;
        WRT_CHECK(settle_top(count));
        return condition_branch(condition, wide, negate, frame.label);
    }
    const uint32_t target = frame.label;
    frame.referenced = true;
    if (count > 3) WRT_CHECK(settle_top(count));
    uint32_t skip = 0;
    WRT_CHECK(make_label(skip));
    WRT_CHECK(condition_branch(condition, wide, !negate, skip));
    WRT_CHECK(move_to_label(frame_at(depth), count));
    WRT_CHECK(emit_branch(target));
    barrier();
    bind(skip);
    return ok();
}

Status Translator::branch_table(const Instruction& instruction)
{
    Operand index = pop();
    const uint32_t first_target = targets_.size();
    const auto count = static_cast<uint32_t>(instruction.params.size());
    WRT_CHECK(settle_top(count));
    if (index.kind == Kind::constant) WRT_CHECK(to_home(index));
    Operation operation{.family = Family::branch_table,
                        .a_class = class_of(index),
                        .label = first_target,
                        .index = instruction.target_count};
    take(index, operation.a_class, operation.a);
    WRT_CHECK(emit(operation));
    barrier();

    // Labels that want the values elsewhere, or have to be polled on the way to, get a stub that
    // does it, one for each such label.
    ++table_count_;
    bool stubbed = false;
    const auto for_each_target = [&](auto&& body) -> Status {
        decoder::LabelReader labels{instruction.targets};
        for (uint32_t i = 0; i <= instruction.target_count; ++i)
            WRT_CHECK(body(frame_at(labels.next())));
        return ok();
    };
    const Status routed = for_each_target([&](Frame& frame) -> Status {
        frame.referenced = true;
        if (!needs_moves(frame, count) && !polls(frame.label)) return targets_.push(frame.label);
        if (frame.stub_table != table_count_) {
            frame.stub_table = table_count_;
            stubbed = true;
            WRT_CHECK(make_label(frame.stub));
        }
        return targets_.push(frame.stub);
    });
    WRT_CHECK(routed);
    dead_ = true;
    if (!stubbed) return ok();
    return for_each_target([&](Frame& frame) -> Status {
        if (frame.stub_table != table_count_ || labels_[frame.stub] != no_operation) return ok();
        bind(frame.stub);
        if (needs_moves(frame, count)) {
            WRT_CHECK(emit({.family = Family::copy_slots,
                            .plain = Plain::copy_slots,
                            .a = static_cast<uint16_t>(slot_of_top(count)),
                            .d = static_cast<uint16_t>(frame.slot),
                            .b = static_cast<uint16_t>(next_slot() - slot_of_top(count))}));
        }
        return emit_branch(frame.label);
    });
}

/// The reference on top is tested where it lies, and stays where it is not null.
Status Translator::branch_on_null(const Instruction& instruction, bool branch_if_null)
{
    WRT_CHECK(settle_top(1));
    const Operand reference = operands_.back();
    if (branch_if_null) {
        pop();
        WRT_CHECK(branch_if(instruction.index, reference, true, true));
        return push_temp(ValKind::ref, no_operation);
    }
    WRT_CHECK(branch_if(instruction.index, reference, true, false));
    pop();
    return ok();
}

// Calls
// -----------------------------------------------------------------------------------------------------------------

Status Translator::return_()
{
    const auto types = frames_.empty() ? syntax_.results_of(function_) : frames_[0].results;
    const auto count = static_cast<uint32_t>(types.size());
    const auto window = static_cast<uint16_t>(window_);
    if (count == 0) return emit({.family = Family::return_none, .d = window});
    if (count == 1) {
        Operand value = pop();
        if (value.kind == Kind::constant) WRT_CHECK(to_home(value));
        Operation operation{.family = Family::return_value,
                            .bank = bank_of(value.type),
                            .a_class = class_of(value),
                            .d = window};
        take(value, operation.a_class, operation.a);
        return emit(operation);
    }
    WRT_CHECK(settle_top(count));
    unbury_all();
    return emit({.family = Family::return_many,
                 .plain = Plain::return_many,
                 .a = static_cast<uint16_t>(slot_of_top(count)),
                 .d = window,
                 .b = static_cast<uint16_t>(next_slot() - slot_of_top(count))});
}

Status Translator::call(const Instruction& instruction)
{
    const bool direct = instruction.op == Instr::call;
    const auto params = static_cast<uint32_t>(instruction.params.size());
    Operand callee;
    if (!direct) callee = pop();
    // From the top down, as the lists of locals want it.
    WRT_CHECK(settle_top(params));
    WRT_CHECK(settle_roots(operands_.size() - params));
    // The caller waits, and what waits may be stopped: see charge().
    if (options_.fuel) WRT_CHECK(settle_all(operands_.size() - params));
    if (!direct && callee.kind == Kind::constant) WRT_CHECK(to_home(callee));

    Operation operation;
    if (direct) {
        const bool imported = syntax_.is_imported_function(instruction.index);
        operation.family = imported ? Family::call_import : Family::call;
        operation.plain = imported ? Plain::call_import : Plain::call;
        operation.label = instruction.index;
        operation.constant = instruction.index;
    } else {
        const bool indirect = instruction.op == Instr::call_indirect;
        const bool fast = indirect && instruction.index2 == 0 && !syntax_.tables[0].limits.is64;
        Class cls = class_of(callee);
        if (!fast) WRT_CHECK(force_slot(callee, cls));
        operation.family = fast ? Family::call_indirect : Family::call_wide;
        operation.plain = indirect ? Plain::call_indirect_wide : Plain::call_ref;
        operation.d_class = cls;
        if (indirect) operation.constant = instruction.index | uint64_t{instruction.index2} << 32;
        take(callee, cls, operation.d);
    }
    unbury_all();
    const Operation pins{.family = Family::float_pins,
                         .plain = Plain::spill_floats,
                         .a = pin_slots_[2],
                         .d = pin_slots_[3]};
    if (has_pins_[1]) WRT_CHECK(emit(pins));

    const uint32_t window = std::max(slots_of(instruction.params), slots_of(instruction.results));
    drop_to(operands_.size() - params);
    operation.a = static_cast<uint16_t>(next_slot());
    operation.b = static_cast<uint16_t>(window);
    WRT_CHECK(use_frame(next_slot() + window + call_slack_slots));
    if (options_.calls != nullptr)
        WRT_CHECK(options_.calls->note(function_, instruction, next_slot()));
    WRT_CHECK(emit(operation));
    WRT_CHECK(note_safepoint());
    if (has_pins_[1]) {
        Operation reload = pins;
        reload.plain = Plain::reload_floats;
        WRT_CHECK(emit(reload));
    }
    barrier();
    return push_results(instruction.results, true);
}

Status Translator::tail_call(const Instruction& instruction)
{
    const bool direct = instruction.op == Instr::return_call;
    Operand callee;
    if (!direct) callee = pop();
    const auto params = static_cast<uint32_t>(instruction.params.size());
    WRT_CHECK(settle_top(params));
    const uint32_t window = std::max(slots_of(instruction.params), slots_of(instruction.results));
    Operation operation{.family = Family::tail_call_other,
                        .b = static_cast<uint16_t>(window),
                        .x = static_cast<uint16_t>(window_)};
    if (direct) {
        const bool imported = syntax_.is_imported_function(instruction.index);
        if (!imported) operation.family = Family::tail_call;
        operation.plain = imported ? Plain::tail_call_import : Plain::tail_call;
        operation.label = instruction.index;
        operation.index = slots_of(instruction.params);
        operation.constant = instruction.index;
    } else {
        const bool indirect = instruction.op == Instr::return_call_indirect;
        Class cls = class_of(callee);
        WRT_CHECK(force_slot(callee, cls));
        operation.plain = indirect ? Plain::tail_call_indirect : Plain::tail_call_ref;
        if (indirect) operation.constant = instruction.index | uint64_t{instruction.index2} << 32;
        take(callee, cls, operation.d);
    }
    unbury_all();
    operation.a = static_cast<uint16_t>(slot_of_top(params));
    // A host function gets its window where the arguments are; others get theirs at the bottom of
    // this frame.
    WRT_CHECK(use_frame(operation.a + window + call_slack_slots));
    if (options_.calls != nullptr) WRT_CHECK(options_.calls->note(function_, instruction, 0));
    dead_ = true;
    return emit(operation);
}

}  // namespace wrt::runtime
