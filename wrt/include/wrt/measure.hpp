// Exact budgets of modules and components: what an Engine over a buffer needs to load, instantiate
// and run one.
#pragma once

#include <cstdint>
#include <span>

#include <wrt/component/component.hpp>
#include <wrt/component/wasi/config.hpp>
#include <wrt/engine.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/measure.hpp>
#include <wrt/store.hpp>

namespace wrt {

using runtime::Measurement;

struct MeasureConfig {
    /// As they will be given to load_module(). What is not borrowed counts.
    LoadOptions load = {};
    /// As it will be given to the store. Where it leaves open how long the stack and how large the
    /// heap is, the Measurement says what was assumed: store_config() of it is what to give then.
    StoreConfig store = {};
    /// Its budgets and bounds hold; null: only what the other members say.
    const Preset* profile = nullptr;
    /// As it will be given to the engine (EngineConfig).
    uint64_t memory_room = 0;
    /// What Linker::wasi() will be given; null: no WASI.
    const wasi::Config* wasi = nullptr;
    /// As it will be given to ComponentLinker. Of no matter for modules.
    component::WorldOptions world = {};
};

/// Takes the steps Engine, load_module(), Store, Linker, Linker::wasi() if asked for,
/// Linker::instantiate() in an arena that has room for anything, without their effects. An Engine
/// over a buffer of `arena_bytes` bytes (at a multiple of 64) that takes them in this order gets
/// through, one of a byte less does not. Imports that nothing provides are stubs; what else a
/// linker is to define adds to that. Errors: those of loading and instantiation.
///
/// Of a component the steps are load_component(), Store, ComponentLinker, ComponentLinker::wasi()
/// if asked for, ComponentLinker::instantiate(); imports that nothing provides are an error. Calls
/// between components have no stack bound.
[[nodiscard]] Result<Measurement> measure(std::span<const uint8_t> binary,
                                          const MeasureConfig& config = {}) noexcept;

/// The store that was measured.
[[nodiscard]] StoreConfig store_config(const Measurement& measured) noexcept;

}  // namespace wrt
