// Scripts of the Component Model as they are written: (component ...), (assert_return (invoke "f"
// (u32.const 1)) ...) and so on.
#include "component_script.hpp"

#include <array>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/utf8.hpp>
#include <wrt/text/tokens.hpp>

#include "reader.hpp"

namespace wrt::wast {
namespace {

using text::TokenKind;
using Kind = ComponentValue::Kind;

ComponentValue value_of(Reader& reader);

/// What stands behind `u32.const` and its like, if the word is one of them.
bool integer_value(Reader& reader, std::string_view word, ComponentValue& value)
{
    constexpr std::array<uint32_t, 4> widths{8, 16, 32, 64};
    for (const uint32_t bits : widths) {
        const bool is_signed = word == fmt::format("s{}.const", bits);
        if (!is_signed && word != fmt::format("u{}.const", bits)) continue;
        value.kind = Kind::integer;
        value.number = integer_of(reader, bits);
        const uint32_t unused = 64 - bits;
        if (is_signed) {
            value.number =
                static_cast<uint64_t>(static_cast<int64_t>(value.number << unused) >> unused);
        }
        return true;
    }
    return false;
}

ComponentValue float_value(Reader& reader, uint32_t bits)
{
    ComponentValue value;
    value.kind = bits == 32 ? Kind::f32 : Kind::f64;
    value.canonical_nan = reader.text() == "nan:canonical";
    value.arithmetic_nan = reader.text() == "nan:arithmetic";
    if (value.canonical_nan || value.arithmetic_nan) {
        reader.advance();
    } else {
        value.number = float_of(reader, bits);
    }
    return value;
}

/// Values up to the end of the form.
void items_of(Reader& reader, ComponentValue& value)  // NOLINT(misc-no-recursion)
{
    while (!reader.at(TokenKind::right))
        value.items.push_back(value_of(reader));
}

void labels_of(Reader& reader, ComponentValue& value)
{
    while (!reader.at(TokenKind::right))
        value.names.push_back(reader.string());
}

uint32_t character_of(Reader& reader)
{
    const std::string text = reader.string();
    const std::span bytes{reinterpret_cast<const uint8_t*>(text.data()), text.size()};
    const size_t length = utf8_sequence_length(bytes);
    if (length == 0 || length != text.size()) reader.fail("no single character");
    uint32_t code = length == 1 ? bytes[0] : bytes[0] & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; ++i)
        code = code << 6 | (bytes[i] & 0x3fU);
    return code;
}

/// A value behind its keyword: the end of its form stays.
ComponentValue contents_of(Reader& reader, std::string_view word)  // NOLINT(misc-no-recursion)
{
    ComponentValue value;
    if (integer_value(reader, word, value)) return value;
    if (word == "f32.const") return float_value(reader, 32);
    if (word == "f64.const") return float_value(reader, 64);
    if (word == "bool.const") {
        if (reader.text() != "true" && reader.text() != "false") reader.fail("no truth value");
        value.number = reader.text() == "true" ? 1 : 0;
        reader.advance();
    } else if (word == "char.const") {
        value.kind = Kind::character;
        value.number = character_of(reader);
    } else if (word == "str.const") {
        value.kind = Kind::string;
        value.text = reader.string();
    } else if (word == "list.const" || word == "tuple.const") {
        value.kind = word == "list.const" ? Kind::list : Kind::tuple;
        items_of(reader, value);
    } else if (word == "record.const") {
        value.kind = Kind::record;
        while (reader.at_left("field")) {
            reader.enter();
            value.names.push_back(reader.string());
            // Its value has parentheses of its own or not.
            if (reader.at(TokenKind::left)) {
                value.items.push_back(value_of(reader));
            } else {
                const std::string_view inside = reader.text();
                reader.advance();
                value.items.push_back(contents_of(reader, inside));
            }
            reader.leave();
        }
    } else if (word == "variant.const" || word == "enum.const") {
        value.kind = word == "enum.const" ? Kind::enumeration : Kind::variant;
        value.text = reader.string();
        items_of(reader, value);
    } else if (word == "flags.const") {
        value.kind = Kind::flags;
        labels_of(reader, value);
    } else if (word == "option.none" || word == "option.some") {
        value.kind = Kind::option;
        items_of(reader, value);
    } else if (word == "result.ok" || word == "result.err") {
        value.kind = Kind::result;
        value.number = word == "result.ok" ? 1 : 0;
        items_of(reader, value);
    } else {
        reader.fail(fmt::format("no value: {}", word));
    }
    return value;
}

/// Over the nesting of a value in the script.
ComponentValue value_of(Reader& reader)  // NOLINT(misc-no-recursion)
{
    const std::string_view word = reader.enter();
    ComponentValue value = contents_of(reader, word);
    reader.leave();
    return value;
}

ComponentAction action_of(Reader& reader)
{
    const std::string_view word = reader.enter();
    if (word != "invoke") reader.fail(fmt::format("no action: {}", word));
    ComponentAction action;
    action.instance = reader.identifier();
    action.field = reader.string();
    while (!reader.leaves())
        action.args.push_back(value_of(reader));
    return action;
}

/// The form is kept as it is, to be assembled when the command is run; its name is looked for.
void take_component(Reader& reader, ComponentCommand& command)
{
    const uint32_t start = reader.position();
    reader.enter();
    if (reader.text() == "definition") {
        if (command.kind == ComponentCommand::Kind::component) {
            command.kind = ComponentCommand::Kind::component_definition;
        }
        reader.advance();
    }
    command.name = reader.identifier();
    reader.move_to(start);
    command.wat = reader.form();
}

ComponentCommand command_of(Reader& reader)
{
    using enum ComponentCommand::Kind;
    ComponentCommand command;
    command.line = reader.line();
    if (reader.at_left("component") && reader.text(2) == "instance") {
        command.kind = component_instance;
        reader.advance(3);
        command.name = reader.identifier();
        command.component = reader.identifier();
        reader.leave();
        return command;
    }
    if (reader.at_left("component")) {
        take_component(reader, command);
        return command;
    }
    if (reader.at_left("invoke")) {
        command.kind = action;
        command.action = action_of(reader);
        return command;
    }
    constexpr std::array kinds{assert_return, assert_trap, assert_malformed, assert_invalid};
    const std::string_view word = reader.enter();
    bool known = false;
    for (const ComponentCommand::Kind kind : kinds) {
        if (name_of(kind) != word) continue;
        command.kind = kind;
        known = true;
    }
    if (!known) reader.fail(fmt::format("no command: {}", word));
    if (reader.at_left("component")) {
        take_component(reader, command);
        command.name.clear();
        if (command.kind == assert_trap) command.kind = assert_uninstantiable;
    } else {
        command.action = action_of(reader);
    }
    if (command.kind == assert_return) {
        while (!reader.leaves())
            command.expected.push_back(value_of(reader));
        return command;
    }
    command.phrase = reader.string();
    reader.leave();
    return command;
}

}  // namespace

bool is_component_script(std::string_view content)
{
    Result<Backing> backing = Backing::reserve(size_t{64} << 30);
    Arena arena{std::move(backing).value()};
    const auto tokens = text::tokenize(content, arena);
    if (!tokens) return false;
    Reader reader{*tokens};
    if (reader.at_left("component")) return true;
    if (!reader.at(TokenKind::left) || !reader.text(1).starts_with("assert_")) return false;
    reader.advance(2);
    return reader.at_left("component");
}

std::optional<ComponentScript> read_component_wast(std::string_view content,
                                                   const std::string& source, std::string& problem)
{
    Result<Backing> backing = Backing::reserve(size_t{64} << 30);
    Arena arena{std::move(backing).value()};
    const auto tokens = text::tokenize(content, arena);
    if (!tokens) {
        problem = source + ": " + std::string{std::string_view{describe(tokens.error())}};
        return std::nullopt;
    }
    try {
        ComponentScript script;
        script.source = source;
        Reader reader{*tokens};
        while (!reader.at(TokenKind::end))
            script.commands.push_back(command_of(reader));
        return script;
    } catch (const NotAScript& caught) {
        problem = source + ":" + caught.what();
        return std::nullopt;
    }
}

}  // namespace wrt::wast
