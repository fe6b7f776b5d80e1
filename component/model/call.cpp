// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canon-lift
// and #canon-lower
#include "model/call.hpp"

#include <algorithm>

#include <wrt/runtime/host.hpp>

namespace wrt::component {

namespace {

constexpr uint32_t max_flat_params = 16;
constexpr uint32_t max_flat_results = 1;

bool is_ancestor(const Instance& instance, const Instance* of)
{
    for (; of != nullptr; of = of->parent) {
        if (of == &instance) return true;
    }
    return false;
}

/// Calls `visit` for the instances that a call from `caller` enters ("entering_set").
template <class Visit>
void visit_entered(Instance& callee, const Instance* caller, Visit&& visit)
{
    for (Instance* instance = &callee; instance != nullptr; instance = instance->parent) {
        if (!is_ancestor(*instance, caller)) visit(*instance);
    }
}

Status enter(Instance& callee, const Instance* caller)
{
    bool may = true;
    visit_entered(callee, caller, [&may](Instance& instance) { may = may && instance.may_enter; });
    if (!may) return Error{.code = Errc::cannot_enter_component};
    visit_entered(callee, caller, [](Instance& instance) { instance.may_enter = false; });
    return ok();
}

/// Only after a call that did not trap: what trapped is never entered again.
void leave(Instance& callee, const Instance* caller)
{
    visit_entered(callee, caller, [](Instance& instance) { instance.may_enter = true; });
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

Side side_of(Instance& instance, const CanonicalOptions& options, std::span<Slot> flat)
{
    return {.instance = &instance,
            .memory = options.memory,
            .host = nullptr,
            .realloc = options.realloc,
            .encoding = options.encoding,
            .flat = flat};
}

}  // namespace

Status call_function(World& world, const Func& func, Instance* caller, Side& side, Place args,
                     Place result)
{
    Instance& callee = *func.instance;
    const ComponentTypes& types = callee.types();
    const ComponentTypeNode& type = types[func.type];
    const auto params = types.fields_of(type);
    const auto result_type = ComponentValType::of_bits(type.a);
    if (func.options.async) return Error{.code = Errc::component_async_unsupported};

    WRT_CHECK(enter(callee, caller));
    Task task{.instance = &callee};
    Lends lends;
    Transfer transfer{world, callee, task, lends};

    // Arguments, into flat values or a tuple in the callee's memory.
    std::array<Slot, max_flat_params> flat{};
    Side callee_side = side_of(callee, func.options, flat);
    if (flat_count_of(types, params) <= max_flat_params) {
        WRT_CHECK(transfer.run_fields(params, side, args, callee_side, {0, true}));
    } else {
        const decoder::ValueLayout tuple = tuple_layout(types, params);
        WRT_TRY(const uint32_t at, transfer.allocate(callee_side, tuple.align, tuple.size));
        WRT_CHECK(transfer.run_fields(params, side, args, callee_side, {at, false}));
        flat[0] = Slot::of(at);
    }

    std::array<Slot, max_flat_params> window = flat;
    WRT_CHECK(call_core(world, *func.core, window));
    const Slot core_result = window[0];

    if (task.borrows != 0) return Error{.code = Errc::borrows_remain};
    if (!result_type.is_none()) {
        const decoder::ValueLayout layout = types.layout_of(result_type);
        flat[0] = core_result;
        Place source{0, true};
        if (layout.flat_count > max_flat_results) {
            source = {core_result.as<uint32_t>(), false};
            WRT_CHECK(check_range(callee_side, source.at, layout.size, layout.align,
                                  Errc::result_out_of_bounds));
        }
        if (!result.flat) {
            WRT_CHECK(check_range(side, result.at, layout.size, layout.align,
                                  Errc::result_out_of_bounds));
        }
        WRT_CHECK(transfer.run(result_type, callee_side, source, side, result));
    }
    if (func.options.post_return != nullptr) {
        callee.may_leave = false;
        window[0] = core_result;
        WRT_CHECK(call_core(world, *func.options.post_return, window));
        callee.may_leave = true;
    }
    leave(callee, caller);
    lends.release(world.lend_pool);
    return ok();
}

Status call_lowered(runtime::Caller&, void* context, Slot* slots)
{
    const LoweredFunc& lowered = *static_cast<LoweredFunc*>(context);
    Instance& caller = *lowered.caller;
    if (!caller.may_leave) return Error{.code = Errc::cannot_leave_component};
    if (lowered.options.async) return Error{.code = Errc::component_async_unsupported};

    // Copied out, since the result is written over them.
    std::array<Slot, max_flat_params + 1> flat{};
    std::copy_n(slots, lowered.core_params, flat.begin());
    Side side = side_of(caller, lowered.options, flat);

    const Func& callee = *lowered.callee;
    const ComponentTypes& types = callee.instance->types();
    const ComponentTypeNode& type = types[callee.type];
    const auto params = types.fields_of(type);
    Place args{0, true};
    if (flat_count_of(types, params) > max_flat_params) {
        const decoder::ValueLayout tuple = tuple_layout(types, params);
        args = {flat[0].as<uint32_t>(), false};
        WRT_CHECK(check_range(side, args.at, tuple.size, tuple.align, Errc::params_out_of_bounds));
    }
    const auto result_type = ComponentValType::of_bits(type.a);
    const uint32_t flat_results = types.layout_of(result_type).flat_count;
    Place result{0, true};
    if (flat_results > max_flat_results) {
        result = {flat[lowered.core_params - 1].as<uint32_t>(), false};
    }
    WRT_CHECK(call_function(*caller.world, callee, &caller, side, args, result));
    if (flat_results == 1) slots[0] = flat[0];
    return ok();
}

/// "canon_resource_drop": the destructor is lifted from the instance that defined the resource.
Status destroy(World& world, ResourceType& type, uint32_t rep, Instance* caller)
{
    WRT_CHECK(enter(*type.impl, caller));
    if (type.destructor != nullptr) {
        std::array<Slot, 1> window{Slot::of(rep)};
        WRT_CHECK(call_core(world, *type.destructor, window));
    }
    leave(*type.impl, caller);
    return ok();
}

namespace {

Status drop_handle(World& world, Instance& instance, const ResourceType* type, uint32_t index,
                   Instance* caller)
{
    WRT_TRY(const Handle* const entry, instance.handles.get(index));
    if (type != nullptr && entry->type != type) {
        return Error{.code = Errc::handle_type_mismatch, .detail = Detail::index, .actual = index};
    }
    if (entry->lends != 0) return Error{.code = Errc::handle_lent};
    const Handle handle = *entry;
    instance.handles.remove(index);
    if (handle.kind == Handle::Kind::own) return destroy(world, *handle.type, handle.rep, caller);
    --handle.scope->borrows;
    return ok();
}

}  // namespace

Status call_builtin(runtime::Caller&, void* context, Slot* slots)
{
    const BuiltinFunc& builtin = *static_cast<BuiltinFunc*>(context);
    Instance& instance = *builtin.instance;
    World& world = *instance.world;
    const auto index = slots[0].as<uint32_t>();
    const decoder::CanonBuiltin code = builtin.definition->builtin;
    if (code == decoder::CanonBuiltin::resource_new) {
        if (!instance.may_leave) return Error{.code = Errc::cannot_leave_component};
        WRT_TRY(const uint32_t made,
                instance.handles.add(world.handle_pool, {.kind = Handle::Kind::own,
                                                         .rep = index,
                                                         .lends = 0,
                                                         .type = builtin.resource,
                                                         .scope = nullptr}));
        slots[0] = Slot::of(made);
        return ok();
    }
    if (code == decoder::CanonBuiltin::resource_rep) {
        WRT_TRY(const Handle* const handle, instance.handles.get(index));
        if (handle->type != builtin.resource) {
            return Error{
                .code = Errc::handle_type_mismatch, .detail = Detail::index, .actual = index};
        }
        slots[0] = Slot::of(handle->rep);
        return ok();
    }
    if (code == decoder::CanonBuiltin::resource_drop) {
        if (!instance.may_leave) return Error{.code = Errc::cannot_leave_component};
        return drop_handle(world, instance, builtin.resource, index, &instance);
    }
    // Nothing of the component model may be called while a value is allocated or given back.
    const bool always = code == decoder::CanonBuiltin::context_get ||
                        code == decoder::CanonBuiltin::context_set ||
                        code == decoder::CanonBuiltin::backpressure_inc ||
                        code == decoder::CanonBuiltin::backpressure_dec;
    if (!always && !instance.may_leave) return Error{.code = Errc::cannot_leave_component};
    return Error{.code = Errc::component_async_unsupported};
}

decoder::ValueLayout params_layout(const FuncType& type) noexcept
{
    return tuple_layout(type.types, type.params());
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
    if (args % tuple.align != 0 || args > memory.bytes().size() ||
        tuple.size > memory.bytes().size() - args) {
        return Error{.code = Errc::invalid_argument};
    }
    if (!type.result().is_none()) {
        const decoder::ValueLayout layout = type.types.layout_of(type.result());
        if (!check_range(side, result, layout.size, layout.align, Errc::invalid_argument)) {
            return Error{.code = Errc::invalid_argument};
        }
    }
    return call_function(world, func, nullptr, side, {args, false}, {result, false});
}

Status drop_host_handle(World& world, uint32_t handle) noexcept
{
    return drop_handle(world, world.host, nullptr, handle, nullptr);
}

}  // namespace wrt::component
