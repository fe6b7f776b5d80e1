// Canonical definitions: functions lifted and lowered, and the built-ins.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#canonical-definitions
#include "component_assembler.hpp"

#include <wrt/decoder/component.hpp>

namespace wrt::text {

namespace {

using decoder::CanonBuiltin;

/// What follows the name of a built-in.
enum class Operands : uint8_t {
    none,
    type,          ///< A type index,
    type_options,  ///< and options,
    type_async,    ///< and `async`.
    options,
    async,
    cancellable,
    cancellable_memory,
    context,  ///< A core value type and a slot.
    core_type,
    core_type_and_table,
    lower,
    task_return,
};

struct BuiltinWord {
    std::string_view word;
    uint8_t code;
    Operands operands = Operands::none;
};

constexpr BuiltinWord row(std::string_view word, CanonBuiltin builtin,
                          Operands operands = Operands::none)
{
    return {word, static_cast<uint8_t>(builtin), operands};
}

// Of shared-everything threads, which the decoder knows the codes of and nothing else.
constexpr uint8_t spawn_ref_code = 0x40;
constexpr uint8_t spawn_indirect_code = 0x41;
constexpr uint8_t available_parallelism_code = 0x42;
constexpr uint8_t lower_code = 0x01;

constexpr BuiltinWord builtins[] = {
    {"lower", lower_code, Operands::lower},
    row("resource.new", CanonBuiltin::resource_new, Operands::type),
    row("resource.drop", CanonBuiltin::resource_drop, Operands::type),
    row("resource.rep", CanonBuiltin::resource_rep, Operands::type),
    row("task.cancel", CanonBuiltin::task_cancel),
    row("subtask.cancel", CanonBuiltin::subtask_cancel, Operands::async),
    row("task.return", CanonBuiltin::task_return, Operands::task_return),
    row("context.get", CanonBuiltin::context_get, Operands::context),
    row("context.set", CanonBuiltin::context_set, Operands::context),
    row("thread.yield", CanonBuiltin::thread_yield, Operands::cancellable),
    row("subtask.drop", CanonBuiltin::subtask_drop),
    row("stream.new", CanonBuiltin::stream_new, Operands::type),
    row("stream.read", CanonBuiltin::stream_read, Operands::type_options),
    row("stream.write", CanonBuiltin::stream_write, Operands::type_options),
    row("stream.cancel-read", CanonBuiltin::stream_cancel_read, Operands::type_async),
    row("stream.cancel-write", CanonBuiltin::stream_cancel_write, Operands::type_async),
    row("stream.drop-readable", CanonBuiltin::stream_drop_readable, Operands::type),
    row("stream.drop-writable", CanonBuiltin::stream_drop_writable, Operands::type),
    row("future.new", CanonBuiltin::future_new, Operands::type),
    row("future.read", CanonBuiltin::future_read, Operands::type_options),
    row("future.write", CanonBuiltin::future_write, Operands::type_options),
    row("future.cancel-read", CanonBuiltin::future_cancel_read, Operands::type_async),
    row("future.cancel-write", CanonBuiltin::future_cancel_write, Operands::type_async),
    row("future.drop-readable", CanonBuiltin::future_drop_readable, Operands::type),
    row("future.drop-writable", CanonBuiltin::future_drop_writable, Operands::type),
    row("error-context.new", CanonBuiltin::error_context_new, Operands::options),
    row("error-context.debug-message", CanonBuiltin::error_context_debug_message,
        Operands::options),
    row("error-context.drop", CanonBuiltin::error_context_drop),
    row("waitable-set.new", CanonBuiltin::waitable_set_new),
    row("waitable-set.wait", CanonBuiltin::waitable_set_wait, Operands::cancellable_memory),
    row("waitable-set.poll", CanonBuiltin::waitable_set_poll, Operands::cancellable_memory),
    row("waitable-set.drop", CanonBuiltin::waitable_set_drop),
    row("waitable.join", CanonBuiltin::waitable_join),
    row("backpressure.inc", CanonBuiltin::backpressure_inc),
    row("backpressure.dec", CanonBuiltin::backpressure_dec),
    row("thread.index", CanonBuiltin::thread_index),
    row("thread.new-indirect", CanonBuiltin::thread_new_indirect, Operands::core_type_and_table),
    row("thread.resume-later", CanonBuiltin::thread_resume_later),
    row("thread.suspend", CanonBuiltin::thread_suspend, Operands::cancellable),
    row("thread.suspend-then-resume", CanonBuiltin::thread_suspend_then_resume,
        Operands::cancellable),
    row("thread.yield-then-resume", CanonBuiltin::thread_yield_then_resume, Operands::cancellable),
    row("thread.suspend-then-promote", CanonBuiltin::thread_suspend_then_promote,
        Operands::cancellable),
    row("thread.yield-then-promote", CanonBuiltin::thread_yield_then_promote,
        Operands::cancellable),
    {"thread.spawn-ref", spawn_ref_code, Operands::core_type},
    {"thread.spawn-indirect", spawn_indirect_code, Operands::core_type_and_table},
    {"thread.available-parallelism", available_parallelism_code},
};

struct OptionWord {
    std::string_view word;
    uint8_t code;
    Sort sort = Sort::func;  ///< Of what it takes, in parentheses; func: nothing.
};

constexpr OptionWord option_words[] = {
    {"string-encoding=utf8", 0x00},
    {"string-encoding=utf16", 0x01},
    {"string-encoding=latin1+utf16", 0x02},
    {"memory", 0x03, Sort::core_memory},
    {"realloc", 0x04, Sort::core_func},
    {"post-return", 0x05, Sort::core_func},
    {"async", 0x06},
    {"callback", 0x07, Sort::core_func},
};

}  // namespace

/// Which option is at a token, or nullptr.
static const OptionWord* option_at(const TokenCursor& cursor, uint32_t index)
{
    for (const OptionWord& candidate : option_words) {
        const bool is_word = cursor.token(index).kind == TokenKind::keyword &&
                             cursor.text_at(index) == candidate.word;
        if (candidate.sort == Sort::func ? is_word : cursor.is_left(index, candidate.word)) {
            return &candidate;
        }
    }
    return nullptr;
}

/// `canonopt*`
Status ComponentAssembler::options()
{
    uint32_t count = 0;
    for (uint32_t at = position(); option_at(*this, at) != nullptr; ++count) {
        at = token(at).kind == TokenKind::left ? token(at).partner + 1 : at + 1;
    }
    pending_.u32(count);
    while (const OptionWord* const option = option_at(*this, position())) {
        advance();
        pending_.byte(option->code);
        if (option->sort == Sort::func) continue;
        advance();
        WRT_TRY(const uint32_t index, option_operand(option->sort));
        pending_.u32(index);
        WRT_CHECK(expect(TokenKind::right));
    }
    return ok();
}

/// `$f`, `(core func $f)`, and as it once was written `$instance "export"`.
Result<uint32_t> ComponentAssembler::option_operand(Sort sort)
{
    return at_index() ? core_item(sort) : core_index_or_item(sort);
}

/// (canon lift ... (func $f ...)) or (canon lower ... (core func $f)), behind its keyword.
Status ComponentAssembler::canon()
{
    const uint32_t form = position() - 2;
    if (!skip_keyword("lift")) return core_function(form, no_index, false);
    // The function's type comes last and is defined first.
    Frame frame{.kind = Frame::Kind::lift, .form = form, .place = position()};
    const uint32_t stop = token(form).partner;
    uint32_t last = no_index;
    for (uint32_t at = position(); at < stop;) {
        last = at;
        at = token(at).kind == TokenKind::left ? token(at).partner + 1 : at + 1;
    }
    if (last == no_index || !is_left(last, "func")) return unexpected_at(stop);
    move_to(last + 2);
    frame.id = optional_id();
    WRT_CHECK(frames_.push(frame));
    return type_use(Sort::func);
}

/// (func $f (export "f")* ...): imported, an alias, or lifted; behind its keyword.
Status ComponentAssembler::function_field()
{
    const uint32_t form = position() - 2;
    const uint32_t id = optional_id();
    const uint32_t exports = skip_inline_exports();
    if (at_inline("import")) return inline_import(Sort::func, form, id, exports);
    if (at_left("alias")) {
        WRT_CHECK(alias_in_place(Sort::func, id));
        return add_inline_exports(exports, Sort::func, count(Sort::func) - 1);
    }
    WRT_CHECK(
        frames_.push({.kind = Frame::Kind::lift, .id = id, .form = form, .exports = exports}));
    return type_use(Sort::func);
}

/// The function's type is there.
Status ComponentAssembler::lift_step()
{
    const Frame frame = frames_.pop();
    const bool in_place = frame.place == no_index;
    const uint32_t type = type_;
    if (in_place) {
        if (!skip_left("canon")) {
            return at(TokenKind::left) ? unexpected_at(position() + 1) : unexpected();
        }
        if (!skip_keyword("lift")) return unexpected();
    } else {
        WRT_CHECK(expect(TokenKind::right));
        if (!at(TokenKind::right)) return unexpected();
        move_to(frame.place);
    }
    const uint32_t start = pending_.size();
    if (!at(TokenKind::left)) return unexpected();
    WRT_TRY(const uint32_t function, core_index_or_item(Sort::core_func));
    pending_.byte(0x00);
    pending_.byte(0x00);
    pending_.u32(function);
    WRT_CHECK(options());
    pending_.u32(type);
    if (in_place) {
        WRT_CHECK(expect(TokenKind::right));
    } else {
        // Only the function is behind the options.
        if (!at_left("func") || token(peek().partner + 1).kind != TokenKind::right) {
            return at(TokenKind::left) ? unexpected_at(position() + 1) : unexpected();
        }
        move_to(peek().partner + 1);
    }
    emit(Item::canon, start);
    WRT_TRY(const uint32_t lifted, bind(Sort::func, frame.id));
    if (in_place) WRT_CHECK(add_inline_exports(frame.exports, Sort::func, lifted));
    return expect(TokenKind::right);
}

/// A canonical definition of a core function, at the word that says which. `in_place`: in
/// (core func $f (canon ...)), else (canon ... (core func $f)).
Status ComponentAssembler::core_function(uint32_t form, uint32_t id, bool in_place)
{
    Frame frame{.kind = Frame::Kind::core_function,
                .closes = in_place,
                .start = pending_.size(),
                .id = id,
                .form = form};
    const BuiltinWord* found = nullptr;
    for (const BuiltinWord& candidate : builtins) {
        if (at_keyword(candidate.word)) found = &candidate;
    }
    if (found == nullptr) return unexpected();
    advance();
    frame.place = found->code;
    WRT_CHECK(frames_.push(frame));
    if (found->operands != Operands::task_return) return builtin();
    pending_.byte(found->code);
    if (!skip_left("result")) {
        pending_.byte(0x01);
        pending_.byte(0x00);
        return ok();
    }
    frames_.back().phase = 1;
    pending_.byte(0x00);
    return value_type();
}

/// All of a built-in but task.return, behind its name.
Status ComponentAssembler::builtin()
{
    const auto code = static_cast<uint8_t>(frames_.back().place);
    Operands operands = Operands::none;
    for (const BuiltinWord& candidate : builtins) {
        if (candidate.code == code) operands = candidate.operands;
    }
    const auto flag = [this, code](std::string_view word) {
        pending_.byte(code);
        pending_.byte(skip_keyword(word) ? 1 : 0);
    };
    frames_.back().phase = 2;
    switch (operands) {
    case Operands::task_return:
    case Operands::none: pending_.byte(code); return ok();
    case Operands::options: pending_.byte(code); return options();
    case Operands::async: flag("async"); return ok();
    case Operands::cancellable: flag("cancellable"); return ok();
    case Operands::type:
    case Operands::type_options:
    case Operands::type_async: {
        WRT_TRY(const uint32_t type, index_or_item(Sort::type));
        pending_.byte(code);
        pending_.u32(type);
        if (operands == Operands::type_async) pending_.byte(skip_keyword("async") ? 1 : 0);
        return operands == Operands::type_options ? options() : ok();
    }
    case Operands::cancellable_memory: {
        flag("cancellable");
        if (!skip_left("memory")) return unexpected();
        WRT_TRY(const uint32_t memory, option_operand(Sort::core_memory));
        pending_.u32(memory);
        return expect(TokenKind::right);
    }
    case Operands::context: {
        pending_.byte(code);
        WRT_CHECK(core_value_type());
        WRT_TRY(const uint32_t slot, natural32());
        pending_.u32(slot);
        return ok();
    }
    case Operands::core_type: {
        WRT_TRY(const uint32_t type, core_index_or_item(Sort::core_type));
        pending_.byte(code);
        pending_.u32(type);
        return ok();
    }
    case Operands::core_type_and_table: {
        WRT_TRY(const uint32_t type, core_index_or_item(Sort::core_type));
        WRT_TRY(const uint32_t table, core_index_or_item(Sort::core_table));
        pending_.byte(code);
        pending_.u32(type);
        pending_.u32(table);
        return ok();
    }
    case Operands::lower: {
        if (!at(TokenKind::left)) return unexpected();
        WRT_TRY(const uint32_t function, index_or_item(Sort::func));
        pending_.byte(code);
        pending_.byte(0x00);
        pending_.u32(function);
        return options();
    }
    }
    WRT_UNREACHABLE();
}

/// Behind what the built-in takes; of task.return, behind its result.
Status ComponentAssembler::core_function_step()
{
    const Frame frame = frames_.pop();
    if (frame.phase == 1) WRT_CHECK(expect(TokenKind::right));
    if (frame.phase != 2) WRT_CHECK(options());
    uint32_t id = frame.id;
    if (!frame.closes) {
        WRT_CHECK(expect(TokenKind::left));
        if (!skip_keyword("core") || !skip_keyword("func")) return unexpected();
        id = optional_id();
    }
    WRT_CHECK(expect(TokenKind::right));
    emit(Item::canon, frame.start);
    WRT_CHECK(bind(Sort::core_func, id));
    return expect(TokenKind::right);
}

}  // namespace wrt::text
