// The canonical built-ins of threads.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#-canon-threadindex
#include "model/async.hpp"
#include "model/async_errors.hpp"
#include "model/call.hpp"

namespace wrt::component {

namespace {

using decoder::CanonBuiltin;

/// thread.new-indirect
Status new_thread(const BuiltinFunc& builtin, Slot* slots)
{
    World& world = *builtin.instance->world;
    Task* const task = world.scheduler->current_task();
    if (task == nullptr) return Error{.code = async_errors::cannot_block};
    const runtime::TableInstance& table = *builtin.table;
    const auto element = slots[0].as<uint32_t>();
    if (element >= table.size) {
        return Error{.code = Errc::undefined_element, .detail = Detail::index, .actual = element};
    }
    const runtime::Ref ref{table.elements[element].bits};
    if (ref.is_null()) return Error{.code = Errc::uninitialized_element};
    FuncInstance& func = *ref.as_func();
    const runtime::RegisteredType& type = world.store->types()[func.type];
    const bool fits =
        type.params().size() == 1 && type.params()[0] == ValType::i32 && type.results().empty();
    if (!fits) return Error{.code = Errc::indirect_call_type_mismatch};
    WRT_TRY(const uint32_t index, new_thread(world, *task, func, slots[1].as<uint32_t>()));
    slots[0] = Slot::of(index);
    return ok();
}

Status suspend(const BuiltinFunc& builtin, Slot* slots)
{
    World& world = *builtin.instance->world;
    bool cancelled = deliver_cancel(world, builtin.definition->flags != 0);
    if (!cancelled) {
        WRT_TRY(cancelled, wait_until(world, {}, builtin.definition->flags != 0));
    }
    slots[0] = Slot::of(cancelled ? 1u : 0u);
    return ok();
}

Status yield(const BuiltinFunc& builtin, Slot* slots)
{
    World& world = *builtin.instance->world;
    bool cancelled = deliver_cancel(world, builtin.definition->flags != 0);
    if (!cancelled) {
        WRT_TRY(cancelled, yield(world, builtin.definition->flags != 0));
    }
    slots[0] = Slot::of(cancelled ? 1u : 0u);
    return ok();
}

/// thread.suspend-then-resume and its like.
Status switch_to(const BuiltinFunc& builtin, Slot* slots)
{
    World& world = *builtin.instance->world;
    Scheduler& scheduler = *world.scheduler;
    const CanonBuiltin code = builtin.definition->builtin;
    const bool yields = code == CanonBuiltin::thread_yield_then_resume ||
                        code == CanonBuiltin::thread_yield_then_promote;
    const bool promotes = code == CanonBuiltin::thread_suspend_then_promote ||
                          code == CanonBuiltin::thread_yield_then_promote;
    WRT_TRY(Thread* const other, thread_at(*builtin.instance, slots[0].as<uint32_t>()));
    if (!promotes && other->waits != Thread::Waits::suspended)
        return Error{.code = Errc::thread_not_suspended};
    if (promotes && !is_ready(*other))
        return yields ? yield(builtin, slots) : suspend(builtin, slots);
    bool cancelled = deliver_cancel(world, builtin.definition->flags != 0);
    if (!cancelled) {
        if (promotes) promote(scheduler, *other);
        WRT_TRY(cancelled, wait_until(world, yields ? Ready::now() : Ready{},
                                      builtin.definition->flags != 0, other));
    }
    slots[0] = Slot::of(cancelled ? 1u : 0u);
    return ok();
}

Status resume_later(const BuiltinFunc& builtin, uint32_t index)
{
    WRT_TRY(Thread* const thread, thread_at(*builtin.instance, index));
    if (thread->waits != Thread::Waits::suspended) return Error{.code = Errc::thread_not_suspended};
    resume_later(*builtin.instance->world, *thread);
    return ok();
}

}  // namespace

Status call_thread_builtin(const BuiltinFunc& builtin, Slot* slots)
{
    const CanonBuiltin code = builtin.definition->builtin;
    if (code == CanonBuiltin::thread_index) {
        const Thread* const current = builtin.instance->world->scheduler->current;
        if (current == nullptr) return Error{.code = Errc::unknown_thread};
        slots[0] = Slot::of(current->index);
        return ok();
    }
    if (code == CanonBuiltin::thread_new_indirect) return new_thread(builtin, slots);
    if (code == CanonBuiltin::thread_resume_later)
        return resume_later(builtin, slots[0].as<uint32_t>());
    if (code == CanonBuiltin::thread_suspend) return suspend(builtin, slots);
    if (code == CanonBuiltin::thread_yield) return yield(builtin, slots);
    return switch_to(builtin, slots);
}

}  // namespace wrt::component
