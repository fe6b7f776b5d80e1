// Runs scripts of the Component Model's suite, command by command, and says what came of each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "component_engine.hpp"
#include "component_script.hpp"

namespace wrt::wast {

struct ComponentOutcome {
    enum class Kind : uint8_t {
        passed,
        failed,   ///< `note` says what was expected and what came.
        skipped,  ///< `note` says what wrt does not have.
    };

    Kind kind = Kind::passed;
    std::string note;
    bool other_words = false;  ///< Passed, but the refusal is worded otherwise than in the script.
};

struct ComponentFileReport {
    std::string source;
    struct Line {
        ComponentCommand::Kind command;
        uint32_t line;
        ComponentOutcome outcome;
    };
    std::vector<Line> lines;

    [[nodiscard]] size_t count(ComponentOutcome::Kind kind) const;
};

/// Runs `script`, whose components lie in `directory`. With `validate_only` nothing is
/// instantiated, and the report has only what is accepted or refused.
[[nodiscard]] ComponentFileReport run_component_script(const ComponentScript& script,
                                                       const std::string& directory,
                                                       bool validate_only,
                                                       const ComponentEngineOptions& engine = {});

}  // namespace wrt::wast
