// The facade's options as those of the libraries below.
#pragma once

#include <wrt/engine.hpp>
#include <wrt/runtime/load.hpp>
#include <wrt/runtime/store.hpp>
#include <wrt/store.hpp>

namespace wrt::detail {

/// All but the budget, which is that of the scope around.
[[nodiscard]] runtime::LoadOptions load_options(const LoadOptions& options) noexcept;
[[nodiscard]] runtime::StoreOptions store_options(const StoreConfig& config,
                                                  const Preset* profile) noexcept;
[[nodiscard]] ArenaOptions arena_options(const Preset* profile) noexcept;

}  // namespace wrt::detail
