#include <wrt/component/value.hpp>

#include <algorithm>
#include <cstring>

#include <wrt/foundation/assert.hpp>

namespace wrt::component {

using decoder::aligned_up;
using decoder::ComponentField;
using decoder::ComponentTypeNode;
using decoder::ComponentTypes;
using decoder::ComponentValType;
using decoder::ValueLayout;

namespace {

/// Where the `i`th of values of these types lies, behind each other from `at` on.
uint32_t place_of(const ComponentTypes& types, std::span<const ComponentField> fields, uint32_t i,
                  uint32_t at)
{
    for (uint32_t before = 0; before <= i; ++before) {
        const ValueLayout layout = types.layout_of(fields[before].type);
        at = aligned_up(at, layout.align);
        if (before < i) at += layout.size;
    }
    return at;
}

}  // namespace

uint32_t Value::bytes() const noexcept
{
    if (type_.is_primitive()) return decoder::layout_of(type_.primitive()).size;
    if (kind() == Kind::flags) return decoder::flags_bytes(node().count);
    return 4;
}

uint64_t Value::bits() const noexcept
{
    uint64_t bits = 0;
    std::memcpy(&bits, memory_->bytes().data() + at_, bytes());
    return bits;
}

void Value::set_bits(uint64_t bits) noexcept
{
    std::memcpy(memory_->bytes().data() + at_, &bits, bytes());
}

std::pair<uint32_t, uint32_t> Value::range() const noexcept
{
    std::pair<uint32_t, uint32_t> range;
    std::memcpy(&range.first, memory_->bytes().data() + at_, 4);
    std::memcpy(&range.second, memory_->bytes().data() + at_ + 4, 4);
    return range;
}

std::string_view Value::text() const noexcept
{
    const auto [first, size] = range();
    return {reinterpret_cast<const char*>(memory_->bytes().data()) + first, size};
}

Status Value::set_text(std::string_view text) noexcept
{
    WRT_TRY(const uint32_t first, memory_->allocate(1, text.size()));
    const auto size = static_cast<uint32_t>(text.size());
    uint8_t* const bytes = memory_->bytes().data();
    if (size != 0) std::memcpy(bytes + first, text.data(), size);
    std::memcpy(bytes + at_, &first, 4);
    std::memcpy(bytes + at_ + 4, &size, 4);
    return ok();
}

uint32_t Value::size() const noexcept
{
    switch (kind()) {
    case Kind::list:
    case Kind::map: return range().second;
    case Kind::fixed_list: return node().b;
    case Kind::option:
    case Kind::result: return 2;
    case Kind::record:
    case Kind::tuple:
    case Kind::variant:
    case Kind::enum_:
    case Kind::flags: return node().count;
    case Kind::alias:
    case Kind::primitive:
    case Kind::own:
    case Kind::borrow:
    case Kind::stream:
    case Kind::future:
    case Kind::resource:
    case Kind::func:
    case Kind::instance:
    case Kind::component: break;
    }
    return 0;
}

std::string_view Value::name(uint32_t i) const noexcept
{
    if (kind() == Kind::option) return i == 0 ? "none" : "some";
    if (kind() == Kind::result) return i == 0 ? "ok" : "err";
    return types_->fields_of(node())[i].name;
}

ValueLayout Value::element_layout() const noexcept
{
    const auto first = ComponentValType::of_bits(node().a);
    if (kind() != Kind::map) return types_->layout_of(first);
    const ValueLayout key = types_->layout_of(first);
    const ValueLayout item = types_->layout_of(ComponentValType::of_bits(node().b));
    ValueLayout pair;
    pair.align = std::max(key.align, item.align);
    pair.size = aligned_up(aligned_up(key.size, item.align) + item.size, pair.align);
    return pair;
}

Value Value::part(uint32_t i) const noexcept
{
    if (kind() == Kind::record || kind() == Kind::tuple) {
        const auto fields = types_->fields_of(node());
        return at(fields[i].type, place_of(*types_, fields, i, at_));
    }
    WRT_ASSERT(i < size());
    const uint32_t first = kind() == Kind::fixed_list ? at_ : range().first;
    return at(ComponentValType::of_bits(node().a), first + i * element_layout().size);
}

Value Value::in_pair(uint32_t i, bool second) const noexcept
{
    const auto key = ComponentValType::of_bits(node().a);
    const auto item = ComponentValType::of_bits(node().b);
    const uint32_t place = range().first + i * element_layout().size;
    if (!second) return at(key, place);
    return at(item, aligned_up(place + types_->layout_of(key).size, types_->layout_of(item).align));
}

Value Value::key(uint32_t i) const noexcept
{
    return in_pair(i, false);
}

Value Value::item(uint32_t i) const noexcept
{
    return in_pair(i, true);
}

Status Value::resize(uint32_t count) noexcept
{
    const ValueLayout layout = element_layout();
    const uint64_t size = uint64_t{count} * layout.size;
    WRT_TRY(const uint32_t first, memory_->allocate(layout.align, size));
    uint8_t* const bytes = memory_->bytes().data();
    std::memset(bytes + first, 0, static_cast<size_t>(size));
    std::memcpy(bytes + at_, &first, 4);
    std::memcpy(bytes + at_ + 4, &count, 4);
    return ok();
}

void Value::shrink(uint32_t count) noexcept
{
    WRT_ASSERT(count <= size());
    std::memcpy(memory_->bytes().data() + at_ + 4, &count, 4);
}

uint32_t Value::case_index() const noexcept
{
    uint32_t index = 0;
    std::memcpy(&index, memory_->bytes().data() + at_, decoder::discriminant_bytes(size()));
    return index;
}

void Value::set_case(uint32_t index) noexcept
{
    std::memcpy(memory_->bytes().data() + at_, &index, decoder::discriminant_bytes(size()));
}

ComponentValType Value::payload_type(uint32_t index) const noexcept
{
    switch (kind()) {
    case Kind::option: return index == 0 ? ComponentValType{} : ComponentValType::of_bits(node().a);
    case Kind::result: return ComponentValType::of_bits(index == 0 ? node().a : node().b);
    case Kind::variant: return types_->fields_of(node())[index].type;
    case Kind::record:
    case Kind::tuple:
    case Kind::enum_:
    case Kind::flags:
    case Kind::list:
    case Kind::fixed_list:
    case Kind::map:
    case Kind::alias:
    case Kind::primitive:
    case Kind::own:
    case Kind::borrow:
    case Kind::stream:
    case Kind::future:
    case Kind::resource:
    case Kind::func:
    case Kind::instance:
    case Kind::component: break;
    }
    return {};
}

std::optional<Value> Value::payload() const noexcept
{
    const ComponentValType type = payload_type(case_index());
    if (type.is_none()) return std::nullopt;
    uint32_t align = 1;
    for (uint32_t i = 0; i < size(); ++i)
        align = std::max<uint32_t>(align, types_->layout_of(payload_type(i)).align);
    return at(type, at_ + aligned_up(decoder::discriminant_bytes(size()), align));
}

Value param_of(HostCall& call, uint32_t i) noexcept
{
    const auto params = call.type.params();
    return Value{call.type.types, params[i].type, call.memory,
                 place_of(call.type.types, params, i, call.args)};
}

Value result_of(HostCall& call) noexcept
{
    return Value{call.type.types, call.type.result(), call.memory, call.result};
}

Result<DynamicCall> DynamicCall::begin(World& world, const Func& func) noexcept
{
    HostMemory& memory = begin_typed_call(world);
    const FuncType type = type_of(func);
    const ValueLayout params = params_layout(type);
    const ValueLayout result = type.types.layout_of(type.result());
    WRT_TRY(const uint32_t args, memory.allocate(params.align, params.size));
    WRT_TRY(const uint32_t place, memory.allocate(result.align, result.size));
    std::memset(memory.bytes().data() + args, 0, params.size);
    return DynamicCall{func, memory, args, place};
}

Value DynamicCall::param(uint32_t i) const noexcept
{
    const FuncType type = type_of(func);
    const auto params = type.params();
    return Value{type.types, params[i].type, memory, place_of(type.types, params, i, args)};
}

Value DynamicCall::returned() const noexcept
{
    const FuncType type = type_of(func);
    return Value{type.types, type.result(), memory, result};
}

}  // namespace wrt::component
