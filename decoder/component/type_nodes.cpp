// Making nodes: what a type is made of is measured when it is made, so that no later question walks
// it.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#element-size
#include "component/component_decoder.hpp"

#include <wrt/foundation/limits.hpp>

#include <algorithm>
#include <numeric>

namespace wrt::decoder {

namespace {

constexpr uint8_t many_flat = 17;  ///< More than any limit on flat values.

/// A layout in the making: fields one behind the other.
struct Layouter {
    uint64_t size = 0, size64 = 0;
    uint32_t flat = 0;
    uint8_t align = 1, align64 = 1;

    static uint64_t aligned(uint64_t offset, uint64_t align)
    {
        return (offset + align - 1) & ~(align - 1);
    }
    void append(const ValueLayout& field)
    {
        size = aligned(size, field.align) + field.size;
        size64 = aligned(size64, field.align64) + field.size64;
        align = std::max(align, field.align);
        align64 = std::max(align64, field.align64);
        flat = std::min<uint32_t>(flat + field.flat_count, many_flat);
    }
    /// Padded to its alignment. Sizes that are too large stay so: 2^32 - 1.
    ValueLayout finished() const
    {
        return {.size = saturate_u32(aligned(size, align)),
                .size64 = saturate_u32(aligned(size64, align64)),
                .align = align,
                .align64 = align64,
                .flat_count = static_cast<uint8_t>(flat)};
    }
};

constexpr ValueLayout number_layout(uint8_t bytes)
{
    return {.size = bytes, .size64 = bytes, .align = bytes, .align64 = bytes, .flat_count = 1};
}

constexpr ValueLayout pointer_and_length{
    .size = 8, .size64 = 16, .align = 4, .align64 = 8, .flat_count = 2};

}  // namespace

ValueLayout layout_of(PrimitiveType type)
{
    switch (type) {
    case PrimitiveType::bool_:
    case PrimitiveType::s8:
    case PrimitiveType::u8: return number_layout(1);
    case PrimitiveType::s16:
    case PrimitiveType::u16: return number_layout(2);
    case PrimitiveType::s32:
    case PrimitiveType::u32:
    case PrimitiveType::f32:
    case PrimitiveType::char_:
    case PrimitiveType::error_context: return number_layout(4);
    case PrimitiveType::s64:
    case PrimitiveType::u64:
    case PrimitiveType::f64: return number_layout(8);
    case PrimitiveType::string: return pointer_and_length;
    }
    WRT_UNREACHABLE();
}

uint32_t ComponentDecoder::resolve(uint32_t node) const
{
    return nodes_[node].kind == ComponentTypeKind::alias ? nodes_[node].a : node;
}

ValueLayout ComponentDecoder::layout_of(ComponentValType type) const
{
    if (type.is_none()) return {};
    return type.is_primitive() ? decoder::layout_of(type.primitive()) : nodes_[type.node()].layout;
}

uint8_t ComponentDecoder::flags_of(ComponentValType type) const
{
    if (type.is_none()) return 0;
    if (type.is_node()) return nodes_[type.node()].flags;
    return type.primitive() == PrimitiveType::string ? ComponentTypeNode::has_pointer : uint8_t{0};
}

/// Work on types that were read before is bounded as a whole: instantiations copy and compare them.
Status ComponentDecoder::spend(uint32_t steps)
{
    steps_ += steps;
    if (steps_ <= limits::component_type_steps) return ok();
    return Error{.code = Errc::component_type_too_large,
                 .detail = Detail::count,
                 .offset = at_,
                 .expected = limits::component_type_steps,
                 .actual = saturate_u32(steps_)};
}

Status ComponentDecoder::measure_node(ComponentTypeNode& node, uint32_t child)
{
    const ComponentTypeNode& part = nodes_[child];
    node.flags |= static_cast<uint8_t>(part.flags & ~ComponentTypeNode::is_async);
    const uint64_t size = uint64_t{node.effective_size} + part.effective_size;
    if (size > limits::component_type_size) {
        return Error{.code = Errc::component_type_too_large,
                     .detail = Detail::count,
                     .offset = at_,
                     .expected = limits::component_type_size,
                     .actual = saturate_u32(size)};
    }
    node.effective_size = static_cast<uint32_t>(size);
    node.depth = std::max<uint16_t>(node.depth, static_cast<uint16_t>(part.depth + 1));
    if (node.depth > limits::component_type_depth) {
        return Error{.code = Errc::component_type_too_deep,
                     .detail = Detail::count,
                     .offset = at_,
                     .expected = limits::component_type_depth,
                     .actual = node.depth};
    }
    return ok();
}

Status ComponentDecoder::measure_child(ComponentTypeNode& node, ComponentValType type)
{
    if (type.is_node()) return measure_node(node, type.node());
    node.flags |= flags_of(type);
    node.effective_size += type.is_none() ? 0 : 1;
    return ok();
}

Status ComponentDecoder::measure_externs(ComponentTypeNode& node, const ExternList& list)
{
    for (uint32_t i = 0; i < list.count; ++i) {
        const ExternDecl& declaration = externs_[list.first + i];
        if (declaration.sort == Sort::core_module) {
            node.effective_size += 1;
        } else {
            WRT_CHECK(measure_node(node, declaration.type));
        }
    }
    return ok();
}

/// Flags, depth and effective size, from those of its parts.
Status ComponentDecoder::measure(ComponentTypeNode& node)
{
    switch (node.kind) {
    case ComponentTypeKind::alias: {
        const ComponentTypeNode& target = nodes_[node.first];
        // Aliases of aliases make long chains, which nobody is to walk again and again.
        node.a = resolve(node.first);
        node.flags = target.flags | ComponentTypeNode::has_alias;
        node.depth = target.depth;
        node.effective_size = target.effective_size;
        node.layout = target.layout;
        return ok();
    }
    case ComponentTypeKind::primitive:
        return measure_child(node, ComponentValType{static_cast<PrimitiveType>(node.a)});
    case ComponentTypeKind::record:
    case ComponentTypeKind::variant:
    case ComponentTypeKind::tuple:
    case ComponentTypeKind::flags:
    case ComponentTypeKind::enum_:
    case ComponentTypeKind::func:
        for (uint32_t i = 0; i < node.count; ++i) {
            WRT_CHECK(measure_child(node, fields_[node.first + i].type));
        }
        if (node.kind == ComponentTypeKind::func) {
            return measure_child(node, ComponentValType::of_bits(node.a));
        }
        return ok();
    case ComponentTypeKind::list:
        node.flags |= ComponentTypeNode::has_pointer;
        return measure_child(node, ComponentValType::of_bits(node.a));
    case ComponentTypeKind::fixed_list:
    case ComponentTypeKind::option: return measure_child(node, ComponentValType::of_bits(node.a));
    case ComponentTypeKind::stream:
    case ComponentTypeKind::future:
        WRT_CHECK(measure_child(node, ComponentValType::of_bits(node.a)));
        // What goes through a stream is no part of the value.
        node.flags &= static_cast<uint8_t>(~ComponentTypeNode::has_pointer);
        return ok();
    case ComponentTypeKind::map: node.flags |= ComponentTypeNode::has_pointer; [[fallthrough]];
    case ComponentTypeKind::result:
        WRT_CHECK(measure_child(node, ComponentValType::of_bits(node.a)));
        return measure_child(node, ComponentValType::of_bits(node.b));
    case ComponentTypeKind::own:
    case ComponentTypeKind::borrow:
        node.flags =
            ComponentTypeNode::has_resource | (nodes_[node.a].flags & ComponentTypeNode::has_alias);
        if (node.kind == ComponentTypeKind::borrow) node.flags |= ComponentTypeNode::has_borrow;
        return ok();
    case ComponentTypeKind::resource: node.flags = ComponentTypeNode::has_resource; return ok();
    case ComponentTypeKind::instance: return measure_externs(node, instances_[node.a].exports);
    case ComponentTypeKind::component:
        WRT_CHECK(measure_externs(node, components_[node.a].imports));
        return measure_externs(node, components_[node.a].exports);
    }
    WRT_UNREACHABLE();
}

Status ComponentDecoder::lay_out(ComponentTypeNode& node) const
{
    Layouter whole;
    // The discriminant, and behind it the largest payload in any sense; not padded there.
    ValueLayout payload;
    const auto add_case = [&](ComponentValType type) {
        const ValueLayout layout = layout_of(type);
        payload.size = std::max(payload.size, layout.size);
        payload.size64 = std::max(payload.size64, layout.size64);
        payload.align = std::max(payload.align, layout.align);
        payload.align64 = std::max(payload.align64, layout.align64);
        payload.flat_count = std::max(payload.flat_count, layout.flat_count);
    };
    const auto finish_variant = [&](uint32_t cases) {
        whole.append(number_layout(discriminant_bytes(cases)));
        whole.append(payload);
    };
    const auto of = [](uint32_t bits) { return ComponentValType::of_bits(bits); };

    switch (node.kind) {
    case ComponentTypeKind::primitive:
        node.layout = decoder::layout_of(static_cast<PrimitiveType>(node.a));
        return ok();
    case ComponentTypeKind::record:
    case ComponentTypeKind::tuple:
        for (uint32_t i = 0; i < node.count; ++i) {
            whole.append(layout_of(fields_[node.first + i].type));
        }
        break;
    case ComponentTypeKind::variant:
        for (uint32_t i = 0; i < node.count; ++i)
            add_case(fields_[node.first + i].type);
        finish_variant(node.count);
        node.a = aligned_up(discriminant_bytes(node.count), payload.align);
        break;
    case ComponentTypeKind::option:
        add_case(of(node.a));
        finish_variant(2);
        break;
    case ComponentTypeKind::result:
        add_case(of(node.a));
        add_case(of(node.b));
        finish_variant(2);
        break;
    case ComponentTypeKind::enum_:
        node.layout = number_layout(discriminant_bytes(node.count));
        return ok();
    case ComponentTypeKind::flags:
        node.layout = number_layout(flags_bytes(node.count));
        return ok();
    case ComponentTypeKind::list:
    case ComponentTypeKind::map: node.layout = pointer_and_length; return ok();
    case ComponentTypeKind::fixed_list: {
        const ValueLayout element = layout_of(of(node.a));
        whole.size = uint64_t{element.size} * node.b;
        whole.size64 = uint64_t{element.size64} * node.b;
        whole.align = element.align;
        whole.align64 = element.align64;
        whole.flat = static_cast<uint32_t>(
            std::min<uint64_t>(uint64_t{element.flat_count} * node.b, many_flat));
        break;
    }
    case ComponentTypeKind::own:
    case ComponentTypeKind::borrow:
    case ComponentTypeKind::stream:
    case ComponentTypeKind::future: node.layout = number_layout(4); return ok();
    case ComponentTypeKind::alias:
    case ComponentTypeKind::resource:
    case ComponentTypeKind::func:
    case ComponentTypeKind::instance:
    case ComponentTypeKind::component: return ok();
    }
    node.layout = whole.finished();
    if (node.layout.size64 >= limits::component_value_bytes) {
        return Error{
            .code = Errc::component_value_too_large, .detail = Detail::none, .offset = at_};
    }
    return ok();
}

Result<uint32_t> ComponentDecoder::add_node(ComponentTypeNode node)
{
    WRT_CHECK(measure(node));
    WRT_CHECK(lay_out(node));
    WRT_CHECK(notes_.push({}));
    WRT_CHECK(nodes_.push(node));
    return nodes_.size() - 1;
}

Result<uint32_t> ComponentDecoder::add_alias(uint32_t node)
{
    return add_node({.kind = ComponentTypeKind::alias, .first = node});
}

/// A new resource of the scope, and its canonical node.
Result<uint32_t> ComponentDecoder::add_resource(bool local)
{
    WRT_TRY(const uint32_t node,
            add_node({.kind = ComponentTypeKind::resource, .a = resources_.size()}));
    WRT_CHECK(bindings_.push(no_index));
    WRT_CHECK(resources_.push(
        {.node = node, .scope = top().serial, .slot = top().resources++, .local = local}));
    return node;
}

Result<ExternList> ComponentDecoder::add_externs(std::span<const ExternDecl> declarations)
{
    const auto count = static_cast<uint32_t>(declarations.size());
    const ExternList list{.first = externs_.size(), .count = count, .order = orders_.size()};
    WRT_CHECK(externs_.reserve(count));
    WRT_CHECK(orders_.reserve(count));
    for (uint32_t i = 0; i < count; ++i) {
        externs_.push_unchecked(declarations[i]);
        orders_.push_unchecked(i);
    }
    std::ranges::sort(orders_.as_span().subspan(list.order), {},
                      [&](uint32_t place) { return externs_[list.first + place].name; });
    return list;
}

Result<ResourceList> ComponentDecoder::add_resources(std::span<const uint32_t> resources)
{
    const ResourceList list{.first = resource_lists_.size(),
                            .count = static_cast<uint32_t>(resources.size())};
    WRT_CHECK(resource_lists_.reserve(resources.size()));
    for (const uint32_t resource : resources)
        resource_lists_.push_unchecked(resource);
    return list;
}

Result<uint32_t> ComponentDecoder::add_instance_type(ExternList exports, ResourceList bound)
{
    WRT_CHECK(instances_.push({.exports = exports, .bound = bound}));
    return add_node({.kind = ComponentTypeKind::instance, .a = instances_.size() - 1});
}

Result<uint32_t> ComponentDecoder::add_component_type(const ComponentType& type)
{
    WRT_CHECK(components_.push(type));
    return add_node({.kind = ComponentTypeKind::component, .a = components_.size() - 1});
}

const ExternDecl* ComponentDecoder::find_extern(const ExternList& list, std::string_view name) const
{
    const auto order = orders_.as_span().subspan(list.order, list.count);
    const auto found = std::ranges::lower_bound(
        order, name, {}, [&](uint32_t place) { return externs_[list.first + place].name; });
    if (found == order.end() || externs_[list.first + *found].name != name) return nullptr;
    return &externs_[list.first + *found];
}

}  // namespace wrt::decoder
