// assemble(): the forms of a module or component around its fields.
#include "assembler.hpp"
#include "component/component_assembler.hpp"
#include "lexer.hpp"

#include <wrt/text/literals.hpp>

#include <algorithm>

namespace wrt::text {

namespace {

/// A module's or component's form, up to its fields.
struct Form {
    enum class Kind : uint8_t { fields, binary, quote };

    Kind kind = Kind::fields;
    uint32_t id = no_index;  ///< Token of its identifier.
    uint32_t first = 0;      ///< Token of its first field or string.
    bool is_component = false;
    bool is_parenthesised = false;
};

/// `(module definition? $name? (binary | quote)? ...)`, and so a component; or no form around the
/// fields, which those of a component that is quoted have none of.
Form form_of(TokenCursor& cursor, bool in_component)
{
    Form form{.first = cursor.position(), .is_component = in_component};
    if (in_component) return form;
    form.is_component = cursor.skip_left("component");
    if (!form.is_component && !cursor.skip_left("module")) return form;
    form.is_parenthesised = true;
    cursor.skip_keyword("definition");
    if (cursor.at(TokenKind::identifier)) {
        form.id = cursor.position();
        cursor.advance();
    }
    if (cursor.skip_keyword("binary")) form.kind = Form::Kind::binary;
    if (form.kind == Form::Kind::fields && cursor.skip_keyword("quote")) {
        form.kind = Form::Kind::quote;
    }
    form.first = cursor.position();
    return form;
}

/// The form's `)` and the end of the source.
Status expect_end(TokenCursor& cursor, const Form& form)
{
    if (form.is_parenthesised) WRT_CHECK(cursor.expect(TokenKind::right));
    return cursor.expect(TokenKind::end);
}

/// What the strings of a form stand for, one behind the other.
Status strings_of(TokenCursor& cursor, const Form& form, ByteBuffer& out)
{
    cursor.move_to(form.first);
    while (cursor.at(TokenKind::string)) {
        const std::string_view literal = cursor.text(cursor.peek());
        WRT_TRY(char* const room, out.room(string_bound(literal)));
        out.add_written(unescape(literal, room));
        cursor.advance();
    }
    return expect_end(cursor, form);
}

Result<std::span<const uint8_t>> assemble_fields(const Tokens& tokens, TokenCursor& cursor,
                                                 const Form& form, Arena& arena,
                                                 const AssembleOptions& options)
{
    if (form.is_component) {
        ComponentAssembler assembler{tokens, arena, options};
        WRT_CHECK(assembler.fields(form.first, form.id));
        cursor.move_to(assembler.end_token());
        WRT_CHECK(expect_end(cursor, form));
        return assembler.finish();
    }
    std::string_view name;
    if (form.id != no_index) {
        WRT_TRY(name, cursor.content(cursor.token(form.id)));
    }
    Assembler assembler{tokens, arena, options};
    WRT_CHECK(assembler.fields(form.first, name));
    cursor.move_to(assembler.end_token());
    WRT_CHECK(expect_end(cursor, form));
    return assembler.finish();
}

Result<std::span<const uint8_t>> assemble_in_scope(std::string_view source, Arena& arena,
                                                   const AssembleOptions& options)
{
    // A quoted module may quote another: each time round, the source is a part of what it was. What
    // a component quotes is fields.
    bool in_component = false;
    while (true) {
        WRT_TRY(const Tokens tokens, tokenize(source, arena));
        TokenCursor cursor{tokens, arena};
        const Form form = form_of(cursor, in_component);
        if (form.kind == Form::Kind::fields) {
            return assemble_fields(tokens, cursor, form, arena, options);
        }
        ByteBuffer text{arena};
        WRT_CHECK(strings_of(cursor, form, text));
        if (form.kind == Form::Kind::binary) {
            return arena.copy<uint8_t>(End::retained, Account::code, text.bytes());
        }
        source = {reinterpret_cast<const char*>(text.bytes().data()), text.size()};
        in_component = form.is_component;
    }
}

}  // namespace

bool is_binary(std::span<const uint8_t> bytes)
{
    constexpr uint8_t magic[] = {0x00, 'a', 's', 'm'};
    return bytes.size() >= std::size(magic) &&
           std::equal(std::begin(magic), std::end(magic), bytes.begin());
}

bool is_component_text(std::string_view source)
{
    Lexer lexer{source};
    const auto next = [&lexer] {
        Token token = lexer.next();
        while (lexer.annotation() != nullptr)
            token = lexer.next();
        return token;
    };
    if (next().kind != TokenKind::left) return false;
    const Token word = next();
    return word.kind == TokenKind::keyword && source.substr(word.offset, word.size) == "component";
}

Result<std::span<const uint8_t>> assemble(std::string_view source, Arena& arena,
                                          const AssembleOptions& options) noexcept
{
    const size_t budget = options.scope_budget != 0 ? options.scope_budget : arena.available();
    WRT_TRY(const ScopeGuard scope,
            arena.enter(LibraryId::decoder, "assemble", budget, End::scratch));
    return assemble_in_scope(source, arena, options);
}

}  // namespace wrt::text
