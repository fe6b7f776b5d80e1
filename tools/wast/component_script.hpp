// A script of the Component Model's suite, read from a .wast file, or from the JSON that
// tests/spec/convert_components.mjs makes of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wrt::wast {

/// A value of a component, as the script writes it.
struct ComponentValue {
    enum class Kind : uint8_t {
        boolean,
        integer,  ///< Of any width; `number` is what it is, sign-extended.
        f32,
        f64,
        character,
        string,
        list,
        tuple,
        record,
        variant,
        enumeration,
        flags,
        option,
        result,
    };

    Kind kind = Kind::boolean;
    uint64_t number = 0;  ///< Bits; of a result: 1 for ok.
    bool canonical_nan = false;
    bool arithmetic_nan = false;
    std::string text;                   ///< A string, or the name of a case.
    std::vector<std::string> names;     ///< Of a record's fields, or flags.
    std::vector<ComponentValue> items;  ///< Elements, fields, or the payload if there is one.
};

struct ComponentAction {
    std::string instance;  ///< Name of the instance; empty for the latest.
    std::string field;
    std::vector<ComponentValue> args;
};

struct ComponentCommand {
    enum class Kind : uint8_t {
        component,
        component_definition,
        component_instance,
        action,
        assert_return,
        assert_trap,
        assert_malformed,
        assert_invalid,
        assert_uninstantiable,
    };

    Kind kind = Kind::component;
    uint32_t line = 0;
    std::string name;       ///< "$C"; empty if it has none. Of component_instance the instance's.
    std::string component;  ///< Of component_instance: the definition; empty for the latest.
    std::string filename;   ///< The component's file, beside the script.
    bool text = false;      ///< That file is text,
    bool quoted = false;    ///< and what is inside of (component ...).
    std::string wat;        ///< The component's text, where there is no file.
    std::string phrase;     ///< What an assertion expects to be said.
    ComponentAction action;
    std::vector<ComponentValue> expected;
};

[[nodiscard]] std::string_view name_of(ComponentCommand::Kind kind);

struct ComponentScript {
    std::string source;  ///< "values/strings.wast"
    std::vector<ComponentCommand> commands;
};

/// Whether a .wast file has components for commands, by its first one.
[[nodiscard]] bool is_component_script(std::string_view content);

/// Takes the commands of a .wast file, which is called `source`, or says in `problem` why it is no
/// script.
[[nodiscard]] std::optional<ComponentScript>
read_component_wast(std::string_view content, const std::string& source, std::string& problem);

/// Reads a script in JSON, or says in `problem` why that file is none.
[[nodiscard]] std::optional<ComponentScript> read_component_script(const std::string& path,
                                                                   std::string& problem);

}  // namespace wrt::wast
