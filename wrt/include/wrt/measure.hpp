// Exact budgets of modules: what an Engine over a buffer needs to load, instantiate and run one.
#pragma once

#include <cstdint>
#include <span>

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
    /// What Linker::wasi() will be given; null: no WASI.
    const wasi::Config* wasi = nullptr;
};

/// Takes the steps Engine, load_module(), Store, Linker, Linker::wasi() if asked for,
/// Linker::instantiate() in an arena that has room for anything, without their effects. An Engine
/// over a buffer of `arena_bytes` bytes (at a multiple of 64) that takes them in this order gets
/// through, one of a byte less does not. Imports that nothing provides are stubs; what else a
/// linker is to define adds to that. Errors: those of loading and instantiation.
[[nodiscard]] Result<Measurement> measure(std::span<const uint8_t> binary,
                                          const MeasureConfig& config = {}) noexcept;

/// The store that was measured.
[[nodiscard]] StoreConfig store_config(const Measurement& measured) noexcept;

}  // namespace wrt
