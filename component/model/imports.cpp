#include <wrt/component/imports.hpp>

#include <wrt/component/wit_text.hpp>

#include "model/import_resolver.hpp"
#include "model/interface_names.hpp"
#include "model/same_type.hpp"

namespace wrt::component {

const HostResourceRow* host_resource_of(const TypeScope& scope, uint32_t node) noexcept
{
    const ResourceType* const type = scope.instance.resource_of(node);
    return type != nullptr ? type->host : nullptr;
}

Status Imports::define(std::string_view interface, std::span<const HostFunctionRow> functions,
                       std::span<const HostResourceRow> resources, void* context) noexcept
{
    Arena& arena = world_->store->arena();
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::component, "imports offered",
                                          arena.full_budget(LibraryId::component), End::retained));
    WRT_TRY(Offer* const offer, arena.make<Offer>(End::retained, Account::component));
    WRT_TRY(offer->interface, arena.copy_text(End::retained, Account::component, interface));
    WRT_TRY(offer->resources,
            arena.make_array<ResourceType>(End::retained, Account::component, resources.size()));
    for (size_t i = 0; i < resources.size(); ++i) {
        offer->resources[i].impl = &world_->host;
        offer->resources[i].host = &resources[i];
        offer->resources[i].context = context;
    }
    offer->functions = functions;
    offer->rows = resources;
    offer->context = context;
    offer->next = last_;
    last_ = offer;
    scope.commit();
    return ok();
}

Status Imports::define_exports(const Instance& instance) noexcept
{
    Arena& arena = world_->store->arena();
    const auto offer = [&](std::string_view interface, const InstanceExports& exports) -> Status {
        WRT_TRY(Offer* const made, arena.make<Offer>(End::retained, Account::component));
        made->interface = interface;
        made->exports = &exports;
        made->next = last_;
        last_ = made;
        return ok();
    };
    WRT_CHECK(offer({}, instance.exports));
    const auto names = instance.exports.types->list(instance.exports.names);
    for (size_t i = 0; i < names.size(); ++i) {
        const Item& item = instance.exports.items[i];
        if (item.sort == Sort::instance) WRT_CHECK(offer(names[i].name, *item.instance));
    }
    return ok();
}

Result<Item> ImportResolver::resolve(Instance& instance, const Definition& import)
{
    import_ = import.name;
    switch (import.sort) {
    case Sort::instance: return instance_item(instance, import);
    case Sort::func: return func_item(instance, {}, import.name, import.b);
    case Sort::type: {
        const ComponentTypes& types = instance.types();
        const uint32_t node = types.resolve(import.b);
        const bool known = types[node].kind != ComponentTypeKind::resource ||
                           instance.resource_of(node) != nullptr;
        WRT_TRY(const Item item, type_item(instance, {}, import.name, import.b, !known));
        learn_type(instance, import.b, item.resource);
        return item;
    }
    case Sort::core_module:
    case Sort::component:
    case Sort::value:
    case Sort::core_func:
    case Sort::core_table:
    case Sort::core_memory:
    case Sort::core_global:
    case Sort::core_tag:
    case Sort::core_type:
    case Sort::core_instance: break;
    }
    return refuse(Errc::unknown_import, {});
}

/// The name under which what is wanted is offered, in the newest version that serves; empty where
/// it is not offered.
std::string_view ImportResolver::best_interface(std::string_view wanted) const
{
    const InterfaceName name = InterfaceName::of(wanted);
    std::string_view best;
    for (const Offer* offer = imports_ != nullptr ? imports_->last_ : nullptr; offer != nullptr;
         offer = offer->next) {
        if (offer->interface == wanted) return offer->interface;
        const InterfaceName other = InterfaceName::of(offer->interface);
        if (other.base != name.base || !is_compatible(name.version, other.version)) continue;
        if (best.empty() || is_newer(other.version, InterfaceName::of(best).version)) {
            best = offer->interface;
        }
    }
    return best;
}

/// The instance type's exports, one after the other; a type that a later one mentions is known
/// then.
Result<Item> ImportResolver::instance_item(Instance& instance, const Definition& import)
{
    const ComponentTypes& types = instance.types();
    Arena& arena = world_.store->arena();
    const ComponentTypeNode& node = types[types.resolve(import.b)];
    const std::string_view interface = best_interface(import.name);
    WRT_TRY(InstanceExports* const exports,
            arena.make<InstanceExports>(End::retained, Account::component));
    exports->types = &types;
    exports->names = types.instances[node.a].exports;
    const auto wanted = types.list(exports->names);
    // An interface of types alone needs nothing to offer it.
    WRT_TRY(exports->items,
            arena.make_array<Item>(End::retained, Account::component, wanted.size()));
    for (size_t i = 0; i < wanted.size(); ++i) {
        const decoder::ExternDecl& declaration = wanted[i];
        if (declaration.sort == Sort::type) {
            WRT_TRY(exports->items[i], type_item(instance, interface, declaration.name,
                                                 declaration.type, declaration.introduces));
            learn_type(instance, declaration.type, exports->items[i].resource);
        } else if (interface.empty()) {
            return refuse(Errc::unknown_import, {});
        } else if (declaration.sort == Sort::func) {
            WRT_TRY(exports->items[i],
                    func_item(instance, interface, declaration.name, declaration.type));
        } else {
            return refuse(Errc::unknown_import, declaration.name);
        }
    }
    Item item;
    item.sort = Sort::instance;
    item.instance = exports;
    return item;
}

Result<Item> ImportResolver::type_item(Instance& instance, std::string_view interface,
                                       std::string_view name, uint32_t node, bool introduces)
{
    const ComponentTypes& types = instance.types();
    Item item;
    item.sort = Sort::type;
    item.resource = nullptr;
    if (types[types.resolve(node)].kind != ComponentTypeKind::resource) return item;
    if (!introduces) {
        item.resource = instance.resource_of(node);
        return item;
    }
    for (const Offer* offer = imports_ != nullptr ? imports_->last_ : nullptr; offer != nullptr;
         offer = offer->next) {
        if (offer->interface != interface) continue;
        for (ResourceType& type : offer->resources) {
            if (type.host->name != name) continue;
            item.resource = &type;
            return item;
        }
        if (offer->exports == nullptr) continue;
        const Item* const found = offer->exports->find(name);
        if (found != nullptr && found->sort == Sort::type && found->resource != nullptr) {
            item.resource = found->resource;
            return item;
        }
    }
    return refuse(Errc::unknown_import, interface.empty() ? std::string_view{} : name);
}

Result<Item> ImportResolver::func_item(Instance& instance, std::string_view interface,
                                       std::string_view name, uint32_t node)
{
    const ComponentTypes& types = instance.types();
    Arena& arena = world_.store->arena();
    const uint32_t type = types.resolve(node);
    Item item;
    item.sort = Sort::func;
    for (const Offer* offer = imports_ != nullptr ? imports_->last_ : nullptr; offer != nullptr;
         offer = offer->next) {
        if (offer->interface != interface) continue;
        for (const HostFunctionRow& row : offer->functions) {
            if (row.name != name) continue;
            if (row.fits != nullptr && !row.fits({types, instance}, type)) {
                return refuse_type(instance, name, type, &row, nullptr);
            }
            WRT_TRY(Func* const func, arena.make<Func>(End::retained, Account::component));
            func->instance = &instance;
            func->type = type;
            func->host = &row;
            func->context = offer->context;
            item.func = func;
            return item;
        }
        if (offer->exports == nullptr) continue;
        const Item* const found = offer->exports->find(name);
        if (found == nullptr || found->sort != Sort::func) continue;
        WRT_TRY(const bool same,
                same_func_type(arena, instance, type, *found->func->instance, found->func->type));
        if (!same) return refuse_type(instance, name, type, nullptr, found->func);
        return *found;
    }
    return refuse(Errc::unknown_import, interface.empty() ? std::string_view{} : name);
}

Error ImportResolver::refuse(Errc code, std::string_view item)
{
    if (fault_ != nullptr) {
        *fault_ = LinkFault{};
        fault_->import = FixedText<128>{import_};
        fault_->item = FixedText<128>{item};
    }
    return Error{.code = code};
}

Error ImportResolver::refuse_type(const Instance& instance, std::string_view item, uint32_t wanted,
                                  const HostFunctionRow* host, const Func* func)
{
    const Error error = refuse(Errc::incompatible_import_type, item);
    if (fault_ == nullptr) return error;
    std::array<char, 512> buffer;
    TextSink text{buffer};
    append_wit_func(text, instance.types(), wanted);
    fault_->wanted = FixedText<512>{text.view()};
    TextSink other{buffer};
    if (host != nullptr && host->describe != nullptr) host->describe(other);
    if (func != nullptr) append_wit_func(other, func->instance->types(), func->type);
    fault_->provided = FixedText<512>{other.view()};
    return error;
}

}  // namespace wrt::component
