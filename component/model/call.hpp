// Calls of component functions: from core code (lower), from the host, and of destructors.
#pragma once

#include "model/transfer.hpp"

namespace wrt::component {

/// A component function that core code calls: what a `canon lower` makes.
struct LoweredFunc {
    const Func* callee = nullptr;
    Instance* caller = nullptr;
    CanonicalOptions options;
    uint32_t core_params =
        0;  ///< The last one points to room for the result where that is not flat.
};

/// A canonical built-in of an instance.
struct BuiltinFunc {
    Instance* instance = nullptr;
    const Definition* definition = nullptr;
    ResourceType* resource = nullptr;
    MemoryInstance* memory = nullptr;
    runtime::TableInstance* table = nullptr;
    CanonicalOptions options;
};

/// The host functions that stand for them.
Status call_lowered(runtime::Caller& caller, void* lowered, Slot* slots);
Status call_builtin(runtime::Caller& caller, void* builtin, Slot* slots);
/// Those of threads.
Status call_thread_builtin(const BuiltinFunc& builtin, Slot* slots);

/// Calls a function of the host: its arguments come from `caller`, and its result goes there.
Status call_host(World& world, const Func& func, Side& caller, Place args, Place result);

/// Runs the destructor of a resource that `caller` (null: the host) owned.
Status destroy(World& world, ResourceType& type, uint32_t rep, Instance* caller);

/// Drops a handle of a resource, of `type` where that is not null.
Status drop_handle(World& world, Instance& instance, const ResourceType* type, uint32_t index,
                   Instance* caller);

}  // namespace wrt::component
