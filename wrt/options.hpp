// The facade's options as those of the libraries below.
#pragma once

#include <wrt/component/component.hpp>
#include <wrt/engine.hpp>
#include <wrt/runtime/load.hpp>
#include <wrt/runtime/store.hpp>
#include <wrt/store.hpp>

namespace wrt::detail {

/// All but the budget, which is that of the scope around.
[[nodiscard]] runtime::LoadOptions load_options(const LoadOptions& options) noexcept;
[[nodiscard]] component::ComponentLoadOptions
component_load_options(const LoadOptions& options, const Preset* profile) noexcept;
[[nodiscard]] runtime::StoreOptions store_options(const StoreConfig& config,
                                                  const Preset* profile) noexcept;
[[nodiscard]] ArenaOptions arena_options(const Preset* profile, uint64_t memory_room) noexcept;

}  // namespace wrt::detail
