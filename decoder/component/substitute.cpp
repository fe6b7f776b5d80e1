// Substitution in types. A resource is bound to the node that stands for it, a type that is
// imported by name gives way to the one that is given for it (its memo says so); what mentions
// either is copied, each node once.
#include "component/component_decoder.hpp"

namespace wrt::decoder {

/// The resource that a node comes to: through aliases and bindings. Only where kind_of(node) is
/// resource.
uint32_t ComponentDecoder::resource_of(uint32_t node) const
{
    uint32_t resource = nodes_[resolve(node)].a;
    while (bindings_[resource] != no_index)
        resource = nodes_[resolve(bindings_[resource])].a;
    return resource;
}

/// From now on `node` stands for the resource, until undo_bindings().
Status ComponentDecoder::bind_tracked(uint32_t resource, uint32_t node)
{
    WRT_CHECK(trail_.push(resource));
    bindings_[resource] = node;
    return ok();
}

void ComponentDecoder::undo_bindings(uint32_t trail)
{
    while (trail_.size() > trail)
        bindings_[trail_.pop()] = no_index;
}

/// An instance of an instance type: its resources are new ones of the scope, added to `introduced`.
Result<uint32_t> ComponentDecoder::freshen(uint32_t node, GrowingStack<uint32_t>& introduced)
{
    const InstanceType type = instances_[nodes_[resolve(node)].a];
    if (type.bound.count == 0) return resolve(node);
    WRT_CHECK(spend(type.bound.count));
    for (uint32_t i = 0; i < type.bound.count; ++i) {
        WRT_TRY(const uint32_t fresh, add_resource(false));
        WRT_CHECK(introduced.push(nodes_[fresh].a));
        WRT_CHECK(bind_tracked(resource_lists_[type.bound.first + i], fresh));
    }
    ++epoch_;
    for (uint32_t i = 0; i < type.exports.count; ++i) {
        const ExternDecl& exported = externs_[type.exports.first + i];
        if (exported.sort != Sort::core_module) WRT_CHECK(substitute(exported.type));
    }
    WRT_TRY(const ExternList exports, rebuild(type.exports));
    undo_bindings(0);
    return add_instance_type(exports, {});
}

/// Makes the memo of the node and of everything in it, in this epoch.
Status ComponentDecoder::substitute(uint32_t root)
{
    work_.clear();
    if (is_substituted(root)) return ok();
    WRT_CHECK(work_.push(root));
    while (!work_.empty()) {
        const uint32_t node = work_.back();
        if (is_substituted(node)) {
            work_.pop();
            continue;
        }
        const uint32_t before = work_.size();
        WRT_CHECK(push_missing(node));
        if (work_.size() != before) continue;
        work_.pop();
        WRT_TRY(const uint32_t copy, rebuild(node));
        notes_[node].memo_epoch = epoch_;
        notes_[node].memo = copy;
    }
    return ok();
}

bool ComponentDecoder::is_substituted(uint32_t node) const
{
    // What mentions neither resources nor names that imports give to types stays as it is.
    constexpr uint8_t replaceable = ComponentTypeNode::has_resource | ComponentTypeNode::has_alias;
    return (nodes_[node].flags & replaceable) == 0 || notes_[node].memo_epoch == epoch_;
}

/// The parts of a node that have no memo yet, on the work list.
Status ComponentDecoder::push_missing(uint32_t index)
{
    const ComponentTypeNode node = nodes_[index];
    const auto push = [this](uint32_t part) -> Status {
        return is_substituted(part) ? ok() : work_.push(part);
    };
    const auto push_type = [&](uint32_t bits) -> Status {
        const ComponentValType type = ComponentValType::of_bits(bits);
        return type.is_node() ? push(type.node()) : ok();
    };
    const auto push_list = [&](const ExternList& list) -> Status {
        WRT_CHECK(spend(list.count));
        for (uint32_t i = 0; i < list.count; ++i) {
            const ExternDecl& declaration = externs_[list.first + i];
            if (declaration.sort != Sort::core_module) WRT_CHECK(push(declaration.type));
        }
        return ok();
    };
    WRT_CHECK(spend(1 + node.count));
    switch (node.kind) {
    case ComponentTypeKind::alias: return push(node.first);
    case ComponentTypeKind::record:
    case ComponentTypeKind::variant:
    case ComponentTypeKind::tuple:
    case ComponentTypeKind::func:
        for (uint32_t i = 0; i < node.count; ++i) {
            WRT_CHECK(push_type(fields_[node.first + i].type.bits()));
        }
        return node.kind == ComponentTypeKind::func ? push_type(node.a) : ok();
    case ComponentTypeKind::map:
    case ComponentTypeKind::result: WRT_CHECK(push_type(node.b)); return push_type(node.a);
    case ComponentTypeKind::list:
    case ComponentTypeKind::fixed_list:
    case ComponentTypeKind::option:
    case ComponentTypeKind::stream:
    case ComponentTypeKind::future: return push_type(node.a);
    case ComponentTypeKind::own:
    case ComponentTypeKind::borrow: return push(node.a);
    case ComponentTypeKind::instance: return push_list(instances_[node.a].exports);
    case ComponentTypeKind::component:
        WRT_CHECK(push_list(components_[node.a].imports));
        return push_list(components_[node.a].exports);
    case ComponentTypeKind::primitive:
    case ComponentTypeKind::flags:
    case ComponentTypeKind::enum_:
    case ComponentTypeKind::resource: return ok();
    }
    WRT_UNREACHABLE();
}

uint32_t ComponentDecoder::replaced(uint32_t node) const
{
    return notes_[node].memo_epoch == epoch_ ? notes_[node].memo : node;
}

ComponentValType ComponentDecoder::replaced(ComponentValType type) const
{
    return type.is_node() ? ComponentValType::of_node(replaced(type.node())) : type;
}

Result<ExternList> ComponentDecoder::rebuild(const ExternList& list)
{
    const auto replacement = [this](const ExternDecl& declaration) {
        return declaration.sort == Sort::core_module ? declaration.type
                                                     : replaced(declaration.type);
    };
    bool changed = false;
    for (uint32_t i = 0; i < list.count && !changed; ++i) {
        changed = replacement(externs_[list.first + i]) != externs_[list.first + i].type;
    }
    if (!changed) return list;
    // The names are the same, and so is their order.
    const ExternList copy{.first = externs_.size(), .count = list.count, .order = list.order};
    WRT_CHECK(externs_.reserve(list.count));
    for (uint32_t i = 0; i < list.count; ++i) {
        ExternDecl declaration = externs_[list.first + i];
        declaration.type = replacement(declaration);
        externs_.push_unchecked(declaration);
    }
    return copy;
}

/// The node with its parts replaced; itself where none was.
Result<uint32_t> ComponentDecoder::rebuild(uint32_t index)
{
    ComponentTypeNode node = nodes_[index];
    const auto fresh = [&node] {
        return ComponentTypeNode{.kind = node.kind,
                                 .flags =
                                     static_cast<uint8_t>(node.flags & ComponentTypeNode::is_async),
                                 .first = node.first,
                                 .count = node.count,
                                 .a = node.a,
                                 .b = node.b};
    };
    const auto replace_bits = [this](uint32_t bits) {
        return replaced(ComponentValType::of_bits(bits)).bits();
    };
    switch (node.kind) {
    case ComponentTypeKind::resource: {
        const uint32_t bound = resource_of(index);
        return bound == node.a ? index : resources_[bound].node;
    }
    case ComponentTypeKind::alias: node.first = replaced(node.first); break;
    case ComponentTypeKind::own:
    case ComponentTypeKind::borrow: node.a = replaced(node.a); break;
    case ComponentTypeKind::list:
    case ComponentTypeKind::fixed_list:
    case ComponentTypeKind::option:
    case ComponentTypeKind::stream:
    case ComponentTypeKind::future: node.a = replace_bits(node.a); break;
    case ComponentTypeKind::map:
    case ComponentTypeKind::result:
        node.a = replace_bits(node.a);
        node.b = replace_bits(node.b);
        break;
    case ComponentTypeKind::record:
    case ComponentTypeKind::variant:
    case ComponentTypeKind::tuple:
    case ComponentTypeKind::func: {
        bool changed = false;
        for (uint32_t i = 0; i < node.count; ++i) {
            const ComponentValType type = fields_[node.first + i].type;
            changed = changed || replaced(type) != type;
        }
        if (changed) {
            const uint32_t first = fields_.size();
            WRT_CHECK(fields_.reserve(node.count));
            for (uint32_t i = 0; i < node.count; ++i) {
                const ComponentField field = fields_[node.first + i];
                fields_.push_unchecked({.name = field.name, .type = replaced(field.type)});
            }
            node.first = first;
        }
        if (node.kind == ComponentTypeKind::func) node.a = replace_bits(node.a);
        break;
    }
    case ComponentTypeKind::instance: {
        const InstanceType type = instances_[node.a];
        WRT_TRY(const ExternList exports, rebuild(type.exports));
        if (exports.first == type.exports.first) return index;
        return add_instance_type(exports, type.bound);
    }
    case ComponentTypeKind::component: {
        ComponentType type = components_[node.a];
        WRT_TRY(const ExternList imports, rebuild(type.imports));
        WRT_TRY(const ExternList exports, rebuild(type.exports));
        if (imports.first == type.imports.first && exports.first == type.exports.first)
            return index;
        type.imports = imports;
        type.exports = exports;
        return add_component_type(type);
    }
    case ComponentTypeKind::primitive:
    case ComponentTypeKind::flags:
    case ComponentTypeKind::enum_: return index;
    }
    const ComponentTypeNode& old = nodes_[index];
    if (node.first == old.first && node.a == old.a && node.b == old.b) return index;
    return add_node(fresh());
}

/// Whether a type refers to a resource of a scope that is still open, and not only to those that it
/// binds itself.
Result<bool> ComponentDecoder::mentions_free_resource(uint32_t root)
{
    const auto is_open = [this](uint32_t serial) {
        for (const Scope& scope : scopes_) {
            if (scope.serial == serial) return true;
        }
        return false;
    };
    // A memo of its own epoch says what was looked at.
    ++epoch_;
    work_.clear();
    if (!is_substituted(root)) WRT_CHECK(work_.push(root));
    while (!work_.empty()) {
        const uint32_t node = work_.pop();
        if (is_substituted(node)) continue;
        notes_[node].memo_epoch = epoch_;
        notes_[node].memo = node;
        if (nodes_[node].kind == ComponentTypeKind::resource &&
            is_open(resources_[nodes_[node].a].scope)) {
            return true;
        }
        WRT_CHECK(push_missing(node));
    }
    return false;
}

}  // namespace wrt::decoder
