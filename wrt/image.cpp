#include <wrt/image.hpp>

#include <wrt/runtime/image.hpp>

namespace wrt {

Result<Digest> write_image(Engine& engine, std::span<const uint8_t> binary,
                           const LoadOptions& options, ByteSink sink) noexcept
{
    WRT_CHECK(engine.status());
    runtime::LoadOptions how;
    how.translate.fuel = options.fuel;
    how.translate.interruptible = options.interruptible;
    how.decode.features = options.features.value_or(FeatureSet{});
    if (sink.write == nullptr)
        sink.write = [](void*, std::span<const uint8_t>) -> Status { return ok(); };
    return runtime::write_image(binary, engine.arena(), how, version(), sink);
}

Result<Module> load_image(Engine& engine, std::span<const uint8_t> image) noexcept
{
    WRT_CHECK(engine.status());
    WRT_TRY(const runtime::Module* const module,
            runtime::load_image(image, engine.arena(), version()));
    return Module{*module};
}

bool is_metered(Module module) noexcept
{
    return module.image().metered;
}

}  // namespace wrt
