// Whether what is given may stand where something is wanted: equality of value and function types,
// subtyping of instances, components and core modules. A resource that the wanted side introduces
// is bound to the one that is given for it.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#type-checking
#include "component/component_decoder.hpp"

namespace wrt::decoder {

/// Bindings stay, so that later imports see what stands for earlier ones: undo_bindings() when all
/// are matched.
Status ComponentDecoder::check_match(const ExternDecl& given, const ExternDecl& wanted)
{
    comparisons_.clear();
    components_compared_ = 0;
    WRT_CHECK(compare_externs(&given, wanted, false));
    while (!comparisons_.empty()) {
        const Comparison pair = comparisons_.pop();
        WRT_CHECK(spend(1));
        WRT_CHECK(compare(pair));
    }
    return ok();
}

/// One import or export; `given` is null where there is none of that name.
Status ComponentDecoder::compare_externs(const ExternDecl* given, const ExternDecl& wanted,
                                         bool equal)
{
    if (given == nullptr) return fail(Errc::missing_export);
    if (given->sort != wanted.sort) return fail(Errc::component_type_mismatch);
    return comparisons_.push({.what = Comparison::What::externs,
                              .sort = wanted.sort,
                              .introduces = wanted.introduces,
                              .equal = equal,
                              .named = true,
                              .given = given->type,
                              .wanted = wanted.type});
}

Status ComponentDecoder::compare(const Comparison& pair)
{
    if (pair.what == Comparison::What::undo) {
        undo_bindings(pair.given);
        --components_compared_;
        return ok();
    }
    if (pair.sort == Sort::core_module) {
        WRT_CHECK(compare_modules(pair.given, pair.wanted));
        return pair.equal ? compare_modules(pair.wanted, pair.given) : ok();
    }
    if (pair.sort == Sort::type) {
        // What the wanted side calls the type; names inside of components are theirs.
        if (pair.named && components_compared_ == 0) {
            WRT_CHECK(renames_.push({pair.wanted, pair.given}));
        }
        return compare_types(pair);
    }
    return compare_nodes(resolve(pair.given), resolve(pair.wanted), pair.equal);
}

Status ComponentDecoder::compare_types(const Comparison& pair)
{
    const uint32_t given = resolve(pair.given);
    const uint32_t wanted = resolve(pair.wanted);
    if (nodes_[wanted].kind != ComponentTypeKind::resource)
        return compare_nodes(given, wanted, true);
    if (nodes_[given].kind != ComponentTypeKind::resource)
        return fail(Errc::component_type_mismatch);
    const uint32_t resource = resource_of(wanted);
    if (resource_of(given) == resource) return ok();
    if (!pair.introduces || bindings_[nodes_[wanted].a] != no_index) {
        return fail(Errc::resource_types_differ);
    }
    return bind_tracked(nodes_[wanted].a, given);
}

Status ComponentDecoder::compare_value_types(ComponentValType given, ComponentValType wanted)
{
    const auto plain = [this](ComponentValType type) {
        if (!type.is_node()) return type;
        const uint32_t node = resolve(type.node());
        if (nodes_[node].kind != ComponentTypeKind::primitive)
            return ComponentValType::of_node(node);
        return ComponentValType{static_cast<PrimitiveType>(nodes_[node].a)};
    };
    given = plain(given);
    wanted = plain(wanted);
    if (given == wanted) return ok();
    if (!given.is_node() || !wanted.is_node()) return fail(Errc::component_type_mismatch);
    return comparisons_.push({.what = Comparison::What::externs,
                              .sort = Sort::type,
                              .introduces = false,
                              .equal = true,
                              .named = false,
                              .given = given.node(),
                              .wanted = wanted.node()});
}

Status ComponentDecoder::compare_fields(const ComponentTypeNode& given,
                                        const ComponentTypeNode& wanted)
{
    if (given.count != wanted.count) return fail(Errc::component_type_mismatch);
    WRT_CHECK(spend(given.count));
    for (uint32_t i = 0; i < given.count; ++i) {
        const ComponentField& left = fields_[given.first + i];
        const ComponentField& right = fields_[wanted.first + i];
        if (left.name != right.name) return fail(Errc::component_type_mismatch);
        WRT_CHECK(compare_value_types(left.type, right.type));
    }
    return ok();
}

Status ComponentDecoder::compare_nodes(uint32_t given_index, uint32_t wanted_index, bool equal)
{
    if (given_index == wanted_index) return ok();
    const ComponentTypeNode given = nodes_[given_index];
    const ComponentTypeNode wanted = nodes_[wanted_index];
    if (given.kind != wanted.kind) return fail(Errc::component_type_mismatch);
    const auto of = [](uint32_t bits) { return ComponentValType::of_bits(bits); };
    switch (given.kind) {
    case ComponentTypeKind::primitive:
        return given.a == wanted.a ? ok() : Status{fail(Errc::component_type_mismatch)};
    case ComponentTypeKind::record:
    case ComponentTypeKind::variant:
    case ComponentTypeKind::tuple:
    case ComponentTypeKind::flags:
    case ComponentTypeKind::enum_: return compare_fields(given, wanted);
    case ComponentTypeKind::fixed_list:
        if (given.b != wanted.b) return fail(Errc::component_type_mismatch);
        return compare_value_types(of(given.a), of(wanted.a));
    case ComponentTypeKind::list:
    case ComponentTypeKind::option:
    case ComponentTypeKind::stream:
    case ComponentTypeKind::future: return compare_value_types(of(given.a), of(wanted.a));
    case ComponentTypeKind::result:
    case ComponentTypeKind::map:
        WRT_CHECK(compare_value_types(of(given.a), of(wanted.a)));
        return compare_value_types(of(given.b), of(wanted.b));
    case ComponentTypeKind::own:
    case ComponentTypeKind::borrow:
        if (resource_of(given.a) == resource_of(wanted.a)) return ok();
        return fail(Errc::resource_types_differ);
    case ComponentTypeKind::func:
        if (((given.flags ^ wanted.flags) & ComponentTypeNode::is_async) != 0) {
            return fail(Errc::component_type_mismatch);
        }
        WRT_CHECK(compare_fields(given, wanted));
        return compare_value_types(of(given.a), of(wanted.a));
    case ComponentTypeKind::instance:
        return compare_instances(instances_[given.a].exports, instances_[wanted.a].exports, equal);
    case ComponentTypeKind::component:
        return compare_components(components_[given.a], components_[wanted.a], equal);
    case ComponentTypeKind::resource:
        if (resource_of(given_index) == resource_of(wanted_index)) return ok();
        return fail(Errc::resource_types_differ);
    case ComponentTypeKind::alias: break;  // resolved
    }
    WRT_UNREACHABLE();
}

/// An instance may have more exports than are wanted.
Status ComponentDecoder::compare_instances(const ExternList& given, const ExternList& wanted,
                                           bool equal)
{
    if (equal && given.count != wanted.count) return fail(Errc::component_type_mismatch);
    WRT_CHECK(spend(wanted.count));
    // In their order, so the first goes on top.
    for (uint32_t i = wanted.count; i > 0; --i) {
        const ExternDecl& declaration = externs_[wanted.first + i - 1];
        WRT_CHECK(compare_externs(find_extern(given, declaration.name), declaration, equal));
    }
    return ok();
}

/// A component may import less and export more. Its imports are what the other's stand for, in this
/// comparison only.
Status ComponentDecoder::compare_components(const ComponentType& given, const ComponentType& wanted,
                                            bool equal)
{
    WRT_CHECK(comparisons_.push({.what = Comparison::What::undo, .given = trail_.size()}));
    ++components_compared_;
    WRT_CHECK(compare_instances(given.exports, wanted.exports, equal));
    return compare_instances(wanted.imports, given.imports, equal);
}

/// The same of core modules; nothing in them is bound.
Status ComponentDecoder::compare_modules(uint32_t given, uint32_t wanted)
{
    if (given == wanted) return ok();
    const ModuleType& module = modules_[given];
    const ModuleType& other = modules_[wanted];
    WRT_CHECK(spend(module.imports.count + other.exports.count));
    for (uint32_t i = 0; i < module.imports.count; ++i) {
        const CoreExternDecl& import = core_externs_[module.imports.first + i];
        const CoreExternDecl* const supplied = find_core(other.imports, import.module, import.name);
        if (supplied == nullptr) return fail(Errc::missing_export);
        if (!matches(core_.types(), supplied->type, import.type)) {
            return fail(Errc::component_type_mismatch);
        }
    }
    for (uint32_t i = 0; i < other.exports.count; ++i) {
        const CoreExternDecl& exported = core_externs_[other.exports.first + i];
        const CoreExternDecl* const found = find_core(module.exports, {}, exported.name);
        if (found == nullptr) return fail(Errc::missing_export);
        if (!matches(core_.types(), found->type, exported.type)) {
            return fail(Errc::component_type_mismatch);
        }
    }
    return ok();
}

}  // namespace wrt::decoder
