// The options of a command as the command line has them. CLI11 stays behind this: it costs seconds
// to compile.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "options.hpp"

namespace CLI {
class App;
}

namespace wrtd {

class CommandLine {
public:
    /// With `--help` alone.
    CommandLine(const char* description, const std::string& usage);
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;
    ~CommandLine();

    // What is parsed goes to `options`, which must live until then.

    /// What may stand before the command. `help`, `version`: whether these were asked for.
    void add_leading(Options& options, bool& help, bool& version);
    /// Those of `options.command`.
    void add_command(Options& options);

    /// Parses `words`. What remains, from the first word that is no option on, is in `remaining`. A
    /// reply where help was asked for, or something is wrong.
    std::optional<Reply> parse(std::vector<std::string> words, std::vector<std::string>& remaining,
                               const std::string& hint);
    [[nodiscard]] std::string help() const;
    /// "--fuel", "-m"
    [[nodiscard]] std::vector<std::string> names() const;

private:
    std::unique_ptr<CLI::App> app_;
};

}  // namespace wrtd
