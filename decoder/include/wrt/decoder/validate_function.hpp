// validate_function(): one streaming pass over a function body: decode an instruction, type it, hand it to a sink.
// The algorithm of the specification's appendix 7.3: a stack of operand types, a stack of control frames, nothing else;
// no recursion, and time linear in the bytes (br_table included, see FunctionValidator::br_table).
#pragma once

#include <wrt/decoder/instruction_decoder.hpp>
#include <wrt/decoder/module.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/result.hpp>

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

/// A function's params and locals, run-length encoded as the binary does: 50,000 locals are two bytes.
class Locals {
public:
    Locals() = default;
    explicit Locals(std::span<const LocalRun> runs) : runs_{runs} {}

    uint32_t count() const { return runs_.empty() ? 0 : runs_.back().end; }
    std::span<const LocalRun> runs() const { return runs_; }

    /// Logarithmic in the number of runs.
    ValType type_of(uint32_t index) const
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
        return runs_[low].type;
    }

private:
    std::span<const LocalRun> runs_;
};

/// What a sink learns before the first instruction. Views last until the end of validate_function().
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
    Instr op = Instr::block;   ///< block, loop, if_, else_, try_table.
    bool unreachable = false;
};

static_assert(sizeof(ControlFrame) == 16);

/// Stacks that validation needs, kept from function to function so that scratch grows to the largest only. Storage comes
/// from the arena's scratch end and is given back when the scope around it is left.
struct ValidatorScratch {
    explicit ValidatorScratch(Arena& arena)
        : operands{arena}, frames{arena}, runs{arena}, set_locals{arena}, init_log{arena}, table_stamps{arena}
    {
    }

    GrowingStack<ValType> operands;
    GrowingStack<ControlFrame> frames;
    GrowingStack<LocalRun> runs;
    GrowingStack<uint32_t> set_locals;    ///< Bit set of locals that hold a value; only where some start without.
    GrowingStack<uint32_t> init_log;      ///< Locals whose bit a block set, to clear at its end.
    GrowingStack<uint32_t> table_stamps;  ///< Per type: the last br_table that checked a label of it.
    uint32_t table_stamp = 0;

    static constexpr uint32_t direct_locals = 64;
    ValType direct[direct_locals];        ///< Types of the first locals, which most instructions name.
};

/// Types one function body or one constant expression, an instruction at a time. Not for use by itself: see
/// validate_function().
class FunctionValidator {
public:
    /// For a body. `function` is not imported.
    FunctionValidator(const Module& module, uint32_t function, ValidatorScratch& scratch);
    /// For a constant expression somewhere in `bytes`, of which globals below `visible_globals` may be read.
    FunctionValidator(const Module& module, std::span<const uint8_t> bytes, uint32_t offset, uint32_t visible_globals,
                      ValidatorScratch& scratch);

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
    [[nodiscard]] bool step(Instruction& instruction)
    {
        if (!decoder_.next(instruction)) [[unlikely]] return false;
        return type(instruction);
    }

    /// The halves of step(), for who has to ask something in between.
    [[nodiscard]] bool decode(Instruction& instruction) { return decoder_.next(instruction); }
    /// Types the instruction, which has just been decoded.
    [[nodiscard]] bool type(Instruction& instruction)
    {
        offset_ = instruction.offset;
        switch (raw(instruction.op)) {
        case raw(Instr::local_get):
            return local(instruction) && (all_set_ || is_set(instruction.index)) && push(instruction.type);
        case raw(Instr::local_set): return local(instruction) && pop(instruction.type) && mark_set(instruction.index);
        case raw(Instr::local_tee):
            return local(instruction) && pop(instruction.type) && push(instruction.type) && mark_set(instruction.index);
        case raw(Instr::i32_const): return push(ValType::i32);
        default: break;
        }
        const InstrInfo& row = info(instruction.op);
        if (row.immediates == Immediates::none && !row.signature.by_hand) [[likely]] return apply(row.signature);
        return type_with_context(instruction, row);
    }

private:
    static constexpr uint32_t direct_locals = ValidatorScratch::direct_locals;

    // Operands ---------------------------------------------------------------------------------------------------

    [[nodiscard]] bool push(ValType type)
    {
        if (scratch_.operands.full()) [[unlikely]] {
            if (!reserve_operands(1)) return false;
        }
        scratch_.operands.push_unchecked(type);
        return true;
    }

    [[nodiscard]] bool pop(ValType expected)
    {
        GrowingStack<ValType>& operands = scratch_.operands;
        if (operands.size() > floor_ && operands.back() == expected) [[likely]] {
            operands.truncate(operands.size() - 1);
            return true;
        }
        return pop_other(expected);
    }

    /// Types an instruction by its row. No `addr` in it.
    [[nodiscard]] bool apply(const Signature& signature)
    {
        GrowingStack<ValType>& operands = scratch_.operands;
        const uint32_t count = signature.param_count;
        if (operands.size() - floor_ >= count) [[likely]] {
            const ValType* const top = operands.end() - count;
            uint32_t same = 1;
            for (uint32_t i = 0; i < count; ++i) same &= static_cast<uint32_t>(top[i] == signature.params[i]);
            if (same != 0) [[likely]] {
                operands.truncate(operands.size() - count);
                return signature.result_count == 0 || push(signature.result);
            }
        }
        return apply_slowly(signature, ValType::bot);
    }

    bool reserve_operands(size_t count);
    bool pop_other(ValType expected);
    bool apply_slowly(const Signature& signature, ValType address);
    bool pop_any(ValType& type);
    bool pop_reference(ValType& type);
    bool pop_all(std::span<const ValType> types);
    bool push_all(std::span<const ValType> types);
    /// As pop_all() and push_all() of what was popped: the operands stay as they are.
    bool check_all(std::span<const ValType> types);

    // Control ----------------------------------------------------------------------------------------------------

    bool push_frame(Instr op, BlockType block);
    bool close_frame(Instruction& instruction);
    void set_unreachable();
    bool label_types(uint32_t label, std::span<const ValType>& types);
    bool match_all(std::span<const ValType> subs, std::span<const ValType> supers);
    bool block(Instruction& instruction);
    bool else_(Instruction& instruction);
    bool end(Instruction& instruction);
    bool br_table(Instruction& instruction);
    bool catches(const Instruction& instruction);

    // Locals -----------------------------------------------------------------------------------------------------

    [[nodiscard]] bool local(Instruction& instruction)
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

    // Instructions that need more than their row: validate_instruction.cpp ------------------------------------------

    bool type_with_context(Instruction& instruction, const InstrInfo& row);
    bool type_memory_access(Instruction& instruction, const InstrInfo& row);
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
    bool call(Instruction& instruction, uint32_t type_index, bool tail);
    bool pop_repeated(ValType type, uint32_t count);
    bool data_count_known();
    bool lane_below(const Instruction& instruction, uint32_t lanes);
    bool type_of_type(Instruction& instruction);

    // Lookups: the index is in its space, or a refusal ------------------------------------------------------------

    bool resolve(ValType& type);
    bool find_type(uint32_t index, CompositeKind kind, const TypeDef*& def);
    bool find_memory(uint32_t index, const MemoryType*& memory);
    bool find_table(uint32_t index, const TableType*& table);
    bool find_element(uint32_t index, const ElementSegment*& segment);
    bool find_data(uint32_t index);

    // Refusals: all return false ----------------------------------------------------------------------------------

    [[gnu::cold]] bool fail(Errc code);
    [[gnu::cold]] bool fail_index(Errc code, uint32_t index, size_t size);
    [[gnu::cold]] bool mismatch(ValType expected, ValType actual);
    [[gnu::cold]] bool wrong_count(size_t expected, size_t actual);

    const Module& module_;
    ValidatorScratch& scratch_;
    InstructionDecoder decoder_;
    FunctionContext context_;

    uint32_t offset_ = 0;        // of the instruction being typed
    uint32_t floor_ = 0;         // the innermost frame's height
    bool unreachable_ = false;   // and whether it is
    bool constant_ = false;      // a constant expression
    bool all_set_ = true;        // every local has a value
    uint32_t direct_count_ = 0;  // locals that scratch_.direct covers
    uint32_t visible_globals_ = 0;
};

/// What a sink must have. validate_function() calls begin() once, instruction() after each instruction that is valid, and
/// finish() after the last `end`; an Error from any of them ends it.
struct NullSink {
    Status begin(const FunctionContext&) { return ok(); }
    /// `reachable`: whether control could come to the instruction, as far as validation knows.
    Status instruction(const Instruction&, bool /*reachable*/) { return ok(); }
    Status finish() { return ok(); }
};

/// Validates the body of a function that is not imported, and tells `sink`.
/// Errors: invalid, malformed (a body is decoded here for the first time), exhaustion, and the sink's own.
template <class Sink>
Status validate_function(const Module& module, uint32_t function, ValidatorScratch& scratch, Sink& sink)
{
    FunctionValidator validator{module, function, scratch};
    WRT_CHECK(validator.begin_body());
    WRT_CHECK(sink.begin(validator.context()));
    Instruction instruction;
    while (!validator.done()) {
        const bool reachable = validator.reachable();
        if (!validator.step(instruction)) [[unlikely]] return validator.error();
        WRT_CHECK(sink.instruction(instruction, reachable));
    }
    return sink.finish();
}

}  // namespace wrt::decoder
