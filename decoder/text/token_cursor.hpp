// TokenCursor: a place among tokens, what stands there, and the errors that are about it.
#pragma once

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/text/tokens.hpp>

#include <cstdint>
#include <string_view>

namespace wrt::text {

class TokenCursor {
public:
    TokenCursor(const Tokens& tokens, Arena& arena) : tokens_{tokens}, arena_{arena} {}

    uint32_t position() const { return position_; }
    void move_to(uint32_t position) { position_ = position; }

    /// The last token, which is `end` or `failure`, stands for all behind it too.
    const Token& token(uint32_t index) const
    {
        const size_t last = tokens_.tokens.size() - 1;
        return tokens_.tokens[index < last ? index : last];
    }
    const Token& peek(uint32_t ahead = 0) const { return token(position_ + ahead); }
    std::string_view text(const Token& token) const { return tokens_.text(token); }
    std::string_view text_at(uint32_t index) const { return tokens_.text(token(index)); }

    bool at(TokenKind kind) const { return peek().kind == kind; }
    bool at_keyword(std::string_view word) const
    {
        return at(TokenKind::keyword) && text(peek()) == word;
    }
    /// At `(` with that keyword behind it.
    bool at_left(std::string_view word) const { return is_left(position_, word); }
    bool is_left(uint32_t index, std::string_view word) const
    {
        return token(index).kind == TokenKind::left &&
               token(index + 1).kind == TokenKind::keyword && text_at(index + 1) == word;
    }

    void advance(uint32_t count = 1) { position_ += count; }
    bool skip(TokenKind kind)
    {
        if (!at(kind)) return false;
        advance();
        return true;
    }
    bool skip_keyword(std::string_view word)
    {
        if (!at_keyword(word)) return false;
        advance();
        return true;
    }
    bool skip_left(std::string_view word)
    {
        if (!at_left(word)) return false;
        advance(2);
        return true;
    }
    Status expect(TokenKind kind) { return skip(kind) ? ok() : Status{unexpected()}; }

    /// What a token is wrong for: it is none, or it is no word of the language, or it stands where
    /// another should.
    Error unexpected() const { return unexpected_at(position_); }
    Error unexpected_at(uint32_t index) const;
    Error error(Errc code) const { return error_at(code, position_); }
    Error error_at(Errc code, uint32_t index) const
    {
        return {.code = code, .offset = token(index).offset};
    }

    /// What an identifier or a string says; in the source, or unescaped into the arena.
    Result<std::string_view> content(const Token& token);
    /// A string that is a name; advances.
    Result<std::string_view> name_string();
    /// A natural number of 32 bits; advances.
    Result<uint32_t> natural32();
    Result<uint64_t> natural64();

protected:
    const Tokens& tokens_;
    Arena& arena_;
    uint32_t position_ = 0;
};

}  // namespace wrt::text
