#include "runner.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <wrt/decoder/types.hpp>
#include <wrt/foundation/error.hpp>

#include "assemble.hpp"
#include "engine.hpp"
#include "validate.hpp"

namespace wrt::wast {
namespace {

Outcome passed()
{
    return {};
}

Outcome failed(std::string note)
{
    Outcome outcome;
    outcome.kind = Outcome::Kind::failed;
    outcome.note = std::move(note);
    return outcome;
}

/// What comes of a command whose module came to `missing`, which was told there.
Outcome following(Outcome missing)
{
    if (missing.kind == Outcome::Kind::failed) missing.note = "its module failed";
    missing.follows = true;
    return missing;
}

std::string text_of(const Error& error)
{
    return std::string{std::string_view{describe(error, write_type_name)}};
}

/// Scripts quote the beginning of a phrase, or a phrase with the particular after it.
bool says(const Error& error, std::string_view wanted)
{
    const std::string_view said = phrase(error.code);
    return said.starts_with(wanted) || wanted.starts_with(said);
}

/// An error where none was to come, or the wrong one.
Outcome unexpected(const Error& error, std::string_view wanted)
{
    return failed(fmt::format("expected {}, got {}", wanted, text_of(error)));
}

/// "(i32 1)(f64 0x0)", or "nothing".
template <class T>
std::string list(const std::vector<T>& items)
{
    std::string text;
    for (const T& item : items)
        text += fmt::format("({})", to_string(item));
    return text.empty() ? "nothing" : text;
}

/// The binary of the command's module; an error where its text is none. Throws Unreadable.
struct Unreadable {
    std::string filename;
};

Result<std::vector<uint8_t>> binary_of(const std::string& directory, const Command& command)
{
    if (!command.wat.empty()) return assemble(command.wat);
    std::ifstream file{directory + "/" + command.filename, std::ios::binary};
    if (!file) throw Unreadable{command.filename};
    const std::vector<char> bytes{std::istreambuf_iterator<char>{file}, {}};
    if (command.text) return assemble({bytes.data(), bytes.size()});
    return std::vector<uint8_t>{bytes.begin(), bytes.end()};
}

/// What decoding and validation say of the command's module.
Status judge(const std::string& directory, const Command& command, FeatureSet features)
{
    WRT_TRY(const std::vector<uint8_t> binary, binary_of(directory, command));
    return validate(binary, features);
}

/// The module has to be refused. Either refusal is right: where decoding ends and validation begins
/// is for each implementation to say.
Outcome expect_refusal(const std::string& directory, const Command& command, FeatureSet features)
{
    const Status status = judge(directory, command, features);
    if (status) return failed("accepted, expected: " + command.phrase);
    const ErrorKind kind = kind_of(status.error().code);
    if (kind != ErrorKind::malformed && kind != ErrorKind::invalid) {
        return unexpected(status.error(), "a refusal");
    }
    Outcome outcome = passed();
    if (!says(status.error(), command.phrase)) {
        outcome.other_words = true;
        outcome.note = fmt::format("expected {}, got {}", command.phrase, text_of(status.error()));
    }
    return outcome;
}

Outcome expect_acceptance(const std::string& directory, const Command& command, FeatureSet features)
{
    const Status status = judge(directory, command, features);
    return status ? passed() : unexpected(status.error(), "a valid module");
}

/// What a command says about decoding and validation, if anything.
std::optional<Outcome> validate_only(const std::string& directory, const Command& command,
                                     FeatureSet features)
{
    using enum Command::Kind;
    switch (command.kind) {
    case module:
    case module_definition:
    case assert_unlinkable:
    case assert_uninstantiable: return expect_acceptance(directory, command, features);
    case assert_malformed:
    case assert_invalid:
    case assert_malformed_custom:
    case assert_invalid_custom: return expect_refusal(directory, command, features);
    case module_instance:
    case register_instance:
    case action:
    case assert_return:
    case assert_trap:
    case assert_exception:
    case assert_exhaustion:
    case thread:
    case wait: break;
    }
    return std::nullopt;
}

/// A script in the middle of its execution.
class Run {
public:
    Run(std::string directory, const EngineOptions& options)
        : directory_{std::move(directory)}, options_{options}, engine_{options}
    {
    }

    Outcome command(const Command& command)
    {
        using enum Command::Kind;
        switch (command.kind) {
        case module: return define_and_instantiate(command);
        case module_definition: return define(command);
        case module_instance: return instantiate(command);
        case register_instance: return register_instance_as(command);
        case action: return act(command);
        case assert_return: return expect_values(command);
        case assert_trap: return expect_error(command, ErrorKind::trap);
        case assert_exhaustion: return expect_error(command, ErrorKind::exhaustion);
        case assert_exception: return expect_exception(command);
        case assert_malformed:
        case assert_invalid:
        case assert_malformed_custom:
        case assert_invalid_custom: return expect_refusal(directory_, command, options_.features);
        case assert_unlinkable: return expect_instantiation_error(command, ErrorKind::unlinkable);
        case assert_uninstantiable: return expect_instantiation_error(command, ErrorKind::trap);
        case thread: return start(command);
        case wait: return wait_for(command.name);
        }
        return failed("no such command");
    }

    /// What came of each of `commands`.
    std::vector<CommandReport> commands(const std::vector<Command>& commands)
    {
        std::vector<CommandReport> reports;
        for (const Command& each : commands) {
            Outcome outcome;
            try {
                outcome = command(each);
            } catch (const Unreadable& missing) {
                outcome = failed("cannot read " + missing.filename);
            }
            reports.push_back({each.kind, each.line, std::move(outcome)});
            std::ranges::move(std::exchange(waited_for_, {}), std::back_inserter(reports));
        }
        while (!threads_.empty()) {
            wait_for(threads_.begin()->first);
            std::ranges::move(std::exchange(waited_for_, {}), std::back_inserter(reports));
        }
        return reports;
    }

private:
    using ModuleId = Engine::ModuleId;
    using InstanceId = Engine::InstanceId;

    /// Where a module or an instance would stand, had it not been skipped or failed: what depends
    /// on it says so.
    template <class Id>
    using Place = std::variant<Id, Outcome>;

    // Modules

    /// Loads the command's module and makes it the latest, under its name if it has one.
    Outcome define(const Command& command)
    {
        Place<ModuleId> place = load(command);
        latest_module_ = place;
        if (!command.name.empty()) modules_.insert_or_assign(command.name, place);
        return std::holds_alternative<Outcome>(place) ? std::get<Outcome>(place) : passed();
    }

    Place<ModuleId> load(const Command& command)
    {
        const auto binary = binary_of(directory_, command);
        if (!binary) return unexpected(binary.error(), "a module");
        const auto loaded = engine_.load(*binary);
        if (!loaded) return unexpected(loaded.error(), "a valid module");
        return *loaded;
    }

    Outcome define_and_instantiate(const Command& command)
    {
        // An instance is added in any case, so that what asks for it by name is told what became of
        // it.
        const Outcome defined = define(command);
        const Outcome instantiated = add_instance(command.name, latest_module_);
        return defined.kind == Outcome::Kind::passed ? instantiated : defined;
    }

    Outcome instantiate(const Command& command)
    {
        if (command.module.empty()) return add_instance(command.name, latest_module_);
        const auto found = modules_.find(command.module);
        if (found == modules_.end()) return failed("no module " + command.module);
        return add_instance(command.name, found->second);
    }

    Outcome add_instance(const std::string& name, const Place<ModuleId>& module)
    {
        Place<InstanceId> place = instance_of(module);
        latest_instance_ = place;
        if (!name.empty()) instances_.insert_or_assign(name, place);
        return std::holds_alternative<Outcome>(place) ? std::get<Outcome>(place) : passed();
    }

    Place<InstanceId> instance_of(const Place<ModuleId>& module)
    {
        if (const auto* missing = std::get_if<Outcome>(&module)) return following(*missing);
        const auto instance = engine_.instantiate(std::get<ModuleId>(module));
        if (!instance) return unexpected(instance.error(), "an instance");
        return *instance;
    }

    Outcome register_instance_as(const Command& command)
    {
        const Place<InstanceId> place = instance(command.name);
        if (const auto* missing = std::get_if<Outcome>(&place)) return following(*missing);
        const Status status = engine_.register_as(command.as, std::get<InstanceId>(place));
        return status ? passed() : unexpected(status.error(), "a registration");
    }

    Place<InstanceId> instance(const std::string& name) const
    {
        if (name.empty()) return latest_instance_;
        const auto found = instances_.find(name);
        if (found == instances_.end()) return failed("no instance " + name);
        return found->second;
    }

    Outcome expect_instantiation_error(const Command& command, ErrorKind kind)
    {
        const Place<ModuleId> module = load(command);
        if (const auto* missing = std::get_if<Outcome>(&module)) return *missing;
        const auto instance = engine_.instantiate(std::get<ModuleId>(module));
        if (instance) return failed("instantiated, expected: " + command.phrase);
        return check_error(instance.error(), kind, command.phrase);
    }

    // Actions

    using Values = std::vector<Value>;

    Place<Result<Values>> perform(const Action& action)
    {
        const Place<InstanceId> place = instance(action.module);
        if (const auto* missing = std::get_if<Outcome>(&place)) return following(*missing);
        const InstanceId target = std::get<InstanceId>(place);
        if (action.kind == Action::Kind::invoke) {
            return engine_.invoke(target, action.field, action.args);
        }
        const auto value = engine_.get(target, action.field);
        if (!value) return Result<Values>{value.error()};
        return Result<Values>{Values{*value}};
    }

    Outcome act(const Command& command)
    {
        const auto result = perform(command.action);
        if (const auto* missing = std::get_if<Outcome>(&result)) return *missing;
        const auto& values = std::get<Result<Values>>(result);
        return values ? passed() : unexpected(values.error(), "results");
    }

    Outcome expect_values(const Command& command)
    {
        const auto result = perform(command.action);
        if (const auto* missing = std::get_if<Outcome>(&result)) return *missing;
        const auto& values = std::get<Result<Values>>(result);
        if (!values) return unexpected(values.error(), list(command.expected));
        if (std::ranges::equal(command.expected, *values, matches_any)) return passed();
        return failed(fmt::format("expected {}, got {}", list(command.expected), list(*values)));
    }

    Outcome expect_error(const Command& command, ErrorKind kind)
    {
        const auto result = perform(command.action);
        if (const auto* missing = std::get_if<Outcome>(&result)) return *missing;
        const auto& values = std::get<Result<Values>>(result);
        if (values) {
            return failed(fmt::format("expected {}, got {}", command.phrase, list(*values)));
        }
        return check_error(values.error(), kind, command.phrase);
    }

    Outcome expect_exception(const Command& command)
    {
        Command wanted = command;
        wanted.phrase = "uncaught exception";
        return expect_error(wanted, ErrorKind::trap);
    }

    static Outcome check_error(const Error& error, ErrorKind kind, std::string_view wanted)
    {
        if (kind_of(error.code) == kind && says(error, wanted)) return passed();
        return unexpected(error, fmt::format("{}: {}", wrt::name_of(kind), wanted));
    }

    // Threads

    /// A part of the script that runs at the same time as the rest, in a world of its own.
    struct Thread {
        std::unique_ptr<Run> run;
        std::vector<CommandReport> reports;
        std::jthread thread;  // last: joined before what it works on goes
    };

    Outcome start(const Command& command)
    {
        if (threads_.contains(command.name)) return failed("a second thread " + command.name);
        EngineOptions options = options_;
        options.buffer = {};  // which is this engine's
        auto run = std::make_unique<Run>(directory_, options);
        for (const std::string& name : command.shared) {
            const Place<InstanceId> place = instance(name);
            if (const auto* missing = std::get_if<Outcome>(&place)) return following(*missing);
            run->instances_.insert_or_assign(
                name, run->engine_.share(engine_, std::get<InstanceId>(place)));
        }
        Thread& thread = threads_[command.name];
        thread.run = std::move(run);
        thread.thread = std::jthread{[&thread, &command] {
            thread.run->engine_.adopt();
            thread.reports = thread.run->commands(command.body);
        }};
        return passed();
    }

    Outcome wait_for(const std::string& name)
    {
        const auto found = threads_.find(name);
        if (found == threads_.end()) return failed("no thread " + name);
        found->second.thread.join();
        found->second.run->engine_.adopt();
        waited_for_ = std::move(found->second.reports);
        threads_.erase(found);
        return passed();
    }

    std::string directory_;
    EngineOptions options_;
    Engine engine_;
    std::map<std::string, Place<ModuleId>, std::less<>> modules_;
    std::map<std::string, Place<InstanceId>, std::less<>> instances_;
    Place<ModuleId> latest_module_ = failed("no module yet");
    Place<InstanceId> latest_instance_ = failed("no instance yet");
    std::vector<CommandReport> waited_for_;  ///< Of the thread that the last command waited for.
    std::map<std::string, Thread, std::less<>> threads_;  // last: they use what is above
};

}  // namespace

namespace {

/// What comes of the commands that only want decoding and validation.
std::vector<CommandReport> judgements(const std::vector<Command>& commands,
                                      const std::string& directory, FeatureSet features)
{
    std::vector<CommandReport> reports;
    for (const Command& command : commands) {
        std::optional<Outcome> outcome;
        try {
            outcome = validate_only(directory, command, features);
        } catch (const Unreadable& missing) {
            outcome = failed("cannot read " + missing.filename);
        }
        if (outcome) reports.push_back({command.kind, command.line, std::move(*outcome)});
        std::ranges::move(judgements(command.body, directory, features),
                          std::back_inserter(reports));
    }
    return reports;
}

}  // namespace

size_t FileReport::count(Outcome::Kind kind) const
{
    return static_cast<size_t>(std::ranges::count(
        commands, kind, [](const CommandReport& report) { return report.outcome.kind; }));
}

FileReport run(const Script& script, const std::string& directory, Mode mode,
               const EngineOptions& options)
{
    const auto start = std::chrono::steady_clock::now();
    FileReport report;
    report.source = script.source;
    report.commands = mode == Mode::execute
                          ? Run{directory, options}.commands(script.commands)
                          : judgements(script.commands, directory, options.features);
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

}  // namespace wrt::wast
