// The command line. All of CLI11 is in this file: it costs seconds to compile.
//
// Each command is a CLI::App of its own, not a subcommand, and takes the file as the first of its
// remaining words, not as a positional. That is what makes `wrtd run --fuel 10 x.wasm --fuel 20`
// hand the second --fuel to the guest, and a guest argument never look like a command.
#include "options.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <wrt/component/wasi/network_rule.hpp>

#include "exit_code.hpp"
#include "help.hpp"
#include "quantities.hpp"
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

/// Help in groups, "General" last, and nothing about CLI11's types.
class HelpFormatter : public CLI::Formatter {
public:
    explicit HelpFormatter(std::string usage) : usage_{std::move(usage)} { column_width(34); }

    std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override
    {
        const std::string last = "General";
        std::vector<std::string> groups;
        for (const std::string& group : app->get_groups()) {
            if (group != last) groups.push_back(group);
        }
        groups.push_back(last);
        std::string text = fmt::format("{}\n\nusage: wrtd {}\n", app->get_description(), usage_);
        for (const std::string& group : groups) {
            const auto options = app->get_options(
                [&group](const CLI::Option* option) { return option->get_group() == group; });
            if (!options.empty()) text += make_group(group, false, options);
        }
        return text;
    }

    std::string make_option_opts(const CLI::Option* option) const override
    {
        return option->get_type_name().empty() ? "" : " " + option->get_type_name();
    }

private:
    std::string usage_;
};

std::unique_ptr<CLI::App> make_app(const char* description, const std::string& usage)
{
    auto app = std::make_unique<CLI::App>(description);
    app->formatter(std::make_shared<HelpFormatter>(usage));
    app->prefix_command();
    app->set_help_flag("-h,--help", "show this help")->group("General");
    return app;
}

/// An option with one value, handed to `set`; the text `set` returns, if any, is the refusal.
CLI::Option* add_value(CLI::App& app, const std::string& names, const char* value_name,
                       const char* description, const char* group,
                       std::function<std::string(const std::string&)> set)
{
    CLI::Option* const option = app.add_option_function<std::vector<std::string>>(
        names,
        [names, set = std::move(set)](const std::vector<std::string>& values) {
            for (const std::string& value : values) {
                const std::string refusal = set(value);
                if (refusal.empty()) continue;
                const std::string longest = names.substr(names.rfind("--"));
                throw CLI::ValidationError(longest, refusal);
            }
        },
        description);
    // Without this a vector option would take every word up to the next option, the file included.
    option->allow_extra_args(false);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    option->type_name(value_name)->group(group);
    return option;
}

using Parser = std::optional<uint64_t> (*)(std::string_view);

CLI::Option* add_quantity(CLI::App& app, const std::string& names, const char* value_name,
                          const char* description, Parser parse, const char* what,
                          std::optional<uint64_t>& target)
{
    return add_value(app, names, value_name, description, "Limits",
                     [&target, parse, what](const std::string& text) -> std::string {
                         const std::optional<uint64_t> value = parse(text);
                         if (!value) return fmt::format("'{}' is not {}", text, what);
                         target = value;
                         return {};
                     });
}

template <class Enum, size_t n, class Target>
void add_choice(CLI::App& app, const std::string& names, const char* value_name,
                const char* description, const std::array<std::pair<const char*, Enum>, n>& choices,
                Target& target)
{
    add_value(app, names, value_name, description, "General",
              [&target, choices](const std::string& text) -> std::string {
                  std::string known;
                  for (const auto& [name, value] : choices) {
                      if (text == name) {
                          target = value;
                          return {};
                      }
                      known += known.empty() ? name : fmt::format(", {}", name);
                  }
                  return fmt::format("'{}' is none of {}", text, known);
              });
}

void add_general(CLI::App& app, Options& options)
{
    add_choice(app, "--color", "WHEN", "auto, always or never (auto heeds NO_COLOR)",
               std::array{std::pair{"auto", Color::automatic}, std::pair{"always", Color::always},
                          std::pair{"never", Color::never}},
               options.color);
    add_choice(app, "--log", "LEVEL", "off, error, warn, info, debug or trace",
               std::array{std::pair{"off", LogLevel::off}, std::pair{"error", LogLevel::error},
                          std::pair{"warn", LogLevel::warn}, std::pair{"info", LogLevel::info},
                          std::pair{"debug", LogLevel::debug}, std::pair{"trace", LogLevel::trace}},
               options.log);
}

/// Every command that runs something has it.
void add_code(CLI::App& app, Options& options)
{
    add_choice(app, "--code", "WHEN",
               "translate functions eagerly (modules do), or lazily when they are first called "
               "(components do)",
               std::array{std::pair{"eager", CodeMode::eager}, std::pair{"lazy", CodeMode::lazy}},
               options.code);
}

constexpr const char* size = "a size such as 65536, 64KiB or 1.5MiB";

/// Bounds that have a part in how many bytes a module needs.
void add_sizes(CLI::App& app, Options& options)
{
    Limits& limits = options.limits;
    add_quantity(app, "--max-memory", "SIZE", "linear memory, all memories together", parse_size,
                 size, limits.max_memory);
    add_quantity(app, "--memory-room", "SIZE",
                 "with --arena: what each linear memory may grow to, taken from the block at once",
                 parse_size, size, limits.memory_room);
    add_quantity(app, "--gc-heap", "SIZE", "garbage-collected objects", parse_size, size,
                 limits.gc_heap);
    add_quantity(app, "--stack", "SIZE", "execution stack", parse_size, size, limits.stack);
    add_quantity(app, "--code-cache", "SIZE", "with --code lazy: code of the functions called",
                 parse_size, size, limits.code_cache);
    add_value(app, "--profile", "NAME", "bounds on everything: tiny, seed, asil-a to asil-d, qm",
              "Limits", [&options](const std::string& text) -> std::string {
                  options.profile = wrt::find_preset(text);
                  if (options.profile != nullptr) return {};
                  std::vector<std::string_view> known;
                  for (const wrt::Preset* preset : wrt::presets)
                      known.push_back(preset->name);
                  return fmt::format("'{}' is none of {}", text, fmt::join(known, ", "));
              });
}

void add_limits(CLI::App& app, Options& options)
{
    Limits& limits = options.limits;
    add_sizes(app, options);
    add_quantity(app, "--arena", "SIZE",
                 "one block that everything lies in, as `wrtd inspect --budget` tells", parse_size,
                 size, limits.arena);
    add_quantity(app, "-m,--budget", "SIZE",
                 "everything the guest may take: module, stack, memories (env WRTD_BUDGET)",
                 parse_size, size, limits.budget)
        ->envname("WRTD_BUDGET");
    add_quantity(app, "--fuel", "N", "stop after about N instructions", parse_count,
                 "a count such as 1000000 or 1M", limits.fuel);
    add_quantity(app, "--timeout", "TIME", "stop after this much time: 2s, 250ms, 1m",
                 parse_duration, "a duration such as 2s or 250ms", limits.timeout_ns);
}

/// Every command that reads modules has it.
void add_features(CLI::App& app, wrt::FeatureSet& features)
{
    add_value(app, "--features", "SET",
              "what modules may use: mvp, 2.0 or 3.0 (default), then +name and -name", "General",
              [&features](const std::string& text) -> std::string {
                  std::string_view wrong;
                  if (wrt::parse_features(text, features, wrong)) return {};
                  std::vector<std::string> known;
                  for (uint32_t i = 1; i < wrt::feature_count; ++i) {
                      known.emplace_back(wrt::name_of(static_cast<wrt::Feature>(i)));
                  }
                  if (wrong.empty() || (wrong.front() != '+' && wrong.front() != '-')) {
                      return fmt::format("'{}' is none of mvp, 2.0, 3.0, +name, -name", wrong);
                  }
                  return fmt::format("no feature '{}', only {}", wrong.substr(1),
                                     fmt::join(known, ", "));
              });
}

std::string set_stream(Stream& stream, const std::string& text)
{
    if (text.empty()) return "needs a file, null or inherit";
    if (text == "inherit")
        stream = {Stream::Kind::inherit, {}};
    else if (text == "null")
        stream = {Stream::Kind::null, {}};
    else
        stream = {Stream::Kind::file, text};
    return {};
}

void add_network(CLI::App& app, WasiOptions& wasi)
{
    constexpr const char* group = "Network";
    const auto keep_rule = [](std::vector<std::string>& rules) {
        return [&rules](const std::string& text) -> std::string {
            if (!wrt::wasi::parse_network_rule(text)) {
                return fmt::format("'{}' is not HOST[:PORT], such as example.com:443, 10.0.0.0/8, "
                                   "[::1]:8000-8010, *:53 or db.internal=private",
                                   text);
            }
            rules.push_back(text);
            return {};
        };
    };
    app.add_flag_callback(
           "--net",
           [&wasi] {
               wasi.allow_net.emplace_back("*");
               wasi.allow_listen.emplace_back("*");
           },
           "let the guest use the network without bounds")
        ->group(group);
    add_value(app, "--allow-net", "HOST[:PORT]",
              "let it connect and send there; HOST is a name, *.name, an address, a network or *",
              group, keep_rule(wasi.allow_net));
    add_value(app, "--allow-listen", "ADDRESS[:PORT]", "let it wait there for others", group,
              keep_rule(wasi.allow_listen));
    add_value(app, "--max-sockets", "N", "sockets that it may have at one time; default 256", group,
              [&wasi](const std::string& text) -> std::string {
                  wasi.max_sockets = parse_count(text);
                  if (wasi.max_sockets && *wasi.max_sockets <= 65536) return {};
                  return fmt::format("'{}' is not a count up to 65536", text);
              });
}

void add_wasi(CLI::App& app, WasiOptions& wasi)
{
    constexpr const char* group = "WASI";
    add_value(app, "--dir", "HOST[::GUEST][:ro]", "let the guest use a directory", group,
              [&wasi](const std::string& text) -> std::string {
                  const Preopen preopen = parse_preopen(text);
                  if (preopen.host.empty() || preopen.guest.empty()) {
                      return fmt::format("'{}' names no directory", text);
                  }
                  wasi.preopens.push_back(preopen);
                  return {};
              });
    add_value(app, "--env", "NAME[=VALUE]", "set a variable, or pass on the one set here", group,
              [&wasi](const std::string& text) -> std::string {
                  const size_t equals = text.find('=');
                  if (text.empty() || equals == 0) return fmt::format("'{}' has no name", text);
                  if (equals != std::string::npos) {
                      wasi.env.push_back(text);
                  } else if (const char* value = std::getenv(text.c_str())) {
                      wasi.env.push_back(fmt::format("{}={}", text, value));
                  }
                  return {};
              });
    app.add_flag("--env-all", wasi.inherit_env, "pass on every variable set here")->group(group);
    add_value(app, "--stdin", "FILE|null|inherit", "where the guest's stdin comes from", group,
              [&wasi](const std::string& text) { return set_stream(wasi.in, text); });
    add_value(app, "--stdout", "FILE|null|inherit", "where the guest's stdout goes", group,
              [&wasi](const std::string& text) { return set_stream(wasi.out, text); });
    add_value(app, "--stderr", "FILE|null|inherit", "where the guest's stderr goes", group,
              [&wasi](const std::string& text) { return set_stream(wasi.err, text); });
    add_value(app, "--argv0", "NAME", "what the guest sees as argv[0]; default FILE", group,
              [&wasi](const std::string& text) -> std::string {
                  wasi.argv0 = text;
                  return {};
              });
    app.add_flag_callback(
           "--no-wasi", [&wasi] { wasi.enabled = false; }, "provide no WASI at all")
        ->group(group);
    add_network(app, wasi);
}

void add_output(CLI::App& app, Options& options, const char* description, const char* group)
{
    add_value(app, "-o,--output", "FILE", description, group,
              [&options](const std::string& text) -> std::string {
                  options.output = text;
                  return text.empty() ? "needs a file" : "";
              });
}

void add_snapshot(CLI::App& app, Options& options)
{
    constexpr const char* group = "Snapshots";
    add_value(app, "--snapshot-at-fuel", "N",
              "stop after N fuel and write what `wrtd resume` goes on from", group,
              [&options](const std::string& text) -> std::string {
                  options.snapshot_at_fuel = parse_count(text);
                  if (options.snapshot_at_fuel) return {};
                  return fmt::format("'{}' is not a count such as 1000000 or 1M", text);
              });
    add_output(app, options, "where to; default FILE.wsnap", group);
}

void add_preload(CLI::App& app, std::vector<Preload>& preloads)
{
    add_value(app, "--preload", "NS:PKG=FILE",
              "let a component import the interfaces of a package from another one", "Components",
              [&preloads](const std::string& text) -> std::string {
                  const size_t equals = text.find('=');
                  const size_t colon = text.find(':');
                  if (equals == std::string::npos || equals + 1 == text.size() || colon == 0 ||
                      colon >= equals) {
                      return fmt::format("'{}' is not NS:PKG=FILE", text);
                  }
                  preloads.push_back({text.substr(0, equals), text.substr(equals + 1)});
                  return {};
              });
}

/// A quantity that is not optional: from 1 to `most`.
template <class T>
void add_bound(CLI::App& app, const std::string& names, const char* value_name,
               const char* description, Parser parse, const char* what, T& target,
               T most = std::numeric_limits<T>::max())
{
    add_value(app, names, value_name, description, "Server",
              [&target, parse, what, most](const std::string& text) -> std::string {
                  const std::optional<uint64_t> value = parse(text);
                  if (!value || *value == 0) return fmt::format("'{}' is not {}", text, what);
                  if (*value > most) return fmt::format("'{}' is more than {}", text, most);
                  target = static_cast<T>(*value);
                  return {};
              });
}

void add_serve(CLI::App& app, Options& options)
{
    constexpr const char* count = "a count such as 64";
    constexpr const char* duration = "a duration such as 2s or 250ms";
    Options::Serve& serve = options.serve;
    add_value(app, "--addr", "HOST:PORT",
              "where to listen; default 127.0.0.1:8080, port 0 takes a free one", "Server",
              [&serve](const std::string& text) -> std::string {
                  if (parse_address(text, serve)) return {};
                  return fmt::format("'{}' is not HOST:PORT with an address for a host", text);
              });
    add_bound(app, "--workers", "N", "requests at one time; default two a core, at least 4",
              parse_count, count, serve.workers, uint32_t{1024});
    add_bound(app, "--reuse-instances", "N",
              "requests that an instance may have, one after the other; default 1", parse_count,
              count, serve.reuse_instances);
    add_bound(app, "--max-connections", "N", "more get 503; default 1024", parse_count, count,
              serve.max_connections);
    add_bound(app, "--max-header-bytes", "SIZE", "of a request's head; default 16KiB", parse_size,
              size, serve.max_header_bytes, uint32_t{128 * 1024});
    add_bound(app, "--max-body-bytes", "SIZE", "of a request's body; default 64MiB", parse_size,
              size, serve.max_body_bytes);
    add_bound(app, "--head-timeout", "TIME",
              "for a request's head to come, and a response to be taken; default 10s",
              parse_duration, duration, serve.head_ns);
    add_bound(app, "--grace", "TIME", "what runs at SIGTERM may go on that long; default 10s",
              parse_duration, duration, serve.grace_ns);
    app.add_flag("-q,--quiet", options.quiet, "no line for each request on stderr")
        ->group("Reports");
}

void add_wast(CLI::App& app, Options::Wast& wast)
{
    constexpr const char* group = "Scripts";
    const auto keep = [](std::string& target) {
        return [&target](const std::string& text) -> std::string {
            target = text;
            return {};
        };
    };
    app.add_flag("-v,--verbose", wast.verbose, "say of each file what came of it")->group(group);
    app.add_flag("--validate-only", wast.validate_only, "execute nothing")->group(group);
    add_value(app, "--filter", "TEXT", "only files whose name contains this", group,
              keep(wast.filter));
    add_value(app, "--known-failures", "FILE", "commands that are known to fail", group,
              keep(wast.known_failures));
    add_value(app, "--junit", "FILE", "write the results there as JUnit XML", group,
              keep(wast.junit));
}

void add_inspect(CLI::App& app, Options& options)
{
    constexpr const char* group = "Reports";
    app.add_flag("--json", options.json, "as JSON")->group(group);
    Options::BudgetReport& budget = options.budget;
    // A flag may be given a value with "=" only, so it never takes the file for one.
    app.add_flag("--budget")
        ->description("the bytes it needs and what for; =SIZE: exit 1 where that is less")
        ->each([&budget](const std::string& text) {
            budget.wanted = true;
            if (text == "true") return;
            budget.most = parse_size(text);
            if (!budget.most)
                throw CLI::ValidationError("--budget", fmt::format("'{}' is not {}", text, size));
        })
        ->group(group);
    app.add_flag("--svg", budget.svg, "the same as a picture")->group(group);
    add_value(app, "--against", "FILE", "exit 1 where it needs more than this older one", group,
              [&budget](const std::string& text) -> std::string {
                  budget.against = text;
                  return {};
              });
    add_sizes(app, options);
}

void add_command(CLI::App& app, Options& options)
{
    switch (options.command) {
    case Command::run:
    case Command::resume:
        add_limits(app, options);
        add_code(app, options);
        add_wasi(app, options.wasi);
        add_snapshot(app, options);
        add_preload(app, options.preloads);
        app.add_flag("--stats", options.stats, "afterwards, say on stderr what was used")
            ->group("Reports");
        break;
    case Command::call:
        add_limits(app, options);
        add_code(app, options);
        add_wasi(app, options.wasi);
        add_preload(app, options.preloads);
        app.add_flag("--stats", options.stats, "afterwards, say on stderr what was used")
            ->group("Reports");
        app.add_flag("--json", options.json, "print the results as a JSON array")->group("Reports");
        break;
    case Command::serve:
        add_serve(app, options);
        add_limits(app, options);
        add_wasi(app, options.wasi);
        add_preload(app, options.preloads);
        break;
    case Command::image:
        add_output(app, options, "where to; default FILE.wimg", "Image");
        app.add_flag("--for-fuel", options.image_for_fuel, "so that it can be run with --fuel")
            ->group("Image");
        app.add_flag("--for-timeout", options.image_for_timeout,
                     "so that it can be run with --timeout")
            ->group("Image");
        break;
    case Command::validate:
        app.add_flag("-q,--quiet", options.quiet, "only the exit status")->group("Reports");
        break;
    case Command::inspect: add_inspect(app, options); break;
    case Command::print: break;
    case Command::wast: add_wast(app, options.wast); break;
    }
    add_features(app, options.features);
    add_general(app, options);
}

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

std::vector<std::string> option_names(const CLI::App& app)
{
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames())
            names.push_back("--" + name);
        for (const std::string& name : option->get_snames())
            names.push_back("-" + name);
    }
    return names;
}

Reply unknown_option(const std::string& word, const CLI::App& app, const std::string& hint)
{
    const std::string name = word.substr(0, word.find('='));
    const std::string meant = nearest(name, option_names(app));
    return {exit_failed,
            meant.empty() ? fmt::format("unknown option '{}'", name)
                          : fmt::format("unknown option '{}'; did you mean '{}'?", name, meant),
            hint};
}

bool looks_like_option(const std::string& word)
{
    return word.size() > 1 && word.front() == '-';
}

/// Lets `app` parse `words`. What remains, from the first word that is no option on, is in
/// `remaining`.
std::optional<Reply> parse(CLI::App& app, std::vector<std::string> words,
                           std::vector<std::string>& remaining, const std::string& hint)
{
    // CLI11 takes the words from the back.
    std::ranges::reverse(words);
    try {
        app.parse(std::move(words));
    } catch (const CLI::CallForHelp&) {
        return Reply{exit_success, app.help(), {}};
    } catch (const CLI::ArgumentMismatch& error) {
        // "--fuel: 1 required N missing" and the like.
        const std::string text = error.what();
        return Reply{exit_failed, fmt::format("{} needs a value", text.substr(0, text.find(':'))),
                     hint};
    } catch (const CLI::ParseError& error) {
        return Reply{exit_failed, error.what(), hint};
    }
    remaining = app.remaining();
    return std::nullopt;
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
        const auto app = make_app(command->summary, command->usage);
        add_command(*app, options);
        return {exit_success, app->help(), {}};
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

    const auto general = make_app("", "[options] COMMAND");
    general->set_help_flag();
    bool help = false;
    bool version = false;
    general->add_flag("-h,--help", help);
    general->add_flag("-V,--version", version);
    add_general(*general, options);
    if (auto reply = parse(*general, words, remaining, "`wrtd help` shows how wrtd is used")) {
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
    const auto app = make_app(command->summary, command->usage);
    add_command(*app, options);
    const std::string hint = fmt::format("`wrtd help {}` lists the options", command->name);
    std::vector<std::string> rest;
    if (auto reply = parse(*app, remaining, rest, hint)) return *reply;
    // An option that CLI11 does not know is not an error to it but the first of the remaining
    // words.
    if (!rest.empty() && looks_like_option(rest.front()))
        return unknown_option(rest.front(), *app, hint);
    if (auto reply = take_words(options, std::move(rest), *command)) return *reply;
    if (options.snapshot_at_fuel && options.output.empty())
        options.output = options.files.front() + ".wsnap";
    return options;
}

}  // namespace wrtd
