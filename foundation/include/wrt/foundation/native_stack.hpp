// NativeStack: where a Fiber runs.
#pragma once

#include <cstddef>
#include <span>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt {

/// Bytes of an arena, with a page at their end that nobody may touch: a function that needs more
/// stack than there is ends the process there, instead of writing over what lies next. Only in an
/// arena of address space: the bytes of another are the embedder's, and how they are protected is
/// not ours to change. There a mark lies at the end, which is_whole() looks for.
class NativeStack {
public:
    NativeStack() noexcept = default;

    /// `bytes` bytes on the retained end of `arena`, and the page. Exhaustion.
    static Result<NativeStack> make(Arena& arena, size_t bytes) noexcept;

    /// To be called before something runs on it; all but the first time it costs little.
    void protect() noexcept;
    /// To be called before the arena's bytes are given up (Arena::on_release()).
    void release() noexcept;
    [[nodiscard]] bool is_whole() const noexcept;

    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return bytes_; }
    [[nodiscard]] bool has_guard() const noexcept { return guarded_; }

private:
    static constexpr size_t mark_bytes = 64;

    std::span<std::byte> bytes_;
    std::byte* guard_ = nullptr;  ///< A page below them; null in a fixed arena.
    bool guarded_ = false;
};

}  // namespace wrt
