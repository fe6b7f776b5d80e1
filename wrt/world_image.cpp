#include <wrt/world_image.hpp>

namespace wrt {

Result<WorldImage> WorldImage::take(ComponentLinker& linker, PageFilePool& pool) noexcept
{
    WRT_CHECK(linker.status_);
    component::release_stacks(*linker.world_);
    WRT_TRY(ArenaImage image, ArenaImage::take(linker.arena(), pool));
    return WorldImage{std::move(image), *linker.world_, linker.wasi_};
}

void WorldImage::end_guest() noexcept
{
    if (wasi_ != nullptr) wasi::end_guest(*wasi_);
    // The image knows of no page that is guarded.
    component::release_stacks(*world_);
}

void WorldImage::rewind() noexcept
{
    end_guest();
    image_.rewind();
}

void WorldImage::trim() noexcept
{
    end_guest();
    image_.trim();
}

}  // namespace wrt
