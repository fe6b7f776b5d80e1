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

void forget(World& world, Task& task)
{
    Instance& instance = *task.instance;
    if (task.waits == Task::Waits::to_enter) --instance.waiting_to_enter;
    if (task.waits != Task::Waits::no) unpark(*world.scheduler, task);
    if (instance.exclusive == &task) instance.exclusive = nullptr;
    if (task.set != nullptr) --task.set->waiting;
    if (task.subtask != nullptr) task.subtask->task = nullptr;
    task.lends.release(world.lend_pool);
    world.scheduler->tasks.give(&task);
}

/// Of a thread that is suspended: the tasks on it, from the one that blocks it to its first one.
template <class Visit>
void visit_tasks(const Thread& thread, Visit&& visit)
{
    for (Task* at = thread.current; at != nullptr;) {
        Task* const outer = at == thread.first ? nullptr : at->parent;
        visit(*at);
        at = outer;
    }
}

/// Threads on which something of those that end runs, and all tasks on them, are gone.
void forget_threads(World& world)
{
    Scheduler& scheduler = *world.scheduler;
    for (Task& task : scheduler.tasks.touched()) {
        if (task.waits != Task::Waits::in_core) continue;
        Thread& thread = *task.blocked;
        bool goes_on = true;
        visit_tasks(thread,
                    [&goes_on](const Task& on) { goes_on = goes_on && !ends(on.instance); });
        if (goes_on) continue;
        visit_tasks(thread, [&world](Task& on) { forget(world, on); });
        abandon_thread(world, thread);
    }
}

/// Tasks of those that end are gone; those that they called are orphans.
void forget_tasks(World& world)
{
    Scheduler& scheduler = *world.scheduler;
    forget_threads(world);
    for (Task& task : scheduler.tasks.touched()) {
        const bool callee_ends = ends(task.instance);
        if (task.instance == nullptr || (!callee_ends && !ends(task.caller))) continue;
        // One that was not entered has its arguments in the caller's memory; one that does not wait
        // was left by a trap.
        const bool goes_on = task.waits == Task::Waits::for_turn ||
                             task.waits == Task::Waits::for_event ||
                             task.waits == Task::Waits::in_core || is_suspended(task);
        if (goes_on && !callee_ends) {
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
