// Canonical definitions: lift, lower and their options. What they flatten to has to be what the
// core function has.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canonical-definitions
#include "component/component_decoder.hpp"

#include <wrt/foundation/limits.hpp>

#include <algorithm>
#include <iterator>

namespace wrt::decoder {

namespace {

constexpr uint32_t max_flat_params = 16;
constexpr uint32_t max_flat_async_params = 4;
constexpr uint32_t max_flat_results = 1;

ValType joined(ValType left, ValType right)
{
    if (left.is_bot() || left == right) return right;
    const auto is_32 = [](ValType type) { return type == ValType::i32 || type == ValType::f32; };
    return is_32(left) && is_32(right) ? ValType::i32 : ValType::i64;
}

ValType flat_primitive(PrimitiveType type)
{
    switch (type) {
    case PrimitiveType::s64:
    case PrimitiveType::u64: return ValType::i64;
    case PrimitiveType::f32: return ValType::f32;
    case PrimitiveType::f64: return ValType::f64;
    case PrimitiveType::bool_:
    case PrimitiveType::s8:
    case PrimitiveType::u8:
    case PrimitiveType::s16:
    case PrimitiveType::u16:
    case PrimitiveType::s32:
    case PrimitiveType::u32:
    case PrimitiveType::char_:
    case PrimitiveType::string:
    case PrimitiveType::error_context: return ValType::i32;
    }
    WRT_UNREACHABLE();
}

}  // namespace

/// Appends what a type flattens to ("flatten_type"). The caller has seen that there is room.
Status ComponentDecoder::flatten(ComponentValType root, FlatTypes& flat)
{
    struct Item {
        uint32_t bits;
        uint32_t place;
    };
    // Payloads of a variant share places, so each type is put where it goes and joined with what is
    // there.
    work_.clear();
    const auto push = [this](uint32_t bits, uint32_t place) -> Status {
        if (ComponentValType::of_bits(bits).is_none()) return ok();
        WRT_CHECK(work_.push(place));
        return work_.push(bits);
    };
    const auto put = [&flat](uint32_t place, ValType type) {
        flat.types[place] = joined(flat.types[place], type);
        flat.size = std::max(flat.size, place + 1);
    };
    WRT_CHECK(push(root.bits(), flat.size));
    while (!work_.empty()) {
        const ComponentValType type = ComponentValType::of_bits(work_.pop());
        uint32_t place = work_.pop();
        const auto pointer_and_length = [&] {
            put(place, ValType::i32);
            put(place + 1, ValType::i32);
        };
        if (type.is_primitive()) {
            if (type.primitive() == PrimitiveType::string) {
                pointer_and_length();
            } else {
                put(place, flat_primitive(type.primitive()));
            }
            continue;
        }
        const ComponentTypeNode node = nodes_[resolve(type.node())];
        switch (node.kind) {
        case ComponentTypeKind::primitive:
            WRT_CHECK(push(ComponentValType{static_cast<PrimitiveType>(node.a)}.bits(), place));
            break;
        case ComponentTypeKind::list:
        case ComponentTypeKind::map: pointer_and_length(); break;
        case ComponentTypeKind::record:
        case ComponentTypeKind::tuple:
            for (uint32_t i = 0; i < node.count; ++i) {
                const ComponentValType field = fields_[node.first + i].type;
                WRT_CHECK(push(field.bits(), place));
                place += layout_of(field).flat_count;
            }
            break;
        case ComponentTypeKind::fixed_list:
            for (uint32_t i = 0; i < node.b; ++i) {
                WRT_CHECK(push(node.a, place));
                place += layout_of(ComponentValType::of_bits(node.a)).flat_count;
            }
            break;
        case ComponentTypeKind::variant:
            put(place, ValType::i32);
            for (uint32_t i = 0; i < node.count; ++i) {
                WRT_CHECK(push(fields_[node.first + i].type.bits(), place + 1));
            }
            break;
        case ComponentTypeKind::option:
            put(place, ValType::i32);
            WRT_CHECK(push(node.a, place + 1));
            break;
        case ComponentTypeKind::result:
            put(place, ValType::i32);
            WRT_CHECK(push(node.a, place + 1));
            WRT_CHECK(push(node.b, place + 1));
            break;
        case ComponentTypeKind::flags:
        case ComponentTypeKind::enum_:
        case ComponentTypeKind::own:
        case ComponentTypeKind::borrow:
        case ComponentTypeKind::stream:
        case ComponentTypeKind::future: put(place, ValType::i32); break;
        case ComponentTypeKind::alias:
        case ComponentTypeKind::resource:
        case ComponentTypeKind::func:
        case ComponentTypeKind::instance:
        case ComponentTypeKind::component: WRT_UNREACHABLE();
        }
    }
    return ok();
}

Status ComponentDecoder::check_signature(uint32_t core_func, std::span<const ValType> params,
                                         std::span<const ValType> results, Errc code) const
{
    if (std::ranges::equal(core_.types().params(core_func), params) &&
        std::ranges::equal(core_.types().results(core_func), results)) {
        return ok();
    }
    return fail(code);
}

/// Defines a core function of that type.
Status ComponentDecoder::define_core_function(Definition definition,
                                              std::span<const ValType> params,
                                              std::span<const ValType> results)
{
    for (const ValType type : params)
        definition.signature.add(type, false);
    for (const ValType type : results)
        definition.signature.add(type, true);
    WRT_CHECK(define(definition));
    WRT_TRY(const uint32_t type, core_.intern_function(params, results));
    return push_entry(Sort::core_func, type);
}

Status ComponentDecoder::decode_canon()
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint8_t code, reader().byte());
    switch (code) {
    case 0x00: return decode_lift();
    case 0x01: return decode_lower();
    default: return decode_builtin(code, offset);
    }
}

/// `opts`: each at most once. Memory has to have 32-bit addresses.
Result<CanonOptions> ComponentDecoder::decode_options()
{
    WRT_TRY(const uint32_t count,
            count_of(limits::component_canon_options, Errc::too_many_canon_options));
    CanonOptions options;
    uint32_t seen = 0;
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t offset = reader().offset();
        WRT_TRY(const uint8_t code, reader().byte());
        if (code > 0x07) return fail_byte(Errc::malformed_canon_option, offset, code);
        // The three encodings are one option.
        const uint32_t bit = code <= 0x02 ? 0 : code;
        if ((seen >> bit & 1) != 0)
            return Error{.code = Errc::duplicate_canon_option, .offset = offset};
        seen |= 1u << bit;
        switch (code) {
        case 0x03: {
            WRT_TRY(options.memory, decode_index(Sort::core_memory));
            if (core_items_[entry(Sort::core_memory, options.memory)].limits.is64) {
                return Error{.code = Errc::component_memory64_unsupported, .offset = offset};
            }
            break;
        }
        case 0x04: {
            WRT_TRY(options.realloc, decode_index(Sort::core_func));
            break;
        }
        case 0x05: {
            WRT_TRY(options.post_return, decode_index(Sort::core_func));
            break;
        }
        case 0x06: options.async = true; break;
        case 0x07: {
            WRT_TRY(options.callback, decode_index(Sort::core_func));
            break;
        }
        default: options.encoding = static_cast<StringEncoding>(code); break;
        }
    }
    if (options.realloc != no_index) {
        constexpr std::array params{ValType::i32, ValType::i32, ValType::i32, ValType::i32};
        if (options.memory == no_index) return fail(Errc::canon_option_required);
        WRT_CHECK(check_signature(entry(Sort::core_func, options.realloc), params,
                                  std::span{params}.first(1), Errc::canon_option_signature));
    }
    if (options.callback != no_index) {
        constexpr std::array params{ValType::i32, ValType::i32, ValType::i32};
        if (!options.async) return fail(Errc::misplaced_canon_option);
        WRT_CHECK(check_signature(entry(Sort::core_func, options.callback), params,
                                  std::span{params}.first(1), Errc::canon_option_signature));
    }
    if (options.async && options.post_return != no_index) return fail(Errc::misplaced_canon_option);
    return options;
}

namespace {

/// What a function's params and result ask of options, either way.
struct Needs {
    bool memory = false;
    bool realloc = false;

    bool met_by(const CanonOptions& options) const
    {
        return (!memory || options.memory != no_index) && (!realloc || options.realloc != no_index);
    }
};

}  // namespace

Status ComponentDecoder::check_options(const CanonOptions& options, bool lift,
                                       const ComponentTypeNode& func)
{
    if (options.async && (func.flags & ComponentTypeNode::is_async) == 0) {
        return fail(Errc::misplaced_canon_option);
    }
    bool params_point = false;
    uint32_t flat_params = 0;
    for (uint32_t i = 0; i < func.count; ++i) {
        const ComponentValType type = fields_[func.first + i].type;
        params_point = params_point || (flags_of(type) & ComponentTypeNode::has_pointer) != 0;
        flat_params =
            std::min<uint32_t>(flat_params + layout_of(type).flat_count, FlatTypes::capacity);
    }
    const ComponentValType result = ComponentValType::of_bits(func.a);
    const bool result_points = (flags_of(result) & ComponentTypeNode::has_pointer) != 0;
    const uint32_t flat_results = layout_of(result).flat_count;
    Needs needs;
    if (lift) {
        needs.realloc = params_point || flat_params > max_flat_params;
        needs.memory = needs.realloc || result_points ||
                       flat_results > (options.async ? max_flat_params : max_flat_results);
    } else {
        if (options.post_return != no_index || options.callback != no_index) {
            return fail(Errc::misplaced_canon_option);
        }
        needs.realloc = result_points;
        needs.memory = result_points || params_point ||
                       flat_params > (options.async ? max_flat_async_params : max_flat_params) ||
                       flat_results > (options.async ? 0 : max_flat_results);
    }
    return needs.met_by(options) ? ok() : Status{fail(Errc::canon_option_required)};
}

/// "flatten_functype": the core type of a lifted or lowered function.
Status ComponentDecoder::flatten_function(const CanonOptions& options, bool lift,
                                          const ComponentTypeNode& func, FlatTypes& params,
                                          FlatTypes& results)
{
    const uint32_t max_params = !lift && options.async ? max_flat_async_params : max_flat_params;
    uint32_t count = 0;
    for (uint32_t i = 0; i < func.count && count <= max_params; ++i) {
        count += layout_of(fields_[func.first + i].type).flat_count;
    }
    if (count > max_params) {
        params.add(ValType::i32);
    } else {
        for (uint32_t i = 0; i < func.count; ++i) {
            WRT_CHECK(flatten(fields_[func.first + i].type, params));
        }
    }
    const ComponentValType result = ComponentValType::of_bits(func.a);
    const uint32_t flat_results = layout_of(result).flat_count;
    if (options.async) {
        if (!lift && flat_results > 0) params.add(ValType::i32);
        if (!lift || options.callback != no_index) results.add(ValType::i32);
        return ok();
    }
    if (flat_results <= max_flat_results) return flatten(result, results);
    if (lift) {
        results.add(ValType::i32);
    } else {
        params.add(ValType::i32);
    }
    return ok();
}

Status ComponentDecoder::decode_lift()
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint8_t sort, reader().byte());
    if (sort != 0x00) return fail_byte(Errc::malformed_canonical_function, offset, sort);
    WRT_TRY(const uint32_t callee, decode_index(Sort::core_func));
    WRT_TRY(const CanonOptions options, decode_options());
    const uint32_t place = reader().offset();
    WRT_TRY(const uint32_t index, decode_index(Sort::type));
    const uint32_t type = resolve(entry(Sort::type, index));
    if (nodes_[type].kind != ComponentTypeKind::func) {
        return Error{.code = Errc::not_a_function_type, .offset = place};
    }
    const ComponentTypeNode func = nodes_[type];
    WRT_CHECK(check_options(options, true, func));
    FlatTypes params, results;
    WRT_CHECK(flatten_function(options, true, func, params, results));
    WRT_CHECK(check_signature(entry(Sort::core_func, callee), params.span(), results.span(),
                              Errc::core_signature_mismatch));
    if (options.post_return != no_index) {
        WRT_CHECK(check_signature(entry(Sort::core_func, options.post_return), results.span(), {},
                                  Errc::canon_option_signature));
    }
    WRT_CHECK(canon_options_.push(options));
    WRT_CHECK(define({.kind = Definition::Kind::lift,
                      .a = callee,
                      .b = type,
                      .options = canon_options_.size() - 1}));
    return push_entry(Sort::func, type);
}

Status ComponentDecoder::decode_lower()
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint8_t sort, reader().byte());
    if (sort != 0x00) return fail_byte(Errc::malformed_canonical_function, offset, sort);
    WRT_TRY(const uint32_t callee, decode_index(Sort::func));
    WRT_TRY(const CanonOptions options, decode_options());
    const uint32_t type = resolve(entry(Sort::func, callee));
    const ComponentTypeNode func = nodes_[type];
    WRT_CHECK(check_options(options, false, func));
    FlatTypes params, results;
    WRT_CHECK(flatten_function(options, false, func, params, results));
    WRT_CHECK(canon_options_.push(options));
    return define_core_function({.kind = Definition::Kind::lower,
                                 .a = callee,
                                 .b = type,
                                 .options = canon_options_.size() - 1},
                                params.span(), results.span());
}

}  // namespace wrt::decoder
