// wrtd call: one export, its arguments and results as text.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "call_syntax.hpp"
#include "commands.hpp"
#include "component_guest.hpp"
#include "exit_code.hpp"
#include "guest.hpp"
#include "messages.hpp"

namespace wrtd {
namespace {

/// Values for the params, or nothing after having said which argument is none.
std::optional<std::vector<wrt::Value>> arguments_of(const CallText& call, const wrt::FuncType& type)
{
    const std::string type_shown = func_type_text(type.params, type.results);
    if (call.arguments.size() != type.params.size()) {
        error("'{}' takes {} argument{}, not {}", escaped(call.name), type.params.size(),
              type.params.size() == 1 ? "" : "s", call.arguments.size());
        hint("'{}' is {}", escaped(call.name), type_shown);
        return std::nullopt;
    }
    std::vector<wrt::Value> values;
    for (size_t i = 0; i < type.params.size(); ++i) {
        const auto value = parse_value(call.arguments[i], type.params[i]);
        if (!value) {
            error("argument {} of '{}': '{}' is no {}", i + 1, escaped(call.name),
                  escaped(call.arguments[i]), type_text(type.params[i]));
            hint("'{}' is {}", escaped(call.name), type_shown);
            return std::nullopt;
        }
        values.push_back(*value);
    }
    return values;
}

void print_results(std::span<const wrt::Value> results, bool json)
{
    if (!json) {
        for (const wrt::Value& result : results)
            fmt::print("{}\n", value_text(result));
        return;
    }
    nlohmann::json list = nlohmann::json::array();
    for (const wrt::Value& result : results) {
        // As strings: JSON readers round an i64, and NaN and infinity are no JSON.
        const std::string text = value_text(result);
        const std::string type = type_text(result.type());
        list.push_back({{"type", type}, {"value", text.substr(type.size() + 1)}});
    }
    fmt::print("{}\n", list.dump());
}

}  // namespace

int call(const Options& options)
{
    if (const std::optional<bool> component = is_component_file(options.files.front());
        component && *component) {
        return call_component(options);
    }
    const std::variant<CallText, std::string> parsed = parse_call(options.arguments);
    if (const std::string* wrong = std::get_if<std::string>(&parsed)) {
        error("{}", escaped(*wrong));
        return exit_failed;
    }
    const CallText& wanted = std::get<CallText>(parsed);

    Guest guest{options};
    const int prepared = guest.prepare();
    if (prepared != 0 || guest.finished()) return prepared;
    const wrt::Result<wrt::Func> func = guest.instance().func(wanted.name);
    if (!func) return guest.no_such_function(wanted.name);
    const wrt::FuncType type = func->type();
    const auto arguments = arguments_of(wanted, type);
    if (!arguments) return exit_failed;

    // A WASI reactor has to be initialised before anything else of it is called.
    if (const auto initialize = guest.instance().func<void()>("_initialize");
        initialize && wanted.name != "_initialize") {
        const wrt::Status initialized = (*initialize)();
        if (!initialized) return guest.conclude(initialized);
    }
    std::vector<wrt::Value> results(type.results.size());
    const wrt::Status ended = func->call(*arguments, results);
    if (ended) print_results(results, options.json);
    return guest.conclude(ended);
}

}  // namespace wrtd
