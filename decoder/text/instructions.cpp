// Sequences of instructions, flat and folded (6.5). What is open is on a stack: nothing recurses,
// however deep a text nests.
#include "assembler.hpp"
#include "keywords.hpp"

#include <wrt/text/literals.hpp>

namespace wrt::text {

namespace {

/// The row of that name, or Instr::count_: the legacy instructions are looked up, and are there
/// where the table has them.
consteval Instr row_named(std::string_view text)
{
    for (uint32_t i = 0; i < instr_count; ++i) {
        if (instr_table[i].text == text) return static_cast<Instr>(i);
    }
    return Instr::count_;
}

constexpr Instr try_row = row_named("try");
constexpr Instr catch_row = row_named("catch");
constexpr Instr catch_all_row = row_named("catch_all");
constexpr Instr delegate_row = row_named("delegate");

bool is_block(Instr op)
{
    return op == Instr::block || op == Instr::loop || op == Instr::if_ || op == Instr::try_table ||
           op == try_row;
}

}  // namespace

Status Assembler::expression(ByteBuffer& out)
{
    return whole_expression(out, false);
}

Status Assembler::folded_expression(ByteBuffer& out)
{
    if (!at(TokenKind::left)) return unexpected();
    return whole_expression(out, true);
}

Status Assembler::whole_expression(ByteBuffer& out, bool single)
{
    out_ = &out;
    open_.clear();
    pending_.truncate(0);
    labels_ = 1;
    WRT_CHECK(sequence(single));
    opcode(Instr::end, out);
    WRT_CHECK(pending_.status());
    return out.status();
}

Status Assembler::sequence(bool single)
{
    while (true) {
        switch (peek().kind) {
        case TokenKind::keyword:
            if (!takes_flat()) return unexpected();
            WRT_CHECK(flat());
            break;
        case TokenKind::left: WRT_CHECK(folded()); break;
        case TokenKind::right:
            if (open_.empty()) return ok();
            WRT_CHECK(close_folded());
            break;
        case TokenKind::natural:
        case TokenKind::integer:
        case TokenKind::floating:
        case TokenKind::string:
        case TokenKind::identifier:
        case TokenKind::reserved:
        case TokenKind::failure:
        case TokenKind::end: return unexpected();
        }
        if (single && open_.empty()) return ok();
    }
}

/// Whether a flat instruction may stand here; operands and clauses are folded.
bool Assembler::takes_flat() const
{
    if (open_.empty()) return true;
    switch (open_.back().kind) {
    case Open::Kind::block:
    case Open::Kind::if_:
    case Open::Kind::else_:
    case Open::Kind::try_:
    case Open::Kind::catch_:
    case Open::Kind::catch_all:
    case Open::Kind::folded_block:
    case Open::Kind::folded_then:
    case Open::Kind::folded_else:
    case Open::Kind::folded_do:
    case Open::Kind::folded_catch:
    case Open::Kind::folded_catch_all: return true;
    case Open::Kind::plain:
    case Open::Kind::folded_if:
    case Open::Kind::folded_after_then:
    case Open::Kind::folded_after_else:
    case Open::Kind::folded_try:
    case Open::Kind::folded_after_do:
    case Open::Kind::folded_after_all: return false;
    }
    return false;
}

// Labels

/// The identifier at the cursor, if there is one, is the label of `open`.
void Assembler::take_label(Open& open)
{
    if (!at(TokenKind::identifier)) return;
    open.label = position();
    advance();
}

Status Assembler::push_label(Open& open)
{
    const uint32_t depth = labels_++;
    const uint32_t index = next_label_++;
    if (open.label == no_index) return ok();
    WRT_TRY(const std::string_view text, content(token(open.label)));
    WRT_TRY(uint32_t* const place, names_.place(Space::label, 0, text));
    open.shadowed = *place;
    *place = depth;
    if (function_ == no_index) return ok();
    return name(NameKind::label, function_, index, text);
}

Status Assembler::pop_label(const Open& open)
{
    --labels_;
    if (open.label == no_index) return ok();
    WRT_TRY(const std::string_view text, content(token(open.label)));
    WRT_TRY(uint32_t* const place, names_.place(Space::label, 0, text));
    *place = open.shadowed;
    return ok();
}

/// Behind `else`, `end` and their like, the block's label may be said again.
Status Assembler::repeat_label(const Open& open)
{
    if (!at(TokenKind::identifier)) return ok();
    if (open.label == no_index) return error(Errc::mismatching_label);
    WRT_TRY(const std::string_view expected, content(token(open.label)));
    WRT_TRY(const std::string_view found, content(peek()));
    if (expected != found) return error(Errc::mismatching_label);
    advance();
    return ok();
}

// Flat instructions

Status Assembler::flat()
{
    const Instr op = instruction_named(text(peek()));
    if (op == Instr::count_) return unexpected();
    if (op == Instr::else_) return flat_else();
    if (op == Instr::end) return flat_end();
    if (op == catch_row || op == catch_all_row) return flat_catch(op);
    if (op == delegate_row) return flat_delegate();

    Open open;
    WRT_CHECK(branch_hint(position(), op, open));
    advance();
    if (is_block(op)) return flat_block(op, open);
    write_hint(open);
    return immediates(op, *out_);
}

Status Assembler::flat_block(Instr op, Open& open)
{
    open.kind = op == Instr::if_ ? Open::Kind::if_
                : op == try_row  ? Open::Kind::try_
                                 : Open::Kind::block;
    take_label(open);
    write_hint(open);
    WRT_CHECK(block_header(op, *out_));
    WRT_CHECK(push_label(open));
    return open_.push(open);
}

Status Assembler::flat_else()
{
    if (open_.empty() || open_.back().kind != Open::Kind::if_) return unexpected();
    advance();
    WRT_CHECK(repeat_label(open_.back()));
    open_.back().kind = Open::Kind::else_;
    opcode(Instr::else_, *out_);
    return out_->status();
}

Status Assembler::flat_end()
{
    if (open_.empty()) return unexpected();
    switch (open_.back().kind) {
    case Open::Kind::block:
    case Open::Kind::if_:
    case Open::Kind::else_:
    case Open::Kind::try_:
    case Open::Kind::catch_:
    case Open::Kind::catch_all: break;
    case Open::Kind::plain:
    case Open::Kind::folded_block:
    case Open::Kind::folded_if:
    case Open::Kind::folded_then:
    case Open::Kind::folded_after_then:
    case Open::Kind::folded_else:
    case Open::Kind::folded_after_else:
    case Open::Kind::folded_try:
    case Open::Kind::folded_do:
    case Open::Kind::folded_after_do:
    case Open::Kind::folded_catch:
    case Open::Kind::folded_catch_all:
    case Open::Kind::folded_after_all: return unexpected();
    }
    advance();
    WRT_CHECK(repeat_label(open_.back()));
    return end_block();
}

/// Ends the innermost block.
Status Assembler::end_block()
{
    opcode(Instr::end, *out_);
    WRT_CHECK(pop_label(open_.back()));
    open_.pop();
    return out_->status();
}

/// `catch` and `catch_all` of the legacy proposal.
Status Assembler::flat_catch(Instr op)
{
    const bool may = !open_.empty() && (open_.back().kind == Open::Kind::try_ ||
                                        open_.back().kind == Open::Kind::catch_);
    if (!may) return unexpected();
    advance();
    open_.back().kind = op == catch_row ? Open::Kind::catch_ : Open::Kind::catch_all;
    return immediates(op, *out_);
}

/// `delegate`, which ends its `try`, and counts labels from outside of it.
Status Assembler::flat_delegate()
{
    if (open_.empty() || open_.back().kind != Open::Kind::try_) return unexpected();
    advance();
    WRT_CHECK(pop_label(open_.back()));
    open_.pop();
    return immediates(delegate_row, *out_);
}

// Folded instructions

Status Assembler::folded()
{
    const uint32_t left = position();
    if (token(left + 1).kind != TokenKind::keyword) return unexpected_at(left + 1);
    const std::string_view word = text_at(left + 1);
    const bool may_be_clause = !open_.empty() && open_.back().kind != Open::Kind::plain;
    if (may_be_clause) {
        bool taken = false;
        WRT_CHECK(folded_clause(word, taken));
        if (taken) return ok();
    }
    const bool takes_instruction = takes_flat() || open_.back().kind == Open::Kind::plain ||
                                   open_.back().kind == Open::Kind::folded_if;
    if (!takes_instruction) return unexpected_at(left + 1);

    const Instr op = instruction_named(word);
    const bool is_none = op == Instr::count_ || op == Instr::else_ || op == Instr::end ||
                         op == catch_row || op == catch_all_row || op == delegate_row;
    if (is_none) return unexpected_at(left + 1);
    Open open;
    WRT_CHECK(branch_hint(left, op, open));
    WRT_CHECK(branch_hint(left + 1, op, open));
    advance(2);
    open.pending = pending_.size();
    if (!is_block(op)) {
        open.kind = Open::Kind::plain;
        WRT_CHECK(immediates(op, pending_));
        return open_.push(open);
    }
    take_label(open);
    if (op == Instr::if_) {
        // The condition stands outside of the label, and before the instruction.
        open.kind = Open::Kind::folded_if;
        WRT_CHECK(block_header(op, pending_));
        return open_.push(open);
    }
    open.kind = op == try_row ? Open::Kind::folded_try : Open::Kind::folded_block;
    WRT_CHECK(block_header(op, *out_));
    WRT_CHECK(push_label(open));
    return open_.push(open);
}

void Assembler::write_pending(const Open& open)
{
    write_hint(open);
    out_->append(pending_.bytes().subspan(open.pending));
    pending_.truncate(open.pending);
}

/// (then ...), (else ...), (do ...), (catch ...), (catch_all ...) and (delegate l), where they may
/// stand.
Status Assembler::folded_clause(std::string_view word, bool& taken)
{
    Open& open = open_.back();
    const Open::Kind kind = open.kind;
    taken = true;
    if (kind == Open::Kind::folded_if && word == "then") {
        advance(2);
        write_pending(open);
        open.kind = Open::Kind::folded_then;
        return push_label(open);
    }
    if (kind == Open::Kind::folded_after_then && word == "else") {
        advance(2);
        open.kind = Open::Kind::folded_else;
        opcode(Instr::else_, *out_);
        return out_->status();
    }
    if (kind == Open::Kind::folded_try && word == "do") {
        advance(2);
        open.kind = Open::Kind::folded_do;
        return ok();
    }
    if (kind == Open::Kind::folded_after_do && word == "catch") {
        advance(2);
        open.kind = Open::Kind::folded_catch;
        return immediates(catch_row, *out_);
    }
    if (kind == Open::Kind::folded_after_do && word == "catch_all") {
        advance(2);
        open.kind = Open::Kind::folded_catch_all;
        return immediates(catch_all_row, *out_);
    }
    if (kind == Open::Kind::folded_after_do && word == "delegate") {
        advance(2);
        WRT_CHECK(pop_label(open));
        open_.pop();
        WRT_CHECK(immediates(delegate_row, *out_));
        WRT_CHECK(expect(TokenKind::right));
        return expect(TokenKind::right);
    }
    taken = false;
    return ok();
}

/// The `)` of the innermost folded form.
Status Assembler::close_folded()
{
    Open& open = open_.back();
    switch (open.kind) {
    case Open::Kind::plain:
        write_pending(open);
        open_.pop();
        break;
    case Open::Kind::folded_block:
    case Open::Kind::folded_after_then:
    case Open::Kind::folded_after_else:
    case Open::Kind::folded_after_do:
    case Open::Kind::folded_after_all: WRT_CHECK(end_block()); break;
    case Open::Kind::folded_then: open.kind = Open::Kind::folded_after_then; break;
    case Open::Kind::folded_else: open.kind = Open::Kind::folded_after_else; break;
    case Open::Kind::folded_do:
    case Open::Kind::folded_catch: open.kind = Open::Kind::folded_after_do; break;
    case Open::Kind::folded_catch_all: open.kind = Open::Kind::folded_after_all; break;
    case Open::Kind::block:
    case Open::Kind::if_:
    case Open::Kind::else_:
    case Open::Kind::try_:
    case Open::Kind::catch_:
    case Open::Kind::catch_all:
    case Open::Kind::folded_if:
    case Open::Kind::folded_try: return unexpected();
    }
    advance();
    return out_->status();
}

}  // namespace wrt::text
