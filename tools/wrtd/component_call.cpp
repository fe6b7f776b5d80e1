// wrtd call on components: which function is meant, its arguments and its result as text.
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <wrt/component/value.hpp>
#include <wrt/component/wit_text.hpp>

#include "component_guest.hpp"
#include "exit_code.hpp"
#include "messages.hpp"
#include "suggest.hpp"
#include "wave.hpp"

namespace wrtd {
namespace {

using wrt::component::DynamicCall;
using wrt::component::ExportedFunc;
using wrt::component::Func;
using wrt::component::Value;

/// A call as it is written: `name(1, {x: 2})` in one word, or `name 1 '{x: 2}'`.
struct Written {
    std::string name;
    std::string list;                ///< What stands in the parentheses.
    std::vector<std::string> words;  ///< Or the arguments one by one.
    bool in_parentheses = false;
};

Written written_call(const std::vector<std::string>& words)
{
    Written call;
    const std::string& first = words.front();
    const size_t open = first.find('(');
    if (words.size() == 1 && open != std::string::npos && first.ends_with(')')) {
        call.name = first.substr(0, open);
        call.list = first.substr(open + 1, first.size() - open - 2);
        call.in_parentheses = true;
        return call;
    }
    call.name = first;
    call.words.assign(words.begin() + 1, words.end());
    return call;
}

std::string name_text(const ExportedFunc& exported)
{
    if (exported.interface.empty()) return std::string{exported.name};
    return fmt::format("{}#{}", exported.interface, exported.name);
}

std::string type_text(const Func& func)
{
    std::array<char, 1024> buffer;
    wrt::TextSink sink{buffer};
    wrt::component::append_wit_func(sink, wrt::component::type_of(func).types,
                                    wrt::component::node_of(func));
    return std::string{sink.view()};
}

/// The function of that name: as it is written, or in whichever exported interface has it. Null
/// after having said why there is none.
const Func* find(const ComponentGuest& guest, const std::string& name)
{
    const wrt::component::Instance& instance = guest.instance().instance();
    if (const Func* const func = wrt::component::find_function(instance, name)) return func;
    std::vector<ExportedFunc> found;
    std::vector<std::string> names;
    for (size_t i = 0; const auto exported = wrt::component::exported_func(instance, i); ++i) {
        if (exported->name == name) found.push_back(*exported);
        names.push_back(name_text(*exported));
        names.emplace_back(exported->name);
    }
    if (found.size() == 1) return found.front().func;
    if (found.size() > 1) {
        error("{} exports '{}' in {} interfaces", escaped(guest.path()), escaped(name),
              found.size());
        for (const ExportedFunc& exported : found)
            note("{}", escaped(name_text(exported)));
        return nullptr;
    }
    error("{} exports no function '{}'", escaped(guest.path()), escaped(name));
    if (const std::string meant = nearest(name, names); !meant.empty()) {
        hint("did you mean '{}'?", escaped(meant));
    } else if (names.empty()) {
        hint("it exports no function at all");
    } else {
        hint("`wrtd inspect {}` lists what it exports", escaped(guest.path()));
    }
    return nullptr;
}

/// One argument; the whole text must be its value. Strings need no quotes when they stand alone.
bool read_word(const std::string& word, Value into, std::string& what)
{
    using wrt::decoder::PrimitiveType;
    if (into.is_primitive() && into.primitive() == PrimitiveType::string &&
        !word.starts_with('"')) {
        if (into.set_text(word)) return true;
        what = "the string is too long";
        return false;
    }
    WaveReader reader{word};
    if (!reader.read(into)) {
        what = reader.what();
        return false;
    }
    if (reader.at_end()) return true;
    what = fmt::format("'{}' is left over", word.substr(reader.position()));
    return false;
}

/// False after having said which argument is wrong.
bool read_arguments(const Written& call, const DynamicCall& target)
{
    const auto params = wrt::component::type_of(target.func).params();
    const auto complain = [&](size_t i, std::string_view what) {
        error("argument '{}' of '{}': {}", escaped(params[i].name), escaped(call.name),
              escaped(what));
        hint("'{}' is {}", escaped(call.name), escaped(type_text(target.func)));
        return false;
    };
    const auto complain_count = [&] {
        error("'{}' takes {} argument{}", escaped(call.name), params.size(),
              params.size() == 1 ? "" : "s");
        hint("'{}' is {}", escaped(call.name), escaped(type_text(target.func)));
        return false;
    };
    if (!call.in_parentheses) {
        if (call.words.size() != params.size()) return complain_count();
        for (size_t i = 0; i < params.size(); ++i) {
            std::string what;
            if (!read_word(call.words[i], target.param(static_cast<uint32_t>(i)), what)) {
                return complain(i, what);
            }
        }
        return true;
    }
    WaveReader reader{call.list};
    for (size_t i = 0; i < params.size(); ++i) {
        if (reader.at_end() || (i != 0 && !reader.take(','))) return complain_count();
        if (!reader.read(target.param(static_cast<uint32_t>(i)))) return complain(i, reader.what());
    }
    return reader.at_end() || complain_count();
}

void print_result(const Value& result, bool json)
{
    if (json) {
        nlohmann::json list = nlohmann::json::array();
        if (!result.type().is_none()) list.push_back(json_of(result));
        fmt::print("{}\n", list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else if (!result.type().is_none()) {
        fmt::print("{}\n", wave_text(result));
    }
}

}  // namespace

int call_component(const Options& options)
{
    if (options.arguments.empty()) {
        error("no function to call");
        return exit_failed;
    }
    const Written written = written_call(options.arguments);
    ComponentGuest guest{options};
    if (const int code = guest.prepare(); code != 0) return code;
    const Func* const func = find(guest, written.name);
    if (func == nullptr) return exit_not_found;
    wrt::component::World& world = guest.instance().world();
    const wrt::Result<DynamicCall> call = DynamicCall::begin(world, *func);
    if (!call) return guest.conclude(call.error());
    if (!read_arguments(written, *call)) return exit_failed;
    const wrt::Status ended = call->run(world);
    if (ended) print_result(call->returned(), options.json);
    return guest.conclude(ended);
}

}  // namespace wrtd
