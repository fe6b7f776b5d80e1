// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canon-lift
// and #canon-lower
#include "model/call.hpp"

#include <algorithm>

#include <wrt/runtime/host.hpp>

#include "model/async.hpp"
#include "model/host_arguments.hpp"

namespace wrt::component {

namespace {

constexpr uint32_t max_flat_params = 16;
constexpr uint32_t max_flat_async_params = 4;
constexpr uint32_t max_flat_results = 1;

uint32_t flat_count_of(const ComponentTypes& types, std::span<const decoder::ComponentField> fields)
{
    uint32_t count = 0;
    for (const decoder::ComponentField& field : fields) {
        count += types.layout_of(field.type).flat_count;
        if (count > max_flat_params) break;
    }
    return count;
}

decoder::ValueLayout tuple_layout(const ComponentTypes& types,
                                  std::span<const decoder::ComponentField> fields)
{
    decoder::ValueLayout tuple;
    uint64_t size = 0;
    for (const decoder::ComponentField& field : fields) {
        const decoder::ValueLayout layout = types.layout_of(field.type);
        size = ((size + layout.align - 1) & ~uint64_t{layout.align - 1u}) + layout.size;
        tuple.align = std::max(tuple.align, layout.align);
    }
    tuple.size = saturate_u32((size + tuple.align - 1) & ~uint64_t{tuple.align - 1u});
    return tuple;
}

bool is_async(const Func& func)
{
    return (func.instance->types()[func.type].flags & ComponentTypeNode::is_async) != 0;
}

/// A task for a call of `func`; the caller's side is filled in by the caller.
Result<Task*> make_task(World& world, const Func& func, Instance* caller)
{
    WRT_TRY(Task* const task, world.scheduler->tasks.take());
    task->instance = func.instance;
    task->func = &func;
    task->caller = caller;
    task->implicit.task = task;
    task->parent = world.scheduler->current;
    task->is_async = is_async(func);
    return task;
}

/// Who may wait in the middle of core code gets a stack of its own for that.
Status start(World& world, Task& task)
{
    Entered entered{.callee = task.instance, .caller = task.caller};
    WRT_CHECK(enter(world, entered));
    WRT_CHECK(task.is_async ? start_thread(world, task.implicit, &start_task)
                            : start_task(world, task.implicit));
    leave(world, entered);
    return ok();
}

/// An asynchronous call: over when the callee has returned, else a subtask.
Status call_async(World& world, Instance& caller, Task& task, Slot* slots)
{
    WRT_TRY(Subtask* const subtask, world.scheduler->subtasks.take());
    subtask->task = &task;
    subtask->caller = &caller;
    task.subtask = subtask;
    task.called_async = true;
    WRT_CHECK(start(world, task));
    if (subtask->resolved()) {
        take_event(world, *subtask);
        slots[0] = Slot::of(static_cast<uint32_t>(Subtask::State::returned));
        forget_subtask(world, *subtask);
        return ok();
    }
    Handle handle{.kind = Handle::Kind::subtask};
    handle.object = subtask;
    WRT_TRY(subtask->index, caller.handles.add(world.handle_pool, handle));
    subtask->has_handle = true;
    slots[0] = Slot::of(static_cast<uint32_t>(subtask->state) | subtask->index << 4);
    return ok();
}

/// A synchronous call: the callee runs until it has returned.
Status call_sync(World& world, Task& task)
{
    WRT_CHECK(start(world, task));
    WRT_CHECK(wait_for_task(world, task));
    task.lends.release(world.lend_pool);
    return ok();
}

/// What is left of a synchronous task when its caller has the result.
void end_call(World& world, Task& task)
{
    if (task.done) {
        world.scheduler->tasks.give(&task);
        return;
    }
    // It goes on by itself, and frees itself.
    task.called_async = true;
    task.parent = nullptr;
}

Side side_of(const LoweredFunc& lowered, std::span<Slot> flat)
{
    return {.instance = lowered.caller,
            .memory = lowered.options.memory,
            .host = nullptr,
            .realloc = lowered.options.realloc,
            .encoding = lowered.options.encoding,
            .flat = flat};
}

/// Where a lowered call has its arguments and wants its result.
struct Places {
    Place args;
    Place result;
    uint32_t flat_results = 0;
};

/// `side.flat` holds the core arguments.
Result<Places> places_of(const LoweredFunc& lowered, const Side& side)
{
    const ComponentTypes& types = lowered.callee->instance->types();
    const ComponentTypeNode& type = types[lowered.callee->type];
    const auto params = types.fields_of(type);
    const bool async = lowered.options.async;
    Places places{.args = {0, true}, .result = {0, true}};
    if (flat_count_of(types, params) > (async ? max_flat_async_params : max_flat_params)) {
        const decoder::ValueLayout tuple = tuple_layout(types, params);
        places.args = {side.flat[0].as<uint32_t>(), false};
        WRT_CHECK(
            check_range(side, places.args.at, tuple.size, tuple.align, Errc::params_out_of_bounds));
    }
    places.flat_results = types.layout_of(ComponentValType::of_bits(type.a)).flat_count;
    if (places.flat_results > (async ? 0 : max_flat_results)) {
        places.result = {side.flat[lowered.core_params - 1].as<uint32_t>(), false};
    }
    return places;
}

/// Host functions return before their caller goes on, whichever way it called them.
Status call_lowered_host(const LoweredFunc& lowered, Slot* slots)
{
    std::array<Slot, decoder::CoreSignature::max_params> flat{};
    std::copy_n(slots, lowered.core_params, flat.begin());
    Side side = side_of(lowered, flat);
    WRT_TRY(const Places places, places_of(lowered, side));
    WRT_CHECK(call_host(*lowered.caller->world, *lowered.callee, side, places.args, places.result));
    if (lowered.options.async) {
        slots[0] = Slot::of(static_cast<uint32_t>(Subtask::State::returned));
    } else if (places.flat_results == 1) {
        slots[0] = flat[0];
    }
    return ok();
}

}  // namespace

Status call_host(World& world, const Func& func, Side& caller, Place args, Place result)
{
    const ComponentTypes& types = func.instance->types();
    const ComponentTypeNode& type = types[func.type];
    const auto result_type = ComponentValType::of_bits(type.a);
    const decoder::ValueLayout result_layout = types.layout_of(result_type);
    if (!result_type.is_none() && !result.flat) {
        WRT_CHECK(check_range(caller, result.at, result_layout.size, result_layout.align,
                              Errc::result_out_of_bounds));
    }
    HostMemory& memory = world.memory;
    const uint32_t mark = memory.mark();
    const uint32_t base = world.call_base;
    const uint32_t last = world.last_call;
    Side host;
    host.instance = &world.host;
    host.host = &memory;
    Task task;
    Lends lends;
    const auto run = [&]() -> Status {
        const decoder::ValueLayout tuple = params_layout({types, type});
        WRT_TRY(const uint32_t at, memory.allocate(tuple.align, tuple.size));
        Transfer transfer{world, *func.instance, task, lends};
        if (func.host->lends_bytes) {
            WRT_CHECK(transfer.lend_fields(types.fields_of(type), caller, args, host, {at, false}));
            memory.lend(caller.bytes());
        } else {
            WRT_CHECK(transfer.run_fields(types.fields_of(type), caller, args, host, {at, false}));
        }
        WRT_TRY(const uint32_t place, memory.allocate(result_layout.align, result_layout.size));
        world.call_base = world.last_call = memory.mark();
        HostCall call{world, memory, {types, type}, at, place};
        WRT_CHECK(func.host->function(func.context, call));
        if (result_type.is_none()) return ok();
        return transfer.run(result_type, host, {place, false}, caller, result);
    };
    const Status status = run();
    lends.release(world.lend_pool);
    // What the host was lent of guests' resources ends with the call.
    if (task.borrows != 0) world.host.handles.remove_scope(task);
    world.call_base = base;
    world.last_call = last;
    memory.release(mark);
    return status;
}

Status call_lowered(runtime::Caller&, void* context, Slot* slots)
{
    const LoweredFunc& lowered = *static_cast<LoweredFunc*>(context);
    Instance& caller = *lowered.caller;
    World& world = *caller.world;
    if (!caller.may_leave) return Error{.code = Errc::cannot_leave_component};

    const Func& callee = *lowered.callee;
    if (callee.host != nullptr) return call_lowered_host(lowered, slots);
    // For now calls between an instance and those that it is in are not made (the suite's
    // trap-on-reenter).
    if (is_within(caller, callee.instance) || is_within(*callee.instance, &caller)) {
        return Error{.code = Errc::cannot_enter_component};
    }
    WRT_TRY(Task* const task, make_task(world, callee, &caller));
    // Copied out: the result is written over them, and an asynchronous call may read them later.
    std::copy_n(slots, lowered.core_params, task->flat.begin());
    task->side = side_of(lowered, task->flat);
    WRT_TRY(const Places places, places_of(lowered, task->side));
    task->args = places.args;
    task->result = places.result;
    const uint32_t flat_results = places.flat_results;
    if (lowered.options.async) return call_async(world, caller, *task, slots);
    WRT_CHECK(call_sync(world, *task));
    if (flat_results == 1) slots[0] = task->flat[0];
    end_call(world, *task);
    return ok();
}

namespace {

/// In a task of its own: a synchronous one.
Status run_destructor(World& world, ResourceType& type, uint32_t rep)
{
    static constexpr Func lifted;
    WRT_TRY(Task* const task, world.scheduler->tasks.take());
    task->instance = type.impl;
    task->func = &lifted;
    task->state = Task::State::started;
    task->parent = world.scheduler->current;
    task->implicit.task = task;
    WRT_CHECK(register_thread(world, task->implicit));
    std::array<Slot, 1> window{Slot::of(rep)};
    WRT_CHECK(call_of(world, task->implicit, *type.destructor, window));
    task->state = Task::State::resolved;
    WRT_CHECK(exit_thread(world, task->implicit));
    end_call(world, *task);
    return ok();
}

}  // namespace

/// "canon_resource_drop": the destructor is lifted from the instance that defined the resource.
Status destroy(World& world, ResourceType& type, uint32_t rep, Instance* caller)
{
    if (type.host != nullptr) {
        return type.host->destroy != nullptr ? type.host->destroy(type.context, rep) : ok();
    }
    Entered entered{.callee = type.impl, .caller = caller};
    WRT_CHECK(enter(world, entered));
    if (type.destructor != nullptr) WRT_CHECK(run_destructor(world, type, rep));
    leave(world, entered);
    return ok();
}

decoder::ValueLayout params_layout(const FuncType& type) noexcept
{
    return tuple_layout(type.types, type.params());
}

runtime::Store& store_of(World& world) noexcept
{
    return *world.store;
}

HostMemory& memory_of(World& world) noexcept
{
    return world.memory;
}

HostMemory& begin_typed_call(World& world) noexcept
{
    // What the last one left may be an argument of this one: it starts over only from beyond the
    // middle, and there is as much room before that.
    const size_t middle = world.memory.bytes().size() / 2;
    if (world.last_call > middle) world.memory.release(world.call_base);
    world.last_call = world.memory.mark();
    return world.memory;
}

TypeScope scope_of(const Func& func) noexcept
{
    return {func.instance->types(), *func.instance};
}

uint32_t node_of(const Func& func) noexcept
{
    return func.type;
}

FuncType type_of(const Func& func) noexcept
{
    const ComponentTypes& types = func.instance->types();
    return {types, types[func.type]};
}

Status call(World& world, const Func& func, HostMemory& memory, uint32_t args,
            uint32_t result) noexcept
{
    Side side;
    side.instance = &world.host;
    side.host = &memory;
    const FuncType type = type_of(func);
    const decoder::ValueLayout tuple = params_layout(type);
    if (!check_range(side, args, tuple.size, tuple.align, Errc::invalid_argument)) {
        return Error{.code = Errc::invalid_argument};
    }
    if (!type.result().is_none()) {
        const decoder::ValueLayout layout = type.types.layout_of(type.result());
        if (!check_range(side, result, layout.size, layout.align, Errc::invalid_argument)) {
            return Error{.code = Errc::invalid_argument};
        }
    }
    if (func.host != nullptr) return call_host(world, func, side, {args, false}, {result, false});
    // What the host does wrong is none of the guest's traps.
    WRT_CHECK(check_arguments(func, side, args));
    for (const Instance* entered = func.instance; entered != nullptr; entered = entered->parent)
        if (!entered->may_enter) return Error{.code = Errc::cannot_enter_component};
    return from_host(world, [&]() -> Status {
        WRT_TRY(Task* const task, make_task(world, func, nullptr));
        task->side = side;
        task->args = {args, false};
        task->result = {result, false};
        const Status status = call_sync(world, *task);
        if (status) {
            end_call(world, *task);
            return status;
        }
        // Whatever of it waits still must neither go on nor see the host's memory again.
        task->side.host = nullptr;
        for (Instance* trapped = func.instance; trapped != nullptr; trapped = trapped->parent)
            trapped->may_enter = false;
        const Thread& thread = task->implicit;
        const bool is_left = thread.waits == Thread::Waits::no && thread.stack == nullptr;
        if (is_left && !func.instance->has_threads) world.scheduler->tasks.give(task);
        return status;
    });
}

Status drop_host_handle(World& world, uint32_t handle) noexcept
{
    return from_host(world,
                     [&] { return drop_handle(world, world.host, nullptr, handle, nullptr); });
}

}  // namespace wrt::component
