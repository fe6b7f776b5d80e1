// Threads: how they wait, who goes on with them, and what guests do with their own.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#thread-state
#include <utility>

#include <wrt/foundation/assert.hpp>

#include "model/async.hpp"
#include "model/async_errors.hpp"

namespace wrt::component {

namespace {

bool is_implicit(const Thread& thread)
{
    return &thread == &thread.task->implicit;
}

/// Begins one that a guest made.
Status run_made(World& world, Thread& thread)
{
    std::array<Slot, 1> window{Slot::of(thread.argument)};
    WRT_CHECK(call_of(world, thread, *std::exchange(thread.function, nullptr), window));
    return exit_thread(world, thread);
}

Status resume_one(World& world, Thread& thread, bool cancelled)
{
    Scheduler& scheduler = *world.scheduler;
    if (thread.waits == Thread::Waits::suspended) {
        thread.waits = Thread::Waits::no;
    } else {
        unpark(scheduler, thread);
    }
    thread.cancelled = cancelled;
    if (Stack* const stack = std::exchange(thread.blocked, nullptr))
        return resume_stack(world, *stack);
    if (thread.function == nullptr) return run_on_stack(world, thread, &resume_between_calls);
    if (scheduler.free_stack == nullptr) return Error{.code = Errc::thread_stacks_exhausted};
    return run_on_stack(world, thread, &run_made);
}

/// Goes on with whom the thread that has just stopped switches to, and so on. One that waits in a
/// loop on the native stack goes on when control is back there: it is the innermost one.
Status follow_target(World& world)
{
    Scheduler& scheduler = *world.scheduler;
    while (scheduler.target != nullptr && !scheduler.target->nested)
        WRT_CHECK(resume_one(world, *std::exchange(scheduler.target, nullptr), false));
    WRT_ASSERT(scheduler.target == nullptr || scheduler.target == scheduler.nested);
    return ok();
}

/// Runs `work` with the instance of a thread entered from outside.
template <class Work>
Status from_outside(World& world, const Thread& thread, Work&& work)
{
    Entered entered{.callee = thread.task->instance, .caller = nullptr};
    WRT_CHECK(enter(world, entered));
    WRT_CHECK(work());
    leave(world, entered);
    return ok();
}

/// Goes on with the thread that has waited longest of those that are ready.
Result<bool> tick(World& world)
{
    for (Thread* at = world.scheduler->first; at != nullptr; at = at->next) {
        if (!is_ready(*at)) continue;
        // Nothing of an instance in which something trapped.
        if (!may_enter({.callee = at->task->instance})) continue;
        WRT_CHECK(
            from_outside(world, *at, [&world, at] { return resume_thread(world, *at, false); }));
        return true;
    }
    return false;
}

/// Those that may go on while a synchronous call in their instance waits: its memory's shadow stack
/// is taken, so none that wants the instance for itself.
bool is_candidate(const Thread& thread, const Instance& instance)
{
    if (thread.task->instance != &instance || !is_ready(thread)) return false;
    if (!is_implicit(thread)) return true;
    return thread.waits == Thread::Waits::in_core && !needs_exclusive(*thread.task);
}

Thread* candidate_of(const World& world, const Instance& instance)
{
    Thread* at = world.scheduler->first;
    while (at != nullptr && !is_candidate(*at, instance))
        at = at->next;
    return at;
}

/// The trap where nobody can go on.
Errc stuck_error(const World& world, bool synchronous)
{
    bool ready = false;
    for (const Thread* at = world.scheduler->first; at != nullptr; at = at->next) {
        if (at->function != nullptr && world.scheduler->free_stack == nullptr)
            return Errc::thread_stacks_exhausted;
        ready = ready || is_ready(*at);
    }
    return synchronous && !ready ? async_errors::cannot_block : async_errors::deadlock;
}

/// Who of the threads on the native stack may wait, and for whom.
struct Permission {
    bool may = true;
    bool needs_switch = false;
    bool caller_could_go_on = false;  ///< A task that has returned stands in the way of its caller.
    Stack* stack = nullptr;           ///< It lies still meanwhile.
    const Instance* only = nullptr;   ///< A synchronous task waits for threads of its own instance.
};

Permission permission_to_wait(const Scheduler& scheduler)
{
    Permission permission;
    permission.may = scheduler.current_task() != nullptr;
    if (!permission.may) return permission;
    for (const Thread* at = scheduler.current; at != nullptr; at = at->task->parent) {
        const Task& task = *at->task;
        if (at->stack != nullptr) {
            permission.stack = at->stack;
            break;
        }
        if (!task.is_async && !task.resolved()) {
            permission.only = task.instance;
            break;
        }
        if (task.resumed) break;
        permission.caller_could_go_on = permission.caller_could_go_on || task.resolved();
        if (task.called_async) {
            permission.needs_switch = true;
            break;
        }
    }
    return permission;
}

/// Others run while a thread waits on the native stack of its caller. False: there is none.
Result<bool> run_other(World& world, const Permission& permission)
{
    if (permission.only == nullptr) return tick(world);
    Thread* const candidate = candidate_of(world, *permission.only);
    if (candidate == nullptr) return false;
    WRT_CHECK(resume_thread(world, *candidate, false));
    return true;
}

/// Whether a thread that waits in its loop is to leave it.
bool goes_on(Scheduler& scheduler, const Thread& thread)
{
    if (scheduler.target != &thread) return thread.ready();
    scheduler.target = nullptr;
    return true;
}

/// The current thread waits where it is. While a synchronous task does, everybody on the native
/// stack stays entered; else nobody counts as entered.
Status wait_nested(World& world, const Permission& permission, Thread* target, bool yields)
{
    Scheduler& scheduler = *world.scheduler;
    Thread& self = *scheduler.current;
    self.nested = true;
    Thread* const outer = std::exchange(scheduler.nested, &self);
    Entered* const stack = scheduler.entered;
    const bool leaves = permission.only == nullptr;
    if (leaves) {
        scheduler.entered = nullptr;
        for (const Entered* at = stack; at != nullptr; at = at->outer)
            set_may_enter(*at, true);
    }
    if (target != nullptr) {
        scheduler.target = target;
        WRT_CHECK(leaves ? from_outside(world, *target, [&world] { return follow_target(world); })
                         : follow_target(world));
    }
    if (yields) WRT_CHECK(run_other(world, permission));
    while (!goes_on(scheduler, self)) {
        WRT_TRY(const bool ran, run_other(world, permission));
        if (ran) continue;
        if (permission.caller_could_go_on) return Error{.code = Errc::component_async_unsupported};
        return Error{.code = stuck_error(world, !leaves)};
    }
    if (leaves) {
        for (const Entered* at = stack; at != nullptr; at = at->outer)
            set_may_enter(*at, false);
        scheduler.entered = stack;
    }
    scheduler.nested = outer;
    self.nested = false;
    self.waits = Thread::Waits::no;
    return ok();
}

Result<bool> wait(World& world, const Permission& permission, Ready ready, bool cancellable,
                  Thread* target, bool yields)
{
    Scheduler& scheduler = *world.scheduler;
    if (!permission.may) return Error{.code = async_errors::cannot_block};
    const bool beyond = target != nullptr && target->nested && target != scheduler.nested;
    if (permission.needs_switch || beyond) return Error{.code = Errc::component_async_unsupported};
    Thread& self = *scheduler.current;
    self.ready = ready;
    self.cancellable = cancellable;
    self.cancelled = false;
    const auto waits = ready.test != nullptr ? Thread::Waits::in_core : Thread::Waits::suspended;
    if (permission.stack == nullptr) {
        self.waits = waits;
        WRT_CHECK(wait_nested(world, permission, target, yields));
        return false;
    }
    self.blocked = permission.stack;
    self.waits = waits;
    if (waits == Thread::Waits::in_core) park(scheduler, self, waits);
    scheduler.target = target;
    suspend_stack(world, *permission.stack);
    return self.cancelled;
}

}  // namespace

void park(Scheduler& scheduler, Thread& thread, Thread::Waits waits)
{
    thread.waits = waits;
    thread.next = nullptr;
    if (scheduler.last != nullptr) {
        scheduler.last->next = &thread;
    } else {
        scheduler.first = &thread;
    }
    scheduler.last = &thread;
}

void unpark(Scheduler& scheduler, Thread& thread)
{
    Thread* before = nullptr;
    for (Thread* at = scheduler.first; at != &thread; at = at->next)
        before = at;
    (before != nullptr ? before->next : scheduler.first) = thread.next;
    if (scheduler.last == &thread) scheduler.last = before;
    thread.waits = Thread::Waits::no;
}

Status resume_thread(World& world, Thread& thread, bool cancelled)
{
    WRT_CHECK(resume_one(world, thread, cancelled));
    return follow_target(world);
}

Status start_thread(World& world, Thread& thread, Status (*work)(World&, Thread&))
{
    WRT_CHECK(run_on_stack(world, thread, work));
    return follow_target(world);
}

Result<bool> wait_until(World& world, Ready ready, bool cancellable, Thread* target)
{
    return wait(world, permission_to_wait(*world.scheduler), ready, cancellable, target, false);
}

Result<bool> yield(World& world, bool cancellable)
{
    const Permission permission = permission_to_wait(*world.scheduler);
    if (!permission.may || permission.needs_switch) return false;
    return wait(world, permission, Ready::now(), cancellable, nullptr, true);
}

Status wait_for_task(World& world, const Task& task)
{
    if (task.caller != nullptr && !task.resolved()) {
        const Ready ready{
            [](const void* context) { return static_cast<const Task*>(context)->resolved(); },
            &task};
        WRT_CHECK(wait_until(world, ready, false));
    }
    while (!task.resolved()) {
        WRT_TRY(const bool ran, tick(world));
        if (!ran) return Error{.code = stuck_error(world, false)};
    }
    return ok();
}

Status wait_for_event(World& world, const Waitable& waitable)
{
    if (waitable.has_event) return ok();
    const Ready ready{
        [](const void* context) { return static_cast<const Waitable*>(context)->has_event; },
        &waitable};
    WRT_CHECK(wait_until(world, ready, false));
    return ok();
}

Result<uint32_t> new_thread(World& world, Task& task, FuncInstance& func, uint32_t argument)
{
    Scheduler& scheduler = *world.scheduler;
    if (scheduler.stacks.empty()) return Error{.code = Errc::component_async_unsupported};
    WRT_TRY(Thread* const thread, scheduler.threads.take());
    thread->task = &task;
    thread->waits = Thread::Waits::suspended;
    thread->function = &func;
    thread->argument = argument;
    WRT_CHECK(register_thread(world, *thread));
    return thread->index;
}

Result<Thread*> thread_at(Instance& instance, uint32_t index)
{
    const Result<Handle*> handle = instance.threads.get(index);
    if (!handle) return Error{.code = Errc::unknown_thread};
    return static_cast<Thread*>((*handle)->object);
}

void promote(Scheduler& scheduler, Thread& thread)
{
    if (!thread.nested) unpark(scheduler, thread);
    thread.waits = Thread::Waits::suspended;
}

void resume_later(World& world, Thread& thread)
{
    thread.ready = Ready::now();
    thread.waits = Thread::Waits::in_core;
    if (!thread.nested) park(*world.scheduler, thread, Thread::Waits::in_core);
}

}  // namespace wrt::component
