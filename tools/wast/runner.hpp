// Runs scripts, command by command, and says what came of each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine.hpp"
#include "script.hpp"

namespace wrt::wast {

/// What came of a command.
struct Outcome {
    enum class Kind : uint8_t {
        passed,
        failed,   ///< `note` says what was expected and what came.
        skipped,  ///< `note` says what wrt does not have yet.
    };

    Kind kind = Kind::passed;
    std::string note;
    bool other_words = false;  ///< Passed, but the refusal is worded otherwise than in the script.
    bool follows = false;      ///< Failed or skipped only because the module that it needs was.
};

struct CommandReport {
    Command::Kind command;
    uint32_t line;
    Outcome outcome;
    std::string_view word = {};  ///< As the script calls the command, where that is not its name.
};

struct FileReport {
    std::string source;  ///< "core/i32.wast"
    std::vector<CommandReport> commands;
    double seconds = 0;

    [[nodiscard]] size_t count(Outcome::Kind kind) const;
};

enum class Mode : uint8_t {
    execute,   ///< Everything.
    validate,  ///< Only the commands that say whether a module is accepted or refused; nothing is
               ///< instantiated.
};

/// Runs `script`, whose modules lie in `directory`.
[[nodiscard]] FileReport run(const Script& script, const std::string& directory, Mode mode,
                             const EngineOptions& options = {});

}  // namespace wrt::wast
