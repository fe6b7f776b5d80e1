#include <wrt/engine.hpp>

#include <wrt/decoder/decode.hpp>
#include <wrt/limits_section.hpp>
#include <wrt/runtime/load.hpp>

#include "options.hpp"

namespace wrt {

runtime::LoadOptions detail::load_options(const LoadOptions& options) noexcept
{
    runtime::LoadOptions how;
    how.lifetime =
        options.borrow ? runtime::BinaryLifetime::borrowed : runtime::BinaryLifetime::copied;
    how.translate.fuel = options.fuel;
    how.translate.interruptible = options.interruptible;
    how.decode.features = options.features.value_or(FeatureSet{});
    how.code = options.code.value_or(CodeMode::eager) == CodeMode::lazy ? runtime::CodeMode::lazy
                                                                        : runtime::CodeMode::eager;
    how.code_cache = options.code_cache.value_or(0);
    return how;
}

Result<Module> load_module(Arena& arena, std::span<const uint8_t> binary,
                           const LoadOptions& options) noexcept
{
    WRT_TRY(const decoder::BinaryKind kind, decoder::detect_kind(binary));
    if (kind == decoder::BinaryKind::component) return Error{.code = Errc::not_a_module};
    WRT_CHECK(read_limits(binary));

    const size_t budget =
        options.budget != 0 ? options.budget : arena.full_budget(LibraryId::runtime);
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::runtime, "wrt", budget, End::retained));
    WRT_TRY(const runtime::Module* const image,
            runtime::load_module_from_binary(binary, arena, detail::load_options(options)));
    scope.commit();
    return Module{*image};
}

ArenaOptions detail::arena_options(const Preset* profile, uint64_t memory_room) noexcept
{
    ArenaOptions options;
    if (profile != nullptr) {
        options.budgets = profile->budgets;
        options.linear_memory_cap = profile->linear_memory_bytes;
    }
    if (memory_room != 0) options.linear_memory_cap = memory_room;
    return options;
}

namespace {

Result<Backing> backing_of(const EngineConfig& config) noexcept
{
    const Preset& preset = config.profile != nullptr ? *config.profile : desktop_preset;
    const auto capacity =
        static_cast<size_t>(std::min<uint64_t>(config.budget, preset.arena_bytes));
    if (!config.fixed && preset.reserved) return Backing::reserve(capacity);
    if (capacity == limits::total_heap_bytes) {
        if (Result<Backing> heap = Backing::static_heap()) return heap;
    }
    return Backing::fixed(capacity);
}

}  // namespace

Engine::Engine(const EngineConfig& config) noexcept
    : profile_{config.profile},
      features_{config.features},
      code_{config.code},
      code_cache_{config.code_cache}
{
    Result<Backing> backing = backing_of(config);
    if (!backing) status_ = backing.error();
    const bool is_block = backing && backing->kind() == Backing::Kind::fixed;
    own_.emplace(backing ? std::move(*backing) : Backing{},
                 detail::arena_options(profile_, is_block ? config.memory_room : 0));
    arena_ = &*own_;
    // Where all lies in one block, that is the bound.
    if (arena_->is_reserved()) budget_ = config.budget;
}

Engine::Engine(std::span<std::byte> buffer) noexcept
{
    own_.emplace(Backing::over(buffer));
    arena_ = &*own_;
}

Result<Module> Engine::load_module(std::span<const uint8_t> binary,
                                   const LoadOptions& options) noexcept
{
    WRT_CHECK(status_);
    LoadOptions how = options;
    how.features = options.features.value_or(features_);
    how.code = options.code.value_or(code_);
    how.code_cache = options.code_cache.value_or(code_cache_);
    if (how.budget == 0 && profile_ != nullptr) how.budget = profile_->module_scope_bytes;
    return wrt::load_module(*arena_, binary, how);
}

Result<ScopeGuard> Engine::enter(std::string_view name, size_t budget) noexcept
{
    WRT_CHECK(status_);
    return arena_->enter(LibraryId::host, name,
                         budget != 0 ? budget : arena_->full_budget(LibraryId::host),
                         End::retained);
}

const char* version() noexcept
{
    return WRT_VERSION;
}

}  // namespace wrt
