// Scripts as the specification writes them: (module ...), (assert_return (invoke "f") ...) and so
// on. https://github.com/WebAssembly/spec/tree/main/interpreter#scripts
#include "reader.hpp"
#include "script.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include <wrt/foundation/arena.hpp>
#include <wrt/text/tokens.hpp>

namespace wrt::wast {
namespace {

using text::TokenKind;

// Values

uint64_t number_of(Reader& reader, Value::Kind type, uint32_t bits)
{
    const bool is_float = type == Value::Kind::f32 || type == Value::Kind::f64;
    return is_float ? float_of(reader, bits) : integer_of(reader, bits);
}

Lane lane_of(Reader& reader, Value::Kind type, uint32_t bits)
{
    Lane lane;
    if (reader.text() == "nan:canonical") lane.kind = Lane::Kind::canonical_nan;
    if (reader.text() == "nan:arithmetic") lane.kind = Lane::Kind::arithmetic_nan;
    if (lane.kind == Lane::Kind::bits) {
        lane.bits = number_of(reader, type, bits);
    } else {
        reader.advance();
    }
    return lane;
}

struct Shape {
    std::string_view word;
    Value::Kind lane;
    uint8_t bits;
};

constexpr std::array<Shape, 6> shapes{{
    {"i8x16", Value::Kind::i32, 8},
    {"i16x8", Value::Kind::i32, 16},
    {"i32x4", Value::Kind::i32, 32},
    {"i64x2", Value::Kind::i64, 64},
    {"f32x4", Value::Kind::f32, 32},
    {"f64x2", Value::Kind::f64, 64},
}};

constexpr std::array<Shape, 4> scalars{{
    {"i32.const", Value::Kind::i32, 32},
    {"i64.const", Value::Kind::i64, 64},
    {"f32.const", Value::Kind::f32, 32},
    {"f64.const", Value::Kind::f64, 64},
}};

Pattern vector_of(Reader& reader)
{
    for (const Shape& shape : shapes) {
        if (reader.text() != shape.word) continue;
        reader.advance();
        Pattern pattern;
        pattern.number = Value::Kind::v128;
        pattern.lane_bits = shape.bits;
        for (uint32_t i = 0; i < 128U / shape.bits; ++i)
            pattern.lanes.push_back(lane_of(reader, shape.lane, shape.bits));
        return pattern;
    }
    reader.fail("no shape of a vector");
}

/// (ref.null t), (ref.extern 1), (ref.func) and their like, behind the keyword.
Pattern reference_of(Reader& reader, std::string_view word)
{
    Pattern pattern;
    if (word == "ref.null") {
        pattern.kind = Pattern::Kind::null_ref;
        if (!reader.at(TokenKind::right)) reader.advance();
        return pattern;
    }
    if ((word == "ref.extern" || word == "ref.host") && reader.at(TokenKind::natural)) {
        pattern.kind = Pattern::Kind::host_ref;
        pattern.host = number_of(reader, Value::Kind::i64, 64);
        return pattern;
    }
    static constexpr std::array<std::string_view, 8> types{"func", "extern", "array", "struct",
                                                           "eq",   "i31",    "any",   "exn"};
    for (const std::string_view type : types) {
        if (word != fmt::format("ref.{}", type)) continue;
        pattern.kind = Pattern::Kind::reference;
        pattern.type_name = fmt::format("{}ref", type);
        return pattern;
    }
    reader.fail(fmt::format("no value: {}", word));
}

Pattern pattern_of(Reader& reader)
{
    const std::string_view word = reader.enter();
    Pattern pattern;
    bool is_scalar = false;
    for (const Shape& scalar : scalars) {
        if (word != scalar.word) continue;
        is_scalar = true;
        pattern.number = scalar.lane;
        pattern.lane_bits = scalar.bits;
        pattern.lanes.push_back(lane_of(reader, scalar.lane, scalar.bits));
    }
    if (word == "v128.const") {
        pattern = vector_of(reader);
    } else if (!is_scalar) {
        pattern = reference_of(reader, word);
    }
    reader.leave();
    return pattern;
}

Expectation expectation_of(Reader& reader)
{
    if (!reader.at_left("either")) return {pattern_of(reader)};
    reader.enter();
    Expectation alternatives;
    while (!reader.leaves())
        alternatives.push_back(pattern_of(reader));
    return alternatives;
}

Value value_of(Reader& reader)
{
    const Pattern pattern = pattern_of(reader);
    const auto value = only_value(pattern);
    if (!value) reader.fail("an argument that is no value");
    return *value;
}

// Commands

Action action_of(Reader& reader)
{
    const std::string_view word = reader.enter();
    if (word != "invoke" && word != "get") reader.fail(fmt::format("no action: {}", word));
    Action action;
    action.kind = word == "get" ? Action::Kind::get : Action::Kind::invoke;
    action.module = reader.identifier();
    action.field = reader.string();
    while (!reader.leaves())
        action.args.push_back(value_of(reader));
    return action;
}

/// A module's form is kept as it is, to be assembled when the command is run; its name is looked
/// for.
void take_module(Reader& reader, Command& command)
{
    const uint32_t start = reader.position();
    reader.enter();
    if (reader.text() == "definition") {
        command.kind = Command::Kind::module_definition;
        reader.advance();
    }
    command.name = reader.identifier();
    reader.move_to(start);
    command.wat = reader.form();
}

/// (module instance $I $M)
void take_instance(Reader& reader, Command& command)
{
    command.kind = Command::Kind::module_instance;
    reader.enter();
    reader.advance();
    command.name = reader.identifier();
    command.module = reader.identifier();
    reader.leave();
}

Command::Kind assertion_kind(Reader& reader, std::string_view word)
{
    using enum Command::Kind;
    static constexpr std::array<Command::Kind, 10> kinds{
        assert_return,     assert_trap,          assert_exception,        assert_exhaustion,
        assert_malformed,  assert_invalid,       assert_malformed_custom, assert_invalid_custom,
        assert_unlinkable, assert_uninstantiable};
    for (const Command::Kind kind : kinds) {
        if (name_of(kind) == word) return kind;
    }
    reader.move_to(reader.position() - 1);
    reader.fail(fmt::format("no command: {}", word));
}

Command assertion_of(Reader& reader)
{
    Command command;
    command.line = reader.line();
    command.kind = assertion_kind(reader, reader.enter());
    if (reader.at_left("module")) {
        const Command::Kind kind = command.kind;
        take_module(reader, command);
        command.kind =
            kind == Command::Kind::assert_trap ? Command::Kind::assert_uninstantiable : kind;
        command.name.clear();
        command.phrase = reader.string();
        reader.leave();
        return command;
    }
    command.action = action_of(reader);
    if (command.kind == Command::Kind::assert_return) {
        while (!reader.leaves())
            command.expected.push_back(expectation_of(reader));
        return command;
    }
    if (command.kind != Command::Kind::assert_exception) command.phrase = reader.string();
    reader.leave();
    return command;
}

/// `(thread $T (shared (module $M)) ...`, of the threads proposal. The commands of its body follow.
void take_thread_head(Reader& reader, Command& command)
{
    command.kind = Command::Kind::thread;
    reader.enter();
    command.name = reader.identifier();
    while (reader.at_left("shared")) {
        reader.enter();
        if (reader.enter() != "module") reader.fail("expected (module $name)");
        command.shared.push_back(reader.identifier());
        reader.leave();
        reader.leave();
    }
}

/// A command; of a thread its head.
Command command_of(Reader& reader)
{
    Command command;
    command.line = reader.line();
    if (reader.at_left("module") && reader.text(2) == "instance") {
        take_instance(reader, command);
    } else if (reader.at_left("module")) {
        take_module(reader, command);
    } else if (reader.at_left("register")) {
        command.kind = Command::Kind::register_instance;
        reader.enter();
        command.as = reader.string();
        command.name = reader.identifier();
        reader.leave();
    } else if (reader.at_left("invoke") || reader.at_left("get")) {
        command.kind = Command::Kind::action;
        command.action = action_of(reader);
    } else if (reader.at_left("thread")) {
        take_thread_head(reader, command);
    } else if (reader.at_left("wait")) {
        command.kind = Command::Kind::wait;
        reader.enter();
        command.name = reader.identifier();
        reader.leave();
    } else {
        return assertion_of(reader);
    }
    return command;
}

bool begins_command(const Reader& reader)
{
    if (!reader.at(TokenKind::left) || reader.token(1).kind != TokenKind::keyword) return false;
    const std::string_view word = reader.text(1);
    return word == "module" || word == "register" || word == "invoke" || word == "get" ||
           word == "thread" || word == "wait" || word.starts_with("assert_");
}

std::vector<Command> commands_of(const text::Tokens& tokens)
{
    Reader reader{tokens};
    std::vector<Command> commands;
    // A file may be one module without (module ...) around it.
    if (!reader.at(TokenKind::end) && !begins_command(reader)) {
        Command command;
        command.line = 1;
        command.wat = std::string{tokens.source};
        commands.push_back(std::move(command));
        return commands;
    }
    std::vector<Command>* list = &commands;
    while (!reader.at(TokenKind::end)) {
        if (list != &commands && reader.leaves()) {
            list = &commands;
            continue;
        }
        list->push_back(command_of(reader));
        if (list->back().kind != Command::Kind::thread) continue;
        if (list != &commands) reader.fail("a thread in a thread");
        list = &list->back().body;
    }
    if (list != &commands) reader.fail("a thread that does not end");
    return commands;
}

}  // namespace

std::optional<Script> read_wast(const std::string& path, const std::string& source,
                                std::string& problem)
{
    std::ifstream file{path, std::ios::binary};
    if (!file) {
        problem = "cannot open " + path;
        return std::nullopt;
    }
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    Result<Backing> backing = Backing::reserve(size_t{64} << 30);
    Arena arena{std::move(backing).value()};
    const auto tokens = text::tokenize(content, arena);
    if (!tokens) {
        problem = path + ": " + std::string{std::string_view{describe(tokens.error())}};
        return std::nullopt;
    }
    try {
        Script script;
        script.source = source;
        script.commands = commands_of(*tokens);
        return script;
    } catch (const NotAScript& caught) {
        problem = path + ":" + caught.what();
        return std::nullopt;
    }
}

}  // namespace wrt::wast
