// Fiber: a function on a native stack of its own, which can be left in the middle and entered
// again. For host functions that wait for what others on the same thread are to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#if defined(__GLIBC__) || __has_include(<gnu/libc-version.h>)
#include <ucontext.h>
#define WRT_HAS_FIBERS 1
#else
#define WRT_HAS_FIBERS 0
#endif

namespace wrt {

/// Lies where its user puts it, and does not move while its function is not done. Enters and leaves
/// on one thread.
class Fiber {
public:
    static constexpr bool available = WRT_HAS_FIBERS != 0;

    /// Runs `function(context)` on `stack` until it is done or suspends; only where nothing that
    /// ran there before is to go on. The stack must hold what the function uses: nobody checks.
    void start(std::span<std::byte> stack, void (*function)(void* context), void* context) noexcept;
    /// Goes on with a function that suspended.
    void resume() noexcept;
    /// From the function: back to where it was started or resumed.
    void suspend() noexcept;
    [[nodiscard]] bool done() const noexcept { return done_; }

private:
    static void enter(uint32_t low, uint32_t high) noexcept;
    void switch_in() noexcept;

#if WRT_HAS_FIBERS
    ucontext_t inside_;
    ucontext_t outside_;
#endif
    std::span<std::byte> stack_;
    void (*function_)(void*) = nullptr;
    void* context_ = nullptr;
    bool done_ = true;
    // What a sanitizer is told of the stacks.
    void* outside_fake_ = nullptr;
    void* inside_fake_ = nullptr;
    const void* outside_bottom_ = nullptr;
    size_t outside_size_ = 0;
};

}  // namespace wrt
