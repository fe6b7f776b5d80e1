#include "script.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace wrt::wast {
namespace {

using nlohmann::json;

/// The JSON is well formed but no script. Caught in read_script().
struct NotAScript : std::runtime_error {
    using std::runtime_error::runtime_error;
};

constexpr std::array<std::string_view, 17> kind_names{"module",
                                                      "module_definition",
                                                      "module_instance",
                                                      "register",
                                                      "action",
                                                      "assert_return",
                                                      "assert_trap",
                                                      "assert_exception",
                                                      "assert_exhaustion",
                                                      "assert_malformed",
                                                      "assert_malformed_custom",
                                                      "assert_invalid",
                                                      "assert_invalid_custom",
                                                      "assert_unlinkable",
                                                      "assert_uninstantiable",
                                                      "thread",
                                                      "wait"};

Command::Kind kind_of(const std::string& name)
{
    const auto* found = std::ranges::find(kind_names, name);
    if (found == kind_names.end()) throw NotAScript{"no command '" + name + "'"};
    return static_cast<Command::Kind>(found - kind_names.begin());
}

uint64_t bits_of(const std::string& text)
{
    uint64_t bits = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (problem != std::errc{} || end != text.data() + text.size()) {
        throw NotAScript{"no number '" + text + "'"};
    }
    return bits;
}

Lane lane_of(const std::string& text)
{
    if (text == "nan:canonical") return {Lane::Kind::canonical_nan, 0};
    if (text == "nan:arithmetic") return {Lane::Kind::arithmetic_nan, 0};
    return {Lane::Kind::bits, bits_of(text)};
}

std::optional<Value::Kind> number_kind(std::string_view type)
{
    if (type == "i32") return Value::Kind::i32;
    if (type == "i64") return Value::Kind::i64;
    if (type == "f32") return Value::Kind::f32;
    if (type == "f64") return Value::Kind::f64;
    if (type == "v128") return Value::Kind::v128;
    return std::nullopt;
}

uint8_t lane_bits_of(const std::string& lane_type)
{
    if (lane_type == "i8") return 8;
    if (lane_type == "i16") return 16;
    if (lane_type == "i32" || lane_type == "f32") return 32;
    if (lane_type == "i64" || lane_type == "f64") return 64;
    throw NotAScript{"no lane type '" + lane_type + "'"};
}

Pattern pattern_of(const json& item)
{
    Pattern pattern;
    const std::string type = item.at("type");
    if (const auto number = number_kind(type)) {
        pattern.number = *number;
        if (*number == Value::Kind::v128) {
            pattern.lane_bits = lane_bits_of(item.at("lane_type"));
            for (const json& lane : item.at("value"))
                pattern.lanes.push_back(lane_of(lane));
        } else {
            pattern.lane_bits = lane_bits_of(type);
            pattern.lanes.push_back(lane_of(item.at("value")));
        }
        return pattern;
    }
    if (type == "refnull" || item.value("value", "") == "null") {
        pattern.kind = Pattern::Kind::null_ref;
        return pattern;
    }
    // wast2json writes the address of a function reference, of which nothing can be known.
    if (item.contains("value") && type != "funcref") {
        pattern.kind = Pattern::Kind::host_ref;
        pattern.host = bits_of(item.at("value"));
        return pattern;
    }
    pattern.kind = Pattern::Kind::reference;
    pattern.type_name = type;
    return pattern;
}

/// `list` as alternatives.
Expectation any_of(const json& list)
{
    Expectation expectation;
    for (const json& one : list)
        expectation.push_back(pattern_of(one));
    return expectation;
}

Expectation expectation_of(const json& item)
{
    return item.at("type") == "either" ? any_of(item.at("values")) : Expectation{pattern_of(item)};
}

Value value_of(const json& item)
{
    const auto value = only_value(pattern_of(item));
    if (!value) throw NotAScript{"an argument that is no value"};
    return *value;
}

Action action_of(const json& item)
{
    Action action;
    const std::string type = item.at("type");
    if (type != "invoke" && type != "get") throw NotAScript{"no action '" + type + "'"};
    action.kind = type == "get" ? Action::Kind::get : Action::Kind::invoke;
    action.module = item.value("module", "");
    action.field = item.at("field");
    if (item.contains("args")) {
        for (const json& one : item.at("args"))
            action.args.push_back(value_of(one));
    }
    return action;
}

Command command_of(const json& item)
{
    Command command;
    command.kind = kind_of(item.at("type"));
    command.line = item.at("line");
    command.name = item.value("name", item.value("instance", ""));
    command.module = item.value("module", "");
    command.as = item.value("as", "");
    command.filename = item.value("filename", "");
    command.text = item.value("module_type", "binary") == "text";
    command.phrase = item.value("text", "");
    if (item.contains("action")) command.action = action_of(item.at("action"));
    // wast2json puts alternatives beside `expected`; convert.mjs puts them in.
    if (item.contains("either")) {
        command.expected.push_back(any_of(item.at("either")));
    } else if (command.kind == Command::Kind::assert_return) {
        for (const json& one : item.at("expected"))
            command.expected.push_back(expectation_of(one));
    }
    return command;
}

}  // namespace

std::string_view name_of(Command::Kind kind)
{
    return kind_names.at(static_cast<size_t>(kind));
}

bool is_assertion(Command::Kind kind)
{
    return name_of(kind).starts_with("assert_");
}

std::optional<Script> read_script(const std::string& path, std::string& problem)
{
    std::ifstream file{path};
    if (!file) {
        problem = "cannot open " + path;
        return std::nullopt;
    }
    try {
        const json root = json::parse(file);
        Script script;
        script.source = root.at("source_filename");
        for (const json& item : root.at("commands"))
            script.commands.push_back(command_of(item));
        return script;
    } catch (const std::exception& caught) {
        problem = path + ": " + caught.what();
        return std::nullopt;
    }
}

}  // namespace wrt::wast
