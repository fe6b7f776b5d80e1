// Tokens of the text format (section 6.3): a source taken apart once, so that whoever parses can
// look ahead, and over a whole parenthesised form, in constant time.
// https://webassembly.github.io/spec/core/text/lexical.html
#pragma once

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace wrt::text {

enum class TokenKind : uint8_t {
    left,        ///< (
    right,       ///< )
    natural,     ///< 12, 0xff
    integer,     ///< -1, +0x1: an integer with a sign.
    floating,    ///< 1.5, 0x1p3, inf, -nan:0x1
    string,      ///< "with its quotes"
    identifier,  ///< $id, $"an id"
    keyword,     ///< Begins with a lower-case letter; whether anything is called so is not asked.
    reserved,    ///< What is no token of the grammar.
    failure,     ///< Where the source stops being tokens: Tokens::failure says why. The last one.
    end,         ///< Behind the last token.
};

struct Token {
    uint32_t offset = 0;   ///< In the source.
    uint32_t size = 0;     ///< Bytes.
    uint32_t partner = 0;  ///< left: index of its right, or of the last token where there is none.
    TokenKind kind = TokenKind::end;
};

/// An annotation that means something to this library; all others are white space.
struct Annotation {
    enum class Kind : uint8_t { custom, name, branch_hint };

    uint32_t token = 0;    ///< Index of the token that follows it.
    uint32_t offset = 0;   ///< Of its parenthesis.
    uint32_t content = 0;  ///< Where its contents begin, behind the id, ...
    uint32_t size = 0;     ///< ... and how many bytes they are.
    Kind kind = Kind::custom;
};

/// A source as tokens. The last one is `end` or `failure`; nothing is behind it. They view the
/// source and lie in the arena.
struct Tokens {
    std::string_view source;
    std::span<const Token> tokens;
    std::span<const Annotation> annotations;
    Error failure{};  ///< Of the last token, where that is a `failure`.

    std::string_view text(const Token& token) const
    {
        return source.substr(token.offset, token.size);
    }
};

/// Takes `source` apart, on the scratch end of the arena. A source that is no sequence of tokens is
/// no error here, but one of whoever comes to its `failure` token: of two mistakes the earlier one
/// is told. Errors: exhaustion, module_too_large.
Result<Tokens> tokenize(std::string_view source, Arena& arena);

/// A place as people count: from 1, columns in bytes.
struct LineColumn {
    uint32_t line = 1;
    uint32_t column = 1;
};

LineColumn line_column_of(std::string_view source, uint32_t offset);

}  // namespace wrt::text
