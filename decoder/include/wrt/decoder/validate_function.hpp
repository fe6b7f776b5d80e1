// validate_function(): one streaming pass over a function body: decode an instruction, type it,
// hand it to a sink. The algorithm of the specification's appendix 7.3: a stack of operand types, a
// stack of control frames, nothing else; no recursion, and time linear in the bytes (br_table
// included, see FunctionValidator::br_table).
#pragma once

#include <wrt/decoder/instruction_decoder.hpp>
#include <wrt/decoder/module.hpp>
#include <wrt/decoder/quick_rows.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/little_endian.hpp>
#include <wrt/foundation/result.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

namespace wrt::decoder {

/// Locals of one type that lie side by side. Params are runs too.
struct LocalRun {
    uint32_t end = 0;  ///< Index of the first local behind the run.
    ValType type;
};

/// A function's params and locals, run-length encoded as the binary does: 50,000 locals are two
/// bytes.
class Locals {
public:
    Locals() = default;
    explicit Locals(std::span<const LocalRun> runs) : runs_{runs} {}

    uint32_t count() const { return runs_.empty() ? 0 : runs_.back().end; }
    std::span<const LocalRun> runs() const { return runs_; }

    /// Logarithmic in the number of runs.
    ValType type_of(uint32_t index) const { return runs_[run_of(index)].type; }

    /// Which run holds a local; as type_of().
    uint32_t run_of(uint32_t index) const
    {
        WRT_ASSERT(index < count());
        size_t low = 0;
        size_t high = runs_.size() - 1;
        while (low < high) {
            const size_t middle = (low + high) / 2;
            if (index < runs_[middle].end) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return static_cast<uint32_t>(low);
    }

private:
    std::span<const LocalRun> runs_;
};

/// What a sink learns before the first instruction. Views last until the end of
/// validate_function().
struct FunctionContext {
    const Module& module;
    uint32_t function;
    std::span<const ValType> params;
    std::span<const ValType> results;
    Locals locals;
    FunctionBody body;
    uint32_t code_offset;  ///< Of the first instruction, in the binary.
};

/// A block that is open: 16 bytes, so that a million of them are 16 MB.
struct ControlFrame {
    BlockType block;
    uint32_t height = 0;       ///< Operands below the block's own.
    uint32_t init_height = 0;  ///< Locals known to be set before the block.
    Instr op = Instr::block;   ///< block, loop, if_, else_, try_table, try_, catch_, catch_all.
    bool unreachable = false;
};

static_assert(sizeof(ControlFrame) == 16);

/// Stacks that validation needs, kept from function to function so that scratch grows to the
/// largest only. Storage comes from the arena's scratch end and is given back when the scope around
/// it is left.
struct ValidatorScratch {
    explicit ValidatorScratch(Arena& arena)
        : operands{arena},
          frames{arena},
          runs{arena},
          set_locals{arena},
          init_log{arena},
          table_stamps{arena}
    {
    }

    GrowingStack<ValType> operands;
    GrowingStack<ControlFrame> frames;
    GrowingStack<LocalRun> runs;
    GrowingStack<uint32_t>
        set_locals;  ///< Bit set of locals that hold a value; only where some start without.
    GrowingStack<uint32_t> init_log;  ///< Locals whose bit a block set, to clear at its end.
    GrowingStack<uint32_t>
        table_stamps;  ///< Per type: the last br_table that checked a label of it.
    uint32_t table_stamp = 0;

    static constexpr uint32_t direct_locals = 128;
    ValType direct[direct_locals];  ///< Types of the first locals, which most instructions name.
};

/// Types one function body or one constant expression, an instruction at a time. Not for use by
/// itself: see validate_function().
class FunctionValidator {
public:
    /// For a body. `function` is not imported.
    FunctionValidator(const Module& module, uint32_t function, ValidatorScratch& scratch);
    /// For a constant expression somewhere in `bytes`, of which globals below `visible_globals` may
    /// be read.
    FunctionValidator(const Module& module, std::span<const uint8_t> bytes, uint32_t offset,
                      uint32_t visible_globals, ValidatorScratch& scratch);

    /// Decodes the locals and opens the function's frame.
    Status begin_body();
    /// Opens the frame of an expression that leaves one value.
    Status begin_constant(ValType type);

    const FunctionContext& context() const { return context_; }
    /// The next instruction can be reached, as far as validation knows.
    bool reachable() const { return !unreachable_; }
    /// The last `end` has been seen.
    bool done() const { return scratch_.frames.empty(); }
    /// Number of operand types on the stack; of open frames.
    uint32_t height() const { return scratch_.operands.size(); }
    uint32_t depth() const { return scratch_.frames.size(); }
    uint32_t offset() const { return decoder_.offset(); }
    const Error& error() const { return decoder_.error(); }

    /// Decodes and types the next instruction. False: see error(), and stop.
    [[nodiscard, gnu::always_inline]] bool step(Instruction& instruction)
    {
        if (!decoder_.opcode(instruction)) [[unlikely]] {
            return false;
        }
        offset_ = instruction.offset;
        const detail::QuickRow& quick = detail::quick_rows[raw(instruction.op)];
        switch (quick.kind) {
        case detail::Quick::unary: return apply(quick, 1);
        case detail::Quick::binary: return apply(quick, 2);
        case detail::Quick::later_unary: return decoder_.allowed(instruction) && apply(quick, 1);
        case detail::Quick::later_binary: return decoder_.allowed(instruction) && apply(quick, 2);
        case detail::Quick::local_get:
            return decoder_.u32(instruction.index) && local(instruction) &&
                   (all_set_ || is_set(instruction.index)) && push(instruction.type);
        case detail::Quick::local_set:
            return decoder_.u32(instruction.index) && local(instruction) && pop(instruction.type) &&
                   mark_set(instruction.index);
        case detail::Quick::local_tee:
            return decoder_.u32(instruction.index) && local(instruction) && pop(instruction.type) &&
                   push(instruction.type) && mark_set(instruction.index);
        case detail::Quick::i32_const: return decoder_.i32(instruction.value) && push(ValType::i32);
        case detail::Quick::load:
            return memarg(instruction, quick.align) && pop(address_) && push(ValType{quick.result});
        case detail::Quick::store:
            return memarg(instruction, quick.align) && pop(ValType{quick.operand}) && pop(address_);
        case detail::Quick::block:
            return decoder_.block_type(instruction.block) && block(instruction);
        case detail::Quick::else_: return else_(instruction);
        case detail::Quick::end: return end(instruction);
        case detail::Quick::br: return decoder_.u32(instruction.index) && br(instruction);
        case detail::Quick::br_if: return decoder_.u32(instruction.index) && br_if(instruction);
        case detail::Quick::return_: return return_(instruction);
        case detail::Quick::call: return decoder_.u32(instruction.index) && call(instruction);
        case detail::Quick::global:
            return decoder_.u32(instruction.index) && type_global(instruction);
        case detail::Quick::i64_const:
        case detail::Quick::drop:
        case detail::Quick::no:
            return decoder_.allowed(instruction) && decoder_.immediates(instruction) &&
                   type(instruction);
        }
        WRT_UNREACHABLE();
    }

    /// The halves of step(), for who has to ask something in between.
    [[nodiscard]] bool decode(Instruction& instruction) { return decoder_.next(instruction); }
    /// Types the instruction, which has just been decoded.
    [[nodiscard]] bool type(Instruction& instruction);

    /// Types instructions as step() does and tells the sink of them, as long as they are the common
    /// ones and nothing about them is out of the ordinary; the first that is not is left to step(),
    /// errors included. Where the bytes are and where the operands end stays in registers
    /// meanwhile. Only for bodies. `Silent`: the sink wants to hear nothing of them.
    template <bool Silent, class Sink>
    Status run_quickly(Instruction& instruction, Sink& sink);

private:
    static constexpr uint32_t direct_locals = ValidatorScratch::direct_locals;

    // Operands.

    [[nodiscard, gnu::always_inline]] bool push(ValType type)
    {
        if (scratch_.operands.full()) [[unlikely]] {
            if (!reserve_operands(1)) return false;
        }
        scratch_.operands.push_unchecked(type);
        return true;
    }

    [[nodiscard, gnu::always_inline]] bool pop(ValType expected)
    {
        GrowingStack<ValType>& operands = scratch_.operands;
        if (operands.size() > floor_ && operands.back() == expected) [[likely]] {
            operands.truncate(operands.size() - 1);
            return true;
        }
        return pop_other(expected);
    }

    /// One or two operands of one type to a result: nearly every numeric instruction.
    [[nodiscard, gnu::always_inline]] bool apply(const detail::QuickRow& quick, uint32_t count)
    {
        GrowingStack<ValType>& operands = scratch_.operands;
        const uint32_t size = operands.size();
        if (size - floor_ >= count) [[likely]] {
            ValType* const last = operands.data() + size - 1;
            ValType* const first = last - (count - 1);
            const ValType operand{quick.operand};
            if (*first == operand && *last == operand) [[likely]] {
                *first = ValType{quick.result};
                operands.truncate(size - (count - 1));
                return true;
            }
        }
        return apply_slowly(info(quick.op).signature, ValType::bot);
    }

    /// Decodes a memarg, checks it, and sets address_ to its memory's. Memory 0 and two bytes are
    /// the rule.
    [[nodiscard, gnu::always_inline]] bool memarg(Instruction& instruction, uint8_t natural_align)
    {
        const uint8_t* const bytes = decoder_.position();
        if (decoder_.remaining() >= 2 && bytes[0] <= natural_align && bytes[1] < 0x80 &&
            has_memory0_) [[likely]] {
            instruction.align = bytes[0];
            instruction.index = 0;
            instruction.value = bytes[1];
            decoder_.advance(2);
            address_ = memory0_address_;
            return true;
        }
        return decoder_.memarg(instruction) && memarg_fits(instruction, natural_align);
    }
    bool memarg_fits(const Instruction& instruction, uint8_t natural_align);

    bool reserve_operands(size_t count);
    bool pop_other(ValType expected);
    bool apply_slowly(const Signature& signature, ValType address);
    bool pop_any(ValType& type);
    bool pop_reference(ValType& type);
    // Most blocks and labels have no types at all.
    [[nodiscard]] bool pop_all(std::span<const ValType> types)
    {
        return types.empty() || pop_some(types);
    }
    [[nodiscard]] bool push_all(std::span<const ValType> types)
    {
        return types.empty() || push_some(types);
    }
    bool pop_some(std::span<const ValType> types);
    bool push_some(std::span<const ValType> types);
    /// As pop_all() and push_all() of what was popped: the operands stay as they are.
    bool check_all(std::span<const ValType> types);

    // Control.

    bool push_frame(Instr op, BlockType block);
    bool close_frame(Instruction& instruction);
    void set_unreachable();
    bool label_types(uint32_t label, std::span<const ValType>& types);
    bool match_all(std::span<const ValType> subs, std::span<const ValType> supers);
    bool block(Instruction& instruction);
    bool else_(Instruction& instruction);
    bool end(Instruction& instruction);
    bool br(Instruction& instruction);
    bool br_if(Instruction& instruction);
    bool return_(Instruction& instruction);
    bool br_table(Instruction& instruction);
    bool catches(const Instruction& instruction);
    bool legacy_handler(Instruction& instruction);
    bool delegate(Instruction& instruction);
    bool rethrow(const Instruction& instruction);

    // Locals.

    [[nodiscard, gnu::always_inline]] bool local(Instruction& instruction)
    {
        const uint32_t index = instruction.index;
        if (index < direct_count_) [[likely]] {
            instruction.type = scratch_.direct[index];
            return true;
        }
        return local_far(instruction);
    }

    [[nodiscard]] bool mark_set(uint32_t index) { return all_set_ || mark_set_slowly(index); }

    bool decode_locals();
    bool clear_set_locals();
    bool local_far(Instruction& instruction);
    bool is_set(uint32_t index);
    bool mark_set_slowly(uint32_t index);
    void forget_set(uint32_t init_height);

    // Instructions that need more than their row: validate_instruction.cpp

    bool type_access(Instruction& instruction, const Signature& signature, uint8_t align,
                     uint32_t lanes);
    bool type_memory(const Instruction& instruction, const Signature& signature);
    bool type_simple(Instruction& instruction);
    bool type_branch(Instruction& instruction);
    bool type_cast_branch(Instruction& instruction);
    bool type_call(Instruction& instruction);
    bool type_global(Instruction& instruction);
    bool type_table(Instruction& instruction);
    bool type_two_indices(Instruction& instruction, const InstrInfo& row);
    bool type_reference(Instruction& instruction);
    bool type_struct(Instruction& instruction);
    bool type_array(Instruction& instruction);
    bool type_array_of_segment(Instruction& instruction);
    bool type_array_copy(Instruction& instruction);
    bool select(Instruction& instruction);
    bool select_typed(Instruction& instruction);
    bool call(Instruction& instruction);
    bool call(Instruction& instruction, uint32_t type_index, bool tail);
    bool pop_repeated(ValType type, uint32_t count);
    bool data_count_known();
    bool lane_below(const Instruction& instruction, uint32_t lanes);
    bool type_of_type(Instruction& instruction);

    // Lookups: the index is in its space, or a refusal

    bool resolve(ValType& type);
    const TypeDef* find_type(uint32_t index, CompositeKind kind);
    const MemoryType* find_memory(uint32_t index);
    const TableType* find_table(uint32_t index);
    const ElementSegment* find_element(uint32_t index);
    bool find_data(uint32_t index);

    // Refusals: all return false

    [[gnu::cold]] bool fail(Errc code);
    [[gnu::cold]] bool fail_index(Errc code, uint32_t index, size_t size);
    [[gnu::cold]] bool mismatch(ValType expected, ValType actual);
    [[gnu::cold]] bool wrong_count(size_t expected, size_t actual);

    const Module& module_;
    ValidatorScratch& scratch_;
    InstructionDecoder decoder_;
    FunctionContext context_;

    uint32_t offset_ = 0;        // of the instruction being typed
    ValType address_;            // of the memory it accesses
    uint32_t floor_ = 0;         // the innermost frame's height
    bool unreachable_ = false;   // and whether it is
    bool constant_ = false;      // a constant expression
    bool all_set_ = true;        // every local has a value
    uint32_t direct_count_ = 0;  // locals that scratch_.direct covers
    uint32_t visible_globals_ = 0;
    bool has_memory0_ = false;
    ValType memory0_address_;
};

/// What a sink must have. validate_function() calls begin() once, instruction() after each
/// instruction that is valid, and finish() after the last `end`; an Error from any of them ends it.
/// A sink may have templates quick<Quick>() and control<Quick>() for the instructions that most
/// bodies are made of, which are then called in the place of instruction(), and skips(), true where
/// it wants to hear of no instruction but those that open, divide and end blocks.
struct NullSink {
    Status begin(const FunctionContext&) { return ok(); }
    /// `reachable`: whether control could come to the instruction, as far as validation knows.
    Status instruction(const Instruction&, bool /*reachable*/) { return ok(); }
    Status finish() { return ok(); }
};

namespace detail {

/// A LEB128 number of up to four bytes, as its bits.
struct QuickNumber {
    uint32_t bits = 0;
    uint32_t length = 0;  ///< In bytes. 5: it is longer.

    [[nodiscard]] uint32_t as_signed() const
    {
        const uint32_t unused = 32 - 7 * length;
        return static_cast<uint32_t>(static_cast<int32_t>(bits << unused) >> unused);
    }
};

/// Of more bytes than one. How many they are is hard to guess, so nothing depends on a guess.
inline QuickNumber long_quick_number(uint32_t bytes)
{
    const uint32_t ends = ~bytes & 0x80808000u;
    const uint32_t own = ends ^ (ends - 1);  // the number's bytes, but for the topmost bit
    bytes &= own;
    return {.bits = (bytes & 0x7f) | (bytes >> 1 & 0x3f80) | (bytes >> 2 & 0x1fc000) |
                    (bytes >> 3 & 0xfe00000),
            .length = ends == 0 ? 5u : static_cast<uint32_t>(std::countr_zero(ends) + 1) / 8};
}

[[gnu::always_inline]] inline QuickNumber quick_number(const uint8_t* from)
{
    if (*from < 0x80) [[likely]]
        return {.bits = *from, .length = 1};
    return long_quick_number(load_le<uint32_t>(from));
}

}  // namespace detail

template <bool Silent, class Sink>
Status FunctionValidator::run_quickly(Instruction& instruction, Sink& sink)
{
    using detail::Quick;
    using detail::QuickNumber;
    // An opcode and what the longest number or memarg below takes: no byte is compared with the
    // end.
    constexpr ptrdiff_t longest = 8;
    constexpr uint32_t quick_index = 0x80;  // of one byte

    GrowingStack<ValType>& operands = scratch_.operands;
    const uint8_t* at = decoder_.position();
    const uint8_t* const end = at + decoder_.remaining();
    const auto address_of = [](const uint8_t* byte) {
        return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(byte));
    };
    // The offset of a byte of the binary is its address and this.
    const uint32_t bias = decoder_.offset() - address_of(at);
    ValType* bottom = operands.data() + floor_;
    ValType* limit = operands.data() + operands.capacity();
    const ValType* const locals = scratch_.direct;
    const uint32_t quick_locals = all_set_ ? direct_count_ : 0;
    const bool quick_memory = has_memory0_ && memory0_address_ == ValType::i32;
    ValType* top = operands.end();

    // Tells the sink of the instruction at `at`, which goes on to `behind`.
    const auto tell = [&]<Quick Kind>(const detail::QuickRow& row, uint64_t value, ValType type,
                                      const uint8_t* behind)
                          __attribute__((always_inline)) -> Status {
        if constexpr (!Silent && !std::same_as<Sink, NullSink>) {
            const uint32_t place = bias + address_of(at);
            [[maybe_unused]] const uint8_t align = at[1];
            at = behind;
            if constexpr (requires { sink.template quick<Kind>(row, place, value); }) {
                return sink.template quick<Kind>(row, place, value);
            } else {
                constexpr bool accesses = Kind == Quick::load || Kind == Quick::store;
                instruction.op = row.op;
                instruction.offset = place;
                instruction.align = align;
                instruction.index = accesses ? 0 : static_cast<uint32_t>(value);
                instruction.value = value;
                instruction.type = type;
                return sink.instruction(instruction, !unreachable_);
            }
        }
        at = behind;
        return ok();
    };

    const auto leave = [&]() __attribute__((always_inline)) {
        decoder_.advance(static_cast<size_t>(at - decoder_.position()));
        operands.resize_unchecked(static_cast<size_t>(top - operands.data()));
    };
    // Instructions of control are typed by functions of their own.
    const auto begin_control = [&](const detail::QuickRow& row) __attribute__((always_inline)) {
        instruction.op = row.op;
        instruction.offset = offset_ = bias + address_of(at);
        ++at;
        leave();
        return !unreachable_;
    };
    const auto tell_control = [&]<Quick Kind>(bool reachable)
                                  __attribute__((always_inline)) -> Status {
        if constexpr (requires { sink.template control<Kind>(instruction); })
            return sink.template control<Kind>(instruction);
        else
            return sink.instruction(instruction, reachable);
    };
    // Everything is as they left it. False: this is the end.
    const auto end_control = [&]() __attribute__((always_inline)) {
        if (done()) return false;
        if constexpr (requires { sink.skips(); }) {
            if (sink.skips()) return false;
        }
        at = decoder_.position();
        bottom = operands.data() + floor_;
        limit = operands.data() + operands.capacity();
        top = operands.end();
        return true;
    };

    // Each case goes on, or breaks where step() has to look.
    while (end - at >= longest) {
        const detail::QuickRow& row = detail::quick_bytes[*at];
        switch (row.kind) {
        case Quick::later_unary:
            if (!decoder_.features().has(info(row.op).feature)) break;
            [[fallthrough]];
        case Quick::unary: {
            if (top == bottom || top[-1] != ValType{row.operand}) break;
            top[-1] = ValType{row.result};
            WRT_CHECK(tell.template operator()<Quick::unary>(row, 0, {}, at + 1));
            continue;
        }
        case Quick::binary: {
            const ValType operand{row.operand};
            if (top - bottom < 2 || top[-1] != operand || top[-2] != operand) break;
            --top;
            top[-1] = ValType{row.result};
            WRT_CHECK(tell.template operator()<Quick::binary>(row, 0, {}, at + 1));
            continue;
        }
        // No local that is quick has an index of two bytes.
        case Quick::local_get: {
            const uint32_t index = at[1];
            if (index >= quick_locals || top == limit) break;
            const ValType type = locals[index];
            *top++ = type;
            WRT_CHECK(tell.template operator()<Quick::local_get>(row, index, type, at + 2));
            continue;
        }
        case Quick::local_set: {
            const uint32_t index = at[1];
            if (index >= quick_locals || top == bottom) break;
            const ValType type = locals[index];
            if (top[-1] != type) break;
            --top;
            WRT_CHECK(tell.template operator()<Quick::local_set>(row, index, type, at + 2));
            continue;
        }
        case Quick::local_tee: {
            const uint32_t index = at[1];
            if (index >= quick_locals || top == bottom) break;
            const ValType type = locals[index];
            if (top[-1] != type) break;
            WRT_CHECK(tell.template operator()<Quick::local_tee>(row, index, type, at + 2));
            continue;
        }
        case Quick::i32_const: {
            const QuickNumber number = detail::quick_number(at + 1);
            if (number.length > 4 || top == limit) break;
            *top++ = ValType::i32;
            WRT_CHECK(tell.template operator()<Quick::i32_const>(row, number.as_signed(), {},
                                                                 at + 1 + number.length));
            continue;
        }
        case Quick::i64_const: {
            const QuickNumber number = detail::quick_number(at + 1);
            if (number.length > 4 || top == limit) break;
            *top++ = ValType::i64;
            const auto value = int64_t{static_cast<int32_t>(number.as_signed())};
            WRT_CHECK(tell.template operator()<Quick::i64_const>(row, static_cast<uint64_t>(value),
                                                                 {}, at + 1 + number.length));
            continue;
        }
        case Quick::load: {
            const QuickNumber place = detail::quick_number(at + 2);
            if (at[1] > row.align || place.length > 4 || !quick_memory || top == bottom ||
                top[-1] != ValType::i32)
                break;
            top[-1] = ValType{row.result};
            WRT_CHECK(
                tell.template operator()<Quick::load>(row, place.bits, {}, at + 2 + place.length));
            continue;
        }
        case Quick::store: {
            const QuickNumber place = detail::quick_number(at + 2);
            if (at[1] > row.align || place.length > 4 || !quick_memory || top - bottom < 2 ||
                top[-1] != ValType{row.operand} || top[-2] != ValType::i32)
                break;
            top -= 2;
            WRT_CHECK(
                tell.template operator()<Quick::store>(row, place.bits, {}, at + 2 + place.length));
            continue;
        }
        case Quick::drop: {
            if (top == bottom) break;
            --top;
            WRT_CHECK(tell.template operator()<Quick::drop>(row, 0, *top, at + 1));
            continue;
        }
        case Quick::block: {
            if constexpr (Silent) break;
            const bool reachable = begin_control(row);
            if (!decoder_.block_type(instruction.block) || !block(instruction)) return error();
            WRT_CHECK(tell_control.template operator()<Quick::block>(reachable));
            if (!end_control()) return ok();
            continue;
        }
        case Quick::else_: {
            if constexpr (Silent) break;
            const bool reachable = begin_control(row);
            if (!else_(instruction)) return error();
            WRT_CHECK(tell_control.template operator()<Quick::else_>(reachable));
            if (!end_control()) return ok();
            continue;
        }
        case Quick::end: {
            if constexpr (Silent) break;
            const bool reachable = begin_control(row);
            if (!this->end(instruction)) return error();
            WRT_CHECK(tell_control.template operator()<Quick::end>(reachable));
            if (!end_control()) return ok();
            continue;
        }
        case Quick::br: {
            if constexpr (Silent) break;
            const bool reachable = begin_control(row);
            if (!decoder_.u32(instruction.index) || !br(instruction)) return error();
            WRT_CHECK(tell_control.template operator()<Quick::br>(reachable));
            if (!end_control()) return ok();
            continue;
        }
        case Quick::br_if: {
            if constexpr (Silent) break;
            // A label without types, as nearly all are: the stack of frames stays as it is.
            if (const uint32_t label = at[1]; label < quick_index && label < depth() &&
                                              top != bottom && top[-1] == ValType::i32 &&
                                              scratch_.frames[depth() - 1 - label].block.is_empty())
                [[likely]] {
                --top;
                instruction.op = row.op;
                instruction.offset = bias + address_of(at);
                instruction.index = label;
                instruction.params = {};
                at += 2;
                WRT_CHECK(tell_control.template operator()<Quick::br_if>(!unreachable_));
                continue;
            }
            const bool reachable = begin_control(row);
            if (!decoder_.u32(instruction.index) || !br_if(instruction)) return error();
            WRT_CHECK(tell_control.template operator()<Quick::br_if>(reachable));
            if (!end_control()) return ok();
            continue;
        }
        case Quick::return_: {
            if constexpr (Silent) break;
            const bool reachable = begin_control(row);
            if (!return_(instruction)) return error();
            WRT_CHECK(tell_control.template operator()<Quick::return_>(reachable));
            if (!end_control()) return ok();
            continue;
        }
        case Quick::call: {
            if constexpr (Silent) break;
            const bool reachable = begin_control(row);
            if (!decoder_.u32(instruction.index) || !call(instruction)) return error();
            WRT_CHECK(tell_control.template operator()<Quick::call>(reachable));
            if (!end_control()) return ok();
            continue;
        }
        case Quick::global: {
            if constexpr (Silent) break;
            if (const uint32_t index = at[1]; index < quick_index && index < visible_globals_)
                [[likely]] {
                const GlobalType& global = module_.globals[index];
                const bool get = row.op == Instr::global_get;
                if (get ? top != limit : top != bottom && top[-1] == global.type && global.mut)
                    [[likely]] {
                    if (get)
                        *top++ = global.type;
                    else
                        --top;
                    instruction.op = row.op;
                    instruction.offset = bias + address_of(at);
                    instruction.index = index;
                    instruction.type = global.type;
                    at += 2;
                    WRT_CHECK(tell_control.template operator()<Quick::global>(!unreachable_));
                    continue;
                }
            }
            const bool reachable = begin_control(row);
            if (!decoder_.u32(instruction.index) || !type_global(instruction)) return error();
            WRT_CHECK(tell_control.template operator()<Quick::global>(reachable));
            if (!end_control()) return ok();
            continue;
        }
        case Quick::later_binary:
        case Quick::no: break;
        }
        break;
    }
    leave();
    return ok();
}

/// Validates the body of a function that is not imported, and tells `sink`.
/// Errors: invalid, malformed (a body is decoded here for the first time), exhaustion, and the
/// sink's own.
template <class Sink>
Status validate_function(const Module& module, uint32_t function, ValidatorScratch& scratch,
                         Sink& sink)
{
    FunctionValidator validator{module, function, scratch};
    WRT_CHECK(validator.begin_body());
    WRT_CHECK(sink.begin(validator.context()));
    Instruction instruction;
    while (!validator.done()) {
        // A sink that skips what nothing reaches is told of blocks there, so that it knows the end.
        bool skips = false;
        if constexpr (requires { sink.skips(); }) skips = sink.skips();
        WRT_CHECK(skips ? validator.run_quickly<true>(instruction, sink)
                        : validator.run_quickly<false>(instruction, sink));
        if (validator.done()) break;
        const bool reachable = validator.reachable();
        if (!validator.step(instruction)) [[unlikely]] {
            return validator.error();
        }
        WRT_CHECK(sink.instruction(instruction, reachable));
    }
    return sink.finish();
}

}  // namespace wrt::decoder
