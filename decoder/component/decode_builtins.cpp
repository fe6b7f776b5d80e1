// Canonical definitions that are functions of the component model itself.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#canonical-definitions
#include "component/component_decoder.hpp"
#include "value_types.hpp"

#include <wrt/foundation/limits.hpp>

namespace wrt::decoder {

namespace {

constexpr ValType i32 = ValType::i32;
constexpr ValType i64 = ValType::i64;
constexpr uint32_t context_slots = 2;

}  // namespace

Status ComponentDecoder::define_builtin(const Definition& definition,
                                        std::initializer_list<ValType> params,
                                        std::initializer_list<ValType> results)
{
    return define_core_function(definition, {params.begin(), params.size()},
                                {results.begin(), results.size()});
}

/// The node of a stream or future type, out of a type index.
Result<uint32_t> ComponentDecoder::decode_typed_index(ComponentTypeKind kind)
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint32_t index, decode_index(Sort::type));
    const uint32_t node = resolve(entry(Sort::type, index));
    if (nodes_[node].kind == kind) return node;
    return Error{.code = kind == ComponentTypeKind::stream ? Errc::not_a_stream_type
                                                           : Errc::not_a_future_type,
                 .offset = offset};
}

Status ComponentDecoder::decode_builtin(uint8_t code, uint32_t offset)
{
    const auto builtin = static_cast<CanonBuiltin>(code);
    Definition definition{.kind = Definition::Kind::builtin, .builtin = builtin};
    switch (builtin) {
    case CanonBuiltin::resource_new:
    case CanonBuiltin::resource_rep: {
        const uint32_t place = reader().offset();
        WRT_TRY(definition.a, decode_resource_index());
        const ResourceType& resource = resources_[nodes_[resolve(definition.a)].a];
        if (!resource.local || resource.scope != top().serial) {
            return Error{.code = Errc::not_a_local_resource, .offset = place};
        }
        return define_builtin(definition, {i32}, {i32});
    }
    case CanonBuiltin::resource_drop: {
        WRT_TRY(definition.a, decode_resource_index());
        return define_builtin(definition, {i32}, {});
    }
    case CanonBuiltin::task_return: return decode_task_return(definition);
    case CanonBuiltin::task_cancel:
    case CanonBuiltin::backpressure_inc:
    case CanonBuiltin::backpressure_dec: return define_builtin(definition, {}, {});
    case CanonBuiltin::context_get:
    case CanonBuiltin::context_set: {
        const uint32_t place = reader().offset();
        WRT_TRY(const ValType type, decoder::decode_value_type(reader(), options_.features));
        WRT_TRY(definition.a, reader().u32());
        if (type != i32 || definition.a >= context_slots) {
            return Error{.code = Errc::invalid_context_slot, .offset = place};
        }
        if (builtin == CanonBuiltin::context_get) return define_builtin(definition, {}, {i32});
        return define_builtin(definition, {i32}, {});
    }
    case CanonBuiltin::subtask_cancel: {
        WRT_TRY(const bool async, decode_flag());
        definition.flags = async ? 1 : 0;
        return define_builtin(definition, {i32}, {i32});
    }
    case CanonBuiltin::subtask_drop:
    case CanonBuiltin::waitable_set_drop:
    case CanonBuiltin::error_context_drop: return define_builtin(definition, {i32}, {});
    case CanonBuiltin::stream_new:
    case CanonBuiltin::future_new: {
        WRT_TRY(definition.a, decode_typed_index(builtin == CanonBuiltin::stream_new
                                                     ? ComponentTypeKind::stream
                                                     : ComponentTypeKind::future));
        return define_builtin(definition, {}, {i64});
    }
    case CanonBuiltin::stream_read:
    case CanonBuiltin::stream_write:
    case CanonBuiltin::future_read:
    case CanonBuiltin::future_write: return decode_copy(definition);
    case CanonBuiltin::stream_cancel_read:
    case CanonBuiltin::stream_cancel_write:
    case CanonBuiltin::future_cancel_read:
    case CanonBuiltin::future_cancel_write: {
        WRT_TRY(definition.a,
                decode_typed_index(builtin < CanonBuiltin::future_new ? ComponentTypeKind::stream
                                                                      : ComponentTypeKind::future));
        WRT_TRY(const bool async, decode_flag());
        definition.flags = async ? 1 : 0;
        return define_builtin(definition, {i32}, {i32});
    }
    case CanonBuiltin::stream_drop_readable:
    case CanonBuiltin::stream_drop_writable:
    case CanonBuiltin::future_drop_readable:
    case CanonBuiltin::future_drop_writable: {
        WRT_TRY(definition.a,
                decode_typed_index(builtin < CanonBuiltin::future_new ? ComponentTypeKind::stream
                                                                      : ComponentTypeKind::future));
        return define_builtin(definition, {i32}, {});
    }
    case CanonBuiltin::error_context_new:
    case CanonBuiltin::error_context_debug_message: {
        WRT_TRY(const CanonOptions options, decode_options());
        if (options.async) return fail(Errc::misplaced_canon_option);
        const bool reads = builtin == CanonBuiltin::error_context_debug_message;
        if (options.memory == no_index || (reads && options.realloc == no_index)) {
            return fail(Errc::canon_option_required);
        }
        WRT_CHECK(canon_options_.push(options));
        definition.options = canon_options_.size() - 1;
        if (reads) return define_builtin(definition, {i32, i32}, {});
        return define_builtin(definition, {i32, i32}, {i32});
    }
    case CanonBuiltin::waitable_set_new: return define_builtin(definition, {}, {i32});
    case CanonBuiltin::waitable_set_wait:
    case CanonBuiltin::waitable_set_poll: {
        WRT_TRY(const bool cancellable, decode_flag());
        definition.flags = cancellable ? 1 : 0;
        WRT_TRY(definition.a, decode_index(Sort::core_memory));
        return define_builtin(definition, {i32, i32}, {i32});
    }
    case CanonBuiltin::waitable_join: return define_builtin(definition, {i32, i32}, {});
    case CanonBuiltin::thread_index: return define_builtin(definition, {}, {i32});
    case CanonBuiltin::thread_new_indirect: return decode_new_thread(definition);
    case CanonBuiltin::thread_resume_later: return define_builtin(definition, {i32}, {});
    case CanonBuiltin::thread_suspend:
    case CanonBuiltin::thread_yield:
    case CanonBuiltin::thread_suspend_then_resume:
    case CanonBuiltin::thread_yield_then_resume:
    case CanonBuiltin::thread_suspend_then_promote:
    case CanonBuiltin::thread_yield_then_promote: {
        WRT_TRY(const bool cancellable, decode_flag());
        definition.flags = cancellable ? 1 : 0;
        if (builtin == CanonBuiltin::thread_suspend || builtin == CanonBuiltin::thread_yield) {
            return define_builtin(definition, {}, {i32});
        }
        return define_builtin(definition, {i32}, {i32});
    }
    }
    // The three of shared-everything threads, a gated feature.
    if (code >= 0x40 && code <= 0x42) return fail(Errc::shared_threads_unsupported);
    return fail_byte(Errc::malformed_canonical_function, offset, code);
}

Status ComponentDecoder::decode_task_return(Definition definition)
{
    WRT_TRY(const ComponentValType result, decode_result_list());
    WRT_TRY(const CanonOptions options, decode_options());
    if (options.async || options.realloc != no_index || options.post_return != no_index) {
        return fail(Errc::misplaced_canon_option);
    }
    constexpr uint32_t max_flat_params = 16;
    const uint32_t flat_count = layout_of(result).flat_count;
    const bool points = (flags_of(result) & ComponentTypeNode::has_pointer) != 0;
    if ((points || flat_count > max_flat_params) && options.memory == no_index) {
        return fail(Errc::canon_option_required);
    }
    FlatTypes params;
    if (flat_count > max_flat_params) {
        params.add(i32);
    } else {
        WRT_CHECK(flatten(result, params));
    }
    WRT_CHECK(canon_options_.push(options));
    definition.a = result.bits();
    definition.options = canon_options_.size() - 1;
    return define_core_function(definition, params.span(), {});
}

/// stream.read, stream.write, future.read and future.write.
Status ComponentDecoder::decode_copy(Definition definition)
{
    const bool stream = definition.builtin < CanonBuiltin::future_new;
    const bool reads = definition.builtin == CanonBuiltin::stream_read ||
                       definition.builtin == CanonBuiltin::future_read;
    WRT_TRY(definition.a,
            decode_typed_index(stream ? ComponentTypeKind::stream : ComponentTypeKind::future));
    WRT_TRY(const CanonOptions options, decode_options());
    if (options.post_return != no_index || options.callback != no_index) {
        return fail(Errc::misplaced_canon_option);
    }
    const ComponentValType element = ComponentValType::of_bits(nodes_[definition.a].a);
    const bool points = (flags_of(element) & ComponentTypeNode::has_pointer) != 0;
    if ((!element.is_none() && options.memory == no_index) ||
        (points && reads && options.realloc == no_index)) {
        return fail(Errc::canon_option_required);
    }
    WRT_CHECK(canon_options_.push(options));
    definition.options = canon_options_.size() - 1;
    if (stream) return define_builtin(definition, {i32, i32, i32}, {i32});
    return define_builtin(definition, {i32, i32}, {i32});
}

Status ComponentDecoder::decode_new_thread(Definition definition)
{
    const uint32_t place = reader().offset();
    WRT_TRY(const uint32_t index, decode_index(Sort::core_type));
    const uint32_t type = entry(Sort::core_type, index);
    if ((type & module_type_flag) != 0 || !core_.is_function(type)) {
        return Error{.code = Errc::type_mismatch, .offset = place};
    }
    const std::array params{i32};
    WRT_CHECK(check_signature(type, params, {}, Errc::type_mismatch));
    const uint32_t table_place = reader().offset();
    WRT_TRY(definition.b, decode_index(Sort::core_table));
    const CoreExternType& table = core_items_[entry(Sort::core_table, definition.b)];
    if (!core_.types().is_subtype(table.value, ValType::funcref) || table.limits.is64) {
        return Error{.code = Errc::type_mismatch, .offset = table_place};
    }
    definition.a = type;
    return define_builtin(definition, {i32, i32}, {i32});
}

}  // namespace wrt::decoder
