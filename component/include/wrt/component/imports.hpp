// Imports: what the imports of an outermost component are resolved with: functions and resources of
// the host, and what other instances export.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <wrt/component/component.hpp>
#include <wrt/foundation/text.hpp>

namespace wrt::component {

/// What a host function is called with. Places are in `memory`, laid out by the canonical ABI;
/// handles of resources that the host defined are what the host gave for them, of others indices
/// of the host's handle table.
struct HostCall {
    World& world;
    HostMemory& memory;
    FuncType type;
    uint32_t args = 0;    ///< The params as a tuple of them lies (params_layout()).
    uint32_t result = 0;  ///< Room for the result, which the function fills.
};

/// An Error ends the call as a trap does; Errc::host_exit the whole run.
using HostFunction = Status (*)(void* context, HostCall& call);

/// A type as an importing instance knows it.
struct TypeScope {
    const decoder::ComponentTypes& types;
    const Instance& instance;
};

/// The scope of the types of a function, and the node of its own.
TypeScope scope_of(const Func& func) noexcept;
uint32_t node_of(const Func& func) noexcept;

/// A function of the host. Rows are static or lie as long as the world.
struct HostFunctionRow {
    std::string_view name;
    HostFunction function = nullptr;
    /// Whether the function can be called by this type (a node of kind func). Null: by any.
    bool (*fits)(const TypeScope& scope, uint32_t func) = nullptr;
    void (*describe)(TextSink& sink) = nullptr;  ///< Its type for messages. May be null.
    /// Params of type list<u8> stay in the caller's memory: the place and length that the function
    /// finds are of HostMemory::lent(), which holds until it returns or calls a guest.
    bool lends_bytes = false;
};

/// A resource type that the host defines.
struct HostResourceRow {
    std::string_view name;
    const void* key = nullptr;  ///< Which one it is: see typed.hpp.
    /// Called when a guest drops what it owns. An Error is a trap of the guest's. May be null.
    Status (*destroy)(void* context, uint32_t rep) noexcept = nullptr;
};

/// The row of the resource that a node means, or null where the host did not define it.
const HostResourceRow* host_resource_of(const TypeScope& scope, uint32_t node) noexcept;

/// Which import could not be satisfied and why, for messages.
struct LinkFault {
    FixedText<128> import;    ///< The name of the import, an interface for one.
    FixedText<128> item;      ///< What it should have; empty where nothing of the name is offered.
    FixedText<512> wanted;    ///< The type that the guest imports it by, as WIT. May be empty.
    FixedText<512> provided;  ///< The type that is offered. Empty where there is none.
};

/// Offers made to guests of one world. Interfaces are resolved by name; where the guest's version
/// is not offered, the newest compatible one serves (same_interface()). What is offered twice:
/// the last one wins. Lies in the arena of the world's store as long as that.
class Imports {
public:
    Imports() noexcept = default;  ///< Of no world: only to be assigned to.
    explicit Imports(World& world) noexcept : world_{&world} {}

    /// The functions and resources of an interface ("ns:pkg/iface@1.0.0"; "" for imports of the
    /// component itself that lie in no interface). More of one interface may be offered later.
    Status define(std::string_view interface, std::span<const HostFunctionRow> functions,
                  std::span<const HostResourceRow> resources, void* context) noexcept;

    /// What `instance` exports: each instance by its name, functions and resources beside them as
    /// if of interface "".
    Status define_exports(const Instance& instance) noexcept;

    World& world() const noexcept { return *world_; }

    struct Offer;

private:
    friend class ImportResolver;

    World* world_ = nullptr;
    Offer* last_ = nullptr;
};

}  // namespace wrt::component
