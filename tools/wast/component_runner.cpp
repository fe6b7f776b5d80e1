#include "component_runner.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include <wrt/decoder/component.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/error.hpp>

#include "assemble.hpp"
#include "component_engine.hpp"

namespace wrt::wast {
namespace {

using Kind = ComponentCommand::Kind;
using OutcomeKind = ComponentOutcome::Kind;

std::optional<std::vector<uint8_t>> read_file(const std::filesystem::path& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file) return std::nullopt;
    return std::vector<uint8_t>{std::istreambuf_iterator<char>{file}, {}};
}

std::string text_of(const Error& error)
{
    return std::string{std::string_view{describe(error, &write_type_name)}};
}

ComponentOutcome failed(std::string note)
{
    return {OutcomeKind::failed, std::move(note)};
}

/// Whether the decoder accepts a component.
Status validate(std::span<const uint8_t> binary)
{
    constexpr size_t arena_bytes = size_t{64} << 20;
    Arena arena{Backing::reserve(arena_bytes).value()};
    return decoder::decode_component_streaming(binary, arena, {},
                                               [](const decoder::Component&) { return ok(); });
}

ComponentOutcome check_refusal(const ComponentCommand& command, const Status& status)
{
    if (status) return failed("accepted; expected: " + command.phrase);
    const ErrorKind kind = kind_of(status.error().code);
    const std::string text = text_of(status.error());
    if (kind != ErrorKind::malformed && kind != ErrorKind::invalid) {
        return failed(text + "; expected: " + command.phrase);
    }
    const bool other_words = text.find(command.phrase) == std::string::npos;
    return {OutcomeKind::passed, text + " | " + command.phrase, other_words};
}

/// What a script calls a mistake in text, as wrt does: without the name that it is about, and in
/// the words of the core specification.
std::string spoken(std::string phrase)
{
    const size_t name = phrase.find('`');
    const size_t behind = phrase.find("` ", name + 1);
    if (name != std::string::npos && behind != std::string::npos) {
        phrase.erase(name, behind + 2 - name);
    }
    return phrase == "invalid string escape" ? "illegal escape" : phrase;
}

/// Text that is refused has to be so for the reason that the script says.
ComponentOutcome check_text_refusal(const ComponentCommand& command, const Error& error)
{
    const bool same = phrase(error.code) == spoken(command.phrase);
    if (kind_of(error.code) == ErrorKind::malformed && same) {
        return {OutcomeKind::passed, text_of(error) + " | " + command.phrase};
    }
    return failed(text_of(error) + "; expected: " + command.phrase);
}

}  // namespace

size_t ComponentFileReport::count(ComponentOutcome::Kind kind) const
{
    return static_cast<size_t>(std::ranges::count_if(
        lines, [kind](const Line& line) { return line.outcome.kind == kind; }));
}

namespace {

/// Runs the commands of one script, in their order, in one world.
class Run {
public:
    Run(const std::string& directory, bool validate_only, const ComponentEngineOptions& options)
        : directory_{directory}, validate_only_{validate_only}, options_{options}
    {
    }

    ComponentOutcome command(const ComponentCommand& command)
    {
        switch (command.kind) {
        case Kind::component:
        case Kind::component_definition: return define(command);
        case Kind::component_instance: return instantiate(command);
        case Kind::action:
        case Kind::assert_return:
        case Kind::assert_trap: return invoke(command);
        case Kind::assert_malformed:
        case Kind::assert_invalid: return refuse(command);
        case Kind::assert_uninstantiable: return uninstantiable(command);
        }
        return {};
    }

    /// With validate_only: whether the command says what is accepted or refused.
    static bool validates(const ComponentCommand& command)
    {
        return !command.filename.empty() || !command.wat.empty();
    }

private:
    static constexpr size_t none = ~size_t{0};

    /// The command's component; one that is text is assembled.
    Result<std::vector<uint8_t>> binary_of(const ComponentCommand& command) const
    {
        if (!command.wat.empty()) return assemble(command.wat);
        auto file = read_file(std::filesystem::path{directory_} / command.filename);
        if (!file) return Error{.code = Errc::not_found};
        if (!command.text) return std::move(*file);
        const std::string text{file->begin(), file->end()};
        return assemble(command.quoted ? "(component " + text + ")" : text);
    }

    ComponentEngine& engine()
    {
        if (!engine_) engine_.emplace(options_);
        return *engine_;
    }

    ComponentOutcome define(const ComponentCommand& command)
    {
        // What follows must not find an older one.
        component_ = none;
        const auto binary = binary_of(command);
        if (!binary) return failed(text_of(binary.error()));
        if (validate_only_) {
            const Status status = validate(*binary);
            return status ? ComponentOutcome{} : failed(text_of(status.error()));
        }
        const Result<size_t> loaded = engine().load(*binary);
        if (!loaded) return failed(text_of(loaded.error()));
        component_ = *loaded;
        components_[command.name] = component_;
        if (command.kind == Kind::component_definition) return {};
        return start(component_, command.name);
    }

    ComponentOutcome start(size_t component, const std::string& name)
    {
        instance_ = none;
        instances_[name] = none;
        const Result<size_t> made = engine().instantiate(component);
        if (!made) return failed(text_of(made.error()));
        instance_ = *made;
        instances_[name] = instance_;
        return {};
    }

    ComponentOutcome instantiate(const ComponentCommand& command)
    {
        size_t component = component_;
        if (!command.component.empty()) {
            const auto found = components_.find(command.component);
            component = found == components_.end() ? none : found->second;
        }
        if (component == none) {
            instance_ = none;
            instances_[command.name] = none;
            return failed("no component to instantiate");
        }
        return start(component, command.name);
    }

    ComponentOutcome invoke(const ComponentCommand& command)
    {
        size_t instance = instance_;
        if (!command.action.instance.empty()) {
            const auto found = instances_.find(command.action.instance);
            instance = found == instances_.end() ? none : found->second;
        }
        if (instance == none) return failed("no instance");
        std::string mismatch;
        const Status status = engine().invoke(
            instance, command.action.field, command.action.args,
            command.kind == Kind::assert_return ? &command.expected : nullptr, mismatch);
        if (command.kind == Kind::assert_trap) return check_trap(command, status);
        if (!status) return failed(text_of(status.error()));
        return mismatch.empty() ? ComponentOutcome{} : failed(mismatch);
    }

    static ComponentOutcome check_trap(const ComponentCommand& command, const Status& status)
    {
        if (status) return failed("no trap; expected: " + command.phrase);
        const ErrorKind kind = kind_of(status.error().code);
        const std::string text = text_of(status.error());
        if (kind != ErrorKind::trap) return failed(text + "; expected: " + command.phrase);
        return {OutcomeKind::passed, text + " | " + command.phrase};
    }

    ComponentOutcome uninstantiable(const ComponentCommand& command)
    {
        const auto binary = binary_of(command);
        if (!binary) return failed(text_of(binary.error()));
        if (validate_only_) return validate(*binary) ? ComponentOutcome{} : failed("refused");
        const Result<size_t> loaded = engine().load(*binary);
        if (!loaded) return failed(text_of(loaded.error()));
        const Result<size_t> made = engine().instantiate(*loaded);
        return check_trap(command, made ? ok() : Status{made.error()});
    }

    ComponentOutcome refuse(const ComponentCommand& command) const
    {
        const auto binary = binary_of(command);
        if (!binary) return check_text_refusal(command, binary.error());
        return check_refusal(command, validate(*binary));
    }

    std::string directory_;
    bool validate_only_;
    ComponentEngineOptions options_;
    std::optional<ComponentEngine> engine_;
    std::map<std::string, size_t> components_;
    std::map<std::string, size_t> instances_;
    size_t component_ = none;
    size_t instance_ = none;
};

}  // namespace

ComponentFileReport run_component_script(const ComponentScript& script,
                                         const std::string& directory, bool validate_only,
                                         const ComponentEngineOptions& engine)
{
    ComponentFileReport report{script.source, {}};
    Run run{directory, validate_only, engine};
    for (const ComponentCommand& command : script.commands) {
        if (validate_only && !Run::validates(command)) continue;
        report.lines.push_back({command.kind, command.line, run.command(command)});
    }
    return report;
}

}  // namespace wrt::wast
