#include <wrt/engine.hpp>

#include <wrt/decoder/decode.hpp>
#include <wrt/runtime/load.hpp>

namespace wrt {

Result<Module> load_module(Arena& arena, std::span<const uint8_t> binary,
                           const LoadOptions& options) noexcept
{
    WRT_TRY(const decoder::BinaryKind kind, decoder::detect_kind(binary));
    if (kind == decoder::BinaryKind::component) return Error{.code = Errc::not_a_module};

    const size_t budget =
        options.budget != 0 ? options.budget : arena.full_budget(LibraryId::runtime);
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::runtime, "wrt", budget, End::retained));
    runtime::LoadOptions how;
    how.lifetime =
        options.borrow ? runtime::BinaryLifetime::borrowed : runtime::BinaryLifetime::copied;
    how.translate.fuel = options.fuel;
    how.translate.interruptible = options.interruptible;
    how.decode.features = options.features.value_or(FeatureSet{});
    how.code = options.code.value_or(CodeMode::eager) == CodeMode::lazy ? runtime::CodeMode::lazy
                                                                        : runtime::CodeMode::eager;
    how.code_cache = options.code_cache.value_or(0);
    WRT_TRY(const runtime::Module* const image,
            runtime::load_module_from_binary(binary, arena, how));
    scope.commit();
    return Module{*image};
}

Engine::Engine(const EngineConfig& config) noexcept
    : budget_{config.budget},
      features_{config.features},
      code_{config.code},
      code_cache_{config.code_cache}
{
    const uint64_t capacity = std::min<uint64_t>(config.budget, desktop_preset.arena_bytes);
    Result<Backing> backing = Backing::reserve(static_cast<size_t>(capacity));
    if (!backing) status_ = backing.error();
    own_.emplace(backing ? std::move(*backing) : Backing{});
    arena_ = &*own_;
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
