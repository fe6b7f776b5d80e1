#include "component_script.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace wrt::wast {
namespace {

using nlohmann::json;

/// The JSON is well formed but no script. Caught in read_component_script().
struct NotAScript : std::runtime_error {
    using std::runtime_error::runtime_error;
};

constexpr std::array<std::string_view, 9> kind_names{
    "component",        "component_definition", "component_instance",
    "action",           "assert_return",        "assert_trap",
    "assert_malformed", "assert_invalid",       "assert_uninstantiable"};

ComponentCommand::Kind kind_of(const std::string& name)
{
    const auto* found = std::ranges::find(kind_names, name);
    if (found == kind_names.end()) throw NotAScript{"no command '" + name + "'"};
    return static_cast<ComponentCommand::Kind>(found - kind_names.begin());
}

uint64_t number_of(const std::string& text)
{
    const bool negative = text.starts_with('-');
    uint64_t number = 0;
    const char* const first = text.data() + (negative ? 1 : 0);
    const auto [end, problem] = std::from_chars(first, text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size()) {
        throw NotAScript{"no number '" + text + "'"};
    }
    return negative ? 0 - number : number;
}

// Over the nesting of a value in the suite's own scripts.
ComponentValue value_of(const json& item)  // NOLINT(misc-no-recursion)
{
    using Kind = ComponentValue::Kind;
    ComponentValue value;
    const std::string type = item.at("type");
    const auto payload = [&] {
        if (item.contains("value")) value.items.push_back(value_of(item.at("value")));
    };
    if (type == "bool") {
        value.number = item.at("value") == "true" ? 1 : 0;
    } else if (type == "f32" || type == "f64") {
        value.kind = type == "f32" ? Kind::f32 : Kind::f64;
        const std::string text = item.at("value");
        value.canonical_nan = text == "nan:canonical";
        value.arithmetic_nan = text == "nan:arithmetic";
        if (!value.canonical_nan && !value.arithmetic_nan) value.number = number_of(text);
    } else if (type == "char") {
        value.kind = Kind::character;
        value.number = number_of(item.at("value"));
    } else if (type == "string") {
        value.kind = Kind::string;
        value.text = item.at("value");
    } else if (type == "list" || type == "tuple") {
        value.kind = type == "list" ? Kind::list : Kind::tuple;
        for (const json& one : item.at("items"))
            value.items.push_back(value_of(one));
    } else if (type == "record") {
        value.kind = Kind::record;
        for (const json& field : item.at("fields")) {
            value.names.push_back(field.at("name"));
            value.items.push_back(value_of(field.at("value")));
        }
    } else if (type == "variant" || type == "enum") {
        value.kind = type == "enum" ? Kind::enumeration : Kind::variant;
        value.text = item.at("case");
        payload();
    } else if (type == "flags") {
        value.kind = Kind::flags;
        for (const json& label : item.at("labels"))
            value.names.push_back(label);
    } else if (type == "option") {
        value.kind = Kind::option;
        payload();
    } else if (type == "result") {
        value.kind = Kind::result;
        value.number = item.at("ok") ? 1 : 0;
        payload();
    } else {
        value.kind = Kind::integer;
        value.number = number_of(item.at("value"));
    }
    return value;
}

ComponentCommand command_of(const json& item)
{
    ComponentCommand command;
    command.kind = kind_of(item.at("type"));
    command.line = item.at("line");
    command.name = item.value("name", item.value("instance", ""));
    command.component = item.value("component", "");
    command.filename = item.value("filename", "");
    command.text = item.value("module_type", "binary") == "text";
    command.quoted = command.text && !item.contains("unconverted");
    command.phrase = item.value("text", "");
    if (item.contains("action")) {
        const json& action = item.at("action");
        command.action.instance = action.value("instance", "");
        command.action.field = action.at("field");
        for (const json& one : action.at("args"))
            command.action.args.push_back(value_of(one));
    }
    if (item.contains("expected")) {
        for (const json& one : item.at("expected"))
            command.expected.push_back(value_of(one));
    }
    return command;
}

}  // namespace

std::string_view name_of(ComponentCommand::Kind kind)
{
    return kind_names.at(static_cast<size_t>(kind));
}

std::optional<ComponentScript> read_component_script(const std::string& path, std::string& problem)
{
    std::ifstream file{path};
    if (!file) {
        problem = "cannot open " + path;
        return std::nullopt;
    }
    try {
        const json root = json::parse(file);
        ComponentScript script;
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
