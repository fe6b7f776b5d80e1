// A script of commands, read from a .wast file, or from the JSON that tests/spec/convert.mjs (or
// wabt's wast2json) makes of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "value.hpp"

namespace wrt::wast {

/// Calls an exported function or reads an exported global.
struct Action {
    enum class Kind : uint8_t { invoke, get };

    Kind kind = Kind::invoke;
    std::string module;  ///< Name of the instance; empty for the latest.
    std::string field;
    std::vector<Value> args;
};

struct Command {
    enum class Kind : uint8_t {
        module,
        module_definition,
        module_instance,
        register_instance,
        action,
        assert_return,
        assert_trap,
        assert_exception,
        assert_exhaustion,
        assert_malformed,
        assert_malformed_custom,
        assert_invalid,
        assert_invalid_custom,
        assert_unlinkable,
        assert_uninstantiable,
        thread,  ///< Runs `body` in a thread of its own, and ...
        wait,    ///< ... until it is done: of the threads proposal.
    };

    Kind kind = Kind::module;
    uint32_t line = 0;
    std::string
        name;  ///< "$M": the module's or instance's name in the script; empty if it has none.
    std::string
        module;       ///< Of module_instance: the definition to instantiate; empty for the latest.
    std::string as;   ///< Of register_instance: the name to import it by.
    std::string wat;  ///< The module as the script has it: `(module ...)`, in any of its forms.
    std::string filename;  ///< Else the module's file, beside the script.
    bool text = false;     ///< That file is text.
    std::string phrase;    ///< What an assertion expects to be said.
    Action action;
    std::vector<Expectation> expected;  ///< One for each result.
    std::vector<std::string> shared;    ///< Of thread: the instances whose memories it sees.
    std::vector<Command> body;          ///< Of thread.
};

/// "assert_return", as the JSON calls it.
[[nodiscard]] std::string_view name_of(Command::Kind kind);

[[nodiscard]] bool is_assertion(Command::Kind kind);

struct Script {
    std::string source;  ///< Name of the .wast file.
    std::vector<Command> commands;
};

/// Reads a script in JSON, or says in `problem` why that file is none.
[[nodiscard]] std::optional<Script> read_script(const std::string& path, std::string& problem);

/// Reads a .wast file, which is called `source`, or says in `problem` why it is no script.
[[nodiscard]] std::optional<Script> read_wast(const std::string& path, const std::string& source,
                                              std::string& problem);

}  // namespace wrt::wast
