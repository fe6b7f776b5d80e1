// Lexer: one token after the other out of a source. Spaces, comments and annotations are skipped;
// an annotation that means something is told between two tokens.
#pragma once

#include <wrt/text/tokens.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wrt::text {

class Lexer {
public:
    explicit Lexer(std::string_view source) : source_{source} {}

    /// The next token; after an `end` or a `failure` the same again. Where annotation() is not null
    /// afterwards, there was an annotation to tell, and no token.
    Token next();
    /// What the last next() found in place of a token, or nullptr.
    const Annotation* annotation() const { return has_annotation_ ? &annotation_ : nullptr; }
    const Error& failure() const { return failure_; }

private:
    // What skip_space() came to.
    enum class Space : uint8_t { skipped, annotation, failed };

    char at(size_t index) const { return index < source_.size() ? source_[index] : '\0'; }
    bool starts_with(std::string_view text) const
    {
        return source_.substr(position_).starts_with(text);
    }
    Space skip_space();
    bool skip_line_comment();
    bool skip_block_comment();
    Space skip_annotation();
    bool skip_annotation_contents(size_t start);
    bool annotation_id(std::string_view& id);
    Token word();
    Token identifier();
    bool skip_run(size_t& parts);
    Token token(TokenKind kind, size_t start) const;
    Token fail(Errc code, size_t place);
    bool failed(Errc code, size_t place);
    /// Behind the string that begins at `start`; 0 after a failure.
    size_t end_of_string(size_t start);
    Errc wrong_character(size_t place) const;

    std::string_view source_;
    size_t position_ = 0;
    bool has_annotation_ = false;
    Annotation annotation_;
    Error failure_{};
};

}  // namespace wrt::text
