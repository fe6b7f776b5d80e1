// Annotations of components, in the form that those of modules have: (@custom "name" "bytes"*)
// between fields, and (@name "name") behind an identifier or in its place.
#include "component_assembler.hpp"

#include <wrt/text/literals.hpp>

#include <algorithm>

namespace wrt::text {

/// Index of the first annotation in front of a token, or no_index.
uint32_t ComponentAssembler::annotation_at(uint32_t token) const
{
    const auto annotations = tokens_.annotations;
    if (annotations.empty()) return no_index;
    const auto found = std::ranges::lower_bound(annotations, token, {}, &Annotation::token);
    if (found == annotations.end() || found->token != token) return no_index;
    return static_cast<uint32_t>(found - annotations.begin());
}

/// Writes the custom sections between two fields.
Status ComponentAssembler::custom_annotations()
{
    uint32_t at = annotation_at(position());
    if (at == no_index) return ok();
    for (; at < used_.size() && tokens_.annotations[at].token == position(); ++at) {
        const Annotation& annotation = tokens_.annotations[at];
        if (annotation.kind != Annotation::Kind::custom || used_[at]) continue;
        used_[at] = true;
        const auto wrong = [&annotation](Errc code) {
            return Error{.code = code, .offset = annotation.offset};
        };
        WRT_TRY(const Tokens contents,
                tokenize(tokens_.source.substr(annotation.content, annotation.size), arena_));
        TokenCursor cursor{contents, arena_};
        if (!cursor.at(TokenKind::string)) return wrong(Errc::custom_without_name);
        if (!is_name_literal(cursor.text(cursor.peek()))) {
            return wrong(Errc::custom_name_malformed_utf8);
        }
        WRT_TRY(const std::string_view name, cursor.name_string());
        scratch_.truncate(0);
        scratch_.name(name);
        while (cursor.at(TokenKind::string)) {
            WRT_TRY(const std::string_view bytes, cursor.content(cursor.peek()));
            scratch_.append(bytes);
            cursor.advance();
        }
        if (!cursor.at(TokenKind::end)) return wrong(Errc::custom_unexpected_token);
        WRT_CHECK(pending_.status());
        const uint32_t start = pending_.size();
        pending_.append(scratch_.bytes());
        flush();
        sections_.byte(0x00);
        sections_.sized(pending_.bytes().subspan(start));
        pending_.truncate(start);
    }
    return ok();
}

/// What something is called in the name section: by its annotation, else by its identifier; empty
/// where it has neither.
Result<std::string_view> ComponentAssembler::name_of(uint32_t id)
{
    if (id == no_index) return std::string_view{};
    const bool has_identifier = is_identifier(id);
    uint32_t at = annotation_at(has_identifier ? id + 1 : id);
    const uint32_t token_of = has_identifier ? id + 1 : id;
    for (; at < used_.size() && tokens_.annotations[at].token == token_of; ++at) {
        const Annotation& annotation = tokens_.annotations[at];
        if (annotation.kind != Annotation::Kind::name) continue;
        used_[at] = true;
        WRT_TRY(const Tokens contents,
                tokenize(tokens_.source.substr(annotation.content, annotation.size), arena_));
        TokenCursor cursor{contents, arena_};
        if (!cursor.at(TokenKind::string)) {
            return Error{.code = Errc::name_unexpected_token, .offset = annotation.offset};
        }
        if (!is_name_literal(cursor.text(cursor.peek()))) {
            return Error{.code = Errc::name_malformed_utf8, .offset = annotation.offset};
        }
        WRT_TRY(const std::string_view name, cursor.name_string());
        if (!cursor.at(TokenKind::end)) {
            return Error{.code = Errc::name_unexpected_token, .offset = annotation.offset};
        }
        return name;
    }
    if (!has_identifier) return std::string_view{};
    return content(token(id));
}

/// Whether what stands behind the cursor is called something by an annotation alone.
bool ComponentAssembler::at_name_annotation() const
{
    const uint32_t at = annotation_at(position());
    for (uint32_t i = at; i < tokens_.annotations.size(); ++i) {
        if (tokens_.annotations[i].token != position()) return false;
        if (tokens_.annotations[i].kind == Annotation::Kind::name) return true;
    }
    return false;
}

/// A core module has those that stand in it.
std::span<const Annotation> ComponentAssembler::take_annotations(uint32_t first, uint32_t last)
{
    const auto all = tokens_.annotations;
    const auto begin = std::ranges::lower_bound(all, first, {}, &Annotation::token);
    const auto end = std::ranges::upper_bound(all, last, {}, &Annotation::token);
    const auto taken =
        all.subspan(static_cast<size_t>(begin - all.begin()), static_cast<size_t>(end - begin));
    const size_t before = static_cast<size_t>(begin - all.begin());
    for (size_t i = 0; i < taken.size(); ++i)
        used_[before + i] = true;
    return taken;
}

/// Every annotation has been where it means something.
Status ComponentAssembler::check_annotations() const
{
    for (uint32_t i = 0; i < used_.size(); ++i) {
        if (used_[i]) continue;
        const Annotation& annotation = tokens_.annotations[i];
        switch (annotation.kind) {
        case Annotation::Kind::custom:
            return Error{.code = Errc::misplaced_custom, .offset = annotation.offset};
        case Annotation::Kind::name:
            return Error{.code = Errc::misplaced_name, .offset = annotation.offset};
        case Annotation::Kind::branch_hint:
            return Error{.code = Errc::hint_not_in_a_function, .offset = annotation.offset};
        }
    }
    return ok();
}

}  // namespace wrt::text
