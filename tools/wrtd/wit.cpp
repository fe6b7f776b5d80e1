#include "wit.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <wrt/component/wit_text.hpp>

#include "messages.hpp"

namespace wrtd {
namespace {

using namespace wrt::decoder;

/// Words of WIT, which names have to be told apart from.
bool is_keyword(std::string_view name)
{
    static constexpr std::string_view words[] = {
        "as",     "async",   "bool", "borrow",    "char",  "constructor", "enum",
        "export", "f32",     "f64",  "flags",     "from",  "func",        "future",
        "import", "include", "list", "option",    "own",   "record",      "resource",
        "result", "s16",     "s32",  "s64",       "s8",    "static",      "stream",
        "string", "tuple",   "type", "u16",       "u32",   "u64",         "u8",
        "use",    "variant", "with", "interface", "world", "package"};
    return std::ranges::find(words, name) != std::end(words);
}

std::string id(std::string_view name)
{
    return (is_keyword(name) ? "%" : "") + escaped(name);
}

/// "ns:pkg/iface@1.0.0" in its parts: package "ns:pkg@1.0.0", interface "iface".
struct InterfaceName {
    std::string package;
    std::string interface;
};

InterfaceName split(std::string_view name)
{
    const size_t slash = name.find('/');
    const size_t at = name.find('@');
    if (slash == std::string_view::npos) return {"", std::string{name}};
    const std::string_view version = at == std::string_view::npos ? "" : name.substr(at);
    return {
        fmt::format("{}{}", name.substr(0, slash), version),
        std::string{name.substr(slash + 1, at == std::string_view::npos ? at : at - slash - 1)}};
}

/// Where a type has its name.
struct Named {
    std::string interface;  ///< Empty: the world.
    std::string name;
};

class Printer {
public:
    explicit Printer(const Component& component) : types_{component.types}
    {
        const ComponentType& world = types_.components[types_[component.outermost().type].a];
        print_world(types_.list(world.imports), types_.list(world.exports));
    }

    std::string text() const
    {
        std::string text = "package root:component;\n\nworld root {\n" + world_ + "}\n";
        for (const auto& [package, interfaces] : packages_) {
            text += fmt::format("\npackage {} {{\n", escaped(package));
            for (const std::string& interface : interfaces)
                text += interface;
            text += "}\n";
        }
        return text;
    }

private:
    void print_world(std::span<const ExternDecl> imports, std::span<const ExternDecl> exports)
    {
        for (const ExternDecl& import : imports)
            print_world_item(import, "import", imports);
        if (!imports.empty() && !exports.empty()) world_ += "\n";
        for (const ExternDecl& item : exports)
            print_world_item(item, "export", exports);
    }

    void print_world_item(const ExternDecl& item, std::string_view how,
                          std::span<const ExternDecl> siblings)
    {
        switch (item.sort) {
        case Sort::instance: {
            const InterfaceName name = split(item.name);
            if (name.package.empty()) {
                world_ += fmt::format("  {} {}: interface {{\n{}  }}\n", how, id(item.name),
                                      body(item, std::string{item.name}, "    "));
                return;
            }
            world_ += fmt::format("  {} {};\n", how, escaped(item.name));
            std::string text = fmt::format("  interface {} {{\n{}  }}\n", id(name.interface),
                                           body(item, std::string{item.name}, "    "));
            // What is imported and exported is one interface.
            if (std::ranges::find(printed_, item.name) != printed_.end()) return;
            printed_.emplace_back(item.name);
            packages_[name.package].push_back(std::move(text));
            return;
        }
        case Sort::func:
            if (item.name.starts_with('[')) return;  // with its resource
            world_ += fmt::format("  {} {}: {};\n", how, id(item.name), func(item.type, ""));
            return;
        case Sort::type:
            world_ += names_resource(item, "") ? resource(item, "", "  ", siblings)
                                               : type_declaration(item, "", "  ");
            return;
        case Sort::component:
        case Sort::core_module:
        case Sort::value:
        case Sort::core_func:
        case Sort::core_table:
        case Sort::core_memory:
        case Sort::core_global:
        case Sort::core_tag:
        case Sort::core_type:
        case Sort::core_instance:
            world_ +=
                fmt::format("  // {} of a {}: {}\n", how, name_of(item.sort), escaped(item.name));
            return;
        }
    }

    /// The declarations of an instance.
    std::string body(const ExternDecl& instance, const std::string& interface,
                     std::string_view indent)
    {
        const ComponentTypeNode& node = types_[types_.resolve(instance.type)];
        const auto items = types_.list(types_.instances[node.a].exports);
        // Resources are written last: their methods may use types that are named behind them.
        std::vector<std::string> declarations;
        std::vector<std::pair<size_t, const ExternDecl*>> resources;
        for (const ExternDecl& item : items) {
            if (item.sort != Sort::type) continue;
            const bool is_resource = names_resource(item, interface);
            if (is_resource) resources.emplace_back(declarations.size(), &item);
            declarations.push_back(is_resource ? "" : type_declaration(item, interface, indent));
        }
        for (const auto& [place, item] : resources)
            declarations[place] = resource(*item, interface, indent, items);
        std::string text;
        for (const std::string& declaration : declarations)
            text += declaration;
        for (const ExternDecl& item : items) {
            if (item.sort != Sort::func || item.name.starts_with('[')) continue;
            text += fmt::format("{}{}: {};\n", indent, id(item.name), func(item.type, interface));
        }
        return text;
    }

    /// Whether the item is a new resource, which has its name from here on.
    bool names_resource(const ExternDecl& item, const std::string& interface)
    {
        const uint32_t target = types_.resolve(item.type);
        if (types_[target].kind != ComponentTypeKind::resource) return false;
        if (!item.introduces && name_behind(item.type) != nullptr) return false;
        const Named own{interface, std::string{item.name}};
        names_.emplace(item.type, own);
        names_.emplace(target, own);
        return true;
    }

    std::string type_declaration(const ExternDecl& item, const std::string& interface,
                                 std::string_view indent)
    {
        const uint32_t target = types_.resolve(item.type);
        const Named own{interface, std::string{item.name}};
        // What stands behind the name: a type that has one elsewhere, or one that is written here.
        const Named* const used = name_behind(item.type);
        names_.emplace(item.type, own);
        if (used && used->interface == interface) {
            return fmt::format("{}type {} = {};\n", indent, id(item.name), id(used->name));
        }
        if (used) {
            const std::string as =
                used->name == item.name ? "" : fmt::format(" as {}", id(item.name));
            return fmt::format("{}use {}.{{{}{}}};\n", indent,
                               local_name(used->interface, interface), id(used->name), as);
        }
        names_.emplace(target, own);
        return definition(item, target, interface, indent);
    }

    /// An interface as it is called from another one.
    static std::string local_name(const std::string& used, const std::string& from)
    {
        const InterfaceName name = split(used);
        return !name.package.empty() && name.package == split(from).package ? id(name.interface)
                                                                            : escaped(used);
    }

    /// The name of the type that a chain of aliases comes by.
    const Named* name_behind(uint32_t node) const
    {
        for (;;) {
            if (const auto found = names_.find(node); found != names_.end()) return &found->second;
            if (types_[node].kind != ComponentTypeKind::alias) return nullptr;
            node = types_[node].first;
        }
    }

    std::string resource(const ExternDecl& item, const std::string& interface,
                         std::string_view indent, std::span<const ExternDecl> siblings)
    {
        std::string methods;
        for (const ExternDecl& sibling : siblings) {
            const std::string_view name = sibling.name;
            const size_t close = name.find(']');
            if (sibling.sort != Sort::func || close == std::string_view::npos) continue;
            const std::string_view kind = name.substr(1, close - 1);
            const std::string_view rest = name.substr(close + 1);
            const size_t dot = rest.find('.');
            if (rest.substr(0, dot) != item.name) continue;
            if (kind == "constructor") {
                methods += fmt::format("{}  constructor{};\n", indent,
                                       constructor(sibling.type, interface));
                continue;
            }
            const bool method = kind == "method";
            methods += fmt::format("{}  {}: {}{};\n", indent, id(rest.substr(dot + 1)),
                                   method ? "" : "static ", func(sibling.type, interface, method));
        }
        if (methods.empty()) return fmt::format("{}resource {};\n", indent, id(item.name));
        return fmt::format("{0}resource {1} {{\n{2}{0}}}\n", indent, id(item.name), methods);
    }

    std::string definition(const ExternDecl& item, uint32_t target, const std::string& interface,
                           std::string_view indent)
    {
        const ComponentTypeNode& node = types_[target];
        std::string_view keyword;
        switch (node.kind) {
        case ComponentTypeKind::record: keyword = "record"; break;
        case ComponentTypeKind::variant: keyword = "variant"; break;
        case ComponentTypeKind::flags: keyword = "flags"; break;
        case ComponentTypeKind::enum_: keyword = "enum"; break;
        case ComponentTypeKind::alias:
        case ComponentTypeKind::primitive:
        case ComponentTypeKind::list:
        case ComponentTypeKind::fixed_list:
        case ComponentTypeKind::tuple:
        case ComponentTypeKind::option:
        case ComponentTypeKind::result:
        case ComponentTypeKind::own:
        case ComponentTypeKind::borrow:
        case ComponentTypeKind::stream:
        case ComponentTypeKind::future:
        case ComponentTypeKind::map:
        case ComponentTypeKind::resource:
        case ComponentTypeKind::func:
        case ComponentTypeKind::instance:
        case ComponentTypeKind::component:
            // Its own name is not what it is.
            names_.erase(target);
            return fmt::format("{}type {} = {};\n", indent, id(item.name),
                               value(ComponentValType::of_node(target), interface));
        }
        std::string fields;
        for (const ComponentField& field : types_.fields_of(node)) {
            fields += fmt::format("{}  {}", indent, id(field.name));
            if (!field.type.is_none()) {
                fields += node.kind == ComponentTypeKind::variant
                              ? fmt::format("({})", value(field.type, interface))
                              : fmt::format(": {}", value(field.type, interface));
            }
            fields += ",\n";
        }
        return fmt::format("{0}{1} {2} {{\n{3}{0}}}\n", indent, keyword, id(item.name), fields);
    }

    std::string params(uint32_t type, const std::string& interface, bool without_self)
    {
        const ComponentTypeNode& node = types_[types_.resolve(type)];
        std::string text = "(";
        for (const ComponentField& param : types_.fields_of(node).subspan(without_self ? 1 : 0)) {
            if (text.size() > 1) text += ", ";
            text += fmt::format("{}: {}", id(param.name), value(param.type, interface));
        }
        return text + ")";
    }

    std::string func(uint32_t type, const std::string& interface, bool without_self = false)
    {
        const ComponentTypeNode& node = types_[types_.resolve(type)];
        std::string text = (node.flags & ComponentTypeNode::is_async) != 0 ? "async func" : "func";
        text += params(type, interface, without_self);
        const auto result = ComponentValType::of_bits(node.a);
        if (!result.is_none()) text += " -> " + value(result, interface);
        return text;
    }

    /// A constructor's result goes without saying, unless it may fail.
    std::string constructor(uint32_t type, const std::string& interface)
    {
        const ComponentTypeNode& node = types_[types_.resolve(type)];
        const ComponentValType result = types_.plain(ComponentValType::of_bits(node.a));
        std::string text = params(type, interface, false);
        if (result.is_node() && types_[result.node()].kind == ComponentTypeKind::result) {
            text += " -> " + value(result, interface);
        }
        return text;
    }

    /// A type by its name, or written out.
    std::string value(ComponentValType type, const std::string& interface)
    {
        if (type.is_none()) return "_";
        if (++parts_ > max_parts) return "_ /* too much to be written out */";
        if (type.is_primitive()) return std::string{wrt::component::wit_name(type.primitive())};
        if (const Named* const named = name_behind(type.node())) return id(named->name);
        const uint32_t target = types_.resolve(type.node());
        const ComponentTypeNode& node = types_[target];
        const auto first = ComponentValType::of_bits(node.a);
        const auto second = ComponentValType::of_bits(node.b);
        const auto resource_name = [&]() -> std::string {
            const Named* const named = name_behind(node.a);
            if (named != nullptr) return id(named->name);
            const auto found = names_.find(types_.resolve(node.a));
            return found != names_.end() ? id(found->second.name) : "resource";
        };
        const auto of_one = [&](std::string_view name) {
            return first.is_none() ? std::string{name}
                                   : fmt::format("{}<{}>", name, value(first, interface));
        };
        switch (node.kind) {
        case ComponentTypeKind::primitive: return value(types_.plain(type), interface);
        case ComponentTypeKind::list: return of_one("list");
        case ComponentTypeKind::option: return of_one("option");
        case ComponentTypeKind::stream: return of_one("stream");
        case ComponentTypeKind::future: return of_one("future");
        case ComponentTypeKind::fixed_list:
            return fmt::format("list<{}, {}>", value(first, interface), node.b);
        case ComponentTypeKind::map:
            return fmt::format("map<{}, {}>", value(first, interface), value(second, interface));
        case ComponentTypeKind::result:
            if (second.is_none()) return of_one("result");
            return fmt::format("result<{}, {}>", value(first, interface), value(second, interface));
        case ComponentTypeKind::tuple: {
            std::string text = "tuple<";
            for (const ComponentField& field : types_.fields_of(node)) {
                if (text.size() > 6) text += ", ";
                text += value(field.type, interface);
            }
            return text + ">";
        }
        case ComponentTypeKind::own: return resource_name();
        case ComponentTypeKind::borrow: return fmt::format("borrow<{}>", resource_name());
        case ComponentTypeKind::record:
        case ComponentTypeKind::variant:
        case ComponentTypeKind::flags:
        case ComponentTypeKind::enum_:
        case ComponentTypeKind::alias:
        case ComponentTypeKind::resource:
        case ComponentTypeKind::func:
        case ComponentTypeKind::instance:
        case ComponentTypeKind::component: break;
        }
        return "_ /* a type without a name */";
    }

    /// Types without names may be written out many times over: a small file could ask for
    /// gigabytes.
    static constexpr size_t max_parts = 1'000'000;

    const ComponentTypes& types_;
    size_t parts_ = 0;
    std::map<uint32_t, Named> names_;  ///< By node.
    std::map<std::string, std::vector<std::string>> packages_;
    std::vector<std::string> printed_;
    std::string world_;
};

}  // namespace

std::string wit_of(const Component& component)
{
    return Printer{component}.text();
}

}  // namespace wrtd
