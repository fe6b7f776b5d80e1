// The rehearsal: every step in an arena that behaves as a fixed one, watched after each operation.
#include <wrt/runtime/measure.hpp>

#include <algorithm>

#include <wrt/runtime/instantiate.hpp>
#include <wrt/runtime/rehearsal.hpp>
#include <wrt/runtime/stub_imports.hpp>

namespace wrt::runtime {
namespace {

/// Address space for the graph of calls.
constexpr size_t graph_bytes = size_t{1} << 36;

StoreLimits decided(StoreLimits limits, const Module& module, const StackBound& bound) noexcept
{
    if (limits.stack_slots == 0) {
        // A call from the host needs a window and a record even where the function needs less.
        constexpr uint64_t least = 64;
        limits.stack_slots =
            bound.bounded() ? saturate_u32(std::max(bound.slots, least)) : measured_stack_slots;
    }
    if (limits.heap_bytes == default_heap_bytes)
        limits.heap_bytes = module.has_references ? measured_heap_bytes : 0;
    return limits;
}

bool provides_all(const ImportProvider* provided, const Module& module) noexcept
{
    return provided != nullptr && std::ranges::all_of(module.imports, [&](const Import& import) {
               return static_cast<bool>(provided->find(import.module, import.name));
           });
}

/// What follows loading, the same in both: `build` makes the instance of the imports.
template <class Build>
Result<Rehearsed> perform_rest(Module& module, Arena& arena, const StoreLimits& limits,
                               const MeasureOptions& options, Measurement* found,
                               Build&& build) noexcept
{
    Rehearsed made{.module = &module};
    StoreOptions how = options.store;
    how.limits = limits;
    {
        const PhaseWatch watch{arena, found, Phase::store};
        WRT_TRY(made.store, Store::make(arena, how));
    }
    const ImportProvider* provided = nullptr;
    bool complete = false;
    std::span<const Extern> stubs;
    {
        const PhaseWatch watch{arena, found, Phase::imports};
        if (options.provide != nullptr) {
            WRT_TRY(provided, options.provide(options.context, *made.store));
        }
        complete = provides_all(provided, module);
        if (!complete) {
            WRT_TRY(stubs, stub_imports(*made.store, module, provided));
        }
    }
    const PhaseWatch watch{arena, found, Phase::instance};
    if (complete) {
        WRT_TRY(made.instance, build(*made.store, module, *provided));
    } else {
        WRT_TRY(made.instance, build(*made.store, module, stubs));
    }
    return made;
}

}  // namespace

std::string_view name_of(Phase phase) noexcept
{
    constexpr std::array<std::string_view, phase_count> names = {"load", "store", "imports",
                                                                 "instance"};
    return names[static_cast<size_t>(phase)];
}

Result<Measurement> measure(std::span<const uint8_t> binary, const MeasureOptions& options) noexcept
{
    WRT_TRY(Backing graph_backing, Backing::reserve(graph_bytes));
    Arena graph{std::move(graph_backing)};
    WRT_TRY(Backing backing, Backing::rehearse(rehearsal_bytes));
    Arena arena{std::move(backing), options.arena};
    Measurement found;
    found.binary_bytes = binary.size();

    CallSites sites{graph};
    LoadOptions how = options.load;
    how.translate.calls = &sites;
    Module* module = nullptr;
    {
        const PhaseWatch watch{arena, &found, Phase::load};
        WRT_TRY(module, load_module_from_binary(binary, arena, how));
    }
    if (how.lifetime == BinaryLifetime::copied) found.binary_kept = binary.size();
    WRT_TRY(found.stack, stack_bound(*module, sites, graph));
    found.limits = decided(options.store.limits, *module, found.stack);

    WRT_TRY(const Rehearsed made,
            perform_rest(*module, arena, found.limits, options, &found,
                         [](Store& store, const Module& which, const auto& imports) {
                             return instantiate_without_effects(store, which, imports);
                         }));
    add_needs(*made.instance, found);
    sum_up(arena, found);
    return found;
}

Result<Rehearsed> perform(std::span<const uint8_t> binary, Arena& arena, const StoreLimits& limits,
                          const MeasureOptions& options) noexcept
{
    WRT_TRY(Module* const module, load_module_from_binary(binary, arena, options.load));
    return perform_rest(*module, arena, limits, options, nullptr,
                        [](Store& store, const Module& which, const auto& imports) {
                            return instantiate(store, which, imports);
                        });
}

}  // namespace wrt::runtime
