// The end of instances: what the world has of them is taken out of it. Instances end in the reverse
// order of their making (they lie in an arena), so whatever is left may only know those that end as
// callers of tasks, holders of the other end of a stream, or through the host's handles.
#include <algorithm>

#include "model/async.hpp"

namespace wrt::component {

namespace {

/// Those that end have no world any more.
bool ends(const Instance* instance)
{
    return instance != nullptr && instance->world == nullptr;
}

/// It goes on by itself, for nobody.
void orphan(World& world, Task& task)
{
    task.lends.release(world.lend_pool);
    task.caller = nullptr;
    task.parent = nullptr;
    task.subtask = nullptr;
    task.side = {};
    task.called_async = true;
    task.orphaned = true;
}

/// A thread is gone, without having come to its end.
void forget(World& world, Thread& thread)
{
    Scheduler& scheduler = *world.scheduler;
    Task& task = *thread.task;
    if (thread.waits == Thread::Waits::to_enter) --task.instance->waiting_to_enter;
    if (thread.waits != Thread::Waits::no && thread.waits != Thread::Waits::suspended &&
        !thread.nested) {
        unpark(scheduler, thread);
    }
    if (thread.set != nullptr) --thread.set->waiting;
    if (thread.index != 0) task.instance->threads.remove(thread.index);
    if (thread.stack != nullptr) thread.stack->first = nullptr;
    if (&thread == &task.implicit) {
        if (task.instance->exclusive == &task) task.instance->exclusive = nullptr;
        thread = Thread{};
        thread.task = &task;
    } else {
        scheduler.threads.give(&thread);
    }
}

void forget(World& world, Task& task)
{
    Scheduler& scheduler = *world.scheduler;
    for (Thread& thread : scheduler.threads.touched()) {
        if (thread.task == &task) forget(world, thread);
    }
    forget(world, task.implicit);
    if (task.subtask != nullptr) task.subtask->task = nullptr;
    task.lends.release(world.lend_pool);
    scheduler.tasks.give(&task);
}

/// Of a stack that lies still: the threads on it, from the one that it lies still for to its first.
template <class Visit>
void visit_threads(const Stack& stack, Visit&& visit)
{
    const Thread* const first = stack.first;
    for (Thread* at = stack.current; at != nullptr;) {
        Thread* const outer = at == first ? nullptr : at->task->parent;
        visit(*at);
        at = outer;
    }
}

/// Stacks on which something of those that end runs, and all threads on them, are gone.
void forget_stacks(World& world)
{
    for (Stack& stack : world.scheduler->stacks) {
        bool goes_on = true;
        visit_threads(
            stack, [&goes_on](const Thread& on) { goes_on = goes_on && !ends(on.task->instance); });
        if (goes_on) continue;
        visit_threads(stack, [&world](Thread& on) {
            Task& task = *on.task;
            if (task.threads == 1) {
                forget(world, task);
            } else {
                --task.threads;
                forget(world, on);
            }
        });
        abandon_stack(world, stack);
    }
}

/// Whether a thread will go on: it waits, or one that it called does.
bool will_go_on(const Thread& thread)
{
    return thread.waits != Thread::Waits::no ||
           (thread.stack != nullptr && thread.stack->current != nullptr);
}

/// Whether something of the task goes on without its caller. One that was not entered has its
/// arguments in the caller's memory; one of which nothing waits was left by a trap.
bool will_go_on(const World& world, const Task& task)
{
    if (task.implicit.waits == Thread::Waits::to_enter) return false;
    if (will_go_on(task.implicit)) return true;
    return std::ranges::any_of(world.scheduler->threads.touched(), [&task](const Thread& thread) {
        return thread.task == &task && will_go_on(thread);
    });
}

/// Tasks of those that end are gone; those that they called are orphans.
void forget_tasks(World& world)
{
    Scheduler& scheduler = *world.scheduler;
    forget_stacks(world);
    for (Task& task : scheduler.tasks.touched()) {
        const bool callee_ends = ends(task.instance);
        if (task.instance == nullptr || (!callee_ends && !ends(task.caller))) continue;
        if (!callee_ends && will_go_on(world, task)) {
            orphan(world, task);
        } else {
            forget(world, task);
        }
    }
    for (Subtask& subtask : scheduler.subtasks.touched()) {
        if (!ends(subtask.caller)) continue;
        subtask.lends.release(world.lend_pool);
        forget_subtask(world, subtask);
    }
}

/// A stream ends with who holds it, and with who knows the type of what is in it.
void forget_streams(World& world)
{
    for (CopyEnd& end : world.scheduler->ends.touched()) {
        if (end.shared != nullptr && ends(end.holder)) free_end(world, end);
    }
    for (CopyEnd& end : world.scheduler->ends.touched()) {
        if (end.shared == nullptr || !ends(end.shared->types)) continue;
        end.holder->handles.remove(end.index);
        free_end(world, end);
    }
}

void forget_sets(World& world, Instance& instance)
{
    instance.handles.visit([&world](uint32_t, Handle& handle) {
        if (handle.kind != Handle::Kind::waitable_set) return;
        WaitableSet* const set = static_cast<WaitableSet*>(handle.object);
        while (set->first != nullptr)
            set->remove(*set->first);
        world.scheduler->sets.give(set);
    });
}

}  // namespace

void forget_newer(World& world, Instance* before) noexcept
{
    Instance* const newest = std::exchange(world.newest, before);
    for (Instance* at = newest; at != before; at = at->older)
        at->world = nullptr;
    forget_tasks(world);
    forget_streams(world);
    // The host has no types of those that end, and no handles of them.
    world.host.handles.visit([&world](uint32_t index, Handle& handle) {
        if (handle.type != nullptr && ends(handle.type->impl)) world.host.handles.remove(index);
    });
    for (Instance* at = newest; at != before; at = at->older) {
        forget_sets(world, *at);
        at->handles.release(world.handle_pool);
        at->threads.release(world.handle_pool);
    }
}

void close(World& world, Instance& instance) noexcept
{
    for (Instance* at = world.newest; at != nullptr; at = at->older) {
        if (!is_within(instance, at)) continue;
        at->may_enter = false;
        at->handles.visit([at](uint32_t index, Handle& handle) {
            if (handle.kind != Handle::Kind::own || handle.type->host == nullptr) return;
            const HostResourceRow& row = *handle.type->host;
            // Whether it may go does not matter any more: everything goes.
            if (row.destroy != nullptr) (void)row.destroy(handle.type->context, handle.rep);
            at->handles.remove(index);
        });
    }
}

}  // namespace wrt::component
