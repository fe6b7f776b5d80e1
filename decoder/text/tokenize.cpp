// The lexical grammar (6.3): characters to tokens, comments and annotations to nothing.
#include <wrt/text/tokens.hpp>

#include "lexer.hpp"

#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/limits.hpp>

#include <algorithm>

namespace wrt::text {

Result<Tokens> tokenize(std::string_view source, Arena& arena)
{
    if (source.size() > limits::module_bytes) {
        return Error{.code = Errc::module_too_large,
                     .detail = Detail::bytes,
                     .expected = limits::module_bytes,
                     .actual = saturate_u32(source.size())};
    }
    GrowingStack<Token> tokens{arena};
    GrowingStack<Annotation> annotations{arena};
    GrowingStack<uint32_t> open{arena};
    Lexer lexer{source};
    Tokens result{.source = source, .tokens = {}, .annotations = {}};
    while (true) {
        Token token = lexer.next();
        if (const Annotation* const found = lexer.annotation(); found != nullptr) {
            Annotation annotation = *found;
            annotation.token = tokens.size();
            WRT_CHECK(annotations.push(annotation));
            continue;
        }
        if (token.kind == TokenKind::left) WRT_CHECK(open.push(tokens.size()));
        if (token.kind == TokenKind::right && !open.empty()) {
            tokens[open.pop()].partner = tokens.size();
        }
        WRT_CHECK(tokens.push(token));
        if (token.kind == TokenKind::end || token.kind == TokenKind::failure) break;
    }
    for (const uint32_t unclosed : open.as_span())
        tokens[unclosed].partner = tokens.size() - 1;
    result.tokens = tokens.as_span();
    result.annotations = annotations.as_span();
    result.failure = lexer.failure();
    return result;
}

LineColumn line_column_of(std::string_view source, uint32_t offset)
{
    LineColumn place;
    const size_t stop = std::min<size_t>(offset, source.size());
    size_t line_start = 0;
    for (size_t i = 0; i < stop; ++i) {
        const bool ends_line =
            source[i] == '\n' ||
            (source[i] == '\r' && (i + 1 == source.size() || source[i + 1] != '\n'));
        if (!ends_line) continue;
        ++place.line;
        line_start = i + 1;
    }
    place.column = static_cast<uint32_t>(stop - line_start) + 1;
    return place;
}

}  // namespace wrt::text
