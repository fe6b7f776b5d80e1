#include <wrt/foundation/fiber.hpp>

#include <wrt/foundation/assert.hpp>

#if defined(__SANITIZE_ADDRESS__)
#define WRT_FIBER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WRT_FIBER_ASAN 1
#endif
#endif
#if defined(WRT_FIBER_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace wrt {

namespace {

/// About to run on the stack [bottom, bottom + size); `save` keeps what this one has, null: it
/// ends.
void leaving([[maybe_unused]] void** save, [[maybe_unused]] const void* bottom,
             [[maybe_unused]] size_t size) noexcept
{
#if defined(WRT_FIBER_ASAN)
    __sanitizer_start_switch_fiber(save, bottom, size);
#endif
}

/// Here again, or for the first time; tells the stack that control came from.
void arrived([[maybe_unused]] void* saved, [[maybe_unused]] const void** bottom,
             [[maybe_unused]] size_t* size) noexcept
{
#if defined(WRT_FIBER_ASAN)
    __sanitizer_finish_switch_fiber(saved, bottom, size);
#endif
}

}  // namespace

#if WRT_HAS_FIBERS

void Fiber::start(std::span<std::byte> stack, void (*function)(void*), void* context) noexcept
{
#if defined(WRT_FIBER_ASAN)
    __asan_unpoison_memory_region(stack.data(), stack.size());
#endif
    stack_ = stack;
    function_ = function;
    context_ = context;
    done_ = false;
    getcontext(&inside_);
    inside_.uc_stack.ss_sp = stack.data();
    inside_.uc_stack.ss_size = stack.size();
    inside_.uc_link = &outside_;
    // makecontext() passes integers only.
    const auto self = reinterpret_cast<uintptr_t>(this);
    makecontext(&inside_, reinterpret_cast<void (*)()>(&Fiber::enter), 2,
                static_cast<uint32_t>(self), static_cast<uint32_t>(uint64_t{self} >> 32));
    inside_fake_ = nullptr;
    switch_in();
}

void Fiber::switch_in() noexcept
{
    leaving(&outside_fake_, stack_.data(), stack_.size());
    swapcontext(&outside_, &inside_);
    arrived(outside_fake_, nullptr, nullptr);
}

void Fiber::enter(uint32_t low, uint32_t high) noexcept
{
    Fiber& self = *reinterpret_cast<Fiber*>(static_cast<uintptr_t>(uint64_t{high} << 32 | low));
    arrived(nullptr, &self.outside_bottom_, &self.outside_size_);
    self.function_(self.context_);
    self.done_ = true;
    leaving(nullptr, self.outside_bottom_, self.outside_size_);
    // Returning goes to `outside_`.
}

void Fiber::resume() noexcept
{
    WRT_ASSERT(!done_);
    switch_in();
}

void Fiber::suspend() noexcept
{
    leaving(&inside_fake_, outside_bottom_, outside_size_);
    swapcontext(&inside_, &outside_);
    arrived(inside_fake_, &outside_bottom_, &outside_size_);
}

#else

void Fiber::start(std::span<std::byte>, void (*)(void*), void*) noexcept {}
void Fiber::resume() noexcept {}
void Fiber::suspend() noexcept {}

#endif

}  // namespace wrt
