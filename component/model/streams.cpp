// Streams and futures: two ends, and a copy when a buffer is at each.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#stream-state
#include "model/async.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "model/async_errors.hpp"

namespace wrt::component {

namespace {

using decoder::CanonBuiltin;

constexpr uint32_t max_length = (1u << 28) - 1;

bool is_number(const Shared& shared)
{
    if (shared.element.is_none()) return true;
    const ComponentValType plain = shared.types->types().plain(shared.element);
    return plain.is_primitive() && plain.primitive() >= PrimitiveType::s8 &&
           plain.primitive() <= PrimitiveType::f64;
}

decoder::ValueLayout layout_of(const Shared& shared)
{
    return shared.types->types().layout_of(shared.element);
}

void notify(CopyEnd& end, CopyResult result)
{
    end.result = result;
    end.has_event = true;
}

/// The waiting end is told what became of its buffer, and waits no more.
void notify_pending(Shared& shared, CopyResult result)
{
    notify(*std::exchange(shared.pending, nullptr), result);
}

void set_pending(Shared& shared, CopyEnd& end, Instance& instance)
{
    shared.pending = &end;
    shared.pending_instance = &instance;
}

/// Moves `count` elements from the writable end's buffer to the readable end's.
Status move(World& world, CopyEnd& from, CopyEnd& to, uint32_t count)
{
    Shared& shared = *from.shared;
    if (!shared.element.is_none()) {
        const uint32_t size = layout_of(shared).size;
        if (is_number(shared)) {
            // The buffers may be of one memory.
            std::memmove(to.side.bytes().data() + to.at + size_t{to.progress} * size,
                         from.side.bytes().data() + from.at + size_t{from.progress} * size,
                         size_t{count} * size);
            from.progress += count;
            to.progress += count;
            return ok();
        }
        Task task;
        Lends lends;
        Transfer transfer{world, *shared.types, task, lends};
        for (uint32_t i = 0; i < count; ++i) {
            WRT_CHECK(transfer.run(shared.element, from.side,
                                   {from.at + (from.progress + i) * size, false}, to.side,
                                   {to.at + (to.progress + i) * size, false}));
        }
    }
    from.progress += count;
    to.progress += count;
    return ok();
}

/// A buffer comes to an end of a stream or future.
Status arrive(World& world, CopyEnd& end, Instance& instance)
{
    Shared& shared = *end.shared;
    if (shared.dropped) {
        notify(end, CopyResult::dropped);
        return ok();
    }
    if (shared.pending == nullptr) {
        set_pending(shared, end, instance);
        return ok();
    }
    CopyEnd& other = *shared.pending;
    // A temporary rule of the specification.
    if (shared.pending_instance == &instance && !is_number(shared)) {
        return Error{.code = async_errors::same_component};
    }
    CopyEnd& from = end.readable ? other : end;
    CopyEnd& to = end.readable ? end : other;
    if (shared.future) {
        WRT_CHECK(move(world, from, to, 1));
        notify_pending(shared, CopyResult::completed);
        notify(end, CopyResult::completed);
        return ok();
    }
    if (other.remain() > 0) {
        if (end.remain() > 0) {
            WRT_CHECK(move(world, from, to, std::min(end.remain(), other.remain())));
            // It keeps its buffer until it is told.
            notify(other, CopyResult::completed);
        }
        notify(end, CopyResult::completed);
        return ok();
    }
    if (!end.readable && end.length == 0 && other.length == 0) {
        notify(end, CopyResult::completed);
        return ok();
    }
    notify_pending(shared, CopyResult::completed);
    set_pending(shared, end, instance);
    return ok();
}

Handle::Kind kind_of_end(const Definition& definition, bool readable)
{
    const bool stream = definition.builtin < CanonBuiltin::future_new;
    if (stream) return readable ? Handle::Kind::stream_readable : Handle::Kind::stream_writable;
    return readable ? Handle::Kind::future_readable : Handle::Kind::future_writable;
}

/// The end with that index, of the kind and type that the built-in is for.
Result<CopyEnd*> end_at(Instance& instance, const Definition& definition, bool readable,
                        uint32_t index)
{
    WRT_TRY(Handle* const handle, instance.handles.get(index));
    const Error mismatch{
        .code = Errc::handle_type_mismatch, .detail = Detail::index, .actual = index};
    if (handle->kind != kind_of_end(definition, readable)) return mismatch;
    auto* const end = static_cast<CopyEnd*>(handle->object);
    const ComponentTypes& types = instance.types();
    const auto element = ComponentValType::of_bits(types[definition.a].a);
    if (!same_type(*end->shared->types, end->shared->element, instance, element)) return mismatch;
    return end;
}

Errc busy_error(const CopyEnd& end)
{
    if (end.state != CopyEnd::State::done) return async_errors::busy;
    return end.shared->future ? async_errors::future_over : async_errors::stream_over;
}

}  // namespace

bool same_type(const Instance& left, ComponentValType left_type, const Instance& right,
               ComponentValType right_type)
{
    const ComponentTypes& types = left.types();
    const ComponentTypes& others = right.types();
    left_type = types.plain(left_type);
    right_type = others.plain(right_type);
    if (!left_type.is_node() || !right_type.is_node()) return left_type == right_type;
    if (&types == &others && left_type == right_type) return true;
    const ComponentTypeNode& node = types[left_type.node()];
    const ComponentTypeNode& other = others[right_type.node()];
    if (node.kind != other.kind || node.count != other.count) return false;
    if (node.kind == ComponentTypeKind::own) {
        return left.resource_of(node.a) == right.resource_of(other.a);
    }
    // What is in it is checked when it is moved: handles for their types, values for their form.
    return node.layout.size == other.layout.size && node.layout.align == other.layout.align &&
           node.layout.flat_count == other.layout.flat_count &&
           node.effective_size == other.effective_size;
}

Status new_shared(World& world, Instance& instance, const Definition& definition, Slot* slots)
{
    Scheduler& scheduler = *world.scheduler;
    WRT_TRY(Shared* const shared, scheduler.shared.take());
    shared->types = &instance;
    shared->element = ComponentValType::of_bits(instance.types()[definition.a].a);
    shared->future = definition.builtin == CanonBuiltin::future_new;
    uint64_t packed = 0;
    for (const bool readable : {true, false}) {
        WRT_TRY(CopyEnd* const end, scheduler.ends.take());
        end->kind = Waitable::Kind::end;
        end->shared = shared;
        end->readable = readable;
        end->holder = &instance;
        Handle handle{.kind = kind_of_end(definition, readable)};
        handle.object = end;
        WRT_TRY(end->index, instance.handles.add(world.handle_pool, handle));
        packed |= uint64_t{end->index} << (readable ? 0 : 32);
    }
    slots[0] = Slot::of(packed);
    return ok();
}

Status copy(World& world, Instance& instance, const Definition& definition,
            const CanonicalOptions& options, Slot* slots)
{
    const bool stream = definition.builtin < CanonBuiltin::future_new;
    const bool readable = definition.builtin == CanonBuiltin::stream_read ||
                          definition.builtin == CanonBuiltin::future_read;
    WRT_TRY(CopyEnd* const end, end_at(instance, definition, readable, slots[0].as<uint32_t>()));
    if (end->state != CopyEnd::State::idle) return Error{.code = busy_error(*end)};
    if (end->set != nullptr && !options.async) return Error{.code = async_errors::in_set};
    end->at = slots[1].as<uint32_t>();
    end->length = stream ? slots[2].as<uint32_t>() : 1;
    end->progress = 0;
    end->side = {.instance = &instance,
                 .memory = options.memory,
                 .host = nullptr,
                 .realloc = options.realloc,
                 .encoding = options.encoding,
                 .flat = {}};
    if (end->length > max_length) return Error{.code = Errc::transfer_too_large};
    if (!end->shared->element.is_none() && end->length > 0) {
        const decoder::ValueLayout layout = layout_of(*end->shared);
        WRT_CHECK(check_range(end->side, end->at, uint64_t{layout.size} * end->length, layout.align,
                              Errc::list_out_of_bounds));
    }
    end->state = CopyEnd::State::copying;
    WRT_CHECK(arrive(world, *end, instance));
    if (!end->has_event) {
        if (options.async) {
            slots[0] = Slot::of(blocked_result);
            return ok();
        }
        end->has_sync_waiter = true;
        WRT_CHECK(wait_for_event(world, *end));
        end->has_sync_waiter = false;
    }
    slots[0] = Slot::of(take_event(world, *end).second);
    return ok();
}

Event take_copy_event(CopyEnd& end)
{
    end.has_event = false;
    Shared& shared = *end.shared;
    // The buffer is given back now.
    if (shared.pending == &end) shared.pending = nullptr;
    const bool over =
        end.result == CopyResult::dropped || (shared.future && end.result == CopyResult::completed);
    end.state = over ? CopyEnd::State::done : CopyEnd::State::idle;
    const auto result = static_cast<uint32_t>(end.result);
    const auto code = static_cast<EventCode>(
        static_cast<uint32_t>(shared.future ? EventCode::future_read : EventCode::stream_read) +
        (end.readable ? 0 : 1));
    return {code, end.index, shared.future ? result : result | end.progress << 4};
}

Status cancel_copy(World& world, Instance& instance, const Definition& definition, Slot* slots)
{
    const bool readable = definition.builtin == CanonBuiltin::stream_cancel_read ||
                          definition.builtin == CanonBuiltin::future_cancel_read;
    const bool async = definition.flags != 0;
    WRT_TRY(CopyEnd* const end, end_at(instance, definition, readable, slots[0].as<uint32_t>()));
    if (end->state != CopyEnd::State::copying || end->has_sync_waiter) {
        return Error{.code = async_errors::not_copying};
    }
    if (end->set != nullptr && !async) return Error{.code = async_errors::in_set};
    end->state = CopyEnd::State::cancelling;
    if (!end->has_event) {
        notify_pending(*end->shared, CopyResult::cancelled);
    } else if (!end->shared->future && end->result == CopyResult::completed) {
        // What was copied before is told with the cancellation.
        end->result = CopyResult::cancelled;
    }
    slots[0] = Slot::of(take_event(world, *end).second);
    return ok();
}

Status drop_end(World& world, Instance& instance, const Definition& definition, uint32_t index)
{
    const bool readable = definition.builtin == CanonBuiltin::stream_drop_readable ||
                          definition.builtin == CanonBuiltin::future_drop_readable;
    WRT_TRY(CopyEnd* const end, end_at(instance, definition, readable, index));
    Shared& shared = *end->shared;
    if (shared.future && !readable && end->state != CopyEnd::State::done) {
        return Error{.code = end->copying() ? async_errors::busy : async_errors::future_unwritten};
    }
    if (end->copying()) return Error{.code = async_errors::busy};
    instance.handles.remove(index);
    free_end(world, *end);
    return ok();
}

void free_end(World& world, CopyEnd& end)
{
    Shared& shared = *end.shared;
    if (shared.pending == &end) shared.pending = nullptr;
    if (!shared.dropped) {
        shared.dropped = true;
        if (shared.pending != nullptr) notify_pending(shared, CopyResult::dropped);
    }
    if (end.set != nullptr) end.set->remove(end);
    world.scheduler->ends.give(&end);
    if (--shared.ends == 0) world.scheduler->shared.give(&shared);
}

}  // namespace wrt::component
