// External visibility: whoever uses an import or export must be able to name the types in it.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#external-visibility-of-types
#include "component/component_decoder.hpp"

namespace wrt::decoder {

namespace {

// What is on the work list: nodes to look into, and declarations that give a name to a type.
constexpr uint32_t node_item(uint32_t node)
{
    return node << 1;
}
constexpr uint32_t declaration_item(uint32_t declaration)
{
    return declaration << 1 | 1;
}

}  // namespace

bool ComponentDecoder::is_visible(uint32_t node, Role role) const
{
    const uint32_t visible = notes_[node].visible;
    if (role == Role::import) return visible == top().serial << 1;
    return visible >> 1 == top().serial;
}

/// Gives the node a name in this scope: for good where it is an import, in exports only where it is
/// an export.
Status ComponentDecoder::mark_visible(uint32_t node, Role role)
{
    if (is_visible(node, role)) return ok();
    uint32_t& visible = notes_[node].visible;
    WRT_CHECK(marks_.push({node, visible}));
    visible = top().serial << 1 | (role == Role::export_ ? 1 : 0);
    return ok();
}

/// Everything that a node is made of, for the work list.
Status ComponentDecoder::push_children(uint32_t index)
{
    const ComponentTypeNode node = nodes_[index];
    const auto push = [this](uint32_t bits) -> Status {
        const ComponentValType type = ComponentValType::of_bits(bits);
        if (!type.is_node()) return ok();
        return work_.push(node_item(type.node()));
    };
    switch (node.kind) {
    case ComponentTypeKind::alias: return work_.push(node_item(node.first));
    case ComponentTypeKind::record:
    case ComponentTypeKind::variant:
    case ComponentTypeKind::tuple:
    case ComponentTypeKind::func:
        WRT_CHECK(spend(node.count));
        for (uint32_t i = 0; i < node.count; ++i) {
            WRT_CHECK(push(fields_[node.first + i].type.bits()));
        }
        if (node.kind == ComponentTypeKind::func) return push(node.a);
        return ok();
    case ComponentTypeKind::map:
    case ComponentTypeKind::result: WRT_CHECK(push(node.b)); return push(node.a);
    case ComponentTypeKind::list:
    case ComponentTypeKind::fixed_list:
    case ComponentTypeKind::option:
    case ComponentTypeKind::stream:
    case ComponentTypeKind::future: return push(node.a);
    case ComponentTypeKind::own:
    case ComponentTypeKind::borrow: return work_.push(node_item(node.a));
    case ComponentTypeKind::instance: {
        // In their order, so the first goes on top.
        const ExternList list = instances_[node.a].exports;
        WRT_CHECK(spend(list.count));
        for (uint32_t i = list.count; i > 0; --i) {
            WRT_CHECK(work_.push(declaration_item(list.first + i - 1)));
        }
        return ok();
    }
    case ComponentTypeKind::primitive:
    case ComponentTypeKind::flags:
    case ComponentTypeKind::enum_:
    case ComponentTypeKind::resource:
    case ComponentTypeKind::component: return ok();
    }
    WRT_UNREACHABLE();
}

/// Marks early: a mistake ends everything, so what is marked in vain misleads nobody.
Status ComponentDecoder::check_visible(const ExternDecl& declaration, Role role)
{
    // Instance types wait until an instance of them is imported or exported.
    if (top().kind == Scope::Kind::instance_type) return ok();
    work_.clear();
    const auto name = [&](const ExternDecl& named) -> Status {
        if (named.sort == Sort::core_module || named.sort == Sort::component) return ok();
        if (named.sort != Sort::type) return push_children(named.type);
        WRT_CHECK(mark_visible(named.type, role));
        // The name is that of the outermost type; what is in it needs names of its own.
        return push_children(resolve(named.type));
    };
    WRT_CHECK(name(declaration));
    while (!work_.empty()) {
        const uint32_t item = work_.pop();
        if ((item & 1) != 0) {
            const ExternDecl named = externs_[item >> 1];
            WRT_CHECK(name(named));
            // What an exported instance gives a name to has it by this, wherever it was aliased
            // from.
            if (role == Role::export_ && named.sort == Sort::type &&
                nodes_[named.type].kind == ComponentTypeKind::alias) {
                WRT_CHECK(mark_visible(nodes_[named.type].first, role));
            }
            continue;
        }
        const uint32_t node = item >> 1;
        WRT_CHECK(spend(1));
        if (is_visible(node, role)) continue;
        switch (nodes_[node].kind) {
        case ComponentTypeKind::record:
        case ComponentTypeKind::variant:
        case ComponentTypeKind::enum_:
        case ComponentTypeKind::flags:
        case ComponentTypeKind::resource:
            return fail(role == Role::import ? Errc::type_not_visible_in_import
                                             : Errc::type_not_visible_in_export);
        case ComponentTypeKind::alias: break;  // as what it stands for
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
        case ComponentTypeKind::func:
        case ComponentTypeKind::instance:
        case ComponentTypeKind::component: WRT_CHECK(mark_visible(node, role)); break;
        }
        WRT_CHECK(push_children(node));
    }
    return ok();
}

}  // namespace wrt::decoder
