// What tokens say, and what is wrong with them.
#include "token_cursor.hpp"

#include "keywords.hpp"

#include <wrt/foundation/utf8.hpp>
#include <wrt/text/literals.hpp>

#include <limits>

namespace wrt::text {

Error TokenCursor::unexpected_at(uint32_t index) const
{
    const Token& found = token(index);
    switch (found.kind) {
    case TokenKind::failure: return tokens_.failure;
    case TokenKind::reserved: return error_at(Errc::unknown_operator, index);
    case TokenKind::keyword:
        return error_at(is_keyword(text(found)) ? Errc::unexpected_token : Errc::unknown_operator,
                        index);
    case TokenKind::left:
    case TokenKind::right:
    case TokenKind::natural:
    case TokenKind::integer:
    case TokenKind::floating:
    case TokenKind::string:
    case TokenKind::identifier:
    case TokenKind::end: break;
    }
    return error_at(Errc::unexpected_token, index);
}

Result<std::string_view> TokenCursor::content(const Token& token)
{
    std::string_view literal = text(token);
    if (token.kind == TokenKind::identifier) {
        literal.remove_prefix(1);
        if (literal.front() != '"') return literal;
    }
    const std::string_view inside = literal.substr(1, literal.size() - 2);
    if (inside.find('\\') == std::string_view::npos) return inside;
    WRT_TRY(const std::span<char> room, arena_.make_uninitialized_array<char>(
                                            End::scratch, Account::scratch, string_bound(literal)));
    return std::string_view{room.data(), unescape(literal, room.data())};
}

Result<std::string_view> TokenCursor::name_string()
{
    if (!at(TokenKind::string)) return unexpected();
    if (!is_name_literal(text(peek()))) return error(Errc::malformed_utf8);
    const Token& found = peek();
    advance();
    return content(found);
}

Result<uint32_t> TokenCursor::natural32()
{
    if (!at(TokenKind::natural)) return unexpected();
    uint64_t value = 0;
    if (!parse_natural(text(peek()), std::numeric_limits<uint32_t>::max(), value)) {
        return error(Errc::i32_constant_out_of_range);
    }
    advance();
    return static_cast<uint32_t>(value);
}

Result<uint64_t> TokenCursor::natural64()
{
    if (!at(TokenKind::natural)) return unexpected();
    uint64_t value = 0;
    if (!parse_natural(text(peek()), std::numeric_limits<uint64_t>::max(), value)) {
        return error(Errc::i64_constant_out_of_range);
    }
    advance();
    return value;
}

}  // namespace wrt::text
