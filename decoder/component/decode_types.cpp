// The type section and the declarators of component and instance types.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#type-definitions
#include "component/component_decoder.hpp"
#include "value_types.hpp"

#include <wrt/foundation/limits.hpp>

namespace wrt::decoder {

namespace {

constexpr uint8_t resource_code = 0x3f;
constexpr uint8_t func_code = 0x40;
constexpr uint8_t component_code = 0x41;
constexpr uint8_t instance_code = 0x42;
constexpr uint8_t async_func_code = 0x43;

constexpr uint8_t error_context_code = 0x64;
constexpr uint8_t string_code = 0x73;
constexpr uint8_t bool_code = 0x7f;

constexpr bool is_primitive_code(uint8_t code)
{
    return code == error_context_code || (code >= string_code && code <= bool_code);
}

constexpr PrimitiveType primitive_of(uint8_t code)
{
    if (code == error_context_code) return PrimitiveType::error_context;
    return static_cast<PrimitiveType>(bool_code - code);
}

constexpr bool is_value_kind(ComponentTypeKind kind)
{
    return kind != ComponentTypeKind::resource && kind != ComponentTypeKind::func &&
           kind != ComponentTypeKind::instance && kind != ComponentTypeKind::component;
}

constexpr bool is_key_type(PrimitiveType type)
{
    return type != PrimitiveType::f32 && type != PrimitiveType::f64 &&
           type != PrimitiveType::error_context;
}

}  // namespace

Status ComponentDecoder::decode_type(bool declarator)
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint8_t code, reader().byte());
    switch (code) {
    case resource_code: return decode_resource_type(declarator);
    case component_code:
    case instance_code: {
        WRT_TRY(const uint32_t count, count_of(limits::types, Errc::too_many_types));
        WRT_CHECK(open_scope(code == component_code ? Scope::Kind::component_type
                                                    : Scope::Kind::instance_type));
        top().items = count;
        return ok();
    }
    case func_code:
    case async_func_code: {
        WRT_TRY(const uint32_t node, decode_func_type(code == async_func_code));
        return push_type(node);
    }
    default: {
        WRT_TRY(const uint32_t node, decode_value_type_node(code, offset));
        return push_type(node);
    }
    }
}

Status ComponentDecoder::decode_declarator()
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint8_t code, reader().byte());
    switch (code) {
    case 0x00: return decode_core_type(true);
    case 0x01: return decode_type(true);
    case 0x02: return decode_alias(true);
    case 0x03:
        if (top().kind == Scope::Kind::component_type) return decode_import();
        break;
    case 0x04: return decode_export_declarator();
    default: break;
    }
    return fail_byte(Errc::malformed_declarator, offset, code);
}

Status ComponentDecoder::finish_type_scope()
{
    const Scope& scope = top();
    WRT_TRY(const ExternList exports, add_externs(exports_.as_span().subspan(scope.exports)));
    WRT_TRY(const ResourceList defined, add_resources(defined_.as_span().subspan(scope.defined)));
    uint32_t node = 0;
    if (scope.kind == Scope::Kind::instance_type) {
        WRT_TRY(node, add_instance_type(exports, defined));
    } else {
        ComponentType type{.imports = {}, .exports = exports, .imported = {}, .defined = defined};
        WRT_TRY(type.imports, add_externs(imports_.as_span().subspan(scope.imports)));
        WRT_TRY(type.imported, add_resources(imported_.as_span().subspan(scope.imported)));
        WRT_TRY(node, add_component_type(type));
    }
    close_scope();
    return push_type(node);
}

/// `valtype`: a primitive type's code, which is a negative number of seven bits, or a type index.
Result<ComponentValType> ComponentDecoder::decode_value_type()
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const int64_t number, reader().s33());
    if (number < 0) {
        const auto code = static_cast<uint8_t>(number & 0x7f);
        if (number < -64 || !is_primitive_code(code)) {
            return fail_byte(Errc::malformed_component_type, offset, code);
        }
        return ComponentValType{primitive_of(code)};
    }
    if (number >= space_size(Sort::type)) {
        return Error{.code = Errc::unknown_component_type,
                     .detail = Detail::index,
                     .offset = offset,
                     .expected = space_size(Sort::type),
                     .actual = saturate_u32(static_cast<uint64_t>(number))};
    }
    const uint32_t node = entry(Sort::type, static_cast<uint32_t>(number));
    if (!is_value_kind(kind_of(node)))
        return Error{.code = Errc::not_a_defined_type, .offset = offset};
    return ComponentValType::of_node(node);
}

Result<ComponentValType> ComponentDecoder::decode_optional_value_type()
{
    WRT_TRY(const bool present, decode_flag());
    if (!present) return ComponentValType{};
    return decode_value_type();
}

/// `resultlist`: none, or one.
Result<ComponentValType> ComponentDecoder::decode_result_list()
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint8_t code, reader().byte());
    if (code == 0x00) return decode_value_type();
    if (code != 0x01) return fail_byte(Errc::malformed_result_list, offset, code);
    WRT_TRY(const uint8_t zero, reader().byte());
    if (zero != 0x00) return fail_byte(Errc::malformed_result_list, offset + 1, zero);
    return ComponentValType{};
}

/// The label of a field, case, flag or parameter: unlike those before it in `scope`.
Result<std::string_view> ComponentDecoder::decode_label(uint32_t scope)
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const std::string_view label, reader().name());
    if (!is_label(label)) return Error{.code = Errc::invalid_label, .offset = offset};
    WRT_TRY(const bool fresh, names_.insert(scope, NameTable::Mode::label, label));
    if (!fresh) return Error{.code = Errc::name_conflict, .offset = offset};
    return label;
}

Status ComponentDecoder::decode_labels(ComponentTypeNode& node, bool typed, bool optional)
{
    const uint32_t offset = reader().offset();
    const uint32_t limit =
        node.kind == ComponentTypeKind::func ? limits::params : limits::component_fields;
    WRT_TRY(node.count, count_of(limit, Errc::too_many_component_fields));
    if (node.count == 0 && node.kind != ComponentTypeKind::func) {
        return Error{.code = Errc::empty_component_type, .offset = offset};
    }
    if (node.kind == ComponentTypeKind::flags && node.count > limits::component_flags) {
        return Error{.code = Errc::too_many_flags,
                     .detail = Detail::count,
                     .offset = offset,
                     .expected = limits::component_flags,
                     .actual = node.count};
    }
    const uint32_t scope = names_.new_scope();
    node.first = fields_.size();
    for (uint32_t i = 0; i < node.count; ++i) {
        ComponentField field;
        WRT_TRY(field.name, decode_label(scope));
        if (optional) {
            WRT_TRY(field.type, decode_optional_value_type());
            const uint32_t place = reader().offset();
            WRT_TRY(const uint8_t zero, reader().byte());
            if (zero != 0) return fail_byte(Errc::zero_byte_expected, place, zero);
        } else if (typed) {
            WRT_TRY(field.type, decode_value_type());
        }
        WRT_CHECK(fields_.push(field));
    }
    return ok();
}

Result<uint32_t> ComponentDecoder::decode_value_type_node(uint8_t code, uint32_t offset)
{
    if (is_primitive_code(code)) {
        return add_node(
            {.kind = ComponentTypeKind::primitive, .a = static_cast<uint32_t>(primitive_of(code))});
    }
    ComponentTypeNode node;
    const auto read = [](uint32_t& bits, Result<ComponentValType> type) -> Status {
        if (!type) return type.error();
        bits = type->bits();
        return ok();
    };
    switch (code) {
    case 0x72:
        node.kind = ComponentTypeKind::record;
        WRT_CHECK(decode_labels(node, true, false));
        break;
    case 0x71:
        node.kind = ComponentTypeKind::variant;
        WRT_CHECK(decode_labels(node, true, true));
        break;
    case 0x70:
        node.kind = ComponentTypeKind::list;
        WRT_CHECK(read(node.a, decode_value_type()));
        break;
    case 0x67: {
        node.kind = ComponentTypeKind::fixed_list;
        WRT_CHECK(read(node.a, decode_value_type()));
        const uint32_t place = reader().offset();
        WRT_TRY(node.b, reader().u32());
        if (node.b == 0) return Error{.code = Errc::empty_component_type, .offset = place};
        break;
    }
    case 0x6f: {
        node.kind = ComponentTypeKind::tuple;
        const uint32_t place = reader().offset();
        WRT_TRY(node.count, count_of(limits::component_fields, Errc::too_many_component_fields));
        if (node.count == 0) return Error{.code = Errc::empty_component_type, .offset = place};
        node.first = fields_.size();
        for (uint32_t i = 0; i < node.count; ++i) {
            WRT_TRY(const ComponentValType type, decode_value_type());
            WRT_CHECK(fields_.push({.name = {}, .type = type}));
        }
        break;
    }
    case 0x6e:
        node.kind = ComponentTypeKind::flags;
        WRT_CHECK(decode_labels(node, false, false));
        break;
    case 0x6d:
        node.kind = ComponentTypeKind::enum_;
        WRT_CHECK(decode_labels(node, false, false));
        break;
    case 0x6b:
        node.kind = ComponentTypeKind::option;
        WRT_CHECK(read(node.a, decode_value_type()));
        break;
    case 0x6a:
        node.kind = ComponentTypeKind::result;
        WRT_CHECK(read(node.a, decode_optional_value_type()));
        WRT_CHECK(read(node.b, decode_optional_value_type()));
        break;
    case 0x69:
    case 0x68: {
        node.kind = code == 0x69 ? ComponentTypeKind::own : ComponentTypeKind::borrow;
        WRT_TRY(node.a, decode_resource_index());
        break;
    }
    case 0x66:
    case 0x65: {
        node.kind = code == 0x66 ? ComponentTypeKind::stream : ComponentTypeKind::future;
        WRT_CHECK(read(node.a, decode_optional_value_type()));
        ComponentValType element = ComponentValType::of_bits(node.a);
        if ((flags_of(element) & ComponentTypeNode::has_borrow) != 0) {
            return Error{.code = Errc::misplaced_borrow, .offset = offset};
        }
        if (element.is_node() && kind_of(element.node()) == ComponentTypeKind::primitive) {
            element =
                ComponentValType{static_cast<PrimitiveType>(nodes_[resolve(element.node())].a)};
        }
        // A temporary rule of the specification.
        if (code == 0x66 && element == ComponentValType{PrimitiveType::char_}) {
            return Error{.code = Errc::stream_of_char, .offset = offset};
        }
        break;
    }
    case 0x63: {
        node.kind = ComponentTypeKind::map;
        const uint32_t place = reader().offset();
        WRT_TRY(ComponentValType key, decode_value_type());
        node.a = key.bits();
        if (key.is_node() && kind_of(key.node()) == ComponentTypeKind::primitive) {
            key = ComponentValType{static_cast<PrimitiveType>(nodes_[resolve(key.node())].a)};
        }
        if (!key.is_primitive() || !is_key_type(key.primitive())) {
            return Error{.code = Errc::not_a_key_type, .offset = place};
        }
        WRT_CHECK(read(node.b, decode_value_type()));
        break;
    }
    default: return fail_byte(Errc::malformed_component_type, offset, code);
    }
    at_ = offset;
    return add_node(node);
}

Result<uint32_t> ComponentDecoder::decode_func_type(bool async)
{
    ComponentTypeNode node{.kind = ComponentTypeKind::func};
    if (async) node.flags = ComponentTypeNode::is_async;
    WRT_CHECK(decode_labels(node, true, false));
    const uint32_t offset = reader().offset();
    WRT_TRY(const ComponentValType result, decode_result_list());
    if ((flags_of(result) & ComponentTypeNode::has_borrow) != 0) {
        return Error{.code = Errc::misplaced_borrow, .offset = offset};
    }
    node.a = result.bits();
    return add_node(node);
}

/// The node of a resource type, or of an alias of one, out of a type index.
Result<uint32_t> ComponentDecoder::decode_resource_index()
{
    const uint32_t offset = reader().offset();
    WRT_TRY(const uint32_t index, decode_index(Sort::type));
    const uint32_t node = entry(Sort::type, index);
    if (kind_of(node) == ComponentTypeKind::resource) return node;
    return Error{.code = Errc::not_a_resource_type, .offset = offset};
}

Status ComponentDecoder::decode_resource_type(bool declarator)
{
    if (declarator) return fail(Errc::resource_outside_of_component);
    const uint32_t offset = reader().offset();
    WRT_TRY(const ValType rep, decoder::decode_value_type(reader(), options_.features));
    if (rep != ValType::i32) {
        return Error{.code = Errc::type_mismatch,
                     .detail = Detail::types,
                     .offset = offset,
                     .expected = ValType::i32.bits(),
                     .actual = rep.bits()};
    }
    WRT_TRY(const bool has_destructor, decode_flag());
    uint32_t destructor = no_index;
    if (has_destructor) {
        WRT_TRY(destructor, decode_index(Sort::core_func));
        const std::array params{ValType::i32};
        WRT_CHECK(check_signature(entry(Sort::core_func, destructor), params, {},
                                  Errc::destructor_signature));
    }
    WRT_TRY(const uint32_t node, add_resource(true));
    WRT_CHECK(defined_.push(nodes_[node].a));
    WRT_CHECK(define({.kind = Definition::Kind::resource, .a = nodes_[node].a, .b = destructor}));
    return push_type(node);
}

}  // namespace wrt::decoder
