#include <wrt/measure.hpp>

#include <wrt/component/measure.hpp>
#include <wrt/component/wasi/p2.hpp>
#include <wrt/component/wasi/preview1.hpp>
#include <wrt/decoder/decode.hpp>
#include <wrt/runtime/imports.hpp>

#include "options.hpp"
#include "state.hpp"

namespace wrt {
namespace {

/// What a Store and a Linker of the facade add to the runtime's store.
Result<const runtime::ImportProvider*> provide(void* context, runtime::Store& store) noexcept
{
    const auto& config = *static_cast<const MeasureConfig*>(context);
    Arena& arena = store.arena();
    WRT_CHECK(arena.make<detail::StoreState>(End::retained, Account::host));
    WRT_TRY(runtime::ImportTable* const imports,
            arena.make<runtime::ImportTable>(End::retained, Account::host, store));
    if (config.wasi != nullptr) {
        WRT_TRY(wasi::Context* const wasi, wasi::Context::make(arena, *config.wasi, nullptr));
        WRT_CHECK(wasi::add_preview1(*imports, store, *wasi));
    }
    return imports;
}

/// What a ComponentLinker of the facade makes: its imports, and WASI 0.2.
struct ComponentRehearsal {
    const MeasureConfig& config;
    component::Imports imports;

    static Status prepare(void*, runtime::Store& store) noexcept
    {
        WRT_CHECK(store.arena().make<detail::StoreState>(End::retained, Account::host));
        return ok();
    }

    static Result<const component::Imports*> provide(void* context,
                                                     component::World& world) noexcept
    {
        auto& self = *static_cast<ComponentRehearsal*>(context);
        self.imports = component::Imports{world};
        if (self.config.wasi != nullptr) {
            runtime::Store& store = component::store_of(world);
            WRT_TRY(wasi::Context* const wasi,
                    wasi::Context::make(store.arena(), *self.config.wasi, nullptr));
            WRT_CHECK(wasi::add_p2(self.imports, store, *wasi));
        }
        return &self.imports;
    }
};

Result<Measurement> measure_component(std::span<const uint8_t> binary,
                                      const MeasureConfig& config) noexcept
{
    ComponentRehearsal rehearsal{config, {}};
    component::MeasureOptions options;
    options.load = detail::component_load_options(config.load, config.profile);
    options.store = detail::store_options(config.store, config.profile);
    options.world = config.world;
    options.arena = detail::arena_options(config.profile, config.memory_room);
    options.prepare = ComponentRehearsal::prepare;
    options.provide = ComponentRehearsal::provide;
    options.context = &rehearsal;
    return component::measure(binary, options);
}

}  // namespace

Result<Measurement> measure(std::span<const uint8_t> binary, const MeasureConfig& config) noexcept
{
    WRT_TRY(const decoder::BinaryKind kind, decoder::detect_kind(binary));
    if (kind == decoder::BinaryKind::component) return measure_component(binary, config);
    MeasureConfig copy = config;
    runtime::MeasureOptions options;
    options.load = detail::load_options(config.load);
    options.load.budget = config.load.budget;
    if (options.load.budget == 0 && config.profile != nullptr)
        options.load.budget = config.profile->module_scope_bytes;
    options.store = detail::store_options(config.store, config.profile);
    options.arena = detail::arena_options(config.profile, config.memory_room);
    options.provide = provide;
    options.context = &copy;
    return runtime::measure(binary, options);
}

StoreConfig store_config(const Measurement& measured) noexcept
{
    const runtime::StoreLimits& limits = measured.limits;
    return {.stack_bytes = size_t{limits.stack_slots} * sizeof(runtime::Slot),
            .max_memory_bytes = limits.memory_bytes,
            .max_table_elements = limits.table_elements,
            .heap_bytes =
                limits.heap_bytes != 0 ? limits.heap_bytes : uint64_t{StoreConfig::no_heap}};
}

}  // namespace wrt
