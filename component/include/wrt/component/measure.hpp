// Exact budgets of components: how many bytes an arena needs to load a component, make a store and
// a world, instantiate the component and call it, found out by doing all of it but its effects in
// an arena that has room for anything (wrt/runtime/measure.hpp).
#pragma once

#include <cstdint>
#include <span>

#include <wrt/component/component.hpp>
#include <wrt/component/imports.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/measure.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::component {

struct MeasureOptions {
    ComponentLoadOptions load = {};
    /// Where `stack_slots` is 0 the stack has runtime::measured_stack_slots: calls between
    /// components, of which there is no bound, run on it. Where `heap_bytes` is the default,
    /// components with a core module that can hold references to objects get
    /// runtime::measured_heap_bytes and others none.
    runtime::StoreOptions store = {};
    WorldOptions world = {};
    ArenaOptions arena = {};  ///< The budgets, and what a linear memory may come to have.
    /// What the host makes between store and world. Null: nothing.
    Status (*prepare)(void* context, runtime::Store& store) = nullptr;
    /// What imports are resolved with. Null: nothing is offered.
    Result<const Imports*> (*provide)(void* context, World& world) = nullptr;
    void* context = nullptr;
};

/// Measures, in the phases of modules: `load` has the bytes of decoding at its peak and what the
/// component keeps at its end, `store` the store and the world, whose `host_bytes` are the room of
/// calls, `imports` what the host provides, `instance` one instance with all that is in it. Calls
/// allocate nothing. There is no stack bound, and no circle that would be the reason. Takes address
/// space and memory of its own for the time, nothing of any arena. Errors: those of loading and
/// instantiation.
Result<runtime::Measurement> measure(std::span<const uint8_t> binary,
                                     const MeasureOptions& options = {}) noexcept;

/// Does in `arena` what was measured, effects included, with the limits that were measured.
struct Rehearsed {
    Component* component = nullptr;
    runtime::Store* store = nullptr;
    World* world = nullptr;
    Instance* instance = nullptr;
};
Result<Rehearsed> perform(std::span<const uint8_t> binary, Arena& arena,
                          const runtime::StoreLimits& limits,
                          const MeasureOptions& options = {}) noexcept;

}  // namespace wrt::component
