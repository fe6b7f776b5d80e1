// Threads: tasks on stacks of their own. Exactly one thing runs at any time; control goes from the
// one who runs a thread to the thread, and back when it is done or suspends.
#include <algorithm>
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
constexpr uint32_t threads_of_address_space = 8;

/// Lies where a native stack ends: whoever used more than there is has written over it.
constexpr std::byte mark{0xa5};
constexpr size_t mark_bytes = 64;

void put_mark(const Thread& thread)
{
    std::ranges::fill(thread.native_stack.first(mark_bytes), mark);
}

[[maybe_unused]] bool has_mark(const Thread& thread)
{
    return std::ranges::all_of(thread.native_stack.first(mark_bytes),
                               [](std::byte at) { return at == mark; });
}

void run(void* context)
{
    Thread& thread = *static_cast<Thread*>(context);
    thread.result = thread.work(*thread.world, *thread.first);
}

/// `go` runs the thread; what belongs to whoever runs it is as before afterwards.
template <class Go>
Status switch_to(World& world, Thread& thread, Go&& go)
{
    Scheduler& scheduler = *world.scheduler;
    Task* const current = scheduler.current;
    Entered* const entered = scheduler.entered;
    go();
    WRT_ASSERT(has_mark(thread));
    scheduler.current = current;
    scheduler.entered = entered;
    thread.activation.swap(world.store->execution());
    if (!thread.fiber.done()) return ok();
    // The task may be another's by now.
    const Status result = thread.result;
    thread.next_free = std::exchange(scheduler.free_thread, &thread);
    return result;
}

/// The collector finds nothing in the frames of threads that are suspended.
bool has_references(const World& world)
{
    for (const runtime::ModuleInstance* at = world.store->newest_instance(); at != nullptr;
         at = at->older) {
        if (at->module->has_references) return true;
    }
    return false;
}

}  // namespace

Status make_threads(World& world, uint32_t count, Arena& arena)
{
    if (!Fiber::available) return ok();
    if (count == WorldOptions::threads_by_arena)
        count = arena.is_reserved() ? threads_of_address_space : 0;
    Scheduler& scheduler = *world.scheduler;
    WRT_TRY(scheduler.threads, arena.make_array<Thread>(End::retained, Account::component, count));
    for (Thread& thread : scheduler.threads) {
        thread.world = &world;
        WRT_TRY(thread.core_stack,
                arena.make_uninitialized_array<Slot>(End::retained, Account::stack, core_slots));
        WRT_TRY(thread.native_stack, arena.make_uninitialized_array<std::byte>(
                                         End::retained, Account::stack, native_bytes));
        thread.next_free = std::exchange(scheduler.free_thread, &thread);
    }
    return ok();
}

Status run_in_thread(World& world, Task& task, Status (*work)(World&, Task&))
{
    Scheduler& scheduler = *world.scheduler;
    if (scheduler.free_thread == nullptr || has_references(world)) return work(world, task);
    Thread& thread = *std::exchange(scheduler.free_thread, scheduler.free_thread->next_free);
    thread.first = &task;
    thread.work = work;
    thread.result = ok();
    thread.base = thread.entered = scheduler.entered;
    task.thread = &thread;
    thread.activation.leave_for(world.store->execution(), thread.core_stack, native_depth);
    return switch_to(world, thread, [&thread] {
        put_mark(thread);
        thread.fiber.start(thread.native_stack, &run, &thread);
    });
}

Status resume_thread(World& world, Thread& thread)
{
    Scheduler& scheduler = *world.scheduler;
    // What it entered is entered again, on top of what is entered now.
    Entered* const base = std::exchange(thread.base, scheduler.entered);
    Entered* innermost = thread.base;
    if (thread.entered != base) {
        innermost = thread.entered;
        Entered* at = innermost;
        for (; at->outer != base; at = at->outer)
            set_may_enter(*at, false);
        set_may_enter(*at, false);
        at->outer = thread.base;
    }
    thread.activation.swap(world.store->execution());
    return switch_to(world, thread, [&] {
        scheduler.current = thread.current;
        scheduler.entered = innermost;
        thread.fiber.resume();
    });
}

bool suspend_thread(World& world, Thread& thread, bool (*is_ready)(const void*),
                    const void* context, bool cancellable)
{
    Scheduler& scheduler = *world.scheduler;
    thread.current = scheduler.current;
    thread.entered = scheduler.entered;
    thread.is_ready = is_ready;
    thread.context = context;
    thread.cancellable = cancellable;
    thread.cancelled = false;
    for (const Entered* at = thread.entered; at != thread.base; at = at->outer)
        set_may_enter(*at, true);
    thread.fiber.suspend();
    return thread.cancelled;
}

bool is_suspended(const Task& task)
{
    const Thread* const thread = task.thread;
    return thread != nullptr && thread->first == &task && !thread->fiber.done();
}

void abandon_thread(World& world, Thread& thread)
{
    thread.first = nullptr;
    thread.next_free = std::exchange(world.scheduler->free_thread, &thread);
}

}  // namespace wrt::component
