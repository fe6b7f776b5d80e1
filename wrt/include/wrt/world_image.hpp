// WorldImage: components that are instantiated and have not run, to be gone back to after each use.
#pragma once

#include <wrt/component.hpp>
#include <wrt/foundation/arena_image.hpp>

namespace wrt {

/// Everything in a linker's arena as it was when prepare() had made the instances: what they and
/// WASI keep, and their memories, copied only where somebody writes. Going back costs what was
/// written since; making it all anew costs what there is.
///
///     ComponentLinker linker{store}; linker.wasi(...);
///     WRT_TRY(ComponentInstance instance, linker.prepare(component));
///     WRT_TRY(WorldImage image, WorldImage::take(linker, pool));
///     for (...) { linker.start(instance); use(instance); image.rewind(); }
///
/// One thread uses it, the arena's. It ends before the scopes that were open when it was taken.
class WorldImage {
public:
    /// Linear memories that hold the same share what they hold with those of other images of
    /// `pool`. Errors: usage (the arena is one block, or a memory is shared by threads),
    /// exhaustion, host (the system refuses); all is as before then.
    [[nodiscard]] static Result<WorldImage> take(ComponentLinker& linker,
                                                 PageFilePool& pool) noexcept;

    /// As it was: what guests opened is closed, what they began is given up, what they wrote is
    /// gone. No scope entered since may be open, nothing may run; what the host has of values since
    /// then (resources, Rooted references, errors and backtraces of the store) is void.
    void rewind() noexcept;
    /// The same, and memory that was written to goes back to the system.
    void trim() noexcept;

private:
    WorldImage(ArenaImage image, component::World& world, wasi::p2::State* wasi) noexcept
        : image_{std::move(image)}, world_{&world}, wasi_{wasi}
    {
    }
    void end_guest() noexcept;

    ArenaImage image_;
    component::World* world_;
    wasi::p2::State* wasi_;  ///< Null: there is none.
};

}  // namespace wrt
