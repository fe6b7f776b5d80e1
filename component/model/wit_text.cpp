#include <wrt/component/wit_text.hpp>

#include <algorithm>

namespace wrt::component {

namespace {

using decoder::ComponentField;
using decoder::ComponentTypeKind;
using decoder::ComponentTypeNode;
using decoder::ComponentTypes;
using decoder::ComponentValType;
using decoder::PrimitiveType;

void append_fields(TextSink& sink, const ComponentTypes& types,
                   std::span<const ComponentField> fields, std::string_view open,
                   std::string_view close, bool as_case)
{
    sink.append(open);
    bool first = true;
    for (const ComponentField& field : fields) {
        if (sink.truncated()) return;
        if (!first) sink.append(", ");
        first = false;
        sink.append_escaped(field.name);
        if (field.type.is_none()) continue;
        if (as_case) {
            sink.append("(");
            append_wit(sink, types, field.type);
            sink.append(")");
        } else {
            if (!field.name.empty()) sink.append(": ");
            append_wit(sink, types, field.type);
        }
    }
    sink.append(close);
}

void append_parameters(TextSink& sink, const ComponentTypes& types, std::string_view name,
                       ComponentValType first, ComponentValType second)
{
    sink.append(name);
    if (first.is_none() && second.is_none()) return;
    sink.append("<");
    if (first.is_none()) {
        sink.append("_");
    } else {
        append_wit(sink, types, first);
    }
    if (!second.is_none()) {
        sink.append(", ");
        append_wit(sink, types, second);
    }
    sink.append(">");
}

/// The name by which some import or export of the binary calls a resource.
std::string_view resource_name(const ComponentTypes& types, uint32_t node)
{
    const uint32_t resource = types.resolve(node);
    for (const decoder::ExternDecl& declaration : types.externs) {
        if (declaration.sort == decoder::Sort::type && declaration.type < types.nodes.size() &&
            types.resolve(declaration.type) == resource) {
            return declaration.name;
        }
    }
    return "resource";
}

}  // namespace

std::string_view wit_name(PrimitiveType type) noexcept
{
    constexpr std::string_view names[] = {"bool", "s8",   "u8",     "s16",          "u16",
                                          "s32",  "u32",  "s64",    "u64",          "f32",
                                          "f64",  "char", "string", "error-context"};
    return names[static_cast<uint8_t>(type)];
}

// Nesting is at most limits::component_type_depth, and the text ends where the sink does.
void append_wit(TextSink& sink, const ComponentTypes& types, ComponentValType type) noexcept
{
    if (sink.truncated()) return;
    type = types.plain(type);
    if (type.is_none()) {
        sink.append("_");
        return;
    }
    if (type.is_primitive()) {
        sink.append(wit_name(type.primitive()));
        return;
    }
    const ComponentTypeNode& node = types[type.node()];
    const auto first = ComponentValType::of_bits(node.a);
    const auto second = ComponentValType::of_bits(node.b);
    switch (node.kind) {
    case ComponentTypeKind::record:
        append_fields(sink, types, types.fields_of(node), "record { ", " }", false);
        return;
    case ComponentTypeKind::variant:
        append_fields(sink, types, types.fields_of(node), "variant { ", " }", true);
        return;
    case ComponentTypeKind::flags:
        append_fields(sink, types, types.fields_of(node), "flags { ", " }", true);
        return;
    case ComponentTypeKind::enum_:
        append_fields(sink, types, types.fields_of(node), "enum { ", " }", true);
        return;
    case ComponentTypeKind::tuple:
        append_fields(sink, types, types.fields_of(node), "tuple<", ">", false);
        return;
    case ComponentTypeKind::list: append_parameters(sink, types, "list", first, {}); return;
    case ComponentTypeKind::fixed_list:
        sink.append("list<");
        append_wit(sink, types, first);
        sink.append(", ").append_decimal(node.b).append(">");
        return;
    case ComponentTypeKind::map: append_parameters(sink, types, "map", first, second); return;
    case ComponentTypeKind::option: append_parameters(sink, types, "option", first, {}); return;
    case ComponentTypeKind::result: append_parameters(sink, types, "result", first, second); return;
    case ComponentTypeKind::stream: append_parameters(sink, types, "stream", first, {}); return;
    case ComponentTypeKind::future: append_parameters(sink, types, "future", first, {}); return;
    case ComponentTypeKind::own: sink.append_escaped(resource_name(types, node.a)); return;
    case ComponentTypeKind::borrow:
        sink.append("borrow<").append_escaped(resource_name(types, node.a)).append(">");
        return;
    case ComponentTypeKind::resource: sink.append("resource"); return;
    case ComponentTypeKind::alias:
    case ComponentTypeKind::primitive:
    case ComponentTypeKind::func:
    case ComponentTypeKind::instance:
    case ComponentTypeKind::component: break;
    }
    sink.append("?");
}

void append_wit_func(TextSink& sink, const ComponentTypes& types, uint32_t func) noexcept
{
    const ComponentTypeNode& node = types[types.resolve(func)];
    if ((node.flags & ComponentTypeNode::is_async) != 0) sink.append("async ");
    append_fields(sink, types, types.fields_of(node), "func(", ")", false);
    const auto result = ComponentValType::of_bits(node.a);
    if (result.is_none()) return;
    sink.append(" -> ");
    append_wit(sink, types, result);
}

}  // namespace wrt::component
