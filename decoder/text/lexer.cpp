// Characters to tokens. https://webassembly.github.io/spec/core/text/lexical.html
#include "lexer.hpp"

#include "characters.hpp"

#include <wrt/foundation/utf8.hpp>
#include <wrt/text/literals.hpp>

namespace wrt::text {

namespace {

std::span<const uint8_t> bytes_of(std::string_view text)
{
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// Of a character that cannot continue a word, and is no space.
bool is_lone_reserved(char c)
{
    return c == ',' || c == ';' || c == '[' || c == ']' || c == '{' || c == '}';
}

}  // namespace

Token Lexer::token(TokenKind kind, size_t start) const
{
    return {.offset = static_cast<uint32_t>(start),
            .size = static_cast<uint32_t>(position_ - start),
            .kind = kind};
}

bool Lexer::failed(Errc code, size_t place)
{
    failure_ = {.code = code, .offset = static_cast<uint32_t>(place)};
    position_ = place;
    return false;
}

Token Lexer::fail(Errc code, size_t place)
{
    failed(code, place);
    return {.offset = static_cast<uint32_t>(place), .kind = TokenKind::failure};
}

/// Why a byte is neither a space nor part of a token.
Errc Lexer::wrong_character(size_t place) const
{
    const bool is_ascii = static_cast<uint8_t>(source_[place]) < 0x80;
    if (is_ascii || utf8_sequence_length(bytes_of(source_.substr(place))) != 0) {
        return Errc::illegal_character;
    }
    return Errc::malformed_utf8;
}

Token Lexer::next()
{
    has_annotation_ = false;
    if (failure_.code != Errc::none) return fail(failure_.code, failure_.offset);
    switch (skip_space()) {
    case Space::failed: return fail(failure_.code, failure_.offset);
    case Space::annotation: has_annotation_ = true; return {};
    case Space::skipped: break;
    }
    const size_t start = position_;
    if (start == source_.size()) return token(TokenKind::end, start);
    const char c = source_[start];
    if (c == '(' || c == ')') {
        ++position_;
        return token(c == '(' ? TokenKind::left : TokenKind::right, start);
    }
    if (is_lone_reserved(c)) {
        ++position_;
        return token(TokenKind::reserved, start);
    }
    if (!is_id_character(c) && c != '"') return fail(wrong_character(start), start);
    return word();
}

Lexer::Space Lexer::skip_space()
{
    while (position_ < source_.size()) {
        const char c = source_[position_];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            ++position_;
        } else if (c == ';' && at(position_ + 1) == ';') {
            if (!skip_line_comment()) return Space::failed;
        } else if (c == '(' && at(position_ + 1) == ';') {
            if (!skip_block_comment()) return Space::failed;
        } else if (c == '(' && at(position_ + 1) == '@') {
            const Space came = skip_annotation();
            if (came != Space::skipped) return came;
        } else {
            break;
        }
    }
    return Space::skipped;
}

bool Lexer::skip_line_comment()
{
    while (position_ < source_.size()) {
        const char c = source_[position_];
        if (c == '\n' || c == '\r') break;
        const size_t length = utf8_sequence_length(bytes_of(source_.substr(position_)));
        if (length == 0) return failed(Errc::malformed_utf8, position_);
        position_ += length;
    }
    return true;
}

bool Lexer::skip_block_comment()
{
    const size_t start = position_;
    size_t depth = 0;
    while (position_ < source_.size()) {
        if (starts_with("(;")) {
            ++depth;
            position_ += 2;
        } else if (starts_with(";)")) {
            --depth;
            position_ += 2;
            if (depth == 0) return true;
        } else {
            const size_t length = utf8_sequence_length(bytes_of(source_.substr(position_)));
            if (length == 0) return failed(Errc::malformed_utf8, position_);
            position_ += length;
        }
    }
    return failed(Errc::unclosed_comment, start);
}

/// The id of the annotation whose `(@` lies before the position.
bool Lexer::annotation_id(std::string_view& id)
{
    const size_t start = position_;
    if (at(start) == '"') {
        const size_t stop = end_of_string(start);
        // A string that is none is no id either, and that is what is told.
        if (stop == 0 && failure_.code != Errc::malformed_utf8) {
            return failed(Errc::empty_annotation_id, start);
        }
        if (stop == 0) return false;
        id = source_.substr(start + 1, stop - start - 2);
        position_ = stop;
        if (id.empty()) return failed(Errc::empty_annotation_id, start);
        if (!is_name_literal(source_.substr(start, stop - start))) {
            return failed(Errc::malformed_utf8, start);
        }
        return true;
    }
    while (is_id_character(at(position_)))
        ++position_;
    id = source_.substr(start, position_ - start);
    return !id.empty() || failed(Errc::empty_annotation_id, start);
}

Lexer::Space Lexer::skip_annotation()
{
    const size_t start = position_;
    position_ += 2;
    std::string_view id;
    if (!annotation_id(id)) return Space::failed;
    const size_t content = position_;
    if (!skip_annotation_contents(start)) return Space::failed;
    annotation_ = {.offset = static_cast<uint32_t>(start),
                   .content = static_cast<uint32_t>(content),
                   .size = static_cast<uint32_t>(position_ - 1 - content)};
    if (id == "custom") {
        annotation_.kind = Annotation::Kind::custom;
    } else if (id == "name") {
        annotation_.kind = Annotation::Kind::name;
    } else if (id == "metadata.code.branch_hint") {
        annotation_.kind = Annotation::Kind::branch_hint;
    } else {
        return Space::skipped;
    }
    return Space::annotation;
}

/// Anything may stand in an annotation, as long as it is made of tokens and its parentheses match.
bool Lexer::skip_annotation_contents(size_t start)
{
    size_t depth = 1;
    while (position_ < source_.size()) {
        const char c = source_[position_];
        if (c == ';' && at(position_ + 1) == ';') {
            if (!skip_line_comment()) return false;
        } else if (c == '(' && at(position_ + 1) == ';') {
            if (!skip_block_comment()) return false;
        } else if (c == '(') {
            ++depth;
            ++position_;
        } else if (c == ')') {
            ++position_;
            if (--depth == 0) return true;
        } else if (c == '"') {
            const size_t stop = end_of_string(position_);
            if (stop == 0) return false;
            position_ = stop;
        } else if (is_id_character(c) || is_lone_reserved(c) || c == ' ' || c == '\t' ||
                   c == '\n' || c == '\r') {
            ++position_;
        } else {
            return failed(wrong_character(position_), position_);
        }
    }
    return failed(Errc::unclosed_annotation, start);
}

size_t Lexer::end_of_string(size_t start)
{
    const StringEnd found = scan_string(source_, start);
    if (found.error == Errc::none) return found.end;
    failed(found.error, found.end);
    return 0;
}

/// Skips the longest run of id characters and strings, and counts what it is made of.
bool Lexer::skip_run(size_t& parts)
{
    while (position_ < source_.size()) {
        if (source_[position_] == '"') {
            const size_t stop = end_of_string(position_);
            if (stop == 0) return false;
            position_ = stop;
        } else if (is_id_character(source_[position_])) {
            while (is_id_character(at(position_)))
                ++position_;
        } else {
            break;
        }
        ++parts;
    }
    return true;
}

/// A run of one part is a token, any other is reserved.
Token Lexer::word()
{
    const size_t start = position_;
    if (source_[start] == '$') return identifier();
    size_t parts = 0;
    if (!skip_run(parts)) return fail(failure_.code, failure_.offset);
    const std::string_view text = source_.substr(start, position_ - start);
    if (parts > 1) return token(TokenKind::reserved, start);
    if (text.front() == '"') return token(TokenKind::string, start);
    return token(word_kind(text), start);
}

Token Lexer::identifier()
{
    const size_t start = position_++;
    if (at(position_) == '"') {
        const size_t stop = end_of_string(position_);
        if (stop == 0 && failure_.code == Errc::malformed_utf8) {
            return fail(failure_.code, failure_.offset);
        }
        if (stop == 0) return fail(Errc::empty_identifier, start);
        const std::string_view literal = source_.substr(start + 1, stop - start - 1);
        if (literal.size() == 2) return fail(Errc::empty_identifier, start);
        if (!is_name_literal(literal)) return fail(Errc::malformed_utf8, start);
        position_ = stop;
    } else {
        while (is_id_character(at(position_)))
            ++position_;
        if (position_ == start + 1) return fail(Errc::empty_identifier, start);
    }
    size_t more = 0;
    if (!skip_run(more)) return fail(failure_.code, failure_.offset);
    return token(more == 0 ? TokenKind::identifier : TokenKind::reserved, start);
}

}  // namespace wrt::text
