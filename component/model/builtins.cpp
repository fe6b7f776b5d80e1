// The canonical built-ins.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canonical-definitions
#include "model/async.hpp"
#include "model/async_errors.hpp"
#include "model/call.hpp"

#include <cstring>

#include <wrt/runtime/host.hpp>

namespace wrt::component {

namespace {

using decoder::CanonBuiltin;

constexpr uint32_t max_flat_params = 16;
constexpr uint32_t max_backpressure = 0xffff;

Error mismatch(uint32_t index)
{
    return {.code = Errc::handle_type_mismatch, .detail = Detail::index, .actual = index};
}

Result<WaitableSet*> set_at(Instance& instance, uint32_t index)
{
    WRT_TRY(Handle* const handle, instance.handles.get(index));
    if (handle->kind != Handle::Kind::waitable_set) return mismatch(index);
    return static_cast<WaitableSet*>(handle->object);
}

Result<Subtask*> subtask_at(Instance& instance, uint32_t index)
{
    WRT_TRY(Handle* const handle, instance.handles.get(index));
    if (handle->kind != Handle::Kind::subtask) return mismatch(index);
    return static_cast<Subtask*>(handle->object);
}

Result<Waitable*> waitable_at(Instance& instance, uint32_t index)
{
    WRT_TRY(Handle* const handle, instance.handles.get(index));
    switch (handle->kind) {
    case Handle::Kind::subtask: return static_cast<Subtask*>(handle->object);
    case Handle::Kind::stream_readable:
    case Handle::Kind::stream_writable:
    case Handle::Kind::future_readable:
    case Handle::Kind::future_writable: return static_cast<CopyEnd*>(handle->object);
    case Handle::Kind::free:
    case Handle::Kind::own:
    case Handle::Kind::borrow:
    case Handle::Kind::waitable_set:
    case Handle::Kind::error_context:
    case Handle::Kind::thread: break;
    }
    return mismatch(index);
}

Status task_return(const BuiltinFunc& builtin, Slot* slots)
{
    Instance& instance = *builtin.instance;
    World& world = *instance.world;
    Task* const task = world.scheduler->current_task();
    if (task == nullptr || !task->func->options.async || task->instance != &instance) {
        return Error{.code = async_errors::returned_twice};
    }
    const ComponentTypes& types = instance.types();
    const auto wanted = ComponentValType::of_bits(types[task->func->type].a);
    const auto given = ComponentValType::of_bits(builtin.definition->a);
    const CanonicalOptions& options = task->func->options;
    // A memory that was not given is not needed.
    const bool other_memory =
        builtin.options.memory != nullptr && builtin.options.memory != options.memory;
    if (!same_type(instance, wanted, instance, given) ||
        builtin.options.encoding != options.encoding || other_memory) {
        return Error{.code = Errc::indirect_call_type_mismatch};
    }
    std::array<Slot, max_flat_params> flat{};
    std::copy_n(slots, builtin.definition->signature.params, flat.begin());
    Side side{.instance = &instance,
              .memory = options.memory,
              .host = nullptr,
              .realloc = options.realloc,
              .encoding = options.encoding,
              .flat = flat};
    Place source{0, true};
    if (types.layout_of(wanted).flat_count > max_flat_params) {
        source = {flat[0].as<uint32_t>(), false};
    }
    return resolve_task(world, *task, true, side, source);
}

Status task_cancel(World& world)
{
    Task* const task = world.scheduler->current_task();
    if (task == nullptr || !task->func->options.async ||
        task->state != Task::State::cancel_delivered) {
        return Error{.code = async_errors::not_cancelled};
    }
    Side none;
    return resolve_task(world, *task, false, none, {});
}

Status put_event(const BuiltinFunc& builtin, const Event& event, Slot* slots)
{
    const auto at = slots[1].as<uint32_t>();
    Side side;
    side.memory = builtin.memory;
    WRT_CHECK(check_range(side, at, 8, 4, Errc::out_of_bounds_memory_access));
    std::memcpy(side.bytes().data() + at, &event.first, 4);
    std::memcpy(side.bytes().data() + at + 4, &event.second, 4);
    slots[0] = Slot::of(static_cast<uint32_t>(event.code));
    return ok();
}

/// True: the task was cancelled instead.
Result<bool> wait_for_set(World& world, const WaitableSet& set, bool cancellable)
{
    if (set.ready() != nullptr) return false;
    const Ready ready{[](const void* context) {
                          return static_cast<const WaitableSet*>(context)->ready() != nullptr;
                      },
                      &set};
    return wait_until(world, ready, cancellable);
}

Status wait(const BuiltinFunc& builtin, Slot* slots, bool poll)
{
    Instance& instance = *builtin.instance;
    World& world = *instance.world;
    WRT_TRY(WaitableSet* const set, set_at(instance, slots[0].as<uint32_t>()));
    if (deliver_cancel(world, builtin.definition->flags != 0)) {
        return put_event(builtin, {EventCode::task_cancelled, 0, 0}, slots);
    }
    if (!poll) {
        ++set->waiting;
        WRT_TRY(const bool cancelled, wait_for_set(world, *set, builtin.definition->flags != 0));
        --set->waiting;
        if (cancelled) return put_event(builtin, {EventCode::task_cancelled, 0, 0}, slots);
    }
    Waitable* const ready = set->ready();
    return put_event(builtin, ready != nullptr ? take_event(world, *ready) : Event{}, slots);
}

Status join(Instance& instance, uint32_t index, uint32_t set_index)
{
    WRT_TRY(Waitable* const waitable, waitable_at(instance, index));
    if (waitable->has_sync_waiter) return Error{.code = async_errors::no_sync_waiter};
    WaitableSet* set = nullptr;
    if (set_index != 0) {
        WRT_TRY(set, set_at(instance, set_index));
    }
    if (waitable->set != nullptr) waitable->set->remove(*waitable);
    if (set != nullptr) set->add(*waitable);
    return ok();
}

Status cancel_subtask(const BuiltinFunc& builtin, Slot* slots)
{
    Instance& instance = *builtin.instance;
    World& world = *instance.world;
    const bool async = builtin.definition->flags != 0;
    WRT_TRY(Subtask* const subtask, subtask_at(instance, slots[0].as<uint32_t>()));
    if (subtask->delivered || subtask->cancel_requested) {
        return Error{.code = async_errors::subtask_unresolved};
    }
    if (subtask->set != nullptr && !async) return Error{.code = async_errors::in_set};
    if (!subtask->resolved()) {
        subtask->cancel_requested = true;
        if (subtask->task != nullptr) WRT_CHECK(cancel_task(world, *subtask->task, instance));
        if (!subtask->resolved()) {
            if (async) {
                slots[0] = Slot::of(blocked_result);
                return ok();
            }
            subtask->has_sync_waiter = true;
            subtask->has_event = false;
            while (!subtask->resolved()) {
                subtask->has_event = false;
                WRT_CHECK(wait_for_event(world, *subtask));
            }
            subtask->has_sync_waiter = false;
        }
    }
    take_event(world, *subtask);
    slots[0] = Slot::of(static_cast<uint32_t>(subtask->state));
    return ok();
}

Status drop_subtask(Instance& instance, uint32_t index)
{
    WRT_TRY(Subtask* const subtask, subtask_at(instance, index));
    if (!subtask->delivered) return Error{.code = async_errors::subtask_unresolved};
    instance.handles.remove(index);
    forget_subtask(*instance.world, *subtask);
    return ok();
}

Status drop_set(Instance& instance, uint32_t index)
{
    WRT_TRY(WaitableSet* const set, set_at(instance, index));
    if (set->first != nullptr || set->waiting > 0) return Error{.code = async_errors::set_in_use};
    instance.handles.remove(index);
    instance.world->scheduler->sets.give(set);
    return ok();
}

Status check_error_context(Instance& instance, uint32_t index)
{
    WRT_TRY(const Handle* const handle, instance.handles.get(index));
    if (handle->kind != Handle::Kind::error_context) return mismatch(index);
    return ok();
}

/// Messages are not kept, which is a host's choice: there is an empty one.
Status debug_message(const BuiltinFunc& builtin, const Slot* slots)
{
    Instance& instance = *builtin.instance;
    World& world = *instance.world;
    WRT_CHECK(check_error_context(instance, slots[0].as<uint32_t>()));
    std::array<Slot, 2> empty{};
    Side from{.flat = empty};
    Side to{.instance = &instance,
            .memory = builtin.options.memory,
            .host = nullptr,
            .realloc = builtin.options.realloc,
            .encoding = builtin.options.encoding,
            .flat = {}};
    const auto at = slots[1].as<uint32_t>();
    WRT_CHECK(check_range(to, at, 8, 4, Errc::string_out_of_bounds));
    Task task;
    Lends lends;
    Transfer transfer{world, instance, task, lends};
    return transfer.run(ComponentValType{PrimitiveType::string}, from, {0, true}, to, {at, false});
}

/// What may be called while a value is allocated or given back.
bool is_always_allowed(CanonBuiltin code)
{
    return code == CanonBuiltin::context_get || code == CanonBuiltin::context_set ||
           code == CanonBuiltin::backpressure_inc || code == CanonBuiltin::backpressure_dec ||
           code == CanonBuiltin::resource_rep;
}

}  // namespace

Status drop_handle(World& world, Instance& instance, const ResourceType* type, uint32_t index,
                   Instance* caller)
{
    WRT_TRY(const Handle* const entry, instance.handles.get(index));
    const bool resource = entry->kind == Handle::Kind::own || entry->kind == Handle::Kind::borrow;
    if (!resource || (type != nullptr && entry->type != type)) return mismatch(index);
    if (entry->lends != 0) return Error{.code = Errc::handle_lent};
    const Handle handle = *entry;
    instance.handles.remove(index);
    if (handle.kind == Handle::Kind::own) return destroy(world, *handle.type, handle.rep, caller);
    --handle.scope->borrows;
    return ok();
}

Status call_builtin(runtime::Caller&, void* context, Slot* slots)
{
    const BuiltinFunc& builtin = *static_cast<BuiltinFunc*>(context);
    const Definition& definition = *builtin.definition;
    Instance& instance = *builtin.instance;
    World& world = *instance.world;
    Scheduler& scheduler = *world.scheduler;
    const auto index = slots[0].as<uint32_t>();
    if (!instance.may_leave && !is_always_allowed(definition.builtin)) {
        return Error{.code = Errc::cannot_leave_component};
    }
    switch (definition.builtin) {
    case CanonBuiltin::resource_new: {
        Handle handle{.kind = Handle::Kind::own, .rep = index};
        handle.type = builtin.resource;
        WRT_TRY(const uint32_t made, instance.handles.add(world.handle_pool, handle));
        slots[0] = Slot::of(made);
        return ok();
    }
    case CanonBuiltin::resource_rep: {
        WRT_TRY(const Handle* const handle, instance.handles.get(index));
        if (handle->type != builtin.resource) return mismatch(index);
        slots[0] = Slot::of(handle->rep);
        return ok();
    }
    case CanonBuiltin::resource_drop:
        return drop_handle(world, instance, builtin.resource, index, &instance);
    case CanonBuiltin::task_return: return task_return(builtin, slots);
    case CanonBuiltin::task_cancel: return task_cancel(world);
    case CanonBuiltin::context_get:
        slots[0] =
            Slot::of(scheduler.current == nullptr ? 0u : scheduler.current->context[definition.a]);
        return ok();
    case CanonBuiltin::context_set:
        if (scheduler.current != nullptr) scheduler.current->context[definition.a] = index;
        return ok();
    case CanonBuiltin::backpressure_inc:
        if (instance.backpressure == max_backpressure) return Error{.code = async_errors::counter};
        ++instance.backpressure;
        return ok();
    case CanonBuiltin::backpressure_dec:
        if (instance.backpressure == 0) return Error{.code = async_errors::counter};
        --instance.backpressure;
        return ok();
    case CanonBuiltin::waitable_set_new: {
        WRT_TRY(WaitableSet* const set, scheduler.sets.take());
        Handle handle{.kind = Handle::Kind::waitable_set};
        handle.object = set;
        WRT_TRY(const uint32_t made, instance.handles.add(world.handle_pool, handle));
        slots[0] = Slot::of(made);
        return ok();
    }
    case CanonBuiltin::waitable_set_wait: return wait(builtin, slots, false);
    case CanonBuiltin::waitable_set_poll: return wait(builtin, slots, true);
    case CanonBuiltin::waitable_set_drop: return drop_set(instance, index);
    case CanonBuiltin::waitable_join: return join(instance, index, slots[1].as<uint32_t>());
    case CanonBuiltin::subtask_cancel: return cancel_subtask(builtin, slots);
    case CanonBuiltin::subtask_drop: return drop_subtask(instance, index);
    case CanonBuiltin::stream_new:
    case CanonBuiltin::future_new: return new_shared(world, instance, definition, slots);
    case CanonBuiltin::stream_read:
    case CanonBuiltin::stream_write:
    case CanonBuiltin::future_read:
    case CanonBuiltin::future_write:
        return copy(world, instance, definition, builtin.options, slots);
    case CanonBuiltin::stream_cancel_read:
    case CanonBuiltin::stream_cancel_write:
    case CanonBuiltin::future_cancel_read:
    case CanonBuiltin::future_cancel_write: return cancel_copy(world, instance, definition, slots);
    case CanonBuiltin::stream_drop_readable:
    case CanonBuiltin::stream_drop_writable:
    case CanonBuiltin::future_drop_readable:
    case CanonBuiltin::future_drop_writable: return drop_end(world, instance, definition, index);
    case CanonBuiltin::error_context_new: {
        WRT_TRY(const uint32_t made,
                instance.handles.add(world.handle_pool, {.kind = Handle::Kind::error_context}));
        slots[0] = Slot::of(made);
        return ok();
    }
    case CanonBuiltin::error_context_debug_message: return debug_message(builtin, slots);
    case CanonBuiltin::error_context_drop:
        WRT_CHECK(check_error_context(instance, index));
        instance.handles.remove(index);
        return ok();
    case CanonBuiltin::thread_index:
    case CanonBuiltin::thread_new_indirect:
    case CanonBuiltin::thread_resume_later:
    case CanonBuiltin::thread_suspend:
    case CanonBuiltin::thread_yield:
    case CanonBuiltin::thread_suspend_then_resume:
    case CanonBuiltin::thread_yield_then_resume:
    case CanonBuiltin::thread_suspend_then_promote:
    case CanonBuiltin::thread_yield_then_promote: return call_thread_builtin(builtin, slots);
    }
    WRT_UNREACHABLE();
}

}  // namespace wrt::component
