#include "component_file.hpp"

#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <wrt/component/component.hpp>
#include <wrt/decoder/component.hpp>
#include <wrt/foundation/arena.hpp>

#include "exit_code.hpp"
#include "explain.hpp"
#include "messages.hpp"
#include "wit.hpp"

namespace wrtd {
namespace {

constexpr size_t arena_bytes = size_t{4} << 30;

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
    std::string wit;
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
        facts->wit = wit_of(component);
        return wrt::ok();
    };
    return wrt::decoder::decode_component_streaming(binary, arena, options, look);
}

void print_text(const std::string& path, const ComponentFacts& facts, size_t size)
{
    fmt::print("{}: component, {} bytes\n", escaped(path), size);
    fmt::print("\nholds\n  {} core module{}, {} component{}\n", facts.modules,
               facts.modules == 1 ? "" : "s", facts.components, facts.components == 1 ? "" : "s");
    fmt::print("\n{}", facts.wit);
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
    document["wit"] = facts.wit;
    fmt::print("{}\n", document.dump(2, ' ', false, json::error_handler_t::replace));
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

}  // namespace wrtd
