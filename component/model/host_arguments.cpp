#include "model/host_arguments.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

#include <wrt/foundation/little_endian.hpp>
#include <wrt/foundation/utf8.hpp>

#include "model/async.hpp"

namespace wrt::component {

namespace {

/// `Handle::lends` of a handle that is given away.
constexpr uint32_t is_given = std::numeric_limits<uint32_t>::max();

class Arguments {
public:
    Arguments(const Instance& types, Side& host) : types_{types}, pools_{types.types()}, host_{host}
    {
    }

    /// Looks at all fields. Handles are claimed on the way, and let go of again.
    Status check(std::span<const decoder::ComponentField> fields, uint32_t at)
    {
        if (fields.empty()) return ok();
        const Status checked = walk(fields, at);
        const uint32_t claims = std::exchange(claims_, 0);
        if (claims == 0) return checked;
        lets_go_ = claims;
        (void)walk(fields, at);  // as far as it came before
        return checked;
    }

private:
    /// Fields or elements that are left.
    struct Frame {
        std::span<const decoder::ComponentField> fields = {};  ///< Empty: elements.
        ComponentValType element = {};
        uint32_t second = no_index;  ///< Of a map: bits of the type of every second element.
        uint32_t next = 0;
        uint32_t count = 0;
        uint32_t at = 0;
        uint32_t align = 1;  ///< Of a pair of a map.
    };

    Status walk(std::span<const decoder::ComponentField> fields, uint32_t at)
    {
        depth_ = 0;
        push({.fields = fields, .count = saturate_u32(fields.size()), .at = at});
        while (depth_ != 0) {
            Frame& frame = frames_[depth_ - 1];
            if (frame.next == frame.count) {
                --depth_;
                continue;
            }
            const bool is_second = frame.second != no_index && frame.next % 2 == 1;
            const ComponentValType type = !frame.fields.empty() ? frame.fields[frame.next].type
                                          : is_second ? ComponentValType::of_bits(frame.second)
                                                      : frame.element;
            const decoder::ValueLayout layout = pools_.layout_of(type);
            const uint32_t place = decoder::aligned_up(frame.at, layout.align);
            frame.at = place + layout.size;
            if (is_second) frame.at = decoder::aligned_up(frame.at, frame.align);
            ++frame.next;
            WRT_CHECK(value(type, place));
            if (is_unwound_) break;
        }
        is_unwound_ = false;
        return ok();
    }

    void push(const Frame& frame)
    {
        WRT_ASSERT(depth_ < frames_.size());  // validated: types are not deeper
        std::construct_at(&frames_[depth_++], frame);
    }

    Status value(ComponentValType type, uint32_t at)
    {
        for (;;) {
            type = pools_.plain(type);
            if (type.is_primitive()) return primitive(type.primitive(), at);
            const ComponentTypeNode& node = pools_[type.node()];
            const ComponentValType first = ComponentValType::of_bits(node.a);
            const ComponentValType second = ComponentValType::of_bits(node.b);
            switch (node.kind) {
            case ComponentTypeKind::record:
            case ComponentTypeKind::tuple:
                push({.fields = pools_.fields_of(node), .count = node.count, .at = at});
                return ok();
            case ComponentTypeKind::variant: {
                WRT_TRY(const uint32_t index, discriminant(node.count, at));
                type = pools_.fields_of(node)[index].type;
                if (type.is_none()) return ok();
                at += node.a;
                continue;
            }
            case ComponentTypeKind::option: {
                WRT_TRY(const uint32_t index, discriminant(2, at));
                if (index == 0) return ok();
                type = first;
                at += payload_offset(first, {});
                continue;
            }
            case ComponentTypeKind::result: {
                WRT_TRY(const uint32_t index, discriminant(2, at));
                type = index == 0 ? first : second;
                if (type.is_none()) return ok();
                at += payload_offset(first, second);
                continue;
            }
            case ComponentTypeKind::enum_: {
                WRT_CHECK(discriminant(node.count, at));
                return ok();
            }
            case ComponentTypeKind::flags: return ok();
            case ComponentTypeKind::list: return list(first, no_index, at);
            case ComponentTypeKind::map: return list(first, node.b, at);
            case ComponentTypeKind::fixed_list:
                push({.element = first, .count = node.b, .at = at});
                return ok();
            case ComponentTypeKind::own:
            case ComponentTypeKind::borrow: return handle(node, at);
            case ComponentTypeKind::stream:
            case ComponentTypeKind::future: return readable_end(node, at);
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

    /// Whether the bytes of a value, whatever they are, are one: a number, or a record of numbers.
    bool are_numbers(ComponentValType type) const
    {
        const auto is_number = [&](ComponentValType field) {
            field = pools_.plain(field);
            return field.is_primitive() && field.primitive() != PrimitiveType::string &&
                   field.primitive() != PrimitiveType::char_;
        };
        if (type.is_primitive()) return is_number(type);
        const ComponentTypeNode& node = pools_[type.node()];
        const bool has_fields =
            node.kind == ComponentTypeKind::record || node.kind == ComponentTypeKind::tuple;
        return has_fields && std::ranges::all_of(pools_.fields_of(node), is_number,
                                                 &decoder::ComponentField::type);
    }

    uint32_t word(uint32_t at) const { return load_le<uint32_t>(host_.bytes().data() + at); }

    Result<uint32_t> discriminant(uint32_t cases, uint32_t at) const
    {
        const uint8_t* const bytes = host_.bytes().data() + at;
        const uint32_t count = decoder::discriminant_bytes(cases);
        uint32_t index = 0;
        for (uint32_t i = 0; i < count; ++i)
            index |= uint32_t{bytes[i]} << (8 * i);
        if (index >= cases) return Error{.code = Errc::invalid_discriminant};
        return index;
    }

    uint32_t payload_offset(ComponentValType first, ComponentValType second) const
    {
        const uint32_t align =
            std::max(pools_.layout_of(first).align, pools_.layout_of(second).align);
        return decoder::aligned_up(decoder::discriminant_bytes(2), align);
    }

    Status primitive(PrimitiveType type, uint32_t at) const
    {
        if (type == PrimitiveType::char_) {
            const uint32_t code = word(at);
            if (code >= 0x110000 || (code >= 0xd800 && code <= 0xdfff))
                return Error{.code = Errc::invalid_char};
        }
        if (type != PrimitiveType::string) return ok();
        const uint32_t pointer = word(at);
        const uint32_t size = word(at + 4);
        WRT_CHECK(check_range(host_, pointer, size, 1, Errc::string_out_of_bounds));
        if (!is_valid_utf8(host_.bytes().subspan(pointer, size)))
            return Error{.code = Errc::invalid_utf8};
        return ok();
    }

    Status list(ComponentValType element, uint32_t second, uint32_t at)
    {
        const uint32_t pointer = word(at);
        const uint32_t length = word(at + 4);
        decoder::ValueLayout layout = pools_.layout_of(element);
        uint32_t count = length;
        if (second != no_index) {
            const decoder::ValueLayout item = pools_.layout_of(ComponentValType::of_bits(second));
            layout.size = decoder::aligned_up(layout.size, item.align) + item.size;
            layout.align = std::max(layout.align, item.align);
            layout.size = decoder::aligned_up(layout.size, layout.align);
        }
        WRT_CHECK(check_range(host_, pointer, uint64_t{length} * layout.size, layout.align,
                              Errc::list_out_of_bounds));
        if (second != no_index) {
            if (length > no_index / 2) return Error{.code = Errc::list_out_of_bounds};
            count = 2 * length;
        }
        element = pools_.plain(element);
        if (count == 0 || (second == no_index && are_numbers(element))) return ok();
        push({.element = element,
              .second = second,
              .count = count,
              .at = pointer,
              .align = layout.align});
        return ok();
    }

    Status handle(const ComponentTypeNode& node, uint32_t at)
    {
        const ResourceType* const type = types_.resource_of(node.a);
        // The host tells its own by what they stand for.
        if (type->host != nullptr && type->impl == host_.instance) return ok();
        const bool own = node.kind == ComponentTypeKind::own;
        const uint32_t index = word(at);
        WRT_TRY(Handle* const handle, host_.instance->handles.get(index));
        if (lets_go_ != 0) {
            handle->lends = own ? 0 : handle->lends - 1;
            is_unwound_ = --lets_go_ == 0;
            return ok();
        }
        if (handle->lends == is_given)
            return Error{.code = Errc::unknown_handle, .detail = Detail::index, .actual = index};
        if (handle->type != type) {
            return Error{
                .code = Errc::handle_type_mismatch, .detail = Detail::index, .actual = index};
        }
        if (own && handle->lends != 0) return Error{.code = Errc::handle_lent};
        if (own && handle->kind != Handle::Kind::own) return Error{.code = Errc::handle_not_owned};
        handle->lends = own ? is_given : handle->lends + 1;
        ++claims_;
        return ok();
    }

    /// The transfer looks closer; what is no such end at all is found here.
    Status readable_end(const ComponentTypeNode& node, uint32_t at) const
    {
        const uint32_t index = word(at);
        WRT_TRY(const Handle* const handle, host_.instance->handles.get(index));
        const Handle::Kind wanted = node.kind == ComponentTypeKind::stream
                                        ? Handle::Kind::stream_readable
                                        : Handle::Kind::future_readable;
        if (handle->kind == wanted) return ok();
        return Error{.code = Errc::handle_type_mismatch, .detail = Detail::index, .actual = index};
    }

    const Instance& types_;
    const ComponentTypes& pools_;
    Side& host_;
    uint32_t claims_ = 0;
    uint32_t lets_go_ = 0;     ///< Claims that are still to be undone.
    bool is_unwound_ = false;  ///< There are none left.
    uint32_t depth_ = 0;
    /// Frames begin when they are pushed: most arguments have none of their own.
    union {
        std::array<Frame, limits::component_type_depth + 2> frames_;
    };
};

}  // namespace

Status check_arguments(const Func& func, Side& host, uint32_t args)
{
    const ComponentTypes& types = func.instance->types();
    return Arguments{*func.instance, host}.check(types.fields_of(types[func.type]), args);
}

}  // namespace wrt::component
