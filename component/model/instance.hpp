// The runtime structure of components: instances and what lies in their index spaces. Everything
// lies in the arena of the store and is reached by plain pointers.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <wrt/component/component.hpp>
#include <wrt/component/imports.hpp>
#include <wrt/foundation/static_vector.hpp>
#include <wrt/runtime/extern.hpp>
#include <wrt/runtime/store.hpp>

#include "model/handles.hpp"

namespace wrt::component {

using decoder::ComponentTypeKind;
using decoder::ComponentTypeNode;
using decoder::ComponentTypes;
using decoder::ComponentValType;
using decoder::Definition;
using decoder::PrimitiveType;
using decoder::Sort;
using decoder::StringEncoding;
using runtime::FuncInstance;
using runtime::MemoryInstance;
using runtime::Slot;

/// A resource type at run time; its address is its identity.
struct ResourceType {
    Instance* impl = nullptr;            ///< The instance that defined it; `World::host` of hosts'.
    FuncInstance* destructor = nullptr;  ///< May be null.
    const HostResourceRow* host = nullptr;  ///< Of those that the host defined.
    void* context = nullptr;                ///< What its row is called with.
};

/// The canonical options of a lifted or lowered function, resolved.
struct CanonicalOptions {
    StringEncoding encoding = StringEncoding::utf8;
    bool async = false;
    MemoryInstance* memory = nullptr;
    FuncInstance* realloc = nullptr;
    FuncInstance* post_return = nullptr;
    FuncInstance* callback = nullptr;
};

/// A component function: a core function, lifted, or a function of the host.
struct Func {
    Instance* instance = nullptr;  ///< Of a host function: who imports it.
    FuncInstance* core = nullptr;
    uint32_t type = 0;  ///< Node of kind func, in the pools of the instance's component.
    CanonicalOptions options;
    const HostFunctionRow* host = nullptr;
    void* context = nullptr;  ///< What the host's function is called with.
};

/// A component with the instance that outer aliases in it mean.
struct Closure {
    const Component* component = nullptr;
    const decoder::ComponentDef* def = nullptr;
    Instance* outer = nullptr;
};

struct InstanceExports;

/// What is imported and exported.
struct Item {
    Sort sort = Sort::func;
    union {
        const Func* func = nullptr;
        const InstanceExports* instance;
        const Closure* component;
        const runtime::Module* module;
        ResourceType* resource;  ///< Null for types that are no resources.
    };
};

/// The exports of an instance, in the order of a list of names.
struct InstanceExports {
    const ComponentTypes* types = nullptr;
    decoder::ExternList names;
    std::span<Item> items;

    const Item* find(std::string_view name) const
    {
        const decoder::ExternDecl* const found = types->find(names, name);
        if (found == nullptr) return nullptr;
        return &items[static_cast<size_t>(found - types->list(names).data())];
    }
};

/// A core instance: of a module, or items of the component by name.
struct CoreInstance {
    const runtime::ModuleInstance* module = nullptr;
    Instance* owner = nullptr;
    std::span<const decoder::Argument> exports;

    runtime::Extern find(std::string_view name) const;
};

/// A component instance. Index spaces have the size that they end with.
struct Instance {
    World* world = nullptr;
    const Component* component = nullptr;
    const decoder::ComponentDef* def = nullptr;
    Instance* parent = nullptr;  ///< Who instantiated it.
    Instance* outer = nullptr;   ///< Whose definitions its outer aliases mean.
    Instance* older = nullptr;   ///< The one made before it in this world.
    bool may_enter = true;
    bool may_leave = true;
    bool has_threads = false;  ///< It has built-ins that take or give indices of threads.
    uint32_t backpressure = 0;
    uint32_t waiting_to_enter = 0;
    Task* exclusive = nullptr;  ///< Who runs of those that only one of may.

    std::span<ResourceType*> resources;  ///< By slot of the static resource.
    HandleTable handles;
    HandleTable threads;

    static_vector<FuncInstance*> core_funcs;
    static_vector<runtime::Extern> core_tables, core_memories, core_globals, core_tags;
    static_vector<const runtime::Module*> core_modules;
    static_vector<CoreInstance> core_instances;
    static_vector<const Func*> funcs;
    static_vector<const Closure*> components;
    static_vector<const InstanceExports*> instances;

    InstanceExports exports;
    uint32_t exported = 0;  ///< How many of them are there.
    /// Of an outermost one: core instances whose effects start() performs.
    std::span<runtime::ModuleInstance* const> unstarted;

    const ComponentTypes& types() const { return component->syntax.types; }
    /// What a node of kind resource, or an alias of one, is in this instance.
    ResourceType* resource_of(uint32_t node) const
    {
        const ComponentTypes& pools = types();
        return resources[pools.resources[pools[pools.resolve(node)].a].slot];
    }
};

/// What a node of kind resource, or an alias of one, is in `instance`.
inline void learn_type(Instance& instance, uint32_t node, ResourceType* resource)
{
    const ComponentTypes& types = instance.types();
    const ComponentTypeNode& target = types[types.resolve(node)];
    if (target.kind != ComponentTypeKind::resource) return;
    const decoder::ResourceType& known = types.resources[target.a];
    if (known.scope == instance.def->scope) instance.resources[known.slot] = resource;
}

struct Scheduler;
struct WaitableSet;

/// Whether `instance` is `inner`, or one that it is in.
inline bool is_within(const Instance& instance, const Instance* inner)
{
    for (; inner != nullptr; inner = inner->parent) {
        if (inner == &instance) return true;
    }
    return false;
}

struct World {
    runtime::Store* store = nullptr;
    Scheduler* scheduler = nullptr;
    HandlePool handle_pool;
    LendPool lend_pool;
    Instance host;  ///< Stands for the host: only its handles are used.
    Instance* newest = nullptr;
    HostMemory memory{{}};
    uint32_t call_base = 0;  ///< In `memory`: behind it lies what typed calls left.
    uint32_t last_call = 0;  ///< Where the last typed call began.
};

/// Takes what the world has of its instances that are newer than `before` out of it: their memory
/// is about to go (close.cpp).
void forget_newer(World& world, Instance* before) noexcept;

}  // namespace wrt::component
