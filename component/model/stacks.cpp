// Stacks that threads run on. Exactly one thing runs at any time; control goes from the one who
// runs a stack to the thread on it, and back when that is done or the stack lies still.
#include <utility>

#include <wrt/foundation/assert.hpp>

#include "model/async.hpp"

namespace wrt::component {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool sanitized = false;
#endif
/// Host functions run on it too.
constexpr size_t native_bytes = size_t{512} << (sanitized ? 12 : 10);
/// Calls from component to component that such a stack holds; they take less than 8 KiB each.
constexpr uint32_t native_depth = 16;
constexpr size_t core_slots = 8'192;
constexpr uint32_t stacks_of_address_space = 8;

void run(void* context)
{
    Stack& stack = *static_cast<Stack*>(context);
    stack.result = stack.work(*stack.world, *stack.first);
    // The thread may be another's by now, and then it has let go of the stack.
    if (stack.first != nullptr) stack.first->stack = nullptr;
}

void free_stack(Scheduler& scheduler, Stack& stack)
{
    stack.activation.forget();
    stack.first = nullptr;
    stack.current = nullptr;
    stack.next_free = std::exchange(scheduler.free_stack, &stack);
}

/// `go` runs the stack; what belongs to whoever runs it is as before afterwards.
template <class Go>
Status switch_to(World& world, Stack& stack, Go&& go)
{
    Scheduler& scheduler = *world.scheduler;
    Thread* const current = scheduler.current;
    Entered* const entered = scheduler.entered;
    go();
    WRT_ASSERT(stack.native.is_whole());
    scheduler.current = current;
    scheduler.entered = entered;
    stack.activation.swap(world.store->execution());
    if (!stack.fiber.done()) return ok();
    const Status result = stack.result;
    free_stack(scheduler, stack);
    return result;
}

}  // namespace

Status make_stacks(World& world, uint32_t count, uint32_t threads, Arena& arena)
{
    if (!Fiber::available) return ok();
    if (count == WorldOptions::threads_by_arena)
        count = arena.is_reserved() ? stacks_of_address_space : 0;
    if (count == 0) return ok();
    Scheduler& scheduler = *world.scheduler;
    WRT_TRY(scheduler.threads.entries,
            arena.make_uninitialized_array<Thread>(End::retained, Account::component, threads));
    WRT_TRY(scheduler.stacks, arena.make_array<Stack>(End::retained, Account::component, count));
    for (Stack& stack : scheduler.stacks) {
        stack.world = &world;
        WRT_TRY(stack.core,
                arena.make_uninitialized_array<Slot>(End::retained, Account::stack, core_slots));
        WRT_TRY(stack.native, NativeStack::make(arena, native_bytes));
        stack.next_free = std::exchange(scheduler.free_stack, &stack);
    }
    return arena.on_release([](void* of) { release_stacks(*static_cast<World*>(of)); }, &world);
}

void release_stacks(World& world) noexcept
{
    for (Stack& stack : world.scheduler->stacks)
        stack.native.release();
}

Status run_on_stack(World& world, Thread& thread, Status (*work)(World&, Thread&))
{
    Scheduler& scheduler = *world.scheduler;
    if (scheduler.free_stack == nullptr) return work(world, thread);
    Stack& stack = *std::exchange(scheduler.free_stack, scheduler.free_stack->next_free);
    stack.first = &thread;
    stack.work = work;
    stack.result = ok();
    stack.base = stack.entered = scheduler.entered;
    thread.stack = &stack;
    stack.activation.leave_for(world.store->execution(), stack.core, native_depth);
    return switch_to(world, stack, [&stack] {
        stack.native.protect();
        stack.fiber.start(stack.native.bytes(), &run, &stack);
    });
}

Status resume_stack(World& world, Stack& stack)
{
    Scheduler& scheduler = *world.scheduler;
    // What it entered is entered again, on top of what is entered now.
    Entered* const base = std::exchange(stack.base, scheduler.entered);
    Entered* innermost = stack.base;
    if (stack.entered != base) {
        innermost = stack.entered;
        Entered* at = innermost;
        for (; at->outer != base; at = at->outer)
            set_may_enter(*at, false);
        set_may_enter(*at, false);
        at->outer = stack.base;
    }
    Thread* const current = std::exchange(stack.current, nullptr);
    stack.activation.swap(world.store->execution());
    return switch_to(world, stack, [&] {
        scheduler.current = current;
        scheduler.entered = innermost;
        stack.native.protect();
        stack.fiber.resume();
    });
}

void suspend_stack(World& world, Stack& stack)
{
    Scheduler& scheduler = *world.scheduler;
    stack.current = scheduler.current;
    stack.entered = scheduler.entered;
    for (const Entered* at = stack.entered; at != stack.base; at = at->outer)
        set_may_enter(*at, true);
    stack.fiber.suspend();
}

void abandon_stack(World& world, Stack& stack)
{
    free_stack(*world.scheduler, stack);
}

}  // namespace wrt::component
