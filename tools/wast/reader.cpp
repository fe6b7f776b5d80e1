#include "reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <wrt/foundation/error.hpp>
#include <wrt/text/literals.hpp>

namespace wrt::wast {

using text::Token;
using text::TokenKind;

const Token& Reader::token(uint32_t ahead) const
{
    const size_t last = tokens_.tokens.size() - 1;
    return tokens_.tokens[std::min<size_t>(size_t{at_} + ahead, last)];
}

std::string_view Reader::enter()
{
    if (!at(TokenKind::left) || token(1).kind != TokenKind::keyword) fail("expected a form");
    const std::string_view word = text(1);
    advance(2);
    return word;
}

void Reader::leave()
{
    if (!at(TokenKind::right)) fail("expected )");
    advance();
}

bool Reader::leaves()
{
    if (!at(TokenKind::right)) return false;
    advance();
    return true;
}

std::string Reader::identifier()
{
    if (!at(TokenKind::identifier)) return {};
    std::string name = "$" + unquoted(text().substr(1));
    advance();
    return name;
}

std::string Reader::string()
{
    if (!at(TokenKind::string)) fail("expected a string");
    std::string value = unquoted(text());
    advance();
    return value;
}

std::string Reader::form()
{
    if (!at(TokenKind::left)) fail("expected a form");
    const uint32_t first = token().offset;
    const uint32_t partner = token().partner;
    const Token& last = tokens_.tokens[partner];
    if (last.kind != TokenKind::right) {
        at_ = partner;
        fail("a form that does not end");
    }
    at_ = partner + 1;
    return std::string{tokens_.source.substr(first, last.offset + 1 - first)};
}

uint32_t Reader::line()
{
    const std::string_view passed = tokens_.source.substr(counted_, token().offset - counted_);
    line_ += static_cast<uint32_t>(std::ranges::count(passed, '\n'));
    counted_ = token().offset;
    return line_;
}

void Reader::fail(const std::string& why) const
{
    const auto place = text::line_column_of(tokens_.source, token().offset);
    std::string reason = why;
    if (at(TokenKind::failure)) reason = std::string{phrase(tokens_.failure.code)};
    throw NotAScript{fmt::format("{}:{}: {}", place.line, place.column, reason)};
}

std::string Reader::unquoted(std::string_view literal)
{
    if (!literal.starts_with('"')) return std::string{literal};
    std::string value(text::string_bound(literal), '\0');
    value.resize(text::unescape(literal, value.data()));
    return value;
}

uint64_t integer_of(Reader& reader, uint32_t bits)
{
    const TokenKind kind = reader.token().kind;
    uint64_t value = 0;
    if ((kind != TokenKind::natural && kind != TokenKind::integer) ||
        !text::parse_integer(reader.text(), bits, value)) {
        reader.fail(fmt::format("no number: {}", reader.text()));
    }
    reader.advance();
    return value;
}

uint64_t float_of(Reader& reader, uint32_t bits)
{
    const TokenKind kind = reader.token().kind;
    const bool fits =
        kind == TokenKind::natural || kind == TokenKind::integer || kind == TokenKind::floating;
    uint64_t value = 0;
    uint32_t narrow = 0;
    bool good = false;
    if (fits && bits == 64) good = text::parse_f64(reader.text(), value);
    if (fits && bits == 32) {
        good = text::parse_f32(reader.text(), narrow);
        value = narrow;
    }
    if (!good) reader.fail(fmt::format("no number: {}", reader.text()));
    reader.advance();
    return value;
}

}  // namespace wrt::wast
