// The two stacks of the validation algorithm: operand types and control frames; and the locals.
// https://webassembly.github.io/spec/core/appendix/algorithm.html
#include <wrt/decoder/validate_function.hpp>

#include <wrt/foundation/limits.hpp>

#include <algorithm>

namespace wrt::decoder {

namespace {

bool same_types(const ValType* a, const ValType* b, size_t count)
{
    static_assert(sizeof(ValType) == sizeof(uint32_t));
    return count == 0 || std::memcmp(a, b, count * sizeof(ValType)) == 0;
}

}  // namespace

FunctionValidator::FunctionValidator(const Module& module, uint32_t function,
                                     ValidatorScratch& scratch)
    : module_{module},
      scratch_{scratch},
      // To the end of the binary: a body ends where its last `end` is, and only then is its size
      // compared.
      decoder_{module.binary.subspan(module.body_of(function).offset),
               module.body_of(function).offset, module.features},
      context_{.module = module,
               .function = function,
               .params = module.params_of(function),
               .results = module.results_of(function),
               .locals = {},
               .body = module.body_of(function),
               .code_offset = 0},
      visible_globals_{static_cast<uint32_t>(module.globals.size())}
{
    if (module.memories.empty()) return;
    has_memory0_ = true;
    memory0_address_ = module.memories.front().limits.address_type();
}

FunctionValidator::FunctionValidator(const Module& module, std::span<const uint8_t> bytes,
                                     uint32_t offset, uint32_t visible_globals,
                                     ValidatorScratch& scratch)
    : module_{module},
      scratch_{scratch},
      decoder_{bytes, offset, module.features},
      context_{.module = module,
               .function = no_index,
               .params = {},
               .results = {},
               .locals = {},
               .body = {},
               .code_offset = offset},
      constant_{true},
      visible_globals_{visible_globals}
{
}

Status FunctionValidator::begin_body()
{
    if (!decode_locals()) return error();
    context_.code_offset = decoder_.offset();
    scratch_.operands.clear();
    scratch_.frames.clear();
    scratch_.init_log.clear();
    if (!push_frame(Instr::block, BlockType::of_type(module_.functions[context_.function]))) {
        return error();
    }
    return ok();
}

Status FunctionValidator::begin_constant(ValType type)
{
    scratch_.operands.clear();
    scratch_.frames.clear();
    scratch_.init_log.clear();
    if (!push_frame(Instr::block, BlockType::of_result(type))) return error();
    return ok();
}

// Locals.

bool FunctionValidator::decode_locals()
{
    offset_ = decoder_.offset();
    uint32_t groups = 0;
    if (!decoder_.u32(groups)) return false;
    if (groups > context_.body.size) return fail(Errc::unexpected_end_of_section_or_function);

    GrowingStack<LocalRun>& runs = scratch_.runs;
    runs.clear();
    if (const Status room = runs.reserve(context_.params.size() + groups); !room) {
        return decoder_.fail(room.error());
    }

    const auto add = [&runs](ValType type, uint32_t end) {
        if (!runs.empty() && runs.back().type == type) {
            runs.back().end = end;
        } else {
            runs.push_unchecked({.end = end, .type = type});
        }
    };
    uint64_t count = 0;
    for (const ValType param : context_.params) {
        add(param, static_cast<uint32_t>(++count));
    }
    for (uint32_t i = 0; i < groups; ++i) {
        offset_ = decoder_.offset();
        uint32_t more = 0;
        ValType type;
        if (!decoder_.u32(more) || !decoder_.value_type(type)) return false;
        count += more;
        if (count > std::numeric_limits<uint32_t>::max()) return fail(Errc::too_many_locals);
        if (!resolve(type)) return false;
        if (more == 0) continue;
        all_set_ = all_set_ && type.is_defaultable();
        add(type, static_cast<uint32_t>(count));
    }
    if (count > limits::locals) {
        return decoder_.fail({.code = Errc::too_many_local_declarations,
                              .detail = Detail::count,
                              .offset = context_.body.offset,
                              .expected = limits::locals,
                              .actual = static_cast<uint32_t>(count)});
    }
    context_.locals = Locals{runs.as_span()};

    direct_count_ = std::min(static_cast<uint32_t>(count), direct_locals);
    uint32_t index = 0;
    for (const LocalRun& run : runs) {
        for (; index < std::min(run.end, direct_count_); ++index) {
            scratch_.direct[index] = run.type;
        }
    }
    return all_set_ || clear_set_locals();
}

bool FunctionValidator::clear_set_locals()
{
    const uint32_t count = context_.locals.count();
    const size_t words = (size_t{count} + 31) / 32;
    GrowingStack<uint32_t>& set = scratch_.set_locals;
    set.clear();
    if (const Status room = set.reserve(words); !room) return decoder_.fail(room.error());
    set.resize_unchecked(words);
    std::fill(set.begin(), set.end(), 0u);

    uint32_t index = 0;
    for (const LocalRun& run : context_.locals.runs()) {
        for (; index < run.end; ++index) {
            if (index < context_.params.size() || run.type.is_defaultable()) {
                set[index / 32] |= 1u << (index % 32);
            }
        }
    }
    return true;
}

bool FunctionValidator::local_far(Instruction& instruction)
{
    const uint32_t count = context_.locals.count();
    if (instruction.index >= count) {
        return fail_index(Errc::unknown_local, instruction.index, count);
    }
    instruction.type = context_.locals.type_of(instruction.index);
    return true;
}

bool FunctionValidator::is_set(uint32_t index)
{
    if ((scratch_.set_locals[index / 32] >> (index % 32) & 1) != 0) return true;
    return fail(Errc::uninitialized_local);
}

bool FunctionValidator::mark_set_slowly(uint32_t index)
{
    uint32_t& word = scratch_.set_locals[index / 32];
    const uint32_t bit = 1u << (index % 32);
    if ((word & bit) != 0) return true;
    word |= bit;
    if (const Status logged = scratch_.init_log.push(index); !logged) {
        return decoder_.fail(logged.error());
    }
    return true;
}

void FunctionValidator::forget_set(uint32_t init_height)
{
    while (scratch_.init_log.size() > init_height) {
        const uint32_t index = scratch_.init_log.pop();
        scratch_.set_locals[index / 32] &= ~(1u << (index % 32));
    }
}

// Operands.

bool FunctionValidator::reserve_operands(size_t count)
{
    // More than there were bytes: a call of two pushes a thousand, in code that nothing reaches
    // too, where no frame has to hold them.
    const size_t height = scratch_.operands.size() + count;
    if (height > limits::operands && height > decoder_.offset() - context_.code_offset)
        [[unlikely]] {
        return decoder_.fail(Error{.code = Errc::frame_too_large,
                                   .detail = Detail::count,
                                   .expected = limits::operands,
                                   .actual = saturate_u32(height)});
    }
    if (const Status room = scratch_.operands.reserve(count); !room) {
        return decoder_.fail(room.error());
    }
    return true;
}

bool FunctionValidator::pop_any(ValType& type)
{
    if (scratch_.operands.size() == floor_) {
        if (!unreachable_) return mismatch(ValType::bot, ValType::of_bits(nothing_type_bits));
        type = ValType::bot;
        return true;
    }
    type = scratch_.operands.pop();
    return true;
}

bool FunctionValidator::pop_other(ValType expected)
{
    if (scratch_.operands.size() == floor_) {
        return unreachable_ || mismatch(expected, ValType::of_bits(nothing_type_bits));
    }
    const ValType actual = scratch_.operands.pop();
    return module_.is_subtype(actual, expected) || mismatch(expected, actual);
}

/// Pops a reference of any type; bot comes as (ref bot).
bool FunctionValidator::pop_reference(ValType& type)
{
    if (!pop_any(type)) return false;
    if (type.is_bot()) {
        type = ValType::ref(HeapType::bot, false);
        return true;
    }
    return type.is_ref() || mismatch(ValType::ref(HeapType::bot, true), type);
}

bool FunctionValidator::apply_slowly(const Signature& signature, ValType address)
{
    const auto resolved = [address](ValType type) {
        return type.bits() == Signature::addr_bits ? address : type;
    };
    for (uint32_t i = signature.param_count; i-- > 0;) {
        if (!pop(resolved(signature.params[i]))) return false;
    }
    if (signature.result_count == 0) return true;
    return push(resolved(signature.result)) &&
           (signature.result_count == 1 || push(signature.second_result));
}

bool FunctionValidator::check_all(std::span<const ValType> types)
{
    const GrowingStack<ValType>& operands = scratch_.operands;
    const size_t available = operands.size() - floor_;
    if (available >= types.size() &&
        same_types(operands.end() - types.size(), types.data(), types.size())) {
        return true;
    }

    for (size_t i = 0; i < types.size(); ++i) {
        const ValType expected = types[types.size() - 1 - i];
        if (i == available) {
            // Below the floor of unreachable code lie as many operands of type bot as anyone asks
            // for.
            return unreachable_ || mismatch(expected, ValType::of_bits(nothing_type_bits));
        }
        const ValType actual = operands[operands.size() - 1 - i];
        if (!module_.is_subtype(actual, expected)) return mismatch(expected, actual);
    }
    return true;
}

bool FunctionValidator::pop_some(std::span<const ValType> types)
{
    if (!check_all(types)) return false;
    const uint32_t size = scratch_.operands.size();
    scratch_.operands.truncate(size - std::min<size_t>(size - floor_, types.size()));
    return true;
}

bool FunctionValidator::push_some(std::span<const ValType> types)
{
    if (!reserve_operands(types.size())) return false;
    const uint32_t size = scratch_.operands.size();
    scratch_.operands.resize_unchecked(size + types.size());
    std::memcpy(scratch_.operands.data() + size, types.data(), types.size_bytes());
    return true;
}

/// Pops `count` operands of one type.
bool FunctionValidator::pop_repeated(ValType type, uint32_t count)
{
    for (uint32_t i = 0; i < count; ++i) {
        if (unreachable_ && scratch_.operands.size() == floor_) return true;  // the rest is bot
        if (!pop(type)) return false;
    }
    return true;
}

// Control.

bool FunctionValidator::push_frame(Instr op, BlockType block)
{
    GrowingStack<ControlFrame>& frames = scratch_.frames;
    if (!frames.empty()) frames.back().unreachable = unreachable_;
    const ControlFrame frame{.block = block,
                             .height = scratch_.operands.size(),
                             .init_height = scratch_.init_log.size(),
                             .op = op,
                             .unreachable = false};
    if (const Status pushed = frames.push(frame); !pushed) return decoder_.fail(pushed.error());
    floor_ = frame.height;
    unreachable_ = false;
    return true;
}

void FunctionValidator::set_unreachable()
{
    scratch_.operands.truncate(floor_);
    unreachable_ = true;
}

bool FunctionValidator::label_types(uint32_t label, std::span<const ValType>& types)
{
    const GrowingStack<ControlFrame>& frames = scratch_.frames;
    if (label >= frames.size()) return fail_index(Errc::unknown_label, label, frames.size());
    const ControlFrame& frame = frames[frames.size() - 1 - label];
    if (frame.block.is_empty()) {
        types = {};
        return true;
    }
    types = frame.op == Instr::loop ? module_.types.params(frame.block)
                                    : module_.types.results(frame.block);
    return true;
}

bool FunctionValidator::match_all(std::span<const ValType> subs, std::span<const ValType> supers)
{
    if (subs.size() != supers.size()) return wrong_count(supers.size(), subs.size());
    if (same_types(subs.data(), supers.data(), subs.size())) return true;
    for (size_t i = 0; i < subs.size(); ++i) {
        if (!module_.is_subtype(subs[i], supers[i])) return mismatch(supers[i], subs[i]);
    }
    return true;
}

bool FunctionValidator::block(Instruction& instruction)
{
    if (instruction.block.is_empty() && instruction.op != Instr::try_table) [[likely]] {
        instruction.params = {};
        instruction.results = {};
        if (instruction.op == Instr::if_ && !pop(ValType::i32)) return false;
        return push_frame(instruction.op, instruction.block);
    }
    if (instruction.block.is_index()) {
        if (find_type(instruction.block.index(), CompositeKind::func) == nullptr) return false;
    } else if (!instruction.block.is_empty()) {
        ValType result = instruction.block.result();
        if (!resolve(result)) return false;
        instruction.block = BlockType::of_result(result);
    }
    instruction.params = module_.types.params(instruction.block);
    instruction.results = module_.types.results(instruction.block);

    if (instruction.op == Instr::if_ && !pop(ValType::i32)) return false;
    if (!pop_all(instruction.params)) return false;
    if (instruction.op == Instr::try_table && !catches(instruction)) return false;
    return push_frame(instruction.op, instruction.block) && push_all(instruction.params);
}

/// The operands at the end of a block, or of its first branch: exactly its results.
bool FunctionValidator::close_frame(Instruction& instruction)
{
    const ControlFrame& frame = scratch_.frames.back();
    instruction.block = frame.block;
    if (frame.block.is_empty() && scratch_.operands.size() == floor_) [[likely]] {
        instruction.params = {};
        instruction.results = {};
        forget_set(frame.init_height);
        return true;
    }
    instruction.params = module_.types.params(frame.block);
    instruction.results = module_.types.results(frame.block);
    const size_t given = scratch_.operands.size() - floor_;
    if (!pop_all(instruction.results)) return false;
    if (scratch_.operands.size() != floor_) return wrong_count(instruction.results.size(), given);
    forget_set(frame.init_height);
    return true;
}

bool FunctionValidator::else_(Instruction& instruction)
{
    if (scratch_.frames.back().op != Instr::if_) return fail(Errc::end_opcode_expected);
    if (!close_frame(instruction)) return false;
    scratch_.frames.back().op = Instr::else_;
    unreachable_ = false;
    return push_all(instruction.params);
}

bool FunctionValidator::end(Instruction& instruction)
{
    if (!close_frame(instruction)) return false;
    // Without else, the params are what that branch leaves.
    if (scratch_.frames.back().op == Instr::if_ &&
        !match_all(instruction.params, instruction.results)) {
        return false;
    }
    scratch_.frames.pop();
    if (scratch_.frames.empty()) {
        const uint32_t body_end = context_.body.offset + context_.body.size;
        return constant_ || decoder_.offset() == body_end ||
               decoder_.fail(Errc::section_size_mismatch);
    }
    floor_ = scratch_.frames.back().height;
    unreachable_ = scratch_.frames.back().unreachable;
    return push_all(instruction.results);
}

/// All labels take what is on the stack, which stays there while they are asked. A type with many
/// results is asked once in each br_table, however many labels have it, so that the time is linear
/// in labels plus the types' own length.
bool FunctionValidator::br_table(Instruction& instruction)
{
    constexpr size_t few = 8;
    if (!pop(ValType::i32)) return false;
    std::span<const ValType> last;
    if (!label_types(instruction.index, last)) return false;

    if (last.size() > few) {
        GrowingStack<uint32_t>& stamps = scratch_.table_stamps;
        const size_t wanted = size_t{module_.types.size()} * 2;
        if (stamps.size() != wanted ||
            scratch_.table_stamp == std::numeric_limits<uint32_t>::max()) {
            stamps.clear();
            if (const Status room = stamps.reserve(wanted); !room) {
                return decoder_.fail(room.error());
            }
            stamps.resize_unchecked(wanted);
            std::fill(stamps.begin(), stamps.end(), 0u);
            scratch_.table_stamp = 0;
        }
        ++scratch_.table_stamp;
    }
    LabelReader labels{instruction.targets};
    for (uint64_t i = 0; i <= instruction.target_count; ++i) {
        const uint32_t label = labels.next();
        std::span<const ValType> types;
        if (!label_types(label, types)) return false;
        if (types.size() != last.size()) return wrong_count(last.size(), types.size());
        if (types.empty()) continue;
        if (last.size() > few) {
            const ControlFrame& frame = scratch_.frames[scratch_.frames.size() - 1 - label];
            uint32_t& stamp =
                scratch_.table_stamps[module_.types.canonical(frame.block.index()) * 2 +
                                      (frame.op == Instr::loop ? 1u : 0u)];
            if (stamp == scratch_.table_stamp) continue;
            stamp = scratch_.table_stamp;
        }
        if (!check_all(types)) return false;
    }
    instruction.params = last;
    set_unreachable();
    return true;
}

/// A handler's label takes the tag's params, and the exception behind them where it is asked for.
bool FunctionValidator::catches(const Instruction& instruction)
{
    CatchReader clauses{instruction.targets};
    for (uint32_t i = 0; i < instruction.target_count; ++i) {
        const CatchClause clause = clauses.next();
        std::span<const ValType> caught;
        if (clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref) {
            if (clause.tag >= module_.tags.size()) {
                return fail_index(Errc::unknown_tag, clause.tag, module_.tags.size());
            }
            caught = module_.types.params(module_.tags[clause.tag].type);
        }
        std::span<const ValType> types;
        if (!label_types(clause.label, types)) return false;
        if (clause.kind == CatchKind::catch_ref || clause.kind == CatchKind::catch_all_ref) {
            if (types.empty()) return wrong_count(caught.size() + 1, 0);
            const ValType exception = ValType::ref(HeapType::exn, false);
            if (!module_.is_subtype(exception, types.back())) {
                return mismatch(types.back(), exception);
            }
            types = types.first(types.size() - 1);
        }
        if (!match_all(caught, types)) return false;
    }
    return true;
}

// Refusals.

bool FunctionValidator::fail(Errc code)
{
    return decoder_.fail({.code = code, .offset = offset_});
}

bool FunctionValidator::fail_index(Errc code, uint32_t index, size_t size)
{
    return decoder_.fail({.code = code,
                          .detail = Detail::index,
                          .offset = offset_,
                          .expected = saturate_u32(size),
                          .actual = index});
}

bool FunctionValidator::mismatch(ValType expected, ValType actual)
{
    return decoder_.fail({.code = Errc::type_mismatch,
                          .detail = Detail::types,
                          .offset = offset_,
                          .expected = expected.bits(),
                          .actual = actual.bits()});
}

bool FunctionValidator::wrong_count(size_t expected, size_t actual)
{
    return decoder_.fail({.code = Errc::type_mismatch,
                          .detail = Detail::count,
                          .offset = offset_,
                          .expected = saturate_u32(expected),
                          .actual = saturate_u32(actual)});
}

}  // namespace wrt::decoder
