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
};

/// The host functions that stand for them.
Status call_lowered(runtime::Caller& caller, void* lowered, Slot* slots);
Status call_builtin(runtime::Caller& caller, void* builtin, Slot* slots);

/// Calls `func` with params from a place of the caller's side, which is checked, and puts the
/// result at a place of it, which is checked when there is a result. `caller` is null for the host.
Status call_function(World& world, const Func& func, Instance* caller, Side& side, Place args,
                     Place result);

/// Runs the destructor of a resource that `caller` (null: the host) owned.
Status destroy(World& world, ResourceType& type, uint32_t rep, Instance* caller);

}  // namespace wrt::component
