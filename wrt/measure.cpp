#include <wrt/measure.hpp>

#include <wrt/component/wasi/preview1.hpp>
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

}  // namespace

Result<Measurement> measure(std::span<const uint8_t> binary, const MeasureConfig& config) noexcept
{
    MeasureConfig copy = config;
    runtime::MeasureOptions options;
    options.load = detail::load_options(config.load);
    options.load.budget = config.load.budget;
    if (options.load.budget == 0 && config.profile != nullptr)
        options.load.budget = config.profile->module_scope_bytes;
    options.store = detail::store_options(config.store, config.profile);
    options.arena = detail::arena_options(config.profile);
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
