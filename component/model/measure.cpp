// The rehearsal of a component: the steps in the order in which an embedder takes them.
#include <wrt/component/measure.hpp>

#include <algorithm>
#include <utility>

#include <wrt/runtime/rehearsal.hpp>

namespace wrt::component {

namespace {

using runtime::Measurement;
using runtime::Phase;
using runtime::PhaseWatch;

runtime::StoreLimits decided(runtime::StoreLimits limits, const Component& component)
{
    if (limits.stack_slots == 0) limits.stack_slots = runtime::measured_stack_slots;
    if (limits.heap_bytes == runtime::default_heap_bytes) {
        const bool references =
            std::ranges::any_of(component.modules, &runtime::Module::has_references);
        limits.heap_bytes = references ? runtime::measured_heap_bytes : 0;
    }
    return limits;
}

Result<Rehearsed> perform_rest(Component& component, Arena& arena,
                               const runtime::StoreLimits& limits, const MeasureOptions& options,
                               Measurement* found)
{
    Rehearsed made{.component = &component};
    runtime::StoreOptions how = options.store;
    how.limits = limits;
    {
        const PhaseWatch watch{arena, found, Phase::store};
        WRT_TRY(made.store, runtime::Store::make(arena, how));
        if (options.prepare != nullptr) WRT_CHECK(options.prepare(options.context, *made.store));
        WRT_TRY(made.world, make_world(*made.store, options.world));
    }
    const Imports* imports = nullptr;
    {
        const PhaseWatch watch{arena, found, Phase::imports};
        if (options.provide != nullptr) {
            WRT_TRY(imports, options.provide(options.context, *made.world));
        }
    }
    const PhaseWatch watch{arena, found, Phase::instance};
    WRT_TRY(made.instance,
            instantiate(*made.world, component, imports, nullptr, options.load.instance_budget));
    return made;
}

}  // namespace

Result<Measurement> measure(std::span<const uint8_t> binary, const MeasureOptions& options) noexcept
{
    WRT_TRY(Backing backing, Backing::rehearse(runtime::rehearsal_bytes));
    Arena arena{std::move(backing), options.arena};
    Measurement found;
    found.binary_bytes = binary.size();
    Component* component = nullptr;
    {
        const PhaseWatch watch{arena, &found, Phase::load};
        WRT_TRY(component, load_component_from_binary(binary, arena, options.load));
    }
    if (options.load.lifetime == runtime::BinaryLifetime::copied) found.binary_kept = binary.size();
    found.limits = decided(options.store.limits, *component);
    found.stack.slots = runtime::unbounded_stack;
    WRT_TRY(const Rehearsed made, perform_rest(*component, arena, found.limits, options, &found));
    for (const runtime::ModuleInstance* instance = made.store->newest_instance();
         instance != nullptr; instance = instance->older) {
        add_needs(*instance, found);
    }
    sum_up(arena, found);
    return found;
}

Result<Rehearsed> perform(std::span<const uint8_t> binary, Arena& arena,
                          const runtime::StoreLimits& limits,
                          const MeasureOptions& options) noexcept
{
    WRT_TRY(Component* const component, load_component_from_binary(binary, arena, options.load));
    return perform_rest(*component, arena, limits, options, nullptr);
}

}  // namespace wrt::component
