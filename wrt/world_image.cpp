#include <wrt/world_image.hpp>

namespace wrt {

Result<WorldImage> WorldImage::take(ComponentLinker& linker, PageFilePool& pool) noexcept
{
    WRT_CHECK(linker.status_);
    WRT_TRY(ArenaImage image, ArenaImage::take(linker.arena(), pool));
    return WorldImage{std::move(image), linker.wasi_};
}

void WorldImage::rewind() noexcept
{
    if (wasi_ != nullptr) wasi::end_guest(*wasi_);
    image_.rewind();
}

void WorldImage::trim() noexcept
{
    if (wasi_ != nullptr) wasi::end_guest(*wasi_);
    image_.trim();
}

}  // namespace wrt
