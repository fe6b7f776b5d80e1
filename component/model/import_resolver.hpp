// What satisfies the imports of an outermost component.
#pragma once

#include <wrt/component/imports.hpp>

#include "model/instance.hpp"

namespace wrt::component {

/// Something that is offered under the name of an interface: rows of the host, or an instance.
struct Imports::Offer {
    std::string_view interface;
    std::span<const HostFunctionRow> functions;
    std::span<const HostResourceRow> rows;
    std::span<ResourceType> resources;  ///< One for each of `rows`.
    void* context = nullptr;
    const InstanceExports* exports = nullptr;
    Offer* next = nullptr;  ///< The one before.
};

class ImportResolver {
public:
    ImportResolver(World& world, const Imports* imports, LinkFault* fault)
        : world_{world}, imports_{imports}, fault_{fault}
    {
    }

    /// The item for an import of `instance`, which has learned its types then. Errors: unlinkable,
    /// exhaustion.
    Result<Item> resolve(Instance& instance, const Definition& import);

private:
    using Offer = Imports::Offer;

    std::string_view best_interface(std::string_view wanted) const;
    Result<Item> instance_item(Instance& instance, const Definition& import);
    Result<Item> func_item(Instance& instance, std::string_view interface, std::string_view name,
                           uint32_t node);
    Result<Item> type_item(Instance& instance, std::string_view interface, std::string_view name,
                           uint32_t node, bool introduces);
    Error refuse(Errc code, std::string_view item);
    Error refuse_type(const Instance& instance, std::string_view item, uint32_t wanted,
                      const HostFunctionRow* host, const Func* func);

    World& world_;
    const Imports* imports_;
    LinkFault* fault_;
    std::string_view import_;
};

}  // namespace wrt::component
