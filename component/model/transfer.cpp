#include "model/transfer.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <wrt/runtime/execution.hpp>
#include <wrt/runtime/memory.hpp>

#include "model/async.hpp"
#include "model/async_errors.hpp"

namespace wrt::component {

namespace {

constexpr uint64_t bytes_per_fuel = 64;  // as bulk instructions pay
constexpr uint32_t canonical_nan32 = 0x7fc00000;
constexpr uint64_t canonical_nan64 = 0x7ff8000000000000;
constexpr uint32_t steps_between_looks = 4096;
constexpr uint32_t max_leaves = 16;  // fields of a record that are moved without frames

Error trap(Errc code)
{
    return {.code = code};
}

constexpr uint64_t mask_of(uint32_t bytes)
{
    return bytes == 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * bytes)) - 1;
}

/// The bits, sign-extended to 32 where they are of a narrow signed type.
constexpr uint64_t extended(PrimitiveType type, uint64_t bits)
{
    if (type == PrimitiveType::s8) return static_cast<uint32_t>(static_cast<int8_t>(bits));
    if (type == PrimitiveType::s16) return static_cast<uint32_t>(static_cast<int16_t>(bits));
    return bits;
}

template <class T>
uint64_t load(const uint8_t* at)
{
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <class T>
void store(uint8_t* at, T value)
{
    std::memcpy(at, &value, sizeof value);
}

/// Elements that are copied as bytes: every pattern is a value, and nothing refers to anything.
constexpr bool is_plain(PrimitiveType type)
{
    return (type >= PrimitiveType::s8 && type <= PrimitiveType::u64);
}

}  // namespace

Status check_range(const Side& side, uint64_t at, uint64_t size, uint32_t align, Errc outside)
{
    if (at % align != 0) return trap(Errc::unaligned_pointer);
    if (!runtime::in_bounds(at, size, side.bytes().size())) return trap(outside);
    return ok();
}

Status call_core(World& world, FuncInstance& func, std::span<Slot> window)
{
    return runtime::execute(world.store->execution(), func, window);
}

uint64_t Transfer::read(const Side& side, Place place, uint32_t bytes) const
{
    if (place.flat) return side.flat[place.at].bits & mask_of(bytes);
    WRT_ASSERT(runtime::in_bounds(place.at, bytes, side.bytes().size()));
    const uint8_t* const at = side.bytes().data() + place.at;
    switch (bytes) {  // sizes that are known are single loads
    case 1: return *at;
    case 2: return load<uint16_t>(at);
    case 4: return load<uint32_t>(at);
    default: return load<uint64_t>(at);
    }
}

void Transfer::write(const Side& side, Place place, uint32_t bytes, uint64_t bits)
{
    if (place.flat) {
        side.flat[place.at].bits = bits;
        return;
    }
    WRT_ASSERT(runtime::in_bounds(place.at, bytes, side.bytes().size()));
    uint8_t* const at = side.bytes().data() + place.at;
    switch (bytes) {
    case 1: *at = static_cast<uint8_t>(bits); return;
    case 2: store(at, static_cast<uint16_t>(bits)); return;
    case 4: store(at, static_cast<uint32_t>(bits)); return;
    default: store(at, bits); return;
    }
}

void Transfer::read_pointer(Place place, uint32_t& pointer, uint32_t& length) const
{
    pointer = static_cast<uint32_t>(read(*from_, place, 4));
    place.at += place.flat ? 1 : 4;
    length = static_cast<uint32_t>(read(*from_, place, 4));
}

void Transfer::write_pointer(Place place, uint32_t pointer, uint32_t length) const
{
    write(*to_, place, 4, pointer);
    place.at += place.flat ? 1 : 4;
    write(*to_, place, 4, length);
}

/// Lengths that the guest chose are paid for.
Status Transfer::charge(uint64_t bytes)
{
    runtime::Execution& execution = world_.store->execution();
    if (!execution.metered) return ok();
    const auto cost = static_cast<int64_t>(bytes / bytes_per_fuel);
    if (cost > execution.fuel) {
        execution.fuel = 0;
        return Error{.code = Errc::out_of_fuel};
    }
    execution.fuel -= cost;
    return ok();
}

Result<uint32_t> Transfer::reallocate(Side& side, uint32_t old, uint64_t old_size, uint32_t align,
                                      uint64_t size)
{
    if (size > 2 * max_transfer_bytes) return trap(Errc::transfer_too_large);
    if (side.host != nullptr) {
        WRT_TRY(const uint32_t at, side.host->allocate(align, size));
        const std::span<uint8_t> bytes = side.host->bytes();
        if (old != 0 && old_size != 0) {
            std::memmove(bytes.data() + at, bytes.data() + old, std::min(old_size, size));
        }
        return at;
    }
    WRT_ASSERT(side.realloc != nullptr);  // validated
    std::array<Slot, 4> window{Slot::of(old), Slot::of(static_cast<uint32_t>(old_size)),
                               Slot::of(align), Slot::of(static_cast<uint32_t>(size))};
    // On a thread of its own: it sees no context of the one that waits for it.
    Thread thread;
    side.instance->may_leave = false;
    WRT_CHECK(call_of(world_, thread, *side.realloc, window));
    side.instance->may_leave = true;
    const auto at = window[0].as<uint32_t>();
    if (at % align != 0) return trap(Errc::realloc_unaligned);
    if (!runtime::in_bounds(at, size, side.bytes().size())) {
        return trap(Errc::realloc_out_of_bounds);
    }
    return at;
}

Result<uint32_t> Transfer::allocate(Side& side, uint32_t align, uint64_t size)
{
    return reallocate(side, 0, 0, align, size);
}

Status Transfer::run(ComponentValType type, Side& from, Place source, Side& to, Place target)
{
    from_ = &from;
    to_ = &to;
    WRT_CHECK(value(type, source, target));
    return drain();
}

template <class Move>
Status Transfer::each_field(std::span<const decoder::ComponentField> fields, Place source,
                            Place target, Move&& move)
{
    for (const decoder::ComponentField& field : fields) {
        const decoder::ValueLayout layout = pools_.layout_of(field.type);
        if (!source.flat) source.at = decoder::aligned_up(source.at, layout.align);
        if (!target.flat) target.at = decoder::aligned_up(target.at, layout.align);
        WRT_CHECK(move(field.type, source, target));
        source.at += source.flat ? layout.flat_count : layout.size;
        target.at += target.flat ? layout.flat_count : layout.size;
    }
    return ok();
}

Status Transfer::run_fields(std::span<const decoder::ComponentField> fields, Side& from,
                            Place source, Side& to, Place target)
{
    return each_field(fields, source, target,
                      [&](ComponentValType type, Place here, Place there) -> Status {
                          return run(type, from, here, to, there);
                      });
}

Status Transfer::lend_fields(std::span<const decoder::ComponentField> fields, Side& from,
                             Place source, Side& to, Place target)
{
    const auto is_bytes = [&](ComponentValType type) {
        type = pools_.plain(type);
        if (!type.is_node() || pools_[type.node()].kind != ComponentTypeKind::list) return false;
        const auto element = pools_.plain(ComponentValType::of_bits(pools_[type.node()].a));
        return element == ComponentValType{PrimitiveType::u8};
    };
    return each_field(
        fields, source, target, [&](ComponentValType type, Place here, Place there) -> Status {
            if (!is_bytes(type)) return run(type, from, here, to, there);
            from_ = &from;
            to_ = &to;
            uint32_t pointer = 0;
            uint32_t length = 0;
            read_pointer(here, pointer, length);
            if (length >= max_transfer_bytes) return trap(Errc::transfer_too_large);
            WRT_CHECK(check_range(from, pointer, length, 1, Errc::list_out_of_bounds));
            WRT_CHECK(charge(length));
            write_pointer(there, pointer, length);
            return ok();
        });
}

void Transfer::push(const Frame& frame)
{
    WRT_ASSERT(depth_ < max_depth);  // validated: types nest no deeper
    std::construct_at(&frames_[depth_++], frame);
}

/// Works off what value() has put on the stack.
Status Transfer::drain()
{
    while (depth_ != 0) {
        Frame& frame = frames_[depth_ - 1];
        if (frame.next == frame.count) {
            --depth_;
            continue;
        }
        WRT_CHECK(look_for_interrupt());
        Place source, target;
        ComponentValType type;
        step(frame, source, target, type);
        WRT_CHECK(value(type, source, target));
    }
    return ok();
}

Status Transfer::look_for_interrupt()
{
    if (++steps_ % steps_between_looks == 0 &&
        world_.store->execution().interrupt.load(std::memory_order_relaxed) != 0) {
        return Error{.code = Errc::interrupted};
    }
    return ok();
}

/// The next field or element, and the frame behind it.
void Transfer::step(Frame& frame, Place& source, Place& target, ComponentValType& type)
{
    const bool is_list = frame.node == no_index;
    const bool is_map = !is_list && pools_[frame.node].kind == ComponentTypeKind::map;
    if (is_list) {
        type = frame.element;
    } else if (is_map) {
        const ComponentTypeNode& node = pools_[frame.node];
        type = ComponentValType::of_bits(frame.next % 2 == 0 ? node.a : node.b);
    } else {
        type = pools_.fields_of(pools_[frame.node])[frame.next].type;
    }
    const decoder::ValueLayout layout = pools_.layout_of(type);
    const auto advance = [&](Place& place) {
        if (place.flat) {
            const Place here = place;
            place.at += layout.flat_count;
            return here;
        }
        place.at = decoder::aligned_up(place.at, layout.align);
        const Place here = place;
        place.at += layout.size;
        // Behind a pair of a map comes the padding of the pair.
        if (is_map && frame.next % 2 == 1) {
            place.at = decoder::aligned_up(place.at, pair_layout(pools_[frame.node]).align);
        }
        return here;
    };
    source = advance(frame.source);
    target = advance(frame.target);
    ++frame.next;
}

decoder::ValueLayout Transfer::pair_layout(const ComponentTypeNode& map) const
{
    const decoder::ValueLayout key = pools_.layout_of(ComponentValType::of_bits(map.a));
    const decoder::ValueLayout item = pools_.layout_of(ComponentValType::of_bits(map.b));
    decoder::ValueLayout pair;
    pair.align = std::max(key.align, item.align);
    pair.size =
        decoder::aligned_up(decoder::aligned_up(key.size, item.align) + item.size, pair.align);
    return pair;
}

/// Checks and copies the number of a case.
Result<uint32_t> Transfer::discriminant(uint32_t cases, Place source, Place target)
{
    const uint32_t bytes = decoder::discriminant_bytes(cases);
    const auto index = static_cast<uint32_t>(read(*from_, source, source.flat ? 4 : bytes));
    if (index >= cases) return trap(Errc::invalid_discriminant);
    write(*to_, target, bytes, index);
    return index;
}

/// Of a variant with two cases.
uint32_t Transfer::payload_offset(uint32_t cases, ComponentValType first,
                                  ComponentValType second) const
{
    const uint32_t align = std::max(pools_.layout_of(first).align, pools_.layout_of(second).align);
    return decoder::aligned_up(decoder::discriminant_bytes(cases), align);
}

/// Moves a value that has no parts; puts the parts of others on the stack.
Status Transfer::value(ComponentValType type, Place source, Place target)
{
    for (;;) {
        type = pools_.plain(type);
        if (type.is_primitive()) return primitive(type.primitive(), source, target);
        const ComponentTypeNode& node = pools_[type.node()];
        const auto payload = [&](ComponentValType of, uint32_t offset) {
            type = of;
            source.at += source.flat ? 1 : offset;
            target.at += target.flat ? 1 : offset;
        };
        const ComponentValType first = ComponentValType::of_bits(node.a);
        const ComponentValType second = ComponentValType::of_bits(node.b);
        switch (node.kind) {
        case ComponentTypeKind::record:
        case ComponentTypeKind::tuple:
            if (has_only_primitives(node)) {
                return each_field(pools_.fields_of(node), source, target,
                                  [&](ComponentValType field, Place here, Place there) -> Status {
                                      return primitive(pools_.plain(field).primitive(), here,
                                                       there);
                                  });
            }
            push({.element = {},
                  .node = type.node(),
                  .next = 0,
                  .count = node.count,
                  .source = source,
                  .target = target});
            return ok();
        case ComponentTypeKind::variant: {
            WRT_TRY(const uint32_t index, discriminant(node.count, source, target));
            const ComponentValType of = pools_.fields_of(node)[index].type;
            if (of.is_none()) return ok();
            payload(of, node.a);
            continue;
        }
        case ComponentTypeKind::option: {
            WRT_TRY(const uint32_t index, discriminant(2, source, target));
            if (index == 0) return ok();
            payload(first, payload_offset(2, first, {}));
            continue;
        }
        case ComponentTypeKind::result: {
            WRT_TRY(const uint32_t index, discriminant(2, source, target));
            const ComponentValType of = index == 0 ? first : second;
            if (of.is_none()) return ok();
            payload(of, payload_offset(2, first, second));
            continue;
        }
        case ComponentTypeKind::enum_: {
            WRT_TRY(const uint32_t index, discriminant(node.count, source, target));
            (void)index;
            return ok();
        }
        case ComponentTypeKind::flags: {
            const uint32_t bytes = decoder::flags_bytes(node.count);
            const uint64_t labels = (uint64_t{1} << node.count) - 1;
            write(*to_, target, bytes, read(*from_, source, source.flat ? 4 : bytes) & labels);
            return ok();
        }
        case ComponentTypeKind::list:
            return list(pools_.plain(first), pools_.layout_of(first), no_index, source, target);
        case ComponentTypeKind::map:
            return list({}, pair_layout(node), type.node(), source, target);
        case ComponentTypeKind::fixed_list:
            push({.element = pools_.plain(first),
                  .node = no_index,
                  .next = 0,
                  .count = node.b,
                  .source = source,
                  .target = target});
            return ok();
        case ComponentTypeKind::own:
        case ComponentTypeKind::borrow: return handle(node, source, target);
        case ComponentTypeKind::stream:
        case ComponentTypeKind::future: return readable_end(node, source, target);
        case ComponentTypeKind::alias:
        case ComponentTypeKind::primitive:
        case ComponentTypeKind::resource:
        case ComponentTypeKind::func:
        case ComponentTypeKind::instance:
        case ComponentTypeKind::component: break;  // validated: no value types
        }
        WRT_UNREACHABLE();
    }
}

Status Transfer::primitive(PrimitiveType type, Place source, Place target)
{
    const uint32_t bytes = decoder::layout_of(type).size;
    switch (type) {
    case PrimitiveType::bool_:
        write(*to_, target, 1, read(*from_, source, source.flat ? 4 : 1) != 0 ? 1 : 0);
        return ok();
    case PrimitiveType::char_: {
        const uint64_t code = read(*from_, source, 4);
        if (code >= 0x110000 || (code >= 0xd800 && code <= 0xdfff)) return trap(Errc::invalid_char);
        write(*to_, target, 4, code);
        return ok();
    }
    case PrimitiveType::f32: {
        uint64_t bits = read(*from_, source, 4);
        if ((bits & 0x7fffffff) > 0x7f800000) bits = canonical_nan32;
        write(*to_, target, 4, bits);
        return ok();
    }
    case PrimitiveType::f64: {
        uint64_t bits = read(*from_, source, 8);
        if ((bits & ~(uint64_t{1} << 63)) > 0x7ff0000000000000) bits = canonical_nan64;
        write(*to_, target, 8, bits);
        return ok();
    }
    case PrimitiveType::string: return string(source, target);
    case PrimitiveType::error_context: return error_context(source, target);
    case PrimitiveType::s8:
    case PrimitiveType::u8:
    case PrimitiveType::s16:
    case PrimitiveType::u16:
    case PrimitiveType::s32:
    case PrimitiveType::u32:
    case PrimitiveType::s64:
    case PrimitiveType::u64: {
        const uint64_t bits = read(*from_, source, bytes);
        write(*to_, target, bytes, target.flat ? extended(type, bits) : bits);
        return ok();
    }
    }
    WRT_UNREACHABLE();
}

/// A list, or a map: the pairs of it, whose parts a frame of its node tells.
Status Transfer::list(ComponentValType element, decoder::ValueLayout layout, uint32_t map,
                      Place source, Place target)
{
    uint32_t pointer = 0;
    uint32_t length = 0;
    read_pointer(source, pointer, length);
    const uint64_t bytes = uint64_t{length} * layout.size;
    if (bytes >= max_transfer_bytes) return trap(Errc::transfer_too_large);
    WRT_CHECK(check_range(*from_, pointer, bytes, layout.align, Errc::list_out_of_bounds));
    WRT_CHECK(charge(bytes));
    WRT_TRY(const uint32_t at, allocate(*to_, layout.align, bytes));
    write_pointer(target, at, length);
    if (map == no_index && element.is_primitive() && is_plain(element.primitive())) {
        if (bytes != 0) {
            std::memmove(to_->bytes().data() + at, from_->bytes().data() + pointer,
                         static_cast<size_t>(bytes));
        }
        return ok();
    }
    if (element.is_node() && map == no_index) {
        const ComponentTypeNode& node = pools_[element.node()];
        const bool record =
            node.kind == ComponentTypeKind::record || node.kind == ComponentTypeKind::tuple;
        if (record && has_only_primitives(node) && node.count <= max_leaves) {
            return records(node, length, {pointer, false}, {at, false});
        }
    }
    push({.element = element,
          .node = map,
          .next = 0,
          .count = map == no_index ? length : 2 * length,
          .source = {pointer, false},
          .target = {at, false}});
    return ok();
}

/// Of a record or tuple, whose fields can be moved without frames.
bool Transfer::has_only_primitives(const ComponentTypeNode& node) const
{
    return std::ranges::all_of(pools_.fields_of(node), [&](const decoder::ComponentField& field) {
        return pools_.plain(field.type).is_primitive();
    });
}

/// Elements one behind the other in memory. Where each field lies is found out once for all of
/// them.
Status Transfer::records(const ComponentTypeNode& record, uint32_t count, Place source,
                         Place target)
{
    struct Leaf {
        PrimitiveType type;
        uint32_t offset;
    };
    std::array<Leaf, max_leaves> leaves;
    uint32_t end = 0;
    for (uint32_t i = 0; const decoder::ComponentField& field : pools_.fields_of(record)) {
        const PrimitiveType type = pools_.plain(field.type).primitive();
        const decoder::ValueLayout layout = decoder::layout_of(type);
        const uint32_t offset = decoder::aligned_up(end, layout.align);
        leaves[i++] = {type, offset};
        end = offset + layout.size;
    }
    for (uint32_t i = 0; i < count; ++i) {
        WRT_CHECK(look_for_interrupt());
        for (const Leaf& leaf : std::span{leaves}.first(record.count)) {
            WRT_CHECK(primitive(leaf.type, {source.at + leaf.offset, false},
                                {target.at + leaf.offset, false}));
        }
        source.at += record.layout.size;
        target.at += record.layout.size;
    }
    return ok();
}

/// A resource leaves one table for another; a borrow stays where it is and is lent. The host tells
/// resources that it defined by what they stand for, and has no handles of them.
Status Transfer::handle(const ComponentTypeNode& node, Place source, Place target)
{
    ResourceType* const type = types_.resource_of(node.a);
    const bool own = node.kind == ComponentTypeKind::own;
    const auto index = static_cast<uint32_t>(read(*from_, source, 4));
    Handle made{.kind = own ? Handle::Kind::own : Handle::Kind::borrow, .rep = index};
    made.type = type;
    const bool of_host = type->host != nullptr;
    if (!of_host || from_->instance != type->impl) {
        WRT_TRY(Handle* const handle, from_->instance->handles.get(index));
        if (handle->type != type) {
            return Error{
                .code = Errc::handle_type_mismatch, .detail = Detail::index, .actual = index};
        }
        made.rep = handle->rep;
        if (own) {
            if (handle->lends != 0) return trap(Errc::handle_lent);
            if (handle->kind != Handle::Kind::own) return trap(Errc::handle_not_owned);
            from_->instance->handles.remove(index);
        } else {
            WRT_CHECK(lends_.add(world_.lend_pool, *handle));
        }
    }
    // Who defined the resource gets what it stands for; a guest that owns it, a handle.
    if (to_->instance == type->impl && (of_host || !own)) {
        write(*to_, target, 4, made.rep);
        return ok();
    }
    if (!own) {
        made.scope = &task_;
        ++task_.borrows;
    }
    WRT_TRY(const uint32_t lowered, to_->instance->handles.add(world_.handle_pool, made));
    write(*to_, target, 4, lowered);
    return ok();
}

/// Both sides have one then. The host has no use for any.
Status Transfer::error_context(Place source, Place target)
{
    const auto index = static_cast<uint32_t>(read(*from_, source, 4));
    if (from_->host != nullptr || to_->host != nullptr)
        return trap(Errc::component_async_unsupported);
    WRT_TRY(const Handle* const handle, from_->instance->handles.get(index));
    if (handle->kind != Handle::Kind::error_context) {
        return Error{.code = Errc::handle_type_mismatch, .detail = Detail::index, .actual = index};
    }
    WRT_TRY(const uint32_t lowered,
            to_->instance->handles.add(world_.handle_pool, Handle{*handle}));
    write(*to_, target, 4, lowered);
    return ok();
}

/// The readable end of a stream or future leaves one table for another.
Status Transfer::readable_end(const ComponentTypeNode& node, Place source, Place target)
{
    const bool stream = node.kind == ComponentTypeKind::stream;
    const auto index = static_cast<uint32_t>(read(*from_, source, 4));
    WRT_TRY(Handle* const handle, from_->instance->handles.get(index));
    const Error mismatch{
        .code = Errc::handle_type_mismatch, .detail = Detail::index, .actual = index};
    if (handle->kind != (stream ? Handle::Kind::stream_readable : Handle::Kind::future_readable)) {
        return mismatch;
    }
    CopyEnd& end = *static_cast<CopyEnd*>(handle->object);
    const auto element = ComponentValType::of_bits(node.a);
    if (!same_type(*end.shared->types, end.shared->element, types_, element)) return mismatch;
    if (end.state != CopyEnd::State::idle) {
        if (end.state != CopyEnd::State::done) return trap(async_errors::busy);
        return trap(stream ? async_errors::stream_over : async_errors::future_over);
    }
    if (end.set != nullptr) return trap(async_errors::in_set);
    const Handle moved = *handle;
    from_->instance->handles.remove(index);
    WRT_TRY(end.index, to_->instance->handles.add(world_.handle_pool, moved));
    end.holder = to_->instance;
    write(*to_, target, 4, end.index);
    return ok();
}

Result<uint32_t> HostMemory::allocate(uint32_t align, uint64_t size) noexcept
{
    const uint64_t at = (uint64_t{used_} + align - 1) & ~uint64_t{align - 1};
    if (at > room_.size() || size > room_.size() - at) {
        return Error{.code = Errc::arena_exhausted,
                     .detail = Detail::bytes,
                     .account = Account::host,
                     .expected = saturate_u32(room_.size() - std::min<uint64_t>(at, room_.size())),
                     .actual = saturate_u32(size)};
    }
    used_ = static_cast<uint32_t>(at + size);
    return static_cast<uint32_t>(at);
}

}  // namespace wrt::component
