// The rehearsal: every step in an arena that behaves as a fixed one, watched after each operation.
#include <wrt/runtime/measure.hpp>

#include <algorithm>

#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/instantiate.hpp>
#include <wrt/runtime/memory.hpp>
#include <wrt/runtime/stub_imports.hpp>

namespace wrt::runtime {
namespace {

/// Address space for the rehearsal: more than any module can ask for, 64-bit memories aside.
constexpr size_t rehearsal_bytes = size_t{1} << 40;
/// And for the graph of calls.
constexpr size_t graph_bytes = size_t{1} << 36;

AccountBytes held_in(const Arena& arena) noexcept
{
    AccountBytes held{};
    arena.visit_accounts([&](Account account, const Usage& usage) {
        held[static_cast<size_t>(account)] = usage.used;
    });
    return held;
}

/// Looks at the arena after each operation of a phase; with nothing to note does nothing.
class PhaseWatch {
public:
    PhaseWatch(Arena& arena, Measurement* found, Phase phase) noexcept
        : arena_{arena},
          need_{found != nullptr ? &found->phases[static_cast<size_t>(phase)] : nullptr}
    {
        if (need_ == nullptr) return;
        look();
        arena.set_watch([](void* self, const Arena&) { static_cast<PhaseWatch*>(self)->look(); },
                        this);
    }
    PhaseWatch(const PhaseWatch&) = delete;
    PhaseWatch& operator=(const PhaseWatch&) = delete;
    ~PhaseWatch()
    {
        if (need_ == nullptr) return;
        arena_.set_watch(nullptr, nullptr);
        need_->retained = arena_.used();
        need_->at_end = held_in(arena_);
    }

private:
    void look() noexcept
    {
        if (arena_.used() <= need_->peak) return;
        need_->peak = arena_.used();
        need_->at_peak = held_in(arena_);
    }

    Arena& arena_;
    PhaseNeed* need_;
};

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

void add_needs(const ModuleInstance& instance, Measurement& found) noexcept
{
    const Module& module = *instance.module;
    for (uint32_t i = module.imported_memories; i < instance.memories.size(); ++i) {
        const MemoryInstance& memory = *instance.memories[i];
        const Limits& declared = memory.type.limits;
        const uint64_t most = addressable_bytes(memory.type) >> memory.type.page_shift;
        found.memory.minimum += declared.min << memory.type.page_shift;
        found.memory.maximum += (declared.has_max ? std::min(declared.max, most) : most)
                                << memory.type.page_shift;
        found.memory.reserved += memory.limit;
    }
    for (uint32_t i = module.imported_tables; i < instance.tables.size(); ++i) {
        const TableInstance& table = *instance.tables[i];
        const Limits& declared = table.type.limits;
        found.tables.minimum += declared.min;
        found.tables.maximum += declared.has_max ? declared.max : limits::table_elements;
        found.tables.reserved += table.capacity;
    }
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
    const size_t peak = std::ranges::max(found.phases, {}, &PhaseNeed::peak).peak;
    WRT_ASSERT(peak == arena.peak());
    constexpr size_t unit = Backing::alignment;
    found.arena_bytes = (peak + unit - 1) / unit * unit;
    arena.visit_accounts([&](Account account, const Usage& usage) {
        found.account_peaks[static_cast<size_t>(account)] = usage.peak;
    });
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
