// All options of all commands. All of CLI11 is in this file.
//
// Each command is a CLI::App of its own, not a subcommand, and takes the file as the first of its
// remaining words, not as a positional. That is what makes `wrtd run --fuel 10 x.wasm --fuel 20`
// hand the second --fuel to the guest, and a guest argument never look like a command.
#include "command_line.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <wrt/component/wasi/network_rule.hpp>

#include "exit_code.hpp"
#include "quantities.hpp"

namespace wrtd {
namespace {

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

void add_options(CLI::App& app, Options& options)
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

}  // namespace

CommandLine::CommandLine(const char* description, const std::string& usage)
    : app_{std::make_unique<CLI::App>(description)}
{
    app_->formatter(std::make_shared<HelpFormatter>(usage));
    app_->prefix_command();
    app_->set_help_flag("-h,--help", "show this help")->group("General");
}

CommandLine::~CommandLine() = default;

void CommandLine::add_leading(Options& options, bool& help, bool& version)
{
    app_->set_help_flag();
    app_->add_flag("-h,--help", help);
    app_->add_flag("-V,--version", version);
    add_general(*app_, options);
}

void CommandLine::add_command(Options& options)
{
    add_options(*app_, options);
}

std::optional<Reply> CommandLine::parse(std::vector<std::string> words,
                                        std::vector<std::string>& remaining,
                                        const std::string& hint)
{
    // CLI11 takes the words from the back.
    std::ranges::reverse(words);
    try {
        app_->parse(std::move(words));
    } catch (const CLI::CallForHelp&) {
        return Reply{exit_success, help(), {}};
    } catch (const CLI::ArgumentMismatch& error) {
        // "--fuel: 1 required N missing" and the like.
        const std::string text = error.what();
        return Reply{exit_failed, fmt::format("{} needs a value", text.substr(0, text.find(':'))),
                     hint};
    } catch (const CLI::ParseError& error) {
        return Reply{exit_failed, error.what(), hint};
    }
    remaining = app_->remaining();
    return std::nullopt;
}

std::string CommandLine::help() const
{
    return app_->help();
}

std::vector<std::string> CommandLine::names() const
{
    std::vector<std::string> names;
    for (const CLI::Option* option : app_->get_options()) {
        for (const std::string& name : option->get_lnames())
            names.push_back("--" + name);
        for (const std::string& name : option->get_snames())
            names.push_back("-" + name);
    }
    return names;
}

}  // namespace wrtd
