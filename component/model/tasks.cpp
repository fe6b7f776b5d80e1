#include "model/async.hpp"

#include <algorithm>
#include <utility>

#include "model/async_errors.hpp"

namespace wrt::component {

namespace {

constexpr uint32_t max_flat_params = 16;
constexpr uint32_t max_flat_results = 1;
constexpr uint32_t exit_code = 0;
constexpr uint32_t yield_code = 1;
constexpr uint32_t wait_code = 2;

/// Calls `visit` for the instances that a call from `caller` enters ("entering_set").
template <class Visit>
void visit_entered(const Entered& entered, Visit&& visit)
{
    for (Instance* instance = entered.callee; instance != nullptr; instance = instance->parent) {
        if (!is_within(*instance, entered.caller)) visit(*instance);
    }
}

/// Whether a task keeps others out that want the instance for themselves. One that has returned
/// does not: the suite has it so (sync-streams), where definitions.py lets it.
bool is_taken(const Instance& instance)
{
    return instance.exclusive != nullptr && !instance.exclusive->resolved();
}

void give_up_exclusive(Task& task)
{
    if (task.instance->exclusive == &task) task.instance->exclusive = nullptr;
}

bool has_backpressure(const Task& task)
{
    const Instance& instance = *task.instance;
    return instance.backpressure > 0 || (needs_exclusive(task) && is_taken(instance));
}

/// Nothing of it runs any more. The caller of an asynchronous call keeps the subtask and needs the
/// task no more.
void end_task(World& world, Task& task)
{
    task.done = true;
    if (!task.called_async) return;
    if (task.subtask != nullptr) task.subtask->task = nullptr;
    world.scheduler->tasks.give(&task);
}

/// "exit_implicit_thread".
Status finish(World& world, Task& task)
{
    if (task.is_async && needs_exclusive(task)) give_up_exclusive(task);
    return exit_thread(world, task.implicit);
}

/// What the core function or the callback said: over, or to wait.
Status follow(World& world, Task& task, uint32_t packed)
{
    for (;;) {
        const uint32_t code = packed & 0xf;
        if (code == exit_code) return finish(world, task);
        Instance& instance = *task.instance;
        if (code != yield_code && code != wait_code) {
            return Error{.code = async_errors::unsupported_code};
        }
        WaitableSet* set = nullptr;
        if (code == wait_code) {
            WRT_TRY(Handle* const handle, instance.handles.get(packed >> 4));
            if (handle->kind != Handle::Kind::waitable_set) {
                return Error{.code = Errc::handle_type_mismatch,
                             .detail = Detail::index,
                             .actual = packed >> 4};
            }
            set = static_cast<WaitableSet*>(handle->object);
        }
        give_up_exclusive(task);
        if (task.state != Task::State::pending_cancel) {
            task.implicit.set = set;
            task.implicit.cancellable = true;
            if (set != nullptr) ++set->waiting;
            park(*world.scheduler, task.implicit,
                 set != nullptr ? Thread::Waits::for_event : Thread::Waits::for_turn);
            return ok();
        }
        // Told at once.
        task.state = Task::State::cancel_delivered;
        instance.exclusive = &task;
        std::array<Slot, 3> window{Slot::of(static_cast<uint32_t>(EventCode::task_cancelled))};
        WRT_CHECK(call_of(world, task.implicit, *task.func->options.callback, window));
        packed = window[0].as<uint32_t>();
    }
}

uint32_t flat_count_of(const ComponentTypes& types, std::span<const decoder::ComponentField> fields)
{
    uint32_t count = 0;
    for (const decoder::ComponentField& field : fields) {
        count += types.layout_of(field.type).flat_count;
        if (count > max_flat_params) break;
    }
    return count;
}

Side callee_side(const Task& task, std::span<Slot> flat)
{
    const CanonicalOptions& options = task.func->options;
    return {.instance = task.instance,
            .memory = options.memory,
            .host = nullptr,
            .realloc = options.realloc,
            .encoding = options.encoding,
            .flat = flat};
}

Lends& lends_of(Task& task)
{
    return task.subtask != nullptr ? task.subtask->lends : task.lends;
}

/// The task may run: arguments, the core function, and for synchronous ones the result.
Status run(World& world, Task& task)
{
    const Func& func = *task.func;
    Instance& callee = *task.instance;
    const ComponentTypes& types = callee.types();
    const ComponentTypeNode& type = types[func.type];
    const auto params = types.fields_of(type);
    if (task.is_async && needs_exclusive(task)) callee.exclusive = &task;
    WRT_CHECK(register_thread(world, task.implicit));

    task.state = Task::State::started;
    if (task.subtask != nullptr) {
        task.subtask->state = Subtask::State::started;
        if (task.subtask->has_handle) task.subtask->has_event = true;
    }
    std::array<Slot, max_flat_params> flat{};
    Side side = callee_side(task, flat);
    Transfer transfer{world, callee, task, lends_of(task)};
    if (flat_count_of(types, params) <= max_flat_params) {
        WRT_CHECK(transfer.run_fields(params, task.side, task.args, side, {0, true}));
    } else {
        const decoder::ValueLayout tuple = params_layout({types, type});
        WRT_TRY(const uint32_t at, transfer.allocate(side, tuple.align, tuple.size));
        WRT_CHECK(transfer.run_fields(params, task.side, task.args, side, {at, false}));
        flat[0] = Slot::of(at);
    }
    std::array<Slot, max_flat_params> window = flat;
    WRT_CHECK(call_of(world, task.implicit, *func.core, window));
    if (func.options.async) {
        if (func.options.callback == nullptr) return finish(world, task);
        return follow(world, task, window[0].as<uint32_t>());
    }
    const Slot core_result = window[0];
    flat[0] = core_result;
    const ComponentValType result_type = ComponentValType::of_bits(type.a);
    Place source{0, true};
    if (types.layout_of(result_type).flat_count > max_flat_results) {
        source = {core_result.as<uint32_t>(), false};
    }
    WRT_CHECK(resolve_task(world, task, true, side, source));
    if (func.options.post_return != nullptr) {
        callee.may_leave = false;
        window[0] = core_result;
        WRT_CHECK(call_of(world, task.implicit, *func.options.post_return, window));
        callee.may_leave = true;
    }
    return finish(world, task);
}

/// One that is cancelled before it was entered.
Status cancel_before_start(World& world, Task& task)
{
    unpark(*world.scheduler, task.implicit);
    --task.instance->waiting_to_enter;
    task.state = Task::State::cancel_delivered;
    Side none;
    WRT_CHECK(resolve_task(world, task, false, none, {}));
    end_task(world, task);
    return ok();
}

/// Whether a thread that is not over can be told that its task was cancelled.
bool may_cancel(const Thread& thread)
{
    return thread.waits != Thread::Waits::no && thread.cancellable && !thread.nested;
}

/// The thread that is told, or null.
Thread* thread_to_cancel(Task& task)
{
    const Task* const exclusive = task.instance->exclusive;
    const bool kept_out = needs_exclusive(task) && exclusive != nullptr && exclusive != &task;
    if (!kept_out && may_cancel(task.implicit)) return &task.implicit;
    Thread* found = nullptr;
    task.instance->threads.visit([&](uint32_t, const Handle& handle) {
        auto* const thread = static_cast<Thread*>(handle.object);
        const bool fits = thread->task == &task && thread != &task.implicit && may_cancel(*thread);
        if (found == nullptr && fits) found = thread;
    });
    return found;
}

}  // namespace

bool needs_exclusive(const Task& task)
{
    return !task.func->options.async || task.func->options.callback != nullptr;
}

bool is_ready(const Thread& thread)
{
    switch (thread.waits) {
    case Thread::Waits::no:
    case Thread::Waits::suspended: return false;
    case Thread::Waits::to_enter: return !has_backpressure(*thread.task);
    case Thread::Waits::for_turn: return !is_taken(*thread.task->instance);
    case Thread::Waits::for_event:
        return !is_taken(*thread.task->instance) && thread.set->ready() != nullptr;
    case Thread::Waits::in_core: {
        // One that has not begun needs a stack for that.
        const Scheduler& scheduler = *thread.task->instance->world->scheduler;
        return thread.ready() && (thread.function == nullptr || scheduler.free_stack != nullptr);
    }
    }
    return false;
}

bool may_enter(const Entered& entered)
{
    bool may = true;
    visit_entered(entered, [&may](Instance& instance) { may = may && instance.may_enter; });
    return may;
}

void set_may_enter(const Entered& entered, bool may)
{
    visit_entered(entered, [may](Instance& instance) { instance.may_enter = may; });
}

void WaitableSet::add(Waitable& waitable)
{
    Waitable** at = &first;
    while (*at != nullptr)
        at = &(*at)->next;
    *at = &waitable;
    waitable.next = nullptr;
    waitable.set = this;
}

void WaitableSet::remove(Waitable& waitable)
{
    Waitable** at = &first;
    while (*at != &waitable)
        at = &(*at)->next;
    *at = waitable.next;
    waitable.set = nullptr;
}

Waitable* WaitableSet::ready() const
{
    for (Waitable* at = first; at != nullptr; at = at->next) {
        if (at->has_event) return at;
    }
    return nullptr;
}

Status enter(World& world, Entered& entered)
{
    if (!may_enter(entered)) return Error{.code = Errc::cannot_enter_component};
    set_may_enter(entered, false);
    entered.outer = world.scheduler->entered;
    world.scheduler->entered = &entered;
    return ok();
}

void leave(World& world, const Entered& entered)
{
    world.scheduler->entered = entered.outer;
    set_may_enter(entered, true);
}

Status call_of(World& world, Thread& thread, FuncInstance& func, std::span<Slot> window)
{
    Thread* const outer = std::exchange(world.scheduler->current, &thread);
    const Status status = call_core(world, func, window);
    world.scheduler->current = outer;
    return status;
}

Status register_thread(World& world, Thread& thread)
{
    Task& task = *thread.task;
    ++task.threads;
    if (!task.instance->has_threads) return ok();
    Handle handle{.kind = Handle::Kind::thread};
    handle.object = &thread;
    WRT_TRY(thread.index, task.instance->threads.add(world.handle_pool, handle));
    return ok();
}

Status exit_thread(World& world, Thread& thread)
{
    Task& task = *thread.task;
    const bool last = --task.threads == 0;
    if (last && !task.resolved()) return Error{.code = async_errors::not_returned};
    if (thread.index != 0) task.instance->threads.remove(thread.index);
    thread.index = 0;
    if (Stack* const stack = std::exchange(thread.stack, nullptr)) stack->first = nullptr;
    if (&thread != &task.implicit) world.scheduler->threads.give(&thread);
    if (last) end_task(world, task);
    return ok();
}

Status start_task(World& world, Thread& thread)
{
    Task& task = *thread.task;
    if (task.is_async && (has_backpressure(task) || task.instance->waiting_to_enter > 0)) {
        ++task.instance->waiting_to_enter;
        park(*world.scheduler, thread, Thread::Waits::to_enter);
        return ok();
    }
    return run(world, task);
}

Status resume_between_calls(World& world, Thread& thread)
{
    Task& task = *thread.task;
    Instance& instance = *task.instance;
    task.resumed = true;
    if (task.state == Task::State::initial) {
        --instance.waiting_to_enter;
        return run(world, task);
    }
    Event event;
    if (thread.set != nullptr) {
        --thread.set->waiting;
        if (!thread.cancelled) event = take_event(world, *thread.set->ready());
        thread.set = nullptr;
    }
    if (thread.cancelled) event.code = EventCode::task_cancelled;
    instance.exclusive = &task;
    std::array<Slot, 3> window{Slot::of(static_cast<uint32_t>(event.code)), Slot::of(event.first),
                               Slot::of(event.second)};
    WRT_CHECK(call_of(world, thread, *task.func->options.callback, window));
    return follow(world, task, window[0].as<uint32_t>());
}

Status resolve_task(World& world, Task& task, bool returned, Side& side, Place source)
{
    if (task.resolved()) return Error{.code = async_errors::returned_twice};
    if (task.borrows != 0) return Error{.code = Errc::borrows_remain};
    const ComponentTypes& types = task.instance->types();
    const ComponentValType type = ComponentValType::of_bits(types[task.func->type].a);
    if (returned && !type.is_none() && !task.orphaned) {
        const decoder::ValueLayout layout = types.layout_of(type);
        if (!source.flat) {
            WRT_CHECK(check_range(side, source.at, layout.size, layout.align,
                                  Errc::result_out_of_bounds));
        }
        if (!task.result.flat) {
            WRT_CHECK(check_range(task.side, task.result.at, layout.size, layout.align,
                                  Errc::result_out_of_bounds));
        }
        Transfer transfer{world, *task.instance, task, lends_of(task)};
        WRT_CHECK(transfer.run(type, side, source, task.side, task.result));
    }
    if (Subtask* const subtask = task.subtask) {
        if (returned) {
            subtask->state = Subtask::State::returned;
        } else {
            subtask->state = subtask->state == Subtask::State::starting
                                 ? Subtask::State::cancelled_before_started
                                 : Subtask::State::cancelled_before_returned;
        }
        if (subtask->has_handle) subtask->has_event = true;
    }
    task.state = Task::State::resolved;
    return ok();
}

Status cancel_task(World& world, Task& task, Instance& caller)
{
    if (task.state == Task::State::initial) return cancel_before_start(world, task);
    Entered entered{.callee = task.instance, .caller = &caller};
    Thread* const thread = thread_to_cancel(task);
    if (thread == nullptr || !may_enter(entered)) {
        task.state = Task::State::pending_cancel;
        return ok();
    }
    task.state = Task::State::cancel_delivered;
    WRT_CHECK(enter(world, entered));
    WRT_CHECK(resume_thread(world, *thread, true));
    leave(world, entered);
    return ok();
}

bool deliver_cancel(World& world, bool cancellable)
{
    Task* const task = world.scheduler->current_task();
    if (task == nullptr || !cancellable || task->state != Task::State::pending_cancel) return false;
    task->state = Task::State::cancel_delivered;
    return true;
}

Event take_event(World& world, Waitable& waitable)
{
    waitable.has_event = false;
    if (waitable.kind == Waitable::Kind::end)
        return take_copy_event(static_cast<CopyEnd&>(waitable));
    Subtask& subtask = static_cast<Subtask&>(waitable);
    if (subtask.resolved() && !subtask.delivered) {
        subtask.lends.release(world.lend_pool);
        subtask.delivered = true;
    }
    return {EventCode::subtask, subtask.index, static_cast<uint32_t>(subtask.state)};
}

void forget_subtask(World& world, Subtask& subtask)
{
    if (subtask.set != nullptr) subtask.set->remove(subtask);
    if (subtask.task != nullptr) subtask.task->subtask = nullptr;
    world.scheduler->subtasks.give(&subtask);
}

}  // namespace wrt::component
