// Annotations that mean something (appendix A.5 and A.6): @custom, @name and
// @metadata.code.branch_hint.
#include "assembler.hpp"
#include "custom_places.hpp"

#include <wrt/text/literals.hpp>

#include <algorithm>

namespace wrt::text {

namespace {

/// Places of custom sections among the others: 0 is before the first, then two for each section, of
/// what stands before and behind it, and `last_place`.
uint32_t place_named(std::string_view side, std::string_view section)
{
    const bool after = side == "after";
    if (section == "first" && !after) return 0;
    if (section == "last" && after) return last_place;
    for (uint32_t i = 0; i < section_order.size(); ++i) {
        if (section_order[i].word != section) continue;
        return after ? place_after(i) : place_before(i);
    }
    return no_place;
}

}  // namespace

/// Index of the first annotation in front of a token, or no_index.
uint32_t Assembler::annotation_at(uint32_t token) const
{
    const auto annotations = tokens_.annotations;
    if (annotations.empty()) return no_index;
    const auto found = std::ranges::lower_bound(annotations, token, {}, &Annotation::token);
    if (found == annotations.end() || found->token != token) return no_index;
    return static_cast<uint32_t>(found - annotations.begin());
}

Result<Tokens> Assembler::contents_of(const Annotation& annotation)
{
    return tokenize(tokens_.source.substr(annotation.content, annotation.size), arena_);
}

/// Takes the @custom annotations between two fields.
Status Assembler::custom_annotations(uint32_t token)
{
    uint32_t index = annotation_at(token);
    if (index == no_index) return ok();
    for (; index < tokens_.annotations.size() && tokens_.annotations[index].token == token;
         ++index) {
        if (tokens_.annotations[index].kind != Annotation::Kind::custom) continue;
        WRT_CHECK(custom_annotation(index));
    }
    return ok();
}

/// (@custom "name" (before section)? "bytes"*)
Status Assembler::custom_annotation(uint32_t index)
{
    const Annotation& annotation = tokens_.annotations[index];
    used_[index] = true;
    const auto wrong = [&annotation](Errc code) {
        return Error{.code = code, .offset = annotation.offset};
    };
    WRT_TRY(const Tokens contents, contents_of(annotation));
    TokenCursor cursor{contents, arena_};
    if (!cursor.at(TokenKind::string)) return wrong(Errc::custom_without_name);
    if (!is_name_literal(cursor.text(cursor.peek()))) {
        return wrong(Errc::custom_name_malformed_utf8);
    }
    CustomSection section{.place = last_place, .first = custom_bytes_.size()};
    WRT_TRY(const std::string_view name, cursor.name_string());
    if (cursor.skip(TokenKind::left)) {
        const bool has_side = cursor.at_keyword("before") || cursor.at_keyword("after");
        if (!has_side) return wrong(Errc::custom_malformed_placement);
        const std::string_view side = cursor.text(cursor.peek());
        cursor.advance();
        section.place = place_named(side, cursor.text(cursor.peek()));
        if (section.place == no_place) return wrong(Errc::custom_malformed_section_kind);
        cursor.advance();
        if (!cursor.skip(TokenKind::right)) return wrong(Errc::custom_unexpected_token);
    }
    custom_bytes_.name(name);
    while (cursor.at(TokenKind::string)) {
        WRT_TRY(const std::string_view bytes, cursor.content(cursor.peek()));
        custom_bytes_.append(bytes);
        cursor.advance();
    }
    if (!cursor.at(TokenKind::end)) return wrong(Errc::custom_unexpected_token);
    WRT_CHECK(custom_bytes_.status());
    section.size = custom_bytes_.size() - section.first;
    return customs_.push(section);
}

/// The one string of a @name annotation.
Result<std::string_view> Assembler::one_name(const Annotation& annotation)
{
    const auto wrong = [&annotation](Errc code) {
        return Error{.code = code, .offset = annotation.offset};
    };
    WRT_TRY(const Tokens contents, contents_of(annotation));
    TokenCursor cursor{contents, arena_};
    if (!cursor.at(TokenKind::string)) return wrong(Errc::name_unexpected_token);
    if (!is_name_literal(cursor.text(cursor.peek()))) return wrong(Errc::name_malformed_utf8);
    WRT_TRY(const std::string_view name, cursor.name_string());
    if (!cursor.at(TokenKind::end)) return wrong(Errc::name_unexpected_token);
    return name;
}

/// Takes a @name annotation in front of a token, if there is one: it overrules an identifier.
Status Assembler::name_annotation(uint32_t token, NameKind kind, uint32_t outer, uint32_t index)
{
    uint32_t at = annotation_at(token);
    if (at == no_index) return ok();
    for (; at < tokens_.annotations.size() && tokens_.annotations[at].token == token; ++at) {
        if (tokens_.annotations[at].kind != Annotation::Kind::name || used_[at]) continue;
        used_[at] = true;
        WRT_TRY(const std::string_view text, one_name(tokens_.annotations[at]));
        return name(kind, outer, index, text);
    }
    return ok();
}

/// The @name of the module, in front of its first field.
Status Assembler::module_name(uint32_t token)
{
    uint32_t at = annotation_at(token);
    if (at == no_index) return ok();
    bool named = false;
    for (; at < tokens_.annotations.size() && tokens_.annotations[at].token == token; ++at) {
        const Annotation& annotation = tokens_.annotations[at];
        if (annotation.kind != Annotation::Kind::name) continue;
        if (named) {
            return Error{.code = Errc::name_multiple_module, .offset = annotation.offset};
        }
        named = true;
        used_[at] = true;
        WRT_TRY(const std::string_view text, one_name(annotation));
        WRT_CHECK(name(NameKind::module, 0, 0, text));
    }
    return ok();
}

/// The byte of a hint: 0 unlikely, 1 likely.
Result<uint8_t> Assembler::one_byte(const Annotation& annotation)
{
    const Error wrong{.code = Errc::hint_unexpected_token, .offset = annotation.offset};
    WRT_TRY(const Tokens contents, contents_of(annotation));
    TokenCursor cursor{contents, arena_};
    if (!cursor.at(TokenKind::string)) return wrong;
    WRT_TRY(const std::string_view bytes, cursor.content(cursor.peek()));
    cursor.advance();
    if (!cursor.at(TokenKind::end) || bytes.size() != 1) return wrong;
    return static_cast<uint8_t>(bytes.front());
}

/// Takes a branch hint in front of the token that `op` begins with.
Status Assembler::branch_hint(uint32_t token, Instr op, Open& open)
{
    uint32_t at = annotation_at(token);
    if (at == no_index) return ok();
    for (; at < tokens_.annotations.size() && tokens_.annotations[at].token == token; ++at) {
        const Annotation& annotation = tokens_.annotations[at];
        if (annotation.kind != Annotation::Kind::branch_hint) continue;
        used_[at] = true;
        if (open.has_hint) return Error{.code = Errc::hint_duplicate, .offset = annotation.offset};
        if (op != Instr::if_ && op != Instr::br_if) {
            return Error{.code = Errc::hint_invalid_target, .offset = annotation.offset};
        }
        open.has_hint = true;
        WRT_TRY(open.hint, one_byte(annotation));
    }
    return ok();
}

/// The instruction that comes next is the hinted one.
void Assembler::write_hint(const Open& open)
{
    if (!open.has_hint) return;
    ++hint_count_;
    hints_.u32(out_->size());
    hints_.u32(1);
    hints_.byte(open.hint);
}

bool Assembler::is_in_function(const Annotation& annotation) const
{
    return std::ranges::any_of(fields_.as_span(), [&](const Field& field) {
        return field.keyword == "func" && field.token < annotation.token &&
               annotation.token <= token(field.token).partner;
    });
}

/// Every annotation has been where it means something.
Status Assembler::check_annotations() const
{
    for (uint32_t i = 0; i < tokens_.annotations.size(); ++i) {
        if (used_[i]) continue;
        const Annotation& annotation = tokens_.annotations[i];
        switch (annotation.kind) {
        case Annotation::Kind::custom:
            return Error{.code = Errc::misplaced_custom, .offset = annotation.offset};
        case Annotation::Kind::name:
            return Error{.code = Errc::misplaced_name, .offset = annotation.offset};
        case Annotation::Kind::branch_hint:
            return Error{.code = is_in_function(annotation) ? Errc::hint_invalid_target
                                                            : Errc::hint_not_in_a_function,
                         .offset = annotation.offset};
        }
    }
    return ok();
}

}  // namespace wrt::text
