#include "component_file.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <wrt/component/component.hpp>
#include <wrt/decoder/component.hpp>
#include <wrt/foundation/arena.hpp>

#include "exit_code.hpp"
#include "explain.hpp"
#include "messages.hpp"

namespace wrtd {
namespace {

using wrt::decoder::ComponentValType;
using wrt::decoder::PrimitiveType;

constexpr size_t arena_bytes = size_t{4} << 30;
constexpr size_t host_bytes = size_t{16} << 20;

/// An import or export: its name and what it is.
struct Listed {
    std::string name;
    std::string sort;
};

struct ComponentFacts {
    size_t components = 0;
    size_t modules = 0;
    std::vector<Listed> imports;
    std::vector<Listed> exports;
};

wrt::Status decode(std::span<const uint8_t> binary, wrt::FeatureSet features, ComponentFacts* facts)
{
    wrt::decoder::DecodeOptions options;
    options.features = features;
    WRT_TRY(wrt::Backing backing, wrt::Backing::reserve(arena_bytes));
    wrt::Arena arena{std::move(backing)};
    const auto look = [facts](const wrt::decoder::Component& component) {
        if (facts == nullptr) return wrt::ok();
        const auto& types = component.types;
        const auto& type = types.components[types[component.outermost().type].a];
        facts->components = component.components.size() - 1;
        facts->modules = component.modules.size();
        const auto list = [&types](const wrt::decoder::ExternList& from, std::vector<Listed>& to) {
            for (const wrt::decoder::ExternDecl& declaration : types.list(from)) {
                to.push_back({std::string{declaration.name},
                              std::string{wrt::decoder::name_of(declaration.sort)}});
            }
        };
        list(type.imports, facts->imports);
        list(type.exports, facts->exports);
        return wrt::ok();
    };
    return wrt::decoder::decode_component_streaming(binary, arena, options, look);
}

void print_text(const std::string& path, const ComponentFacts& facts, size_t size)
{
    fmt::print("{}: component, {} bytes\n", escaped(path), size);
    fmt::print("\nholds\n  {} core module{}, {} component{}\n", facts.modules,
               facts.modules == 1 ? "" : "s", facts.components, facts.components == 1 ? "" : "s");
    if (!facts.imports.empty()) fmt::print("\nimports\n");
    for (const Listed& item : facts.imports)
        fmt::print("  (import \"{}\" ({}))\n", escaped(item.name), item.sort);
    if (!facts.exports.empty()) fmt::print("\nexports\n");
    for (const Listed& item : facts.exports)
        fmt::print("  (export \"{}\" ({}))\n", escaped(item.name), item.sort);
}

void print_json(const std::string& path, const ComponentFacts& facts, size_t size)
{
    using nlohmann::json;
    json document{{"file", path},
                  {"kind", "component"},
                  {"size", size},
                  {"core_modules", facts.modules},
                  {"components", facts.components}};
    const auto add = [&document](const char* key, const std::vector<Listed>& items) {
        json& list = document[key] = json::array();
        for (const Listed& item : items)
            list.push_back({{"name", item.name}, {"sort", item.sort}});
    };
    add("imports", facts.imports);
    add("exports", facts.exports);
    fmt::print("{}\n", document.dump(2, ' ', false, json::error_handler_t::replace));
}

template <class T>
bool read_number(std::string_view text, uint64_t& bits)
{
    T number{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size()) return false;
    std::memcpy(&bits, &number, sizeof number);
    return true;
}

bool read_primitive(std::string_view text, PrimitiveType type, uint64_t& bits)
{
    switch (type) {
    case PrimitiveType::bool_:
        bits = text == "true" ? 1 : 0;
        return text == "true" || text == "false";
    case PrimitiveType::s8: return read_number<int8_t>(text, bits);
    case PrimitiveType::u8: return read_number<uint8_t>(text, bits);
    case PrimitiveType::s16: return read_number<int16_t>(text, bits);
    case PrimitiveType::u16: return read_number<uint16_t>(text, bits);
    case PrimitiveType::s32: return read_number<int32_t>(text, bits);
    case PrimitiveType::u32:
    case PrimitiveType::char_: return read_number<uint32_t>(text, bits);
    case PrimitiveType::s64: return read_number<int64_t>(text, bits);
    case PrimitiveType::u64: return read_number<uint64_t>(text, bits);
    case PrimitiveType::f32: return read_number<float>(text, bits);
    case PrimitiveType::f64: return read_number<double>(text, bits);
    case PrimitiveType::string:
    case PrimitiveType::error_context: return false;
    }
    return false;
}

template <class T>
T as(uint64_t bits)
{
    T number{};
    std::memcpy(&number, &bits, sizeof number);
    return number;
}

std::string primitive_text(PrimitiveType type, uint64_t bits)
{
    switch (type) {
    case PrimitiveType::bool_: return (bits & 0xff) != 0 ? "true" : "false";
    case PrimitiveType::s8: return fmt::format("{}", as<int8_t>(bits));
    case PrimitiveType::u8: return fmt::format("{}", as<uint8_t>(bits));
    case PrimitiveType::s16: return fmt::format("{}", as<int16_t>(bits));
    case PrimitiveType::u16: return fmt::format("{}", as<uint16_t>(bits));
    case PrimitiveType::s32: return fmt::format("{}", as<int32_t>(bits));
    case PrimitiveType::u32:
    case PrimitiveType::char_: return fmt::format("{}", as<uint32_t>(bits));
    case PrimitiveType::s64: return fmt::format("{}", as<int64_t>(bits));
    case PrimitiveType::u64: return fmt::format("{}", bits);
    case PrimitiveType::f32: return fmt::format("{}", as<float>(bits));
    case PrimitiveType::f64: return fmt::format("{}", as<double>(bits));
    case PrimitiveType::string:
    case PrimitiveType::error_context: break;
    }
    return "?";
}

/// Puts one argument where it belongs; false, after having said why, when the text is none of that
/// type.
bool write_argument(const wrt::component::FuncType& type, const wrt::decoder::ComponentField& param,
                    const std::string& text, wrt::component::HostMemory& memory, uint32_t at)
{
    const ComponentValType plain = type.types.plain(param.type);
    uint8_t* const place = memory.bytes().data() + at;
    if (!plain.is_primitive()) {
        error("argument '{}' is of a type that wrtd cannot write yet", escaped(param.name));
        return false;
    }
    if (plain.primitive() == PrimitiveType::string) {
        const auto first = memory.allocate(1, text.size());
        if (!first) {
            error("argument '{}' is too long", escaped(param.name));
            return false;
        }
        const auto length = static_cast<uint32_t>(text.size());
        std::memcpy(memory.bytes().data() + *first, text.data(), text.size());
        std::memcpy(place, &*first, 4);
        std::memcpy(place + 4, &length, 4);
        return true;
    }
    uint64_t bits = 0;
    if (!read_primitive(text, plain.primitive(), bits)) {
        error("argument '{}': '{}' is no value of its type", escaped(param.name), escaped(text));
        return false;
    }
    std::memcpy(place, &bits, wrt::decoder::layout_of(plain.primitive()).size);
    return true;
}

void print_result(const wrt::component::FuncType& type, const wrt::component::HostMemory& memory,
                  uint32_t at, bool json)
{
    if (type.result().is_none()) {
        if (json) fmt::print("[]\n");
        return;
    }
    const ComponentValType plain = type.types.plain(type.result());
    std::string text = "(a value of a type that wrtd cannot print yet)";
    const uint8_t* const place = memory.bytes().data() + at;
    if (plain.is_primitive() && plain.primitive() == PrimitiveType::string) {
        uint32_t pointer[2] = {};
        std::memcpy(pointer, place, sizeof pointer);
        text.assign(reinterpret_cast<const char*>(memory.bytes().data()) + pointer[0], pointer[1]);
        if (!json) text = fmt::format("\"{}\"", escaped(text));
    } else if (plain.is_primitive()) {
        uint64_t bits = 0;
        std::memcpy(&bits, place, wrt::decoder::layout_of(plain.primitive()).size);
        text = primitive_text(plain.primitive(), bits);
    }
    if (json) {
        fmt::print("{}\n", nlohmann::json::array({text}).dump());
    } else {
        fmt::print("{}\n", text);
    }
}

int exit_code_of_refusal(const wrt::Error& reason)
{
    switch (wrt::kind_of(reason.code)) {
    case wrt::ErrorKind::trap: return exit_trap;
    case wrt::ErrorKind::exhaustion: return exit_over_budget;
    case wrt::ErrorKind::host:
    case wrt::ErrorKind::usage: return exit_failed;
    case wrt::ErrorKind::malformed:
    case wrt::ErrorKind::invalid:
    case wrt::ErrorKind::unlinkable:
    case wrt::ErrorKind::unsupported: return exit_not_runnable;
    }
    return exit_failed;
}

}  // namespace

bool is_component(std::span<const uint8_t> binary)
{
    const auto kind = wrt::decoder::detect_kind(binary);
    return kind && *kind == wrt::decoder::BinaryKind::component;
}

wrt::Status validate_component(std::span<const uint8_t> binary, wrt::FeatureSet features)
{
    return decode(binary, features, nullptr);
}

int inspect_component(const std::string& path, std::span<const uint8_t> binary,
                      wrt::FeatureSet features, bool json)
{
    ComponentFacts facts;
    const wrt::Status decoded = decode(binary, features, &facts);
    if (!decoded) {
        error("{}: {}", escaped(path), error_text(decoded.error()));
        return exit_bad;
    }
    if (json) {
        print_json(path, facts, binary.size());
    } else {
        print_text(path, facts, binary.size());
    }
    return exit_success;
}

int call_component(const Options& options, std::span<const uint8_t> binary, const CallText& wanted)
{
    const std::string& path = options.files.front();
    const auto complain = [&path](const wrt::Error& reason) {
        error("{}: {}", escaped(path), error_text(reason));
        return exit_code_of_refusal(reason);
    };
    auto backing = wrt::Backing::reserve(arena_bytes);
    if (!backing) return complain(backing.error());
    wrt::Arena arena{std::move(*backing)};
    const auto store = wrt::runtime::Store::make(arena);
    if (!store) return complain(store.error());
    const auto world = wrt::component::make_world(**store);
    if (!world) return complain(world.error());
    wrt::component::ComponentLoadOptions load;
    load.decode.features = options.features;
    const auto instance = wrt::component::load_and_instantiate(**world, binary, load);
    if (!instance) {
        const int code = complain(instance.error());
        if (instance.error().code == wrt::Errc::unknown_import) {
            hint("wrtd offers no imports to components yet");
        }
        return code;
    }
    const wrt::component::Func* const func = wrt::component::find_function(**instance, wanted.name);
    if (func == nullptr) {
        error("{} exports no function '{}'", escaped(path), escaped(wanted.name));
        return exit_not_found;
    }
    const wrt::component::FuncType type = wrt::component::type_of(*func);
    const auto params = type.params();
    if (params.size() != wanted.arguments.size()) {
        error("'{}' takes {} argument{}, not {}", escaped(wanted.name), params.size(),
              params.size() == 1 ? "" : "s", wanted.arguments.size());
        return exit_failed;
    }
    std::vector<uint8_t> room(host_bytes);
    wrt::component::HostMemory memory{room};
    const wrt::decoder::ValueLayout tuple = wrt::component::params_layout(type);
    const wrt::decoder::ValueLayout layout = type.types.layout_of(type.result());
    const auto args = memory.allocate(tuple.align, tuple.size);
    if (!args) return complain(args.error());
    const auto result = memory.allocate(layout.align, layout.size);
    if (!result) return complain(result.error());
    uint32_t place = *args;
    for (size_t i = 0; i < params.size(); ++i) {
        const wrt::decoder::ValueLayout field = type.types.layout_of(params[i].type);
        place = wrt::decoder::aligned_up(place, field.align);
        if (!write_argument(type, params[i], wanted.arguments[i], memory, place)) {
            return exit_failed;
        }
        place += field.size;
    }
    const wrt::Status ended = wrt::component::call(**world, *func, memory, *args, *result);
    if (!ended) return complain(ended.error());
    print_result(type, memory, *result, options.json);
    return exit_success;
}

}  // namespace wrtd
