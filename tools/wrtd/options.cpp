// The command line: commands, what they are called with, and help about them. Their options are in
// command_line.cpp.
#include "options.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "command_line.hpp"
#include "exit_code.hpp"
#include "help.hpp"
#include "suggest.hpp"

namespace wrtd {
namespace {

struct CommandName {
    const char* name;
    Command command;
    const char* usage;
    const char* summary;
};
constexpr std::array commands{
    CommandName{"run", Command::run, "run [options] FILE [guest arguments...]",
                "run a WASI command: calls _start"},
    CommandName{"resume", Command::resume, "resume [options] FILE.wsnap",
                "go on where run --snapshot-at-fuel stopped"},
    CommandName{"image", Command::image, "image [options] FILE [-o F.wimg]",
                "save a module as it is after loading; run takes it and starts at once"},
    CommandName{"call", Command::call, "call [options] FILE 'name(args)' | name args...",
                "call one export and print its results"},
    CommandName{"serve", Command::serve, "serve [options] FILE",
                "answer HTTP requests with a component of wasi:http"},
    CommandName{"validate", Command::validate, "validate [options] FILE...",
                "decode and validate modules"},
    CommandName{"inspect", Command::inspect, "inspect [options] FILE",
                "show sections, imports, exports, features and sizes"},
    CommandName{"print", Command::print, "print FILE", "show a module in the text format"},
    CommandName{"wast", Command::wast, "wast [options] FILE.wast|FILE.json|DIRECTORY...",
                "run the specification's scripts"},
};

std::vector<std::string> command_names()
{
    std::vector<std::string> names{"help", "version"};
    for (const CommandName& command : commands)
        names.emplace_back(command.name);
    return names;
}

const CommandName* find_command(std::string_view name)
{
    const auto found = std::ranges::find(commands, name, &CommandName::name);
    return found == commands.end() ? nullptr : &*found;
}

Reply unknown_option(const std::string& word, const CommandLine& app, const std::string& hint)
{
    const std::string name = word.substr(0, word.find('='));
    const std::string meant = nearest(name, app.names());
    return {exit_failed,
            meant.empty() ? fmt::format("unknown option '{}'", name)
                          : fmt::format("unknown option '{}'; did you mean '{}'?", name, meant),
            hint};
}

bool looks_like_option(const std::string& word)
{
    return word.size() > 1 && word.front() == '-';
}

Reply overall_help()
{
    std::string text = "wrtd runs WebAssembly.\n\n"
                       "usage: wrtd [options] COMMAND [options] FILE [guest arguments...]\n"
                       "       wrtd FILE [guest arguments...]     the same as wrtd run FILE\n\n"
                       "commands:\n";
    for (const CommandName& command : commands) {
        text += fmt::format("  {:<10}{}\n", command.name, command.summary);
    }
    text += fmt::format("  {:<10}{}\n", "help", "help COMMAND, or a topic: " + help_topic_names());
    text += fmt::format("  {:<10}{}\n", "version", "version and build of wrtd");
    text += "\nOptions go before FILE; everything after it belongs to the guest.\n";
    return {exit_success, text, {}};
}

Reply help_about(const std::vector<std::string>& words)
{
    if (words.empty()) return overall_help();
    const std::string& about = words.front();
    if (const CommandName* command = find_command(about)) {
        Options options;
        options.command = command->command;
        CommandLine line{command->summary, command->usage};
        line.add_command(options);
        return {exit_success, line.help(), {}};
    }
    if (const auto text = help_topic(about)) return {exit_success, std::string{*text}, {}};
    std::vector<std::string> known = command_names();
    for (const std::string_view topic : help_topics())
        known.emplace_back(topic);
    const std::string meant = nearest(about, known);
    return {exit_failed,
            meant.empty() ? fmt::format("no help about '{}'", about)
                          : fmt::format("no help about '{}'; did you mean '{}'?", about, meant),
            "`wrtd help` lists commands and topics"};
}

/// Whether a word that is no command can be meant as a file to run.
bool looks_like_file(const std::string& word)
{
    std::error_code ignored;
    return word == "-" || word.find_first_of("/.") != std::string::npos ||
           std::filesystem::exists(word, ignored);
}

std::optional<Reply> take_words(Options& options, std::vector<std::string> words,
                                const CommandName& command)
{
    const std::string hint = fmt::format("`wrtd help {}` lists the options", command.name);
    if (words.empty()) {
        return Reply{exit_failed, fmt::format("wrtd {} needs a file", command.name),
                     fmt::format("usage: wrtd {}", command.usage)};
    }
    // Nothing after an image's file is a guest's.
    if (options.command == Command::image && words.size() == 3 &&
        (words[1] == "-o" || words[1] == "--output")) {
        options.output = words[2];
        words.resize(1);
    }
    switch (options.command) {
    case Command::validate:
    case Command::wast: options.files = std::move(words); break;
    case Command::resume:
    case Command::image:
    case Command::serve:
    case Command::inspect:
    case Command::print:
        if (words.size() > 1) {
            return Reply{
                exit_failed,
                fmt::format("wrtd {} takes one file, and '{}' is a second", command.name, words[1]),
                {}};
        }
        options.files = std::move(words);
        break;
    case Command::run:
    case Command::call:
        options.files = {words.front()};
        options.arguments.assign(words.begin() + 1, words.end());
        if (options.command == Command::call && options.arguments.empty()) {
            return Reply{exit_failed, "wrtd call needs the name of an export",
                         fmt::format("usage: wrtd {}", command.usage)};
        }
        break;
    }
    return std::nullopt;
}

}  // namespace

bool parse_address(std::string_view text, Options::Serve& serve)
{
    const size_t colon = text.rfind(':');
    const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
    std::string_view host = colon == std::string_view::npos ? "" : text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (port.empty() || port.size() > 5 ||
        port.find_first_not_of("0123456789") != std::string_view::npos) {
        return false;
    }
    const int number = std::stoi(std::string{port});
    if (number > 65535) return false;
    serve.port = static_cast<uint16_t>(number);
    if (!host.empty()) serve.host = host == "localhost" ? "127.0.0.1" : host;
    return true;
}

Preopen parse_preopen(std::string_view text)
{
    Preopen preopen;
    if (text.ends_with(":ro") && !text.ends_with("::ro")) {
        preopen.read_only = true;
        text.remove_suffix(3);
    }
    const size_t separator = text.find("::");
    preopen.host = text.substr(0, separator);
    preopen.guest = separator == std::string_view::npos ? text : text.substr(separator + 2);
    return preopen;
}

std::variant<Options, Reply> parse_options(std::span<const char* const> arguments)
{
    Options options;
    std::vector<std::string> words{arguments.begin(), arguments.end()};
    std::vector<std::string> remaining;

    bool help = false;
    bool version = false;
    CommandLine leading{"", "[options] COMMAND"};
    leading.add_leading(options, help, version);
    if (auto reply = leading.parse(words, remaining, "`wrtd help` shows how wrtd is used")) {
        return *reply;
    }

    if (remaining.empty()) {
        if (version) return Reply{exit_success, version_text(), {}};
        if (help) return overall_help();
        return Reply{exit_failed, "no command and no file", "`wrtd help` shows how wrtd is used"};
    }
    if (remaining.front() == "help") {
        remaining.erase(remaining.begin());
        return help_about(remaining);
    }
    if (remaining.front() == "version" || version) {
        return Reply{exit_success, version_text(), {}};
    }

    const CommandName* command = find_command(remaining.front());
    if (command) {
        remaining.erase(remaining.begin());
    } else if (looks_like_option(remaining.front()) || looks_like_file(remaining.front())) {
        command = find_command("run");
    } else {
        const std::string& word = remaining.front();
        const std::string meant = nearest(word, command_names());
        return Reply{exit_failed,
                     meant.empty()
                         ? fmt::format("no command and no file '{}'", word)
                         : fmt::format("no command '{}'; did you mean '{}'?", word, meant),
                     "`wrtd help` lists the commands"};
    }
    if (help) return help_about({command->name});

    options.command = command->command;
    CommandLine line{command->summary, command->usage};
    line.add_command(options);
    const std::string hint = fmt::format("`wrtd help {}` lists the options", command->name);
    std::vector<std::string> rest;
    if (auto reply = line.parse(remaining, rest, hint)) return *reply;
    // An option that CLI11 does not know is not an error to it but the first of the remaining
    // words.
    if (!rest.empty() && looks_like_option(rest.front()))
        return unknown_option(rest.front(), line, hint);
    if (auto reply = take_words(options, std::move(rest), *command)) return *reply;
    if (options.snapshot_at_fuel && options.output.empty())
        options.output = options.files.front() + ".wsnap";
    return options;
}

}  // namespace wrtd
