// Reader: a place among the tokens of a script, for those who read its commands.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <wrt/text/tokens.hpp>

namespace wrt::wast {

/// The text is no script. Thrown by Reader, and caught where a file is read.
struct NotAScript : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Reader {
public:
    explicit Reader(const text::Tokens& tokens) : tokens_{tokens} {}

    [[nodiscard]] const text::Token& token(uint32_t ahead = 0) const;
    [[nodiscard]] std::string_view text(uint32_t ahead = 0) const
    {
        return tokens_.text(token(ahead));
    }
    [[nodiscard]] bool at(text::TokenKind kind) const { return token().kind == kind; }
    [[nodiscard]] bool at_left(std::string_view word) const
    {
        return at(text::TokenKind::left) && token(1).kind == text::TokenKind::keyword &&
               text(1) == word;
    }
    [[nodiscard]] uint32_t position() const { return at_; }
    void move_to(uint32_t position) { at_ = position; }
    void advance(uint32_t count = 1) { at_ += count; }

    /// `(` and the keyword behind it, which is the answer.
    std::string_view enter();
    void leave();
    /// Whether the form ends here; leaves it if so.
    bool leaves();
    /// An identifier with its `$`; empty where there is none.
    std::string identifier();
    std::string string();
    /// The text of the form at the cursor; skips it.
    std::string form();
    /// Lines are asked for in their order: each character is looked at once.
    [[nodiscard]] uint32_t line();
    [[noreturn]] void fail(const std::string& why) const;

private:
    static std::string unquoted(std::string_view literal);

    const text::Tokens& tokens_;
    uint32_t at_ = 0;
    uint32_t counted_ = 0;
    uint32_t line_ = 1;
};

/// The number at the reader as the bits of an integer or float of that width; advances.
uint64_t integer_of(Reader& reader, uint32_t bits);
uint64_t float_of(Reader& reader, uint32_t bits);

}  // namespace wrt::wast
