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

bool may_enter(const Entered& entered)
{
    bool may = true;
    visit_entered(entered, [&may](Instance& instance) { may = may && instance.may_enter; });
    return may;
}

bool needs_exclusive(const Task& task)
{
    return !task.func->options.async || task.func->options.callback != nullptr;
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

bool is_ready(const Task& task)
{
    switch (task.waits) {
    case Task::Waits::no: return false;
    case Task::Waits::to_enter: return !has_backpressure(task);
    case Task::Waits::for_turn: return !is_taken(*task.instance);
    case Task::Waits::for_event: return !is_taken(*task.instance) && task.set->ready() != nullptr;
    case Task::Waits::in_core: return task.blocked->is_ready(task.blocked->context);
    }
    return false;
}

void park(Scheduler& scheduler, Task& task, Task::Waits waits)
{
    task.waits = waits;
    task.next = nullptr;
    if (scheduler.last != nullptr) {
        scheduler.last->next = &task;
    } else {
        scheduler.first = &task;
    }
    scheduler.last = &task;
}

/// Calls core code of the task.
Status call_of(World& world, Task& task, FuncInstance& func, std::span<Slot> window)
{
    Task* const outer = std::exchange(world.scheduler->current, &task);
    const Status status = call_core(world, func, window);
    world.scheduler->current = outer;
    return status;
}

/// "exit_implicit_thread".
Status finish(World& world, Task& task)
{
    if (!task.resolved()) return Error{.code = async_errors::not_returned};
    if (task.is_async && needs_exclusive(task)) give_up_exclusive(task);
    task.done = true;
    // The caller of an asynchronous call keeps the subtask and needs the task no more.
    if (task.called_async) {
        if (task.subtask != nullptr) task.subtask->task = nullptr;
        world.scheduler->tasks.give(&task);
    }
    return ok();
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
            task.set = set;
            if (set != nullptr) ++set->waiting;
            park(*world.scheduler, task,
                 set != nullptr ? Task::Waits::for_event : Task::Waits::for_turn);
            return ok();
        }
        // Told at once.
        task.state = Task::State::cancel_delivered;
        instance.exclusive = &task;
        std::array<Slot, 3> window{Slot::of(static_cast<uint32_t>(EventCode::task_cancelled))};
        WRT_CHECK(call_of(world, task, *task.func->options.callback, window));
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
    WRT_CHECK(call_of(world, task, *func.core, window));
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
        WRT_CHECK(call_of(world, task, *func.options.post_return, window));
        callee.may_leave = true;
    }
    return finish(world, task);
}

/// Goes on with a task that is ready; `cancelled` with one that is not.
Status resume(World& world, Task& task, bool cancelled)
{
    Scheduler& scheduler = *world.scheduler;
    const Task::Waits waits = task.waits;
    unpark(scheduler, task);
    task.resumed = true;
    Instance& instance = *task.instance;
    if (waits == Task::Waits::to_enter) {
        --instance.waiting_to_enter;
        if (!cancelled) return run(world, task);
        Side none;
        WRT_CHECK(resolve_task(world, task, false, none, {}));
        task.done = true;
        if (task.called_async) {
            if (task.subtask != nullptr) task.subtask->task = nullptr;
            scheduler.tasks.give(&task);
        }
        return ok();
    }
    Event event;
    if (task.set != nullptr) {
        --task.set->waiting;
        if (!cancelled) event = take_event(world, *task.set->ready());
        task.set = nullptr;
    }
    if (cancelled) event.code = EventCode::task_cancelled;
    instance.exclusive = &task;
    std::array<Slot, 3> window{Slot::of(static_cast<uint32_t>(event.code)), Slot::of(event.first),
                               Slot::of(event.second)};
    WRT_CHECK(call_of(world, task, *task.func->options.callback, window));
    return follow(world, task, window[0].as<uint32_t>());
}

/// The loop goes on with a task.
Status resume_ready(World& world, Task& task)
{
    Task* const outer = std::exchange(world.scheduler->current, nullptr);
    WRT_CHECK(resume(world, task, false));
    world.scheduler->current = outer;
    return ok();
}

Status resume_blocked(World& world, Task& task)
{
    unpark(*world.scheduler, task);
    return resume_thread(world, *std::exchange(task.blocked, nullptr));
}

/// Runs the oldest task that is ready, of one instance only where `only` is not null.
Result<bool> tick(World& world, const Instance* only)
{
    for (Task* task = world.scheduler->first; task != nullptr; task = task->next) {
        if ((only != nullptr && task->instance != only) || !is_ready(*task)) continue;
        Entered entered{.callee = task->instance, .caller = nullptr};
        if (!may_enter(entered)) continue;  // something in it trapped
        WRT_CHECK(enter(world, entered));
        WRT_CHECK(task->waits == Task::Waits::in_core ? resume_blocked(world, *task)
                                                      : run_in_thread(world, *task, &resume_ready));
        leave(world, entered);
        return true;
    }
    return false;
}

/// Who of the tasks on the native stack may wait, and for whom.
struct Permission {
    bool may = true;
    bool needs_switch = false;
    bool caller_could_go_on = false;  ///< A task that has returned stands in the way of its caller.
    Thread* thread = nullptr;         ///< It suspends this one.
    const Instance* only = nullptr;   ///< A synchronous task waits for threads of its own instance.
};

Permission permission_to_wait(const World& world)
{
    const Task* task = world.scheduler->current;
    Permission permission;
    permission.may = task != nullptr;
    for (; task != nullptr; task = task->parent) {
        if (!task->is_async && !task->resolved()) {
            permission.only = task->instance;
            break;
        }
        if (task->thread != nullptr) {
            permission.thread = task->thread;
            break;
        }
        if (task->resumed) break;
        permission.caller_could_go_on = permission.caller_could_go_on || task->resolved();
        if (task->called_async) {
            permission.needs_switch = true;
            break;
        }
    }
    return permission;
}

/// The current task waits on its thread until `done()`; true: until it was cancelled.
template <class Done>
bool suspend_until(World& world, Thread& thread, const Done& done, bool cancellable)
{
    Task& task = *world.scheduler->current;
    park(*world.scheduler, task, Task::Waits::in_core);
    task.blocked = &thread;
    return suspend_thread(
        world, thread, [](const void* context) { return (*static_cast<const Done*>(context))(); },
        &done, cancellable);
}

/// Runs other tasks until `done()`. Meanwhile nobody on the native stack counts as entered. True
/// where the task was cancelled instead.
template <class Done>
Result<bool> run_until(World& world, const Permission& permission, Errc stuck, const Done& done,
                       bool cancellable = false)
{
    if (done()) return false;
    if (!permission.may) return Error{.code = async_errors::cannot_block};
    if (permission.thread != nullptr)
        return suspend_until(world, *permission.thread, done, cancellable);
    if (permission.needs_switch) return Error{.code = Errc::component_async_unsupported};
    Scheduler& scheduler = *world.scheduler;
    Entered* const stack = std::exchange(scheduler.entered, nullptr);
    for (const Entered* at = stack; at != nullptr; at = at->outer)
        set_may_enter(*at, true);
    while (!done()) {
        WRT_TRY(const bool ran, tick(world, permission.only));
        if (!ran && permission.caller_could_go_on) {
            return Error{.code = Errc::component_async_unsupported};
        }
        if (!ran) {
            return Error{.code = permission.only != nullptr ? async_errors::cannot_block : stuck};
        }
    }
    for (const Entered* at = stack; at != nullptr; at = at->outer)
        set_may_enter(*at, false);
    scheduler.entered = stack;
    return false;
}

}  // namespace

void set_may_enter(const Entered& entered, bool may)
{
    visit_entered(entered, [may](Instance& instance) { instance.may_enter = may; });
}

void unpark(Scheduler& scheduler, Task& task)
{
    Task* before = nullptr;
    for (Task* at = scheduler.first; at != &task; at = at->next)
        before = at;
    (before != nullptr ? before->next : scheduler.first) = task.next;
    if (scheduler.last == &task) scheduler.last = before;
    task.waits = Task::Waits::no;
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

Status start_task(World& world, Task& task)
{
    Entered entered{.callee = task.instance, .caller = task.caller};
    WRT_CHECK(enter(world, entered));
    if (task.is_async && (has_backpressure(task) || task.instance->waiting_to_enter > 0)) {
        ++task.instance->waiting_to_enter;
        park(*world.scheduler, task, Task::Waits::to_enter);
    } else {
        WRT_CHECK(run(world, task));
    }
    leave(world, entered);
    return ok();
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

Status wait_for_task(World& world, const Task& task)
{
    WRT_CHECK(run_until(world, task.caller == nullptr ? Permission{} : permission_to_wait(world),
                        async_errors::deadlock, [&task] { return task.resolved(); }));
    return ok();
}

Status wait_for_event(World& world, const Waitable& waitable)
{
    WRT_CHECK(run_until(world, permission_to_wait(world), async_errors::deadlock,
                        [&waitable] { return waitable.has_event; }));
    return ok();
}

Result<bool> wait_for_set(World& world, const WaitableSet& set, bool cancellable)
{
    return run_until(
        world, permission_to_wait(world), async_errors::deadlock,
        [&set] { return set.ready() != nullptr; }, cancellable);
}

Result<bool> yield(World& world, bool cancellable)
{
    const Permission permission = permission_to_wait(world);
    if (permission.thread != nullptr)
        return suspend_until(world, *permission.thread, [] { return true; }, cancellable);
    if (!permission.may || permission.needs_switch) return false;
    Scheduler& scheduler = *world.scheduler;
    Entered* const stack = std::exchange(scheduler.entered, nullptr);
    for (const Entered* at = stack; at != nullptr; at = at->outer)
        set_may_enter(*at, true);
    WRT_CHECK(tick(world, permission.only));
    for (const Entered* at = stack; at != nullptr; at = at->outer)
        set_may_enter(*at, false);
    scheduler.entered = stack;
    return false;
}

Status cancel_task(World& world, Task& task, Instance& caller)
{
    if (task.state == Task::State::initial) {
        task.state = Task::State::cancel_delivered;
        return resume(world, task, true);
    }
    Entered entered{.callee = task.instance, .caller = &caller};
    const bool in_core = task.waits == Task::Waits::in_core;
    const bool waits = in_core
                           ? task.blocked->cancellable
                           : task.waits != Task::Waits::no && task.instance->exclusive == nullptr;
    if (!waits || !may_enter(entered)) {
        task.state = Task::State::pending_cancel;
        return ok();
    }
    task.state = Task::State::cancel_delivered;
    WRT_CHECK(enter(world, entered));
    if (in_core) {
        task.blocked->cancelled = true;
        WRT_CHECK(resume_blocked(world, task));
    } else {
        WRT_CHECK(run_in_thread(
            world, task, [](World& in, Task& cancelled) { return resume(in, cancelled, true); }));
    }
    leave(world, entered);
    return ok();
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
